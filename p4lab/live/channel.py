"""A channel: encrypted, authenticated frames to and from one party, with heartbeats, budgets and a clean end.

Rules: what is posted in one turn of the loop leaves together, or as soon as it is much, as records (records.py). `post`
never waits; whoever does not read is let go. Nothing is decoded that did not prove its sender, and whatever is wrong
ends the channel, with the reason, and nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from p4lab.live.budget import Bucket
from p4lab.live.frames import BAD, AnyFrame, Bye, Frame, Ping, Pong, decode, decode_join, encode
from p4lab.live.identity import Ticket, member_id
from p4lab.live.limits import Limits
from p4lab.live.noise import Cipher
from p4lab.live.records import Incoming, Outgoing
from p4lab.live.sockets import Stream

MUCH = 4_096  # bytes that do not wait for the end of the turn: the other end works on them while we make more
FIRST_PINGS = 0.1  # s after which the second comes; then twice as late each, so that clocks are known soon
KEPT = 8  # measurements of which the quickest counts (NTP's clock filter keeps 8)
WHY = 200  # characters of a reason that are kept


class ChannelClosed(Exception):  # noqa: N818 a channel that is over is no error
    """The channel is over. why: in words. clean: somebody said so, here or there, and it was not cut."""

    def __init__(self, why: str, clean: bool) -> None:
        super().__init__(why)
        self.why = why
        self.clean = clean


class Channel:
    """One channel. peer: whose it is; None for a guest, who may only Join (and at whom the same limits hold).

    rtt, offset, uncertainty: seconds; offset is the other's clock minus ours, right to within uncertainty, which is
    half of rtt. None until the first measurement. address: where the other end is, as far as it is known. on_end:
    called once when the channel is over.
    """

    def __init__(
        self,
        stream: Stream,
        ciphers: tuple[Cipher, Cipher],
        peer_key: bytes,
        peer: Ticket | None,
        limits: Limits,
        clock: Callable[[], float],
        bucket: Bucket,
        began: bytes = b"",
        guest: bool = False,
        address: str = "",
    ) -> None:
        """ciphers: what we send with, what we receive with. began: what has come already.

        guest: one side has no ticket; no heartbeats, and only a Join.
        """
        self.peer = peer
        self.peer_key = peer_key
        self.peer_id = member_id(peer_key)
        self.address = address
        self.rtt: float | None = None
        self.offset: float | None = None
        self.uncertainty: float | None = None
        self.on_end: Callable[[], None] = lambda: None
        self._stream = stream
        self._limits = limits
        self._clock = clock
        self._bucket = bucket
        self._guest = guest
        self._decode: Callable[[bytes], AnyFrame] = decode_join if guest and peer is None else decode
        self._in = Incoming(ciphers[1], began)
        self._record, self._taken = b"", 0  # a record, opened, and how far it was taken
        self._fresh = True  # no record was opened in this turn of the loop
        self._paid = False  # its next frame was over a budget, and has waited for it
        self._pause: asyncio.Handle | None = None  # until the next frame may be taken
        self._taker: Callable[[AnyFrame], None] | None = None  # who is handed every frame
        self._taking = False
        self._waiter: asyncio.Future[None] | None = None  # of whoever waits here
        self._out = Outgoing(ciphers[0], limits, clock)  # what leaves at the end of this turn of the loop
        self._written = 0
        self._ended: ChannelClosed | None = None
        self._loop = asyncio.get_running_loop()
        self._heard = clock()
        self._asked: deque[float] = deque(maxlen=KEPT)
        self._measured: deque[tuple[float, float]] = deque(maxlen=KEPT)  # (rtt, offset)
        self._pace = FIRST_PINGS
        self._drain: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        stream.heard = self._go_on

    @property
    def closed(self) -> ChannelClosed | None:
        """Why it is over, once it is."""
        return self._ended

    @property
    def heard(self) -> float:
        """When anything came from the other end last, by our clock."""
        return self._heard

    @property
    def waiting(self) -> int:
        """Bytes that the other end has not taken yet."""
        return self._stream.buffered

    def post(self, frame: Frame) -> bool:
        """Sends a frame; never waits. False where the channel is over. A frame that is too long is a ValueError."""
        if self._ended is not None:
            return False
        data = encode(frame)
        out = self._out
        if not out.size and not self._taking:  # who is handed frames is asked afterwards what there is to send
            self._loop.call_soon(self._flush)
        out.add(data)
        if out.size >= MUCH:
            self._flush()
        return True

    async def receive(self) -> AnyFrame:
        """The next frame. Raises ChannelClosed. What is over a budget waits here, and what follows in the network."""
        while (frame := self._next()) is None:
            if self._ended is not None:
                raise self._ended.with_traceback(None)
            await self._news()
        return frame

    async def each(self, take: Callable[[AnyFrame], None]) -> None:
        """Hands over every frame, in the very turn of the loop in which it comes; as `receive` else.

        Raises ChannelClosed in the end, and what `take` raises.
        """
        if self._ended is None:
            self._taker, self._waiter = take, self._loop.create_future()
            try:
                self._hand_over()
                await self._waiter
            finally:
                self._taker = self._waiter = None
        assert self._ended is not None
        raise self._ended.with_traceback(None)

    def close(self, why: str) -> None:
        """Says goodbye, and why; what was posted before still leaves."""
        if self._ended is not None:
            return
        if not self._guest or self.peer is None:  # a guest may say nothing but Join
            self.post(Bye(why[:WHY]))
        self._flush()
        self._end(why, clean=True)
        self._stream.close()

    async def finished(self) -> None:
        """Waits until what was written has left, or was given up."""
        await self._stream.finished()

    def begin(self) -> None:
        """Lets the other end know that it is in, and goes on to do so while the channel lasts."""
        self._beats()

    async def begun(self) -> None:
        """Waits until the other end has let us in. Raises ChannelClosed."""
        while self._ended is None and not self._in and not self._more():
            await self._news()
        if self._ended is not None:
            raise self._ended
        self._beat = self._loop.call_later(self._pace, self._beats)  # not at once: puts and gets are soon over

    def _next(self) -> AnyFrame | None:
        """The next frame; None where there is none, or none that may be taken yet."""
        while self._ended is None and self._pause is None:
            record, at = self._record, self._taken
            if at == len(record):
                try:
                    opened = self._in.open()
                except ValueError as wrong:
                    self._cut(str(wrong))
                    break
                if opened:
                    self._record, self._taken = opened, 0
                    if not self._fresh:
                        self._wait()  # others have their turn between two records, and answers leave
                    self._fresh = False
                elif not self._more():
                    self._fresh = True
                    break
                continue
            end = at + 2 + int.from_bytes(record[at : at + 2], "big")
            if not self._paid and (wait := self._bucket.take(end - at)):
                self._paid = True
                self._wait(wait)
                break
            self._paid = False
            self._taken = end
            try:
                if end > len(record):
                    raise ValueError("a frame that is not whole")
                frame = self._decode(record[at + 2 : end])
            except BAD:
                self._cut("sent what is no frame")
                break
            if isinstance(frame, (Ping, Pong, Bye)):
                self._own(frame)
                continue
            if self.peer is None:
                self._decode = _nothing_more
            return frame
        return None

    def _wait(self, seconds: float = 0.0) -> None:
        """Take nothing for so long, or until the next turn of the loop; whoever gives up meanwhile loses nothing."""
        self._heard = self._clock()  # what we do not read is no silence
        loop = self._loop
        self._pause = loop.call_later(seconds, self._resume) if seconds else loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._heard = self._clock()
        self._go_on()

    def _go_on(self) -> None:
        """Something has come, or may be taken now."""
        if self._taker is not None:
            self._hand_over()
        else:
            self._rouse()

    def _rouse(self, fault: Exception | None = None) -> None:
        """Whoever waits goes on, or is told that `take` has failed."""
        if self._waiter is None or self._waiter.done():
            return
        if fault is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(fault)

    def _hand_over(self) -> None:
        """All that may be taken now, to whoever takes every frame."""
        take = self._taker
        if take is None or self._taking:
            return
        self._taking = True
        try:
            while (frame := self._next()) is not None:
                take(frame)
        except Exception as fault:  # noqa: BLE001 whoever waits in `each` is told, and may know what to do
            self._taker = None  # it is handed no more; the rest waits here
            self._rouse(fault)
        finally:
            self._taking = False
            self._flush()
            if self._ended is not None:
                self._rouse()

    async def _news(self) -> None:
        """Waits until something has come, or may be taken. What was posted leaves first: an answer need not wait."""
        self._flush()
        if self._ended is None:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def _own(self, frame: Ping | Pong | Bye) -> None:
        if isinstance(frame, Bye):
            self._end(shown(frame.why) or "goodbye", clean=True)
            self._stream.close()
        elif self._guest:
            pass  # a guest has nothing to measure, and may not answer
        elif isinstance(frame, Ping):
            self.post(Pong(frame.at, self._clock()))
        elif frame.at in self._asked:
            self._asked.remove(frame.at)
            now = self._clock()
            self._measured.append((now - frame.at, frame.mine - (now + frame.at) / 2))
            self.rtt, self.offset = min(self._measured)
            self.uncertainty = self.rtt / 2

    def _more(self) -> bool:
        """Whether more bytes have come."""
        more = self._stream.came()
        if more:
            self._heard = self._clock()
            self._in.add(more)
        elif more is not None:
            self._cut("the connection was cut")
        return bool(more)

    def _flush(self) -> None:
        if not self._out.size or self._ended is not None:
            return None
        stream, limits = self._stream, self._limits
        if stream.over:
            return self._cut("the connection was cut")
        data = self._out.records()
        stream.write(data)
        self._written += len(data)
        waiting = stream.buffered
        if waiting > limits.unsent:
            return self._cut(f"does not read: {waiting} bytes wait for it")
        if waiting > limits.write_buffer and self._drain is None:
            gone = self._written - waiting
            self._drain = self._loop.call_later(limits.drain, self._drained, gone)
        return None

    def _drained(self, before: int) -> None:
        """before: bytes that had left when it was looked last."""
        self._drain = None
        waiting = self._stream.buffered
        if waiting <= self._limits.write_buffer:
            return
        gone = self._written - waiting
        if gone == before:
            self._cut(f"has not read for {self._limits.drain:g} s")
        else:
            self._drain = self._loop.call_later(self._limits.drain, self._drained, gone)

    def _beats(self) -> None:
        now, limits = self._clock(), self._limits
        if now - self._heard >= limits.idle:
            return self._cut(f"was silent for {limits.idle:g} s")
        if not self._guest:
            self._out.age(now)
            self._asked.append(now)
            self.post(Ping(now))
        elif self.peer is None:
            self.post(Ping(now))  # so that the guest knows it may Join
        self._pace = min(self._pace * 2, limits.heartbeat)
        silent = self._heard + limits.idle - now  # looked at when it is over, not a heartbeat later
        self._beat = self._loop.call_later(min(self._pace, silent), self._beats)
        return None

    def _cut(self, why: str) -> None:
        self._end(why, clean=False)
        self._stream.abort()

    def _end(self, why: str, clean: bool) -> None:
        if self._ended is not None:
            return
        self._ended = ChannelClosed(why, clean)
        self._out.clear()
        self._in.clear()
        self._record, self._taken = b"", 0
        if self._beat is not None:
            self._beat.cancel()
        if self._drain is not None:
            self._drain.cancel()
        if self._pause is not None:
            self._pause.cancel()
        if not self._taking:  # else it is done then: what `take` may raise yet is not to be lost
            self._rouse()
        self.on_end()


def shown(text: str) -> str:
    """What can be shown, and written into a log, of what somebody else says."""
    return "".join(char for char in text[:WHY] if char.isprintable())


def _nothing_more(data: bytes) -> AnyFrame:
    raise ValueError("a guest says one thing")
