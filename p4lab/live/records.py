"""Frames as the records of a channel, and records as frames again: what travels, without a socket and without waiting.

Rules: a record is a length (4 bytes, authenticated too, the first bit saying that the sender rekeys after it) and what
Noise makes of frames, each after its own length (2 bytes). As many frames as fit share one, since an encryption costs
the same for one as for many. What cannot be a record is a ValueError, in words for whoever is told why a channel ended.
"""

from collections.abc import Callable

from p4lab.live.frames import BAD
from p4lab.live.limits import FRAME, TAG, Limits
from p4lab.live.noise import Cipher

REKEY = 0x8000_0000  # in the length of a record
RECORD = FRAME + 2  # bytes of frames in one: at least the longest fits


class Outgoing:
    """What waits to leave. size: bytes of frames in it; 0: there is none."""

    def __init__(self, cipher: Cipher, limits: Limits, clock: Callable[[], float]) -> None:
        self.size = 0
        self._frames: list[bytes] = []
        self._cipher = cipher
        self._limits = limits
        self._clock = clock
        self._left = limits.rekey_messages  # records until we rekey
        self._rekeyed = clock()

    def add(self, frame: bytes) -> None:
        """It leaves with the next records."""
        self._frames.append(frame)
        self.size += len(frame)

    def clear(self) -> None:
        """Nothing leaves any more."""
        self._frames.clear()
        self.size = 0

    def age(self, now: float) -> None:
        """The time is looked at: who says little rekeys too."""
        if now - self._rekeyed > self._limits.rekey_after:
            self._left = 1

    def records(self) -> bytes:
        """All that waits, in as few records as it fits into."""
        records: list[bytes] = []
        frames: list[bytes] = []
        room = RECORD
        for frame in self._frames:
            room -= len(frame) + 2
            if room < 0:
                records += self._sealed(b"".join(frames))
                frames.clear()
                room = RECORD - len(frame) - 2
            frames.append(len(frame).to_bytes(2, "big"))
            frames.append(frame)
        records += self._sealed(b"".join(frames))
        self.clear()
        return b"".join(records)

    def _sealed(self, data: bytes) -> tuple[bytes, bytes]:
        self._left -= 1
        size = len(data) + TAG
        head = (size if self._left > 0 else size | REKEY).to_bytes(4, "big")
        sealed = self._cipher.encrypt(data, head)
        if self._left <= 0:
            self._cipher.rekey()
            self._left, self._rekeyed = self._limits.rekey_messages, self._clock()
        return head, sealed


class Incoming:
    """What has come and was not taken. began: bytes that were there before."""

    def __init__(self, cipher: Cipher, began: bytes) -> None:
        self._cipher = cipher
        self._data, self._at = began, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def add(self, data: bytes) -> None:
        """More has come."""
        self._data, self._at = self._data[self._at :] + data, 0

    def clear(self) -> None:
        """Nothing of it is taken any more."""
        self._data, self._at = b"", 0

    def open(self) -> bytes:
        """The frames of the next record; none where it has not come yet. A ValueError says what is wrong with it."""
        data, at = self._data, self._at
        if len(data) < at + 4:
            return b""
        head = data[at : at + 4]
        size = int.from_bytes(head, "big")
        end = at + 4 + (size & ~REKEY)
        if end - at > 4 + RECORD + TAG:
            raise ValueError("sent more at once than a record may hold")
        if len(data) < end:
            return b""
        self._at = end
        try:
            frames = self._cipher.decrypt(data[at + 4 : end], head)
        except BAD:
            raise ValueError("sent what was changed on the way") from None
        if not frames:  # which would cost us work that no budget counts
            raise ValueError("sent nothing")
        if size & REKEY:
            self._cipher.rekey()
        return frames
