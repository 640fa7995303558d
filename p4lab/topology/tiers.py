"""A forest in tiers: tops above, children in the band below their parent, each subtree in a column of its own.

Rules: as in `places.py`. Many children without children stand in a block of several lines; nobody stands on anybody.
"""

from collections.abc import Mapping
from math import ceil, sqrt

import numpy as np

ABREAST = 8  # leaves of one parent that stand in one line


def tiers(count: int, parents: Mapping[int, int]) -> np.ndarray:
    """Places for all. parents: of each child."""
    root = count  # above all tops, and not drawn
    below: list[list[int]] = [[] for _ in range(count + 1)]
    for node in range(count):
        below[parents.get(node, root)].append(node)
    order, depth = [root], [0] * (count + 1)
    for node in order:  # it grows while it is walked: everybody comes after their parent
        order += below[node]
        for child in below[node]:
            depth[child] = depth[node] + 1
    leaves = [[child for child in children if not below[child]] for children in below]
    columns = [abreast(len(each)) for each in leaves]
    wide = [1] * (count + 1)
    lines = [1] * (max(depth) + 2)  # of each band
    for node in reversed(order):
        if below[node]:
            wide[node] = columns[node] + sum(wide[child] for child in below[node] if below[child])
            band = depth[node] + 1
            lines[band] = max(lines[band], ceil(len(leaves[node]) / max(1, columns[node])))
    upper = np.cumsum([0, *(each + 1 for each in lines[1:])])  # a line of room between bands
    points = np.zeros((count + 1, 2))
    left = [0] * (count + 1)
    for node in order:
        edge, y = left[node], upper[depth[node]]
        for child in below[node]:
            if below[child]:
                left[child] = edge
                points[child] = edge + wide[child] / 2, y
                edge += wide[child]
        for place, leaf in enumerate(leaves[node]):
            line, column = divmod(place, columns[node])
            points[leaf] = edge + column + 0.5, y + line
    low, high = points[:count].min(axis=0, initial=0.0), points[:count].max(axis=0, initial=0.0)
    return np.column_stack([points[:count, 0] / max(1, wide[root]), points[:count, 1] / max(1.0, high[1] - low[1])])


def abreast(leaves: int) -> int:
    """How many leaves of one parent stand side by side: all of a few, of many a block twice as wide as high."""
    return leaves if leaves <= ABREAST else max(ABREAST, ceil(sqrt(2 * leaves)))
