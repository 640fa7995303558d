"""A member's end of channels through the hub: a stream made of Relay frames, on which two members encrypt end to end.

Rules: the hub is a wire that may lie: whoever is at the other end has to prove itself as on any wire. What is written
waits here until the other end grants room, so a slow reader is seen by the channel above as on a socket.
"""

import asyncio
from collections.abc import Callable

from p4lab.live.frames import Relay
from p4lab.live.hub import opener
from p4lab.live.limits import Limits

CHUNK = 12_000  # bytes of one Relay: with its head it stays below a frame


class RelayStream:
    """A two-way stream of bytes to one member, as a socket's (`sockets.Stream`). seat: of the other end."""

    def __init__(self, post: Callable[[Relay], bool], seat: int, number: int, window: int, opens: bool) -> None:
        """window: bytes that each end may send before the other has read. `gone` is called when it is over."""
        self.seat = seat
        self.number = number
        self.gone: Callable[[RelayStream], None] = lambda _: None
        self.heard: Callable[[], None] = lambda: None
        self._post = post
        self._window = window
        self._opens = opens
        self._room = window
        self._out = bytearray()
        self._in = bytearray()
        self._read = 0  # since credit was given for it
        self._ended = False  # the other end sends no more
        self._closed = False
        self._more = asyncio.Event()
        self._done = asyncio.Event()

    @property
    def buffered(self) -> int:
        """Bytes that wait for room at the other end."""
        return len(self._out)

    @property
    def over(self) -> bool:
        """Whether what is written now goes nowhere."""
        return self._closed or self._ended

    async def read(self) -> bytes:
        """What comes next: at least one byte, or none when there will be no more."""
        while (data := self.came()) is None:
            self._more.clear()
            await self._more.wait()
        return data

    def came(self) -> bytes | None:
        """What has come; None where nothing has yet."""
        if not self._in:
            return b"" if self.over else None
        data = bytes(self._in)
        self._in.clear()
        self._read += len(data)
        if self._read >= self._window // 2 and not self.over:
            self._post(Relay(self.seat, self.number, credit=self._read))
            self._read = 0
        return data

    def write(self, data: bytes) -> None:
        """Send; never waits."""
        if not self.over:
            self._out += data
            self._flush()

    def close(self) -> None:
        """The end, after what there was room for."""
        if self._closed:
            return
        self._closed = True
        self._in.clear()
        if not self._ended and not self._opens:  # what was never opened needs no end
            self._post(Relay(self.seat, self.number, end=True))
        self._wake()
        self._done.set()
        self.gone(self)

    def abort(self) -> None:
        """The end; through the hub there is none that is quicker."""
        self.close()

    async def finished(self) -> None:
        """Waits until it is closed."""
        await self._done.wait()

    def take(self, frame: Relay) -> None:
        """A frame of this stream came."""
        if self.over:
            return
        if len(self._in) + self._read + len(frame.data) > self._window:
            self.close()  # more than it was granted: the hub lets none through, so the hub itself lies
            return
        self._in += frame.data
        self._room = min(self._window, self._room + frame.credit)
        self._ended = frame.end
        self._wake()  # who is told takes what there is now, and is told once
        if frame.end:
            self.gone(self)
        else:
            self._flush()

    def lost(self) -> None:
        """The hub is not there any more."""
        if not self.over:
            self._ended = True
            self._wake()
            self.gone(self)

    def _wake(self) -> None:
        self._more.set()
        self.heard()

    def _flush(self) -> None:
        while self._out and self._room and not self.over:
            data = bytes(self._out[: min(CHUNK, self._room)])
            if not self._post(Relay(self.seat, self.number, data, self._opens)):
                self.lost()
                return
            self._opens = False
            self._room -= len(data)
            del self._out[: len(data)]


class Relays:
    """All streams of one member through the hub."""

    def __init__(
        self, me: int, post: Callable[[Relay], bool], accept: Callable[[RelayStream], None], limits: Limits
    ) -> None:
        """post: to the hub. accept: somebody opened this stream to us."""
        self._me, self._post, self._accept, self._limits = me, post, accept, limits
        self._streams: dict[tuple[int, int], RelayStream] = {}  # by the other's seat and the number
        self._made = 0

    def __len__(self) -> int:
        return len(self._streams)

    def reached(self, seat: int) -> bool:
        """Whether there is a stream to this seat."""
        return any(other == seat for other, _ in self._streams)

    def open(self, seat: int) -> RelayStream:
        """A new stream to this seat; the other end hears of it with the first bytes."""
        self._made += 1
        number = (2 * self._made + (self._me > seat)) % 2**32
        return self._keep(RelayStream(self._post, seat, number, self._limits.relay_window, opens=True))

    def take(self, frame: Relay) -> None:
        """The hub hands us this."""
        stream = self._streams.get((frame.seat, frame.number))
        if stream is not None:
            stream.take(frame)
        elif not frame.end:
            key = (min(self._me, frame.seat), max(self._me, frame.seat), frame.number)
            if not frame.opens or opener(key) != frame.seat or not self._room(frame.seat):
                self._post(Relay(frame.seat, frame.number, end=True))
                return
            made = RelayStream(self._post, frame.seat, frame.number, self._limits.relay_window, opens=False)
            self._keep(made).take(frame)
            self._accept(made)

    def lost(self) -> None:
        """There is no hub any more: all streams are over."""
        for stream in list(self._streams.values()):
            stream.lost()

    def _room(self, seat: int) -> bool:
        of_one = sum(other == seat for other, _ in self._streams)
        per_one, all_ = self._limits.half_open_per_address, self._limits.relay_channels_per_member
        return of_one < per_one and len(self._streams) < all_

    def _keep(self, stream: RelayStream) -> RelayStream:
        self._streams[stream.seat, stream.number] = stream
        stream.gone = self._gone
        return stream

    def _gone(self, stream: RelayStream) -> None:
        self._streams.pop((stream.seat, stream.number), None)
