"""Ways to place many in a unit box: on a ring, on earth, drawn together by their links, parted where they are close.

Rules: arrays of rows (x, y), x to the right and y down; equal input gives equal places; nothing here knows a scenario.
"""

from collections.abc import Iterable, Sequence
from math import cos, pi, radians

import numpy as np

MAP_ASPECT = 1.75  # of the box that earth coordinates are fitted into, about that of the map's pane
APART = 0.011  # the least distance, of the box's height: nodes in the same town stand beside each other
GOLDEN = pi * (3 - 5**0.5)  # the angle between two seeds of a sunflower
STEPS = 60  # of drawing together
SMALL = 1500  # beyond it, comparing everybody with everybody takes longer than a person waits


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


def ring(count: int) -> np.ndarray:
    """From the top, clockwise, with equal ways between neighbours."""
    return np.round(on_ring(np.arange(count) / max(1, count)), 6)


def on_ring(shares: np.ndarray) -> np.ndarray:
    """Places on an ellipse of the map's proportions, by the share of the way round."""
    angle = np.linspace(0, 2 * pi, 2001) - pi / 2
    x, y = np.cos(angle), np.sin(angle)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x) * MAP_ASPECT, np.diff(y)))])
    at = np.interp(shares * way[-1], way, angle)
    return 0.5 + 0.5 * np.column_stack([np.cos(at), np.sin(at)])


def sunflower(count: int) -> np.ndarray:
    """Evenly over a disc, from its middle outwards."""
    rank = np.arange(count)
    radius = 0.5 * np.sqrt((rank + 0.5) / max(1, count))
    return 0.5 + np.column_stack([radius * np.cos(rank * GOLDEN), radius * np.sin(rank * GOLDEN)])


def drawn_together(count: int, edges: Sequence[tuple[int, int]]) -> np.ndarray:
    """By the links: whoever is linked stands close, everybody pushes everybody else away (Fruchterman and Reingold).

    It begins where the two slowest waves of the graph have it (its Laplacian's eigenvectors), which puts a ring on a
    ring at once. networkx has the same forces, begins anywhere, and wants scipy above 500 nodes.
    """
    if count < 3:
        return boxed(ring(count)) if count else np.empty((0, 2))
    a, b = (np.array([edge[end] for edge in edges], int) for end in (0, 1))
    points = boxed(_waves(count, a, b)) + 0.05 * (sunflower(count) - 0.5)
    x, y = np.ascontiguousarray(points[:, 0] * MAP_ASPECT), np.ascontiguousarray(points[:, 1])
    k = (MAP_ASPECT / count) ** 0.5  # the distance at which both forces are equal
    for step in range(STEPS):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        push = k * k / (dx * dx + dy * dy + 1e-6)
        fx, fy = (dx * push).sum(axis=1), (dy * push).sum(axis=1)
        ex, ey = x[a] - x[b], y[a] - y[b]
        pull = np.hypot(ex, ey) / k
        for end, sign in ((a, -1), (b, 1)):
            fx += sign * np.bincount(end, ex * pull, count)
            fy += sign * np.bincount(end, ey * pull, count)
        fx, fy = fx + (x.mean() - x) * k, fy + (y.mean() - y) * k  # what has no link drifts away otherwise
        most = 0.1 * (1 - step / STEPS)
        size = np.maximum(np.hypot(fx, fy), 1e-12)
        shift = np.minimum(size, most) / size
        x, y = x + fx * shift, y + fy * shift
    return boxed(np.column_stack([x, y]))


def beside_neighbours(points: np.ndarray, edges: Iterable[tuple[int, int]]) -> np.ndarray:
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


def part(points: np.ndarray, aspect: float, fixed: Sequence[int] = (), apart: float = APART) -> np.ndarray:
    """`points` with those closer than `apart` pushed apart, the `fixed` ones excepted."""
    if not 1 < len(points) <= SMALL:
        return points
    scale = np.array([aspect, 1.0])
    moved = points * scale
    sideways = 1e-6 * (sunflower(len(moved)) - 0.5)  # what lies on one spot has no direction to part in
    for _ in range(12):
        delta = moved[:, None, :] - moved[None, :, :] + sideways[:, None, :] - sideways[None, :, :]
        distance = np.hypot(delta[..., 0], delta[..., 1])
        close = (distance < apart) & ~np.eye(len(moved), dtype=bool)
        if not close.any():
            break
        push = np.where(close, (apart * 1.02 - distance) / 2 / np.maximum(distance, 1e-12), 0.0)
        step = (delta * push[..., None]).sum(axis=1)
        step[list(fixed)] = 0.0
        moved = moved + step
    return np.asarray(np.clip(moved / scale, 0.0, 1.0))


def boxed(points: np.ndarray) -> np.ndarray:
    """Stretched to fill the box; what has no extent stands in its middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    return np.where(high - low > 1e-9, (points - low) / np.maximum(high - low, 1e-9), 0.5)


def _waves(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    laplacian = np.zeros((count, count))
    laplacian[a, b] = laplacian[b, a] = -1.0
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    found = np.linalg.eigh(laplacian)[1][:, 1:3]
    signs = np.sign(found[np.abs(found).argmax(axis=0), [0, 1]])  # an eigenvector has none of its own
    return np.asarray(found * np.where(signs == 0, 1.0, signs))


def _unwrapped(longitude: np.ndarray) -> np.ndarray:
    """Longitudes that run on over the date line, cut where the widest gap is."""
    order = np.sort(longitude % 360)
    gaps = np.diff(np.append(order, order[0] + 360))
    west = order[(int(np.argmax(gaps)) + 1) % len(order)]
    return np.asarray((longitude % 360 - west) % 360)
