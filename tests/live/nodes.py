"""Whole nodes of a class on loopback, in one loop, for the tests of live providers and their customers.

Rules: no discovery, no address but 127.0.0.1. Leaving a story stops every node, and no part may have reported a fault.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from p4lab.core.commands import Get, Put
from p4lab.core.events import GetFinished, PutFinished
from p4lab.core.names import Kind, Regime
from p4lab.live.admission import join
from p4lab.live.channel import Channel
from p4lab.live.doors import dial
from p4lab.live.identity import Keys, parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import Party
from p4lab.live.run_node import Plan, Running

wall = time.time  # noqa: TID251 the wall clock of these tests


class Class:
    """Nodes by name, in one loop; no discovery."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self.lines: list[tuple[str, str]] = []
        self.strangers: list[Channel] = []
        self.nodes: dict[str, Running] = {}
        self.code = ""

    async def start(self, name: str, **more: object) -> Running:
        told = {"join": self.code, "listen": "127.0.0.1:0", "interfaces": (), **more}
        plan = Plan(name, self.folder / name, **told)  # type: ignore[arg-type]  # a test's shorthand
        node = Running(plan, self.limits, wall, lambda cause, says: self.lines.append((cause, says)))
        card = await node.start()
        self.nodes[name] = node
        self.code = self.code or card.code
        return node

    async def stop(self, name: str) -> None:
        await self.nodes.pop(name).stop()

    async def stranger(self, node: Running, seed: int = 7) -> Channel:
        """A channel of somebody with a ticket of the class who then says what it likes."""
        code = parse_code(self.code)
        party = Party(Keys(bytes([seed]) * 32), code.class_id, None, self.limits, node.clock, wall)
        party.ticket, _ = await join([code.address], party, code, f"Stranger {seed}")
        channel = await dial([node.card.listen], party)
        self.strangers.append(channel)
        return channel

    async def close(self) -> None:
        for channel in self.strangers:
            channel.close("the end")
        for name in reversed(list(self.nodes)):
            await self.stop(name)
        await asyncio.gather(*(channel.finished() for channel in self.strangers))
        assert [says for cause, says in self.lines if cause == "fault"] == []


async def until(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


def listen(node: Running) -> list[object]:
    """What happens at a node, from now on."""
    happened: list[object] = []
    node.stream.watch()  # what nobody watches is not made up
    emit = node.stream.emit

    def hear(event: object, t: float, cause: int) -> int:
        happened.append(event)
        return emit(event, t, cause)  # type: ignore[arg-type]  # an Event

    node.stream.emit = hear  # type: ignore[method-assign, assignment]  # a plain ear
    return happened


async def done(node: Running, command: Put | Get) -> PutFinished | GetFinished:
    """What comes of a command at this node."""
    happened = listen(node)
    op = node.node.submit(command)
    kinds = (PutFinished, GetFinished)
    await until(lambda: any(isinstance(each, kinds) and each.op == op for each in happened))
    return next(each for each in happened if isinstance(each, kinds) and each.op == op)


def story(tmp_path: Path, tell: Callable[[Class], Awaitable[None]], limits: Limits | None = None) -> None:
    """Tell a story in a class of its own."""

    async def run() -> None:
        async with asyncio.timeout(60):
            room = Class(tmp_path, limits or Limits())
            try:
                await tell(room)
            finally:
                await room.close()

    asyncio.run(run())


def up(node: Running, *seats: int) -> Callable[[], bool]:
    """Whether this node has sessions with exactly these."""
    return lambda: node.node.provider.peers == seats


async def peers(room: Class, **more: object) -> tuple[Running, Running]:
    """A teacher and Aster, who peer."""
    teacher = await room.start("Teacher", new_class="Networks", join="", **more)
    aster = await room.start("Aster", peers=(teacher.card.listen,), **more)
    await until(up(aster, 0))
    await until(up(teacher, 1))
    return teacher, aster


def hello(key: str = "k", value: str = "hello", regime: Regime = Regime.VALUE) -> Put:
    """A put by a customer called me."""
    return Put("Aster", value, key, Kind.AUTHENTICATED, regime, identity="me")
