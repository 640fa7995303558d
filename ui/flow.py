"""A layout that sets widgets in a line and begins another line where there is no more room.

Rules: knows sizes only. In each line the widgets with an expanding size policy share what is left over. A tail stands
below them all, or at the end of the last of several lines if there is room.
"""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget, QWidgetItem


class FlowLayout(QLayout):
    """As Qt's own example of that name, with stretching. gap: pixels between widgets and between lines."""

    def __init__(self, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._tail: QWidget | None = None
        self._heights: dict[int, int] = {}  # by width

    def addWidget(self, widget: QWidget) -> None:
        # Of an item that Qt makes itself Python has but a loose wrapper, which may turn invalid while it is kept here.
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))
        self.invalidate()

    def add_tail(self, widget: QWidget) -> None:
        """The last widget."""
        self._tail = widget
        self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:  # Qt asks a dozen times for each time that something changes
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), place=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._shown():
            size = size.expandedTo(_least(item))
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = [[]]
        used = 0
        for item in self._shown():
            alone = item.widget() is self._tail and len(lines) == 1
            needed = width if alone else _least(item).width()
            if lines[-1] and used + self._gap + needed > width:
                lines.append([])
                used = 0
            used += needed + (self._gap if lines[-1] else 0)
            lines[-1].append(item)
        return lines

    def _arrange(self, rect: QRect, place: bool) -> int:
        margins = self.contentsMargins()
        inner = rect.adjusted(margins.left(), margins.top(), -margins.right(), -margins.bottom())
        y = inner.y()
        for line in self._lines(inner.width()):
            height = max((_least(item).height() for item in line), default=0)
            if place:
                self._set_line(line, QRect(inner.x(), y, inner.width(), height))
            y += height + self._gap
        return y - self._gap - rect.y() + margins.bottom()

    def _set_line(self, line: list[QLayoutItem], rect: QRect) -> None:
        widths = [_least(item).width() for item in line]
        left = rect.width() - sum(widths) - self._gap * (len(line) - 1)
        growing = [i for i, item in enumerate(line) if item.expandingDirections() & Qt.Orientation.Horizontal]
        x = rect.x()
        for i, item in enumerate(line):
            width = widths[i] + (left // len(growing) if i in growing and left > 0 else 0)
            height = _least(item).height()
            item.setGeometry(QRect(QPoint(x, rect.y() + (rect.height() - height) // 2), QSize(width, height)))
            x += width + self._gap


def _least(item: QLayoutItem) -> QSize:
    """What an item asks for: its hint, or its minimum where it may grow."""
    widget = item.widget()
    hint = item.sizeHint()
    if widget is not None and widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding:
        return QSize(max(widget.minimumWidth(), widget.minimumSizeHint().width()), hint.height())
    return hint.expandedTo(item.minimumSize())
