"""When each get was answered and by which copy: what the map needs to show first answers, late ones and stale ones.

Rules: no Qt. A fold over the finished operations of a trace; whether an answer was stale is looked up when it is first
asked about, and kept.
"""

from bisect import bisect_right

import numpy as np

from p4lab.core.events import GetFinished, PutFinished, Stored
from p4lab.trace import Trace
from p4lab.world import World

FIELDS = np.dtype([("t", "<f8"), ("node", "<i4"), ("op", "<i8"), ("get", "?")])
NOBODY, UNKNOWN = -1, -2


class Answers:
    """Of one trace. `follow` it before asking."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._seen = 0
        self._rows: list[tuple[float, int, int, bool]] = []
        self._times: list[float] = []
        self._done = np.full(1024, np.inf)  # by op; the last place stays free, ops beyond are read there
        self._judged: dict[int, tuple[bool, int]] = {}  # by op: whether it was stale, and whose copy that was
        self._sources = np.full(1024, UNKNOWN, np.int64)  # by op: whose copy made its answer stale

    def follow(self) -> None:
        """Take what the world has seen since."""
        if self._seen == self._world.seen:
            return
        for record in self._trace.slice(self._seen, self._world.seen).records:
            if isinstance(record, (GetFinished, PutFinished)):
                self._rows.append((record.t, record.node, record.op, isinstance(record, GetFinished)))
                self._times.append(record.t)
                if record.op >= len(self._done) - 1:
                    self._done = np.concatenate([self._done, np.full(2 * record.op + 2 - len(self._done), np.inf)])
                self._done[record.op] = record.t
        self._seen = self._world.seen

    def between(self, start: float, end: float) -> np.ndarray:
        """What was answered in (start, end], in order of time, as FIELDS."""
        first, last = bisect_right(self._times, start), bisect_right(self._times, end)
        return np.array(self._rows[first:last], FIELDS)

    def done(self, ops: np.ndarray, t: float) -> np.ndarray:
        """Whether each of `ops` had been answered before t."""
        return self._done[np.minimum(ops, len(self._done) - 1)] < t

    def was_stale(self, op: int) -> bool:
        """Whether the answer to a get was not the newest."""
        return self._judge(op)[0]

    def stale_sources(self, ops: np.ndarray) -> np.ndarray:
        """For each of `ops` the provider whose copy made its answer stale, or NOBODY."""
        if len(self._sources) < len(self._done):
            more = np.full(len(self._done) - len(self._sources), UNKNOWN, np.int64)
            self._sources = np.concatenate([self._sources, more])
        known = np.minimum(ops, len(self._done) - 1)
        new = known[(self._sources[known] == UNKNOWN) & (self._done[known] < np.inf)]
        for op in np.unique(new).tolist():
            self._sources[op] = self._judge(op)[1]
        found: np.ndarray = self._sources[known]
        return np.where(found == UNKNOWN, NOBODY, found)

    def _judge(self, op: int) -> tuple[bool, int]:
        known = self._judged.get(op)
        if known is not None:
            return known
        found = self._world.op(op)
        if found is None or found.finished is None:
            return False, NOBODY
        stale = bool(found.lag)
        copy = self._trace[found.copy - 1] if stale and found.copy else None
        self._judged[op] = stale, copy.node if isinstance(copy, Stored) else NOBODY
        return self._judged[op]
