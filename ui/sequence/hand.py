"""What the mouse does in the sequence chart: a click seeks, two select, dragging moves, the wheel zooms; Shift and
dragging select an interval of time.

Rules: knows the chart by what it is told of places; keeps what a hand holds, and nothing of the run. A lane is taken by
its name and dragged to another place.
"""

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from ui.sequence.lanes import moved
from ui.sequence.model import Model

SLACK = 4  # px: less is no drag
STEP = 1.25  # a notch of the wheel
ASIDE = 0.1  # of what is in sight: a notch with Shift, or of a wheel that goes sideways


class Held(Protocol):
    """The chart."""

    model: Model

    def area(self) -> QRectF: ...
    def lane_at(self, y: float) -> int | None: ...
    def event_at(self, place: QPointF) -> int | None: ...
    def unit_at(self, x: float) -> float: ...
    def shift(self, by: float) -> None: ...
    def scroll_lanes(self, by: float) -> None: ...
    def zoom(self, factor: float, at: float | None = None) -> None: ...
    def seek(self, t: float) -> None: ...
    def select(self, number: int | None = None) -> None: ...


class Hand:
    """pointer: where it is, None outside. holds: whether something is dragged or may be."""

    def __init__(self, chart: Held) -> None:
        self._chart = chart
        self.pointer: QPointF | None = None
        self.dragging = False
        self._pressed: QPointF | None = None
        self._carried: str | None = None  # the lane that was taken by its name
        self._selects: float | None = None  # the time from which an interval is selected
        self._before: tuple[float, bool] | None = None  # playhead and playing before the first of two clicks

    @property
    def holds(self) -> bool:
        return self._pressed is not None

    def press(self, event: QMouseEvent) -> None:
        """Take what is there."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        chart = self._chart
        self._pressed, self.dragging, self._carried, self._selects = event.position(), False, None, None
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._selects = self._time_of(event.position())
            return
        if event.position().x() < chart.area().left():
            lane = chart.lane_at(event.position().y())
            self._carried = chart.model.lanes[lane].name if lane is not None else None

    def move(self, event: QMouseEvent) -> None:
        """Drag what was taken."""
        self.pointer = event.position()
        if self._pressed is None:
            return
        away = self.pointer - self._pressed
        if not self.dragging and away.manhattanLength() <= SLACK:
            return
        self.dragging = True
        if self._selects is not None:
            self._chart.model.focus.span.select(self._selects, self._time_of(self.pointer))
        elif self._carried is not None:
            self._carry(self._carried, self.pointer)
        else:
            self._chart.shift(-away.x())
            self._chart.scroll_lanes(-away.y())
            self._pressed = self.pointer

    def release(self, event: QMouseEvent) -> None:
        """Let go; without a drag it was a click."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        chart, model = self._chart, self._chart.model
        pressed, self._pressed = self._pressed, None
        dragged, self.dragging = self.dragging, False
        if dragged or model.player.empty:
            return
        if self._carried is not None:
            lane = next((each for each in model.lanes if each.name == self._carried), None)
            if lane is not None:
                model.focus.select_provider(model.world.provider_of.get(lane.node, lane.node))
        elif chart.area().contains(pressed):
            self._before = (model.player.playhead, model.player.playing)
            chart.seek(self._time_meant(pressed))

    def double(self, event: QMouseEvent) -> None:
        """Select; the first of the two clicks was not meant to seek."""
        chart, player = self._chart, self._chart.model.player
        if event.button() != Qt.MouseButton.LeftButton or not chart.area().contains(event.position()):
            return
        if self._before is not None:
            (playhead, playing), self._before = self._before, None
            chart.seek(playhead)
            if playing:
                player.play()
        chart.select(chart.event_at(event.position()))

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom where the pointer is; over the names, go through the lanes."""
        chart, steps, place = self._chart, event.angleDelta(), event.position()
        if place.x() < chart.area().left():
            chart.scroll_lanes(-steps.y() / 2)
        elif steps.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            chart.shift(-(steps.x() or steps.y()) / 120 * ASIDE * chart.area().width())
        elif steps.y():
            chart.zoom(STEP ** (-steps.y() / 120), place.x())
        event.accept()

    def _carry(self, name: str, to: QPointF) -> None:
        model = self._chart.model
        lane = self._chart.lane_at(to.y())
        names = [each.name for each in model.lanes if not each.below]
        if lane is None or name not in names:
            return
        place = sum(not each.below for each in model.lanes[:lane])
        if place != names.index(name):
            model.choose(lanes=moved(model.chosen.lanes, list(model.lanes), name, place))

    def _time_of(self, place: QPointF) -> float:
        player = self._chart.model.player
        return min(max(self._chart.model.time(self._chart.unit_at(place.x())), 0.0), player.duration)

    def _time_meant(self, place: QPointF) -> float:
        """The time of a click; near a mark, the mark's."""
        model = self._chart.model
        found = self._chart.event_at(place)
        if found is not None and any(mark.event == found for mark in model.sight.marks):
            return model.trace.time_of(found - 1)
        return model.time(self._chart.unit_at(place.x()))
