"""Where providers stand: from coordinates on earth, from positions in the scenario, or laid out automatically.

Rules: no Qt. Points are in a unit box, x to the right and y down. Equal input gives equal places. A box with earth
coordinates keeps its proportions (`aspect`); any other is stretched to fill what it is drawn in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, radians

import networkx
import numpy as np

from p4lab.scenario.model import Provider
from ui.canvas.trees import hang

RING = 40  # up to so many stand on a ring: every line of a full mesh is then seen
FORCE = 400  # above, networkx wants scipy and seconds; a spiral is as good where nothing can be told apart
MAP_ASPECT = 1.75  # of the box that earth coordinates are fitted into, about that of the map's pane
APART = 0.011  # the least distance, of the box's height: nodes in the same town stand beside each other
SEED = 7
GOLDEN = pi * (3 - 5**0.5)  # the angle between two seeds of a sunflower


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


def earth(geo: np.ndarray) -> np.ndarray:
    """Longitudes and latitudes, equirectangular with the cosine of the middle latitude, fitted into the map's box."""
    longitude, latitude = _unwrapped(geo[:, 0]), geo[:, 1]
    middle = (latitude.min() + latitude.max()) / 2
    x, y = longitude * max(0.05, cos(radians(middle))), -latitude
    size = max((x.max() - x.min()) / MAP_ASPECT, y.max() - y.min())
    if size == 0:
        return np.full((len(geo), 2), 0.5)
    x, y = x - (x.min() + x.max()) / 2, y - (y.min() + y.max()) / 2
    return np.column_stack([0.5 + x / (size * MAP_ASPECT), 0.5 + y / size])


def automatic(count: int, edges: list[tuple[int, int]]) -> np.ndarray:
    """A ring of up to `RING`, above that drawn together by the links."""
    if count == 0:
        return np.empty((0, 2))
    if count <= 2:
        return np.array([[0.5, 0.5]] if count == 1 else [[0.1, 0.5], [0.9, 0.5]])
    if count <= RING:
        return _ring(count)
    full = len(edges) > 0.9 * count * (count - 1) / 2  # then no link says more than another
    if count > FORCE or full:
        rank = np.arange(count)
        return _spiral(rank)
    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    found = networkx.spring_layout(graph, seed=SEED, iterations=60, k=1.6 / count**0.5)
    return _boxed(np.array([found[i] for i in range(count)]))


def beside_neighbours(points: np.ndarray, edges: list[tuple[int, int]]) -> np.ndarray:
    """`points` with those that are missing (nan) put between their neighbours, or at the lower edge."""
    points = points.copy()
    neighbours: dict[int, list[int]] = {int(i): [] for i in np.flatnonzero(np.isnan(points[:, 0]))}
    for a, b in edges:
        for one, other in ((a, b), (b, a)):
            if one in neighbours:
                neighbours[one].append(other)
    for turn, (node, near) in enumerate(neighbours.items()):
        placed = [other for other in near if not np.isnan(points[other, 0])]
        angle = turn * GOLDEN
        offset = 0.05 * np.array([np.cos(angle), np.sin(angle)])
        points[node] = points[placed].mean(axis=0) + offset if placed else (0.02 + (0.06 * turn) % 0.96, 1.0)
    return np.clip(points, 0.0, 1.0) if neighbours else points


def part(points: np.ndarray, aspect: float, fixed: Sequence[int] = ()) -> np.ndarray:
    """`points` with those closer than `APART` pushed apart, the `fixed` ones excepted."""
    if not 1 < len(points) <= 1500:
        return points
    scale = np.array([aspect, 1.0])
    moved = points * scale
    sideways = 1e-6 * (_spiral(np.arange(len(moved))) - 0.5)  # what lies on one spot has no direction to part in
    for _ in range(12):
        delta = moved[:, None, :] - moved[None, :, :] + sideways[:, None, :] - sideways[None, :, :]
        distance = np.hypot(delta[..., 0], delta[..., 1])
        close = (distance < APART) & ~np.eye(len(moved), dtype=bool)
        if not close.any():
            break
        push = np.where(close, (APART * 1.02 - distance) / 2 / np.maximum(distance, 1e-12), 0.0)
        step = (delta * push[..., None]).sum(axis=1)
        step[list(fixed)] = 0.0
        moved = moved + step
    return np.clip(moved / scale, 0.0, 1.0)


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


def _unwrapped(longitude: np.ndarray) -> np.ndarray:
    """Longitudes that run on over the date line, cut where the widest gap is."""
    order = np.sort(longitude % 360)
    gaps = np.diff(np.append(order, order[0] + 360))
    west = order[(int(np.argmax(gaps)) + 1) % len(order)]
    return (longitude % 360 - west) % 360


def _ring(count: int) -> np.ndarray:
    """From the top, clockwise, with equal ways between neighbours on an ellipse of the map's proportions."""
    angle = np.linspace(0, 2 * pi, 2001) - pi / 2
    x, y = np.cos(angle), np.sin(angle)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x) * MAP_ASPECT, np.diff(y)))])
    at = np.interp(np.arange(count) * way[-1] / count, way, angle)
    return np.round(0.5 + 0.5 * np.column_stack([np.cos(at), np.sin(at)]), 6)


def _spiral(rank: np.ndarray) -> np.ndarray:
    radius = 0.5 * np.sqrt((rank + 0.5) / len(rank))
    return 0.5 + np.column_stack([radius * np.cos(rank * GOLDEN), radius * np.sin(rank * GOLDEN)])


def _boxed(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / np.maximum(high - low, 1e-9)
