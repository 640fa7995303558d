"""The one thread in which asyncio runs, beside a window that has a loop of its own.

Rules: in there goes a callback, by `call`; out comes what the callback puts into a deque. Nobody touches an object of
the loop from outside. A fault in the loop ends it, and is kept for whoever asks: nothing dies unseen.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

STOP = 3.0  # s that whoever closes a run waits at most (live.md section 7)
SWITCH = 0.0005  # s after which a thread that computes lets another go on: the worst frame is 20, not 54 ms
START = 10.0  # s until the loop runs; it takes milliseconds


class Thread:
    """Runs one coroutine until it ends or is stopped. fault: what ended it, if that was neither."""

    def __init__(self, name: str) -> None:
        self.fault: BaseException | None = None
        self._name = name
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._runs = threading.Event()

    @property
    def running(self) -> bool:
        """Whether the loop takes callbacks."""
        return self._thread is not None and self._thread.is_alive() and self._runs.is_set()

    def start(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run what `main` makes; once this returns, the loop takes callbacks."""
        assert self._thread is None, "a thread runs once"
        sys.setswitchinterval(SWITCH)
        # Not waited for when the program ends without closing it: a window that cannot be left is worse.
        self._thread = threading.Thread(target=self._run, args=(main,), name=self._name, daemon=True)
        self._thread.start()
        self._runs.wait(START)

    def call(self, callback: Callable[[], object]) -> bool:
        """Have the loop call this, soon and in order; False: there is no loop any more."""
        if self._loop is None or not self.running:
            return False
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # it was closed meanwhile
            return False
        return True

    def stop(self, within: float = STOP) -> bool:
        """Cancel the coroutine, and wait until it has tidied up; False: it has not in time."""
        if self._thread is None:
            return True
        self.call(self._cancel)
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            with asyncio.Runner() as runner:
                self._loop = loop = runner.get_loop()
                loop.set_exception_handler(self._failed)
                runner.run(self._supervised(main))
        except asyncio.CancelledError:
            pass
        except Exception as fault:  # noqa: BLE001 what ends the loop is told to whoever asks, in another thread
            self.fault = self.fault or fault
        finally:
            self._runs.set()

    async def _supervised(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._task = asyncio.current_task()
        self._runs.set()
        await main()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback, or a task that nobody waits for, raised."""
        self.fault = self.fault or context.get("exception") or RuntimeError(context["message"])
        self._cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
