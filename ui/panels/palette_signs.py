"""The signs of the palette, drawn with the theme so that they are sharp at every scale.

Rules: shapes alone, in a square of 24, stroked in one ink with one accent; no text and no files.
"""

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from ui.theme import Theme

SIDE = 24.0  # of the square that signs are drawn in


def icon(sign: str, theme: Theme, size: int, ratio: float) -> QIcon:
    """As a picture for a button and a menu: enabled, disabled, and chosen."""
    made = QIcon()
    for mode, state, ink, accent in (
        (QIcon.Mode.Normal, QIcon.State.Off, theme.text, theme.accent),
        (QIcon.Mode.Normal, QIcon.State.On, theme.accent_text, theme.accent_text),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.faint, theme.faint),
        (QIcon.Mode.Disabled, QIcon.State.On, theme.faint, theme.faint),
    ):
        picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / SIDE, size / SIDE)
        draw(painter, sign, ink, accent)
        painter.end()
        made.addPixmap(picture, mode, state)
    return made


def draw(painter: QPainter, sign: str, ink: QColor, accent: QColor) -> None:
    """One sign, in a square of SIDE."""
    painter.setPen(_pen(ink))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match sign:
        case "run":
            painter.setBrush(ink)
            painter.drawPolygon(QPolygonF([QPointF(8, 5.5), QPointF(19, 12), QPointF(8, 18.5)]))
        case "edit":
            painter.translate(12, 12)
            painter.rotate(45)
            painter.drawRoundedRect(QRectF(-2.2, -9, 4.4, 13), 1, 1)
            painter.drawLine(QLineF(-2.2, -5.6, 2.2, -5.6))
            painter.drawPolyline([QPointF(-2.2, 4), QPointF(0, 9), QPointF(2.2, 4)])
        case "pen":
            painter.drawPolyline(
                [QPointF(13, 5), QPointF(19, 11), QPointF(9.5, 17.5), QPointF(6.5, 14.5), QPointF(13, 5)]
            )
            painter.setPen(_pen(accent, 2.4))
            painter.drawLine(QLineF(4, 20.5, 16, 20.5))
        case "select":
            painter.drawPath(_arrow())
        case "provider":
            painter.drawEllipse(QPointF(10.5, 13), 7, 7)
            painter.setPen(_pen(accent, 2.2))
            _plus(painter, 18.5, 6, 3.6)
        case "peer":
            painter.drawEllipse(QPointF(5.5, 17), 3.4, 3.4)
            painter.drawEllipse(QPointF(18.5, 7), 3.4, 3.4)
            painter.setPen(_pen(accent, 2.2))
            painter.drawLine(QLineF(8.5, 14.7, 15.5, 9.3))
        case "child":
            painter.drawEllipse(QPointF(12, 5.5), 3.4, 3.4)
            painter.drawEllipse(QPointF(12, 18.8), 3.0, 3.0)
            painter.setPen(_pen(accent, 2.0))
            painter.drawLine(QLineF(12, 15, 12, 10.4))
            painter.drawPolyline([QPointF(9.4, 13), QPointF(12, 10.2), QPointF(14.6, 13)])
        case "organisation":
            wall = [QPointF(12, 4.5), QPointF(20, 11), QPointF(18, 11), QPointF(18, 19.5), QPointF(6, 19.5),
                    QPointF(6, 11), QPointF(4, 11)]  # fmt: skip
            painter.drawPolygon(QPolygonF(wall))
            painter.setPen(_pen(accent, 1.8))
            painter.drawRect(QRectF(10, 13.5, 4, 6))
        case "customers":
            painter.drawEllipse(QPointF(12, 8), 3.4, 3.4)
            painter.drawArc(QRectF(5, 13.2, 14, 13), 0, 180 * 16)
            painter.setPen(_pen(accent, 1.6))
            painter.drawArc(QRectF(1.4, 12, 6, 9), 70 * 16, 100 * 16)
            painter.drawArc(QRectF(16.6, 12, 6, 9), 10 * 16, 100 * 16)
        case "mesh":
            corners = [QPointF(12, 4.5), QPointF(20, 17.5), QPointF(4, 17.5)]
            painter.drawPolygon(QPolygonF(corners))
            painter.setBrush(accent)
            painter.setPen(Qt.PenStyle.NoPen)
            for corner in corners:
                painter.drawEllipse(corner, 3, 3)
        case "snap":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            for x in (5, 12, 19):
                for y in (5, 12, 19):
                    painter.drawEllipse(QPointF(x, y), 1.5, 1.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_pen(accent, 2.0))
            painter.drawEllipse(QPointF(12, 12), 4.4, 4.4)
        case "lock":
            painter.drawRoundedRect(QRectF(5.5, 11, 13, 8.5), 2, 2)
            painter.drawArc(QRectF(8, 4.5, 8, 12), 0, 180 * 16)
            painter.drawPoint(QPointF(12, 15.2))
        case "fit":
            for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
                corner = QPointF(12 + 7.5 * x, 12 + 6.5 * y)
                painter.drawPolyline([corner - QPointF(4 * x, 0), corner, corner - QPointF(0, 4 * y)])
            painter.setPen(_pen(accent, 2.0))
            painter.drawEllipse(QPointF(12, 12), 2.6, 2.6)
        case "nearer" | "further":
            painter.drawEllipse(QPointF(10, 10), 6, 6)
            painter.drawLine(QLineF(14.5, 14.5, 20, 20))
            painter.setPen(_pen(accent, 1.8))
            painter.drawLine(QLineF(7.4, 10, 12.6, 10))
            if sign == "nearer":
                painter.drawLine(QLineF(10, 7.4, 10, 12.6))
        case "faults":
            painter.drawLine(QLineF(2.5, 12, 6, 12))
            painter.drawLine(QLineF(18, 12, 21.5, 12))
            painter.setPen(_pen(accent, 2.0))
            painter.drawPolyline([QPointF(6 + 3 * i, 12 + (4.5 if i % 2 else -4.5)) for i in range(5)])


def _pen(ink: QColor, width: float = 1.7) -> QPen:
    return QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _plus(painter: QPainter, x: float, y: float, arm: float) -> None:
    painter.drawLine(QLineF(x - arm, y, x + arm, y))
    painter.drawLine(QLineF(x, y - arm, x, y + arm))


def _arrow() -> QPainterPath:
    path = QPainterPath(QPointF(6, 3.5))
    for x, y in ((6, 18.5), (10, 14.8), (12.8, 20.6), (15.4, 19.4), (12.7, 13.6), (18, 13.2)):
        path.lineTo(x, y)
    path.closeSubpath()
    return path
