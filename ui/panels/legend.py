"""A compact legend: small shapes with a word each, in as many lines as they need, or as few as they are given.

Rules: what is shown is given as entries; it paints itself with the theme it is handed. What finds no room stands in its
tooltip.
"""

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plain import as_tip
from ui.theme import Theme, font

GAP = 14.0  # px between two entries
MANY = 99  # lines: no limit


class Entry(msgspec.Struct, frozen=True):
    """shape: as `draw_mark` knows them. colour: #rrggbb, or "" for text's."""

    shape: str
    word: str
    colour: str = ""


class Legend(QWidget):
    """Entries beside each other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: list[Entry] = []
        self._most = MANY
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: list[Entry], theme: Theme) -> None:
        """Show these, in this theme."""
        if (entries, theme) != (self._entries, self._theme):
            self._entries, self._theme = entries, theme
            self.setAccessibleName("Legend: " + ", ".join(f"{entry.shape} {entry.word}" for entry in entries))
            self.setToolTip(as_tip(" · ".join(entry.word for entry in entries)))
        self.setFixedHeight(self._height())
        self.update()

    def limit(self, lines: int) -> None:
        """Take at most so many lines."""
        if lines != self._most:
            self._most = lines
            self.setFixedHeight(self._height())
            self.update()

    def _places(self) -> list[tuple[Entry, QRectF]]:
        metrics = QFontMetricsF(font("small"))
        line, mark = metrics.height() + 3, self._mark()
        x = y = 0.0
        places = []
        for entry in self._entries:
            width = mark + 5 + metrics.horizontalAdvance(entry.word)
            if x and x + width > self.width() - GAP:
                x, y = 0.0, y + line
            if y >= self._most * line:
                break
            places.append((entry, QRectF(x, y, width, line)))
            x += width + GAP
        return places

    def _mark(self) -> float:
        return QFontMetricsF(font("small")).xHeight() + 3

    def _height(self) -> int:
        places = self._places()
        return round(places[-1][1].bottom()) + 1 if places else 0

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(200, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small"))
        mark = self._mark()
        for entry, place in self._places():
            colour = QColor(entry.colour) if entry.colour else self._theme.muted
            draw_mark(painter, entry.shape, colour, QPointF(place.left() + mark / 2, place.center().y()), mark)
            painter.setPen(self._theme.muted)
            painter.drawText(place.adjusted(mark + 5, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, entry.word)


def draw_mark(painter: QPainter, shape: str, colour: QColor, centre: QPointF, size: float) -> None:
    """A circle, square, triangle, diamond, cross, ring, line, dashes, block or hatched, `size` px across."""
    half = size / 2
    box = QRectF(centre.x() - half, centre.y() - half, size, size)
    thick = QPen(colour, max(1.6, size / 5), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    match shape:
        case "circle":
            painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        case "square":
            painter.drawRect(box.adjusted(0.8, 0.8, -0.8, -0.8))
        case "block":
            painter.drawRoundedRect(box, 2.5, 2.5)
        case "triangle":
            painter.drawPolygon(QPolygonF([box.bottomLeft(), box.bottomRight(), QPointF(centre.x(), box.top())]))
        case "diamond":
            middle = box.center()
            corners = (box.left(), middle.y()), (middle.x(), box.top()), (box.right(), middle.y())
            points = [QPointF(*corner) for corner in (*corners, (middle.x(), box.bottom()))]
            painter.drawPolygon(QPolygonF(points))
        case "ring":
            painter.setPen(thick)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        case "cross":
            painter.setPen(thick)
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
        case "hatched":
            soft = QColor(colour)
            soft.setAlphaF(0.35)
            painter.setBrush(soft)
            painter.drawRoundedRect(box, 2.5, 2.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        case _:  # a line, whole or in dashes
            if shape == "dashes":
                thick.setDashPattern([2, 1.4])
            painter.setPen(thick)
            painter.drawLine(QPointF(box.left() - 1, centre.y()), QPointF(box.right() + 1, centre.y()))
