"""A run of some members written twice at once: as the one true trace, and as each member's own stream by its own clock.

Rules: times are multiples of 2**-20 s, so that shifting them by a clock's skew and back loses nothing; no two moments
are the same. So the trace that a merger makes can be compared with the true one, Event by Event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

from p4lab.core.events import Attached, Event, GetFinished, GetStarted, Joined, Stored
from p4lab.core.messages import GET, GETQ
from p4lab.live.seen import CUSTOMERS
from p4lab.live.stream import Stream
from p4lab.trace import Trace

UNIT = 2.0**-20  # s
NAMES = ("Ann", "Ben", "Cleo", "Dan")


def named(seat: int) -> str | None:
    """As the roster has it."""
    return NAMES[seat] if seat < len(NAMES) else None


@dataclass
class Clock:
    """A member's: the true time and its skew."""

    skew: float
    now: float = 0.0

    def __call__(self) -> float:
        return self.now + self.skew


@dataclass
class Get:
    """One on its way round. Ids are pairs: as told, and in the true trace."""

    route: tuple[int, ...]
    hop: int
    began: float
    op: tuple[int, int] = (0, 0)
    cause: tuple[int, int] = (0, 0)
    copy: tuple[int, int] = (0, 0)
    place: int = 0
    row: int = -1  # of the message that brings it, in the true trace


@dataclass
class Members:
    """Gets that go from member to member, each of which stores a copy, and home again."""

    skews: tuple[float, ...]
    now: float = 0.0
    ops: int = 0
    heap: list[tuple[float, int, Get]] = field(default_factory=list)
    true: list[list[float | int] | tuple[Event, float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clocks = [Clock(skew) for skew in self.skews]
        self.streams = [Stream(seat, clock) for seat, clock in enumerate(self.clocks)]
        self.watchers = [stream.watch() for stream in self.streams]
        self._joined: set[int] = set()

    def get(self, t: int, route: tuple[int, ...], hop: int) -> None:
        """At t a customer of route[0] asks, and the question goes along; `hop` from one to the next. Units of time."""
        heappush(self.heap, (t * UNIT, len(self.heap), Get(route, hop, t * UNIT)))

    def run(self, until: float) -> None:
        """Let happen what is due."""
        while self.heap and self.heap[0][0] <= until:
            due, number, get = heappop(self.heap)
            self._pass(max(due, self.now + UNIT))
            self._step(get, number)
        self._pass(max(until, self.now))

    def trace(self) -> Trace:
        """What truly happened."""
        trace = Trace()
        for what in self.true:
            if isinstance(what, tuple):
                trace.emit(*what)
            else:
                trace.sent(*what)  # type: ignore[arg-type]  # times and whole numbers
        return trace

    def _pass(self, now: float) -> None:
        self.now = now
        for clock in self.clocks:
            clock.now = now

    def _step(self, get: Get, number: int) -> None:
        """The question is at the next member of its route."""
        me, t = get.route[get.place % len(get.route)], self.now
        if get.place == 0:
            self.ops += 1
            get.op = self.streams[me].number(), self.ops
            get.began = t
            start = {"node": me, "nid": b"n", "kind": "immutable", "key": "k", "owner": "", "workload": "w"}
            get.cause = self._emit(me, *(GetStarted(op=op, **start) for op in get.op), get)  # type: ignore[arg-type]  # mixed values
            get.cause = self._send(me, CUSTOMERS + me, me, t, get)
        else:
            before = get.route[get.place - 1]
            if get.row >= 0 and before != me:  # within one member it is known beforehand
                self.true[get.row][1] = t  # type: ignore[index]  # it is a row
            if before != me:
                self.streams[me].arrived(get.cause[0], t + self.skews[me])
        if get.place == len(get.route):
            took = t - get.began
            done = {"node": me, "nid": b"n", "outcome": "OK", "source": "remote", "latency": took}
            both = zip(get.op, get.copy, strict=True)
            self._emit(me, *(GetFinished(op=op, copy=copy, **done) for op, copy in both), get)  # type: ignore[arg-type]  # mixed values
            return
        untils = t + self.skews[me] + 8.0, t + 8.0
        both = zip(get.op, untils, get.copy, strict=True)
        copies = (Stored(node=me, op=op, nid=b"n", store="C", until=until, origin=of) for op, until, of in both)
        get.copy = get.cause = self._emit(me, *copies, get)
        get.place += 1
        after = get.route[get.place % len(get.route)]
        due = t + (get.hop if after != me else 1) * UNIT
        get.cause = self._send(me, me, after, t + 90.0 if after != me else due, get)
        heappush(self.heap, (due, number, get))

    def _emit(self, me: int, told: Event, true: Event, get: Get) -> tuple[int, int]:
        number = self.streams[me].emit(told, self.now + self.skews[me], get.cause[0])
        self._mention(me)
        self.true.append((true, self.now, get.cause[1]))
        return number, len(self.true)

    def _send(self, me: int, src: int, dst: int, due: float, get: Get) -> tuple[int, int]:
        skew, code = self.skews[me], GET if src != me else GETQ
        number = self.streams[me].sent(self.now + skew, due + skew, get.cause[0], get.op[0], 80, src, dst, code, 0, 0)
        self._mention(src % CUSTOMERS, dst % CUSTOMERS)
        get.row = len(self.true)
        self.true.append([self.now, due, get.cause[1], get.op[1], 80, src, dst, code, 0, 0])
        return number, len(self.true)

    def _mention(self, *seats: int) -> None:
        for seat in seats:
            if seat not in self._joined:
                self._joined.add(seat)
                self.true.append((Joined(node=seat, name=NAMES[seat], customers=1), self.now, 0))
                self.true.append((Attached(node=CUSTOMERS + seat, provider=seat), self.now, 0))
