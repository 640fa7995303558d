"""How much each link carried lately, each way.

Rules: what passes between a customer and its provider is no link.
"""

import numpy as np

from p4lab.core.messages import ACCESS
from p4lab.world.traced import Rows


def link_load(trace: Rows, t: float, window: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows (source, target) of the ways on which something was sent in (t - window, t], and how many bytes."""
    rows = trace.rows(trace.rows_at(t - window), trace.rows_at(t))
    between = rows["code"] < ACCESS
    src, dst, size = (rows[field][between].astype(np.int64) for field in ("src", "dst", "size"))
    side = int(max(src.max(), dst.max())) + 1 if len(src) else 1
    if side <= 1024:
        loads = np.bincount(src * side + dst, weights=size)
        ways = np.flatnonzero(loads)
        loads = loads[ways]
    else:  # a square of so many providers would be larger than what it counts
        ways, place = np.unique(src * side + dst, return_inverse=True)
        loads = np.bincount(place, weights=size)
    return np.column_stack(np.divmod(ways, side)), loads
