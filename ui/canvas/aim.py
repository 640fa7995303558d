"""Who acts next, outlined on the map while somebody goes from Event to Event: what the strip names, one sees.

Rules: a function of (run, playhead): shown where the playhead rests on an Event, as a step or a click in the log leaves
it. Nothing is made to find it out.
"""

from dataclasses import dataclass
from math import atan2, cos, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from p4lab.core.events import Event, Sent
from ui.canvas.figures import Figures
from ui.theme import Theme
from ui.viewed import Viewed

AWAY = 9.0  # pixels between the rim of links and the outline
ARC = 46  # degrees of each of its four pieces: a crashed provider is dashed, a chosen one has a whole ring
HEAD = 9.0  # of the arrow towards whom it sends


@dataclass(frozen=True)
class Aim:
    """node: who acts next. to: whom it sends something; None: nobody."""

    node: int
    to: int | None = None


def aim(player: Viewed) -> Aim | None:
    """Who acts next; None while time runs, between Events, and where it is not known."""
    trace, t = player.trace, player.playhead
    if player.playing or t <= 0:
        return None
    index = trace.index_at(t)
    if not 0 < index < len(trace) or trace.time_of(index - 1) != t:
        return None
    event = trace[index]
    assert isinstance(event, Event)
    of = player.world.provider_of
    if isinstance(event, Sent):
        node, to = of.get(event.src), of.get(event.dst)
        return None if node is None else Aim(node, to if to != node else None)
    node = of.get(getattr(event, "node", -1))
    return None if node is None else Aim(node)


def paint(painter: QPainter, theme: Theme, shown: Figures, aim: Aim | None) -> None:
    """Four pieces of a ring around it, and an arrow towards whom it sends."""
    node = _drawn(shown, None if aim is None else aim.node)
    if aim is None or node is None:
        return
    x, y = shown.centres[node].tolist()
    reach = float(shown.rims[node]) + AWAY
    pen = QPen(theme.stale, 3.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(x - reach, y - reach, 2 * reach, 2 * reach)
    for turn in (45, 135, 225, 315):
        painter.drawArc(box, (turn - ARC // 2) * 16, ARC * 16)
    to = _drawn(shown, aim.to)
    if to is None or to == node:
        return
    way = atan2(float(shown.centres[to][1]) - y, float(shown.centres[to][0]) - x)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.stale)
    tip = QPointF(x + (reach + HEAD) * cos(way), y + (reach + HEAD) * sin(way))
    foot = QPointF(x + (reach - 0.4 * HEAD) * cos(way), y + (reach - 0.4 * HEAD) * sin(way))
    aside = QPointF(-sin(way), cos(way)) * 0.72 * HEAD
    painter.drawPolygon(QPolygonF([tip, foot + aside, foot - aside]))


def _drawn(shown: Figures, node: int | None) -> int | None:
    """Who is drawn for one, if anybody is."""
    if node is None or not 0 <= node < len(shown.hosts):
        return None
    host = int(shown.hosts[node])
    return host if host >= 0 else None
