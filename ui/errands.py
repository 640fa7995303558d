"""Work that may take longer than a frame: making the run up to a time, up to the next event, or anew from the start.

Rules: no Qt; an errand does a slice of itself when asked and says how far it is; who owns the playhead moves it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from ui.run import Run
from ui.words import clock

PATIENCE = 0.3  # s after which the person is told what takes so long


def _stay(playhead: float) -> float:
    return playhead


def _nothing() -> None:
    pass


@dataclass
class Errand:
    """slice: works for about so many seconds, True when done. share: how much is done, 0..1. place: where the playhead
    may be by now. then: what follows. makes: whether it ends in something else than another moment. quiet: pictures on
    the way would only cost time. waits: for what happens by itself, so hurry is of no use. leads: to which place in
    the history. Give it up by forgetting it: what is known stays known; given_up: what else that means.
    """

    says: str
    slice: Callable[[float], bool]
    share: Callable[[], float]
    place: Callable[[float], float] = _stay
    then: Callable[[], None] = _nothing
    makes: bool = False
    quiet: bool = False
    waits: bool = False
    leads: int | None = None
    given_up: Callable[[], None] = _nothing
    began: float = field(default_factory=perf_counter)

    @property
    def slow(self) -> bool:
        """Whether it takes long enough to be mentioned."""
        return perf_counter() - self.began > PATIENCE


def ahead(run: Run, goal: float) -> Errand:
    """Make the run known up to `goal`, the playhead going along."""
    return _along(f"{'Reading on' if run.session.abilities.known else 'Playing ahead'} to {clock(goal)}", run, goal)


def picture(run: Run, goal: float) -> Errand:
    """Look at what the engine has made already, up to `goal`."""
    return _along(f"Drawing the picture of {clock(goal)}", run, goal, quiet=True)


def next_event(run: Run, after: int) -> Errand:
    """Go to the moment of Event number `after` (from 0), or to the end of the run."""

    def place(playhead: float) -> float:
        return run.trace.time_of(after) if len(run.trace) > after else max(playhead, run.shown)

    return Errand(
        f"{'Waiting' if run.live else 'Looking'} for the next event",
        lambda budget: run.advance_by_one(after, budget),
        lambda: run.known / run.duration,
        place,
        waits=run.live,
    )


def again(run: Run, goal: float, then: Callable[[], None], leads: int | None = None) -> Errand:
    """Make the past up to `goal` in a run of its own, then go on with it."""
    return Errand(
        f"Playing the past again up to {clock(goal)}",
        lambda budget: run.advance(goal, budget),
        lambda: run.known / max(goal, 1e-9),
        then=then,
        makes=True,
        leads=leads,
    )


def whole(run: Run) -> Errand:
    """Read a run that has happened already; given up, it ends where it has been read."""
    return Errand(
        "Reading the recording",
        lambda budget: run.advance(run.duration, budget),
        lambda: run.known / run.duration,
        given_up=run.session.close,
    )


def _along(says: str, run: Run, goal: float, quiet: bool = False) -> Errand:
    """The run is made known up to `goal`, and the playhead goes along."""
    start = run.known
    return Errand(
        says,
        lambda budget: run.advance(goal, budget),
        lambda: (run.known - start) / max(goal - start, 1e-9),
        lambda playhead: min(run.known, goal),
        quiet=quiet,
    )
