"""A simulated run: (scenario, seed, commands) and nothing else, so it can be saved, forked and run again to the digest.

Rules: a command given by hand takes effect at its own microsecond, later than everything done so far, so that the run
made again from the log is the same run. The engine is made with the first Event: until then any command can be given.
"""

from math import floor
from time import perf_counter

from p4lab.core.commands import ANEW, Command, verb
from p4lab.scenario.check import check_command
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import Abilities, AnewError
from p4lab.sim.engine import Engine
from p4lab.trace import Trace

BUDGET = 0.008  # s of wall time that one `advance` may take: half a frame at 60 frames a second
STEP = 500  # things done between two looks at the wall clock
MICRO = 1_000_000


class Simulated:
    """A Session over the event heap. scenario: as read; commands: what was done by hand since."""

    lag = 0.0

    def __init__(self, scenario: Scenario, commands: list[Do] | None = None) -> None:
        self.scenario = scenario
        self.commands: list[Do] = list(commands or [])
        self.trace = Trace()
        self.abilities = Abilities(submit=True, fork=True)
        self._engine: Engine | None = None
        self._known = -1.0  # before time 0, at which things happen already

    def advance(self, until: float) -> float:
        """Run to `until` or for a few ms; returns the time up to which everything has happened."""
        until = min(until, self.scenario.duration)
        if until <= self._known:
            return self._known
        if self._engine is None:
            self._engine = Engine(self.scenario, self.trace, self.commands)
        end = perf_counter() + BUDGET
        while self._known < until and perf_counter() < end:
            self._known = self._engine.run(until, STEP)
        return self._known

    def submit(self, command: Command, t: float) -> float:
        """Do `command` at playhead `t`, the first microsecond after everything known.

        What brings somebody in has to be given before anything has happened: nodes are numbered then.
        """
        if t < self._known:
            raise ValueError(
                f"{t:.6f} s is in the past of this run, which is known to {self._known:.6f} s: fork it first"
            )
        tick = floor(max(t, self._known) * MICRO) + 1
        at = tick / MICRO
        if at <= t or at <= self._known:  # 1.001 s is a little less than 1,001,000 us: it was rounded down
            at = (tick + 1) / MICRO
        if at > self.scenario.duration:
            raise ValueError(f"the run ends at {self.scenario.duration:g} s: scrub back, or make it longer")
        check_command(command, self.scenario, [row.command for row in self.commands])
        if isinstance(command, ANEW) and self._engine is not None:
            raise AnewError(f"{verb(command)} needs a run made anew: nodes are numbered when it is made")
        row = Do(at, command)
        self.commands.append(row)
        if self._engine is not None:
            self._engine.add(row)
        return at

    def fork(self, t: float) -> "Simulated":
        """The same scenario with the commands up to `t`; `advance` makes the past again."""
        return Simulated(self.scenario, [row for row in self.commands if row.at <= t])

    def close(self) -> None:
        """Nothing to let go of."""
