"""The figures of the selected interval: for each line of each plot how many, mean, least, greatest, and quantiles.

Rules: shows rows that it is given; knows no run. It is not there while nothing is selected.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import words
from ui.elided import ElidedLabel
from ui.plain import as_tip
from ui.plots.tables import HEAD, Row
from ui.theme import Theme, font

MOST, SHARE = 5, 0.3  # rows in sight before it scrolls, and of the height around it


class IntervalTable(QWidget):
    """zoomAsked, clearAsked: of the interval."""

    zoomAsked = Signal()
    clearAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.says = ElidedLabel(least=60)
        self.rows: list[Row] = []
        zoom, clear = QToolButton(), QToolButton()
        for button, word, tip, signal in (
            (zoom, "Zoom", "Show this interval alone", self.zoomAsked),
            (clear, "Clear", "Select no interval", self.clearAsked),
        ):
            button.setText(word)
            button.setToolTip(as_tip(tip))
            button.clicked.connect(signal)
        self._buttons = (zoom, clear)
        self.table = QTableWidget(0, len(HEAD))
        self.table.setAccessibleName("Figures of the selected interval")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setMinimumSectionSize(20)
        QShortcut(
            QKeySequence.StandardKey.Copy, self.table, context=Qt.ShortcutContext.WidgetShortcut
        ).activated.connect(self.copy)
        top = QHBoxLayout()
        top.addWidget(self.says)
        top.addStretch(1)
        top.addWidget(zoom)
        top.addWidget(clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self.table)

    def show_rows(self, ends: tuple[float, float], rows: list[Row]) -> None:
        """The figures of an interval."""
        low, high = ends
        self.rows = rows
        self.says.set_text(f"{words.clock(low, 1e-3)} to {words.clock(high, 1e-3)}, {words.time(high - low)}")
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(texts(row)):
                item = QTableWidgetItem(text)
                item.setFont(font("small"))
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                else:
                    item.setToolTip(as_tip(f"{row.plot}: {text}"))
                self.table.setItem(number, column, item)
        for column, word in enumerate(HEAD):
            head = QTableWidgetItem(word)
            head.setFont(font("small"))
            self.table.setHorizontalHeaderItem(column, head)
        metrics = QFontMetrics(font("small"))
        line = metrics.height() + 8
        self.table.verticalHeader().setDefaultSectionSize(line)
        room = (self.parentWidget() or self).height() * SHARE
        seen = min(len(rows), MOST, max(1, int(room / line) - 1))
        self.table.setFixedHeight(line * (seen + 1) + 12)
        self.table.setVisible(bool(rows))

    def copy(self) -> None:
        """All rows, cells parted by tabs, to the clipboard."""
        lines = ["\t".join(HEAD), *("\t".join(texts(row)) for row in self.rows)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def restyle(self, theme: Theme) -> None:
        """Take on a theme."""
        small = font("small")
        for button in self._buttons:
            button.setStyleSheet("padding: 2px 9px;")
        for widget in (self.says, self.table, self.table.horizontalHeader(), *self._buttons):
            widget.setFont(small)
        self.says.setStyleSheet(f"color: {theme.text.name()};")


def texts(row: Row) -> tuple[str, ...]:
    """A row as it stands in the table; "–" where there is no value."""
    figures = (row.mean, row.p50, row.p99, row.least, row.greatest)
    unit = row.unit.replace(" per second", "/s").replace("per second", "/s")
    return (f"{row.line or row.plot}, {unit}", words.grouped(row.count), *map(figure, figures))


def figure(value: float) -> str:
    """Four figures at most."""
    if value != value:
        return words.NONE
    if value == int(value) or abs(value) >= 1000:
        return words.grouped(round(value))
    return f"{value:.3g}".replace("-", "−")
