"""Who is being dragged, painted above a kept picture of all others: a drag costs the same among five as among many.

Rules: splits a moment in two, those at rest and those in the air, and paints the second; the first is painted by
`Still` and stays the same for the whole drag.
"""

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QPainter

from ui.canvas import houses, links, providers, signs, tags
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground, kept
from ui.canvas.labels import Room
from ui.canvas.loads import Loads
from ui.canvas.moment import Moment
from ui.canvas.stamps import Stamps
from ui.theme import Theme

MOST_NAMED = 24  # of those in the air; names of more find no room anyway


class Lifted:
    """Of one map. Both halves are kept as long as they stay the same."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Figures, Ground, frozenset[int]], Figures, Ground, Ground] | None = None
        self._carried: tuple[Ground, Loads, np.ndarray] | None = None

    def rest(self, now: Moment, resting: Figures, nodes: frozenset[int]) -> Moment:
        """All but these nodes, with their lines. resting: the figures as they were before."""
        shown, ground, _ = self._split(now, resting, nodes)
        stay = tuple(one for one in now.houses if one.node not in nodes)
        if self._carried is None or self._carried[0] is not ground or self._carried[1] is not now.loads:
            self._carried = ground, now.loads, ground.carried(now.loads.carried, now.loads.pairs)
        return replace(now, shown=shown, ground=ground, carried=self._carried[2], houses=stay)

    def paint(
        self, painter: QPainter, theme: Theme, now: Moment, resting: Figures, nodes: frozenset[int], stamps: Stamps
    ) -> None:
        """These nodes and their lines, where they are now."""
        _, _, ground = self._split(now, resting, nodes)
        shown = replace(now.shown, hosts=_only(now.shown, nodes))
        steps = links.steps(ground.carried(now.loads.carried, now.loads.pairs), now.loads.window)
        centres, rims = now.shown.centres, now.shown.rims
        seen = ground.open if links.idle_drawn(len(now.ground.lines)) else ground.open & (steps > 0).any(axis=0)
        links.paint_links(painter, theme, centres, rims, ground.lines[seen], steps[:, seen])
        links.paint_upwards(painter, theme, centres, rims, ground.up)
        signs.paint_lines(painter, theme, now.shown, ground)
        for node in shown.seen:
            providers.paint_halo(painter, theme, shown, node, True)
        signs.paint_stacks(painter, theme, now.shown, ground)
        providers.paint_discs(painter, theme, shown, now.looks, stamps)
        room = Room(float(painter.viewport().width()), float(painter.viewport().height()))
        moved = [one for one in now.houses if one.node in nodes]
        houses.paint(painter, theme, moved, now.house, room)
        if len(nodes) <= MOST_NAMED:
            tags.Labels().paint(painter, theme, shown, room, nodes, None)

    def _split(self, now: Moment, resting: Figures, nodes: frozenset[int]) -> tuple[Figures, Ground, Ground]:
        asked = resting, now.ground, nodes
        known = None if self._kept is None else self._kept[0]
        if known is None or known[0] is not resting or known[1] is not now.ground or known[2] != nodes:
            ground = now.ground
            mine = np.isin(ground.lines[:, 0], list(nodes)) | np.isin(ground.lines[:, 1], list(nodes))
            rest, held = kept(ground, ~mine), kept(ground, mine)
            sides = {node: side for node, side in ground.sides.items() if node not in nodes}
            inside = {node: count for node, count in ground.inside.items() if node not in nodes}
            rest = replace(rest, sides=sides, inside=inside)
            held = replace(held, inside={node: ground.inside[node] for node in ground.inside if node in nodes})
            hosts = resting.hosts.copy()
            hosts[[node for node in nodes if node < len(hosts)]] = -1
            self._kept = asked, replace(resting, hosts=hosts), rest, held
        assert self._kept is not None, "just made"
        return self._kept[1:]


def _only(shown: Figures, nodes: frozenset[int]) -> np.ndarray:
    hosts = np.full(len(shown.hosts), -1)
    mine = [node for node in nodes if node < len(hosts)]
    hosts[mine] = shown.hosts[mine]
    return hosts
