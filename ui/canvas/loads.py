"""What each peering carried lately, each way, counted a few times per window and not once a frame.

Rules: no Qt. A function of (trace, t, pace); the last count is kept. What is counted ends at a whole step of time, so
that going back to a moment shows the same widths.
"""

from dataclasses import dataclass
from math import log2

import numpy as np

from p4lab.trace import Trace
from p4lab.world import World

WINDOW = 2.0  # s of the run, or what passes in half a second of the viewer's where that is more
PER_WINDOW = 16  # counts, where there are few links; a quarter of that where there are many
MANY = 500  # a mesh of 33: to paint so many lines anew takes a frame
_KEY = np.array([1 << 16, 1])  # of a pair: nodes have 16 bits


@dataclass(frozen=True, eq=False)
class Loads:
    """What was sent in the last `window` seconds. pairs: those that were asked about.

    carried: bytes by pair, from the first of each to the second in one row, and back in another.
    """

    carried: np.ndarray
    window: float
    pairs: np.ndarray


class Counter:
    """Of one trace and one list of pairs."""

    def __init__(self, trace: Trace, world: World, pairs: np.ndarray) -> None:
        self._trace, self._world, self._pairs = trace, world, pairs
        there = pairs.astype(np.int64) @ _KEY
        keys = np.concatenate([there, pairs[:, ::-1].astype(np.int64) @ _KEY])
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._last: tuple[tuple[float, float], Loads] | None = None

    def at(self, t: float, factor: float) -> Loads:
        """The loads at t; the same object until they are counted anew."""
        window = max(WINDOW, factor / 2)
        step = 2.0 ** round(log2(window / (PER_WINDOW if len(self._keys) < 2 * MANY else PER_WINDOW / 4)))
        asked = t // step * step, window
        if self._last is None or self._last[0] != asked:
            self._last = asked, Loads(self._count(*asked), window, self._pairs)
        return self._last[1]

    def _count(self, t: float, window: float) -> np.ndarray:
        ends, loads = self._world.link_load(self._trace, t, window)
        carried = np.zeros(len(self._keys))
        if len(carried) and len(loads):
            keys = ends @ _KEY
            place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            known = self._keys[place] == keys
            carried[self._order[place[known]]] = loads[known]
        return carried.reshape(2, -1)
