"""A recording played again: the Session whose whole run is known from the start.

Rules: nothing is simulated: what the file says is what happened. To try something else, open the scenario in it.
"""

from pathlib import Path
from typing import NoReturn

import msgspec

from p4lab.core.commands import Command
from p4lab.recording import RecordingError, load
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do
from p4lab.scenario.read import parse
from p4lab.session.base import Abilities
from p4lab.trace import Trace

__all__ = ["RecordingError", "Replayed"]

WHY_NOT = "a recording cannot be changed; open its scenario to try something else"


class Replayed:
    """A Session over a file. version: of the program that made it. Raises RecordingError where it cannot be read."""

    lag = 0.0

    def __init__(self, path: Path | str) -> None:
        self.trace = Trace()
        self.abilities = Abilities(submit=False, fork=False, known=True, why_not=WHY_NOT)
        recording = load(path, self.trace)
        try:
            scenario = parse(recording.scenario)
        except ScenarioError as fault:
            raise RecordingError(path, f"the scenario in it cannot be read: {fault}") from None
        self.scenario = msgspec.structs.replace(scenario, seed=recording.seed, branch=())
        self.commands = [Do(at, command) for at, command in recording.commands]
        self.version = recording.version
        self._end = recording.end

    def advance(self, until: float) -> float:
        """All of it is there already: returns the time that the recorded run had got to."""
        return self._end

    def submit(self, command: Command, t: float) -> NoReturn:
        """Raises ValueError: what happened has happened."""
        raise ValueError(WHY_NOT)

    def fork(self, t: float) -> NoReturn:
        """Raises ValueError: a recording has one future."""
        raise ValueError(WHY_NOT)

    def close(self) -> None:
        """The file was closed when it had been read."""
