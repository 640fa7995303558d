"""How large each provider is drawn at its place, what of its name fits inside, and where its customers sit.

Rules: nothing is painted here; positions and sizes in logical pixels. A radius grows gently with the number of
customers and shrinks where it is crowded, so the same map zoomed in shows more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, log2, log10, pi, sin

import numpy as np
from PySide6.QtGui import QFont, QFontMetricsF

from ui.canvas.layout import spacing
from ui.theme import font

FULL = 46.0  # radius of a provider with 100 customers where there is room, at the usual text size
TEXT = 0.6  # of that: smaller discs have no name inside
CUSTOMERS = 0.42  # smaller ones show no customers
MINI = 0.26  # smaller ones are dots
LEAST = 3.5
SHARE = 0.34  # of the usual distance between neighbours that a radius takes
RING = 0.155  # of the radius: how far the ring lies outside the disc, its width included
DOTS_APART = 24.0  # degrees between two customers
MOST_INSIDE = 0.6  # of the names, or all of them stand outside
SMALLEST_NAME = 0.8  # of the usual size, before a name goes outside


@dataclass(frozen=True, eq=False)
class Figures:
    """Every provider as it stands on the map. outward: the angle away from the others.

    name_sizes: of the name inside the disc, against the usual size; 0 = it stands outside. hosts: by provider the one
    that it is folded into, or itself; who is folded has the place and the size of its host. -1: it is not drawn.
    """

    names: tuple[str, ...]
    customers: tuple[int, ...]
    centres: np.ndarray
    radii: np.ndarray
    outward: np.ndarray
    name_sizes: tuple[float, ...]
    unit: float  # the full radius at this text size
    hosts: np.ndarray

    @cached_property
    def seen(self) -> list[int]:
        """The providers that are drawn."""
        return np.flatnonzero(self.hosts == np.arange(len(self.hosts))).tolist()

    @cached_property
    def rims(self) -> np.ndarray:
        """Where links and messages begin."""
        return self.radii * (1 + RING) + 2.0

    def share(self, node: int) -> float:
        """The radius against the full one."""
        return float(self.radii[node]) / self.unit

    def at(self, x: float, y: float) -> int | None:
        """The provider under a point of the window."""
        distance = np.hypot(self.centres[:, 0] - x, self.centres[:, 1] - y) - np.maximum(self.rims, 9.0)
        distance[self.hosts < 0] = np.inf
        node = int(np.argmin(distance)) if len(distance) else -1
        return int(self.hosts[node]) if node >= 0 and distance[node] <= 0 else None

    def customer_places(self, node: int) -> list[tuple[float, float]]:
        """Dots on an arc, one more for each doubling of the customers; none where they could not be told apart."""
        people = self.customers[node] if self.hosts[node] == node else 0
        if people <= 0 or self.share(node) < CUSTOMERS:
            return []
        radius = float(self.radii[node])
        reach = radius * (1 + RING) + max(8.0, 0.27 * radius)
        middle = float(self.outward[node])
        if not self.name_sizes[node]:
            middle = -pi / 2 + 0.5 * cos(middle)  # above: the name is below
        count = min(14, 1 + round(1.05 * log2(people)))
        angles = [middle + (i - (count - 1) / 2) * DOTS_APART * pi / 180 for i in range(count)]
        x, y = self.centres[node].tolist()
        return [(x + reach * cos(angle), y + reach * sin(angle)) for angle in angles]

    @cached_property
    def customer_dots(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where the customers of all sit: of each provider its first row of the last array, and how many rows."""
        places = [self.customer_places(node) for node in range(len(self.names))]
        count = np.array([len(each) for each in places], np.int64)
        dots = [dot for each in places for dot in each]
        return np.cumsum(count) - count, count, np.array(dots, float).reshape(-1, 2)


def figures(
    names: Sequence[str],
    customers: Sequence[int],
    centres: np.ndarray,
    scale: float,
    most: float = np.inf,
    hosts: np.ndarray | None = None,
) -> Figures:
    """Sizes for these places. scale: of the text. most: the largest usual radius that the map has room for."""
    if hosts is None:
        return _all(names, customers, centres, scale, most)
    everybody = np.arange(len(hosts))
    seen = np.flatnonzero(hosts == everybody).tolist()
    if not seen:
        return replace(_all(names, customers, centres, scale, most), hosts=hosts)
    drawn = _all([names[node] for node in seen], [customers[node] for node in seen], centres[seen], scale, most)
    place = np.zeros(len(hosts), np.int64)
    place[seen] = np.arange(len(seen))
    of = place[np.maximum(hosts, 0)]  # of each provider its host's place among those that are drawn
    sizes = np.zeros(len(hosts))
    sizes[seen] = drawn.name_sizes
    return replace(
        drawn,
        names=tuple(names),
        customers=tuple(customers),
        centres=np.where((hosts < 0)[:, None], centres, drawn.centres[of]),
        radii=drawn.radii[of],
        outward=drawn.outward[of],
        name_sizes=tuple(sizes.tolist()),
        hosts=hosts,
    )


def _all(names: Sequence[str], customers: Sequence[int], centres: np.ndarray, scale: float, most: float) -> Figures:
    unit, count = FULL * scale, len(names)
    near = spacing(centres)
    typical = float(np.median(near)) if count > 1 else np.inf
    growth = np.array([1 + 0.08 * log10(max(1, people) / 100) for people in customers])
    radii = min(unit, most, SHARE * typical) * np.clip(growth, 0.84, 1.2)
    radii = np.clip(np.minimum(radii, (near / 2 - 4) / (1 + RING)), LEAST, 1.2 * unit)
    away = centres - (centres.mean(axis=0) if count else 0.0)
    outward = np.where(np.hypot(away[:, 0], away[:, 1]) < 8, -pi / 2, np.arctan2(away[:, 1], away[:, 0]))
    sizes = tuple(_name_size(name, radius, unit) for name, radius in zip(names, radii.tolist(), strict=True))
    if np.count_nonzero(sizes) < MOST_INSIDE * count:  # a few inside among many outside would look like a difference
        sizes = (0.0,) * count
    return Figures(tuple(names), tuple(customers), centres, radii, outward, sizes, unit, np.arange(count))


def chord(radius: float, above: float) -> float:
    """How wide a text may be in a disc when its far edge lies `above` pixels from the middle."""
    return 1.92 * max(0.0, radius * radius - above * above) ** 0.5


def sized(line: QFont, size: float) -> QFont:
    """The same font, `size` times as large."""
    line.setPointSizeF(line.pointSizeF() * size)
    return line


def _name_size(name: str, radius: float, unit: float) -> float:
    if radius < TEXT * unit:
        return 0.0
    metrics = QFontMetricsF(font("heading"))
    room = chord(radius, metrics.height() * 0.85)
    size = round(min(1.0, radius / unit, room / max(1.0, metrics.horizontalAdvance(name))), 1)  # a few sizes look calm
    return size if size >= SMALLEST_NAME else 0.0
