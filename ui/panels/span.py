"""The stretch of time that plots show together, and the round numbers that their axes bear.

Rules: knows no plot; seconds throughout.
"""

import math

from PySide6.QtCore import QObject, Signal

from ui.span import Span

LATELY = 60.0  # s that plots of a live run show at first, once there is more: as long as a lesson
CLOSEST = 1e-5  # of the run: the shortest stretch that can be zoomed to
FOLLOW = 0.8  # of a zoomed stretch: where the playhead is put when it runs out of it


class TimeSpan(QObject):
    """From `low` to `high` seconds, within a run of `whole`. selected: the interval that dragging selects, if it does.

    pointed: where the pointer is, in one of the plots; None: nowhere. dragging: an interval is being selected; settled:
    no more.
    """

    changed = Signal()
    pointed = Signal(object)
    settled = Signal()

    def __init__(self, parent: QObject | None = None, selected: Span | None = None) -> None:
        super().__init__(parent)
        self.selected = selected
        self.dragging = False
        self.whole = 1.0
        self.low, self.high = 0.0, 1.0
        self._last = 0.0  # the playhead that was last followed

    @property
    def zoomed(self) -> bool:
        """Whether less than the whole run is shown."""
        return self.high - self.low < self.whole * (1 - 1e-9)

    def set_whole(self, duration: float) -> None:
        """Another run: show all of it, unless it is as long as the last and may be compared with it."""
        if duration != self.whole:
            self.whole = duration
            self.show(0.0, duration)

    def grow(self, duration: float, t: float) -> None:
        """The same run has become longer. What was zoomed to stays; all of it is shown until that is more than LATELY,

        then so much around t, unless a person wants all.
        """
        if duration > self.whole:
            zoomed, before, self.whole = self.zoomed, self.whole, duration
            if not zoomed:
                outgrown = before <= LATELY < duration
                self.show(t - LATELY / 2, t + LATELY / 2) if outgrown else self.show(0.0, duration)

    def show(self, low: float, high: float) -> None:
        """Show this stretch, or as much of it as the run has."""
        length = min(max(high - low, self.whole * CLOSEST), self.whole)
        low = min(max(low, 0.0), self.whole - length)
        if (low, low + length) != (self.low, self.high):
            self.low, self.high = low, low + length
            self.changed.emit()

    def reset(self) -> None:
        """Show the whole run."""
        self.show(0.0, self.whole)

    def follow(self, t: float) -> None:
        """Move on when the playhead leaves a zoomed stretch; one that it was not in stays."""
        was_in, self._last = self.low <= self._last <= self.high, t
        if self.zoomed and was_in and not self.low <= t <= self.high:
            length = self.high - self.low
            self.show(t - FOLLOW * length, t + (1 - FOLLOW) * length)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round places from `low` to `high`, some `about` of them, a step of 1, 2 or 5 apart."""
    length = high - low
    if length <= 0 or not math.isfinite(length):
        return [low]
    rough = length / max(about, 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, ... that is at least `value`: a top that does not move all the time."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * factor for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if unit * factor >= value * (1 - 1e-9))
