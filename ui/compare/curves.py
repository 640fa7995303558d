"""The two runs as curves over each other: how long gets took, how many answers were stale, how many messages passed.

Rules: a pure function of (both metrics, playhead, stretch shown). The first run is drawn solid, the other dashed: never
by colour alone. Nothing after the playhead is drawn.
"""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from p4lab.metrics import Metrics
from ui import words
from ui.compare.comparison import Comparison
from ui.follower import Follower
from ui.panels.chart import Chart
from ui.panels.legend import Entry, Legend
from ui.panels.pulse import Pulse
from ui.panels.span import TimeSpan, round_up, ticks
from ui.player import Player
from ui.theme import ThemeSwitch

LEAST = 190  # px of a plot
BINS = 60  # places over the stretch shown; a point tells of the part before it


def latency(metrics: Metrics, edges: np.ndarray) -> np.ndarray:
    """Mean latency of the gets answered between two edges, ms; NaN where there was none."""
    gets = metrics.gets(float(edges[-1]))
    counts, _ = np.histogram(gets["t"], edges)
    sums, _ = np.histogram(gets["t"], edges, weights=gets["latency"])
    return _share(sums * 1000, counts)


def stale(metrics: Metrics, edges: np.ndarray) -> np.ndarray:
    """Percent of the answers with a value that were not the newest."""
    gets = metrics.gets(float(edges[-1]))
    gets = gets[gets["returned"]]
    counts, _ = np.histogram(gets["t"], edges)
    behind, _ = np.histogram(gets["t"][gets["lag"] > 0], edges)
    return _share(behind * 100.0, counts)


def messages(metrics: Metrics, edges: np.ndarray) -> np.ndarray:
    """Messages between providers per second."""
    found = metrics.rates(float(edges[0]), float(edges[-1]), len(edges) - 1)
    return sum(found.values(), np.zeros(len(edges) - 1)) / (edges[1] - edges[0])


CURVES: tuple[tuple[str, str, Callable[[Metrics, np.ndarray], np.ndarray]], ...] = (
    ("Get latency", "ms", latency),
    ("Stale answers", "%", stale),
    ("Messages", "per second", messages),
)


class Curves(QWidget):
    """Three plots beside each other, on one stretch of time."""

    def __init__(self, player: Player, comparison: Comparison, themes: ThemeSwitch) -> None:
        super().__init__()
        self._player, self._comparison, self._themes = player, comparison, themes
        self.span = TimeSpan(self)
        self.charts: list[Chart] = []
        self._lines: list[tuple[pg.PlotCurveItem, pg.PlotCurveItem]] = []
        self._legends: list[Legend] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 4, 4)
        row.setSpacing(10)
        for title, unit, _ in CURVES:
            chart = Chart(player, themes, self.span, title, unit)
            legend = Legend(themes.current)
            chart.column.insertWidget(1, legend)
            pair = (
                pg.PlotCurveItem(antialias=True, connect="finite"),
                pg.PlotCurveItem(antialias=True, connect="finite"),
            )
            for line in pair:
                chart.plot.addItem(line, ignoreBounds=True)
            self.charts.append(chart)
            self._lines.append(pair)
            self._legends.append(legend)
            row.addWidget(chart)
        self.setMinimumWidth(LEAST)  # or the three would ask for more than a small window has
        self._pulse = Pulse(self, self.refresh, player.turns)
        for signal in (player.sampled, comparison.follower.sampled, comparison.changed, self.span.changed):
            signal.connect(self._pulse.ask)
        player.sessionChanged.connect(lambda: self.span.set_whole(player.duration))
        player.moved.connect(self.span.follow)
        themes.changed.connect(self._pulse.ask)
        self.span.set_whole(player.duration)

    def refresh(self) -> None:
        """Draw what is known up to the playhead."""
        theme, names = self._themes.current, self._comparison.names if self._comparison.on else ("", "")
        step = (self.span.high - self.span.low) / BINS
        runs: tuple[Player | Follower, ...] = (self._player, self._comparison.follower)
        if self._comparison.other_first:
            runs, names = runs[::-1], names[::-1]
        for chart, lines, legend, (_, _, count) in zip(self.charts, self._lines, self._legends, CURVES, strict=True):
            top = 0.0
            for line, run, colour, style in zip(
                lines, runs, (theme.text, theme.accent), (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine), strict=True
            ):
                bins = int((run.playhead - self.span.low) / step) if not run.empty else 0
                edges = self.span.low + step * np.arange(max(0, min(bins, BINS)) + 1)
                values = count(run.metrics, edges) if len(edges) > 1 else np.empty(0)
                line.setData(edges[1:], values, pen=pg.mkPen(colour, width=1.8, style=style))
                top = max(top, float(np.nanmax(values, initial=0.0)) if np.isfinite(values).any() else 0.0)
            top = round_up(max(top, 1.0))
            marks = ticks(0.0, top, chart.rows())
            chart.set_height_axis(top * 1.06, [(at, words.grouped(at, 0 if at == int(at) else 1)) for at in marks])
            chart.say("" if self._comparison.on else "Choose what to compare with.")
            entries = [Entry("line", names[0], theme.text.name()), Entry("dashes", names[1], theme.accent.name())]
            legend.show_entries(entries if self._comparison.on else [], theme)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many plots as have room."""
        super().resizeEvent(event)
        shown = max(1, event.size().width() // round(LEAST * self._themes.scale))
        for place, chart in enumerate(self.charts):
            chart.setVisible(place < shown)


def _share(parts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.divide(parts, counts, out=np.full(len(counts), np.nan), where=counts > 0)
