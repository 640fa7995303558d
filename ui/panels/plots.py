"""The plots below each other, on one line of time: get latency, what each provider would answer, messages per second.

Rules: only lays out; the three panels share a span, so that they pan, zoom and reset together. Where height is scarce
the legends give way to the plots.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ui.focus import Focus
from ui.panels.latency import LatencyPanel
from ui.panels.legend import MANY, Legend
from ui.panels.rates import RatesPanel
from ui.panels.span import TimeSpan
from ui.panels.staleness import StalenessPanel
from ui.player import Player
from ui.theme import ThemeSwitch, font

SHARES = (11, 11, 7)  # of the height, until the person drags them
ROOMY, TIGHT = 32, 22  # lines of text: below these heights legends have one line, and none


class PlotsPanel(QWidget):
    """The stack of three."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch) -> None:
        super().__init__()
        self.span = TimeSpan(self)
        self.latency = LatencyPanel(player, focus, themes, self.span)
        self.staleness = StalenessPanel(player, focus, themes, self.span)
        self.rates = RatesPanel(player, themes, self.span)
        self.latency.chart.show_time_axis(False)
        self.staleness.chart.show_time_axis(False)
        stack = QSplitter(Qt.Orientation.Vertical)
        stack.setChildrenCollapsible(False)
        stack.setHandleWidth(10)
        stack.setStyleSheet("QSplitter::handle { background: transparent; }")
        for panel, share in zip((self.latency, self.staleness, self.rates), SHARES, strict=True):
            stack.addWidget(panel)
            stack.setStretchFactor(stack.indexOf(panel), share)
        stack.setSizes([share * 100 for share in SHARES])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 4, 6)
        layout.addWidget(stack)
        player.sessionChanged.connect(lambda: self.span.set_whole(player.duration))
        player.moved.connect(self.span.follow)
        themes.changed.connect(self._share_out)
        self.span.set_whole(player.duration)

    def _share_out(self) -> None:
        lines = self.height() / QFontMetricsF(font("small")).height()
        for legend in self.findChildren(Legend):
            legend.limit(MANY if lines >= ROOMY else 1 if lines >= TIGHT else 0)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()
