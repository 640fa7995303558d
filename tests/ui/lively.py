"""A live run for the tests of the window: a simulated one that time itself moves on, and that nobody can hurry.

Rules: what a lab promises and no more: it makes what has happened by now, takes commands now, and forks into a model.
The clock is handed in, so that a test may let an hour pass.
"""

from collections.abc import Callable
from time import perf_counter

import msgspec

from p4lab.core.commands import ANEW, Command
from p4lab.scenario.model import Scenario
from p4lab.session.base import Abilities, AnewError
from p4lab.session.simulated import Simulated

LAG = 0.1  # s
LONG = 36_000.0  # s that the simulated run inside lasts


class Lively:
    """A Session in real time."""

    def __init__(self, scenario: Scenario, clock: Callable[[], float] = perf_counter) -> None:
        self.scenario = scenario
        self.abilities = Abilities(submit=True, fork=True, real_time=True)
        self.lag = LAG
        self.closed = 0
        self._clock, self._began = clock, clock()
        self._inside = Simulated(msgspec.structs.replace(scenario, duration=LONG))
        self.trace, self.commands = self._inside.trace, self._inside.commands
        self._ended: float | None = None

    @property
    def now(self) -> float:
        return self._clock() - self._began if self._ended is None else self._ended

    def advance(self, until: float) -> float:
        """What has happened by now, whatever is asked for."""
        now = self.now
        while self._inside.advance(now) < now:
            pass
        return now

    def submit(self, command: Command, t: float) -> float:
        """Now."""
        if isinstance(command, ANEW):
            raise AnewError("nodes are numbered when it is made")
        return self._inside.submit(command, self.advance(0.0))

    def fork(self, t: float) -> Simulated:
        """A model with what was done up to then."""
        return Simulated(self.scenario, [row for row in self.commands if row.at <= t])

    def close(self) -> None:
        """It ends."""
        self.closed += 1
        self._ended = self.now
