"""The copies of one name: who held which version from when to when, and what each provider would have answered with.

Rules: fed with the Stored and Dropped events of one name in order. A copy counts in [start, end): it ends when it
expires, is replaced in its store, or is dropped. Stores: L own, S subtree, R replica, C cached, P pointer.
"""

from bisect import bisect_left
from collections.abc import Iterable
from math import inf

import msgspec
import numpy as np

from p4lab.core.events import Crashed, Dropped, Gone, Restarted, Stored
from p4lab.core.history import History

STORES = "LSRCP"
Filed = Stored | Dropped | Crashed | Restarted | Gone


class Holding(msgspec.Struct, frozen=True):
    """What one store of one provider holds of a name at a time. entries: how many, of an unauthenticated name.

    until: when it expires, None = never; ttl: how long that was when it was stored. behind: versions, or entries.
    event: the Stored event (the newest of the entries); regime: its word, "mixed" where entries have several.
    """

    node: int
    store: str
    seq: int
    since: float
    until: float | None
    ttl: float | None
    behind: int
    entries: int
    event: int
    regime: str
    deleted: bool = False  # it is a tombstone


class Segment(msgspec.Struct, frozen=True):
    """From start to end, `node` would have answered with this. end: inf where nothing known ends it.

    A pointer (store P) counts with the version that it announces, where no copy here is as new: a get would fetch it.
    """

    node: int
    start: float
    end: float
    store: str
    seq: int
    entries: int
    event: int


class Copies:
    """Intervals of one name, in the order of their start, and the lanes made of them."""

    def __init__(self, nid: bytes) -> None:
        self._nid = nid
        self._events: list[Stored] = []
        self._start = np.empty(16)
        self._end = np.empty(16)
        self._open: dict[tuple[int, str, str], int] = {}  # (node, store, entry) -> its last interval
        self._lanes: dict[int, _Lane] = {}

    def feed(self, events: Iterable[Filed]) -> None:
        """Take the next events of this name, and the crashes and restarts of those who hold it."""
        for event in events:
            if isinstance(event, Crashed | Restarted | Gone):
                self._power(event)
                continue
            place = self._open.pop((event.node, event.store, event.entry), None)
            if place is not None and event.t < self._end[place]:
                self._end[place] = event.t
            lane = self._lanes.setdefault(event.node, _Lane(event.node))
            lane.settle(event.t)
            if isinstance(event, Dropped):
                lane.active.pop((event.store, event.entry), None)
                continue
            self._open[event.node, event.store, event.entry] = len(self._events)
            self._append(event)
            lane.active[event.store, event.entry] = event

    def _power(self, event: Crashed | Restarted | Gone) -> None:
        """A provider that is down answers nothing, and what it had only cached is gone for good (section 5.12).

        Of one that has left all is gone.
        """
        lane = self._lanes.get(event.node)
        if lane is None:
            return
        left = isinstance(event, Gone)
        lane.settle(event.t)
        lane.down = isinstance(event, Crashed | Gone)
        for key in [key for key in self._open if key[0] == event.node and (key[1] == "C" or left)]:
            place = self._open.pop(key)
            self._end[place] = min(self._end[place], event.t)
            lane.active.pop((key[1], key[2]), None)

    def _append(self, event: Stored) -> None:
        count = len(self._events)
        if count == len(self._start):
            self._start = np.concatenate([self._start, np.empty(count)])
            self._end = np.concatenate([self._end, np.empty(count)])
        self._start[count], self._end[count] = event.t, _until(event)
        self._events.append(event)

    def holdings(self, t: float, history: History) -> list[Holding]:
        """What each store of each provider holds at t, in order of node and preference."""
        count = len(self._events)
        found: dict[tuple[int, int], list[Stored]] = {}
        for place in np.flatnonzero((self._start[:count] <= t) & (t < self._end[:count])).tolist():
            event = self._events[place]
            found.setdefault((event.node, STORES.find(event.store)), []).append(event)
        judged: dict[tuple[int, str, tuple[str, ...]], int] = {}  # most hold the same
        return [self._holding(found[key], t, history, judged) for key in sorted(found)]

    def steady(self, t: float) -> tuple[float, float]:
        """From when to when, around t, nothing of this name begins or ends."""
        count = len(self._events)
        turns = np.concatenate([self._start[:count], self._end[:count]])
        past = turns <= t
        return float(turns[past].max(initial=-inf)), float(turns[~past].min(initial=inf))

    def _holding(
        self, held: list[Stored], t: float, history: History, judged: dict[tuple[int, str, tuple[str, ...]], int]
    ) -> Holding:
        best = max(held, key=lambda event: (event.seq, event.digest, event.t, event.id))
        first = min(held, key=_until)
        entries = tuple(event.entry for event in held if event.entry)
        read = best.seq, best.digest, entries
        if read not in judged:
            judged[read] = history.judge(self._nid, *read, t)[0]
        return Holding(
            node=best.node,
            store=best.store,
            seq=best.seq,
            since=best.t,
            until=first.until,
            ttl=None if first.until is None else first.until - first.t,
            behind=judged[read],
            entries=len(entries),
            event=best.id,
            regime=best.regime if len({event.regime for event in held}) == 1 else "mixed",
            deleted=best.deleted,
        )

    def lanes(self, since: float) -> list[Segment]:
        """What each provider would have answered with from `since` on, in order of node and start."""
        return [segment for node in sorted(self._lanes) for segment in self._lanes[node].segments(since)]


