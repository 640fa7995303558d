"""When each get was answered and by which copy: what the map needs to show first answers, late ones and stale ones.

Rules: no Qt. A fold over the finished operations of a trace, which keeps their order and what the world does not say.
"""

from array import array
from bisect import bisect_right

import numpy as np

from p4lab.core.events import GetFinished, PutFinished, Stored
from p4lab.trace import Trace
from p4lab.world import World

FIELDS = np.dtype([("t", "<f8"), ("node", "<i4"), ("op", "<i8"), ("get", "?")])
NOBODY, UNKNOWN = -1, -2
PIECE = 8_192  # Events read at a time


class Answers:
    """Of one trace. `follow` it before asking."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._seen = 0
        self._ops, self._nodes, self._gets = array("I"), array("H"), array("b")  # in the order of the answers
        self._sources: dict[int, int] = {}  # by op that was stale: whose copy it was, once asked about

    def follow(self) -> None:
        """Take what the world has seen since."""
        while self._seen < self._world.seen:
            stop = min(self._seen + PIECE, self._world.seen)
            ends = self._world.op_end()
            for record in self._trace.slice(self._seen, stop).records:
                if isinstance(record, (GetFinished, PutFinished)):
                    op = record.op
                    if 0 < op < len(ends) and ends[op] == record.t:
                        self._ops.append(op)
                        self._nodes.append(record.node)
                        self._gets.append(isinstance(record, GetFinished))
            self._seen = stop
        stale = self._world.stale_reads()["op"][len(self._sources) :]
        self._sources |= dict.fromkeys(stale.tolist(), UNKNOWN)

    def between(self, start: float, end: float) -> np.ndarray:
        """What was answered in (start, end], in order of time, as FIELDS."""
        ends = self._world.op_end()
        some = slice(*(bisect_right(self._ops, t, key=ends.__getitem__) for t in (start, end)))
        found = np.empty(len(self._ops[some]), FIELDS)
        found["op"], found["node"], found["get"] = self._ops[some], self._nodes[some], self._gets[some]
        found["t"] = ends[found["op"]]
        return found

    def done(self, ops: np.ndarray, t: float) -> np.ndarray:
        """Whether each of `ops` had been answered before t."""
        ends = self._world.op_end()
        return (ops < len(ends)) & (ends[np.minimum(ops, len(ends) - 1)] < t)

    def was_stale(self, op: int) -> bool:
        """Whether the answer to a get was not the newest."""
        return op in self._sources

    def stale_sources(self, ops: np.ndarray) -> np.ndarray:
        """For each of `ops` the provider whose copy made its answer stale, or NOBODY."""
        return np.array([self._source(op) for op in ops.tolist()], np.int64)

    def _source(self, op: int) -> int:
        source = self._sources.get(op, NOBODY)
        if source == UNKNOWN:
            found = self._world.op(op)
            copy = found.copy if found is not None else 0
            event = self._trace[copy - 1] if 0 < copy <= len(self._trace) else None
            source = self._sources[op] = event.node if isinstance(event, Stored) else NOBODY
        return source
