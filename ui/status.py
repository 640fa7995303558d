"""The status line: a sentence on what happens now, and how much is under way.

Rules: the sentence is `story.now`; it is also the narration that a screen reader gets.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStatusBar, QWidget

from ui.document import Document
from ui.elided import ElidedLabel
from ui.focus import Focus
from ui.player import Player
from ui.story import elsewhere, seen
from ui.theme import font
from ui.words import ACCESS, plural, share

FACTS, SHARE = 120, 0.62  # px that the facts keep, and how much of the line they may take from the sentence


class Status(QStatusBar):
    """Fed by the player's samples."""

    def __init__(self, player: Player, focus: Focus, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._player = player
        self._focus = focus
        self._large = False
        self._says = ElidedLabel()
        self._says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._facts = ElidedLabel(FACTS)
        self._facts.setProperty("role", "muted")
        self._facts.setContentsMargins(12, 0, 14, 0)
        self._says.setContentsMargins(14, 0, 0, 0)
        self.addWidget(self._says, 1)
        self.addPermanentWidget(self._facts)
        self.setSizeGripEnabled(False)
        self._make_room()
        self._guide: Callable[[], str] = str
        self._also: Callable[[], str] = str
        player.sampled.connect(self._show)
        player.sessionChanged.connect(self._show)
        focus.nameChanged.connect(self._show)
        focus.eyes.changed.connect(self._show)

    def set_large(self, large: bool) -> None:
        """As the caption of a presentation, to be read from the last row."""
        self._large = large
        self._facts.setVisible(not large)  # an audience has no use for them, and the sentence needs the room
        self._make_room()

    def follow(self, guide: Callable[[], str]) -> None:
        """guide: what is to be done next, in words; empty while nothing was begun."""
        self._guide = guide
        self._show()

    def tell_also(self, fact: Callable[[], str]) -> None:
        """One fact more, in words; empty while there is none."""
        self._also = fact

    def refresh(self) -> None:
        """The guide has something else to say."""
        self._show()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._facts.setMaximumWidth(round(self.width() * SHARE))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        """Qt measures the line once, before the person chooses larger text."""
        self._says.setFont(font("title" if self._large else "body"))
        self.setMinimumHeight(self._says.fontMetrics().height() + 14)

    def _show(self) -> None:
        player = self._player
        if player.empty:
            self._says.set_text("")
            self._facts.set_text("")
            return
        self._says.set_text(self._sentence())
        self._facts.set_text(" · ".join(self._numbers()))

    def _sentence(self) -> str:
        player = self._player
        guide = self._guide()
        if guide and not player.playing:
            return guide
        eyes = self._focus.eyes.as_node
        if player.playhead >= player.duration:
            return f"The run is over. {_balance(player) if eyes is None else elsewhere(player.world, eyes)}"
        if player.playhead <= 0 and not player.playing:
            return "Press Space to let time run. Drag a provider to move it; click one to see its copies."
        return seen(player.world, player.trace, player.playhead, self._focus.name, eyes)

    def _numbers(self) -> list[str]:
        player, eyes = self._player, self._focus.eyes.as_node
        rows = player.trace.in_flight(player.playhead)
        if eyes is not None:
            rows = rows[rows["src"] == eyes]
        flying = int((rows["code"] < ACCESS).sum())
        alerts = player.run.alerts(player.playhead)
        also = self._also()
        return [
            *([also] if also else []),
            f"{plural(flying, 'message')} in flight",
            "simulated" if self._document.kind == "scenario" else self._document.kind,
            plural(alerts, "message refused", "messages refused") if alerts and eyes is None else "no alerts",
        ]


def _balance(player: Player) -> str:
    report = player.metrics.report(player.playhead)
    gets, staleness = report["gets"], report["staleness"]
    if not gets["total"]:
        return f"{plural(report['puts']['total'], 'put')}, no gets."
    stale = staleness["share"]
    late = f", {share(stale)} of the answers stale" if stale else ", no answer stale" if stale is not None else ""
    return f"{plural(gets['total'], 'get')}, {plural(report['puts']['total'], 'put')}{late}."
