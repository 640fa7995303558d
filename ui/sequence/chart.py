"""The sequence chart as a widget: lanes from left to right, the playhead, the pointer's time, mouse and keys.

Rules: one widget paints all; what the mouse does is `hand`'s. What has happened is painted into a picture when
something changes, and cut at the playhead in each frame; only what is under way is painted anew. The arrow keys go from
Event to Event, Enter selects.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from p4lab.core.events import Sent
from ui import words
from ui.bubble import Bubble
from ui.panels.pulse import Pulse
from ui.sequence.axis import TIME
from ui.sequence.canvas import Canvas
from ui.sequence.hand import Hand
from ui.sequence.lanes import Lane
from ui.sequence.model import Model
from ui.sequence.paint import Frame
from ui.theme import ThemeSwitch, font

LEAST, MOST = 1.55, 4.6  # lines of text: the height of a lane
MEASURED = 400  # lanes whose names are measured
GUTTER = 0.24  # of the width: names take no more
PAGE = 0.8  # of what is in sight


class SequenceChart(QWidget):
    """said: what is in sight changed. menuAsked: where, the name of a lane or "", an Event or None."""

    said = Signal()
    menuAsked = Signal(QPoint, str, object)

    def __init__(self, model: Model, themes: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self._themes = model, themes
        self.canvas = Canvas(themes.current)
        self._picture: QPixmap | None = None
        self._frame = Frame(1.0, 1.0, 20.0, 0)
        self._hand = Hand(self)
        self._measured: tuple[tuple[Lane, ...], float] = ((), 0.0)  # the lanes whose names are `_widest`
        self._widest = 40.0
        self._was = 0.0  # the playhead when it was last looked at
        self.at_event: int | None = None  # the Event that the arrow keys are at
        self._bubble = Bubble(self)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._scrolled)
        self._pulse = Pulse(self, self.refresh, model.player.turns)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Sequence chart")
        player, focus = model.player, model.focus
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._begin)
        player.moved.connect(self._moved)
        model.changed.connect(self._pulse.ask)
        for signal in (focus.nameChanged, focus.providerChanged, focus.chainChanged, focus.eyes.changed):
            signal.connect(self._pulse.ask)
        focus.span.spanChanged.connect(self.update)
        focus.opChanged.connect(self._follow_request)
        focus.eventChanged.connect(lambda: self._show_selected(focus.event_id))
        focus.messageChanged.connect(lambda: self._show_selected(focus.message))
        themes.changed.connect(self._restyle)
        self._restyle()
        self._go_to_playhead()

    def refresh(self) -> None:
        """Look again at the run and paint what has happened anew."""
        self._arrange()
        self.model.refresh(self._frame.width)
        self._arrange()
        self._picture = None
        if self.model.sight.share < 1:
            self._pulse.ask()
        if self._hand.pointer is not None and not self._hand.holds:
            self._point(self._hand.pointer)
        self._tell()
        self.update()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show `factor` times as much, around a place in px; without one around the playhead or the middle."""
        model = self.model
        unit = model.unit(model.player.playhead) if at is None else self.unit_at(at)
        if not model.axis.low <= unit <= model.axis.high:
            unit = (model.axis.low + model.axis.high) / 2
        model.axis.zoom(unit, factor)
        model.changed.emit()

    def fit(self) -> None:
        """Show the selected request, or without one all that is known."""
        model = self.model
        model.axis.show(0.0, model.axis.whole)
        if model.focus.op is not None:
            model.show_request()
        model.changed.emit()

    def go(self, way: int) -> None:
        """To the next Event (1) or the one before (-1), from where the keys are, or from the playhead."""
        model = self.model
        chosen = self.at_event or model.focus.event_id
        start = chosen if chosen is not None else model.trace.index_at(model.player.playhead) + (way < 0)
        found = model.next_event(start, way)
        if found is not None:
            self.at_event = found
            model.show_event(found)
            self._describe()
            self.update()

    def select(self, number: int | None = None) -> None:
        """Select an Event for the whole window, with its request; without one that at which the keys are."""
        number = number if number is not None else self.at_event
        if number is None or number > len(self.model.trace):
            return
        self.at_event = number
        self.model.focus.select_event(number)
        event = self.model.trace[number - 1]
        if op := getattr(event, "op", 0):
            self.model.focus.select_op(op)
        if isinstance(event, Sent):
            self.model.focus.select_message(number)
        self.update()

    def seek(self, t: float) -> None:
        """Go there; what was in sight stays in sight, pale, until the playhead moves on."""
        model = self.model
        limit = model.limit
        model.kept_to = (t, limit)
        model.player.seek(t)
        model.kept_to = (model.player.playhead, limit)
        self._pulse.ask()

    def area(self) -> QRectF:
        """Where the lanes are."""
        left, top = self._gutter(), self._top()
        right = self._bar.sizeHint().width() if self._bar.isVisible() else 8
        return QRectF(left, top, max(self.width() - left - right, 1.0), max(self.height() - top, 1.0))

    def place_of(self, number: int) -> QPointF | None:
        """Where an Event is drawn in the widget, None where it is not."""
        sight, area = self.model.sight, self.area()
        for mark in sight.marks:
            if mark.event == number:
                return area.topLeft() + QPointF(mark.x, self._frame.y(mark.lane))
        for place in (sight.rows["id"] == number).nonzero()[0].tolist():
            goes_on = self._here() if sight.x2[place] != sight.x2[place] else None  # it is not known when it arrives
            start, end = self.canvas.painting.ends(self._frame, sight, place, goes_on)
            return area.topLeft() + start + (end - start) * 0.35
        return None

    def unit_at(self, x: float) -> float:
        """The place on the axis of a place in the widget."""
        axis, area = self.model.axis, self.area()
        return axis.low + (x - area.left()) / area.width() * axis.length

    def event_at(self, place: QPointF) -> int | None:
        """The Event at a place of the widget."""
        area = self.area()
        inner = place - area.topLeft()
        return self.model.event_at(inner.x(), inner.y(), self._frame) if area.contains(place) else None

    def shift(self, by: float) -> None:
        """Show what lies so many px further right."""
        self.model.axis.move(by / self._frame.width * self.model.axis.length)
        self.model.changed.emit()

    def scroll_lanes(self, by: float) -> None:
        """Show what lies so many px further down."""
        self._bar.setValue(round(self._bar.value() + by))

    def lane_at(self, y: float) -> int | None:
        """The lane at a height of the widget."""
        lane = int((y - self._top() + self._frame.scroll) // self._frame.lane)
        return lane if 0 <= lane < len(self.model.lanes) else None

    def _begin(self) -> None:
        self.at_event = None
        self.model.kept_to = None
        self._go_to_playhead()
        self.refresh()

    def _moved(self, _: float) -> None:
        if self.isVisible():
            self._follow()
            self.update()

    def _follow(self) -> None:
        """The playhead takes the page along, unless the person has gone elsewhere."""
        model = self.model
        here = model.unit(model.player.playhead)
        was_in = model.axis.low <= self._was <= model.axis.high
        self._was = here
        model.axis.set_whole(model.player.duration if model.axis.mode == TIME else max(model.limit, 1) + 1.0)
        if was_in and model.kept_to is None and model.axis.follow(here, model.player.playing):
            self._pulse.ask()
        if model.kept_to is not None and model.kept_to[0] != model.player.playhead:
            model.kept_to = None

    def _go_to_playhead(self) -> None:
        """Another run, or the first look at this one."""
        model = self.model
        model.axis.set_whole(model.player.duration if model.axis.mode == TIME else max(model.limit, 1) + 1.0)
        self._was = model.unit(model.player.playhead)
        model.axis.follow(self._was, goes_on=False)

    def _follow_request(self) -> None:
        model, op = self.model, self.model.focus.op
        model.show_request()
        found = model.world.op(op) if op is not None else None
        lane = next((at for at, each in enumerate(model.lanes) if found and each.node == found.node), None)
        if lane is not None and not 0 <= self._frame.y(lane) <= self._frame.height:
            self._bar.setValue(round(self._bar.value() + self._frame.y(lane) - self._frame.height / 2))
        self._pulse.ask()

    def _show_selected(self, number: int | None) -> None:
        if number is not None:
            self.at_event = number
            self.model.show_event(number)
        self._pulse.ask()

    def _gutter(self) -> float:
        return round(min(self._widest, GUTTER * self.width()) + 30)

    def _top(self) -> float:
        return round(QFontMetricsF(font("small")).height() + 8)

    def _arrange(self) -> None:
        metrics = QFontMetricsF(font("small"))
        named = self.model.lanes[:MEASURED], metrics.height()
        if named != self._measured:
            self._measured = named
            self._widest = max((metrics.horizontalAdvance(lane.name) for lane in named[0]), default=40.0)
        line, area = metrics.height(), self.area()
        count = len(self.model.lanes)
        lane = min(max(area.height() / max(count, 1), LEAST * line), MOST * line)
        over = max(0, round(count * lane - area.height()))
        self._bar.setVisible(over > 0)
        self._bar.setRange(0, over)
        self._bar.setPageStep(round(area.height()))
        self._bar.setSingleStep(round(lane))
        wide = self._bar.sizeHint().width()
        self._bar.setGeometry(QRect(self.width() - wide, round(area.top()), wide, round(area.height())))
        self._frame = Frame(self.area().width(), area.height(), lane, count, float(self._bar.value() if over else 0))

    def _scrolled(self) -> None:
        self._arrange()
        self._picture = None
        self.update()

    def _restyle(self) -> None:
        self.canvas = Canvas(self._themes.current)
        self._bubble.restyle(self._themes.current)
        self._picture = None
        self._pulse.ask()
        self.update()

    def _here(self) -> float:
        """The playhead, px from the left end of the lanes."""
        axis = self.model.axis
        return (self.model.unit(self.model.player.playhead) - axis.low) / axis.length * self._frame.width

    def _tell(self) -> None:
        self._describe()
        self.said.emit()

    def _describe(self) -> None:
        said = [self.model.summary()]
        if self.at_event is not None and self.at_event <= len(self.model.trace):
            said.insert(0, "; ".join(self.model.says(self.at_event)))
        self.setAccessibleDescription(". ".join(said))

    def _point(self, place: QPointF) -> None:
        """What is under the pointer, in a bubble."""
        area = self.area()
        found = self.event_at(place)
        if found is None:
            self._bubble.hide()
        else:
            self._bubble.say(self.model.says(found), place)
        named = place.x() < area.left() and self.lane_at(place.y()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if found is not None or named else Qt.CursorShape.CrossCursor)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(600, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        area, ratio = self.area(), self.devicePixelRatioF()
        model, sight = self.model, self.model.sight
        if self._picture is None:
            strips = model.strips_in_sight()
            self._picture = self.canvas.happened(area.size(), ratio, self._frame, sight, strips)
        painter = QPainter(self)
        empty = model.what_fills()
        self.canvas.back(painter, QRectF(self.rect()), area, self._frame, sight, model, self._bar.value())
        self.canvas.run(painter, area, self._frame, self._picture, model, self._here())
        for number, strong in ((model.focus.event_id, True), (self.at_event, False)):
            place = self.place_of(number) if number is not None else None
            if place is not None and area.contains(place):
                self.canvas.ring(painter, place, strong)
        pointer = self._hand.pointer
        if pointer is not None and area.contains(pointer):
            self.canvas.hair(painter, area, pointer.x(), self._hair_text(pointer.x()))
        if empty:
            self.canvas.say(painter, area, empty)
        if self.hasFocus():
            self.canvas.outline(painter, QRectF(self.rect()))
        painter.end()

    def _hair_text(self, x: float) -> str:
        axis, unit = self.model.axis, self.unit_at(x)
        step = max(axis.length / self.area().width(), 1e-6) if axis.mode == TIME else 1e-4
        text = words.clock(self.model.time(unit), min(step, 0.01))
        return text if axis.mode == TIME else f"{text} · #{words.grouped(max(1, round(unit)))}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._picture = None
        self._pulse.ask()

    def showEvent(self, event: QShowEvent) -> None:
        """The playhead may have moved on while nobody looked."""
        super().showEvent(event)
        self._follow()
        self._pulse.ask()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.move(event)
        if self._hand.dragging:
            self._bubble.hide()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._point(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release(event)
        self._point(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand.double(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place, area = QPointF(event.pos()), self.area()
        lane = self.lane_at(place.y()) if place.x() < area.left() else None
        found = self.at_event if event.reason() == QContextMenuEvent.Reason.Keyboard else self.event_at(place)
        self.menuAsked.emit(event.globalPos(), "" if lane is None else self.model.lanes[lane].name, found)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Left if not event.modifiers():
                self.go(1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.select()
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.shift((PAGE if event.key() == Qt.Key.Key_PageDown else -PAGE) * self._frame.width)
            case Qt.Key.Key_Up | Qt.Key.Key_Down if not event.modifiers():
                way = 1 if event.key() == Qt.Key.Key_Down else -1
                self.scroll_lanes(way * self._frame.lane)
            case _:
                super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hand.pointer = None
        self._bubble.hide()
        self.update()

    def focusInEvent(self, event: object) -> None:
        self._describe()
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()
