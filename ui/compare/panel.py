"""The comparison in figures: a table of both runs up to the playhead with the differences, and their curves.

Rules: the numbers are `metrics.report`'s, as everywhere; a panel that nobody sees works nothing out. What is compared
is chosen here too: another branch, or a scenario from a file.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.compare.beside import Beside
from ui.compare.curves import Curves
from ui.compare.rows import Line, lines, sentence
from ui.elided import ElidedLabel
from ui.panels.pulse import Pulse
from ui.plain import as_tip, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font

NOTHING, OTHER = "nothing", "Another scenario…"
HOW = (
    "Two futures side by side: press F to fork at the playhead, change something, and choose the other branch above. "
    "Or ask what if a key had been put in another regime (menu Time), or choose a scenario with the same workload."
)
HIDDEN = "Not visible to {}: the comparison counts and judges what all providers do."
LEAST_TABLE, ROW = 360, 6  # px
BOTH = 700  # px at 100 %: narrower, the numbers have all of it, or their difference would be cut
WORSE, BETTER = "worse", "better"


class ComparePanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, beside: Beside, themes: ThemeSwitch) -> None:
        super().__init__()
        comparison = beside.comparison
        self._player, self._beside, self._comparison, self._themes = player, beside, comparison, themes
        self._shown: tuple[object, ...] | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName("Compare with")
        self.choice.activated.connect(self._chosen)
        caption = plain_label("Compare with")
        caption.setProperty("role", "muted")
        self.says = ElidedLabel(80)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(caption)
        top.addWidget(self.choice)
        top.addWidget(self.says, 1)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName("Both runs in numbers")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setMinimumSectionSize(24)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.curves = Curves(player, comparison, themes)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self.table)
        self._body.addWidget(self.curves)
        self.table.setMinimumWidth(LEAST_TABLE)
        self._body.setStretchFactor(0, 4)
        self._body.setStretchFactor(1, 3)
        self._body.setSizes([495, 405])
        self._empty = plain_label(HOW)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 6)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._body, 1)
        column.addWidget(self._empty, 1)
        self._pulse = Pulse(self, self.refresh, player.turns)
        for signal in (player.sampled, comparison.follower.sampled, themes.changed):
            signal.connect(self._pulse.ask)
        comparison.changed.connect(self._offer)
        player.branchesChanged.connect(self._offer)
        player.sessionChanged.connect(self._offer)
        self._offer()

    def refresh(self) -> None:
        """Count both up to the playhead."""
        comparison = self._comparison
        if not comparison.on or comparison.seer:
            return
        follower, names = comparison.follower, comparison.names
        one, other = self._player.metrics.report(self._player.playhead), follower.metrics.report(follower.playhead)
        waiting = f"{names[1]} is being made: {follower.playhead / max(self._player.playhead, 1e-9):.0%}. "
        if comparison.other_first:
            one, other, names = other, one, names[::-1]
        self.says.set_text((waiting if follower.lagging else "") + sentence(one, other, names))
        self.says.setToolTip(as_tip(self.says.text()))
        self._fill(lines(one, other), names)

    def _fill(self, found: list[Line], names: tuple[str, str]) -> None:
        asked = tuple(found), names, self._themes.current, self._themes.scale
        if asked == self._shown:
            return
        self._shown = asked
        theme, table = self._themes.current, self.table
        table.setHorizontalHeaderLabels(["", *names, "difference"])
        groups = [line.group for line in found]
        heads = sum(1 for i, group in enumerate(groups) if i == 0 or group != groups[i - 1])
        table.setRowCount(len(found) + heads)
        row = 0
        for i, line in enumerate(found):
            if i == 0 or line.group != found[i - 1].group:
                for column, text in enumerate((line.group, "", "", "")):
                    self._put(row, column, text, theme.muted, font("small"))
                row += 1
            mark = {1: f"  {BETTER}", -1: f"  {WORSE}"}.get(line.better, "")
            ink = {1: theme.good, -1: theme.stale_text}.get(line.better, theme.text)
            for column, text in enumerate((line.label, line.one, line.other, line.difference + mark)):
                self._put(row, column, text, ink if column == 3 else theme.text, font("body"))
            row += 1
        for row in range(table.rowCount()):
            table.setRowHeight(row, table.fontMetrics().height() + ROW)

    def _put(self, row: int, column: int, text: str, ink: object, face: QFont) -> None:
        item = QTableWidgetItem(text)
        item.setForeground(ink)  # type: ignore[arg-type]  # a colour will do for a brush
        item.setFont(face)
        if column:
            item.setToolTip(as_tip(text))  # where the column is too narrow for it
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, column, item)

    def _offer(self) -> None:
        """Everything that this run can be compared with."""
        comparison, branches = self._comparison, self._player.branches
        self.choice.clear()
        self.choice.addItem(NOTHING, None)
        for branch in branches.all:
            if branch.number != branches.number:
                self.choice.addItem(f"{branch.name} · {comparison.says_of(branch)}", branch.number)
        if comparison.on and comparison.number is None:
            self.choice.addItem(comparison.names[1], -1)
        self.choice.addItem(OTHER, 0)
        wanted = None if not comparison.on else -1 if comparison.number is None else comparison.number
        self.choice.setCurrentIndex(max(0, self.choice.findData(wanted)))
        self.choice.setEnabled(not self._player.empty)
        told = comparison.on and not comparison.seer
        self._body.setVisible(told)
        self._empty.setVisible(not told)
        self._empty.setText(HIDDEN.format(comparison.seer) if comparison.on else HOW)
        self.says.setVisible(told)
        self._pulse.ask()

    def _chosen(self, index: int) -> None:
        number = self.choice.itemData(index)
        if number is None:
            self._comparison.end()
        elif number > 0:
            self._beside.begin(number)
        elif number == 0:
            self._beside.begin_with_file()
        self._offer()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.curves.setVisible(self.width() >= BOTH * self._themes.scale)
