"""When each get was answered and by which copy: what the map needs to show first answers, late ones and stale ones.

Rules: no Qt. A fold over the finished operations of a trace, kept in columns; whether an answer was stale is looked up
when it is first asked about, and kept.
"""

from array import array
from bisect import bisect_right

import numpy as np

from p4lab.core.events import GetFinished, PutFinished, Stored
from p4lab.trace import Trace
from p4lab.world import World

FIELDS = np.dtype([("t", "<f8"), ("node", "<i4"), ("op", "<i8"), ("get", "?")])
NOBODY, UNKNOWN, LOST_COPY = -1, -2, -3  # it was not stale; not known yet; it was, and nobody knows by whose copy
PIECE = 8_192  # Events read at a time


class Answers:
    """Of one trace. `follow` it before asking."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._seen = 0
        self._times, self._nodes, self._ops, self._gets = array("d"), array("i"), array("q"), array("b")
        self._done = np.full(1024, np.inf)  # by op; the last place stays free, ops beyond are read there
        self._sources = np.full(1024, UNKNOWN, np.int32)  # by op: whose copy made its answer stale, once asked about

    def follow(self) -> None:
        """Take what the world has seen since."""
        while self._seen < self._world.seen:
            stop = min(self._seen + PIECE, self._world.seen)
            for record in self._trace.slice(self._seen, stop).records:
                if isinstance(record, (GetFinished, PutFinished)):
                    self._take(record)
            self._seen = stop

    def between(self, start: float, end: float) -> np.ndarray:
        """What was answered in (start, end], in order of time, as FIELDS."""
        some = slice(bisect_right(self._times, start), bisect_right(self._times, end))
        columns = self._times[some], self._nodes[some], self._ops[some], self._gets[some]
        found = np.empty(len(columns[0]), FIELDS)
        for field, column in zip(FIELDS.names or (), columns, strict=True):
            found[field] = column
        return found

    def done(self, ops: np.ndarray, t: float) -> np.ndarray:
        """Whether each of `ops` had been answered before t."""
        return self._done[np.minimum(ops, len(self._done) - 1)] < t

    def was_stale(self, op: int) -> bool:
        """Whether the answer to a get was not the newest."""
        self._make_room(op)
        if self._sources[op] == UNKNOWN:
            self._sources[op] = self._judge(op)
        return bool(self._sources[op] not in (UNKNOWN, NOBODY))

    def stale_sources(self, ops: np.ndarray) -> np.ndarray:
        """For each of `ops` the provider whose copy made its answer stale, or NOBODY."""
        known = np.minimum(ops, len(self._done) - 1)
        new = known[(self._sources[known] == UNKNOWN) & (self._done[known] < np.inf)]
        for op in np.unique(new).tolist():
            self._sources[op] = self._judge(op)
        return np.maximum(self._sources[known], NOBODY).astype(np.int64)

    def _take(self, record: GetFinished | PutFinished) -> None:
        self._times.append(record.t)
        self._nodes.append(record.node)
        self._ops.append(record.op)
        self._gets.append(isinstance(record, GetFinished))
        self._make_room(record.op)
        self._done[record.op] = record.t

    def _make_room(self, op: int) -> None:
        """For what is kept of this operation, and one place more."""
        if op >= len(self._done) - 1:
            more = 2 * op + 2 - len(self._done)
            self._done = np.concatenate([self._done, np.full(more, np.inf)])
            self._sources = np.concatenate([self._sources, np.full(more, UNKNOWN, np.int32)])

    def _judge(self, op: int) -> int:
        """Whose copy made its answer stale."""
        found = self._world.op(op)
        if found is None or found.finished is None:
            return UNKNOWN
        if not found.lag:
            return NOBODY
        copy = self._trace[found.copy - 1] if 0 < found.copy <= len(self._trace) else None
        return copy.node if isinstance(copy, Stored) else LOST_COPY
