"""From provider to provider by keys: where an arrow leads.

Rules: a function of the figures and the lines; no Qt events.
"""

from math import atan2, hypot, pi

import numpy as np
from PySide6.QtCore import Qt

from ui.canvas.figures import Figures

ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


def towards(shown: Figures, pairs: np.ndarray, node: int, dx: int, dy: int) -> int | None:
    """The provider that an arrow key leads to: near in that direction, along a peering before any other."""
    peers = {b if a == node else a for a, b in pairs.tolist() if node in (a, b)}
    x, y = shown.centres[node]
    best, found = float("inf"), None
    for other in shown.seen:
        ox, oy = shown.centres[other].tolist()
        distance = hypot(ox - x, oy - y)
        turn = abs((atan2(oy - y, ox - x) - atan2(dy, dx) + pi) % (2 * pi) - pi)
        if other == node or turn > pi * 0.42:
            continue
        cost = distance * (1 + 2 * turn) * (1 if other in peers else 1.6)
        if cost < best - 0.01:  # of two that are alike the first
            best, found = cost, other
    return found
