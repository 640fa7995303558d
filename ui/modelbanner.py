"""The banner over the map while a model of a live run is shown: up to when it was seen, and the way back to live.

Rules: it says, and leads back. That a branch is a model is known by `Branches`.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton

from ui.actions import Actions
from ui.banner import lay_out
from ui.plain import as_entry, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.words import clock

MADE = "Simulated, with the same deeds: it may differ by milliseconds, and nothing you change happens live."


class ModelBanner(QFrame):
    """Hidden while what is shown is no model."""

    def __init__(self, player: Player, actions: Actions, themes: ThemeSwitch) -> None:
        super().__init__()
        self._player, self._actions, self._themes = player, actions, themes
        self.says, self.made = plain_label(), plain_label(MADE)
        for label in (self.says, self.made):
            label.setWordWrap(True)
        self.back = QPushButton()
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(self._go)
        self.setAccessibleName("What this is a model of")
        lay_out(self, self.says, self.made, self.back)
        player.branchesChanged.connect(self._look)
        player.sessionChanged.connect(self._look)
        themes.changed.connect(self._restyle)
        self._look()
        self._restyle()

    def _look(self) -> None:
        branches = self._player.branches
        upto, live = branches.modelled(branches.current), branches.live
        self.setVisible(upto is not None)
        if upto is None or live is None:
            return
        goes_on = self._player.edge.run is not None
        fate = f"goes on as branch {live.name}" if goes_on else f"has ended; it is branch {live.name}"
        self.says.setText(f"A model made from what was seen up to {clock(upto)}. The live run {fate}.")
        self.back.setText("Go live" if goes_on else f"Show {as_entry(live.name)}")
        self.back.setToolTip(self._actions["go-live"].toolTip() if goes_on else "Back to what happened")

    def _go(self) -> None:
        live = self._player.branches.live
        if self._player.edge.run is not None:
            self._player.edge.go()
        elif live is not None:
            self._player.switch(live.number)

    def _restyle(self) -> None:
        theme = self._themes.current
        self.says.setFont(font("strong"))
        self.made.setFont(font("small"))
        self.made.setStyleSheet(f"color: {theme.muted.name()};")
        self.setStyleSheet(f"ModelBanner {{ background: {theme.accent_soft.name()}; }}")
