"""What is left of the numbers for the eyes of one provider: its own customers' gets, unjudged, and its own messages.

Rules: no Qt; takes from what there is, never adds to it. What a provider sent counts when it was sent, what it was sent
when it came.
"""

import numpy as np

from p4lab.trace import Trace
from p4lab.world.observed import Observed
from ui.words import ACCESS


def own_gets(gets: np.ndarray, eyes: int | None) -> np.ndarray:
    """Those that a provider's own customers asked; whether an answer was stale it does not know."""
    if eyes is None:
        return gets
    found = gets[gets["node"] == eyes].copy()
    found["lag"], found["age"] = 0, 0.0
    return np.asarray(found)


class Eyes:
    """Counts of what one provider saw pass, of one run."""

    def __init__(self, trace: Trace, observed: Observed, node: int, until: float) -> None:
        self._trace, self._observed, self._node, self._until = trace, observed, node, until

    def counted(self, low: float, high: float, bins: int, weigh: bool = False) -> np.ndarray:
        """Messages, or their bytes, by code and by equal parts of [low, high)."""
        found = np.zeros((ACCESS, bins))
        for rows, place in self._placed(low, high, bins):
            weights = rows["size"] if weigh else None
            cells = rows["code"].astype(np.int64) * bins + place
            found += np.bincount(cells, weights, ACCESS * bins).reshape(ACCESS, bins)
        return found

    def sent_by(self, low: float, high: float, bins: int) -> np.ndarray:
        """Messages by sender and by equal parts of [low, high), as [node, part]."""
        parts = self._placed(low, high, bins)
        count = max((int(rows["src"].max(initial=0)) + 1 for rows, _ in parts), default=0)
        found = np.zeros((count, bins))
        for rows, place in parts:
            cells = rows["src"].astype(np.int64) * bins + place
            found += np.bincount(cells, minlength=count * bins).reshape(count, bins)
        return found

    def _placed(self, low: float, high: float, bins: int) -> list[tuple[np.ndarray, np.ndarray]]:
        trace, before = self._trace, float(np.nextafter(low, -1))
        rows = np.concatenate([trace.in_flight(before), trace.rows(trace.rows_at(before), trace.rows_at(high))])
        rows = rows[(rows["code"] < ACCESS) & self._observed.rows(rows, self._node, self._until)]
        when = np.where(rows["src"] == self._node, rows["t"], rows["due"])
        inside = (when >= low) & (when < high)
        place = np.minimum(((when[inside] - low) * (bins / (high - low))).astype(np.int64), bins - 1)
        return [(rows[inside], place)]
