"""The event log as a table: Events by index, texts made when they are asked for, filtered in small slices of time.

Rules: no Event is copied. Without a filter row i is Event i; with one, the numbers of the Events found are kept, and
the search goes on in slices from the model's own timer, so that nothing freezes. Rows end at `limit`; those after the
playhead are pale.
"""

from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from p4lab.trace import Trace
from p4lab.world import World
from p4lab.world.observed import Observed
from ui import words
from ui.panels.filters import Filter
from ui.panels.legend import draw_mark
from ui.panels.log_filter import LogFilter
from ui.panels.log_text import LogText, Row
from ui.plain import as_tip, seen
from ui.theme import SHAPES, Theme, font, mix

COLUMNS = ("#", "time", "Δ", "from → to", "kind", "key", "regime", "result", "latency")
NUMBER, TIME, DELTA, BETWEEN, KIND, KEY, REGIME, RESULT, LATENCY = range(9)
TIPS = {
    DELTA: "Time since the event before it",
    LATENCY: "How long a request took; of a message, how long it is on its way",
    NUMBER: "Events are numbered from 1; a filter leaves gaps",
}
RIGHT_ALIGNED = {NUMBER, TIME, DELTA, LATENCY}
MARKS = {  # shapes of what is no message, by the words of its kind
    "get asked": "ring", "get answered": "circle", "put asked": "ring", "put answered": "triangle",
    "stored": "block", "dropped": "cross", "refused": "cross", "noticed": "ring", "note": "line",
    "newer, but late": "block",
    "removal asked": "ring", "two versions": "cross", "crash": "cross", "restart": "circle", "message lost": "cross",
    "session up": "line", "session down": "dashes", "session refused": "cross", "caught up": "diamond", "link": "line",
    "partition": "dashes", "healed": "line", "peering ended": "dashes", "peering": "line", "parent": "line",
    "owner moved": "triangle", "moved data dropped": "cross", "misbehaviour": "hatched",
    "left": "cross", "provider changed": "diamond", "seen inexactly": "dashes",
}  # fmt: skip
BUDGET = 0.006  # s of searching between two looks at other work
SLICE = 512  # Events searched between two looks at the clock
KEPT_ROWS = 512  # texts kept, of the rows in sight and some more
MARK = 10  # px
INTERVAL = 0.55  # how strongly the rows of the selected interval are told from others

Index = QModelIndex | QPersistentModelIndex


