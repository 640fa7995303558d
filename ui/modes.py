"""How time runs: Run with all animation, Fast with few pictures, Express with none but when one is asked for.

Rules: no Qt. A mode is data; who obeys it is the player, by way of `drive.py`. Names and keys are those of OMNeT++'s
Qtenv; unlike there, everything is recorded in every mode.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from ui import words


@dataclass(frozen=True)
class Mode:
    """speeds: from, to, in simulated seconds per second. usual: at first; None is `auto`.

    budget: seconds of engine per frame while a picture costs nothing. every: seconds between two pictures at least.
    folds: whether the folds follow at once; without them there is nothing new to be seen.
    """

    word: str
    label: str
    says: str
    speeds: tuple[float, float]
    usual: float | None
    budget: float
    every: float
    folds: bool = True

    @property
    def animates(self) -> bool:
        """Whether each frame is drawn, so that messages are seen to fly."""
        return self.every <= 0


RUN = Mode("run", "Run", "All messages are seen to fly", (0.01, 100.0), None, 0.008, 0.0)
FAST = Mode("fast", "Fast", "A picture now and then, no messages in flight", (1.0, 1e6), 1000.0, 0.04, 0.2)
EXPRESS = Mode(
    "express", "Express", "As fast as the engine makes events; a picture when you ask for one",
    (1.0, 1e6), None, 0.06, math.inf, folds=False,
)  # fmt: skip
MODES = (RUN, FAST, EXPRESS)


def fitting(speed: float | None) -> Mode:
    """The mode for a speed that somebody asked for."""
    return FAST if speed is not None and speed > RUN.speeds[1] else RUN


class Paced(Protocol):
    """What has a pace."""

    @property
    def mode(self) -> Mode: ...
    @property
    def playing(self) -> bool: ...
    @property
    def playhead(self) -> float: ...
    @property
    def factor(self) -> float: ...
    @property
    def speed(self) -> float | None: ...


def pace(what: Paced) -> str:
    """The pace in force, for the corner of the map."""
    if what.mode is EXPRESS:
        return f"express: the picture is of {words.clock(what.playhead)}" if what.playing else "express"
    said = words.pace(what.factor, what.speed is None and what.mode is RUN)
    return f"fast · {said}" if what.mode is FAST else said
