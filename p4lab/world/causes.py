"""What an event goes back to, and what came of it: the links that every event carries, looked up both ways.

Rules: pure functions of the trace: nothing is kept. The chain of an answer is what its sentences tell of, with all that
lies between them.
"""

from collections.abc import Iterable

import numpy as np

from p4lab.world.traced import Trace

PIECE = 65_536  # rows read at once: a trace hands out so many without copying
MOST = 10_000  # events of a chain, and of what came of one event
DEEP = 200  # steps back: a chain of messages is never longer


class Causes:
    """Of one trace."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def before(self, number: int) -> int:
        """The cause of an event, 0 where it has none."""
        return self._trace[number - 1].cause if 0 < number <= len(self._trace) else 0

    def after(self, number: int) -> list[int]:
        """The events whose cause this one is, in their order."""
        if not 0 < number <= len(self._trace):
            return []
        found = self._trace.caused(number)
        row = max(0, self._trace.rows_at(self._trace.time_of(number - 1)) - PIECE)
        row = _first_row(self._trace, number, row)
        stop = self._trace.rows_at(float("inf"))
        while row < stop and len(found) < MOST:
            upto = min(stop, (row // PIECE + 1) * PIECE)
            rows = self._trace.rows(row, upto)
            found += rows["id"][rows["cause"] == number].tolist()
            row = upto
        return sorted(found)

    def back(self, number: int) -> list[int]:
        """An event and all that it goes back to, nearest first."""
        found: list[int] = []
        while number and len(found) < DEEP:
            found.append(number)
            number = self.before(number)
        return found

    def chain(self, numbers: Iterable[int]) -> frozenset[int]:
        """These events, each with what it goes back to within its own operation."""
        found: set[int] = set()
        for number in numbers:
            while number and number not in found and len(found) < MOST:
                found.add(number)
                cause = self.before(number)
                own = getattr(self._trace[number - 1], "op", 0)
                if cause and getattr(self._trace[cause - 1], "op", own) not in (own, 0):
                    break
                number = cause
        return frozenset(found)


def _first_row(trace: Trace, number: int, row: int) -> int:
    """The first row from `row` on that comes after an event."""
    upto = trace.rows_at(trace.time_of(number - 1))
    while row < upto:  # rows of the very moment of the event may come before or after it
        rows = trace.rows(row, min(upto, (row // PIECE + 1) * PIECE))
        place = int(np.searchsorted(rows["id"], number, side="right"))
        if place < len(rows):
            return row + place
        row += len(rows)
    return row
