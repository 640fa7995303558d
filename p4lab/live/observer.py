"""The observer: asks the members of its class what happens at them, and makes one trace of it, its own node's included.

Rules: on the loop's thread; what joins the trace leaves through one deque, in batches with the time up to which all is
told, and whoever takes it counts the same ids. A member that is gone without a word has `grace` to come back before it
is called crashed; one that said goodbye, or that the teacher says has left, has left. While we are out of the class
ourselves nothing is known of the others.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from p4lab.live import seen
from p4lab.live.clocks import ClockOf
from p4lab.live.frames import Open, Seen, Watch
from p4lab.live.merge import Merge
from p4lab.live.roster import DEAD, HERE, LEFT
from p4lab.live.splice import Out
from p4lab.live.stream import Stream
from p4lab.live.telling import Board

BEAT = 0.025  # s between two looks at what is ready
GOODBYE = 1.0  # s after one until it counts: a newer channel may take the place of this one
LOOK = 10  # beats between two looks at what the class knows of those who are not connected here


class Line(Protocol):
    """A channel, as far as it matters here. rtt: the shortest round trip of late."""

    @property
    def rtt(self) -> float | None: ...
    @property
    def waiting(self) -> int: ...


class Members(Board, Protocol):
    """The switchboard, as far as it matters here."""

    @property
    def channels(self) -> Mapping[int, Line]: ...
    def opened(self, seat: int) -> Open | None: ...


class Ready:
    """What joins the trace, and up to when that is all there is."""

    __slots__ = ("known", "lag", "out")

    def __init__(self, known: float, lag: float, out: list[Out]) -> None:
        self.known = known
        self.lag = lag
        self.out = out


class Observer:
    """At one member. stream: its own; named: a member's name by seat, None where there is none. `ready`: the deque.

    standing: how a member is, a state of the roster's; empty where nobody here can know.
    """

    def __init__(
        self,
        stream: Stream,
        board: Members | None,
        named: Callable[[int], str | None],
        loop: asyncio.AbstractEventLoop,
        standing: Callable[[int], str] = lambda seat: "",
    ) -> None:
        self.ready: deque[Ready] = deque()
        self.clocks: dict[int, ClockOf] = {}
        self._stream, self._board, self._loop, self._standing = stream, board, loop, standing
        self._own, self._me = stream.watch(), stream.seat
        self._merge = Merge(stream.seat, named, stream.limits, standing)
        self._merge.present(stream.seat)
        self._clock = ClockOf(own=True)
        self._gone: dict[int, asyncio.TimerHandle] = {}  # who went, or came, and has yet to be called so
        self._beats = 0
        self._timer: asyncio.Handle | None = loop.call_soon(self._beat)
        if board is not None:
            board.on(Seen, self._seen)
            board.watch(self._up, self._down)
            for seat in board.channels:
                self._up(seat)

    def close(self) -> None:
        """Ask nobody any more; what is ready stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for timer in self._gone.values():
            timer.cancel()
        self._gone.clear()
        self._stream.unwatch(self._own)
        if self._board is not None:
            for seat in self._board.channels:
                self._board.post(seat, Watch(False))

    def _up(self, seat: int) -> None:
        board = self._board
        opened = board.opened(seat) if board is not None else None
        if board is None or opened is None or not opened.provider:
            return
        self._cancel(seat)
        self._merge.present(seat)
        if opened.shows and self._timer is not None:
            self.clocks[seat] = ClockOf()
            board.post(seat, Watch(True))

    def _down(self, seat: int, why: str, clean: bool) -> None:
        if self._timer is not None and self._merge.there(seat) and self._standing(self._me) not in LEFT:
            self._goes(seat, clean, f"said goodbye: {why}" if clean else f"is not heard any more: {why}")

    def _goes(self, seat: int, clean: bool, says: str) -> None:
        self._cancel(seat)
        grace = self._stream.limits.grace
        wait = min(GOODBYE, grace) if clean else grace
        self._gone[seat] = self._loop.call_later(wait, self._vanished, seat, clean, says)

    def _vanished(self, seat: int, clean: bool, says: str) -> None:
        self._gone.pop(seat, None)
        how = self._standing(seat)
        if not clean or how != HERE:  # else it has closed this channel alone, and the class hears it
            self._merge.vanish(seat, self._stream.clock(), says, how in LEFT or (clean and not how))

    def _comes(self, seat: int) -> None:
        """It was away, and is here without telling anything."""
        self._gone.pop(seat, None)
        if (self._board is not None and seat in self._board.channels) or self._standing(seat) == HERE:
            self._merge.back(seat, self._stream.clock())

    def _look(self) -> None:
        """What becomes of those whom we do not hear is known from the class."""
        board = self._board
        if board is None or self._standing(self._me) in LEFT:
            return
        channels = board.channels
        for seat in self._merge.joined:
            if seat == self._me or seat in self._gone:
                continue
            there, how = self._merge.there(seat), self._standing(seat)
            if there and seat not in channels and how in (*LEFT, DEAD):
                self._goes(seat, how in LEFT, "has left, as the teacher says" if how in LEFT else "is lost")
            elif not there and (seat in channels or how == HERE):
                self._gone[seat] = self._loop.call_later(self._stream.limits.grace, self._comes, seat)

    def _cancel(self, seat: int) -> None:
        timer = self._gone.pop(seat, None)
        if timer is not None:
            timer.cancel()

    def _seen(self, seat: int, frame: Seen) -> None:
        """A member tells. Raises one of frames.BAD."""
        clock, board = self.clocks.get(seat), self._board
        if clock is None or board is None or self._timer is None:
            return
        batch, now = seen.heard(frame.events), self._stream.clock()
        line = board.channels.get(seat)
        if line is not None and line.rtt is not None:
            clock.round_trip(line.rtt)
        clock.heard(batch.now, now)
        self._cancel(seat)
        self._merge.take(seat, batch, frame.left_out, now, clock)

    def _beat(self) -> None:
        self._timer = self._loop.call_later(BEAT, self._beat)
        now = self._stream.clock()
        self._beats += 1
        if self._beats % LOOK == 0:
            self._look()
        while (told := self._own.take()) is not None:
            self._merge.take(self._me, seen.heard(told[0]), told[1], now, self._clock)
        out = self._merge.ready(now)
        if out or not self.ready:  # the window reads what it has not read before it asks how late it is
            self.ready.append(Ready(self._merge.settled, self._merge.lag, out))
