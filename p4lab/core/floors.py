"""The version floor: the highest version that a provider has answered with, per name (protocol section 5.9).

Rules: kept for `w_sync` from the last time that it was of use, and persisted, so that a reader at one provider never
goes back unknowingly. Own data needs no floor: it only rises. Where two providers hold a name (its owner has moved),
the older copy is not good enough while others may have a newer one.
"""

import msgspec

from p4lab.core.records import UNVERSIONED, Version

FLOOR = "F"  # the rows' store


class Floor(msgspec.Struct, gc=False):
    """until: when it is forgotten, seconds."""

    version: Version
    until: float


class Floors:
    """By name. journal: what is to be persisted."""

    def __init__(self, w_sync: float, journal: list[tuple[str, bytes, bytes, object]]) -> None:
        self._keep = w_sync
        self._journal = journal
        self._floors: dict[bytes, Floor] = {}  # in order of `until`

    def of(self, nid: bytes, now: float) -> Version:
        """The version that an answer must not be below."""
        floor = self._floors.get(nid)
        return UNVERSIONED if floor is None or floor.until <= now else floor.version

    def answered(self, nid: bytes, version: Version, now: float) -> None:
        """An answer of this version goes out."""
        floors = self._floors
        known = floors.get(nid)
        enough = known is not None and known.until > now and version <= known.version
        if known is not None and enough and (version < known.version or known.until - now > self._keep / 2):
            return
        floors.pop(nid, None)
        self._row(nid, Floor(version, now + self._keep))
        while (oldest := next(iter(floors))) != nid and floors[oldest].until <= now:
            del floors[oldest]
            self._journal.append((FLOOR, oldest, b"", None))

    def restore(self, nid: bytes, floor: Floor) -> None:
        """One that was persisted."""
        self._floors[nid] = floor

    def _row(self, nid: bytes, floor: Floor) -> None:
        self._floors[nid] = floor
        self._journal.append((FLOOR, nid, b"", floor))
