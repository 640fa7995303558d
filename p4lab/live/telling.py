"""Telling members of the class what happens here: to whom the policy lets, in batches, never more than they read.

Rules: on the loop's thread. A member asks with Watch and is told with Seen until it asks no more or its channel ends.
So much leaves at each beat as a reader's budget allows; while it does not read, events wait within the stream's bound.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from p4lab.live.budget import Bucket, Buckets
from p4lab.live.frames import Frame, Seen, Watch
from p4lab.live.identity import AUTHORITY
from p4lab.live.stream import FRESH, Stream, Watcher

BEAT = 0.05  # s between two looks at what there is to tell: with a lag of 0.15 s there is time to travel
FRAMES = 2  # that leave at each: 40 a second and 480 kB/s at most, half of what one member may send another
AT_ONCE = 5  # times that somebody may begin to watch at once, then one in FRESH s: each looks at all that is held
TIME = 1.0  # s after which somebody to whom there is nothing to tell is told what time it is here
POLICIES = ("class", "teacher", "nobody")  # who may watch

F = TypeVar("F", bound=Frame)


class Line(Protocol):
    """A channel, as far as it matters here. waiting: bytes that have not left."""

    @property
    def waiting(self) -> int: ...


class Board(Protocol):
    """The switchboard, as far as it matters here."""

    @property
    def channels(self) -> Mapping[int, Line]: ...
    def on(self, kind: type[F], take: Callable[[int, F], None]) -> None: ...
    def watch(self, up: Callable[[int], None], down: Callable[[int, str, bool], None]) -> None: ...
    def post(self, seat: int, frame: Frame) -> bool: ...


class Teller:
    """Of one member. policy: one of POLICIES. `shows` is what its Open says: may members of its class ask?"""

    def __init__(self, stream: Stream, board: Board, loop: asyncio.AbstractEventLoop, policy: str = "class") -> None:
        self._stream, self._board, self._loop = stream, board, loop
        self._policy = policy
        self._watchers: dict[int, Watcher] = {}
        self._told: dict[int, float] = {}  # when a seat was told something last
        self._timer: asyncio.TimerHandle | None = None
        clock = stream.clock
        self._begun: Buckets[int] = Buckets(lambda: Bucket(clock, 1 / FRESH, AT_ONCE))
        self._late: dict[int, asyncio.TimerHandle] = {}  # who has begun too often, and waits
        self._wanted: set[int] = set()  # those of them who still want it
        board.on(Watch, self._asked)
        board.watch(lambda seat: None, self._down)

    @property
    def watched(self) -> tuple[int, ...]:
        """The seats that are told."""
        return tuple(self._watchers)

    @property
    def shows(self) -> bool:
        """Whether anybody may ask."""
        return self._policy != "nobody"

    def policy(self, word: str) -> None:
        """Another policy; who may not watch any more is told nothing from now on."""
        if word not in POLICIES:
            raise ValueError(f"{word!r} is none of {', '.join(POLICIES)}")
        self._policy = word
        for seat in [seat for seat in self._watchers if not self._may(seat)]:
            self._forget(seat)

    def close(self) -> None:
        """Tell nobody anything any more."""
        for seat in list(self._watchers):
            self._forget(seat)
        for late in self._late.values():
            late.cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _may(self, seat: int) -> bool:
        return self._policy == "class" or (self._policy == "teacher" and seat == AUTHORITY)

    def _asked(self, seat: int, frame: Watch) -> None:
        if not frame.on:
            self._forget(seat)
        elif seat in self._late:
            self._wanted.add(seat)
        elif seat not in self._watchers and self._may(seat):
            wait = self._begun.of(seat).take()
            if wait:
                self._wanted.add(seat)
                self._late[seat] = self._loop.call_later(wait, self._begin_late, seat)
            else:
                self._begin(seat)

    def _begin_late(self, seat: int) -> None:
        del self._late[seat]
        if seat in self._wanted and seat in self._board.channels and self._may(seat):
            self._begin(seat)
        self._wanted.discard(seat)

    def _begin(self, seat: int) -> None:
        if len(self._watchers) >= self._stream.limits.observers and seat != AUTHORITY:
            return  # the teacher always finds room
        self._watchers[seat] = self._stream.watch()
        self._told[seat] = self._stream.clock()
        if self._timer is None:
            self._timer = self._loop.call_later(BEAT, self._beat)

    def _down(self, seat: int, why: str, clean: bool) -> None:
        self._forget(seat)

    def _forget(self, seat: int) -> None:
        self._wanted.discard(seat)
        watcher = self._watchers.pop(seat, None)
        self._told.pop(seat, None)
        if watcher is not None:
            self._stream.unwatch(watcher)

    def _beat(self) -> None:
        self._timer = self._loop.call_later(BEAT, self._beat) if self._watchers else None
        channels = self._board.channels
        for seat in list(self._watchers):
            if (line := channels.get(seat)) is not None and line.waiting < self._stream.limits.write_buffer // 2:
                self._tell(seat)

    def _tell(self, seat: int) -> None:
        watcher, now = self._watchers[seat], self._stream.clock()
        for _ in range(FRAMES):
            told = watcher.take()
            if told is None:
                break
            self._told[seat] = now
            self._board.post(seat, Seen(*told))
            if seat not in self._watchers:  # posting may end a channel
                return
        if now >= self._told[seat] + TIME:
            self._told[seat] = now
            self._board.post(seat, Seen(watcher.idle()))
