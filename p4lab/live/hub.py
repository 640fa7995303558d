"""The hub: the authority carries bytes between two members whose network keeps them apart.

Rules: it carries what it cannot read: the two ends encrypt for each other. Only between members that are here, so many
channels, so many bytes on their way and so many a second; whoever exceeds what it was granted ends its channel. The end
of either side ends both. Pace is kept by handing on credit later, so a fast pair costs the hub no memory.
"""

from collections.abc import Callable

from p4lab.live.company import Board
from p4lab.live.frames import Relay
from p4lab.live.identity import AUTHORITY
from p4lab.live.limits import Limits

Key = tuple[int, int, int]  # the lower seat, the higher, the channel's number


class _Way:
    """One direction of a channel. flying: bytes sent and not credited; free: when its pace allows the next credit."""

    __slots__ = ("flying", "free", "kept")

    def __init__(self) -> None:
        self.flying = 0
        self.free = 0.0
        self.kept = 0  # credit that waits for its time


class Hub:
    """All relayed channels of a class. carried: bytes, of all of them."""

    def __init__(
        self, board: Board, limits: Limits, clock: Callable[[], float],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:  # fmt: skip
        """later: as an event loop's call_later."""
        self.carried = 0
        self._board, self._limits, self._clock, self._later = board, limits, clock, later
        self._ways: dict[Key, dict[int, _Way]] = {}  # by the seat that sends

    def __len__(self) -> int:
        return len(self._ways)

    def take(self, seat: int, frame: Relay) -> None:
        """A member sends this to another."""
        other, number = frame.seat, frame.number
        key = (min(seat, other), max(seat, other), number)
        ways = self._ways.get(key)
        if ways is None:
            if frame.end:
                return
            if not frame.opens or opener(key) != seat or not self._room(seat, other):
                self._board.post(seat, Relay(other, number, end=True))
                return
            ways = self._ways[key] = {seat: _Way(), other: _Way()}
        elif frame.opens:
            self._end(key, None)
            return
        mine, theirs = ways[seat], ways[other]
        mine.flying += len(frame.data)
        theirs.flying -= frame.credit
        if mine.flying > self._limits.relay_window or theirs.flying < 0:
            self._end(key, None)
            return
        if frame.end:
            self._end(key, seat, frame.data)
            return
        if frame.data:
            self.carried += len(frame.data)
            if not self._board.post(other, Relay(seat, number, frame.data, frame.opens)):
                self._end(key, other)
                return
        if frame.credit:
            self._credit(key, other, theirs, frame.credit)

    def down(self, seat: int) -> None:
        """A member is gone, and with it the channels it had."""
        for key in [key for key in self._ways if seat in key[:2]]:
            self._end(key, seat)

    def carries(self, seat: int) -> bool:
        """Whether any of them is this member's."""
        return any(seat in key[:2] for key in self._ways)

    def _room(self, seat: int, other: int) -> bool:
        here = self._board.channels
        if AUTHORITY in (seat, other) or seat == other or seat not in here or other not in here:
            return False
        if len(self._ways) >= self._limits.relay_channels:
            return False
        return all(
            sum(end in key[:2] for key in self._ways) < self._limits.relay_channels_per_member for end in (seat, other)
        )

    def _credit(self, key: Key, sender: int, way: _Way, credit: int) -> None:
        """The other end has read this much: the sender may go on, when its pace allows."""
        rate, now = self._limits.relay_bytes_per_second, self._clock()
        way.free = max(way.free, now - self._limits.relay_window / rate) + credit / rate
        if way.kept:
            way.kept += credit
        elif way.free <= now:
            self._grant(key, sender, credit)
        else:
            way.kept = credit
            self._later(way.free - now, lambda: self._grant_kept(key, sender, way))

    def _grant_kept(self, key: Key, sender: int, way: _Way) -> None:
        kept, way.kept = way.kept, 0
        if kept and self._ways.get(key, {}).get(sender) is way:
            self._grant(key, sender, kept)

    def _grant(self, key: Key, sender: int, credit: int) -> None:
        low, high, number = key
        self._board.post(sender, Relay(high if sender == low else low, number, credit=credit))

    def _end(self, key: Key, by: int | None, data: bytes = b"") -> None:
        """Over: both ends are told, but for the one that said so, whose last bytes still pass."""
        low, high, number = key
        del self._ways[key]
        for seat, other in ((low, high), (high, low)):
            if seat != by:
                self._board.post(seat, Relay(other, number, data, end=True))


def opener(key: Key) -> int:
    """Who may open the channel of this number: the lower seat the even ones, the higher the odd."""
    return key[key[2] % 2]
