"""Paints links, each half as wide as what its end sent lately, fainter the more there are; and an imported map's lines.

Rules: functions of what they are given; positions in logical pixels; lines end at the rims of providers. Loads are put
in steps, so that the picture need not be painted again for every byte.
"""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.theme import Theme, mix

STEPS = 8  # of width
MOST_IDLE = 1300  # a full mesh of 51: more idle lines than that say nothing and cost a frame
MOST_BUSY = 600  # the busiest are drawn: a smooth line costs some ten microseconds, and more would only be a blot
MOST_HALVED = 210  # a full mesh of 21: halves of more could not be told apart
MOST_HEADS = 80  # more of them would hide the links, and children stand below anyway
HEAD = 7.0  # of the head that says which end of a link is the parent
FIRST = 60.0  # B/s of the first step; each step is twice the one before


def steps(carried: np.ndarray, window: float) -> np.ndarray:
    """0 idle, 1..STEPS busier. carried: bytes in a window of so many seconds, a row each way.

    Many lines are not halved: both ways of each then have the step of what it carried in all, which changes less often.
    """
    if carried.shape[1] > MOST_HALVED:
        return np.repeat(_steps(carried.sum(axis=0), window)[None], 2, axis=0)
    return _steps(carried, window)


def _steps(carried: np.ndarray, window: float) -> np.ndarray:
    found = np.zeros(carried.shape, np.uint8)
    busy = np.nonzero(carried)  # of half a million lines most are idle
    doubled = 1 + np.floor(np.log2(np.maximum(1.0, carried[busy] / window / FIRST)))
    found[busy] = np.clip(doubled, 1, STEPS)
    return found


def idle_share(ends: np.ndarray, times: float = 1.0) -> float:
    """How much of its colour an idle line keeps: all of it among ten lines across the map, a quarter among 800.

    times: how many lines each of these stands for.
    """
    if len(ends) == 0:
        return 1.0
    across = float(np.hypot(np.ptp(ends[:, ::2]), np.ptp(ends[:, 1::2])))
    ink = times * float(np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]).sum())
    return float(np.clip((7 * across / max(ink, 1e-6)) ** 0.36, 0.16, 1.0))


def idle_drawn(count: int) -> bool:
    """Whether so many links are drawn while they are idle."""
    return count <= MOST_IDLE


def paint_underlay(painter: QPainter, theme: Theme, centres: np.ndarray, pairs: np.ndarray) -> None:
    """The lines of an imported map, which carry nothing."""
    pen = QPen(theme.underlay, 1.7)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setDashPattern([0.1, 3.0])
    painter.setPen(pen)
    painter.drawLines([QLineF(*centres[a], *centres[b]) for a, b in pairs.tolist()])


def paint_links(
    painter: QPainter,
    theme: Theme,
    centres: np.ndarray,
    rims: np.ndarray,
    pairs: np.ndarray,
    level: np.ndarray,
    idle: bool = True,
) -> None:
    """All links over which something can pass, the busiest last. pairs: rows (a, b) with a < b.

    level: the steps of what a sent, and of what b sent. Among few each half of a line shows what its end sends.
    idle: whether those that carry nothing are drawn.
    """
    ways, level = level, level.max(axis=0, initial=0)
    if (level > 0).sum() > MOST_BUSY:
        level = level.copy()
        level[np.argsort(level, kind="stable")[:-MOST_BUSY]] = 0
    crowded = not idle_drawn(len(pairs))
    if not crowded:
        first, ends = 0 if idle else 1, clipped(centres, rims, pairs)
        share = idle_share(ends)
    else:  # a mesh of a thousand has half a million lines: those that are drawn, and some to tell how dense they are
        every = -(-len(pairs) // MOST_IDLE)
        some = clipped(centres, rims, pairs[::every])
        share = idle_share(some, len(pairs) / len(some))
        pairs, level = pairs[level > 0], level[level > 0]
        first, ends = 1, clipped(centres, rims, pairs)
    if len(ways[0]) <= MOST_HALVED:
        ends, level = halved(ends, ways)
    for step in range(first, STEPS + 1):
        chosen = ends[level == step]
        if len(chosen) == 0:
            continue
        part = share + (1 - share) * (step / STEPS) ** 1.4
        colour = mix(theme.map, mix(theme.link, theme.link_busy, max(0, step - 2) / STEPS), part)
        width = 1.2 if step == 0 else 1.3 + 0.7 * step * share * share
        pen = QPen(colour, min(1.0, width) if crowded else width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(*line) for line in chosen.tolist()])


def paint_chosen(painter: QPainter, theme: Theme, centres: np.ndarray, rims: np.ndarray, link: tuple[int, int]) -> None:
    """Under its line, the link that is chosen."""
    (line,) = clipped(centres, rims, np.array([link])).tolist()
    pen = QPen(mix(theme.map, theme.accent, 0.45), 9.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(QLineF(*line))


def paint_upwards(painter: QPainter, theme: Theme, centres: np.ndarray, rims: np.ndarray, up: np.ndarray) -> None:
    """The direction of links to a parent: a small head half-way, pointing at the parent. up: rows (child, parent)."""
    if len(up) > MOST_HEADS:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mix(theme.link, theme.link_busy, 0.6))
    for x1, y1, x2, y2 in clipped(centres, rims, up).tolist():
        length = float(np.hypot(x2 - x1, y2 - y1))
        if length < 4 * HEAD:
            continue
        ahead, aside = QPointF(x2 - x1, y2 - y1) / length * HEAD, QPointF(y1 - y2, x2 - x1) / length * HEAD * 0.6
        middle = QPointF((x1 + x2) / 2, (y1 + y2) / 2)
        painter.drawPolygon([middle + ahead, middle - ahead * 0.4 + aside, middle - ahead * 0.4 - aside])


def clipped(centres: np.ndarray, rims: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Rows x1, y1, x2, y2 from rim to rim; links between discs that touch are left out."""
    a, b = centres[pairs[:, 0]], centres[pairs[:, 1]]
    ahead = b - a
    length = np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)[:, None]
    unit = ahead / length
    start, end = a + unit * rims[pairs[:, 0], None], b - unit * rims[pairs[:, 1], None]
    touching = length[:, 0] <= rims[pairs[:, 0]] + rims[pairs[:, 1]]
    end[touching] = start[touching]
    return np.hstack([start, end])


def halved(ends: np.ndarray, ways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lines whose ends do not send alike as two, parted in the middle; and the step of each line that there is now."""
    unlike = ways[0] != ways[1]
    one, other = ends[unlike].copy(), ends[unlike].copy()
    one[:, 2:] = other[:, :2] = (ends[unlike, :2] + ends[unlike, 2:]) / 2
    return np.vstack([ends[~unlike], one, other]), np.concatenate([ways[0, ~unlike], *ways[:, unlike]])


def nearest(centres: np.ndarray, pairs: np.ndarray, x: float, y: float, reach: float) -> int | None:
    """The place in `pairs` of the peering whose line passes a point of the window."""
    if len(pairs) == 0:
        return None
    a, b = centres[pairs[:, 0]], centres[pairs[:, 1]]
    ahead = b - a
    square = np.maximum((ahead * ahead).sum(axis=1), 1e-9)
    along = np.clip(((np.array([x, y]) - a) * ahead).sum(axis=1) / square, 0.0, 1.0)
    distance = np.hypot(*(a + ahead * along[:, None] - (x, y)).T)
    at = int(np.argmin(distance))
    return at if distance[at] <= reach else None
