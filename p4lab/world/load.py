"""How much each link carried lately.

Rules: both directions of a link together; what passes between a customer and its provider is no link.
"""

from typing import Protocol

import numpy as np

from p4lab.core.messages import ACCESS


class Rows(Protocol):
    """The message rows of a trace, in order of time."""

    def rows_at(self, t: float) -> int:
        """How many rows were written at or before t."""

    def rows(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows start..stop."""


def link_load(trace: Rows, t: float, window: float) -> dict[tuple[int, int], float]:
    """Bytes sent over each link (a, b), a < b, in the window (t - window, t]; silent links left out."""
    rows = trace.rows(trace.rows_at(t - window), trace.rows_at(t))
    rows = rows[rows["code"] < ACCESS]
    src, dst = rows["src"].astype(np.int64), rows["dst"].astype(np.int64)
    low, high = np.minimum(src, dst), np.maximum(src, dst)
    side = int(high.max()) + 1 if len(high) else 0
    if side <= 1024:
        loads = np.bincount(low * side + high, weights=rows["size"])
        links = np.flatnonzero(loads)
        loads = loads[links]
    else:  # a square of so many providers would be larger than what it counts
        links, place = np.unique(low * side + high, return_inverse=True)
        loads = np.bincount(place, weights=rows["size"])
    return {(link // side, link % side): load for link, load in zip(links.tolist(), loads.tolist(), strict=True)}
