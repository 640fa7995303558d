"""The strip above the map: what is open, whether it is saved, the panels of the drawer, and the seed with the digest.

Rules: shows the document and the player; the seed is a button, because starting again is what one does with it.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from ui.actions import Actions
from ui.docks import DOCKS, Dock, Side
from ui.document import Document
from ui.elided import ElidedLabel
from ui.plain import as_tip, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font

SHORT = 4  # hex digits of the digest in each of two groups


class Header(QFrame):
    """The strip."""

    def __init__(
        self, player: Player, document: Document, actions: Actions, theme: ThemeSwitch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._player = player
        self._document = document
        self._theme = theme
        self._title = ElidedLabel(120)
        self._kind = plain_label()
        self._kind.setProperty("role", "muted")
        self._unsaved = plain_label()
        self._unsaved.setProperty("role", "stale")
        self._seed = QToolButton()
        self._seed.setProperty("role", "flat")
        self._seed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._seed.setToolTip("The same seed gives the same run, to the last digit of its digest")
        menu = QMenu(self._seed)
        for name in ("reset", "new-seed", "take-back"):
            menu.addAction(actions[name])
        menu.aboutToShow.connect(actions.refresh)
        self._seed.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 7, 14, 7)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._kind)
        row.addWidget(self._unsaved)
        row.addStretch(1)
        self.panels = [_opener(actions, dock) for dock in DOCKS if dock.side is Side.BELOW]
        for button in self.panels:
            row.addWidget(button)
        row.addSpacing(10)
        row.addWidget(self._seed)
        document.changed.connect(self._show)
        player.sessionChanged.connect(self._show)
        player.edge.changed.connect(self._show)
        player.sampled.connect(self._show_seed)
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _dress(self) -> None:
        self._title.setFont(font("title"))
        colours = self._theme.current
        self.setStyleSheet(
            f"Header {{ background: {colours.window.name()}; border-bottom: 1px solid {colours.line.name()}; }}"
            f"QToolButton {{ color: {colours.muted.name()}; }}"
            f"QToolButton:checked {{ color: {colours.accent_text.name()}; }}"
        )

    def _show(self) -> None:
        document = self._document
        self._title.set_text(document.title)
        self._title.setToolTip(as_tip(str(document.path) if document.path else "Not saved to a file of yours yet"))
        self._kind.setText(document.kind)
        self._kind.setToolTip(as_tip(document.model))
        self._unsaved.setText("● unsaved" if document.unsaved else "")
        self._unsaved.setToolTip("What you changed and did by hand is not saved yet (Ctrl+S)")
        self._show_seed()

    def _show_seed(self) -> None:
        digest = self._player.digest() if self._player.complete else ""
        short = f" · {digest[:SHORT]} {digest[SHORT : 2 * SHORT]}" if digest else ""
        scenario = self._player.session.scenario
        self._seed.setText(f"seed {scenario.seed}{short}")
        self._seed.setVisible(bool(scenario.provider) or not self._player.run.happens)  # machines of a class have none


def _opener(actions: Actions, dock: Dock) -> QToolButton:
    """What is closed at first is opened from here."""
    button = QToolButton()
    button.setProperty("role", "chip")
    button.setDefaultAction(actions[f"panel-{dock.id}"])
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(f"Panel {dock.title}")
    return button
