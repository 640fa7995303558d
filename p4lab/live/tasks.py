"""Tasks that somebody holds: none vanishes while it runs, none outlives its owner, and none fails unheard.

Rules: what may go wrong is caught where it is understood; what arrives here is a fault of the program and is told.
"""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any


class Tasks:
    """The tasks of one owner. fault: told what went wrong in one of them, in a sentence."""

    def __init__(self, fault: Callable[[str], None] = lambda says: None) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._fault = fault

    def __len__(self) -> int:
        return len(self._running)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run this until it ends or is cancelled."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Cancel them all, but for the one that asks for it, and wait until they have ended."""
        others = [task for task in self._running if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            where = traceback.extract_tb(fault.__traceback__)[-1]
            self._fault(f"{type(fault).__name__}: {fault} ({Path(where.filename).name}, line {where.lineno})")
