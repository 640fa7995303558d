"""The glyphs of messages, painted once into one pixmap: shape by kind, colour and border by regime, sign on replies.

Rules: a sheet belongs to one theme, one size and one device pixel ratio. Triangles are kept in `TURNS` directions,
because a turned sprite costs three times a straight one. Nothing here knows which message is where.
"""

from math import cos, pi, sin

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap

from ui.theme import SHAPES, RegimeLook, Theme

TURNS = 32
SIGNS = ("", "+", "−", "!", "×")
NO_SIGN, HIT, MISS, STALE, REFUSED = range(5)
CIRCLE = TURNS
DIAMOND = TURNS + 1
SQUARE = TURNS + 2  # and behind it, the last, those with a sign
COLUMNS = SQUARE + len(SIGNS)
REGIMES = 5  # rows: by code, 0 none .. 4 mixed
HALO, ACCESS_DOT, DOUBLED, CORRUPTED = range(4)  # columns of the last row
PLAIN = 5.5  # glyphs of a smaller radius have no border and no sign: nobody could see them


class Sheet:
    """left, top, side: where a glyph lies, by regime * COLUMNS + column, in pixels of the device.

    The less of its cell a glyph takes, the less there is to blend in each frame.
    """

    def __init__(self, theme: Theme, radius: float, ratio: float, opacity: float = 1.0) -> None:
        self.radius = radius
        cell = self._cell = 2 * int(np.ceil((1.2 * radius + 4) * ratio))
        self.pixmap = QPixmap(COLUMNS * cell, (REGIMES + 1) * cell)
        self.pixmap.fill(Qt.GlobalColor.transparent)
        cells = np.arange(COLUMNS * (REGIMES + 1))
        columns, rows = cells % COLUMNS, cells // COLUMNS
        compact = (columns >= CIRCLE) & (columns != DIAMOND) & (rows < REGIMES)
        self.side = np.where(compact, min(cell, 2 * int(np.ceil((0.94 * radius + 4.0) * ratio))), cell).astype(float)
        self.left = columns * cell + (cell - self.side) / 2
        self.top = rows * cell + (cell - self.side) / 2
        self.source = np.column_stack([self.left, self.top, self.side, self.side])
        painter = QPainter(self.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(opacity)
        for regime in range(REGIMES):
            for column in range(COLUMNS):
                self._enter(painter, regime, column, ratio)
                _glyph(painter, theme, theme.regime(regime), column, radius)
        self._enter(painter, REGIMES, HALO, ratio)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent, 1.8))
        painter.drawEllipse(QPointF(0, 0), radius + 3.2, radius + 3.2)
        self._enter(painter, REGIMES, ACCESS_DOT, ratio)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.muted)
        painter.drawEllipse(QPointF(0, 0), 2.2, 2.2)
        self._enter(painter, REGIMES, DOUBLED, ratio)
        mark_doubled(painter, theme, radius)
        self._enter(painter, REGIMES, CORRUPTED, ratio)
        mark_corrupted(painter, theme, radius)
        painter.end()

    def special(self, column: int) -> int:
        """The index of HALO, ACCESS_DOT, DOUBLED or CORRUPTED."""
        return REGIMES * COLUMNS + column

    def _enter(self, painter: QPainter, row: int, column: int, ratio: float) -> None:
        painter.resetTransform()
        painter.translate((column + 0.5) * self._cell, (row + 0.5) * self._cell)
        painter.scale(ratio, ratio)


