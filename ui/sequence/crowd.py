"""Counting where there are more messages in sight than arrows could be drawn: how many each lane sent and received.

Rules: no Qt. A chunk of the trace that is full never changes: it is counted once for a choice of messages, in slices of
time, and what was counted is kept. Both sides of a message are counted when it was sent.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from p4lab.trace import CHUNK, Trace
from ui.sequence.axis import TIME

BINS = 256  # of a chunk; fewer where there are so many lanes that the counts would take more room than the messages
CELLS = 40_000  # bins of a chunk times lanes
Mask = Callable[[np.ndarray], np.ndarray]


class Counted:
    """One chunk: from low to high on the axis, `counts` by side (0 sent, 1 received), lane and bin."""

    def __init__(self, low: float, high: float, counts: np.ndarray, total: int) -> None:
        self.low, self.high, self.counts, self.total = low, high, counts, total


class Crowd:
    """The counts of one choice; another `key` forgets them."""

    def __init__(self) -> None:
        self._key: object = None
        self._chunks: dict[int, Counted] = {}

    def count(
        self, trace: Trace, key: object, mask: Mask, lane_of: np.ndarray, mode: str, low: float, high: float,
        first: int, last: int, bins: int, budget: float,
    ) -> tuple[np.ndarray, int, float]:  # fmt: skip
        """Counts by side, lane and bin of [low, high), of rows first..last; how many; the share counted."""
        if key != self._key:
            self._key = key
            self._chunks.clear()
        lanes = int(lane_of.max(initial=-1)) + 1
        found = np.zeros((2, lanes, bins), np.int64)
        total, done = 0, first
        end = perf_counter() + budget
        while done < last:
            chunk = done // CHUNK
            stop = min((chunk + 1) * CHUNK, last)
            if done % CHUNK == 0 and stop - done == CHUNK:
                if chunk not in self._chunks:
                    if perf_counter() > end:
                        break
                    self._chunks[chunk] = _counted(trace.rows(done, stop), mask, lane_of, lanes, mode)
                total += _laid(found, self._chunks[chunk], low, high)
            else:
                rows = trace.rows(done, stop)
                rows = rows[mask(rows)]
                place = np.floor((_places(rows, mode) - low) / (high - low) * bins).astype(np.int64)
                inside = (place >= 0) & (place < bins)
                _add(found, rows[inside], place[inside], lane_of)
                total += int(inside.sum())
            done = stop
        return found, total, (done - first) / max(last - first, 1)


def _counted(rows: np.ndarray, mask: Mask, lane_of: np.ndarray, lanes: int, mode: str) -> Counted:
    low, high = _places(rows[[0, -1]], mode).tolist()
    high = max(high, low + 1e-9)
    bins = min(BINS, max(16, CELLS // max(lanes, 1)))
    rows = rows[mask(rows)]
    counts = np.zeros((2, lanes, bins), np.int64)
    place = np.minimum(((_places(rows, mode) - low) / (high - low) * bins).astype(np.int64), bins - 1)
    _add(counts, rows, place, lane_of)
    return Counted(low, high, counts.astype(np.uint32), len(rows))


def _places(rows: np.ndarray, mode: str) -> np.ndarray:
    return rows["t"] if mode == TIME else rows["id"].astype(float)


def _add(counts: np.ndarray, rows: np.ndarray, place: np.ndarray, lane_of: np.ndarray) -> None:
    _, lanes, bins = counts.shape
    for side, end in enumerate(("src", "dst")):
        cell = lane_of[rows[end]] * bins + place
        counts[side] += np.bincount(cell, minlength=lanes * bins).reshape(lanes, bins)


def _laid(found: np.ndarray, chunk: Counted, low: float, high: float) -> int:
    """Add a chunk's bins to those they lie in; how many messages that were."""
    count = chunk.counts.shape[2]
    middles = chunk.low + (np.arange(count) + 0.5) / count * (chunk.high - chunk.low)
    place = np.floor((middles - low) / (high - low) * found.shape[2]).astype(np.int64)
    inside = (place >= 0) & (place < found.shape[2])
    for bin_ in np.unique(place[inside]).tolist():
        found[:, :, bin_] += chunk.counts[:, :, place == bin_].sum(axis=2, dtype=np.int64)
    return int(chunk.counts[0][:, inside].sum())
