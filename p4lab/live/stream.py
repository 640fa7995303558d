"""The event stream of one member: what its host writes, numbered, for whoever watches.

Rules: one thread, the loop's. Nothing is kept but what a watcher has yet to take, and of that so much and no more: what
finds no room is counted, told as left out, and made good by a snapshot. Without watchers an Event costs a number.
"""

from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from typing import cast

from p4lab.core.events import AnyEvent, Event, Stored
from p4lab.live import seen
from p4lab.live.limits import Limits
from p4lab.live.seen import SHIFT, Arrival, Item, Now, Record, Row

FRESH = 5.0  # s between two snapshots for one watcher that cannot keep up
NUMBERS = 1 << SHIFT

Told = tuple[bytes, int]  # the content of a Seen, and what was left out before it


def nothing() -> Iterable[Event]:
    """The snapshot of a node that has nothing to show."""
    return ()


class Stream:
    """Write as to a Trace, with `sent`, `sent_all` and `emit`, and `arrived` when a message of another member came in.

    clock: the host's `now`. first: a number that no earlier start of this member has reached, say milliseconds of wall
    time since its first start. snapshot: how things are at this node: Joined, Attached, Peered, SessionUp, LinkChanged,
    and Stored for every copy, with the ids that they had, or 0.
    """

    def __init__(
        self, seat: int, clock: Callable[[], float], first: int = 1, snapshot: Callable[[], Iterable[Event]] = nothing,
        limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.seat = seat
        self.clock = clock
        self.snapshot = snapshot
        self.limits = limits or Limits()
        self.epoch = first
        self.count = 0  # events and arrivals so far
        self._next = first % NUMBERS | seat << SHIFT
        self._watchers: list[Watcher] = []

    @property
    def watched(self) -> bool:
        """Whether anybody is told; else whatever would be told of an Event but its number need not be made."""
        return bool(self._watchers)

    def number(self) -> int:
        """An id that nothing else has; operations may be numbered by it too."""
        number = self._next
        self._next = number + 1
        return number

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """A message leaves at t. due: when it is thought to arrive, exactly known within one member. Returns its id."""
        self.count += 1
        number = self.number()
        if self._watchers:
            self._tell(Row(t, max(t, due), number, cause, op, size, src, dst, code, status, fate))
        return number

    def sent_all(
        self, t: float, dues: list[float], cause: int, op: int, size: int, src: int, dsts: tuple[int, ...], code: int,
        status: int,
    ) -> int:  # fmt: skip
        """A broadcast leaves, a message per `dsts`; returns the first id, which the others follow."""
        first = self._next
        for due, dst in zip(dues, dsts, strict=True):
            self.sent(t, due, cause, op, size, src, dst, code, status, 0)
        return first

    def emit(self, event: Event, t: float, cause: int) -> int:
        """An Event happens: fill in its t, id and cause, and return the id."""
        self.count += 1
        event.t, event.cause = t, cause
        event.id = number = self.number()
        if self._watchers:
            self._tell(Record(cast("AnyEvent", event)))
        return number

    def arrived(self, event: int, t: float) -> None:
        """The message with this id, of another member, has come in."""
        self.count += 1
        if self._watchers:
            self._tell(Arrival(event, t))

    def watch(self) -> "Watcher":
        """From now on somebody is told: first how things are, then what happens."""
        watcher = Watcher(self)
        self._watchers.append(watcher)
        return watcher

    def unwatch(self, watcher: "Watcher") -> None:
        """Somebody is told no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def present(self, event: Event, t: float) -> Event:
        """An Event of a snapshot as it is told: those that have no id get one, and happen now."""
        if not event.id:
            event.id, event.t = self.number(), t
        return event

    def _tell(self, item: Item) -> None:
        try:
            data = seen.told(item)
        except ValueError:  # it is larger than an item may be even when cut
            data = b""
        for watcher in self._watchers:
            watcher.add(data)


class Watcher:
    """One who is told. `take` gives the next batch, as the content of a Seen."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._waiting: deque[bytes | int] = deque()  # a number: so many were left out here
        self._bytes = 0
        self._snapshot: deque[Event] = deque()
        self._closing = False  # the snapshot's end is yet to be told
        self._opening = 0  # copies in a snapshot whose beginning is yet to be told, plus one
        self._since = -inf
        self._stale = False  # something was left out since the snapshot
        self._begin()

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self._bytes

    def add(self, data: bytes) -> None:
        """Something happened; no data: it is too large to be told."""
        if data and self._bytes + len(data) <= self._stream.limits.observed_bytes:
            self._waiting.append(data)
            self._bytes += len(data)
            return
        self._stale = True
        last = self._waiting[-1] if self._waiting else b""
        if isinstance(last, int):
            self._waiting[-1] = last + 1
        else:
            self._waiting.append(1)

    def take(self) -> Told | None:
        """The next batch, None where there is nothing to tell."""
        now = self._stream.clock()
        if self._stale and not self._waiting and now >= self._since + FRESH:
            self._begin()
        items: list[bytes] = []
        left_out = self._left_out()
        room = seen.ITEM - self._state(items, now, seen.ITEM)
        while self._waiting and not self._snapshot and not self._closing:
            data = self._waiting[0]
            if isinstance(data, int) or len(data) > room:
                break
            self._waiting.popleft()
            self._bytes -= len(data)
            room -= len(data)
            items.append(data)
        if not items and not left_out:
            return None
        return seen.batch(self._stream.epoch, now, items), left_out

    def idle(self) -> bytes:
        """A batch that only says what time it is here."""
        return seen.batch(self._stream.epoch, self._stream.clock(), [])

    def _left_out(self) -> int:
        if not self._snapshot and self._waiting and isinstance(self._waiting[0], int):
            return int(self._waiting.popleft())
        return 0

    def _begin(self) -> None:
        self._since = self._stream.clock()
        self._snapshot = deque(self._stream.present(event, self._since) for event in self._stream.snapshot())
        self._opening = 1 + sum(isinstance(event, Stored) for event in self._snapshot)
        self._closing, self._stale = True, False

    def _state(self, items: list[bytes], now: float, room: int) -> int:
        """Tell what fits of the snapshot; returns how many bytes that is."""
        used = 0
        if self._opening:
            items.append(seen.told(Now(True, self._since, self._opening - 1)))
            used, self._opening = len(items[0]), 0
        while self._snapshot:
            try:
                data = seen.told(Record(cast("AnyEvent", self._snapshot[0])))
            except ValueError:
                self._snapshot.popleft()
                self.add(b"")
                continue
            if used + len(data) > room:
                return used
            self._snapshot.popleft()
            items.append(data)
            used += len(data)
        if self._closing and used < room:
            self._closing = False
            items.append(seen.told(Now(False, self._since)))
            used += len(items[-1])
        return used
