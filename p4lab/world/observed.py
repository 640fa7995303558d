"""What one provider can observe of a run, and what of it stays hidden from it: the monitoring gap (paper, section 3.2).

Rules: an event can be observed by provider n at time t only if it is *incident* to n, which is:

* a message that n sent, from the moment it was sent; a message to n, from the moment it arrived (never if it was lost,
  or while it is under way). Its customers are among those whom n talks to. So a parent sees what passes it.
* what n's own customers asked and were answered, what n stored, dropped, refused or noticed, its own sessions, crashes,
  misbehaviour, and the data that it gave up; a customer's identity that came to it or left it.
* a peering, a parent or a link of its own, and that n itself and its children joined.

Not: that a message of its own was lost or doubled under way, a partition as such, organisations (a provider takes them
for customers), who else holds or asks for what, and whether an answer was stale, which is for a judge that sees
everything. Of the state at t it sees its own stores and who its neighbours are.
"""

from array import array
from bisect import bisect_right

import msgspec
import numpy as np

from p4lab.core.events import (
    Adopted,
    Attached,
    Blurred,
    Event,
    Healed,
    Housed,
    Joined,
    LinkChanged,
    Lost,
    Moved,
    Noted,
    Partitioned,
    Peered,
    Sent,
    Stored,
    Unpeered,
)  # fmt: skip
from p4lab.world.fold import World
from p4lab.world.traced import Trace

LOST, DUPLICATE = 1, 2  # fates of a row, as a trace writes them
PIECE = 65_536  # rows read at once: a trace hands out so many without copying


class Gap(msgspec.Struct, frozen=True):
    """What stays hidden. seen, all: events by t. unseen: by provider, the gets of n's own names that never asked n."""

    seen: int
    all: int
    unseen: dict[int, int]


def incident(event: Event, node: int, t: float, lost: frozenset[int] = frozenset()) -> bool:
    """Whether a provider can observe this event at t. lost: the ids of messages that were lost under way."""
    if event.t > t:
        return False
    match event:
        case Sent():
            arrived = event.due <= t and not event.lost and event.id not in lost
            return (event.src == node and not event.duplicate) or (event.dst == node and arrived)
        case Peered():
            return event.node == node or node in event.peers
        case Unpeered():
            return node in (event.node, event.peer)
        case Adopted():
            return node in (event.node, event.parent)
        case Joined():
            return node in (event.node, event.parent)
        case LinkChanged():
            return node in (event.a, event.b)
        case Moved():
            return node in (event.src, event.dst)
        case Attached():
            return event.provider == node
        case Partitioned() | Healed() | Noted() | Housed() | Lost() | Blurred():
            return False
    return getattr(event, "node", -1) == node


class Observed:
    """What each provider of one run can observe; asked about one at a time."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._node = -1
        self._read = 0  # records looked at
        self._times = array("d")  # of the records that are incident to the node
        self._homes: dict[bytes, float] = {}  # names that its customers have put, and since when
        self._lost = (0, frozenset[int]())

    def lost(self) -> frozenset[int]:
        """The messages that were lost under way."""
        events = self._world.lost
        if len(events) != self._lost[0]:
            self._lost = len(events), frozenset(event.message for event in events)
        return self._lost[1]

    def sees(self, event: Event, node: int, t: float) -> bool:
        """Whether a provider can observe an event at t."""
        return incident(event, node, t, self.lost())

    def rows(self, rows: np.ndarray, node: int, t: float) -> np.ndarray:
        """Which of these message rows a provider can observe at t."""
        come = (rows["dst"] == node) & (rows["due"] <= t) & (rows["fate"] & LOST == 0)
        lost = self.lost()
        if lost and come.any():
            come &= ~np.isin(rows["id"], np.fromiter(lost, np.int64, len(lost)))
        sent = (rows["src"] == node) & (rows["fate"] & DUPLICATE == 0)
        return np.asarray((rows["t"] <= t) & (sent | come))

    def gap(self, node: int, t: float, gets: np.ndarray) -> Gap:
        """How much is hidden at t. gets: rows with `t`, `node` and `op` of the gets answered, by time."""
        self._follow(node)
        stop = self._trace.rows_at(t)
        seen = bisect_right(self._times, t)
        asked: list[np.ndarray] = []
        for row in range(0, stop, PIECE):
            rows = self._trace.rows(row, min(stop, row + PIECE))
            mine = self.rows(rows, node, t)
            seen += int(mine.sum())
            asked.append(rows["op"][mine])
        known = np.unique(np.concatenate(asked)) if asked else np.empty(0, np.uint32)
        return Gap(seen, _events_by(self._trace, t), self._unseen(node, t, gets, known))

    def _unseen(self, node: int, t: float, gets: np.ndarray, known: np.ndarray) -> dict[int, int]:
        names = self._world.op_name()
        home = np.zeros(len(self._world.names) + 1, bool)
        for nid, since in self._homes.items():
            if since <= t and (place := self._world.place(nid)) is not None:
                home[place] = True
        gets = gets[(gets["t"] <= t) & (gets["node"] != node) & (gets["op"] < len(names))]
        own = home[names[gets["op"]]] if len(names) else np.zeros(len(gets), bool)
        hidden = gets[own & ~np.isin(gets["op"], known)]
        nodes, counts = np.unique(hidden["node"], return_counts=True)
        return dict(zip(nodes.tolist(), counts.tolist(), strict=True))

    def _follow(self, node: int) -> None:
        if node != self._node:
            self._node, self._read = node, 0
            self._times, self._homes = array("d"), {}
        while self._read < len(self._trace):
            stop = min(self._read + PIECE, len(self._trace))
            for event in self._trace.slice(self._read, stop).records:
                if incident(event, node, event.t):
                    self._times.append(event.t)
                    if isinstance(event, Stored) and event.store == "L":
                        self._homes.setdefault(event.nid, event.t)
            self._read = stop


def _events_by(trace: Trace, t: float) -> int:
    """How many Events happened at or before t."""
    low, high = 0, len(trace)
    while low < high:
        middle = (low + high) // 2
        if trace.time_of(middle) <= t:
            low = middle + 1
        else:
            high = middle
    return low
