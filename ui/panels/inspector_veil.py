"""What an inspector shows instead of a page, while the window sees with a provider's eyes that cannot see its subject.

Rules: `veiled` decides by what `p4lab.world.observed` says; the veil is hatched and says in words whose eyes these are.
"""

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from p4lab.core.events import Sent
from p4lab.world.observed import incident
from ui.focus import Focus
from ui.player import Player
from ui.subject import Subject, What
from ui.theme import ThemeSwitch, font, mix


def veiled(subject: Subject, player: Player, focus: Focus) -> str:
    """Why this is not shown; empty where it is."""
    eyes, world = focus.eyes.as_node, player.world
    if eyes is None or eyes not in world.called:
        return ""
    me = world.called[eyes]
    match subject.what:
        case What.PROVIDER if subject.a != eyes:
            return f"Not visible to {me}: what others have and do is theirs to know."
        case What.LINK:
            if eyes not in (subject.a, subject.b):
                return f"Not visible to {me}: it is no link of its own."
            return f"Not visible to {me}: of a link it knows only the messages that come and go. They are in the log."
        case What.ANSWER:
            op = world.op(subject.a)
            if op is None or op.node != eyes:
                return f"Not visible to {me}: its customers did not ask for this."
            return f"{me} knows what it answered, and not whether that was stale or why: see the log."
        case What.MESSAGE:
            sent = cast("Sent", player.trace[subject.a - 1])
            lost = frozenset(event.message for event in world.lost)
            if not incident(sent, eyes, player.playhead, lost):
                return f"Not visible to {me}: it neither sent this message nor has it arrived there."
            return ""
        case What.KEY:
            return f"Not visible to {me}: who else has this key. What it has itself is among its stores."
    return ""


class Veil(QLabel):
    """Hatched, with a sentence."""

    def __init__(self, themes: ThemeSwitch) -> None:
        super().__init__()
        self._themes = themes
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMargin(40)
        themes.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(font("body"))
        self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._themes.current, QPainter(self)
        hatching = mix(theme.window, theme.muted, 0.18)
        painter.fillRect(self.rect(), QBrush(hatching, Qt.BrushStyle.BDiagPattern))
        metrics = self.fontMetrics()
        room = self.rect().adjusted(self.margin(), 0, -self.margin(), 0)
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        box = metrics.boundingRect(room, flags, self.text()).adjusted(-10, -8, 10, 8)
        painter.fillRect(box, theme.window)
        painter.setPen(theme.text)
        painter.setFont(self.font())
        painter.drawText(box, flags, self.text())
        painter.end()
