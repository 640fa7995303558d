"""The event log: what happened up to the playhead, with a filter; a click selects an Event and seeks to it.

Rules: the rows are `log_model`'s, the filter lines `log_bar`'s, files are written by `log_export`. The log follows the
playhead until the person scrolls away from it, and again once its row is in sight.
"""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence, QMouseEvent, QResizeEvent, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui import words
from ui.focus import Focus
from ui.panels.filters import quote
from ui.panels.log_bar import LogBar
from ui.panels.log_export import Export
from ui.panels.log_model import (
    BETWEEN,
    COLUMNS,
    DELTA,
    KEY,
    KIND,
    LATENCY,
    NUMBER,
    REGIME,
    RESULT,
    TIME,
    Index,
    LogModel,
)
from ui.panels.log_text import OWN
from ui.panels.pulse import Pulse
from ui.plain import as_entry, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font

Hint = QAbstractItemView.ScrollHint
SAMPLES = {  # a text that must fit, by column
    NUMBER: "100 000", TIME: "100.000 s", DELTA: "0.0071 ms", BETWEEN: "Washington → Denver", KIND: "put answered www",
    KEY: "weather/1", REGIME: "put-broadcast of value", RESULT: "v10, cached", LATENCY: "1 000 ms",
}  # fmt: skip
WIDE = 700  # px: below this the columns that the icons, times and the details tell too are left out
SPARED = (NUMBER, DELTA, REGIME, LATENCY)
PAD = 18  # px
HEAD = 16  # px around the titles of the columns
LEAST = 3  # rows that are in sight in any case
SOME = 50  # names that tell how long keys are


class LogPanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self.model = LogModel(themes.current, self)
        self.bar = LogBar(themes.current)
        self.view = _View()
        self.view.setModel(self.model)
        self.view.horizontalHeader().setSectionResizeMode(RESULT, QHeaderView.ResizeMode.Stretch)
        self._empty = plain_label(parent=self.view.viewport())
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._export: Export | None = None
        self._measured = (-1, -1)  # providers and names that the columns were measured by
        self._follows = True
        self._placing = False  # a selection that is our own
        self._by_hand = False  # the next scrolling is the person's
        self._sought: tuple[float, int] | None = (
            None  # where a click here sought to, and how many Events were shown then
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 6)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        self._pulse = Pulse(self, self.refresh, player.turns)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._look_at)
        focus.eventChanged.connect(self._select)
        focus.eyes.changed.connect(self._see)
        focus.span.spanChanged.connect(lambda *_: self.model.mark_interval(focus.span.ends))
        focus.chainChanged.connect(lambda: self.model.light(focus.chain))
        themes.changed.connect(self._restyle)
        self.bar.changed.connect(self._filter)
        self.model.searched.connect(self._found)
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._seek)
        self.view.selectionModel().currentRowChanged.connect(self._stepped)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.view.verticalScrollBar().actionTriggered.connect(self._expect_scrolling)
        self.view.wheeled.connect(self._expect_scrolling)
        self.view.customContextMenuRequested.connect(self.open_menu)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.view, context=Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy)
        self.model.light(focus.chain)
        self.model.see_as(focus.eyes.as_node)
        self._look_at()
        self._filter()
        self._restyle()
        self._pulse.ask()

    def refresh(self) -> None:
        """Show what happened up to the playhead; of a recording what is still to come too, pale."""
        player = self._player
        if self._measured != (len(player.world.providers), len(player.world.names[:SOME])):
            self._measure()
        current = player.trace.index_at(player.playhead)
        limit = len(player.trace) if player.session.abilities.known else current
        if self._sought is not None:
            at, shown = self._sought
            if at == player.playhead:
                limit = max(limit, min(shown, len(player.trace)))
            else:
                self._sought = None
        self._placing = True
        self.model.show_to(limit, current, player.playhead)
        if self._follows and self._sought is None:
            self._show_row(self.model.row_of(current))
        self._placing = False
        self._tell()

    def open_menu(self, place: QPoint) -> None:
        """What can be done with the row at `place`."""
        index = self.view.indexAt(place)
        menu = self.menu(index.row() if index.isValid() else None)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def menu(self, row: int | None) -> QMenu:
        """The menu of a row, or of none."""
        menu = QMenu(self)
        if row is not None:
            one = self.model.row(row)
            like = f"kind =~ {quote(one.kind)}"
            menu.addAction(f"Only events like this: {one.kind}", lambda: self.bar.show_only(like))
            menu.addAction(f"Hide events like this: {one.kind}", lambda: self.bar.hide_too(like))
            if one.key:
                menu.addAction(f"Only {as_entry(one.key)}", lambda: self.bar.show_only(f"key =~ {quote(one.key)}"))
            follow = menu.addAction("Follow this request", lambda: self.follow(one.op))
            follow.setEnabled(one.op > 0)
            menu.addSeparator()
            menu.addAction("Copy", self.copy)
        menu.addAction("Export visible events (CSV)…", self._choose_file).setEnabled(self.model.rowCount() > 0)
        menu.addSeparator()
        clear = menu.addAction("Show all events", self.bar.clear)
        clear.setEnabled(not self.bar.all)
        return menu

    def follow(self, op: int) -> None:
        """Show only what belongs to one request, and explain it."""
        self.bar.show_only(f"op =~ {{{op}}}")
        self._focus.select_op(op)

    def copy(self) -> None:
        """The selected rows, cells parted by tabs, to the clipboard."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        QGuiApplication.clipboard().setText("\n".join("\t".join(self.model.texts(row)) for row in rows))

    def export(self, path: Path) -> None:
        """Write the rows shown to a CSV file, a slice at a time."""
        self._export = Export(self.model, path, self)
        self._export.went_on.connect(self._tell)
        self._export.start()

    def _look_at(self) -> None:
        self._sought = None
        self._follows = True
        self.model.look_at(self._player.trace, self._player.world)
        self.refresh()

    def _see(self) -> None:
        """With other eyes."""
        self.model.see_as(self._focus.eyes.as_node)
        self._follows = True
        self._pulse.ask()

    def _filter(self) -> None:
        self._measure()
        self.model.filter(self.bar.shown, self.bar.hidden, self.bar.access)
        self._follows = True
        self.refresh()
        self._select()

    def _found(self) -> None:
        """The search went on; at its end the log is where the playhead is."""
        if not self.model.searching and self._follows and self._sought is None:
            self._placing = True
            self._show_row(self.model.row_of(self.model.current))
            self._placing = False
        self._tell()

    def _tell(self) -> None:
        model, player = self.model, self._player
        shown, all_of_them = model.rowCount(), model.limit
        said = words.plural(all_of_them, "event")
        if not self.bar.all:
            said = f"{words.grouped(shown)} of {said}"
        if model.searching:
            said = f"searching, {words.share(model.share)} · {said}"
        if self._export is not None and self._export.says:
            said = f"{self._export.says} · {said}"
        self.bar.count(said)
        if player.empty:
            empty = "Open a scenario: everything that happens is listed here."
        elif all_of_them == 0:
            more = (
                "Put or get in the bar below the map"
                if player.run.live and player.playing
                else "Play with Space, or step with F4"
            )
            empty = f"Nothing has happened yet. {more}."
        elif shown == 0 and not model.searching:
            empty = "No event so far is like that. Change the filter above, or clear it."
        else:
            empty = ""
        self._empty.setText(empty)
        self._empty.setVisible(bool(empty))
        self._empty.setGeometry(self.view.viewport().rect().adjusted(20, 0, -20, 0))

    def _clicked(self, index: QModelIndex) -> None:
        if not QGuiApplication.keyboardModifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            self._seek(index)

    def _seek(self, index: QModelIndex) -> None:
        """Go to the moment of a row; rows after it stay in sight, pale, until the playhead moves on."""
        row = self.model.row(index.row())
        self._choose(index.row())
        self._sought = (row.time, self.model.limit)
        self._player.seek(row.time)
        self.refresh()

    def _stepped(self, index: QModelIndex) -> None:
        if index.isValid() and not self._placing:
            self._choose(index.row())

    def _choose(self, row: int) -> None:
        one = self.model.row(row)
        self._focus.select_event(one.number)
        if one.op:
            self._focus.select_op(one.op)
        if one.code:
            self._focus.select_message(one.number)

    def _select(self) -> None:
        """Another part of the window selected an Event."""
        event = self._focus.event_id
        row = -1 if event is None else self.model.row_of(event)
        if row < 0 or event is None or self.model.event_of(row) != event - 1:
            return
        if self.view.currentIndex().row() != row:
            self._placing = True
            self.view.selectRow(row)
            self._show_row(row)
            self._placing = False

    def _show_row(self, row: int) -> None:
        if row >= 0:
            self.view.scrollTo(self.model.index(row, TIME), Hint.EnsureVisible)

    def _expect_scrolling(self) -> None:
        self._by_hand = True

    def _scrolled(self) -> None:
        if self._by_hand:
            self._by_hand = False
            row = self.model.row_of(self.model.current)
            seen = self.view.viewport().rect()
            self._follows = row < 0 or seen.intersects(self.view.visualRect(self.model.index(row, TIME)))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Export visible events", "", "Comma-separated values (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def _restyle(self) -> None:
        theme = self._themes.current
        self.bar.restyle(theme)
        self.model.restyle(theme)
        self.view.setFont(font("small"))
        high = QFontMetrics(font("small")).height() + 7
        self.view.verticalHeader().setDefaultSectionSize(high)
        self.view.setMinimumHeight(QFontMetrics(font("body")).height() + HEAD + LEAST * high)
        layout = self.layout()
        assert layout is not None, "made with one"
        layout.activate()
        self.setMinimumHeight(layout.totalMinimumSize().height())  # or a low drawer would cut through the fields
        self._measure()
        self._empty.setStyleSheet(f"color: {theme.muted.name()};")
        self._pulse.ask()  # rows of another height leave the view elsewhere

    def _measure(self) -> None:
        """Columns as wide as what usually stands there, those of names as wide as the run's names."""
        metrics, world = QFontMetrics(font("small")), self._player.world
        self._measured = (len(world.providers), len(world.names[:SOME]))
        called = sorted((metrics.horizontalAdvance(each.name) for each in world.providers), reverse=True)[:2]
        keys = [metrics.horizontalAdvance(name.label) for name in world.names[:SOME]]
        for column, sample in SAMPLES.items():
            wide = metrics.horizontalAdvance(sample)
            if column == BETWEEN and called:
                customers = metrics.horizontalAdvance(OWN) if self.bar.access else 0
                wide = min(wide, max(sum(called), called[0] + customers) + metrics.horizontalAdvance(" → "))
            elif column == KEY and keys:
                wide = min(wide, max(keys))
            self.view.setColumnWidth(column, wide + PAD)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.arrange(self.width())
        narrow = self.width() < WIDE
        for column in SPARED:
            self.view.setColumnHidden(column, narrow)
        if self._follows and self._sought is None:
            self._show_row(self.model.row_of(self.model.current))
        self._tell()


class _View(QTableView):
    """A table of rows of one height. wheeled: the wheel is about to scroll it."""

    wheeled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Event log")
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(48)
        assert len(SAMPLES) == len(COLUMNS)

    # Qt

    def scrollTo(self, index: Index, hint: Hint = Hint.EnsureVisible) -> None:
        """Also where rows have just come: Qt measures them only later, and would stop short."""
        self.updateGeometries()
        super().scrollTo(index, hint)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheeled.emit()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The right button opens the menu and selects nothing that would scroll."""
        if event.button() == Qt.MouseButton.RightButton and self.indexAt(event.position().toPoint()).row() in {
            index.row() for index in self.selectionModel().selectedRows()
        }:
            return
        super().mousePressEvent(event)
