"""Get latency: every finished get a point at the time of its answer, colour by regime, shape by how it ended.

Rules: a pure function of (gets, playhead, stretch shown); no more points than there are pixels. Answers from home take
next to no time, so those points are spread a little (the bubble says the true number).
"""

from bisect import bisect_left, bisect_right
from math import floor, log10

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from p4lab.metrics import KLASSES
from p4lab.world import World
from ui import words
from ui.focus import Focus
from ui.panels.chart import Chart
from ui.panels.dots import Dots
from ui.panels.legend import Entry, Legend
from ui.panels.pulse import Pulse
from ui.panels.quantiles import Quantiles
from ui.panels.span import TimeSpan, round_up, ticks
from ui.panels.thinning import Points, Thinning
from ui.player import Player
from ui.plots.veil import own_gets
from ui.theme import ThemeSwitch, mix

HOME, REMOTE, JOINED, FAILED = range(4)
GROUPS = ("at home", "remote", "joined", "no answer")  # what the shapes say
SHORT = {  # regimes, as short as a legend with ten entries wants them
    "none": "no put", "get-broadcast": "get-broadcast", "put-broadcast-key": "key", "put-broadcast-value": "value",
    "mixed": "several",
}  # fmt: skip
SYMBOLS = ("o", "s", "t1", "x")  # pyqtgraph's
SHAPES = ("circle", "square", "triangle", "cross")  # the legend's
SIZES = (6.0, 5.5, 7.5, 6.5)  # px
_GROUP_OF = {"local": HOME, "replica": HOME, "cached": HOME, "joined": JOINED, "remote": REMOTE}
GROUP_BY_KLASS = np.array([_GROUP_OF.get(word, FAILED) for word in KLASSES], np.int64)
QUANTILES = ((0.5, Qt.PenStyle.SolidLine), (0.95, Qt.PenStyle.DashLine))
ENOUGH = 20_000  # gets that tell the usual latency of more
REACH = 9.0  # px: as far as the pointer finds a point
FAVOUR = 3.0  # px that a stale get, and one of the selected key, seem nearer than they are
SPREAD = 0.022  # of the height: how far points at home are spread
FAR = 4.0  # where the slowest get takes this many times as long as the 98 % quickest, those beyond are drawn at the rim
LEAST = -1  # the logarithm of the least height of a logarithmic axis: what is below 0.1 ms is drawn there
RIM = 0.04  # of the height, above and below the range


