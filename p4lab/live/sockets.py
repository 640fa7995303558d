"""Streams of bytes under a channel: what a channel needs of one, and the TCP socket that gives it.

Rules: bytes only; nothing here knows frames. What has come waits in one buffer of bounded size, and while that is full
nothing is read, so that TCP pushes back. Nobody writes into a stream that is over (asyncio would warn at each write).
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

ROOM = 65_536  # bytes that have come and were not taken, at most: four frames of the longest
FIRST_ROOM = 4_096  # until there was more at once: most who are connected never say as much
LINGER = 1.0  # s that a closed socket waits for the other end to take the last bytes


class Stream(Protocol):
    """Bytes to and from one other party, in order.

    heard: called when bytes have come, or when no more will; by then `came` says so, since it is asked there and then.
    """

    heard: Callable[[], None]

    @property
    def buffered(self) -> int:
        """Bytes that were written and have not left."""

    @property
    def over(self) -> bool:
        """Whether writing is of no use any more."""

    def came(self) -> bytes | None:
        """What has come: at least one byte, or none when there will be no more; None where nothing has come yet."""

    async def read(self) -> bytes:
        """The same, once it has come. One reader at a time."""

    def write(self, data: bytes) -> None:
        """Sends, in its time; never waits."""

    def close(self) -> None:
        """No more is read or written; what was written still leaves if the other end takes it soon."""

    def abort(self) -> None:
        """Ends at once."""

    async def finished(self) -> None:
        """Waits until it is over: closed or aborted, and what could still leave has left."""


class Socket(asyncio.BufferedProtocol):
    """A Stream over TCP. made: called once it is connected."""

    def __init__(self, made: Callable[["Socket"], None] = lambda _: None) -> None:
        loop = asyncio.get_running_loop()
        self.heard: Callable[[], None] = lambda: None
        self._gone: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._made = made
        self._transport: asyncio.Transport | None = None
        self._room = memoryview(bytearray(FIRST_ROOM))
        self._filled = 0
        self._full = False
        self._ended = False  # the other end sends no more
        self._closed = False  # we neither read nor write any more
        self._reader: asyncio.Future[None] | None = None
        self._linger: asyncio.TimerHandle | None = None

    @property
    def buffered(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    @property
    def over(self) -> bool:
        return self._closed or self._transport is None or self._transport.is_closing()

    async def read(self) -> bytes:
        while (data := self.came()) is None:
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return data

    def came(self) -> bytes | None:
        if not self._filled:
            return b"" if self._ended or self._closed else None
        data = bytes(self._room[: self._filled])
        if self._filled == len(self._room) < ROOM:
            self._room = memoryview(bytearray(2 * self._filled))
        self._filled = 0
        if self._full and self._transport is not None:
            self._full = False
            self._transport.resume_reading()
        return data

    def write(self, data: bytes) -> None:
        if not self.over and self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Drops what comes meanwhile: to close with bytes unread is a reset, which may overtake what was written."""
        if self._closed:
            return
        self._closed = True
        self._filled = 0
        self._wake()
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        try:
            transport.write_eof()
        except OSError:  # the other end has cut it, and asyncio does not know yet
            transport.abort()
            return
        if self._full:
            self._full = False
            transport.resume_reading()
        self._linger = self._loop.call_later(LINGER, transport.abort)

    def abort(self) -> None:
        self._closed = True
        self._filled = 0
        self._wake()
        if self._transport is not None:
            self._transport.abort()

    async def finished(self) -> None:
        await asyncio.shield(self._gone)

    def _wake(self) -> None:
        if self._reader is None:
            self.heard()
        elif not self._reader.done():
            self._reader.set_result(None)

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # asyncio does so itself only for sockets that say they are TCP, which accepted ones do not. Without it what
        # follows another write waits until the other end says more, or for 40 ms (RFC 896 and RFC 1122 4.2.3.2).
        with contextlib.suppress(OSError):  # it is cut already: macOS says so here (aiohttp does the same)
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._closed:
            transport.abort()
        else:
            self._made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._closed:
            return  # dropped: the next bytes overwrite them
        self._filled += nbytes
        self._wake()
        if self._filled == len(self._room) and self._transport is not None and not self._closed:
            self._full = True
            self._transport.pause_reading()

    def eof_received(self) -> None:
        self._ended = True  # and asyncio closes, once what was written has left; what came can still be read
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = self._closed = True
        if self._linger is not None:
            self._linger.cancel()
        self._wake()
        if not self._gone.done():
            self._gone.set_result(None)
