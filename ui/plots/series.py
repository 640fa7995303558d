"""One plot of a source: a curve for each line and transform up to the playhead, or the values themselves as points.

Rules: what is drawn is a function of (run, key, playhead, stretch, look). A place of a curve, once worked out, is kept:
what had happened by then does not change. There are never more points than pixels can show.
"""

from math import floor, log10

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from p4lab.world.observed import Observed
from ui import words
from ui.focus import Focus
from ui.panels.chart import Chart
from ui.panels.legend import Entry, Legend
from ui.panels.pulse import Pulse
from ui.panels.span import TimeSpan, round_up, ticks
from ui.panels.thinning import thinned
from ui.player import Player
from ui.plots.choice import Shown
from ui.plots.sources import Asked, Line, Source
from ui.plots.transforms import CUMULATIVE, MAX, P50, P95, P99, RATE, RAW, over_time, places
from ui.plots.veil import Eyes
from ui.theme import Theme, ThemeSwitch, font, mix

SHARE = 12  # a window that is not chosen is this part of what is in sight
LINES = (4, 5, 10, 2, 8, 9, 11, 1)  # message codes whose colours tell lines apart, with their dashes
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
OF_TRANSFORM = {P50: 0, P95: 1, P99: 2, MAX: 3}  # dashes where one line has several curves
POINT = 5.0  # px
LEAST_LOG = 1e-9
RIM = 0.05  # of the height, above and below
NAMES = {
    RAW: "each value", "mean": "mean", P50: "p50", P95: "p95", P99: "p99", MAX: "max", RATE: "rate",
    CUMULATIVE: "since the start",
}  # fmt: skip


