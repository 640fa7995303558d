"""Run until: what to look for in a run, and the errand that makes it go on until that is found.

Rules: no Qt. A goal looks only at what is known and is asked again when more is; it finds a moment, or nothing yet.
The run is made hardly further than what is found, so that a command still takes effect where the person looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from time import perf_counter

import numpy as np

from p4lab.core.events import Event, LinkChanged, Lost, Moved, Sent
from p4lab.trace import LOST, Slice
from ui.errands import Errand
from ui.run import LONGEST_LOOK, LOOK, Run
from ui.words import clock, grouped

BLOCK = 4_096  # Events looked at between two looks at the clock


@dataclass(frozen=True)
class Goal:
    """says: what is looked for. found: its moment among what is known. missing: what to say when there is none."""

    says: str
    found: Callable[[], float | None]
    missing: str


def stale_get(run: Run, after: float) -> Goal:
    """The next get that is answered with what is no longer the newest."""

    def found() -> float | None:
        times = run.world.stale_reads()["t"]
        later = times[times > after]
        return float(later.min()) if len(later) and later.min() <= run.known else None

    return Goal("the next stale get", found, "No get after this one is stale")


def event_number(run: Run, number: int) -> Goal:
    """Event number `number`, from 1."""

    def found() -> float | None:
        return run.trace.time_of(number - 1) if 0 < number <= len(run.trace) else None

    return Goal(f"event {grouped(number)}", found, f"There is no event {grouped(number)}")


def event_at(run: Run, node: int, after: float) -> Goal:
    """The next moment at which something happens at one provider: it sends, something arrives, its state changes."""
    trace, name = run.trace, run.world.called.get(node, "this provider")
    coming = _dues(trace.in_flight(after), node, after)  # a heap
    at, best = trace.index_at(after), np.inf

    def found() -> float | None:
        nonlocal at, best
        while at < len(trace) and trace.time_of(at) <= min(best, coming[0][0] if coming else np.inf):
            part = trace[at : min(at + BLOCK, len(trace))]
            at += len(part)
            best = min([best, *(t for t in _times(part, node) if t > after)])
            for due in _dues(part.rows, node, after):
                heappush(coming, due)
        while coming and coming[0][1] in run.metrics.lost:
            heappop(coming)
        first = min(best, coming[0][0] if coming else np.inf)
        return first if first <= run.known else None

    return Goal(f"the next event at {name}", found, f"Nothing more happens at {name}")


def event_before(run: Run, node: int, before: float) -> float | None:
    """The last moment before `before` at which something happened at one provider; None where nothing did."""
    trace, lost = run.trace, run.metrics.lost
    stop, best = trace.index_at(float(np.nextafter(before, -np.inf))), -np.inf

    def arrived(rows: np.ndarray) -> list[float]:
        return [due for due, number in _dues(rows, node, -np.inf) if due < before and number not in lost]

    while stop > 0 and best < trace.time_of(stop - 1):
        part = trace[max(0, stop - BLOCK) : stop]
        stop -= len(part)
        best = max([best, *_times(part, node), *arrived(part.rows)])
    if best == -np.inf:
        return None
    return max([best, *arrived(trace.in_flight(best))])  # sent earlier still, and longer on its way


def delivered(run: Run, message: int) -> Goal:
    """The arrival of one message, by the id of its Sent. Raises ValueError with a sentence where it has none."""
    sent = run.trace[message - 1] if 0 < message <= len(run.trace) else None
    if not isinstance(sent, Sent):
        raise ValueError("Choose a message first: click one on the map, or its line in the log.")
    if sent.lost:
        raise ValueError(f"This message never arrives: it was lost when it was sent, at {clock(sent.t, 0.001)}.")

    def found() -> float | None:
        if message in run.metrics.lost:
            return _lost(run, sent)
        return sent.due if sent.due <= run.known else None

    return Goal("the arrival of the message", found, "The run ends before the message arrives")


def until(run: Run, goal: Goal, then: Callable[[float | None], None]) -> Errand:
    """Go on until the goal is found, or to the end of the run; a live one is waited for. then: told when, or None."""
    place: float | None = None
    look, start = LOOK, run.known

    def work(budget: float) -> bool:
        nonlocal place, look
        end = perf_counter() + budget
        while (place := goal.found()) is None and not run.complete:
            if perf_counter() >= end:
                return False
            run.advance(run.known + look, budget)
            look = min(2 * look, LONGEST_LOOK)
            if run.live:  # more will come when it comes
                return False
        return True

    def whither(playhead: float) -> float:
        return place if place is not None else max(playhead, run.shown)

    def share() -> float:
        return (run.known - start) / max(run.duration - start, 1e-9)

    says = f"{'Waiting' if run.live else 'Looking'} for {goal.says}"
    return Errand(says, work, share, whither, lambda: then(place), waits=run.live)


def _dues(rows: np.ndarray, node: int, after: float) -> list[tuple[float, int]]:
    """When messages arrive at a provider, and their ids, in order; those lost on their way are still among them."""
    rows = rows[(rows["dst"] == node) & (rows["fate"] & LOST == 0) & (rows["due"] > after)]
    return sorted(zip(rows["due"].tolist(), rows["id"].tolist(), strict=True))


def _times(part: Slice, node: int) -> list[float]:
    """When a provider sent something, or its own state changed."""
    own = [event.t for event in part.records if node in _where(event)]
    return part.rows["t"][part.rows["src"] == node].tolist() + own


def _where(event: Event) -> tuple[int, ...]:
    match event:
        case LinkChanged(a=a, b=b) | Moved(src=a, dst=b):
            return a, b
        case Lost(dst=dst):
            return (dst,)
        case _:
            return (getattr(event, "node", -1),)


def _lost(run: Run, sent: Sent) -> float | None:
    """When a message under way was lost."""
    part = run.trace[sent.id : run.trace.index_at(sent.due)]
    gone = (event.t for event in part.records if isinstance(event, Lost) and event.message == sent.id)
    return next(gone, None)
