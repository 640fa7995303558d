"""What the window and the command line know of a run (architecture section 2).

Rules: six members; the rest is data. A Session makes Events available and takes Commands; it knows nothing of speed,
pause or pictures.
"""

from math import inf
from typing import Protocol

import msgspec

from p4lab.core.commands import Command
from p4lab.scenario.model import Do, Scenario
from p4lab.trace import Trace


class Abilities(msgspec.Struct, frozen=True):
    """What a Session can do, and why not where it cannot. known: the whole run has happened, up to `end`.

    short: why there is less of it than there was, in a sentence. peers_only: why whoever is drawn together here peers,
    and nobody hangs below another or is added; empty where all that can be done.
    """

    submit: bool
    fork: bool
    real_time: bool = False
    known: bool = False
    why_not: str = ""
    end: float = inf
    short: str = ""
    peers_only: str = ""


class AnewError(ValueError):
    """This command changes who there is: only a run made anew with it can do it, and that has the same past."""


class Session(Protocol):
    """Time is seconds since the run began."""

    trace: Trace
    abilities: Abilities
    lag: float  # how far playback keeps behind: 0 simulated and replayed
    scenario: Scenario  # what the run was made from, hand-driven commands not included
    commands: list[Do]  # what was done by hand since, in order

    def advance(self, until: float) -> float:
        """Make Events up to `until` available, within a few ms of wall time; returns the time known so far."""

    def submit(self, command: Command, t: float) -> float:
        """Do `command` at playhead `t` and return the moment it takes effect.

        Raises ValueError with a sentence where the session cannot, or t lies before what is already known (fork first);
        AnewError, which is one, for what can only be given before a run has begun (`commands.ANEW`);
        ScenarioError, with the path of its field, where the command itself is at fault.
        """

    def fork(self, t: float) -> "Session":
        """The same past up to and including `t`, an open future. Its Events are made by `advance`, as everywhere."""

    def close(self) -> None:
        """Let go of files."""
