"""A put or a get in an inspector: its story, and ways from there to its key and its provider.

Rules: the story is `details`'; what else there is to do about a bad answer stands below it.
"""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.focus import Focus
from ui.panels.details import DetailsPanel
from ui.panels.inspector_reads import Reads
from ui.panels.links import LinkButton
from ui.player import Player
from ui.subject import Subject, What
from ui.theme import ThemeSwitch


class AnswerPage(QWidget):
    """wanted: something else was asked for. tried: a remedy is to be tried on an operation.

    imagined: the regimes that its key could have been put in are to be offered at this place of the screen.
    """

    wanted = Signal(Subject)
    tried = Signal(int, object)
    imagined = Signal(int, QPoint)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, reads: Reads) -> None:
        super().__init__()
        self._player, self._themes = player, themes
        self._op = -1
        self.story = DetailsPanel(player, focus, themes)
        self.story.tried.connect(lambda remedy: self.tried.emit(self._op, remedy))
        self.what_if = QPushButton("What if…")
        self.what_if.setToolTip("The same run with this key put in another regime, beside this one")
        self.what_if.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.what_if.clicked.connect(self._imagine)
        self._links = QHBoxLayout()
        self._links.setContentsMargins(14, 2, 8, 0)
        self._links.setSpacing(12)
        themes.changed.connect(self._lead_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.story, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 14, 6)
        foot.addLayout(self._links, 1)
        foot.addWidget(self.what_if)
        column.addLayout(foot)

    def look(self, subject: Subject) -> None:
        """Tell of another operation."""
        if subject.a != self._op:
            self._op = subject.a
            self.story.look(op=subject.a)
            self._lead_on()
        self.refresh()

    def refresh(self) -> None:
        """As the playhead sees it."""
        self.story.refresh()

    def _imagine(self, _: bool = False) -> None:
        self.imagined.emit(self._op, self.what_if.mapToGlobal(QPoint(0, 0)))

    def _lead_on(self) -> None:
        while (item := self._links.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        world, trace = self._player.world, self._player.trace
        op = world.op(self._op)
        if op is None:
            return
        for subject in (Subject(What.KEY, op.name), Subject(What.PROVIDER, op.node)):
            title = subject.title(world, trace)
            self._links.addWidget(
                LinkButton(title, self._themes.current, partial(self.wanted.emit, subject), f"All about {title}")
            )
        self._links.addStretch(1)
