"""Buttons that carry a drawn sign instead of a word: play, pause, step, close.

Rules: painted with the theme, so that they are sharp at every scale and need no icon files; a click never takes the
keyboard focus away, Tab reaches them.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton

from ui.theme import ThemeSwitch

SIGNS = ("play", "pause", "back", "forward", "close")


class SignButton(QAbstractButton):
    """A button of `size` pixels; round ones are filled with the accent colour."""

    def __init__(self, sign: str, size: int, theme: ThemeSwitch, round_: bool = False) -> None:
        super().__init__()
        self._sign = sign
        self._size = size
        self._theme = theme
        self._round = round_
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._rescale)
        self._rescale()

    def set_sign(self, sign: str) -> None:
        """Another sign on the same button."""
        if sign != self._sign:
            self._sign = sign
            self.update()

    def _rescale(self) -> None:
        side = round(self._size * self._theme.scale)
        self.setFixedSize(side, side)
        self.update()

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme.current
        hover = self.underMouse() and self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._round:
            fill = theme.accent_hover if hover or self.isDown() else theme.accent
            painter.setPen(QPen(theme.text, 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(fill if self.isEnabled() else theme.track)
            painter.drawEllipse(box)
            ink = theme.on_accent if self.isEnabled() else theme.faint
        else:
            flat = self._sign == "close"
            edge = theme.accent if self.hasFocus() else theme.line if flat else theme.outline
            painter.setPen(Qt.PenStyle.NoPen if flat and not self.hasFocus() else QPen(edge, 1))
            still = theme.window if flat else theme.field
            fill = theme.accent_soft if self.isDown() else theme.hover if hover else still
            painter.setBrush(fill)
            painter.drawRoundedRect(box, 7, 7)
            ink = theme.text if self.isEnabled() else theme.faint
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        side = self.width()
        painter.translate(side / 2, side / 2)
        painter.scale(side / 48, side / 48)
        if self._sign == "close":
            painter.setPen(QPen(ink, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(-8, -8), QPointF(8, 8))
            painter.drawLine(QPointF(-8, 8), QPointF(8, -8))
        else:
            painter.drawPath(_sign(self._sign))
        painter.end()


def _sign(name: str) -> QPainterPath:
    """In a square of 48, its middle at (0, 0)."""
    path = QPainterPath()
    match name:
        case "play":
            path.addPolygon(QPolygonF([QPointF(-6.5, -11), QPointF(12, 0), QPointF(-6.5, 11)]))
        case "pause":
            path.addRoundedRect(QRectF(-9, -10, 6, 20), 1.5, 1.5)
            path.addRoundedRect(QRectF(3, -10, 6, 20), 1.5, 1.5)
        case "forward":
            path.addPolygon(QPolygonF([QPointF(-8, -10), QPointF(6, 0), QPointF(-8, 10)]))
            path.addRoundedRect(QRectF(7, -10, 4, 20), 1, 1)
        case "back":
            path.addPolygon(QPolygonF([QPointF(8, -10), QPointF(-6, 0), QPointF(8, 10)]))
            path.addRoundedRect(QRectF(-11, -10, 4, 20), 1, 1)
    path.closeSubpath()
    return path
