"""Running nodes on hosts of their own: each in a thread whose sockets belong to a network namespace.

Rules: a node is touched on its own loop alone, by `ask`. Leaving the `with` stops every node and thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread
from types import TracebackType
from typing import TypeVar

from p4lab.core.commands import Get, Put
from p4lab.core.events import GetFinished, PutFinished
from p4lab.live.limits import Limits
from p4lab.live.run_node import Plan, Running
from tests.live.nets import Host

T = TypeVar("T")


class Far:
    """A node on a host."""

    def __init__(self, host: Host, plan: Plan, limits: Limits) -> None:
        self.lines: list[tuple[str, str]] = []
        self.happened: list[object] = []
        self._started: Future[Running] = Future()
        self._end: Callable[[], object] = lambda: None
        self._loop: asyncio.AbstractEventLoop
        self._host, self._plan, self._limits = host, plan, limits
        self._thread = Thread(target=self._run, name=plan.name)

    def __enter__(self) -> Far:
        self._thread.start()
        try:
            self.node = self._started.result(20)
        except BaseException:
            self._thread.join(5)
            raise
        self.card = self.node.card
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(5)
        assert not self._thread.is_alive()
        if kind is None:
            assert [says for cause, says in self.lines if cause == "fault"] == []

    def ask(self, what: Callable[[Running], T]) -> T:
        """Do this on the node's own loop."""
        answer: Future[T] = Future()

        def asked() -> None:
            try:
                answer.set_result(what(self.node))
            except BaseException as fault:  # noqa: BLE001 it is raised where it was asked
                answer.set_exception(fault)

        self._loop.call_soon_threadsafe(asked)
        return answer.result(20)

    def until(self, true: Callable[[Running], object], within: float = 20.0) -> float:
        """Wait until it is so at this node; how long it took."""
        began = time.perf_counter()
        while not self.ask(true):
            assert time.perf_counter() - began < within, f"{self._plan.name}: it did not come; {self.lines[-8:]}"
            time.sleep(0.01)  # noqa: TID251 this thread has no loop, it waits for another's
        return time.perf_counter() - began

    def do(self, command: Put | Get) -> PutFinished | GetFinished:
        """What comes of a command at this node."""
        op = self.ask(lambda node: node.node.submit(command))

        def found() -> list[PutFinished | GetFinished]:
            return [each for each in self.happened if isinstance(each, PutFinished | GetFinished) and each.op == op]

        self.until(lambda _: found())
        return found()[0]

    def _run(self) -> None:
        with self._host.inside(), contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._end = ended.set
        wall = time.time  # noqa: TID251 the wall clock is handed in here
        node = Running(self._plan, self._limits, wall, lambda cause, says: self.lines.append((cause, says)))
        try:
            await node.start()
        except BaseException as fault:
            self._started.set_exception(fault)
            raise
        emit = node.stream.emit

        def heard(event: object, t: float, cause: int) -> int:
            self.happened.append(event)
            return emit(event, t, cause)

        node.stream.emit = heard
        self._started.set_result(node)
        try:
            await ended.wait()
        finally:
            await node.stop()


@contextlib.contextmanager
def running(host: Host, plan: Plan, limits: Limits) -> Iterator[Far]:
    """A node on this host, for as long as this lasts."""
    with Far(host, plan, limits) as far:
        yield far
