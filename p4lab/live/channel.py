"""A channel: encrypted, authenticated frames to and from one party, with heartbeats, budgets and a clean end.

Rules: a frame is a length (4 bytes, which are authenticated too) and what Noise makes of it; the first bit of a length
says that the sender rekeys after it. `post` never waits; whoever does not read is let go. Nothing is decoded that did
not prove its sender, and whatever is wrong ends the channel, with the reason, and nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from nacl.exceptions import CryptoError

from p4lab.live.budget import Bucket
from p4lab.live.frames import BAD, AnyFrame, Bye, Frame, Ping, Pong, decode, decode_join, encode
from p4lab.live.identity import Ticket, member_id
from p4lab.live.limits import FRAME, TAG, Limits
from p4lab.live.noise import Cipher
from p4lab.live.sockets import Stream

REKEY = 0x8000_0000  # in a length
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
        """began: what has come already. guest: one side has no ticket; no heartbeats, and only a Join."""
        self.peer = peer
        self.peer_key = peer_key
        self.peer_id = member_id(peer_key)
        self.address = address
        self.rtt: float | None = None
        self.offset: float | None = None
        self.uncertainty: float | None = None
        self.on_end: Callable[[], None] = lambda: None
        self._stream = stream
        self._encrypt, self._decrypt = ciphers[0].encrypt, ciphers[1].decrypt
        self._ciphers = ciphers
        self._limits = limits
        self._clock = clock
        self._bucket = bucket
        self._guest = guest
        self._decode: Callable[[bytes], AnyFrame] = decode_join if guest and peer is None else decode
        self._data, self._at = began, 0  # what has come, and how far it was taken
        self._out: list[bytes] = []  # what leaves at the end of this turn of the loop, in one write
        self._written = 0
        self._left = limits.rekey_messages  # messages until we rekey
        self._ended: ChannelClosed | None = None
        self._loop = asyncio.get_running_loop()
        self._heard = self._rekeyed = clock()
        self._asked: deque[float] = deque(maxlen=KEPT)
        self._measured: deque[tuple[float, float]] = deque(maxlen=KEPT)  # (rtt, offset)
        self._pace = FIRST_PINGS
        self._drain: asyncio.TimerHandle | None = None
        self._beat = self._loop.call_soon(self._beats)

    @property
    def closed(self) -> ChannelClosed | None:
        """Why it is over, once it is."""
        return self._ended

    @property
    def waiting(self) -> int:
        """Bytes that the other end has not taken yet."""
        return self._stream.buffered

    def post(self, frame: Frame) -> bool:
        """Sends a frame; never waits. False where the channel is over. A frame that is too long is a ValueError."""
        if self._ended is not None:
            return False
        data = encode(frame)
        self._left -= 1
        if self._left > 0:
            head = (len(data) + TAG).to_bytes(4, "big")
            sealed = self._encrypt(data, head)
        else:
            head = (len(data) + TAG | REKEY).to_bytes(4, "big")
            sealed = self._encrypt(data, head)
            self._ciphers[0].rekey()
            self._left, self._rekeyed = self._limits.rekey_messages, self._clock()
        out = self._out
        if not out:
            self._loop.call_soon(self._flush)
        out.append(head)
        out.append(sealed)
        return True

    async def receive(self) -> AnyFrame:
        """The next frame. Raises ChannelClosed. What is over a budget waits here, and what follows in the network."""
        while self._ended is None:
            data, at = self._data, self._at
            head = data[at : at + 4]
            size = int.from_bytes(head, "big")
            end = at + 4 + (size & ~REKEY)
            if len(head) < 4 or len(data) < end:
                if len(head) == 4 and end - at > FRAME + TAG + 4:
                    self._cut("sent a frame that is longer than a frame may be")
                    break
                more = await self._stream.read()
                if not more:
                    self._cut("the connection was cut")
                    break
                self._heard = self._clock()
                self._data, self._at = data[at:] + more, 0
                continue
            try:
                frame = self._decode(self._decrypt(data[at + 4 : end], head))
            except CryptoError:
                self._cut("sent what was changed on the way")
                break
            except BAD:
                self._cut("sent what is no frame")
                break
            self._at = end
            if size & REKEY:
                self._ciphers[1].rekey()
            if wait := self._bucket.take(end - at):
                await asyncio.sleep(wait)
                if self.closed is not None:
                    break
            if isinstance(frame, (Ping, Pong, Bye)):
                self._own(frame)
            else:
                if self.peer is None:
                    self._decode = _nothing_more
                return frame
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

    async def confirmed(self) -> None:
        """Waits until the other end has said something, and so has let us in. Raises ChannelClosed."""
        while self._ended is None and not self._data:
            more = await self._stream.read()
            if not more:
                self._cut("refused us")
            self._data = more
        if self._ended is not None:
            raise self._ended

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

    def _flush(self) -> None:
        if not self._out or self._ended is not None:
            return None
        data = b"".join(self._out)
        self._out.clear()
        stream, limits = self._stream, self._limits
        if stream.over:
            return self._cut("the connection was cut")
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
        if now - self._heard > limits.idle:
            return self._cut(f"was silent for {limits.idle:g} s")
        if not self._guest:
            if now - self._rekeyed > limits.rekey_after:
                self._left = 1
            self._asked.append(now)
            self.post(Ping(now))
        elif self.peer is None:
            self.post(Ping(now))  # so that the guest knows it may Join
        self._pace = min(self._pace * 2, limits.heartbeat)
        self._beat = self._loop.call_later(self._pace, self._beats)
        return None

    def _cut(self, why: str) -> None:
        self._end(why, clean=False)
        self._stream.abort()

    def _end(self, why: str, clean: bool) -> None:
        if self._ended is not None:
            return
        self._ended = ChannelClosed(why, clean)
        self._out.clear()
        self._data = b""
        self._beat.cancel()
        if self._drain is not None:
            self._drain.cancel()
        self.on_end()


def shown(text: str) -> str:
    """What can be shown, and written into a log, of what somebody else says."""
    return "".join(char for char in text[:WHY] if char.isprintable())


def _nothing_more(data: bytes) -> AnyFrame:
    raise ValueError("a guest says one thing")
