"""Where providers stand: from coordinates on earth, from positions in the scenario, or laid out automatically.

Rules: no Qt. Points are in a unit box, x to the right and y down. Equal input gives equal places. A box with earth
coordinates keeps its proportions (`aspect`); any other is stretched to fill what it is drawn in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from p4lab.scenario.model import Provider
from p4lab.topology.places import MAP_ASPECT, beside_neighbours, drawn_together, earth, part, ring, sunflower
from ui.canvas.trees import hang

RING = 40  # up to so many stand on a ring: every line of a full mesh is then seen
FORCE = 400  # above, a sunflower is as good where nothing can be told apart


@dataclass(frozen=True)
class Layout:
    """points: one row (x, y) per provider. aspect: width by height, None = whatever there is."""

    points: np.ndarray
    aspect: float | None = None


def place(providers: Sequence[Provider], links: Iterable[tuple[int, int]], hosts: np.ndarray | None = None) -> Layout:
    """Places for all providers. links: pairs of indices, which draw together what has no place of its own.

    hosts: by provider the one that is drawn for it, None = everybody is drawn.
    """
    count = len(providers)
    index = {provider.name: i for i, provider in enumerate(providers)}
    parents = {i: None if row.parent is None else index[row.parent] for i, row in enumerate(providers)}
    tops = [i for i in range(count) if parents[i] is None]
    number = {node: i for i, node in enumerate(tops)}
    edges = [(number[a], number[b]) for a, b in links if a in number and b in number]
    on_earth = [i for i, provider in enumerate(providers) if provider.geo is not None]
    points = np.full((count, 2), np.nan)
    if on_earth:
        points[on_earth] = earth(np.array([providers[i].geo for i in on_earth], float))
    else:
        points[tops] = automatic(len(tops), edges)
    for i, provider in enumerate(providers):
        if provider.position is not None:
            points[i] = provider.position
    points[tops] = beside_neighbours(points[tops], edges)
    fixed = [i for i, provider in enumerate(providers) if provider.position is not None]
    free = not on_earth and 2 * len(number.keys() & set(fixed)) < max(1, len(tops))  # some were only moved by hand
    points = hang(points, parents, np.arange(count) if hosts is None else hosts, free, fixed)
    if not on_earth:
        return Layout(points)
    return Layout(part(points, MAP_ASPECT, fixed), MAP_ASPECT)


def automatic(count: int, edges: list[tuple[int, int]]) -> np.ndarray:
    """A ring of up to `RING`, above that drawn together by the links."""
    if count == 0:
        return np.empty((0, 2))
    if count <= 2:
        return np.array([[0.5, 0.5]] if count == 1 else [[0.1, 0.5], [0.9, 0.5]])
    if count <= RING:
        return ring(count)
    full = len(edges) > 0.9 * count * (count - 1) / 2  # then no link says more than another
    if count > FORCE or full:
        return sunflower(count)
    return drawn_together(count, edges)


def spacing(points: np.ndarray) -> np.ndarray:
    """The distance of each point to the nearest other one; inf where there is none."""
    if len(points) < 2:
        return np.full(len(points), np.inf)
    nearest = np.full(len(points), np.inf)
    for start in range(0, len(points), 512):
        block = points[start : start + 512]
        distance = np.hypot(block[:, None, 0] - points[None, :, 0], block[:, None, 1] - points[None, :, 1])
        distance[np.arange(len(block)), np.arange(start, start + len(block))] = np.inf
        nearest[start : start + 512] = distance.min(axis=1)
    return nearest
