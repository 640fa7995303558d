"""Running quantiles of latency, as lines: at each place those of the gets answered shortly before it.

Rules: numpy only. The places lie on a grid that depends on the stretch shown alone, so that a line does not tremble
while it grows; what is known of a place never changes, so it is worked out once.
"""

from bisect import bisect_right

import numpy as np

STEPS = 120  # places over the stretch shown
WINDOW = 12  # the gets of this many steps before a place count there
ENOUGH = 2_000  # gets that tell the quantiles of more


class Quantiles:
    """shares: of the gets, that are at most as slow."""

    def __init__(self, shares: tuple[float, ...]) -> None:
        self._shares = np.array(shares)
        self._stretch = (0.0, 0.0)
        self._values = np.empty((len(shares), 0))
        self._known = 0  # places worked out, from the left

    def forget(self) -> None:
        """Another run."""
        self._stretch = (0.0, 0.0)

    def lines(self, gets: np.ndarray, low: float, high: float, playhead: float) -> tuple[np.ndarray, np.ndarray]:
        """The places up to the playhead, and a row of seconds for each share; NaN where no get is near.

        gets: those answered by the playhead, in order of t, with their latency.
        """
        step = (high - low) / STEPS
        at = low + step * np.arange(STEPS + 1)
        if (low, high) != self._stretch:
            self._stretch, self._known = (low, high), 0
            self._values = np.full((len(self._shares), len(at)), np.nan)
        stop = int(np.searchsorted(at, playhead, side="right"))
        if stop > self._known:
            self._work_out(gets, at[self._known : stop], step * WINDOW)
        return at[:stop], self._values[:, :stop]

    def _work_out(self, gets: np.ndarray, at: np.ndarray, window: float) -> None:
        t = gets["t"]
        for place, moment in enumerate(at.tolist(), self._known):
            first, last = bisect_right(t, moment - window), bisect_right(t, moment)
            if first < last:
                near = np.sort(gets["latency"][first : last : max(1, (last - first) // ENOUGH)])
                rank = self._shares * (len(near) - 1)
                below = rank.astype(np.int64)
                above = np.minimum(below + 1, len(near) - 1)
                self._values[:, place] = near[below] + (near[above] - near[below]) * (rank - below)
        self._known += len(at)