class _Lane:
    """One provider's lane. `done` is settled: events to come are later and cannot change it."""

    def __init__(self, node: int) -> None:
        self.active: dict[tuple[str, str], Stored] = {}  # by (store, entry)
        self.down = False
        self._node = node
        self._done: list[Segment] = []
        self._since = 0.0

    def segments(self, since: float) -> list[Segment]:
        found = self._done[bisect_left(self._done, since, key=_end) :]
        for segment in self._until(inf):
            _join(found, segment)
        return found

    def settle(self, t: float) -> None:
        """Nothing changes before t but by expiry."""
        for segment in self._until(t):
            _join(self._done, segment)
        self._since = t
        for key in [key for key, event in self.active.items() if _until(event) <= t]:
            del self.active[key]

    def _until(self, t: float) -> list[Segment]:
        """Segments from `since` to t, as what is active expires."""
        found: list[Segment] = []
        if self.down:
            return found
        start = self._since
        while start < t:
            held = [event for event in self.active.values() if start < _until(event)]
            if not held:
                break
            end = min(t, *map(_until, held))
            segment, deleted = _answer(self._node, start, end, held)
            if not deleted:  # a tombstone ends what there was to answer with
                found.append(segment)
            start = end
        return found


def _answer(node: int, start: float, end: float, held: list[Stored]) -> tuple[Segment, bool]:
    """What a provider with these copies would answer: the newest, a copy before a pointer; of a set, the union.

    And whether that is a tombstone.
    """
    newest = max((event.seq, event.digest) for event in held)
    best = min(
        (event for event in held if (event.seq, event.digest) == newest),
        key=lambda event: (STORES.find(event.store), -event.id),
    )
    entries = len({event.entry for event in held if event.entry})
    return Segment(node, start, end, best.store, best.seq, entries, best.id), best.deleted


def _join(segments: list[Segment], segment: Segment) -> None:
    """Append, as one with the last where nothing but time differs."""
    last = segments[-1] if segments else None
    if last is not None and last.end == segment.start and _what(last) == _what(segment):
        segments[-1] = msgspec.structs.replace(last, end=segment.end)
    else:
        segments.append(segment)


def _what(segment: Segment) -> tuple[str, int, int, int]:
    return segment.store, segment.seq, segment.entries, segment.event


def _end(segment: Segment) -> float:
    return segment.end


def _until(event: Stored) -> float:
    return inf if event.until is None else event.until
