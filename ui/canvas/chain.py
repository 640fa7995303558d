"""The causal chain behind an answer on the map: the ways that its messages took, and who did something for it.

Rules: a function of (chain, trace, figures); worked out when one of them changes. Ways are arrows beside the links, in
the accent colour, with their numbers in order of time while they are few; providers wear a dashed ring.
"""

from dataclasses import dataclass
from math import hypot

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from p4lab.core.events import Event, Sent
from p4lab.trace import Trace
from ui.canvas.figures import Figures
from ui.theme import Theme, font, mix

NUMBERED = 12  # ways: more numbers would hide the map
MOST = 200  # events that are drawn
ASIDE = 5.0  # px to the right of the way, so that both directions are seen
HEAD = 8.0  # px
RING = 5.0  # px outside the rim
SIGN = 8.0  # px: radius of a number's bed


@dataclass(frozen=True)
class Lit:
    """ways: (from, to, event) in order of time; nodes: who stored, asked or answered."""

    ways: tuple[tuple[int, int, int], ...] = ()
    nodes: frozenset[int] = frozenset()


NOTHING = Lit()


class Chains:
    """Keeps the last chain that was asked for."""

    def __init__(self) -> None:
        self._made: tuple[object, frozenset[int], Lit] | None = None

    def of(self, trace: Trace, chain: frozenset[int]) -> Lit:
        """What of a chain is on the map."""
        if not chain:
            return NOTHING
        if self._made is None or self._made[0] is not trace or self._made[1] != chain:
            self._made = trace, chain, _lit(trace, chain)
        return self._made[2]


def paint(painter: QPainter, theme: Theme, shown: Figures, lit: Lit, event: int | None) -> None:
    """event: the one that is selected, drawn stronger."""
    if not lit.ways and not lit.nodes:
        return
    count = len(shown.names)
    painter.save()
    pen = QPen(theme.accent, 1.6)
    pen.setDashPattern([3.0, 2.5])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for node in {int(shown.hosts[node]) for node in lit.nodes if node < count}:
        reach = float(shown.rims[node]) + RING
        painter.drawEllipse(QPointF(*shown.centres[node].tolist()), reach, reach)
    between = [way for way in lit.ways if max(way[:2]) < count and shown.hosts[way[0]] != shown.hosts[way[1]]]
    for number, (src, dst, way) in enumerate(between, 1):
        line = _line(shown, int(shown.hosts[src]), int(shown.hosts[dst]))
        if line is not None:
            _paint_way(painter, theme, line, number if len(between) <= NUMBERED else 0, way == event)
    painter.restore()


def _lit(trace: Trace, chain: frozenset[int]) -> Lit:
    ways, nodes = [], set()
    for number in sorted(number for number in chain if 0 < number <= len(trace))[:MOST]:
        event = trace[number - 1]
        if isinstance(event, Sent):
            ways.append((event.src, event.dst, number))
        elif isinstance(event, Event):
            nodes.add(getattr(event, "node", -1))
    return Lit(tuple(ways), frozenset(nodes - {-1}))


def _line(shown: Figures, src: int, dst: int) -> QLineF | None:
    start, ahead = shown.centres[src], shown.centres[dst] - shown.centres[src]
    length = float(np.hypot(*ahead))
    first, last = float(shown.rims[src]), float(shown.rims[dst])
    if length <= first + last + HEAD:
        return None
    ux, uy = (ahead / length).tolist()
    x, y = start.tolist()
    aside = QPointF(-uy * ASIDE, ux * ASIDE)
    rest = length - last
    return QLineF(QPointF(x + ux * first, y + uy * first) + aside, QPointF(x + ux * rest, y + uy * rest) + aside)


def _paint_way(painter: QPainter, theme: Theme, line: QLineF, number: int, strong: bool) -> None:
    colour = theme.accent if strong else mix(theme.map, theme.accent, 0.75)
    pen = QPen(colour, 3.6 if strong else 2.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLine(line)
    length = max(1e-6, hypot(line.dx(), line.dy()))
    ahead, end = QPointF(line.dx(), line.dy()) / length * HEAD, line.p2()
    across = QPointF(-ahead.y(), ahead.x()) * 0.55
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([end, end - ahead + across, end - ahead - across]))
    if number:
        at = line.pointAt(0.32)
        painter.drawEllipse(at, SIGN, SIGN)
        painter.setFont(font("badge"))
        painter.setPen(theme.on_accent)
        area = QRectF(at.x() - 2 * SIGN, at.y() - SIGN, 4 * SIGN, 2 * SIGN)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(number))
