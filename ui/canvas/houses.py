"""Organisations on the map: a house between its customers and its provider, and what passes between them.

Rules: a function of (world, figures, time). A house stands where the scenario says, else beside what it is at, where
there is room. Cut off, it has a dashed wall and roof, its line ends in a gap with a cross, and its name says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, log2, pi, sin

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from p4lab.world import House, World
from ui.canvas.figures import CUSTOMERS, Figures
from ui.canvas.labels import Room
from ui.canvas.looks import UNKNOWN, Look, Looks
from ui.theme import Theme, font, mix

SIZE = 0.4  # of a provider's radius: half a house's width
LEAST, MOST = 7.0, 22.0  # pixels
TURNS = 16  # directions that are tried for a house without a place
FAR = 4.0  # half widths between the rim and the middle of a house
WIDTH = 150.0  # pixels of its name
REACH = 6.0  # pixels beside it that still mean it
CENTRED = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class Stand:
    """One house in the window. up: where its line ends, at the rim of what it is at; dots: its customers.

    cut: why nothing passes: link, crash, partition, or empty; down: it has crashed itself. look: what it would answer
    of the selected key.
    """

    node: int
    name: str
    x: float
    y: float
    half: float
    up: tuple[float, float]
    dots: tuple[tuple[float, float], ...]
    store: bool
    cut: str = ""
    down: bool = False
    look: Look = UNKNOWN


Places = Mapping[str, tuple[float, float]]  # in the window, of those that the scenario gives one


def stands(world: World, shown: Figures, places: Places, width: float, height: float) -> tuple[Stand, ...]:
    """Where each of them stands, the same for equal figures; as they are at no particular time."""
    found: dict[int, Stand] = {}
    taken = [(*shown.centres[node].tolist(), float(shown.rims[node])) for node in shown.seen]
    for house in world.houses.rows:
        above = _above(house, found, shown)
        if above is None:
            continue
        x0, y0, rim, radius = above
        half = min(MOST, max(LEAST, SIZE * radius))
        if house.name in places:
            x, y = places[house.name]
        else:
            x, y = _beside((x0, y0, rim), half, taken, (width, height))
        angle = atan2(y - y0, x - x0)
        dots = _customers(x, y, half, angle, house.customers) if radius >= CUSTOMERS * shown.unit else ()
        edge = x0 + rim * cos(angle), y0 + rim * sin(angle)
        found[house.node] = Stand(house.node, house.name, x, y, half, edge, dots, house.store)
        taken.append((x, y, 2.6 * half))
    return tuple(found.values())


def shifted(
    stood: Sequence[Stand], world: World, before: Figures, shown: Figures, places: Mapping[str, Sequence[float]]
) -> tuple[Stand, ...]:
    """The same while somebody is being dragged: who has no place of their own goes along with what they are at."""
    at = {house.node: house.at for house in world.houses.rows}
    was = {one.node: one for one in stood}
    found: dict[int, Stand] = {}
    for one in stood:
        above = at[one.node]
        if above < len(shown.names):
            start, end, rim = before.centres[above].tolist(), shown.centres[above].tolist(), float(shown.rims[above])
        else:
            start, end = (was[above].x, was[above].y), (found[above].x, found[above].y)
            rim = 1.5 * was[above].half
        x, y = places.get(one.name, (one.x + end[0] - start[0], one.y + end[1] - start[1]))
        angle = atan2(y - end[1], x - end[0])
        up = end[0] + rim * cos(angle), end[1] + rim * sin(angle)
        dots = tuple((dot_x + x - one.x, dot_y + y - one.y) for dot_x, dot_y in one.dots)
        found[one.node] = replace(one, x=x, y=y, up=up, dots=dots)
    return tuple(found.values())


def seen(stood: Sequence[Stand], world: World, held: Looks, name: int | None, t: float) -> tuple[Stand, ...]:
    """The same as they are at t: cut off or not, with what they would answer."""
    if not stood:
        return ()
    rows = {house.node: house for house in world.houses.rows}
    looks = held.held(name, t, [one.node for one in stood])
    crashed = world.state(t).crashed
    return tuple(
        replace(one, cut=world.cut_off(rows[one.node], t), down=one.node in crashed, look=look)
        for one, look in zip(stood, looks, strict=True)
    )


def at(stood: Sequence[Stand], x: float, y: float) -> Stand | None:
    """The house under a point of the window."""
    return next((one for one in stood if max(abs(x - one.x), abs(y - one.y)) <= one.half + REACH), None)


def hint(one: Stand, world: World, key: str) -> str:
    """A house in words, for hovering and for screen readers."""
    house = next(house for house in world.houses.rows if house.node == one.node)
    people = "1 customer" if house.customers == 1 else f"{house.customers:,} customers"
    at_ = world.called.get(house.at, "")
    what = "organisation" if house.store else "DHT proxy"
    lines = [f"{house.name} · {what} at {at_} · {people}"]
    if one.down:
        lines.append("Crashed: what it had stored waits for its restart")
    elif one.cut:
        keeps = ": its own data stays readable" if house.store else ""
        lines.append(f"Cut off ({one.cut}){keeps}")
    if one.look.texts and key:
        lines.append(f"{key}: {one.look.texts[0]}")
    return "\n".join(lines)


def under_way(rows: np.ndarray, t: float, stood: Sequence[Stand], proxies: int) -> list[tuple[float, float]]:
    """Where messages of houses are: between one and what it is at, or one of its customers. proxies: how many."""
    by_node = {one.node: one for one in stood}
    found: list[tuple[float, float]] = []
    for row in rows:
        src, dst = int(row["src"]), int(row["dst"])
        low, high = min(src, dst), max(src, dst)
        outer = by_node.get(high)
        if outer is not None:  # between a house and what it is at
            start, end = outer.up, (outer.x, outer.y)
        else:
            inner = by_node.get(low)
            if inner is None or high != low + proxies or not inner.dots:
                continue
            start, end = (inner.x, inner.y), inner.dots[int(row["op"]) % len(inner.dots)]
        way = (t - float(row["t"])) / max(1e-12, float(row["due"] - row["t"]))
        way = way if src == low else 1 - way  # from the one above outwards
        found.append((start[0] + (end[0] - start[0]) * way, start[1] + (end[1] - start[1]) * way))
    return found


def paint(painter: QPainter, theme: Theme, stood: Sequence[Stand], selected: int | None, room: Room) -> None:
    """All houses, with their lines and names."""
    for one in stood:
        _line(painter, theme, one)
    for one in stood:
        _house(painter, theme, one, one.node == selected)
        _name(painter, theme, one, room)


def _above(house: House, found: Mapping[int, Stand], shown: Figures) -> tuple[float, float, float, float] | None:
    """The place of what it is at, how far from there its line ends, and the radius it is sized by."""
    if house.at < len(shown.names):
        x, y = shown.centres[house.at].tolist()
        return x, y, float(shown.rims[house.at]), float(shown.radii[house.at])
    other = found.get(house.at)
    return None if other is None else (other.x, other.y, 1.5 * other.half, other.half / SIZE)


def _beside(
    above: tuple[float, float, float], half: float, taken: Sequence[tuple[float, float, float]],
    size: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """The direction with the most room; of several the first from the right, clockwise."""
    x0, y0, rim = above
    best, most = (x0, y0), -1e18
    for turn in range(TURNS):
        angle = 2 * pi * turn / TURNS
        reach = rim + FAR * half
        x, y = x0 + reach * cos(angle), y0 + reach * sin(angle)
        room = min(
            (hypot(x - other[0], y - other[1]) - other[2] for other in taken if (other[0], other[1]) != (x0, y0)),
            default=1e6,
        )
        inside = min(x, y, size[0] - x, size[1] - y) - 3.5 * half
        value = min(room, 3 * half, inside) + 0.05 * min(room, 500.0)
        if value > most + 1e-6:
            best, most = (x, y), value
    return best


def _customers(x: float, y: float, half: float, angle: float, people: int) -> tuple[tuple[float, float], ...]:
    """On an arc on the far side, one more for each doubling."""
    if people <= 0:
        return ()
    count = min(7, 1 + round(log2(people)))
    angles = [angle + (i - (count - 1) / 2) * 0.36 for i in range(count)]
    return tuple((x + 2.1 * half * cos(each), y + 2.1 * half * sin(each)) for each in angles)


def _line(painter: QPainter, theme: Theme, one: Stand) -> None:
    line = QLineF(*one.up, one.x, one.y)
    if not one.cut:
        painter.setPen(QPen(theme.link, 1.6))
        painter.drawLine(line)
        return
    pen = QPen(mix(theme.map, theme.stale, 0.75), 1.4)
    pen.setDashPattern([2.0, 2.5])
    painter.setPen(pen)
    painter.drawLine(line)
    length = max(1.0, line.length())
    middle = line.pointAt(max(0.0, 0.5 - 0.5 * one.half / length))
    arm = max(3.5, 0.28 * one.half)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.map)
    painter.drawEllipse(middle, 1.7 * arm, 1.7 * arm)
    painter.setPen(QPen(theme.stale, 2.0))
    for side in (-1, 1):
        painter.drawLine(middle + QPointF(-arm, -side * arm), middle + QPointF(arm, side * arm))


def _house(painter: QPainter, theme: Theme, one: Stand, selected: bool) -> None:
    half = one.half
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.customer)
    for x, y in one.dots:
        painter.drawEllipse(QPointF(x, y), max(1.6, 0.13 * half), max(1.6, 0.13 * half))
    wall = QPolygonF(
        [QPointF(one.x + dx * half, one.y + dy * half)
         for dx, dy in ((0, -1.15), (1.08, -0.2), (0.8, -0.2), (0.8, 0.95), (-0.8, 0.95), (-0.8, -0.2), (-1.08, -0.2))]
    )  # fmt: skip
    if selected:
        painter.setBrush(mix(theme.map, theme.accent, 0.16))
        painter.setPen(QPen(theme.accent, 1.6))
        painter.drawEllipse(QPointF(one.x, one.y), 1.7 * half, 1.7 * half)
    line = QPen(theme.stale if one.cut else theme.node_line, 1.6)
    if one.cut:
        line.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(line)
    painter.setBrush(theme.node)
    painter.drawPolygon(wall)
    if one.look.store:
        colour = theme.stale if one.look.stale else theme.regime(one.look.code).colour
        own = one.look.store == "L" and not one.look.removed
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if own else theme.node)
        painter.drawEllipse(QPointF(one.x, one.y + 0.3 * half), 0.34 * half, 0.34 * half)


def _name(painter: QPainter, theme: Theme, one: Stand, room: Room) -> None:
    line = font("small")
    metrics = QFontMetricsF(line)
    texts = [metrics.elidedText(one.name, Qt.TextElideMode.ElideMiddle, WIDTH)]
    texts += ["crashed" if one.down else "cut off"] if one.cut else []
    texts += (
        [one.look.texts[0 if one.look.removed else -1]] if one.look.store and one.look.texts and not one.cut else []
    )
    width, height = max(map(metrics.horizontalAdvance, texts)) + 6, metrics.height()
    tall = height * len(texts)
    if abs(one.x - one.up[0]) < abs(one.y - one.up[1]):  # beside its line, which comes from above or below
        area = QRectF(one.x + 1.2 * one.half + 3, one.y - tall / 2, width, tall)
    else:
        area = QRectF(one.x - width / 2, one.y + 1.05 * one.half + 1, width, tall)
    room.take(area.x(), area.y(), area.width(), area.height())
    bed = theme.map.toRgb()
    bed.setAlphaF(0.78)
    painter.setFont(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(bed)
    painter.drawRoundedRect(area, 4, 4)
    for i, text in enumerate(texts):
        painter.setPen(theme.text if i == 0 else theme.stale_text if one.cut or one.look.stale else theme.muted)
        painter.drawText(QRectF(area.x(), area.y() + i * height, width, height), CENTRED, text)
