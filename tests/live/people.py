"""A teacher, two students and a stranger, and wires in memory between them that remember what passed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import msgspec

from p4lab.live.budget import Bucket
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.frames import Frame
from p4lab.live.identity import Keys, Ticket, class_id, issue
from p4lab.live.limits import Limits
from p4lab.live.meeting import Party
from p4lab.live.noise import Cipher

TEACHER, ANN, BEN, EVE = (Keys(name * 32) for name in (b"t", b"a", b"b", b"e"))
CLASS = class_id(TEACHER.public)
NOW = 1_800_000_000  # unix time
SEATED = {TEACHER.public: 0, ANN.public: 1, BEN.public: 2}
NAMES = ("Teacher", "Ann", "Ben")
FREE = Limits(messages_per_second=1e9, burst=1e9, bytes_per_second=1e12, burst_bytes=1e12)
KEYS = (b"1" * 32, b"2" * 32)  # of a channel's two directions

T = TypeVar("T")


def run(talk: Coroutine[Any, Any, T], seconds: float = 30.0) -> T:
    """What a test's coroutine returns, in bounded time; tasks that are left behind make it fail."""

    async def bounded() -> T:
        async with asyncio.timeout(seconds):
            result = await talk
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert left == set()
        return result

    return asyncio.run(bounded())


def ticket(keys: Keys, expires: int = NOW + 1_000) -> Ticket:
    """What the teacher gave to somebody of the class."""
    seat = SEATED[keys.public]
    return issue(TEACHER, keys.public, NAMES[seat], seat, expires)


def party(keys: Keys, limits: Limits = FREE, shown: Ticket | None = None, shift: float = 0.0, **more: Any) -> Party:
    """Somebody who shows this ticket, else its own. shift: of its clock."""
    clock = asyncio.get_running_loop().time
    made = Party(keys, CLASS, shown or ticket(keys), limits, lambda: clock() + shift, lambda: NOW)
    return msgspec.structs.replace(made, **more)


class Wire:
    """One end of a Stream in memory. sent: all that was written here. change: what becomes of it on the way."""

    def __init__(self) -> None:
        self.heard: Callable[[], None] = lambda: None
        self.other: Wire | None = None
        self.sent: list[bytes] = []
        self.change: Callable[[bytes], bytes] = lambda data: data
        self.stuck = 0  # bytes that the other end does not take
        self.over = False
        self._came = bytearray()
        self._ended = False
        self._news = asyncio.Event()

    @property
    def buffered(self) -> int:
        return self.stuck

    async def read(self) -> bytes:
        while (data := self.came()) is None:
            self._news.clear()
            await self._news.wait()
        return data

    def came(self) -> bytes | None:
        if not self._came:
            return b"" if self._ended or self.over else None
        data = bytes(self._came)
        self._came.clear()
        return data

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        if self.other is not None:
            self.other.feed(self.change(data))

    def feed(self, data: bytes, end: bool = False) -> None:
        """Bytes arrive here, and perhaps no more after them."""
        self._came += data
        self._ended = self._ended or end
        self._wake()

    def close(self) -> None:
        if not self.over:
            self.over = True
            self._came.clear()
            self._wake()
            if self.other is not None:
                self.other.feed(b"", end=True)

    abort = close

    def _wake(self) -> None:
        self._news.set()
        asyncio.get_running_loop().call_soon(self.heard)  # what arrives does so in a turn of its own

    async def finished(self) -> None:
        assert self.over


def wires() -> tuple[Wire, Wire]:
    one, two = Wire(), Wire()
    one.other, two.other = two, one
    return one, two


def end(wire: Wire, first: bool, limits: Limits = FREE, guest: bool = False, peer: bool = True, **more: Any) -> Channel:
    """A channel with known keys. first: which of its two ends. It has not begun, so it does not beat."""
    send, receive = (KEYS[0], KEYS[1]) if first else (KEYS[1], KEYS[0])
    clock = more.pop("clock", asyncio.get_running_loop().time)
    bucket = Bucket(clock, limits.messages_per_second, limits.burst, limits.bytes_per_second, limits.burst_bytes)
    other = BEN if first else ANN
    return Channel(
        wire, (Cipher(send), Cipher(receive)), other.public, ticket(other) if peer else None, limits, clock, bucket,
        guest=guest, **more,
    )  # fmt: skip


def channels(limits: Limits = FREE) -> tuple[Channel, Channel, Wire, Wire]:
    one, two = wires()
    return end(one, True, limits), end(two, False, limits), one, two


async def until_closed(channel: Channel) -> tuple[list[Frame], ChannelClosed]:
    """All that a channel delivers, and how it ends."""
    got: list[Frame] = []
    while True:
        try:
            got.append(await channel.receive())
        except ChannelClosed as closed:
            return got, closed
