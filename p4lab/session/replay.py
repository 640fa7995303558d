"""A recording played again: the Session whose whole run is known from the start, and read as it is asked for.

Rules: nothing is simulated: what the file says is what happened. To try something else, open the scenario in it. A file
that is damaged further on, or that is closed before it is read, is a recording up to there, and says so.
"""

from pathlib import Path
from time import perf_counter
from typing import NoReturn

import msgspec

from p4lab.core.commands import Command
from p4lab.recording import Reader, RecordingError
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do
from p4lab.scenario.read import parse
from p4lab.session.base import Abilities
from p4lab.trace import Trace

__all__ = ["RecordingError", "Replayed"]

WHY_NOT = "A recording cannot be changed: open its scenario, in the menu File, to try something else."
BUDGET = 0.008  # s of wall time that one `advance` may take, as of a simulated run
FIRST = 16_000  # events: a lesson is there at once, a large run begins within a tenth of a second
PART = 1_000  # events between two looks at the clock


class Replayed:
    """A Session over a file. first: events that are read at once; version: of the program that made it; fault: what is

    wrong with the file further on; happened: on a network, without a seed. Raises RecordingError where nothing can
    be read.
    """

    lag = 0.0

    def __init__(self, path: Path | str, first: int = FIRST) -> None:
        self.trace = Trace()
        self._reader = reader = Reader(path, self.trace)
        recording = reader.recording
        try:
            scenario = parse(recording.scenario)
        except ScenarioError as fault:
            reader.close()
            raise RecordingError(path, f"the scenario in it cannot be read: {fault}") from None
        self.scenario = msgspec.structs.replace(scenario, seed=recording.seed, branch=())
        self.commands = [Do(at, command) for at, command in recording.commands]
        self.version = recording.version
        self.happened = recording.happened
        self.fault: RecordingError | None = None
        self.abilities = Abilities(submit=False, fork=False, known=True, why_not=WHY_NOT, end=recording.end)
        self._read(first)

    def advance(self, until: float) -> float:
        """Read what happened up to `until`, or for a few ms; returns the time up to which everything is read."""
        stop = perf_counter() + BUDGET
        while self._reader.reached < until and not self._reader.done and perf_counter() < stop:
            self._read()
        return self._reader.reached

    def submit(self, command: Command, t: float) -> NoReturn:
        """Raises ValueError: what happened has happened."""
        raise ValueError(WHY_NOT)

    def fork(self, t: float) -> NoReturn:
        """Raises ValueError: a recording has one future."""
        raise ValueError(WHY_NOT)

    def close(self) -> None:
        """Let go of the file: what has been read by now is all there is."""
        if not self._reader.done:
            self._reader.close()
            whole = self.abilities.end
            self._end(f"The rest of the recording was not read: of {whole:.3f} s there are {self._reached:.3f} s.")

    def _read(self, most: int = PART) -> None:
        try:
            self._reader.read(most)
        except RecordingError as fault:
            if not len(self.trace):
                raise
            self.fault = fault
            self._end(f"{fault}. What stands before that is here, up to {self._reached:.3f} s.")

    @property
    def _reached(self) -> float:
        return max(0.0, self._reader.reached)

    def _end(self, says: str) -> None:
        self.abilities = msgspec.structs.replace(self.abilities, end=self._reached, short=says)
