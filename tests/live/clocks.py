"""A loop whose time is what a test says: it stands still while things are done, and jumps to the next timer.

Rules: no thread, no sleep; `late` says how much later than asked each timer is called, as on a machine that is busy.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf


class Timer:
    def __init__(self) -> None:
        self.off = False

    def cancel(self) -> None:
        self.off = True


class Clock:
    """As much of an asyncio loop as a lab needs."""

    def __init__(self, late: Callable[[], float] = lambda: 0.0) -> None:
        self.t = 0.0
        self.late = late
        self._numbers = count()
        self._timers: list[tuple[float, int, Timer, Callable[[], object]]] = []

    def time(self) -> float:
        return self.t

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        timer = Timer()
        heappush(self._timers, (when, next(self._numbers), timer, callback))
        return timer

    def soon(self, callback: Callable[[], object], after: float = 0.0) -> None:
        self.call_at(self.t + after, callback)

    def run(self, until: float = inf) -> None:
        """Call what is due up to and including `until`."""
        while self._timers and self._timers[0][0] <= until:
            when, _, timer, callback = heappop(self._timers)
            if not timer.off:
                self.t = max(self.t, when + self.late())
                callback()
        self.t = max(self.t, until)
