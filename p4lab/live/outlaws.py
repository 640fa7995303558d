"""Who was revoked from a class, as its authority signs it: a list that members keep, and pass on when they meet.

Rules: pure. A list replaces those of lower serial; nothing is taken that this class's authority has not signed.
"""

from collections.abc import Iterable

from p4lab.core.signing import Ed25519
from p4lab.live.frames import BAD, Outlawed, decode, encode
from p4lab.live.identity import Keys

_ED25519 = Ed25519()
_LIST = b"p4lab-revoked:"


def signed(keys: Keys, class_id: str, serial: int, ids: Iterable[bytes]) -> Outlawed:
    """The list of a class of which these are the authority's keys. serial: higher than of any list before."""
    listed = tuple(sorted(ids))
    return Outlawed(serial, listed, keys.sign(_body(class_id, serial, listed)))


class Outlaws:
    """What a member knows of it. frame: the newest list, None before there is one. told: as `word` was kept."""

    def __init__(self, authority: bytes, class_id: str, told: bytes = b"") -> None:
        self.frame: Outlawed | None = None
        self._authority, self._class_id = authority, class_id
        try:
            kept = decode(told) if told else None
            if isinstance(kept, Outlawed):
                self.take(kept)
        except BAD:
            return  # a file that somebody changed: the next who is met tells it anew

    @property
    def word(self) -> bytes:
        """The list, to be kept."""
        return b"" if self.frame is None else encode(self.frame)

    def take(self, frame: Outlawed) -> bool:
        """Whether this is news; then it counts from now on. Raises ValueError where it is not the authority's."""
        if self.frame is not None and frame.serial <= self.frame.serial:
            return False
        if not _ED25519.verify(self._authority, _body(self._class_id, frame.serial, frame.ids), frame.sig):
            raise ValueError("the teacher has not signed this")
        self.frame = frame
        return True


def _body(class_id: str, serial: int, ids: tuple[bytes, ...]) -> bytes:
    return _LIST + class_id.encode() + serial.to_bytes(8, "big") + b"".join(ids)
