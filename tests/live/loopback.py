"""Members of a class on real channels of this machine's loopback, each with its stream and its teller, in one loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from p4lab.core.events import Event
from p4lab.live.channel import Channel
from p4lab.live.doors import Listener, dial
from p4lab.live.frames import Carried, Open
from p4lab.live.identity import Keys, class_id, issue
from p4lab.live.limits import Limits
from p4lab.live.meeting import Party
from p4lab.live.observer import Observer
from p4lab.live.stream import Stream, nothing
from p4lab.live.switchboard import Switchboard
from p4lab.live.tasks import Tasks
from p4lab.live.telling import Teller
from p4lab.trace import Trace

TEACHER = Keys(b"t" * 32)
NAMES = ("Ann", "Ben", "Cleo")
LIMITS = Limits(heartbeat=0.2, idle=1.0, grace=0.2)


def named(seat: int) -> str | None:
    """As the roster has it."""
    return NAMES[seat] if seat < len(NAMES) else None


class Node:
    """A member whose messages are empty: what it sends arrives, and is told."""

    def __init__(self, seat: int, skew: float, limits: Limits, first: int, policy: str) -> None:
        loop = asyncio.get_running_loop()
        self.seat = seat
        self.clock = lambda: loop.time() + skew
        keys = TEACHER if seat == 0 else Keys(bytes([seat]) * 32)
        ticket = issue(TEACHER, keys.public, NAMES[seat], seat, 10**10)
        party = Party(keys, class_id(TEACHER.public), ticket, limits, self.clock, lambda: 1.0)
        self.stream = Stream(seat, self.clock, first, nothing, limits)
        self.faults: list[str] = []
        self.tasks = Tasks(self.faults.append)

        async def call(addresses: Sequence[str], expect: bytes | None) -> Channel:
            return await dial(addresses, party, expect)

        self.board = Switchboard(
            ticket, self._open, call, limits, self.clock, random.Random(seat), self.faults.append
        )  # fmt: skip
        self.teller = Teller(self.stream, self.board, loop, policy)
        self.board.on(Carried, self._arrived)
        self.got: list[tuple[int, int]] = []
        self.door = Listener(party, lambda channel: self.tasks.start(self.board.admit(channel)))
        self.observer: Observer | None = None

    @property
    def address(self) -> str:
        """Where it can be dialled."""
        return f"127.0.0.1:{self.door.port}"

    def emit(self, event: Event, cause: int = 0) -> int:
        """Something happens here now."""
        return self.stream.emit(event, self.clock(), cause)

    def send(self, dst: int, cause: int = 0) -> int:
        """A message leaves; its sender does not know how long it takes."""
        t = self.clock()
        event = self.stream.sent(t, t + 5.0, cause, 0, 80, self.seat, dst, 3, 0, 0)
        assert self.board.post(dst, Carried(event, b""))
        return event

    async def watched(self) -> None:
        """Wait until the first node is told what happens here, if it may be."""
        while 0 not in self.teller.watched and self.teller.shows:
            await asyncio.sleep(0)

    def kill(self) -> None:
        """As a process does that is killed: nothing is said, and nobody listens."""
        self.teller.close()
        for seat, channel in self.board.channels.items():
            self.board.unwant(seat)
            channel._cut("killed")

    async def close(self) -> None:
        """Let go of everything."""
        if self.observer is not None:
            self.observer.close()
        self.teller.close()
        await self.door.close()
        await self.board.close("the end")
        await self.tasks.close()
        assert self.faults == []

    def _open(self, purpose: str) -> Open:
        return Open(purpose, (self.address,), shows=self.teller.shows)

    def _arrived(self, seat: int, frame: Carried) -> None:
        self.stream.arrived(frame.event, self.clock())
        self.got.append((seat, frame.event))


class Class:
    """The nodes, and the trace that the first of them makes of them."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.trace = Trace()
        self.known: list[float] = []

    async def add(
        self, seat: int, skew: float = 0.0, limits: Limits = LIMITS, first: int = 1, policy: str = "class"
    ) -> Node:
        """Another node, which dials all that are there."""
        node = Node(seat, skew, limits, first, policy)
        await node.door.open("127.0.0.1")
        for other in self.nodes:
            if other.seat != seat:  # else it is what was killed
                await node.board.reach([other.address])
        self.nodes.append(node)
        return node

    async def observe(self, standing: Callable[[int], str | None] = lambda seat: "") -> Observer:
        """The first node watches; once this returns, the others tell what happens. standing: as of an Observer."""
        node, loop = self.nodes[0], asyncio.get_running_loop()
        node.observer = Observer(node.stream, node.board, named, loop, lambda seat: standing(seat) or "")
        for other in self.nodes[1:]:
            await other.watched()
        return node.observer

    def drain(self) -> list[Event]:
        """All that has joined the trace by now."""
        self.take()
        return list(self.trace[:])

    def take(self) -> None:
        """Have all join the trace that is ready."""
        observer = self.nodes[0].observer
        assert observer is not None
        while observer.ready:
            ready = observer.ready.popleft()
            self.known.append(ready.known)
            for out in ready.out:
                if isinstance(out, tuple):
                    self.trace.sent(*out)
                else:
                    assert self.trace.emit(out, out.t, out.cause) == out.id

    async def until(self, seen: Callable[[list[Event]], bool]) -> list[Event]:
        """Wait until the trace has it."""
        while not seen(self.drain()):
            await asyncio.sleep(0.02)
        return self.drain()


def live(story: Callable[[Class], Awaitable[None]]) -> None:
    """Run a story on loopback, and let go of everything."""

    async def run() -> None:
        async with asyncio.timeout(60):
            group = Class()
            try:
                await story(group)
            finally:
                for node in group.nodes:
                    await node.close()

    asyncio.run(run())
