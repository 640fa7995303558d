"""A table of rows that are asked for their cells only when these are seen: a thousand names cost as much as forty.

Rules: columns say how a row is spelled and by what it is put in order; rows are plain values with a key of their own,
so that a selection and the place of the scroll bar stay through changes. What has changed is bold on a bed of its own,
what has gone is struck out: never colour alone.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.plain import as_tip, seen
from ui.theme import Theme, ThemeSwitch, font, mix

SOME = 40  # rows that columns are measured by
PAD = 16  # px
MOST_WIDE = 220  # px of a column at 100 %: longer texts are cut, and told by their tooltip
SHARE = Qt.ItemDataRole.UserRole + 1  # how much of a bar behind the text, 0..1

Index = QModelIndex | QPersistentModelIndex


def never(_: Any) -> bool:
    """Of no row."""
    return False


def nothing(_: Any) -> None:
    """No bar."""


@dataclass(frozen=True)
class Column:
    """order: what it is sorted by, else its text. bad: drawn as what is stale. share: a bar behind the text, 0..1."""

    title: str
    text: Callable[[Any], str]
    order: Callable[[Any], Any] | None = None
    right: bool = False
    bad: Callable[[Any], bool] = never
    share: Callable[[Any], float | None] = nothing
    says: str = ""


class Rows(QAbstractTableModel):
    """`show` other rows. key: what makes two rows the same one; changed, gone: how a row is marked."""

    def __init__(
        self, columns: Sequence[Column], key: Callable[[Any], Hashable], changed: Callable[[Any], bool] = never,
        gone: Callable[[Any], bool] = never, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        self.theme: Theme | None = None
        self._key, self._changed, self._gone = key, changed, gone
        self._keys: list[Hashable] = []
        self._by: tuple[int, Qt.SortOrder] | None = None

    def show(self, rows: Sequence[Any]) -> None:
        """These and no others, in the order that the person chose."""
        found = self._sorted(list(rows))
        keys = [self._key(row) for row in found]
        if keys == self._keys:
            self.rows = found
            if found:
                self.dataChanged.emit(self.index(0, 0), self.index(len(found) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.rows, self._keys = found, keys
        self.endResetModel()

    def key_of(self, row: int) -> Hashable | None:
        """What a row is known by."""
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def row_of(self, key: Hashable) -> int:
        """Where it stands; -1 for nowhere."""
        return self._keys.index(key) if key in self._keys else -1

    def _sorted(self, rows: list[Any]) -> list[Any]:
        if self._by is None:
            return rows
        column, way = self.columns[self._by[0]], self._by[1]
        rows.sort(key=column.order or column.text, reverse=way == Qt.SortOrder.DescendingOrder)
        return rows

    # Qt

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by = (column, order) if column >= 0 else None
        if column >= 0:
            self.show(self.rows)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            column = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return column.title
            if role == Qt.ItemDataRole.ToolTipRole:
                return column.says or f"Click to put the rows in order of: {column.title}"
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            if role == Qt.ItemDataRole.FontRole:
                return font("small")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column, theme = self.rows[index.row()], self.columns[index.column()], self.theme
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return seen(column.text(row))
            case Qt.ItemDataRole.ToolTipRole:
                return as_tip(column.text(row))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole if theme is not None:
                ink = theme.stale_text if column.bad(row) else theme.text if index.column() == 0 else theme.muted
                return mix(theme.window, ink, 0.6) if self._gone(row) else ink
            case Qt.ItemDataRole.BackgroundRole if theme is not None and self._changed(row):
                return theme.accent_soft
            case Qt.ItemDataRole.FontRole:
                made = font("small")
                made.setBold(self._changed(row))
                made.setStrikeOut(self._gone(row))
                return made
            case Qt.ItemDataRole.AccessibleTextRole:
                mark = ", gone" if self._gone(row) else ", changed" if self._changed(row) else ""
                return f"{column.title}: {column.text(row)}{mark}"
        return column.share(row) if role == SHARE else None


class Table(QTableView):
    """picked: a row was clicked, or Enter was pressed on it."""

    picked = Signal(object)

    def __init__(self, rows: Rows, themes: ThemeSwitch, says: str, whole: bool = False) -> None:
        super().__init__()
        self._whole = whole  # as tall as its rows
        self._rows, self._themes = rows, themes
        self._measured = (-1, 0.0)
        self._widths: list[int] = []  # by column, also of those that are hidden now
        self._letters: list[int] = []  # by column, of the longest text that it was made wide for
        self._before: tuple[Hashable | None, int] = (None, 0)  # the row selected and the place, over a change of rows
        rows.setParent(self)
        self.setModel(rows)
        self.setItemDelegate(_Bars(self, themes))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(says)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(not rows.columns[-1].right)
        header.setMinimumSectionSize(24)
        header.sortIndicatorChanged.connect(rows.sort)
        self.clicked.connect(lambda index: self.picked.emit(rows.rows[index.row()]))
        rows.modelAboutToBeReset.connect(self._remember)
        rows.modelReset.connect(self._recall)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Other rows; what was selected and how far it was scrolled stay."""
        self._rows.show(rows)
        if (len(rows), self._themes.scale) != self._measured:
            self._measured = len(rows), self._themes.scale
            self._measure()
            if self._whole:
                self.setFixedHeight(self._tall())
        else:
            self._widen()

    def spare(self, titles: Collection[str]) -> None:
        """Leave these columns out."""
        spared = [column.title in titles for column in self._rows.columns]
        if spared == [self.isColumnHidden(place) for place in range(len(spared))]:
            return
        header = self.horizontalHeader()
        stretches = header.stretchLastSection()
        header.setStretchLastSection(False)  # or the last keeps the width that it had beside fewer or more
        for place, hidden in enumerate(spared):
            self.setColumnHidden(place, hidden)
            if not hidden:
                self.setColumnWidth(place, self._widths[place])
        header.setStretchLastSection(stretches)

    def _remember(self) -> None:
        self._before = self._rows.key_of(self.currentIndex().row()), self.verticalScrollBar().value()

    def _recall(self) -> None:
        chosen, place = self._before
        row = -1 if chosen is None else self._rows.row_of(chosen)
        if row >= 0:
            self.setCurrentIndex(self._rows.index(row, 0))
        self.updateGeometries()
        self.verticalScrollBar().setValue(place)

    def _tall(self) -> int:
        rows = len(self._rows.rows) * self.verticalHeader().defaultSectionSize()
        return self.horizontalHeader().sizeHint().height() + rows + 14  # and a scroll bar, where it is too wide

    def _measure(self) -> None:
        metrics = QFontMetrics(font("small"))
        self._letters = [0] * len(self._rows.columns)
        sort = 14  # of the arrow beside a title
        self._widths = [metrics.horizontalAdvance(column.title) + sort + PAD for column in self._rows.columns]
        for place, wide in enumerate(self._widths):
            self.setColumnWidth(place, wide)
        self._widen()

    def _widen(self) -> None:
        """Columns whose texts have become longer, as when a clock is known now; none becomes narrower meanwhile."""
        metrics, most = QFontMetrics(font("small")), round(MOST_WIDE * self._themes.scale)
        for place, column in enumerate(self._rows.columns):
            texts = [column.text(row) for row in self._rows.rows[:SOME]]
            if (letters := max(map(len, texts), default=0)) > self._letters[place]:
                self._letters[place] = letters
                wide = max(metrics.horizontalAdvance(text) for text in texts) + PAD
                stretched = place == len(self._widths) - 1 and self.horizontalHeader().stretchLastSection()
                now = 0 if stretched else self.columnWidth(place)  # which a person may have made wider
                self._widths[place] = min(most, max(wide, self._widths[place], now))
                self.setColumnWidth(place, self._widths[place])

    def _restyle(self) -> None:
        self._rows.theme = self._themes.current
        self.setFont(font("small"))
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(font("small")).height() + 8)
        self._measure()
        if self._whole:
            self.setFixedHeight(self._tall())
        self.viewport().update()

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.picked.emit(self._rows.rows[row])
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(300, self._tall() if self._whole else 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 3 * self.verticalHeader().defaultSectionSize())


class _Bars(QStyledItemDelegate):
    """Paints a bar behind a text that has a share: what is left of a copy's time."""

    def __init__(self, parent: QWidget, themes: ThemeSwitch) -> None:
        super().__init__(parent)
        self._themes = themes

    # Qt

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        share = index.data(SHARE)
        if share is not None:
            theme, box = self._themes.current, QRectF(option.rect).adjusted(2, 2, -2, -2)
            painter.save()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.track)
            painter.drawRoundedRect(box, 3, 3)
            box.setWidth(box.width() * min(1.0, max(0.0, share)))
            painter.setBrush(mix(theme.track, theme.accent, 0.35))
            painter.drawRoundedRect(box, 3, 3)
            painter.restore()
        super().paint(painter, option, index)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
