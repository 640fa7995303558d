"""The narration as a panel: the last hundred sentences with their times, to be read again, copied and gone to.

Rules: shows the narrator's log. A line is gone to with Enter or a double click.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from ui.narration import Level, Narrator
from ui.plain import plain_label
from ui.player import Player
from ui.words import clock

EMPTY = {
    Level.OFF: "Nothing is told. Choose brief or full above, and let time run.",
    Level.BRIEF: "Nothing has been told yet. Let time run: what became of the selected key’s gets will stand here.",
    Level.FULL: "Nothing has been told yet. Let time run: who asks whom, and who answers, will stand here.",
}
SAYS = {Level.OFF: "Off", Level.BRIEF: "Brief: what came of it", Level.FULL: "Full: who asks, who answers"}
TIME = Qt.ItemDataRole.UserRole


class NarrationPanel(QFrame):
    """What was told."""

    def __init__(self, player: Player, narrator: Narrator) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._player, self._narrator = player, narrator
        self.level = QComboBox()
        self.level.setAccessibleName("How much is told")
        for level in Level:
            self.level.addItem(SAYS[level], level.value)
        self.level.activated.connect(self._choose)
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Put all of it into the clipboard, with the times")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(narrator.as_text()))
        self.list = QListWidget()
        self.list.setAccessibleName("What was told")
        self.list.setWordWrap(True)
        self.list.setSpacing(1)
        self.list.itemActivated.connect(self._go)
        self.empty = plain_label()
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        bar = QHBoxLayout()
        bar.addWidget(self.level)
        bar.addStretch()
        bar.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(bar)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        narrator.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        log, shown = self._narrator.log, self.list
        self.level.setCurrentIndex(list(Level).index(self._narrator.level))
        at_end = shown.verticalScrollBar().value() == shown.verticalScrollBar().maximum()
        texts = [f"{clock(t, 0.001)}   {text}" for t, text in log]
        if texts != [shown.item(row).text() for row in range(shown.count())]:
            shown.clear()
            for (t, _), text in zip(log, texts, strict=True):
                item = QListWidgetItem(text, shown)
                item.setData(TIME, t)
        if at_end:
            shown.scrollToBottom()
        shown.setVisible(bool(log))
        self.empty.setVisible(not log)
        self.empty.setText(EMPTY[self._narrator.level])
        self.copy.setEnabled(bool(log))
        self.copy.setToolTip(
            "Put all of it into the clipboard, with the times" if log else "Nothing has been told yet."
        )

    def _choose(self, at: int) -> None:
        self._narrator.choose(list(Level)[at])

    def _go(self, item: QListWidgetItem) -> None:
        self._player.seek(float(item.data(TIME)))