class LogModel(QAbstractTableModel):
    """`look_at` another run, `filter` it, and `show_to` a number of Events."""

    searched = Signal()  # the search went on, or is over

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = LogText(Trace(), World())
        self._filter: LogFilter | None = None
        self._wanted: tuple[Filter | None, Filter | None, bool] = (None, None, True)
        self._found = np.empty(1024, np.int64)
        self._matches = 0
        self._done = 0  # Events searched
        self.limit = 0  # Events that may be shown
        self.current = 0  # Events that have happened by the playhead
        self._count = 0  # rows
        self._rows: dict[int, Row] = {}
        self._marks: dict[tuple[str, str], QIcon] = {}
        self._eyes: int | None = None  # the provider that sees
        self._interval: tuple[float, float] | None = None  # rows within it have a bed of their own
        self._chain: frozenset[int] = frozenset()  # the Events that explain something together
        self._now = 0.0  # when it is looked: what is under way then is not seen yet
        self._timer = QTimer(self, interval=0)
        self._timer.setObjectName("log search")
        self._timer.timeout.connect(self._search)

    @property
    def searching(self) -> bool:
        """Whether Events that may be shown are still to be searched."""
        return self._filter is not None and self._done < self.limit

    @property
    def share(self) -> float:
        """How much of them is searched."""
        return self._done / self.limit if self.searching else 1.0

    def look_at(self, trace: Trace, world: World) -> None:
        """Another run."""
        self.beginResetModel()
        self._text = LogText(trace, world)
        self._text.judged = self._eyes is None
        self.limit = self.current = 0
        self._clear()
        self.endResetModel()

    def filter(self, show: Filter | None, hide: Filter | None, access: bool = True) -> None:
        """Let through what `show` matches (None: all) and `hide` does not (None: nothing is hidden).

        access: whether messages between customers and their provider are let through.
        """
        self.beginResetModel()
        wanted = (show, hide, access)
        self._wanted = wanted
        self._filter = self._made()
        self._clear()
        self._count = 0 if self._filter is not None else self.limit
        self.endResetModel()
        self._go_on()

    def light(self, chain: frozenset[int]) -> None:
        """These Events explain something together."""
        if chain != self._chain:
            self._chain = chain
            if self._count:
                self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, len(COLUMNS) - 1))

    def see_as(self, node: int | None) -> None:
        """With the eyes of a provider, or with everybody's."""
        if node != self._eyes:
            self._eyes = node
            self._text.judged = node is None
            self.filter(*self._wanted)

    def show_to(self, limit: int, current: int, t: float = np.inf) -> None:
        """Show Events up to `limit`; those from `current` on have not happened yet at the playhead, t."""
        before = self.row_of(self.current)
        if self._eyes is not None:
            limit = min(limit, current)
            self._look_again(t)
        self.limit, self.current = limit, current
        self._resize()
        after = self.row_of(self.current)
        if before != after and self._count:
            first, last = sorted((min(max(before, 0), self._count - 1), min(max(after, 0), self._count - 1)))
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        self._go_on()

    def stop(self) -> None:
        """Search no further: the panel is gone."""
        self._timer.stop()

    def event_of(self, row: int) -> int:
        """The number (from 0) of the Event in a row."""
        return row if self._filter is None else int(self._found[row])

    def row_of(self, stop: int) -> int:
        """The last row that shows one of the first `stop` Events; -1 if none does."""
        if self._filter is None:
            return min(stop, self._count) - 1
        return int(np.searchsorted(self._found[: self._count], stop)) - 1

    def row(self, row: int) -> Row:
        """What stands in a row."""
        index = self.event_of(row)
        kept = self._rows.get(index)
        if kept is None:
            if len(self._rows) >= KEPT_ROWS:
                self._rows.clear()
            kept = self._rows[index] = self._text.row(index)
        return kept

    def texts(self, row: int) -> tuple[str, ...]:
        """The cells of a row."""
        one = self.row(row)
        return (
            words.grouped(one.number), words.clock(one.time, 0.001), words.time(one.delta), one.between, one.kind,
            one.key, one.regime_words, one.result, "" if one.latency is None else words.time(one.latency / 1000),
        )  # fmt: skip

    def restyle(self, theme: Theme) -> None:
        """Take on a theme."""
        self._theme = theme
        self._marks.clear()
        self._repaint()

    def mark_interval(self, ends: tuple[float, float] | None) -> None:
        """Show which rows lie within the interval that is selected."""
        self._interval = ends
        self._repaint()

    def _repaint(self) -> None:
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, len(COLUMNS) - 1))

    def _clear(self) -> None:
        self._rows.clear()
        self._matches = self._done = self._count = 0
        if self._filter is not None:
            self._filter = self._made()

    def _made(self) -> LogFilter | None:
        """None where nothing is left out."""
        trace, eyes = self._text.trace, None
        if self._eyes is not None:
            eyes = Observed(trace, self._text.world), self._eyes
        everything = self._wanted == (None, None, True) and eyes is None
        return None if everything else LogFilter(self._text, *self._wanted, eyes)

    def _look_again(self, t: float) -> None:
        """What was under way to the one who sees, when it was last looked, may have come; or it is earlier now."""
        if t == self._now:
            return
        flying = self._text.trace.in_flight(min(self._now, t))
        mine = flying["id"][flying["dst"] == self._eyes]
        upto = int(mine.min()) - 1 if len(mine) else min(self._done, self._text.trace.index_at(min(self._now, t)))
        self._now = t
        self._done = min(self._done, upto)
        self._matches = min(self._matches, int(np.searchsorted(self._found[: self._matches], self._done)))
        if self._count > self._matches:
            self.beginRemoveRows(QModelIndex(), self._matches, self._count - 1)
            self._count = self._matches
            self.endRemoveRows()

    def _resize(self) -> None:
        """Rows for what may be shown now, as far as it is found."""
        wanted = self.limit
        if self._filter is not None:
            wanted = int(np.searchsorted(self._found[: self._matches], self.limit))
        if wanted > self._count:
            self.beginInsertRows(QModelIndex(), self._count, wanted - 1)
            self._count = wanted
            self.endInsertRows()
        elif wanted < self._count:
            self.beginRemoveRows(QModelIndex(), wanted, self._count - 1)
            self._count = wanted
            self.endRemoveRows()

    def _go_on(self) -> None:
        if self.searching and not self._timer.isActive():
            self._search()  # most searches are over at once
        if self.searching and not self._timer.isActive():
            self._timer.start()

    def _search(self) -> None:
        end = perf_counter() + BUDGET
        while self.searching and self._filter is not None:
            stop = min(self._done + SLICE, self.limit)
            found = self._filter.found(self._done, stop, self._now if self._eyes is not None else np.inf)
            while self._matches + len(found) > len(self._found):
                self._found = np.concatenate([self._found, np.empty_like(self._found)])
            self._found[self._matches : self._matches + len(found)] = found
            self._matches += len(found)
            self._done = stop
            if perf_counter() > end:
                break
        self._resize()
        if not self.searching:
            self._timer.stop()
        self.searched.emit()

    def _mark(self, row: Row) -> QIcon:
        shape = SHAPES.get(row.code) or ("line" if row.code else MARKS.get(row.kind, "block"))
        look = self._theme.regime(row.regime)
        colour = self._theme.stale if row.stale else look.colour if row.regime else self._theme.past
        key = (shape, colour.name())
        if key not in self._marks:
            pixmap = QPixmap(2 * (MARK + 4), 2 * (MARK + 4))  # twice as fine, for screens that are
            pixmap.setDevicePixelRatio(2)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_mark(painter, shape, colour, QPointF(MARK / 2 + 2, MARK / 2 + 2), MARK)
            painter.end()
            self._marks[key] = QIcon(pixmap)
            self._marks[key].addPixmap(pixmap, QIcon.Mode.Selected)  # or it is tinted in a selected row
        return self._marks[key]

    def _ink(self, row: int, column: int) -> QColor:
        theme, one = self._theme, self.row(row)
        ink = theme.text if column in (BETWEEN, KIND, RESULT) else theme.muted
        if column == RESULT and (one.stale or one.result == "lost"):
            ink = theme.stale_text
        return mix(theme.window, ink, 0.45) if self.event_of(row) >= self.current else ink

    # Qt

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return TIPS.get(section)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
            if role == Qt.ItemDataRole.FontRole:
                return font("small")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if not index.isValid() or row >= self._count:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return seen(self.texts(row)[column])
            case Qt.ItemDataRole.DecorationRole if column == KIND:
                return self._mark(self.row(row))
            case Qt.ItemDataRole.ForegroundRole:
                return self._ink(row, column)
            case Qt.ItemDataRole.BackgroundRole if row == self.row_of(self.current):
                return self._theme.track
            case Qt.ItemDataRole.BackgroundRole if self.event_of(row) + 1 in self._chain:
                return self._theme.accent_soft
            case Qt.ItemDataRole.FontRole if self.event_of(row) + 1 in self._chain:
                bold = font("small")
                bold.setBold(column == NUMBER)  # not by colour alone
                return bold
            case Qt.ItemDataRole.BackgroundRole if self._interval is not None:
                low, high = self._interval
                bed = mix(self._theme.window, self._theme.accent_soft, INTERVAL)
                return bed if low <= self.row(row).time <= high else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole if column in (BETWEEN, KEY, RESULT):
                return as_tip(self.texts(row)[column])
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT_ALIGNED else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
