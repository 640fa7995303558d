"""One step of a story: its time, a mark on a line that runs through all steps, its sentence; a click goes there.

Rules: behaves as a button does, with the mouse and with the keyboard.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from p4lab.world import Step
from ui import words
from ui.panels.details_text import unbroken
from ui.theme import Theme, font, mix

PAD, GAP = 5, 26  # px: above and below the text; between time and text, with the mark in it
DOT = 4.0  # px, radius
PALE = 0.45  # of what lies after the playhead


class StepRow(QWidget):
    """first, last: whether the line begins or ends here. later: whether it lies after the playhead."""

    clicked = Signal(float, int)  # its time and its Event

    def __init__(self, step: Step, theme: Theme, first: bool, last: bool, later: bool) -> None:
        super().__init__()
        self._step, self._theme = step, theme
        self._first, self._last = first, last
        self._later = later
        self._here, self._hover = False, False
        self._text = unbroken(f"{step.text[:1].upper()}{step.text[1:]}")
        self._time = words.clock(step.t, 0.001)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{self._time}: {self._text}")
        self.setToolTip("Click to go to this moment")

    def set_here(self, here: bool) -> None:
        """Whether its Event is the selected one."""
        if here != self._here:
            self._here = here
            self.update()

    @property
    def event_id(self) -> int:
        """The Event that it tells of."""
        return self._step.event_id

    def _tint(self, colour: QColor) -> QColor:
        return mix(self._theme.window, colour, PALE) if self._later else colour

    def _left(self) -> int:
        """Where the text begins."""
        return QFontMetrics(font("small")).horizontalAdvance("100.000 s") + GAP + PAD

    def _tall(self, width: int) -> int:
        """How tall it must be for its text to fit in."""
        room = QRectF(0, 0, max(60, width - self._left() - PAD), 10_000).toRect()
        metrics = QFontMetrics(font("body"))
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._text).height() + 2 * PAD

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(300, self._tall(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self._tall(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._here or self._hover or self.hasFocus():
            painter.setPen(QPen(theme.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent_soft if self._here else theme.hover)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        left, line = self._left(), QFontMetrics(font("body")).height()
        middle, x = PAD + line / 2, left - GAP / 2
        painter.setPen(QPen(theme.outline, 1.5))
        if not self._first:
            painter.drawLine(QPointF(x, 0), QPointF(x, middle))
        if not self._last:
            painter.drawLine(QPointF(x, middle), QPointF(x, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._tint(theme.stale if self._step.bad else theme.customer))
        painter.drawEllipse(QPointF(x, middle), DOT, DOT)
        painter.setPen(self._tint(theme.muted))
        painter.setFont(font("small"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(PAD, PAD, left - GAP - PAD, line), right, self._time)
        painter.setPen(self._tint(theme.stale_text if self._step.bad else theme.text))
        painter.setFont(font("body"))
        painter.drawText(
            self.rect().adjusted(left, PAD, -PAD, 0), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, self._text
        )
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self._step.t, self._step.event_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self._step.t, self._step.event_id)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = False
        self.update()
