"""Everything that sets another run beside the one that is shown, wired together for the window.

Rules: no painting, no counting; it knows the document, because another scenario is read as the document reads one.
"""

from PySide6.QtCore import QObject

from ui.canvas.scene import MapView
from ui.compare.comparison import Comparison
from ui.compare.maps import Maps
from ui.dialogs import Dialogs
from ui.document import Document
from ui.focus import Focus
from ui.notice import Notice
from ui.player import Player
from ui.theme import ThemeSwitch
from ui.toolbox import Toolbox
from ui.whatif import WhatIf


class Beside(QObject):
    """comparison: the model; maps: what stands in the middle of the window; what_if: makes branches to compare."""

    def __init__(
        self, player: Player, focus: Focus, document: Document, dialogs: Dialogs, first: MapView, tools: Toolbox,
        notice: Notice, themes: ThemeSwitch, parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.comparison = Comparison(player, focus, self)
        self.maps = Maps(first, self.comparison, tools, themes)
        self.what_if = WhatIf(player, focus, self.comparison)
        self._player, self._document, self._dialogs, self._notice = player, document, dialogs, notice
        self.maps.swapAsked.connect(self.comparison.swap)
        self.maps.endAsked.connect(self.comparison.end)

    def begin(self, number: int) -> None:
        """Compare with a branch; a sentence in the window where that cannot be."""
        try:
            self.comparison.begin(number)
        except ValueError as fault:
            self._notice.fault(str(fault))

    def begin_next(self) -> None:
        """Compare with the parent of the branch shown, or with the last made; asked again, with the next one."""
        branches = self._player.branches
        others = [each.number for each in branches.all if each.number != branches.number]
        if not others:
            return
        now = self.comparison.number
        if self.comparison.on and now in others:
            self.begin(others[(others.index(now) + 1) % len(others)])
        else:
            parent = branches.current.parent
            self.begin(parent if parent in others else others[-1])

    def begin_with_file(self) -> None:
        """Ask for another scenario, and compare with it."""
        path = self._dialogs.file_to_open()
        if path is None:
            return
        session = self._document.read(path)
        if session is None:
            return
        ours, theirs = self._player.session.scenario, session.scenario
        self.comparison.begin_with(session)
        if ours.workload != theirs.workload:
            self._notice.news(f"“{theirs.title}” has another workload: the differences are not of the network alone.")
        elif ours.seed != theirs.seed:
            self._notice.news(f"The seeds differ: {ours.seed} here, {theirs.seed} in “{theirs.title}”.")
