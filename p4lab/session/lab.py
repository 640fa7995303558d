"""A scenario in real time, inside this program: providers on a thread of their own, links in memory.

Rules: what the thread makes comes here in batches, once a frame, and a command crosses to it at once: it takes effect
now, wherever the playhead is. The run has no end; the scenario's duration is only what a simulation of it would take.
"""

import asyncio
from math import ceil, floor
from time import perf_counter

import msgspec

from p4lab.core.commands import Command
from p4lab.live.lab import Lab
from p4lab.live.scratch import Scratch
from p4lab.live.thread import Thread
from p4lab.scenario.check import check_command
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import Abilities
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace

LAG = 0.15  # s: what a window may be late with a few frames without a jump
BUDGET = 0.008  # s of wall time that one `advance` may take, as of a simulated run
SHARE = 0.6  # of the time between two frames, in which a window draws undisturbed
LONGEST = 0.012  # s of it: by so much may things come late
MICRO = 1_000_000
CLOSED = "this lab is closed: fork it to go on in a simulation"


class LiveLab:
    """A Session in real time. scenario: as read; commands: what was done by hand since.

    behind: how late things are done, at worst in the last second or so, since the machine is slow.
    """

    lag = LAG

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.commands: list[Do] = []
        self.trace = Trace()
        self.abilities = Abilities(submit=True, fork=True, real_time=True)
        self._lab = Lab(scenario)
        self._thread = Thread("lab")
        self._asked = perf_counter()  # when the window asked last
        self._thread.start(self._live)

    @property
    def behind(self) -> float:
        """Seconds."""
        return self._lab.behind

    def advance(self, until: float) -> float:
        """Take in what has happened, for a few ms at most; returns the time up to which everything is here.

        Raises what went wrong in the lab, once: it is closed then.
        """
        known, batches = self._lab.known, self._lab.batches
        begun = perf_counter()
        end = begun + BUDGET
        self._lab.give_way(min((begun - self._asked) * SHARE, LONGEST))
        self._asked = begun
        while batches:
            told, batch = batches.popleft()
            self.trace.append(batch)
            if batches and perf_counter() > end:
                known = told
                break
        if self._thread.fault is not None and self.abilities.submit:
            self.close()
            raise self._thread.fault
        return known

    def submit(self, command: Command, t: float) -> float:
        """Do `command` now; returns when that is. t, where the playhead is, plays no part."""
        if not self.abilities.submit:
            raise ValueError(CLOSED)
        check_command(command, self.scenario, [row.command for row in self.commands])
        at = (floor(self._lab.now * MICRO) + 1) / MICRO  # later than all that has happened
        row = Do(max(at, self.commands[-1].at if self.commands else 0.0), command)
        if not self._thread.call(lambda: self._lab.submit(row)):
            raise ValueError(CLOSED)
        self.commands.append(row)
        return row.at

    def fork(self, t: float) -> Simulated:
        """A simulation of this scenario with the commands up to `t`: a model, since a machine's clock has no seed."""
        duration = max(self.scenario.duration, ceil(t) + self.scenario.duration)
        longer = msgspec.structs.replace(self.scenario, duration=duration)
        return Simulated(longer, [row for row in self.commands if row.at <= t])

    def close(self) -> None:
        """End it: what has happened by now stays. Takes three seconds at most."""
        if self.abilities.submit:
            self._thread.stop()
            self.abilities = msgspec.structs.replace(
                self.abilities, submit=False, known=True, why_not=CLOSED, end=self._lab.known
            )

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        self._lab.begin(loop, Scratch(lambda: self._lab.now))
        try:
            await loop.create_future()
        finally:
            self._lab.close()