class LatencyPanel(QWidget):
    """The panel. Hover tells of a get, a click selects it."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, span: TimeSpan) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self.chart = Chart(player, themes, span, "Get latency", "ms")
        self._legend = Legend(themes.current)
        self.chart.column.insertWidget(1, self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self._gets = player.metrics.gets(0.0)
        self._height = 1.0  # ms at the top
        self._log = False
        self._points: dict[tuple[int, int, bool], Dots] = {}
        self._lines = [pg.PlotCurveItem(antialias=True) for _ in QUANTILES]
        for line in self._lines:
            line.setZValue(20)
            self.chart.plot.addItem(line, ignoreBounds=True)
        self._selected = pg.ScatterPlotItem(pxMode=True, symbol="o", size=15)
        self._selected.setZValue(30)
        self.chart.plot.addItem(self._selected, ignoreBounds=True)
        self._thinning = Thinning()
        self._quantiles = Quantiles(tuple(share for share, _ in QUANTILES))
        self._pulse = Pulse(self, self.refresh, player.turns)
        self.chart.rangeChanged.connect(self._pulse.ask)
        self.chart.hovered.connect(self._hover)
        self.chart.left.connect(self.chart.bubble.hide)
        self.chart.on_click = self._click
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._clear)
        focus.opChanged.connect(self._mark)
        focus.eyes.changed.connect(self._clear)
        themes.changed.connect(self._restyle)
        self._restyle()

    def set_log(self, log: bool) -> None:
        """Whether the axis is logarithmic."""
        if log != self._log:
            self._log = log
            self._pulse.ask()

    def refresh(self) -> None:
        """Show the gets that were answered by the playhead; of a recording those to come too, pale."""
        player, span = self._player, self.chart.span
        gets = player.metrics.gets(player.known if player.session.abilities.known else player.playhead)
        gets = everything = own_gets(gets, self._focus.eyes.as_node)
        upto = bisect_right(gets["t"], player.playhead)
        first = 0
        if player.run.happens:  # it has no end, so what it costs must not grow with it: only what is in sight
            first = bisect_left(gets["t"], span.low)
            gets = gets[first : bisect_right(gets["t"], span.high)]
        done = min(max(upto - first, 0), len(gets))
        self._gets = gets
        self._scale(gets)
        self._show_points(gets, done)
        at, values = self._quantiles.lines(everything[:upto], span.low, span.high, player.playhead)
        for line, heights in zip(self._lines, values, strict=True):
            line.setData(at, self._shown(heights * 1000), connect="finite")  # no get near, no line
        self.chart.say("" if len(gets) else self._what_fills())
        self._show_legend()
        self._mark()

    def _scale(self, gets: np.ndarray) -> None:
        slowest = float(gets["latency"].max()) * 1000 if len(gets) else 0.0
        some = gets["latency"][:: max(1, len(gets) // ENOUGH)]
        usual = float(np.quantile(some, 0.98)) * 1000 if len(gets) else 0.0
        top = usual * 1.5 if slowest > FAR * usual > 0 else slowest
        self._height = max(round_up(top), 10.0)
        if self._log:
            high = -floor(-log10(self._height))
            room = RIM * (high - LEAST)
            decades = [(float(at), words.grouped(10.0**at, max(0, -at))) for at in range(LEAST, high + 1)]
            self.chart.set_height_axis(high + room, decades, LEAST - room)
        else:
            marks = ticks(0.0, self._height, self.chart.rows())
            self.chart.set_height_axis(
                self._height * (1 + RIM), [(at, words.grouped(at)) for at in marks], -self._height * RIM
            )
        beyond = int(np.count_nonzero(gets["latency"] * 1000 > self._height))
        rim = f"{words.grouped(beyond)} above, up to {words.time(slowest / 1000)} · " if beyond else ""
        self.chart.unit.setText(f"{rim}ms")

    def _show_points(self, gets: np.ndarray, done: int) -> None:
        span = self.chart.span
        first, last = bisect_left(gets["t"], span.low), bisect_left(gets["t"], span.high)
        gets, done = gets[first:last], done - int(first)

        def made(start: int) -> Points:
            some = gets[start:]
            group, regime, stale = GROUP_BY_KLASS[some["klass"]], some["regime"].astype(np.int64), some["lag"] > 0
            later = np.arange(start, len(gets)) >= done
            return some["t"].copy(), self._spread(some), ((group * 8 + regime) * 2 + stale) * 2 + later

        of = (
            self._player.metrics, self._focus.eyes.as_node, span.high, self._height, self._log,
            None if done >= len(gets) else done,
        )  # fmt: skip
        bottom = self.chart.view.viewRange()[1][0]
        x, y, style = self._thinning.points(of, len(gets), made, span.low, bottom, *self.chart.pixel())
        shown: set[tuple[int, int, bool]] = set()
        for code in np.unique(style).tolist():
            key = (code // 4, code // 2 % 2, bool(code % 2))
            shown.add(key)
            mine = style == code
            self._item(key).show_points(x[mine], y[mine])
        for key, item in self._points.items():
            if key not in shown:
                item.show_points(x[:0], y[:0])

    def _spread(self, gets: np.ndarray) -> np.ndarray:
        """Heights in ms, points at home spread by a number that depends on their op alone, all inside the range."""
        y = gets["latency"] * 1000
        if self._log:
            return self._shown(np.minimum(y, self._height))
        home = GROUP_BY_KLASS[gets["klass"]] == HOME
        noise = (gets["op"].astype(np.uint64) * np.uint64(2654435761) % np.uint64(1009)).astype(float) / 1009
        y = y + np.where(home, (noise - 0.5) * 2 * SPREAD * self._height, 0.0)
        return self._shown(np.minimum(y, self._height * (1 + RIM / 2)))

    def _shown(self, ms: np.ndarray) -> np.ndarray:
        """Heights on the axis."""
        return np.log10(np.maximum(ms, 10.0**LEAST)) if self._log else ms

    def _item(self, key: tuple[int, int, bool]) -> Dots:
        item = self._points.get(key)
        if item is None:
            item = self._points[key] = Dots()
            item.setZValue(10 + key[0] // 8 - 5 * key[2])
            self.chart.plot.addItem(item, ignoreBounds=True)
            self._style(key, item)
        return item

    def _style(self, key: tuple[int, int, bool], item: Dots) -> None:
        code, stale, later = key
        group, regime, theme = code // 8, code % 8, self._themes.current
        colour = QColor(theme.regime(regime).colour)
        if later:
            colour = mix(theme.plot, colour, 0.2)
        else:
            colour.setAlphaF(0.6 if group == HOME else 0.85)
        item.setSymbol(SYMBOLS[group])
        item.setSize(SIZES[group])
        edge = mix(theme.plot, theme.stale, 0.3) if later else theme.stale
        if group == FAILED:
            item.setPen(pg.mkPen(colour, width=1.8))
        else:
            item.setPen(pg.mkPen(edge, width=1.6) if stale else pg.mkPen(None))
        item.setBrush(pg.mkBrush(colour))
        item.measure()

    def _restyle(self) -> None:
        theme = self._themes.current
        for key, item in self._points.items():
            self._style(key, item)
        for line, (_, dashes) in zip(self._lines, QUANTILES, strict=True):
            line.setPen(pg.mkPen(mix(theme.plot, theme.text, 0.55), width=1.2, style=dashes))
        self._selected.setPen(pg.mkPen(theme.accent, width=2.2))
        self._selected.setBrush(pg.mkBrush(None))
        self._pulse.ask()

    def _show_legend(self) -> None:
        theme, gets = self._themes.current, self._gets
        entries = []
        for code in np.flatnonzero(np.bincount(gets["regime"], minlength=1)).tolist():
            look = theme.regime(code)
            entries.append(Entry("block", SHORT[look.word], look.colour.name()))
        present = set(GROUP_BY_KLASS[np.flatnonzero(np.bincount(gets["klass"], minlength=1))].tolist())
        entries += [Entry(SHAPES[group], GROUPS[group]) for group in range(4) if group in present]
        if len(gets) and bool((gets["lag"] > 0).any()):
            entries.append(Entry("ring", "stale", theme.stale.name()))
        if len(gets):
            entries += [Entry("line", "p50"), Entry("dashes", "p95")]
        self._legend.show_entries(entries, theme)

    def _mark(self) -> None:
        """Ring the selected get, where it is here."""
        one = self._gets[self._gets["op"] == (-1 if self._focus.op is None else self._focus.op)]
        self._selected.setData(x=one["t"], y=self._spread(one))

    def _nearest(self, place: QPointF) -> int | None:
        """The get that the pointer means, by its place in the array."""
        wide, high = self.chart.pixel()
        at = self.chart.view.mapSceneToView(place)
        times = self._gets["t"]
        first, last = bisect_left(times, at.x() - REACH * wide), bisect_left(times, at.x() + REACH * wide)
        near = self._gets[first:last]
        if not len(near):
            return None
        away = np.hypot((near["t"] - at.x()) / wide, (self._spread(near) - at.y()) / high)
        chosen = self._player.world.op_name()[near["op"]] == (-1 if self._focus.name is None else self._focus.name)
        seeming = away - FAVOUR * (near["lag"] > 0) - FAVOUR * chosen
        best = int(np.argmin(np.where(away <= REACH, seeming, np.inf)))
        return int(first) + best if away[best] <= REACH else None

    def _hover(self, place: QPointF) -> None:
        found = self._nearest(place)
        self.chart.plot.viewport().setCursor(
            Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
        )
        if found is None:
            self.chart.bubble.hide()
        else:
            lines = tell(self._gets[found], self._player.world)
            self.chart.bubble.say(lines, QPointF(self.chart.plot.mapFromScene(place)))

    def _click(self, place: QPointF) -> bool:
        found = self._nearest(place)
        if found is not None:
            self._focus.select_op(int(self._gets["op"][found]))
        return found is not None

    def _clear(self) -> None:
        self._quantiles.forget()
        self.chart.bubble.hide()
        self.refresh()

    def _what_fills(self) -> str:
        if self._player.empty:
            return "Open a scenario: each get that is answered becomes a point here."
        more = "Ask" if self._player.run.live and self._player.playing else "Play with Space, or ask"
        return f"Each get that is answered becomes a point here. {more} for one in the bar below the map."


def tell(get: np.void, world: World) -> list[str]:
    """A finished get in two or three short lines."""
    op = world.op(int(get["op"]))
    if op is None:
        return [words.time(float(get["latency"]))]
    name = world.names[op.name]
    who = world.called.get(op.node, f"node {op.node}")
    lines = [f"{who} asked for {world.known_as(op.name)}"]
    if op.outcome == "OK":
        version = words.version(op.seq, name.kind)
        had = (
            f"{version} from {words.SOURCES.get(op.source, op.source)}" if version else words.SOURCES.get(op.source, "")
        )
        lines.append(f"{had} in {words.time(op.latency)}")
        lines.append(words.staleness(op.lag or 0, op.age or 0.0, name.kind))
    else:
        lines.append(f"{words.outcome(op.outcome)} in {words.time(op.latency)}")
    lines.append(f"{words.clock(float(get['t']))} · {words.regime(op.regime)}")
    return lines
