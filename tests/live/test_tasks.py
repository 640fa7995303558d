"""Tasks are held, end with their owner, and do not fail unheard."""

import asyncio
import re

from p4lab.live.tasks import Tasks


def test_a_fault_is_told_and_the_others_go_on() -> None:
    told: list[str] = []

    async def run() -> None:
        tasks, done = Tasks(told.append), asyncio.Event()

        async def fail() -> None:
            raise KeyError("x")

        async def finish() -> None:
            await asyncio.sleep(0)
            done.set()

        tasks.start(fail())
        tasks.start(finish())
        await done.wait()
        await asyncio.sleep(0)
        assert len(tasks) == 0

    asyncio.run(run())
    assert len(told) == 1
    assert re.fullmatch(r"KeyError: 'x' \(test_tasks\.py, line \d+\)", told[0])


def test_closing_ends_all_but_the_one_that_closes() -> None:
    ended: list[str] = []

    async def run() -> None:
        tasks = Tasks()

        async def wait(name: str) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        async def close() -> None:
            await tasks.close()
            ended.append("closer")

        tasks.start(wait("a"))
        tasks.start(wait("b"))
        await asyncio.sleep(0)
        await tasks.start(close())
        await tasks.close()

    asyncio.run(run())
    assert sorted(ended[:2]) == ["a", "b"]
    assert ended[2:] == ["closer"]
