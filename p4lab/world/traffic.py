"""What one provider, or one link, has sent and received by a time: messages and bytes by kind, by neighbour, by fate.

Rules: pure functions of (trace, t). The rows of a provider are picked out of the trace once, when it is first asked
about, and as the trace grows; a question adds up a prefix of them. A message is received when it is due, unless it was
lost; what is under way is neither. What the network doubled nobody sent, but it is received.
"""

from math import nan

import msgspec
import numpy as np

from p4lab.core.messages import ACCESS, FETCH, FETCHR, GETQ, GETR
from p4lab.world.fold import World
from p4lab.world.traced import Rows

LOST, DUPLICATE, CORRUPT = 1, 2, 4  # fates of a row, as a trace writes them
PIECE = 65_536  # rows read at once: a trace hands out so many without copying
_MINE = np.dtype(
    [("t", "<f8"), ("due", "<f8"), ("id", "<u4"), ("op", "<u4"), ("size", "<u4"), ("peer", "<i4"), ("code", "u1"),
     ("status", "u1"), ("fate", "u1"), ("out", "?")]
)  # fmt: skip


class Way(msgspec.Struct, frozen=True):
    """One direction. rate: bytes per second in the window asked about; flying: under way now; lost: for good.

    latency: of the last that has arrived, nan where none has.
    """

    messages: int = 0
    size: int = 0
    rate: float = 0.0
    flying: int = 0
    lost: int = 0
    doubled: int = 0
    corrupt: int = 0
    latency: float = nan


class Both(msgspec.Struct, frozen=True):
    """Between a provider and `peer`, or of one kind of message `code`; -1 where it does not say."""

    sent: int
    sent_size: int
    received: int
    received_size: int
    peer: int = -1
    code: int = -1


class Answered(msgspec.Struct, frozen=True):
    """What a provider was asked by others, and what it said, by the status of its replies. open: not answered yet."""

    asked: int
    hit: int
    miss: int
    refused: int
    other: int

    @property
    def open(self) -> int:
        """How many were not answered."""
        return max(0, self.asked - self.hit - self.miss - self.refused - self.other)


class Traffic:
    """The messages of one run, provider by provider."""

    def __init__(self, trace: Rows, world: World) -> None:
        self._trace, self._world = trace, world
        self._kept: dict[int, tuple[int, np.ndarray]] = {}  # rows read, and which of them are a provider's
        self._lost = np.empty((0, 2))  # when, and which message
        self._ended = 0

    def kinds(self, node: int, t: float) -> list[Both]:
        """By kind of message, in the order of their codes; what passes with its customers too."""
        rows = self._upto(node, t)
        return self._counted(rows, t, rows["code"].astype(np.int64), "code")

    def neighbours(self, node: int, t: float) -> dict[int, Both]:
        """By whom it was sent to or came from; customers not counted."""
        rows = self._upto(node, t)
        rows = rows[rows["code"] < ACCESS]
        return {each.peer: each for each in self._counted(rows, t, rows["peer"].astype(np.int64), "peer")}

    def answered(self, node: int, t: float) -> Answered:
        """What it has answered for other providers."""
        rows = self._upto(node, t)
        asked = self._arrived(rows[np.isin(rows["code"], (GETQ, FETCH)) & ~rows["out"]], t)
        said = rows[np.isin(rows["code"], (GETR, FETCHR)) & rows["out"] & (rows["fate"] & DUPLICATE == 0)]
        counts = np.bincount(said["status"], minlength=5)
        hit, miss, refused = int(counts[1]), int(counts[2]), int(counts[4])
        return Answered(len(asked), hit, miss, refused, len(said) - hit - miss - refused)

    def way(self, src: int, dst: int, t: float, window: float = 1.0) -> Way:
        """What went from one provider to another by t."""
        rows = self._upto(src, t)
        rows = rows[rows["out"] & (rows["peer"] == dst)]
        if not len(rows):
            return Way()
        lost = self._is_lost(rows, t)
        recent = rows["t"] > t - window
        come = rows[~lost & (rows["due"] <= t)]
        own = rows["fate"] & DUPLICATE == 0
        return Way(
            messages=int(own.sum()),
            size=int(rows["size"][own].sum()),
            rate=float(rows["size"][recent & own].sum()) / window,
            flying=int((~lost & (rows["due"] > t)).sum()),
            lost=int(lost.sum()),
            doubled=int((~own).sum()),
            corrupt=int((rows["fate"] & CORRUPT > 0).sum()),
            latency=float(come["due"][-1] - come["t"][-1]) if len(come) else nan,
        )

    def flying(self, a: int, b: int, t: float) -> np.ndarray:
        """The rows under way between two providers at t, either way, as they were kept for `a`."""
        rows = self._upto(a, t)
        under_way: np.ndarray = rows[(rows["peer"] == b) & (rows["due"] > t)]
        return np.asarray(under_way[~self._is_lost(under_way, t)])

    def _counted(self, rows: np.ndarray, t: float, by: np.ndarray, what: str) -> list[Both]:
        """Rows added up by a small number each has."""
        if not len(rows):
            return []
        out, size = rows["out"] & (rows["fate"] & DUPLICATE == 0), rows["size"]
        come = ~rows["out"] & (rows["due"] <= t) & ~self._is_lost(rows, t)
        counts = [np.bincount(by, weights=part) for part in (out, out * size, come, come * size)]
        sums = np.array(counts, np.int64)
        there = np.flatnonzero(np.bincount(by))
        return [Both(*sums[:, each].tolist(), **{what: each}) for each in there.tolist()]

    def _arrived(self, rows: np.ndarray, t: float) -> np.ndarray:
        return np.asarray(rows[(rows["due"] <= t) & ~self._is_lost(rows, t)])

    def _is_lost(self, rows: np.ndarray, t: float) -> np.ndarray:
        """Which of the rows are known at t not to arrive."""
        lost: np.ndarray = rows["fate"] & LOST > 0
        under_way = self._world.lost
        if len(under_way) > self._ended:
            more = [(event.t, event.message) for event in under_way[self._ended :]]
            self._lost = np.concatenate([self._lost, np.array(more)])
            self._ended = len(under_way)
        if len(self._lost):
            gone = self._lost[: int(np.searchsorted(self._lost[:, 0], t, side="right")), 1]
            lost = lost | np.isin(rows["id"], gone)
        return lost

    def _upto(self, node: int, t: float) -> np.ndarray:
        """A provider's rows written at or before t."""
        read, mine = self._kept.get(node, (0, np.empty(0, _MINE)))
        stop = self._trace.rows_at(t)
        if read < stop:
            parts = [mine]
            while read < stop:
                upto = min(stop, (read // PIECE + 1) * PIECE)
                parts.append(_picked(self._trace.rows(read, upto), node))
                read = upto
            mine = np.concatenate(parts)
            self._kept[node] = read, mine
        return np.asarray(mine[: int(np.searchsorted(mine["t"], t, side="right"))])


def _picked(rows: np.ndarray, node: int) -> np.ndarray:
    some = rows[(rows["src"] == node) | (rows["dst"] == node)]
    found = np.empty(len(some), _MINE)
    for field in ("t", "due", "id", "op", "size", "code", "status", "fate"):
        found[field] = some[field]
    found["out"] = some["src"] == node
    found["peer"] = np.where(found["out"], some["dst"], some["src"])
    return found
