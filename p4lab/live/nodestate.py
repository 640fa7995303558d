"""What a node remembers beside its stored data: how often it has started, its numbers, its peers, who was in its class.

Rules: one small file, replaced whole, so that a crash leaves the old or the new. A start never uses a number again that
an earlier one may have used, even where the file is lost: then the wall clock has moved on.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

NUMBERS = 2**28  # event ids set aside for one start: at 2,000 a second 37 hours; a clean end gives back what is left


class Friend(msgspec.Struct, frozen=True):
    """Somebody that we know: where it sits, who it is, where it was found last, and as whom it signs."""

    seat: int
    id: bytes
    name: str
    addresses: tuple[str, ...] = ()
    owner: bytes = b""


class _Kept(msgspec.Struct):
    epoch: int = 0
    used: int = 0  # event ids
    friends: dict[str, Friend] = {}  # by seat
    members: list[Friend] = []
    of: str = ""  # the class that these are of


class NodeState:
    """Of a node whose store lies in `folder`. epoch: how often it has started, or more. first: its first event id.

    class_id: of the class that it is in; of another one it remembers nobody. A file that cannot be read is set aside.
    Raises OSError where nothing can be written.
    """

    def __init__(self, folder: Path, wall: float, class_id: str = "") -> None:
        self._file = folder / "node.json"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            kept = _Kept()
        except (msgspec.DecodeError, ValueError):
            self._file.replace(self._file.with_suffix(".damaged"))
            kept = _Kept()
        if class_id and kept.of not in ("", class_id):
            kept.friends, kept.members = {}, []
        kept.of = class_id or kept.of
        self._kept = kept
        self.epoch = kept.epoch = max(kept.epoch + 1, int(wall))
        self.first = kept.used + 1
        kept.used += NUMBERS
        self._save()

    @property
    def friends(self) -> dict[int, Friend]:
        """Whom we peer with, by seat."""
        return {friend.seat: friend for friend in self._kept.friends.values()}

    def befriend(self, friends: dict[int, Friend]) -> None:
        """We peer with these now."""
        told = {str(seat): friend for seat, friend in friends.items()}
        if told != self._kept.friends:
            self._kept.friends = told
            self._save()

    @property
    def members(self) -> tuple[Friend, ...]:
        """Who was in the class when we were in it last, by what name: the teacher may be away now."""
        return tuple(self._kept.members)

    def remember(self, members: Iterable[Friend]) -> None:
        """These are in the class."""
        told = list(members)
        if told != self._kept.members:
            self._kept.members = told
            self._save()

    def end(self, used: int) -> None:
        """A clean end: so many numbers were used."""
        self._kept.used = self.first + used
        self._save()

    def _save(self) -> None:
        draft = self._file.with_suffix(".new")
        with draft.open("wb") as out:
            out.write(msgspec.json.encode(self._kept))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._file)