class SeriesPanel(QWidget):
    """The plot of a source, as `look` has it."""

    def __init__(
        self, player: Player, focus: Focus, themes: ThemeSwitch, span: TimeSpan, source: Source, look: Shown
    ) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self.source, self.look = source, look
        self.chart = Chart(player, themes, span, source.title, self.unit)
        self._legend = Legend(themes.current)
        self.chart.column.insertWidget(1, self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self.lines: list[Line] = []
        self.curves: list[tuple[Line, str, np.ndarray, np.ndarray]] = []  # line, transform, times, values as shown
        self._items: list[pg.PlotCurveItem] = []
        self._points: list[pg.ScatterPlotItem] = []
        self._kept: dict[tuple[str, str], tuple[tuple[float, ...], np.ndarray]] = {}
        self._pulse = Pulse(self, self.refresh, player.turns)
        self.chart.rangeChanged.connect(self._pulse.ask)
        self.chart.hovered.connect(self._hover)
        self.chart.left.connect(self.chart.bubble.hide)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._begin)
        focus.nameChanged.connect(self._begin)
        focus.providerChanged.connect(self._pulse.ask)
        focus.eyes.changed.connect(self._begin)
        themes.changed.connect(self._pulse.ask)
        self._pulse.ask()

    @property
    def transform(self) -> str:
        """The one that was chosen, else the usual."""
        return self.look.transform if self.look.transform in self.source.transforms else self.source.transforms[0]

    @property
    def transforms(self) -> tuple[str, ...]:
        """Those that are drawn: several where nothing was chosen and they belong together."""
        return self.source.several if self.source.several and not self.look.transform else (self.transform,)

    @property
    def unit(self) -> str:
        """Of what is drawn."""
        source, transform = self.source, self.transform
        return {RATE: source.rate_unit, CUMULATIVE: source.sum_unit or source.unit}.get(transform, source.unit)

    @property
    def seconds(self) -> float:
        """The length of a window."""
        return self.look.window or (self.chart.span.high - self.chart.span.low) / SHARE

    def set_look(self, look: Shown) -> None:
        """Another transform, window or axis."""
        self.look = look
        self.chart.title.set_text(self.source.title)
        self._begin()

    def refresh(self) -> None:
        """Draw what has happened by the playhead."""
        player, span = self._player, self.chart.span
        until = min(player.playhead, span.high)
        name = self._focus.name if self.look.only_key else None
        eyes, seen = self._focus.eyes.as_node, None
        if eyes is not None:
            seen = Eyes(player.trace, Observed(player.trace, player.world), eyes, until)
        self.lines = self.source.lines(
            Asked(player.metrics, player.world, span.low, span.high, until, name, self._focus.provider, eyes, seen)
        )
        self.curves = [self._curve(line, transform, until) for line in self.lines for transform in self.transforms]
        self._scale()
        self._draw()
        self._show_legend()
        self.chart.unit.setFont(font("small"))
        self.chart.unit.setText(self._says())
        self.chart.plot.setAccessibleDescription("; ".join(self._readings(until)) or self.source.says)
        self.chart.say("" if any(len(v) and not np.isnan(v).all() for *_, v in self.curves) else self._what_fills())

    def values(self, low: float, high: float) -> list[tuple[str, np.ndarray, int]]:
        """Of each line the values within an interval, in the source's unit, and how many (of messages: how many)."""
        found = []
        for line in self.lines:
            inside = (line.t > low) & (line.t <= high) if line.part else (line.t >= low) & (line.t <= high)
            v = line.v[inside]
            scaled = v / line.part if line.part else v * self.source.scale
            found.append((line.label, scaled, int(v.sum()) if line.part else len(v)))
        return found

    def table(self) -> tuple[list[str], list[list[str]]]:
        """What is drawn, for a file: a row for each place of each curve."""
        column = f"value ({self.unit})"
        rows = [
            [f"{t:.6f}", line.label, NAMES[transform], f"{v:.6g}"]
            for line, transform, times, values in self.curves
            for t, v in zip(times.tolist(), values.tolist(), strict=True)
            if v == v
        ]
        return ["time (s)", "line", "transform", column], rows

    def _begin(self) -> None:
        self._kept.clear()
        self.chart.bubble.hide()
        self._pulse.ask()

    def _curve(self, line: Line, transform: str, until: float) -> tuple[Line, str, np.ndarray, np.ndarray]:
        span, scale = self.chart.span, 1.0 if transform in (RATE, CUMULATIVE) else self.source.scale
        if transform == RAW:
            first, last = np.searchsorted(line.t, [span.low, span.high], side="right")
            return line, transform, line.t[first:last], line.v[first:last] * scale
        at = places(span.low, span.high, until)
        if line.part and transform not in (RATE, CUMULATIVE):
            return line, transform, at, over_time(transform, line.t, line.v / line.part, at, self.seconds)
        key, stretch = (line.label, transform), (span.low, span.high, self.seconds)
        kept = self._kept.get(key)
        known = kept[1] if kept is not None and kept[0] == stretch else np.empty(0)
        known = known[: len(at)]
        new = over_time(transform, line.t, line.v * scale, at[len(known) :], self.seconds)
        values = np.concatenate([known, new + (line.before if transform == CUMULATIVE else 0.0)])
        on_grid = len(at) if len(at) and at[-1] != until else max(len(at) - 1, 0)
        if not line.part:  # counted parts grow with the stretch; single values stay
            self._kept[key] = stretch, values[:on_grid]
        return line, transform, at, values

    def _shown(self, values: np.ndarray) -> np.ndarray:
        """Heights on the axis."""
        if not self.look.log:
            return values
        return np.log10(np.where(values > 0, values, np.nan))

    def _scale(self) -> None:
        every = np.concatenate([np.empty(0), *(v for *_, v in self.curves)])
        every = every[~np.isnan(every)]
        if self.look.log:
            some = every[every > LEAST_LOG]
            low = floor(log10(some.min())) if len(some) else 0
            high = max(low + 1, -floor(-log10(some.max())) if len(some) else 1)
            step = max(1, round((high - low) / self.chart.rows()))
            marks = [(float(at), _number(10.0**at)) for at in range(low, high + 1, step)]
            room = RIM * (high - low)
            self.chart.set_height_axis(high + room, marks, low - room)
            return
        top = round_up(max(float(every.max(initial=0.0)), 1e-9)) if len(every) and every.max() > 0 else 1.0
        least = float(every.min(initial=0.0))
        bottom = -round_up(-least) if least < 0 else 0.0
        marks = [(at, _number(at)) for at in ticks(bottom, top, self.chart.rows())]
        room = RIM * (top - bottom)
        self.chart.set_height_axis(top + room, marks, bottom - room)

    def _draw(self) -> None:
        theme = self._themes.current
        curves = [each for each in self.curves if each[1] != RAW]
        points = [each for each in self.curves if each[1] == RAW]
        _fill(self._items, len(curves), pg.PlotCurveItem, self.chart)
        _fill(self._points, len(points), pg.ScatterPlotItem, self.chart)
        for item, (line, transform, t, v) in zip(self._items, curves, strict=False):
            item.setPen(pg.mkPen(ink(theme, line.ink), width=1.6, style=self._dashes(line, transform)))
            item.setData(t, self._shown(v), connect="finite")
        for item, (line, _, t, v) in zip(self._points, points, strict=False):
            y, (left, bottom) = self._shown(v), (ends[0] for ends in self.chart.view.viewRange())
            there = np.flatnonzero(~np.isnan(y))  # a logarithm of nothing is nowhere
            kept = there[
                thinned((t[there], y[there], np.zeros(len(there), np.int64)), left, bottom, *self.chart.pixel())
            ]
            colour = QColor(ink(theme, line.ink))
            colour.setAlphaF(0.75)
            item.setData(x=t[kept], y=y[kept], symbol="o", size=POINT, pen=pg.mkPen(None), brush=pg.mkBrush(colour))

    def _dashes(self, line: Line, transform: str) -> Qt.PenStyle:
        if len(self.transforms) > 1:
            return DASHES[OF_TRANSFORM.get(transform, 0)]
        word, _, number = line.ink.partition(" ")
        return DASHES[int(number) % len(DASHES)] if word == "line" else DASHES[0]

    def _show_legend(self) -> None:
        theme = self._themes.current
        entries = []
        for line, transform, _, _ in self.curves:
            dashed = self._dashes(line, transform) != Qt.PenStyle.SolidLine
            shape = "circle" if transform == RAW else "dashes" if dashed else "line"
            several = len(self.transforms) > 1
            label = NAMES[transform] if several and len(self.lines) == 1 else line.label
            label = f"{line.label}, {NAMES[transform]}" if several and len(self.lines) > 1 else label
            entries.append(Entry(shape, label, ink(theme, line.ink).name()))
        self._legend.show_entries(entries, theme)

    def _says(self) -> str:
        """The unit, and what was made of the values."""
        how = [] if len(self.transforms) > 1 else [NAMES[self.transform]]
        if any(each not in (RAW, CUMULATIVE) for each in self.transforms):
            how.append(f"over {words.time(self.seconds)}")
        name, names = self._focus.name, self._player.world.names
        key = names[name].label if self.look.only_key and name is not None and name < len(names) else ""
        return " · ".join(filter(None, (key, " ".join(how), self.unit)))

    def _hover(self, place: QPointF) -> None:
        t = self.chart.view.mapSceneToView(place).x()
        found = self._readings(t)
        if found:
            when = words.clock(t, max(self.chart.pixel()[0], 1e-4))
            self.chart.bubble.say([when, *found], QPointF(self.chart.plot.mapFromScene(place)))
        else:
            self.chart.bubble.hide()

    def _readings(self, t: float) -> list[str]:
        """What each curve says at a time."""
        found = []
        for line, transform, times, values in self.curves:
            at = int(np.searchsorted(times, t, side="right")) - 1
            near = transform != RAW or (0 <= at and t - times[at] < 12 * self.chart.pixel()[0])
            if 0 <= at < len(values) and near and values[at] == values[at] and t <= self._player.playhead:
                label = NAMES[transform] if len(self.transforms) > 1 else line.label
                found.append(f"{label}: {_number(float(values[at]))} {self.unit}")
        return found

    def _what_fills(self) -> str:
        if self._player.empty:
            return f"Open a scenario: {self.source.says[0].lower()}{self.source.says[1:]}."
        if (eyes := self._focus.eyes.as_node) is not None and not self.lines:
            return f"{self.source.says}. {self._player.world.called.get(eyes, 'A provider')} cannot know that."
        more = "put or get something" if self._player.run.live and self._player.playing else "play with Space"
        return f"{self.source.says}. Nothing of that so far in this stretch: {more}, or zoom out."


def ink(theme: Theme, name: str) -> QColor:
    """The colour of a line."""
    word, _, number = name.partition(" ")
    if word == "kind":
        return theme.kinds[int(number)]
    if word == "line":
        return theme.kinds[LINES[int(number) % len(LINES)]]
    return theme.stale if word == "stale" else mix(theme.plot, theme.text, 0.75)


def _number(value: float) -> str:
    """As short as an axis wants it."""
    if value == 0:
        return "0"
    sign, value = ("−" if value < 0 else ""), abs(value)
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if value >= limit:
            return f"{sign}{value / (limit if limit != 1e4 else 1e3):.3g}{unit}".replace("e+", "e")
    return sign + (words.grouped(value) if value == int(value) else f"{value:.3g}")


def _fill(items: list, count: int, kind: type, chart: Chart) -> None:
    """As many items as are needed, no more."""
    while len(items) < count:
        items.append(kind(antialias=True))
        items[-1].setZValue(10)
        chart.plot.addItem(items[-1], ignoreBounds=True)
    while len(items) > count:
        chart.plot.removeItem(items.pop())
