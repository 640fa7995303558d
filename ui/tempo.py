"""What sets the pace `auto`: the messages of the watched name that fly at a time, and those about to leave.

Rules: no Qt. Asks the run and moves nothing; the player decides what follows. Messages that open and fill sessions are
watched whatever the name, so that a catch-up is seen.
"""

from time import perf_counter

import numpy as np

from ui.pace import cruise, next_factor
from ui.run import LOOK, Run
from ui.words import ACCESS, SESSION


class Tempo:
    """watched: the name whose messages set the pace."""

    def __init__(self) -> None:
        self.watched: int | None = None

    def next(self, run: Run, factor: float, wall: float, t: float) -> float:
        """The factor after `wall` seconds at `factor`."""
        return next_factor(factor, wall, self.hop(run, t), cruise(run.duration))

    def hop(self, run: Run, t: float) -> float | None:
        """How long the watched messages that fly at t typically take; None where none does."""
        rows = self._watched(run, run.trace.in_flight(t))
        return float(np.median(rows["due"] - rows["t"])) if len(rows) else None

    def until_leaving(self, run: Run, at: float, target: float, budget: float) -> float:
        """`target`, or the moment between `at` and it at which a watched message leaves, or where the budget ended."""
        look, end = max(LOOK, (target - at) / 50), perf_counter() + budget
        while at < target:
            if (left := end - perf_counter()) <= 0:
                return at
            ahead = min(target, at + look)
            if ahead > run.known:
                run.advance(ahead, left)
                ahead = min(ahead, run.known)
                if ahead <= at:
                    return at
            else:
                ahead = min(target, run.known)
            rows = run.trace.rows(run.trace.rows_at(at), run.trace.rows_at(ahead))
            leaving = self._watched(run, rows)
            if len(leaving):
                return float(leaving["t"][0])
            at = ahead
        return target

    def _watched(self, run: Run, rows: np.ndarray) -> np.ndarray:
        if self.watched is None or not len(rows):
            return rows[:0]
        names = run.world.op_name()
        rows = rows[(rows["code"] < ACCESS) & (rows["op"] < len(names))]
        return rows[(names[rows["op"]] == self.watched) | np.isin(rows["code"], SESSION)]
