"""The numbers behind a plot: of an interval in a few figures, and all of them for a file.

Rules: no widget, no painting; what is told is what the plot shows, up to the playhead. Times in seconds, units in the
heads of columns.
"""

import msgspec
import numpy as np

from p4lab.metrics import KLASSES
from p4lab.world import World
from ui import words
from ui.panels.lane_bars import bars
from ui.panels.latency import LatencyPanel
from ui.panels.rates import KINDS, PLURALS, RatesPanel
from ui.panels.staleness import StalenessPanel
from ui.player import Player
from ui.plots.frame import PlotFrame
from ui.plots.series import SeriesPanel
from ui.plots.transforms import numbers
from ui.plots.veil import own_gets

HEAD = ("", "count", "mean", "p50", "p99", "least", "greatest")


class Row(msgspec.Struct, frozen=True):
    """One line of a plot within an interval."""

    plot: str
    line: str
    unit: str
    count: int
    mean: float
    least: float
    greatest: float
    p50: float
    p99: float


def within(frame: PlotFrame, player: Player, low: float, high: float) -> list[Row]:
    """A row for each line of a plot; nothing for one that has no numbers."""
    high = min(high, player.playhead)
    plot, found = frame.plot, []
    if isinstance(plot, SeriesPanel):
        unit = plot.source.unit
        found = [(label, v, count, unit) for label, v, count in plot.values(low, high)]
    elif isinstance(plot, LatencyPanel):
        gets = own_gets(_between(player.metrics.gets(player.playhead), low, high), frame.focus.eyes.as_node)
        found = [("", gets["latency"].astype(float) * 1000, len(gets), "ms")]
    elif isinstance(plot, RatesPanel) and high > low:
        parts = 100
        part = (high - low) / parts
        counted = plot.count(low, high, parts)
        found = [
            (PLURALS[kind], counted[kind] / part, int(counted[kind].sum()), "per second")
            for kind in KINDS
            if counted[kind].any()
        ]
    rows = []
    for label, v, count, unit in found:
        made = numbers(v[:0] if unit == "gets" else v)  # each is one: there is nothing to tell but how many
        rows.append(Row(frame.title, label, unit, count, made["mean"], made["least"], made["greatest"], made["p50"],
                        made["p99"]))  # fmt: skip
    return rows


def everything(frame: PlotFrame, player: Player) -> tuple[list[str], list[list[str]]]:
    """The columns' heads with their units, and the rows, of what is in sight."""
    plot, span, world = frame.plot, frame.chart.span, player.world
    if isinstance(plot, SeriesPanel):
        plot.refresh()
        return plot.table()
    if isinstance(plot, LatencyPanel):
        gets = _between(player.metrics.gets(player.playhead), span.low, span.high)
        return _gets(own_gets(gets, frame.focus.eyes.as_node), world)
    if isinstance(plot, StalenessPanel):
        return _lanes(frame, player)
    plot.refresh()
    first, width, counts = plot.counted
    rows = [
        [f"{first + at * width:.6f}", f"{width:.6f}", PLURALS[kind], str(int(count[at])), f"{count[at] / width:.6g}"]
        for kind, count in counts.items()
        for at in np.flatnonzero(count).tolist()
        if first + at * width <= player.playhead
    ]
    return ["time (s)", "length (s)", "kind", "messages", "rate (per second)"], sorted(
        rows, key=lambda row: float(row[0])
    )


def _between(gets: np.ndarray, low: float, high: float) -> np.ndarray:
    first, last = np.searchsorted(gets["t"], low), np.searchsorted(gets["t"], high, side="right")
    return gets[first:last]


def _gets(gets: np.ndarray, world: World) -> tuple[list[str], list[list[str]]]:
    head = ["time (s)", "latency (ms)", "provider", "key", "regime", "answered from", "versions behind", "age (s)",
            "request"]  # fmt: skip
    rows = []
    for get in gets:
        op = world.op(int(get["op"]))
        key = "" if op is None else world.known_as(op.name)
        node = int(get["node"])
        rows.append([
            f"{get['t']:.6f}", f"{get['latency'] * 1000:.3f}", world.called.get(node, f"node {node}"), key,
            "" if op is None else words.regime(op.regime), KLASSES[int(get["klass"])], str(int(get["lag"])),
            f"{get['age']:.6f}", str(int(get["op"])),
        ])  # fmt: skip
    return head, rows


def _lanes(frame: PlotFrame, player: Player) -> tuple[list[str], list[list[str]]]:
    world, name, span, eyes = player.world, frame.focus.name, frame.chart.span, frame.focus.eyes.as_node
    head = ["provider", "from (s)", "to (s)", "store", "version", "entries", "stale"]
    rows = []
    for bar in bars(world, player.trace, name) if name is not None and name < len(world.names) else ():
        seen = eyes is None or bar.node == eyes
        if seen and bar.start <= min(player.playhead, span.high) and bar.end > span.low:
            end = min(bar.end, player.playhead)
            rows.append([
                world.called.get(bar.node, f"node {bar.node}"), f"{bar.start:.6f}", f"{end:.6f}",
                words.STORES.get(bar.store, bar.store), str(bar.seq), str(bar.entries),
                "" if eyes is not None else "yes" if bar.stale else "no",
            ])  # fmt: skip
    return head, rows
