"""Messages that were under way and did not arrive, because a provider crashed, a link was cut or a session ended.

Rules: no Qt. A fold over the Lost events of a trace. A message ends where it was when its way was cut; it is known as
lost from then on, and shown there for a moment.
"""

import numpy as np

from p4lab.core.events import Lost, Sent
from p4lab.trace import Trace
from p4lab.world import World

FIELDS = np.dtype([("end", "<f8"), ("id", "<u4"), ("src", "<i4"), ("dst", "<i4"), ("code", "u1"), ("way", "<f8")])


class Losses:
    """Of one trace. `follow` it before asking."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._seen = 0
        self._rows: list[tuple[float, int, int, int, int, float]] = []
        self._table = np.empty(0, FIELDS)

    def follow(self) -> None:
        """Take what the world has seen since."""
        if self._seen == self._world.seen:
            return
        for record in self._trace.slice(self._seen, self._world.seen).records:
            if isinstance(record, Lost) and 0 < record.message <= len(self._trace):
                sent = self._trace[record.message - 1]
                if isinstance(sent, Sent):
                    self._rows.append(self._row(sent))
        self._seen = self._world.seen

    def _row(self, sent: Sent) -> tuple[float, int, int, int, int, float]:
        end = self._world.states.stopped(sent.src, sent.dst, sent.t, sent.due)
        way = (end - sent.t) / max(sent.due - sent.t, 1e-12)
        return end, sent.id, sent.src, sent.dst, sent.code, min(1.0, max(0.0, way))

    @property
    def any(self) -> bool:
        """Whether there are some, at any time."""
        return bool(self._rows)

    def between(self, start: float, end: float) -> np.ndarray:
        """Those that came to their end in (start, end], as FIELDS; way: how far they had come, 0..1."""
        table = self._all()
        first, last = np.searchsorted(table["end"], [start, end], side="right")
        return table[first:last]

    def gone(self, ids: np.ndarray, t: float) -> np.ndarray:
        """Whether each of these messages had come to its end by t."""
        table = self._all()
        if not len(table):
            return np.zeros(len(ids), bool)
        return np.isin(ids, table["id"][: int(np.searchsorted(table["end"], t, side="right"))])

    def _all(self) -> np.ndarray:
        if len(self._table) < len(self._rows):
            self._table = np.sort(np.array(self._rows, FIELDS), order=["end", "id"])
        return self._table
