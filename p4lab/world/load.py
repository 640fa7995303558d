"""How much each link carried lately.

Rules: both directions of a link together; what passes between a customer and its provider is no link.
"""

import numpy as np

from p4lab.core.messages import ACCESS
from p4lab.world.traced import Rows


def link_load(trace: Rows, t: float, window: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows (a, b), a < b, of the links over which something was sent in (t - window, t], and how many bytes."""
    rows = trace.rows(trace.rows_at(t - window), trace.rows_at(t))
    between = rows["code"] < ACCESS
    src, dst, size = (rows[field][between].astype(np.int64) for field in ("src", "dst", "size"))
    low, high = np.minimum(src, dst), np.maximum(src, dst)
    side = int(high.max()) + 1 if len(high) else 1
    if side <= 1024:
        loads = np.bincount(low * side + high, weights=size)
        links = np.flatnonzero(loads)
        loads = loads[links]
    else:  # a square of so many providers would be larger than what it counts
        links, place = np.unique(low * side + high, return_inverse=True)
        loads = np.bincount(place, weights=size)
    return np.column_stack(np.divmod(links, side)), loads
