"""The time line: a scrubber over the whole run with a bar for each branch, activity and notes above, stale reads below.

Rules: shows and seeks, keeps no time of its own. What is known is solid, what is not yet made is pale. Drag = pause and
seek, click = seek, near something = right to it; another branch's bar = to that branch; Shift+drag selects an interval;
the arrow keys do the same. With one branch and no notes there is one line.
"""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from p4lab.core.commands import Note
from ui.marks import Marks, named
from ui.panels import timeline_paint as paint
from ui.panels.activity import Activity
from ui.panels.chart import SEEN
from ui.panels.ruler import Lane, Ruler, lanes, row_at
from ui.panels.timeline_paint import KNOB, Rows
from ui.plain import as_tip
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.words import clock

CLOSE = 5  # px: a click this near to something means it
STRIP, BELOW = 30, 22  # px above and below the line
PITCH = 16  # px between the rows of two branches, at least
LEAST = 320  # px of width that it keeps
NAMES = 96  # px at most for the branches' names
STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -10, Qt.Key.Key_PageUp: 10,
}  # fmt: skip


class Timeline(QWidget):
    """opPicked: a stale read was clicked. menuRequested: of a branch, by its number. markOpened: a note is to be read

    and changed, by its place among the marks.
    """

    opPicked = Signal(int)
    menuRequested = Signal(int, QPoint)
    markOpened = Signal(int)

    def __init__(self, player: Player, marks: Marks, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._marks, self._theme = player, marks, theme
        self._activity = Activity()
        self._lanes: list[Lane] = []
        self._stale = player.world.stale_reads()
        self._told_apart: tuple[object, np.ndarray, np.ndarray] | None = None
        self._eyes: int | None = None  # the provider that sees
        self._hover: QPointF | None = None
        self._grip: float | None = None  # how far from the knob's middle it was taken
        self._painted = -SEEN  # where the playhead was painted last
        self._from: float | None = None  # where a selected interval begins
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        player.sessionChanged.connect(self._begin)
        player.branchesChanged.connect(self._rearrange)
        player.sampled.connect(self._refresh)
        player.moved.connect(self._follow)
        player.progressed.connect(self._grown)
        marks.changed.connect(self._rearrange)
        marks.span.spanChanged.connect(self._moved)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)
        self._rearrange()

    def see_as(self, node: int | None) -> None:
        """Of activity only what passes this provider, of what was done only remarks, and of staleness nothing."""
        self._eyes = node
        self._activity.see_as(node)
        self._refresh()

    def time_at(self, x: float) -> float:
        """The time at this place, within the run."""
        return self._ruler.time(x)

    def place_of(self, t: float) -> float:
        """Where a time is, in pixels from the left."""
        return self._ruler.place(t)

    def place_of_mark(self, number: int) -> QPoint:
        """The flag of a note."""
        return QPoint(round(self.place_of(self._marks.all[number].at)), 0)

    def place_of_branch(self, number: int) -> QPoint:
        """Where a branch begins."""
        row = next((i for i, lane in enumerate(self._lanes) if lane.number == number), 0)
        return QPoint(round(self.place_of(self._lanes[row].start)), round(self.rows.y(row)))

    @property
    def shown(self) -> list[int]:
        """The numbers of the branches that have a row."""
        return [lane.number for lane in self._lanes]

    @property
    def rows(self) -> Rows:
        """Where the branches are."""
        pitch = max(PITCH, QFontMetrics(font("small")).height())
        return Rows(self._lanes, self._top + STRIP + KNOB + 2.0, pitch)

    @property
    def _ruler(self) -> Ruler:
        names = self._names + 6 if len(self._lanes) > 1 else 0
        return Ruler(KNOB + 2.0, self.width() - KNOB - 2.0 - names, self._player.duration)

    @property
    def _names(self) -> float:
        metrics = QFontMetrics(font("badge"))
        return min(float(NAMES), max((metrics.horizontalAdvance(lane.name) for lane in self._lanes), default=0) + 4.0)

    @property
    def _flags(self) -> float:
        """How tall the notes' flags are."""
        return QFontMetrics(font("small")).height() if self._marks.all else 0.0

    @property
    def _top(self) -> float:
        return self._flags + 2 if self._marks.all else 0.0

    def _begin(self) -> None:
        self._activity.forget()
        self._rearrange()
        self._refresh()

    def _rearrange(self) -> None:
        branches = self._player.branches
        self._lanes = lanes(branches.all, branches.number)
        self.updateGeometry()
        self.update()

    def _follow(self) -> None:
        """Paint the playhead where it is; moves of less than can be seen would cost a painting each."""
        if abs(self.place_of(self._player.playhead) - self._painted) >= SEEN:
            self.update()

    def _moved(self) -> None:
        self.update()

    def _grown(self) -> None:
        """The run went on, out of sight: of one made ahead only how far, of a live one all that has happened."""
        if self._player.run.live:
            self._refresh()
        self.update()

    def _refresh(self) -> None:
        self._activity.count(self._player.trace, self._player.duration)
        stale = self._player.world.stale_reads()
        self._stale = stale if self._eyes is None else stale[:0]
        where = f" in branch {self._lanes[self.rows.current].name}" if len(self._lanes) > 1 else ""
        whole = self._player.known if self._player.run.live else self._player.duration
        self.setAccessibleDescription(f"{clock(self._player.playhead)} of {clock(whole)}{where}")
        self.update()

    def _ticks(self, ruler: Ruler) -> np.ndarray:
        """When there were stale reads, as far as they can be told apart: worked out when there are more."""
        key = len(self._stale), ruler
        if self._told_apart is None or self._told_apart[0] != key or self._told_apart[1] is not self._stale:
            self._told_apart = key, self._stale, paint.apart(ruler, self._stale["t"])
        return self._told_apart[2]

    def _done(self) -> list[tuple[float, bool]]:
        """What was done by hand, and whether it is only a remark."""
        session, everything = self._player.session, self._eyes is None
        rows = [(do.at, isinstance(do.command, Note)) for do in (*session.scenario.do, *session.commands)]
        return [(at, remark) for at, remark in rows if remark or everything]

    def _snapped(self, x: float) -> tuple[float, int | None]:
        """The time meant by a click, and the stale read it is on."""
        best: tuple[float, float, int | None] | None = None
        others = [at for at, _ in self._done()] + [mark.at for mark in self._marks.all]
        low, high = np.searchsorted(self._stale["t"], [self.time_at(x - CLOSE), self.time_at(x + CLOSE)])
        near = self._stale[max(0, int(low) - 1) : int(high) + 1]
        reads = zip(near["t"].tolist(), near["op"].tolist(), strict=True)
        for t, op in [*reads, *((at, None) for at in others)]:
            distance = abs(self.place_of(t) - x)
            if distance <= CLOSE and (best is None or distance < best[0]):
                best = (distance, t, op)
        return (best[1], best[2]) if best else (self.time_at(x), None)

    def _mark_at(self, x: float, y: float) -> int | None:
        """The note whose flag, or whose band, is at a point above the strip."""
        if y > self._top:
            return None
        for number, mark in reversed(list(enumerate(self._marks.all))):
            left = self.place_of(mark.at)
            right = left + paint.FLAG if mark.until is None else max(left + paint.FLAG, self.place_of(mark.until))
            if left - 3 <= x <= right + 3:
                return number
        return None

    def _lane_at(self, x: float, y: float) -> Lane | None:
        """The branch whose bar is at a point; None where there is only one."""
        rows = self.rows
        if len(rows.lanes) < 2:
            return None
        return rows.lanes[row_at(rows.lanes, y, rows.top, rows.pitch, self.time_at(x))]

    def _drag(self, x: float, y: float) -> None:
        """The knob goes along, to another branch too."""
        lane = self._lane_at(x, y)
        if lane is not None and not lane.current:
            if self._player.work is None:  # one that takes its time comes before the next
                self._player.switch(lane.number)
            return
        self._player.seek(self.time_at(x))

    # Qt

    def sizeHint(self) -> QSize:
        rows = self.rows
        return QSize(400, round(rows.y(max(len(rows.lanes), 1) - 1)) + BELOW)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        player, theme, ruler, rows = self._player, self._theme.current, self._ruler, self.rows
        if player.empty:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painted = ruler.place(player.playhead)
        playhead, foot = self._painted, rows.y(len(rows.lanes) - 1) + KNOB + 3
        strip = QRectF(ruler.left, self._top + 4, ruler.right - ruler.left, STRIP - 4)
        self._activity.paint(painter, theme, strip, playhead)
        if self._marks.span.ends is not None:
            paint.interval(painter, theme, ruler, self._marks.span.ends, self._top, foot)
        flags = QRectF(0, 0, self.width(), self._flags)
        paint.flags(painter, theme, ruler, flags, self._marks.all, self._marks.chosen, rows.top - 3)
        live = player.branches.live
        ends = {} if live is None or live.happens is None else {live.number: live.happens.known}
        paint.bars(painter, theme, ruler, rows, player.reached, player.playhead, ends)
        if len(rows.lanes) > 1:
            paint.names(painter, theme, rows, ruler.right + KNOB + 4, self._names)
        if player.run.live:
            paint.edge(painter, theme, ruler.place(player.run.edge), rows.line, player.edge.following)
        paint.stale(painter, theme, ruler, foot, self._ticks(ruler), player.playhead)
        paint.deeds(painter, theme, ruler, rows, self._done())
        paint.knob(painter, theme, QPointF(playhead, rows.line_at(player.playhead)), self.hasFocus())
        if self._hover is not None:
            t = self.time_at(self._hover.x())
            paint.hover(painter, theme, clock(t), ruler.place(t), self.width(), rows.line)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._player.empty:
            return
        x, y = event.position().x(), event.position().y()
        number = self._mark_at(x, y)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._from = self.time_at(x)
            self._marks.span.clear()
            return
        if number is not None:
            self._marks.go(number)
            return
        self._marks.choose(None)
        off = x - self.place_of(self._player.playhead)
        if abs(off) <= KNOB and abs(y - self.rows.line_at(self._player.playhead)) <= KNOB:
            self._grip = off
            self._player.pause()
            return
        self._grip = 0.0
        lane = self._lane_at(x, y) if y > self.rows.top - KNOB else None
        t, op = self._snapped(x)
        if lane is not None and not lane.current:
            self._player.pause()
            self._player.switch(lane.number, t)
            return
        self._player.seek(t)
        if op is not None:
            self.opPicked.emit(op)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position()
        if self._from is not None:
            self._marks.span.select(self._from, self.time_at(self._hover.x()))
        elif self._grip is not None:
            self._hover.setX(self._hover.x() - self._grip)
            self._drag(self._hover.x(), self._hover.y())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._mark_at(event.position().x(), event.position().y())
        if number is not None:
            self.markOpened.emit(number)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._player.empty:
            return
        number = self._mark_at(event.pos().x(), event.pos().y())
        if number is not None:
            self._marks.choose(number)
            self.markOpened.emit(number)
            return
        lane = self._lane_at(event.pos().x(), event.pos().y()) or self._lanes[0]
        self.menuRequested.emit(lane.number, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def focusInEvent(self, event: QEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), as_tip(self.hint(event.pos().x(), event.pos().y())), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._keeps(event):
            event.accept()
            return True
        return super().event(event)

    def hint(self, x: float, y: float) -> str:
        """What is at a point, in words; empty for nothing."""
        number = self._mark_at(x, y)
        if number is not None:
            return f"{named(self._marks.all[number])}\nDouble-click to change it, Delete removes it"
        run = self._player.run
        if run.live and abs(self.place_of(run.edge) - x) <= CLOSE:
            return f"Now, {clock(run.edge)}: what happens live"
        lane = self._lane_at(x, y) if y > self.rows.top - KNOB else None
        if lane is None:
            return ""
        left = "" if lane.start <= 0 else f"left its parent at {clock(lane.start, 0.001)}"
        return "\n".join(filter(None, (f"Branch {lane.name}", lane.why, left)))

    def _keeps(self, event: QKeyEvent) -> bool:
        """Keys that mean a chosen note, or the selected interval, before they mean anything else."""
        key, marks = event.key(), self._marks
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Return):
            return marks.chosen is not None
        return key == Qt.Key.Key_Escape and marks.span.ends is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        marks, part = self._marks, STEPS.get(Qt.Key(event.key()))
        if self._keeps(event) and not event.modifiers():
            if event.key() == Qt.Key.Key_Escape:
                marks.span.clear()
            elif marks.chosen is not None and event.key() == Qt.Key.Key_Delete:
                marks.remove(marks.chosen)
            elif marks.chosen is not None:
                self.markOpened.emit(marks.chosen)
        elif part is None or self._player.empty or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        else:
            self._player.seek(self._player.playhead + part * self._player.duration / 100)