def mark_doubled(painter: QPainter, theme: Theme, radius: float) -> None:
    """Over a glyph: the corner of another one behind it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    a, b = 1.15 * radius, 0.1 * radius
    for colour, width in ((theme.map, 3.4), (theme.stale, 1.8)):
        painter.setPen(QPen(colour, width))
        painter.drawPolyline([QPointF(b, -a), QPointF(a, -a), QPointF(a, -b)])


def mark_corrupted(painter: QPainter, theme: Theme, radius: float) -> None:
    """Over a glyph: a crack through it."""
    crack = [QPointF(x * radius, y * radius) for x, y in ((0.35, -1.2), (-0.3, -0.25), (0.3, 0.2), (-0.35, 1.2))]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.map, 4.2), (theme.stale, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawPolyline(crack)


def column_of(code: int) -> int:
    """The first column of a message kind: its triangle to the right, its one shape, or its square without a sign."""
    return {"triangle": 0, "circle": CIRCLE, "diamond": DIAMOND, "square": SQUARE}[SHAPES.get(code, "circle")]


def draw(painter: QPainter, theme: Theme, code: int, regime: int, radius: float, sign: int = NO_SIGN) -> None:
    """One glyph at the origin, for legends. A triangle points up."""
    column = column_of(code)
    if column == 0:
        column = TURNS * 3 // 4
    elif column == SQUARE:
        column += sign
    _glyph(painter, theme, theme.regime(regime), column, radius)


def draw_glyph(painter: QPainter, theme: Theme, glyph: int, radius: float) -> None:
    """One glyph at the origin by its number in a sheet: regime * COLUMNS + column."""
    _glyph(painter, theme, theme.regime(glyph // COLUMNS), glyph % COLUMNS, radius)


def _glyph(painter: QPainter, theme: Theme, look: RegimeLook, column: int, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if radius < PLAIN:
        painter.setPen(QPen(theme.map, 1.2))
        painter.drawPath(_outline(column, radius + 0.4))
        painter.fillPath(_outline(column, radius), look.colour)
        return
    painter.setPen(QPen(theme.map, 3.0))
    painter.drawPath(_outline(column, radius + (1.5 if look.border != "solid" else 0.5)))
    if look.border == "solid":
        _stroke(painter, _outline(column, radius), look.colour, look.edge, 1.3)
    else:
        inner = _outline(column, radius - 1.6)
        painter.fillPath(inner, look.colour)
        pen = QPen(look.edge, 1.2)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if look.border == "dashed":
            pen.setWidthF(1.5)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([2.3, 1.6])
            painter.setPen(pen)
            painter.drawPath(_outline(column, radius - 0.2))
        else:
            painter.setPen(pen)
            painter.drawPath(inner)
            painter.drawPath(_outline(column, radius + 1.4))
    if column > SQUARE:
        _sign(painter, SIGNS[column - SQUARE], theme.on(look.colour), radius)


def _stroke(painter: QPainter, path: QPainterPath, fill: QColor, edge: QColor, width: float) -> None:
    painter.fillPath(path, QBrush(fill))
    pen = QPen(edge, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawPath(path)


def _outline(column: int, radius: float) -> QPainterPath:
    path = QPainterPath()
    if column < TURNS:
        angle = column * 2 * pi / TURNS
        for point, (turn, reach) in enumerate(((0.0, 1.18), (2.2, 1.1), (-2.2, 1.1))):
            x, y = reach * radius * cos(angle + turn), reach * radius * sin(angle + turn)
            if point:
                path.lineTo(x, y)
            else:
                path.moveTo(x, y)
        path.closeSubpath()
    elif column == CIRCLE:
        path.addEllipse(QPointF(0, 0), radius * 0.94, radius * 0.94)
    elif column == DIAMOND:
        reach = radius * 1.12
        path.moveTo(reach, 0)
        for x, y in ((0.0, reach), (-reach, 0.0), (0.0, -reach)):
            path.lineTo(x, y)
        path.closeSubpath()
    else:
        side = radius * 0.86
        path.addRect(QRectF(-side, -side, 2 * side, 2 * side))
    return path


def _sign(painter: QPainter, sign: str, colour: QColor, radius: float) -> None:
    pen = QPen(colour, 0.24 * radius)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    a = 0.5 * radius
    match sign:
        case "+":
            painter.drawLine(QPointF(-a, 0), QPointF(a, 0))
            painter.drawLine(QPointF(0, -a), QPointF(0, a))
        case "−":
            painter.drawLine(QPointF(-a, 0), QPointF(a, 0))
        case "×":
            painter.drawLine(QPointF(-a * 0.8, -a * 0.8), QPointF(a * 0.8, a * 0.8))
            painter.drawLine(QPointF(-a * 0.8, a * 0.8), QPointF(a * 0.8, -a * 0.8))
        case "!":
            painter.drawLine(QPointF(0, -a * 1.15), QPointF(0, a * 0.3))
            painter.drawLine(QPointF(0, a * 0.65), QPointF(0, a * 1.15))
