"""The axis of the sequence chart: simulated time, or the numbers of Events, each with the same room.

Rules: no Qt. A place on the axis is a number of its own unit: seconds, or an Event's number from 1; between two numbers
lies the time between the two Events. Events of one moment have one time and several numbers: there time stands still.
"""

from math import isfinite

from p4lab.trace import Trace

TIME, EVENTS = "time", "events"
LEAST = {TIME: 1e-4, EVENTS: 4.0}  # the shortest stretch that can be zoomed to
FIRST = {TIME: 1.0, EVENTS: 60.0}  # what is shown at first
AHEAD = (
    0.12  # of a stretch that is turned like a page: what is left right of the playhead at most, and left of it after
)


def unit_of(mode: str, trace: Trace, t: float) -> float:
    """The place of a time."""
    if mode == TIME:
        return t
    last = trace.index_at(t)
    if last >= len(trace):
        return float(last)
    start, end = trace.time_of(last - 1) if last else 0.0, trace.time_of(last)
    return last + (t - start) / (end - start) if end > start else float(last)


def time_of(mode: str, trace: Trace, unit: float) -> float:
    """The time of a place."""
    if mode == TIME:
        return max(unit, 0.0)
    last = min(max(int(unit), 0), len(trace))
    start = trace.time_of(last - 1) if last else 0.0
    if last >= len(trace):
        return start
    return start + min(max(unit - last, 0.0), 1.0) * (trace.time_of(last) - start)


class Axis:
    """low, high: what is in sight. whole: how far it goes; of Event numbers that grows with the run."""

    def __init__(self, mode: str = EVENTS) -> None:
        self.mode = mode if mode in FIRST else EVENTS
        self.whole = 1.0
        self.low, self.high = 0.0, FIRST[self.mode]

    @property
    def length(self) -> float:
        return self.high - self.low

    def set_whole(self, whole: float) -> None:
        """How far it goes now."""
        if isfinite(whole) and whole > 0:
            self.whole = whole

    def show(self, low: float, high: float) -> None:
        """Show this stretch, as far as there is one."""
        length = min(max(high - low, LEAST[self.mode]), max(self.whole, FIRST[self.mode]))
        low = max(0.0, min(low, max(self.whole, length) - length))
        self.low, self.high = low, low + length

    def zoom(self, at: float, factor: float) -> None:
        """Show `factor` times as much; what is at `at` stays where it is."""
        length = min(max(self.length * factor, LEAST[self.mode]), max(self.whole, FIRST[self.mode]))
        share = (at - self.low) / self.length
        self.show(at - share * length, at + (1 - share) * length)

    def move(self, by: float) -> None:
        """Show what lies this much further on."""
        self.show(self.low + by, self.high + by)

    def centre(self, at: float) -> None:
        """Show as much around `at`."""
        self.show(at - self.length / 2, at + self.length / 2)

    def follow(self, at: float, goes_on: bool) -> bool:
        """Turn the page when `at` comes to its end or is not on it; whether it was turned.

        goes_on: it moves by itself, so the new page begins with it; else what was before it is what is wanted.
        """
        if self.low <= at <= self.high - AHEAD * self.length or (at <= self.high and self.high >= self.whole):
            return False
        before, share = self.low, AHEAD if goes_on else 1 - AHEAD
        self.show(at - share * self.length, at + (1 - share) * self.length)
        return self.low != before
