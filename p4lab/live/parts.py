"""What a merger knows of one member: its events that wait, what its ids have become, what it holds, what it may cost.

Rules: every table is bounded, so a member that lies, repeats itself or never stops costs so much and no more.
"""

from collections import deque
from typing import Generic, TypeVar

from p4lab.core.events import AnyEvent, Dropped, Stored
from p4lab.live.limits import Limits
from p4lab.live.seen import Row

IDS = 32_768  # of the newest events of a member, what their ids have become: some ten seconds of a busy one
COPIES = 32_768  # the same for copies, which are referred to for as long as they are held
EARLY = 8_192  # arrivals told before the message itself
HELD = 20_000  # copies of a member: twice what one identity may store there
Key = tuple[str, bytes, str]
K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A table of the newest `most` to twice as many entries; one that is looked up counts as new."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __setitem__(self, key: K, value: V) -> None:
        self._young[key] = value
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}

    def get(self, key: K) -> V | None:
        """What the key has become; None where it is unknown, or long forgotten."""
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self[key] = found
        return found

    def pop(self, key: K) -> V | None:
        """The same, and forget it."""
        old = self._old.pop(key, None)
        return self._young.pop(key, old)

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class Waiting:
    """A message or an Event that has yet to join the trace. t, due: in our time.

    id: as it was told, 0 of what the merger says itself; arrived: when, as the receiver says.
    """

    __slots__ = ("arrived", "cause", "due", "id", "seat", "t", "what")

    def __init__(self, seat: int, t: float, what: Row | AnyEvent, number: int, cause: int, due: float = 0.0) -> None:
        self.seat = seat
        self.t = t
        self.what = what
        self.id = number
        self.cause = cause
        self.due = due
        self.arrived: float | None = None


class Part:
    """One member. `queue` is in the order in which it happened there; times in it never fall. trusted: it is ours."""

    def __init__(self, seat: int, limits: Limits, trusted: bool = False) -> None:
        self._trusted = trusted
        self.seat = seat
        self.epoch = -1  # nothing told yet
        self.watched = False  # it tells, and has not vanished
        self.since = 0.0  # since when all that it told has come, with nothing left out
        self.down = False
        self.left = False  # and down: it has not vanished but left, for now
        self.customers = 1
        self.queue: deque[Waiting] = deque()
        self.tail = 0.0  # time of the last that was queued
        self.top = 0  # the highest id told in this epoch
        self.ids: Recent[int, int] = Recent(IDS)
        self.copies: Recent[int, int] = Recent(COPIES)
        self.ops: Recent[int, int] = Recent(IDS)
        self.foreign: Recent[int, int] = Recent(EARLY)  # operations of others that they did not tell of
        self.early: Recent[int, float] = Recent(EARLY)
        self.late = 0
        self.by = 0.0
        self.left_out = 0
        self.refused = 0
        self.said = -1.0  # when that was last put into words
        self.held: dict[Key, int] = {}
        self.sessions: dict[int, bool] = {}  # by peer, whether up
        self.peers: set[int] = set()  # whom it says it peers with
        self.state: set[Key] | None = None  # within a snapshot: what it holds
        self.state_at = 0.0
        self.state_peers: set[int] = set()
        self._tokens = float(limits.observed_burst)
        self._filled = 0.0
        self._limits = limits

    def may(self, now: float) -> bool:
        """Whether it has not told too much of late."""
        if self._trusted:
            return True
        limits = self._limits
        more = max(0.0, now - self._filled) * limits.observed_per_second
        self._tokens, self._filled = min(limits.observed_burst, self._tokens + more), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def anew(self, epoch: int) -> None:
        """It has been started again: its ids begin anew, and no session of before goes on."""
        self.epoch, self.top = epoch, 0
        self.state = None
        self.sessions.clear()

    def vanish(self, left: bool) -> None:
        """It is not heard any more. What it had only cached does not count from now on; of who left, nothing does."""
        self.down, self.left, self.watched, self.state = True, left, False, None
        self.sessions.clear()
        self.held = {key: number for key, number in self.held.items() if key[0] != "C" and not left}

    def stored(self, event: Stored) -> bool:
        """File a copy; False where it is known to be there."""
        key = event.store, event.nid, event.entry
        if self.state is not None:
            if len(self.state) < HELD:
                self.state.add(key)
            if event.id and self.held.get(key) == event.id:
                return False
        if key in self.held or len(self.held) < HELD:
            self.held[key] = event.id
        return True

    def dropped(self, event: Dropped) -> None:
        """File that a copy is gone."""
        self.held.pop((event.store, event.nid, event.entry), None)

    def settle(self) -> list[Key]:
        """The end of a snapshot: what was held, and is not any more."""
        if self.state is None:
            return []
        gone = [key for key in self.held if key not in self.state] if len(self.state) < HELD else []
        for key in gone:
            del self.held[key]
        self.state = None
        return gone
