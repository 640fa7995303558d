"""The strip on each lane: what the provider would answer for the selected key, fresh, stale, or nothing.

Rules: no Qt. The bars are those of the staleness plot, worked out anew only when the run went on.
"""

from bisect import bisect_left
from math import inf

import msgspec

from p4lab.trace import Trace
from p4lab.world import World
from ui.panels.lane_bars import POINTER, Bar, bar_at, bars
from ui.sequence.axis import Axis, time_of, unit_of
from ui.sequence.lanes import Lane

HAIR = 1.0  # px: bars narrower than this in the same place are one
MOST = 3_000


class Strip(msgspec.Struct, frozen=True):
    """From x1 to x2 in px. pointer: it knows whom to ask."""

    lane: int
    x1: float
    x2: float
    regime: str
    stale: bool
    pointer: bool


class Strips:
    """The bars of one name of one run."""

    def __init__(self) -> None:
        self._key: tuple[Trace, int, int] | None = None
        self._bars: dict[int, list[Bar]] = {}

    def within(
        self, trace: Trace, world: World, name: int | None, axis: Axis, lanes: tuple[Lane, ...], width: float
    ) -> list[Strip]:
        """What lies in sight."""
        if name is None or name >= len(world.names):
            return []
        self._know(trace, world, name)
        low, high = time_of(axis.mode, trace, axis.low), time_of(axis.mode, trace, axis.high)
        found: list[Strip] = []
        for number, lane in enumerate(lanes):
            mine = self._bars.get(lane.node, [])
            drawn = -inf
            for bar in mine[bisect_left(mine, low, key=lambda bar: bar.end) :]:
                if bar.start > high or len(found) >= MOST:
                    break
                x1 = self._x(axis, trace, max(bar.start, low), width)
                x2 = width if bar.end >= high else self._x(axis, trace, bar.end, width)
                if x2 - drawn >= HAIR:
                    drawn = x2
                    found.append(Strip(number, x1, x2, bar.regime, bar.stale, bar.store == POINTER))
        return found

    def at(self, node: int, t: float) -> Bar | None:
        """What a node would have answered with at t."""
        return bar_at(self._bars.get(node, []), t)

    def _know(self, trace: Trace, world: World, name: int) -> None:
        key = trace, world.seen, name
        if key != self._key:
            self._key = key
            self._bars = {}
            for bar in bars(world, trace, name):
                self._bars.setdefault(bar.node, []).append(bar)

    def _x(self, axis: Axis, trace: Trace, t: float, width: float) -> float:
        return (unit_of(axis.mode, trace, t) - axis.low) / axis.length * width
