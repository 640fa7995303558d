"""The time line: a scrubber over the whole run, with an activity strip above it and stale reads below.

Rules: shows and seeks, keeps no time of its own. What is known is solid, what is not yet made is pale. Drag = pause and
seek, click = seek, near a mark = to the mark; the arrow keys do the same. Activity is on a log scale.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from p4lab.core.commands import Note
from ui.player import Player
from ui.theme import ThemeSwitch, font, mix
from ui.words import ACCESS, clock

BINS = 4_096  # over the whole run; drawn with as many as there is room for
BAR, GAP = 3, 1  # px
KNOB = 9  # px, its radius
BLOT = 4  # px: of stale reads this close only the first is drawn
CLOSE = 5  # px: a click this near to a mark means the mark
STRIP, BELOW = 30, 22  # px above and below the line


class Timeline(QWidget):
    """opPicked: a stale read was clicked."""

    opPicked = Signal(int)

    def __init__(self, player: Player, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._theme = theme
        self._activity = np.zeros(BINS)
        self._counted = 0
        self._stale: list[tuple[float, int]] = []  # time, op
        self._hover: float | None = None
        self._grip: float | None = None  # how far from the knob's middle it was taken
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        player.sessionChanged.connect(self._begin)
        player.sampled.connect(self._refresh)
        player.moved.connect(self._moved)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    def time_at(self, x: float) -> float:
        """The time at this place, within the run."""
        left, right = self._ends()
        share = (x - left) / max(right - left, 1.0)
        return min(max(share, 0.0), 1.0) * self._player.duration

    def place_of(self, t: float) -> float:
        """Where a time is, in pixels from the left."""
        left, right = self._ends()
        return left + (right - left) * t / self._player.duration

    def _ends(self) -> tuple[float, float]:
        return KNOB + 2.0, self.width() - KNOB - 2.0

    @property
    def _line(self) -> float:
        return STRIP + KNOB + 2.0

    def _begin(self) -> None:
        self._activity[:] = 0
        self._counted = 0
        self._refresh()

    def _moved(self) -> None:
        self.update()

    def _refresh(self) -> None:
        trace = self._player.trace
        if trace.messages > self._counted:
            rows = trace.rows(self._counted, trace.messages)
            times = rows["t"][rows["code"] < ACCESS]
            places = np.minimum((times / self._player.duration * BINS).astype(int), BINS - 1)
            self._activity += np.bincount(places, minlength=BINS)
            self._counted = trace.messages
        reads = self._player.world.stale_reads()
        self._stale = list(zip(reads["t"].tolist(), reads["op"].tolist(), strict=True))
        self.setAccessibleDescription(f"{clock(self._player.playhead)} of {clock(self._player.duration)}")
        self.update()

    def _marks(self) -> list[tuple[float, bool]]:
        """What was done by hand, and whether it is only a note."""
        session = self._player.session
        return [(do.at, isinstance(do.command, Note)) for do in (*session.scenario.do, *session.commands)]

    def _snapped(self, x: float) -> tuple[float, int | None]:
        """The time meant by a click, and the stale read it is on."""
        best: tuple[float, float, int | None] | None = None
        for t, op in [*self._stale, *((at, None) for at, _ in self._marks())]:
            distance = abs(self.place_of(t) - x)
            if distance <= CLOSE and (best is None or distance < best[0]):
                best = (distance, t, op)
        return (best[1], best[2]) if best else (self.time_at(x), None)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(400, int(self._line) + BELOW)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._player.empty:
            self._paint_activity(painter)
            self._paint_line(painter)
            self._paint_stale(painter)
            self._paint_marks(painter)
            self._paint_knob(painter)
            self._paint_hover(painter)
        painter.end()

    def _paint_activity(self, painter: QPainter) -> None:
        theme = self._theme.current
        left, right = self._ends()
        bars = max(1, int((right - left) // (BAR + GAP)))
        step = (right - left) / bars
        owner = np.minimum((np.arange(BINS) + 0.5) / BINS * bars, bars - 1).astype(int)
        counts = np.bincount(owner, weights=self._activity, minlength=bars)
        most = counts.max()
        if most <= 0:
            return
        heights = np.log1p(counts) / np.log1p(most) * (STRIP - 4)
        playhead = self.place_of(self._player.playhead)
        painter.setPen(Qt.PenStyle.NoPen)
        pale = mix(theme.window, theme.past, 0.45)
        for i in np.flatnonzero(counts):
            x = left + i * step
            painter.setBrush(theme.past if x <= playhead else pale)
            height = max(2.0, float(heights[i]))
            painter.drawRect(QRectF(x, STRIP - height, max(1.0, step - GAP), height))

    def _paint_line(self, painter: QPainter) -> None:
        theme, y = self._theme.current, self._line
        left, right = self._ends()
        known, playhead = self.place_of(self._player.known), self.place_of(self._player.playhead)
        for start, end, colour in (
            (left, right, theme.track),
            (left, known, mix(theme.window, theme.past, 0.75)),
            (left, playhead, theme.accent),
        ):
            painter.setPen(QPen(colour, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(start, y), QPointF(end, y))

    def _paint_stale(self, painter: QPainter) -> None:
        theme = self._theme.current
        painter.setPen(Qt.PenStyle.NoPen)
        top = self._line + KNOB + 3
        left, right = self._ends()
        places = np.array([t for t, _ in self._stale]) * ((right - left) / self._player.duration)
        _, firsts = np.unique((places // BLOT).astype(int), return_index=True)
        pale = mix(theme.window, theme.stale, 0.4)
        for first in firsts.tolist():
            x = left + float(places[first])
            painter.setBrush(theme.stale if self._stale[first][0] <= self._player.playhead else pale)
            painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x - 3.5, top + 7), QPointF(x + 3.5, top + 7)]))

    def _paint_marks(self, painter: QPainter) -> None:
        theme, y = self._theme.current, self._line
        for at, note in self._marks():
            x = self.place_of(at)
            colour = theme.muted if note else theme.accent
            painter.setPen(QPen(colour, 1.5))
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y - 14))
            painter.setBrush(theme.window)
            if note:
                painter.drawRect(QRectF(x - 3, y - 19, 6, 5))
            else:
                painter.drawEllipse(QPointF(x, y - 16), 3.0, 3.0)

    def _paint_knob(self, painter: QPainter) -> None:
        theme = self._theme.current
        middle = QPointF(self.place_of(self._player.playhead), self._line)
        if self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent_soft)
            painter.drawEllipse(middle, KNOB + 2, KNOB + 2)
        painter.setPen(QPen(theme.accent, 2.5))
        painter.setBrush(theme.window)
        painter.drawEllipse(middle, KNOB - 1.5, KNOB - 1.5)

    def _paint_hover(self, painter: QPainter) -> None:
        if self._hover is None:
            return
        theme = self._theme.current
        text = clock(self._hover)
        face = font("small")
        room = QFontMetrics(face).size(0, text)
        x = self.place_of(self._hover)
        box = QRectF(0, 0, room.width() + 12, room.height() + 4)
        box.moveCenter(QPointF(min(max(x, box.width() / 2), self.width() - box.width() / 2), box.height() / 2))
        painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x, self._line))
        painter.setPen(QPen(theme.outline, 1))
        painter.setBrush(theme.field)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(face)
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._player.empty:
            return
        x = event.position().x()
        off = x - self.place_of(self._player.playhead)
        if abs(off) <= KNOB and abs(event.position().y() - self._line) <= KNOB:
            self._grip = off
            self._player.pause()
            return
        self._grip = 0.0
        t, op = self._snapped(x)
        self._player.seek(t)
        if op is not None:
            self.opPicked.emit(op)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._hover = self.time_at(x)
        if self._grip is not None:
            self._hover = self.time_at(x - self._grip)
            self._player.seek(self._hover)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        parts = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -10, Qt.Key.Key_PageUp: 10,
        }  # fmt: skip
        part = parts.get(Qt.Key(event.key()))
        if part is None or self._player.empty:
            event.ignore()
            return
        self._player.seek(self._player.playhead + part * self._player.duration / 100)
