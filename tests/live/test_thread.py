"""The thread of asyncio: callbacks in order, an end within its time, and faults that are kept."""

from __future__ import annotations

import asyncio
import threading
from time import perf_counter

import pytest

from p4lab.live.thread import Thread


def test_it_calls_in_order_and_ends_tidily() -> None:
    thread, said, all_said = Thread("test"), [], threading.Event()

    async def main() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            said.append("tidied up")

    assert not thread.call(lambda: said.append("too early"))
    thread.start(main)
    for number in range(5):
        assert thread.call(lambda number=number: said.append((number, threading.current_thread().name)))
    thread.call(all_said.set)
    assert all_said.wait(5.0)
    assert thread.stop() and thread.stop()
    assert said == [*((number, "test") for number in range(5)), "tidied up"]
    assert (thread.running, thread.fault, thread.call(all_said.clear)) == (False, None, False)


def test_it_ends_by_itself() -> None:
    thread = Thread("test")

    async def main() -> None:
        await asyncio.sleep(0)

    thread.start(main)
    assert thread.stop() and not thread.running and thread.fault is None


def test_what_does_not_end_is_not_waited_for() -> None:
    thread, free = Thread("test"), threading.Event()

    async def main() -> None:
        free.wait(10.0)

    thread.start(main)
    begun = perf_counter()
    assert not thread.stop(0.05)
    assert perf_counter() - begun < 5.0
    free.set()
    assert thread.stop()


@pytest.mark.parametrize("where", ["main", "callback", "task"])
def test_a_fault_ends_it_and_is_kept(where: str) -> None:
    thread = Thread("test")

    async def fail() -> None:
        raise LookupError(where)

    async def main() -> None:
        if where == "main":
            await fail()
        task = asyncio.get_running_loop().create_task(fail()) if where == "task" else None
        await asyncio.sleep(0)
        del task  # nobody asks what became of it
        await asyncio.get_running_loop().create_future()

    def callback() -> None:
        raise LookupError(where)

    thread.start(main)
    if where == "callback":
        thread.call(callback)
    assert thread.stop()
    assert repr(thread.fault) == f"LookupError('{where}')"
