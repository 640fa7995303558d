"""A class of nodes on loopback: joining, peering, putting across, restarting from the store."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from p4lab.core.commands import Get, Put
from p4lab.core.events import GetFinished, PutFinished
from p4lab.core.names import Kind, Regime
from p4lab.live.limits import Limits
from p4lab.live.run_node import Plan, Running

LIMITS = Limits()


class Class:
    """Nodes by name, in one loop; no discovery."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[tuple[str, str]] = []
        self.nodes: dict[str, Running] = {}
        self.code = ""

    async def start(self, name: str, **more: object) -> Running:
        plan = Plan(name, self.folder / name, listen="127.0.0.1:0", interfaces=(), **{"join": self.code, **more})  # type: ignore[arg-type]  # a test's shorthand
        node = Running(plan, LIMITS, time.time, lambda cause, says: self.lines.append((cause, says)))  # noqa: TID251 the wall clock is handed in here
        card = await node.start()
        self.nodes[name] = node
        self.code = self.code or card.code
        return node

    async def stop(self, name: str) -> None:
        await self.nodes.pop(name).stop()

    async def close(self) -> None:
        for name in reversed(list(self.nodes)):
            await self.stop(name)
        assert [says for cause, says in self.lines if cause == "fault"] == []


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


def listen(node: Running) -> list[object]:
    """What happens at a node, from now on."""
    happened: list[object] = []
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


def story(tmp_path: Path, tell: Callable[[Class], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20):
            room = Class(tmp_path)
            try:
                await tell(room)
            finally:
                await room.close()

    asyncio.run(run())


def up(node: Running, *seats: int) -> Callable[[], bool]:
    return lambda: node.node.provider.peers == seats


def test_a_put_at_one_is_read_at_another_and_outlives_a_restart(tmp_path: Path) -> None:
    async def tell(room: Class) -> None:
        teacher = await room.start("Teacher", new_class="Networks", join="")
        assert room.code.startswith(teacher.card.listen + "/")
        aster = await room.start("Aster", peers=(teacher.card.listen,))
        assert (aster.card.class_, aster.board.me.seat, aster.card.name) == ("Networks", 1, "Aster")
        await until(up(aster, 0))
        await until(up(teacher, 1))
        put = Put("Aster", "hello", "k", Kind.AUTHENTICATED, Regime.VALUE, identity="me")
        finished = await done(aster, put)
        assert (finished.outcome, finished.seq) == ("OK", 1)
        await until(lambda: teacher.node.provider.stores.replicas)
        await room.stop("Aster")
        await until(lambda: not teacher.node.provider.peers)
        aster = await room.start("Aster")  # without --peer: it remembers
        await until(up(aster, 0))
        get = Get("Aster", "k", kind=Kind.AUTHENTICATED, owner="me")
        got = await done(aster, get)
        assert isinstance(got, GetFinished)
        assert (got.outcome, got.source, got.values, got.seq) == ("OK", "local", ("hello",), 1)
        again = await done(aster, Put("Aster", "bye", "k", Kind.AUTHENTICATED, Regime.VALUE, identity="me"))
        assert (again.outcome, again.seq) == ("OK", 2)

    story(tmp_path, tell)
