"""Messages per second between providers, by kind: bars on top of each other, one for each short stretch of time.

Rules: a pure function of (metrics, playhead, stretch shown). The edges of the bars lie on round times, so that nothing
trembles while the playhead moves; the last bar counts what was sent by the playhead.
"""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from p4lab.metrics import Metrics
from p4lab.world.observed import Observed
from ui import words
from ui.focus import Focus
from ui.panels.chart import Chart
from ui.panels.legend import Entry, Legend
from ui.panels.pulse import Pulse
from ui.panels.span import TimeSpan, round_up, ticks
from ui.player import Player
from ui.plots.veil import Eyes
from ui.theme import SHAPES, ThemeSwitch, mix

KINDS = {  # from the bottom of a bar to its top
    "GETQ": 4, "GETR": 5, "UPDATE": 3, "FETCH": 6, "FETCHR": 7, "CREQ": 8, "CRESP": 9, "HELLO": 1, "BYE": 2,
    "SYNC_D": 10, "SYNC_I": 11,
}  # fmt: skip
PLURALS = {
    "GETQ": "queries", "GETR": "answers", "UPDATE": "updates", "FETCH": "fetches", "FETCHR": "fetch answers",
    "CREQ": "requests handed up", "CRESP": "answers handed down", "HELLO": "hellos", "BYE": "goodbyes",
    "SYNC_D": "digests", "SYNC_I": "catch-ups",
}  # fmt: skip
BAR = 5.0  # px, about: a bar with its gap
GAP = 0.2  # of a bar's width
PALE = 0.25  # of bars still to come, where the whole run is known


class RatesPanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, themes: ThemeSwitch, span: TimeSpan, focus: Focus | None = None) -> None:
        super().__init__()
        self._player, self._themes, self._focus = player, themes, focus
        self.chart = Chart(player, themes, span, "Messages", "per second")
        self._legend = Legend(themes.current)
        self.chart.column.insertWidget(1, self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self._known = Bars()
        self._first, self._width = 0.0, 1.0
        self._counts: dict[str, np.ndarray] = {}
        self._bars: dict[tuple[str, bool], pg.BarGraphItem] = {}
        for kind in KINDS:
            for later in (False, True):
                bar = self._bars[kind, later] = pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[])
                self.chart.plot.addItem(bar, ignoreBounds=True)
        self._pulse = Pulse(self, self.refresh, player.turns)
        self.chart.rangeChanged.connect(self._pulse.ask)
        self.chart.hovered.connect(self._hover)
        self.chart.left.connect(self.chart.bubble.hide)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self.refresh)
        themes.changed.connect(self._restyle)
        if focus is not None:
            focus.eyes.changed.connect(self._pulse.ask)
        self._restyle()

    def refresh(self) -> None:
        """Count again what is shown."""
        metrics, span, playhead = self._player.metrics, self.chart.span, self._player.playhead
        pixels = max(self.chart.view.boundingRect().width(), 60.0)
        self._first, self._width, bins = grid(span.low, span.high, max(8, round(pixels / BAR)))
        until = self._player.known if self._player.session.abilities.known else playhead
        if self._eyes is None:
            self._counts = self._known.counted(metrics, self._first, self._width, bins, until)
        else:
            self._counts = self._seen(self._first, self._first + bins * self._width, bins, until)
        total = sum(self._counts.values(), np.zeros(bins))
        top = round_up(max(float(total.max()) / self._width, 1.0))
        marks = ticks(0.0, top, self.chart.rows())
        self.chart.set_height_axis(top * 1.04, [(at, words.grouped(at, 0 if at == int(at) else 1)) for at in marks])
        self._show_bars(playhead)
        self.chart.say(self._what_fills() if not total.any() else "")
        self._show_legend()

    def count(self, low: float, high: float, bins: int) -> dict[str, np.ndarray]:
        """Messages of each kind in each of some equal parts of an interval."""
        if self._eyes is not None:
            return self._seen(low, high, bins, self._player.playhead)
        return self._player.metrics.rates(low, high, bins)

    @property
    def _eyes(self) -> int | None:
        return self._focus.eyes.as_node if self._focus is not None else None

    def _seen(self, low: float, high: float, bins: int, until: float) -> dict[str, np.ndarray]:
        """What one provider saw pass."""
        player = self._player
        seen = Eyes(player.trace, Observed(player.trace, player.world), self._eyes or 0, until)
        found = seen.counted(low, high, bins)
        return {kind: found[code] for kind, code in KINDS.items()}

    @property
    def counted(self) -> tuple[float, float, dict[str, np.ndarray]]:
        """Where the first bar begins, how wide each is, and what is counted in each."""
        return self._first, self._width, self._counts

    def _show_bars(self, playhead: float) -> None:
        bins = len(next(iter(self._counts.values())))
        left = self._first + self._width * np.arange(bins)
        later = left > playhead
        base = np.zeros(bins)
        for kind, count in self._counts.items():
            top = base + count / self._width
            for is_later in (False, True):
                drawn = (count > 0) & (later == is_later)
                self._bars[kind, is_later].setOpts(
                    x0=left[drawn] + self._width * GAP / 2,
                    x1=left[drawn] + self._width * (1 - GAP / 2),
                    y0=base[drawn],
                    y1=top[drawn],
                )
            base = top

    def _show_legend(self) -> None:
        theme = self._themes.current
        present = [kind for kind, count in self._counts.items() if count.any()]
        entries = [Entry(SHAPES[KINDS[kind]], PLURALS[kind], theme.kinds[KINDS[kind]].name()) for kind in present]
        self._legend.show_entries(entries, theme)

    def _restyle(self) -> None:
        theme = self._themes.current
        for (kind, later), bar in self._bars.items():
            colour = theme.kinds[KINDS[kind]]
            bar.setOpts(brush=mix(theme.plot, colour, PALE) if later else colour, pen=None)
        self._pulse.ask()

    def _hover(self, place: QPointF) -> None:
        t = self.chart.view.mapSceneToView(place).x()
        at = int((t - self._first) // self._width)
        found = {kind: int(count[at]) for kind, count in self._counts.items() if 0 <= at < len(count) and count[at]}
        if not found:
            self.chart.bubble.hide()
            return
        start = self._first + at * self._width
        lines = [f"{words.clock(start, self._width)} to {words.clock(start + self._width, self._width)}"]
        lines += [f"{words.grouped(count)} {PLURALS[kind]}" for kind, count in reversed(found.items())]
        self.chart.bubble.say(lines, QPointF(self.chart.plot.mapFromScene(place)))

    def _what_fills(self) -> str:
        if self._player.empty:
            return "Open a scenario: the messages that providers send each other are counted here."
        more = "Put or get something" if self._player.run.live and self._player.playing else "Play with Space"
        return f"No messages between providers in this stretch of time. {more}, or zoom out with a double click."


def grid(low: float, high: float, about: int) -> tuple[float, float, int]:
    """Where the first bar begins, how wide each is (1, 2 or 5 times a power of ten), and how many cover low to high."""
    rough = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    width = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * (1 - 1e-9))
    first = math.floor(low / width + 1e-9)
    return first * width, width, max(1, math.ceil(high / width - 1e-9) - first)


class Bars:
    """Messages of each kind sent in each bar. What was sent in a bar that is over does not change: it is kept."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._whole = 0  # bars that are over
        self._counts: dict[str, np.ndarray] = {}

    def counted(self, metrics: Metrics, first: float, width: float, bins: int, until: float) -> dict[str, np.ndarray]:
        """Those after `until` left out."""
        before, whole = self._whole, min(bins, max(0, math.floor((until - first) / width)))
        if (metrics, first, width, bins) != self._of or whole < before:
            self._of, before = (metrics, first, width, bins), 0
            self._counts = {kind: np.zeros(bins, np.int64) for kind in KINDS}
        if whole > before:
            found = metrics.rates(first + before * width, first + whole * width, whole - before)
            for kind, numbers in found.items():
                self._counts[kind][before:whole] = numbers
        self._whole = whole
        counts = {kind: numbers.copy() for kind, numbers in self._counts.items()}
        start = first + whole * width
        if whole < bins and start <= until:
            for kind, numbers in metrics.rates(start, max(math.nextafter(until, math.inf), start + 1e-9), 1).items():
                counts[kind][whole] = numbers[0]
        return counts
