"""The banner over the map while it is seen with one provider's eyes: whose they are, what stays hidden, and a way back.

Rules: it says, and leads back; what is hidden is `p4lab.world.observed`'s to know.
"""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from p4lab.world.observed import Gap, Observed
from ui import words
from ui.focus import Focus
from ui.panels.pulse import Pulse
from ui.plain import plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font

NAMED = 2  # providers whose hidden reads are told one by one


class Banner(QFrame):
    """Hidden while everything is seen."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self._observed: tuple[object, Observed] | None = None
        self.says, self.hidden = plain_label(), plain_label()
        for label in (self.says, self.hidden):
            label.setWordWrap(True)
        self.back = QPushButton("Show everything")
        self.back.setToolTip("See with everybody’s eyes again (Ctrl+Shift+E)")
        self.back.clicked.connect(lambda: focus.eyes.see_as(None))
        self.setAccessibleName("What is seen")
        lay_out(self, self.says, self.hidden, self.back)
        self._pulse = Pulse(self, self.refresh, player.turns)
        focus.eyes.changed.connect(self.look)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._pulse.ask)
        themes.changed.connect(self._restyle)
        self.hide()
        self._restyle()

    def look(self) -> None:
        """With other eyes."""
        self.setVisible(self._focus.eyes.as_node is not None)
        self.refresh()

    def refresh(self) -> None:
        """How much is hidden by now."""
        world, node = self._player.world, self._focus.eyes.as_node
        if node is None or node not in world.called:
            return
        if self._observed is None or self._observed[0] is not world:
            self._observed = world, Observed(self._player.trace, world)
        t = self._player.playhead
        gap = self._observed[1].gap(node, t, self._player.metrics.gets(t))
        self.says.setText(f"You see what {world.called[node]} sees")
        self.hidden.setText(hidden(gap, world.called, node))

    def _restyle(self) -> None:
        theme = self._themes.current
        self.says.setFont(font("strong"))
        self.hidden.setFont(font("small"))
        self.hidden.setStyleSheet(f"color: {theme.muted.name()};")
        self.setStyleSheet(f"Banner {{ background: {theme.accent_soft.name()}; }}")


def hidden(gap: Gap, called: dict[int, str], node: int) -> str:
    """What stays hidden, in a sentence or two."""
    me = called[node]
    said = f"{words.grouped(gap.all - gap.seen)} of {words.plural(gap.all, 'event')} are hidden from {me}."
    total = sum(gap.unseen.values())
    if not total:
        return said
    most = sorted(gap.unseen.items(), key=lambda each: (-each[1], each[0]))
    parts = [f"{called.get(other, '')} answered {words.grouped(count)}" for other, count in most[:NAMED]]
    rest = total - sum(count for _, count in most[:NAMED])
    if rest:
        parts.append(f"others {words.grouped(rest)}")
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"{said} {listed} {'read' if total == 1 else 'reads'} of {me}’s keys that {me} cannot see."


def lay_out(banner: QWidget, says: QWidget, more: QWidget, back: QWidget) -> None:
    """Two lines and, to the right of them, the way back."""
    texts = QVBoxLayout()
    texts.setSpacing(2)
    texts.addWidget(says)
    texts.addWidget(more)
    row = QHBoxLayout(banner)
    row.setContentsMargins(16, 7, 14, 7)
    row.addLayout(texts, 1)
    row.addWidget(back)
