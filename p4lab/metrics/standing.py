"""What stood under every name: which values were ever put there, and at which providers they are held.

Rules: a fold over puts, as of the event folded last; it is asked while folding, when an answer is judged. A put counts
from its Stored event in L, which is its acknowledgement.
"""

from math import inf

from p4lab.core.events import Dropped, Gone, PutStarted, Stored
from p4lab.core.stores import OWN


class _Held:
    """What is acknowledged under one name. places: (since, until) by provider and entry, the latest put last."""

    def __init__(self) -> None:
        self.places: dict[tuple[int, str], tuple[float, float]] = {}
        self.newest = (0, "")
        self.removed = False


class Standing:
    """Give it PutStarted, Stored, Dropped and Gone."""

    def __init__(self) -> None:
        self._values: dict[bytes, set[str]] = {}
        self._held: dict[bytes, _Held] = {}

    def asked(self, event: PutStarted) -> None:
        """Somebody wants to put this value."""
        self._values.setdefault(event.nid, set()).add(event.value)

    def stored(self, event: Stored) -> None:
        """A copy is kept: own data, so a put is acknowledged. Put again at the same provider it has stood all along."""
        if event.store != OWN:
            return
        held = self._held.setdefault(event.nid, _Held())
        place, version = (event.node, event.entry), (event.seq, event.digest)
        since, until = held.places.pop(place, (event.t, event.t))
        held.places[place] = (event.t if until <= event.t else since), (inf if event.until is None else event.until)
        if version >= held.newest:
            held.newest, held.removed = version, event.deleted

    def dropped(self, event: Dropped) -> None:
        """A provider gave up a copy: what was put there, if it is own data."""
        if event.store != OWN:
            return
        held = self._held.get(event.nid)
        if held is not None:
            held.places.pop((event.node, event.entry), None)

    def left(self, event: Gone) -> None:
        """What was put at a provider that is gone stands there no more."""
        for held in self._held.values():
            for place in [place for place in held.places if place[0] == event.node]:
                del held.places[place]

    def existed(self, nid: bytes, since: float, until: float) -> bool:
        """Whether somebody who asked from `since` to `until` could have been given an acknowledged value."""
        held = self._held.get(nid)
        if held is None or held.removed:
            return False
        return any(began <= since and until < end for began, end in held.places.values())

    def ever(self, nid: bytes, value: str) -> bool:
        """Whether this value was ever put under that name."""
        return value in self._values.get(nid, ())

    def homes(self, nid: bytes, entries: tuple[str, ...]) -> list[int]:
        """The providers whose customers put what was read: of one record the last one, of a set one for each entry."""
        held = self._held.get(nid)
        if held is None:
            return []
        latest = {entry: node for node, entry in held.places if not entries or entry in entries}
        return sorted(set(latest.values()))
