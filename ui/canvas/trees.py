"""Where children stand: in rows below all tops, or, where tops have places of their own, below their parent.

Rules: no Qt. Points in the unit box of `layout`, y down; equal input gives equal places. Only providers that are drawn
need room; who is folded away gets the place of its host.
"""

from math import ceil, sqrt

import numpy as np

from p4lab.topology.tiers import abreast
from ui.canvas.forest import Parents, by_depth

BANDS = {1: 0.52, 2: 0.42}  # of the height that the tops keep, by the depth below them; deeper: LEAST_BAND
LEAST_BAND = 0.34
BELOW, ASIDE = 0.2, 0.11  # of the box, from a parent that has a place of its own, and between its children


def hang(points: np.ndarray, parents: Parents, hosts: np.ndarray, in_rows: bool, fixed: list[int]) -> np.ndarray:
    """`points` with those that are missing (nan) filled in. in_rows: tops but the `fixed` may move up to make room."""
    points = points.copy()
    order = by_depth(len(points), parents)
    drawn = [node for node in order if hosts[node] == node]
    missing = [node for node in drawn if np.isnan(points[node, 0])]
    if missing and in_rows:
        given = points[fixed]
        _rows(points, parents, drawn)
        points[fixed] = given
    for node in missing:
        if np.isnan(points[node, 0]):
            parent = parents.get(node)
            mine = [other for other in missing if parents.get(other) == parent]
            _below(points, points[parent] if parent is not None else np.array([0.5, 0.5]), mine)
    for node in order:
        if hosts[node] != node:
            points[node] = points[hosts[node]]
    return points


def _rows(points: np.ndarray, parents: Parents, drawn: list[int]) -> None:
    """Each subtree in a column of its own, in the order of their tops from the left, a row for each level."""
    below: dict[int, list[int]] = {node: [] for node in drawn}
    depth = dict.fromkeys(drawn, 0)
    for node in drawn:
        parent = parents.get(node)
        while parent is not None and parent not in below:  # who left a folded subtree stands below what is drawn of it
            parent = parents.get(parent)
        if parent is not None:
            below[parent].append(node)
            depth[node] = depth[parent] + 1
    deepest = max(depth.values())
    wide = dict.fromkeys(drawn, 1.0)
    for node in reversed(drawn):
        if below[node]:
            leaves = [child for child in below[node] if not below[child]]
            wide[node] = max(1.0, abreast(len(leaves)) + sum(wide[child] for child in below[node] if below[child]))
    tops = [node for node in drawn if depth[node] == 0]
    band = BANDS.get(deepest, LEAST_BAND)
    points[tops, 1] *= band
    row = (1 - band) / deepest
    rooted = sorted((node for node in tops if below[node]), key=lambda node: (points[node, 0], points[node, 1]))
    unit = 1 / sum(wide[node] for node in rooted)
    left: dict[int, float] = {}
    edge = 0.0
    for node in rooted:
        left[node] = edge
        edge += wide[node] * unit
    for node in drawn:
        if not below[node]:
            continue
        edge = left[node]
        leaves = [child for child in below[node] if not below[child]]
        columns = abreast(len(leaves))
        free = wide[node] - columns - sum(wide[child] for child in below[node] if below[child])
        edge += free / 2 * unit
        y = band + row * (depth[node] + 0.65)
        lines = max(1, ceil(len(leaves) / max(1, columns)))
        for place, leaf in enumerate(leaves):
            line = place // columns
            lower = 0.0 if lines == 1 else (line / (lines - 1) - 0.35) * 0.62 * row
            points[leaf] = edge + (place % columns + 0.5) * unit, y + lower
        edge += columns * unit
        for child in below[node]:
            if below[child]:
                left[child] = edge
                points[child] = edge + wide[child] * unit / 2, y
                edge += wide[child] * unit


def _below(points: np.ndarray, parent: np.ndarray, children: list[int]) -> None:
    """A block of rows under a parent that stands where it stands."""
    columns = max(1, min(len(children), ceil(sqrt(2.5 * len(children)))))
    lines = ceil(len(children) / columns)
    aside, down = min(ASIDE, 0.6 / columns), min(0.1, 0.4 / lines)
    for place, node in enumerate(children):
        line, column = divmod(place, columns)
        here = min(columns, len(children) - line * columns)
        points[node] = parent[0] + (column - (here - 1) / 2) * aside, parent[1] + BELOW + line * down
