"""A map of a run in a window of its own, for tests of what it shows and of what it does."""

from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from tests.ui.runs import settle, theme
from ui.canvas.moment import Moment
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.player import Player


class Shown:
    """A map, 900 by 560."""

    def __init__(self, qtbot: QtBot, run: Player) -> None:
        self.player, self.focus, self.switch = run, Focus(), theme()
        self.map = MapView(run, self.focus, self.switch)
        qtbot.addWidget(self.map)
        self.map.resize(900, 560)
        self.map.show()
        qtbot.waitExposed(self.map)
        self.bot = qtbot

    def at(self, t: float) -> Moment:
        """The moment that is painted at t."""
        self.player.seek(t)
        settle(self.bot, self.player)
        self.map.grab()
        assert self.map.moment is not None
        return self.map.moment

    def place(self, node: int) -> QPoint:
        """Where a provider is."""
        x, y = self.map.figures().centres[node].tolist()
        return QPoint(round(x), round(y))

    def between(self, a: int, b: int) -> QPoint:
        """A point of the line between two, a third of the way, where no sign stands."""
        one, other = self.map.figures().centres[a], self.map.figures().centres[b]
        x, y = (one + (other - one) * 0.36).tolist()
        return QPoint(round(x), round(y))

    def hint_between(self, a: int, b: int) -> str:
        """What is said of the line between two."""
        at = self.between(a, b)
        return self.map.hint(at.x(), at.y())
