"""What a film shows and when: the stretch, the pace, the frames, and which moment of the run each frame is.

Rules: no Qt. The moments of a film are worked out before it is made, from a run that is known: at a fixed speed they
are evenly spaced; at the pace `auto` they are those that a person would see who lets time run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ui.pace import for_hop
from ui.run import Run
from ui.tempo import Tempo

MOST = 20_000  # frames; a quarter of an hour: whoever wants more has mistyped something
QUICK, LAST = 1e-9, 1.0  # s: how near the end counts as the end; how long the last moment stays
BUDGET = 0.01


class What(Enum):
    """What is in the picture."""

    MAP = "The map"
    WINDOW = "The whole window"


@dataclass(frozen=True)
class Film:
    """start, end: seconds of the run. speed: simulated seconds per second of film, None for auto. size: of the map."""

    path: Path
    start: float
    end: float
    speed: float | None = None
    fps: float = 25.0
    size: tuple[int, int] = (1280, 720)
    what: What = What.MAP


@dataclass(frozen=True)
class Still:
    """One frame: the moment that it shows, and the pace in force there."""

    t: float
    factor: float


def stills(film: Film, run: Run, tempo: Tempo) -> Iterator[Still]:
    """The frames, in order. run: known up to the film's end. Endless pace is cut off at MOST frames."""
    wall = 1 / film.fps
    if film.speed is not None:
        count = round((film.end - film.start) / film.speed * film.fps)
        step = film.speed * wall
        for number in range(min(count, MOST - 1) + 1):
            yield Still(min(film.end, film.start + number * step), film.speed)
        return
    t, factor = film.start, _first(run, tempo, film.start)
    left = round(LAST * film.fps)
    for _ in range(MOST):
        yield Still(t, factor)
        if t >= film.end - QUICK:
            left -= 1
            if left <= 0:
                return
            continue
        factor = tempo.next(run, factor, wall, t)
        ahead = min(film.end, t + wall * factor)
        t = ahead if tempo.hop(run, t) is not None else max(t, tempo.until_leaving(run, t, ahead, BUDGET))


def _first(run: Run, tempo: Tempo, t: float) -> float:
    hop = tempo.hop(run, t)
    return 1.0 if hop is None else for_hop(hop)
