"""What one provider has in its six stores at a time, over all names, and what the last event changed of it.

Rules: columns over `World.kept`, fed as it grows, so that a question about any time costs one look at numbers. A copy
counts in [start, end), as in `copies`. Of T, what is remembered against older versions, the events tell what it hid
here: tombstones, entries that were taken back, names that fell to get-broadcast; a mark that hid nothing leaves none.
"""

from collections.abc import Iterable
from math import inf

import msgspec
import numpy as np

from p4lab.core.events import Crashed, Dropped, Gone, Restarted, Stored
from p4lab.core.names import Regime
from p4lab.world.copies import Filed
from p4lab.world.fold import World

STORES = "LSRPCT"
WITHDRAWN = "withdrawn"  # how the reason begins why a copy of a name went that is get-broadcast now
_ROW = np.dtype(
    [("start", "<f8"), ("end", "<f8"), ("until", "<f8"), ("node", "<i4"), ("name", "<i4"), ("size", "<i4"),
     ("store", "u1")]
)  # fmt: skip
_WITHDRAW = (Regime.KEY.value, Regime.VALUE.value)


class Entry(msgspec.Struct, frozen=True):
    """What one store has of one name. entries: of a set, their identities. size: bytes of values, None: not known.

    since, event: of the newest that was stored; until: when the first of it expires, None = never; ttl: how long that
    was when it was stored. via: the neighbour it came from. deleted: it is a tombstone. changed: at the moment that
    was asked about; gone: why it went then, empty for what is there.
    """

    name: int
    store: str
    seq: int
    digest: str
    entries: tuple[str, ...]
    since: float
    until: float | None
    ttl: float | None
    via: int | None
    size: int | None
    event: int
    regime: str
    deleted: bool = False
    changed: bool = False
    gone: str = ""


class Total(msgspec.Struct, frozen=True):
    """One store: how many names, copies (entries of sets count one by one), and bytes of values as far as known."""

    store: str
    names: int
    copies: int
    size: int


class Stock:
    """The stores of every provider of one run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._fed = 0
        self._rows = np.empty(1024, _ROW)
        self._events: list[Stored | Dropped] = []  # aligned with the rows
        self._why: list[str] = []  # why each ended before its time
        self._open: dict[tuple[int, int, str, str], int] = {}  # (node, name, store, entry) -> its last row
        self._size_of: dict[int, int] = {}  # bytes of a copy, by its Stored event

    def at(self, node: int, t: float, moment: float = -1.0) -> list[Entry]:
        """What a provider has at t, store by store in their order; what changed at `moment` is marked so."""
        self._feed()
        rows = self._rows[: len(self._events)]
        mine = (rows["node"] == node) & (rows["start"] <= t)
        live = np.flatnonzero(mine & (t < rows["end"])).tolist()
        found: dict[tuple[int, int], list[int]] = {}
        for place in live:
            found.setdefault((int(rows["store"][place]), int(rows["name"][place])), []).append(place)
        there = [self._entry(found[key], moment) for key in sorted(found)]
        there_too = {(STORES.find(each.store), each.name) for each in there}
        went: dict[tuple[int, int], int] = {}
        for place in np.flatnonzero(mine & (rows["end"] == moment) & (moment == t)).tolist():
            key = int(rows["store"][place]), int(rows["name"][place])
            if self._why[place] and key not in there_too:  # what expired was ended by no event
                went[key] = place
        lost = [self._entry([place], moment, self._why[place]) for place in went.values()]
        return sorted([*there, *lost], key=lambda each: (STORES.find(each.store), each.name))

    def totals(self, node: int, t: float) -> list[Total]:
        """How much is in each store at t."""
        self._feed()
        rows = self._rows[: len(self._events)]
        rows = rows[(rows["node"] == node) & (rows["start"] <= t) & (t < rows["end"])]
        found = []
        for code, store in enumerate(STORES):
            some = rows[rows["store"] == code]
            found.append(Total(store, len(np.unique(some["name"])), len(some), int(np.maximum(some["size"], 0).sum())))
        return found

    def _feed(self) -> None:
        kept = self._world.kept
        for event in kept[self._fed :]:
            self._take(event)
        self._fed = len(kept)

    def _take(self, event: Filed) -> None:
        if isinstance(event, Crashed | Gone):  # what it had only cached is gone for good (protocol section 5.12)
            left = isinstance(event, Gone)
            for key in [key for key in self._open if key[0] == event.node and (key[2] == "C" or left)]:
                self._end(key, event.t, "it left" if left else "crashed")
            return
        if isinstance(event, Restarted):
            return
        name = self._world.place(event.nid)
        assert name is not None, "the world has numbered it"
        ended = self._end((event.node, name, event.store, event.entry), event.t, getattr(event, "why", ""))
        if isinstance(event, Dropped):
            if (event.why == "removed" and event.entry) or event.why.startswith(WITHDRAWN):
                self._begin(event, name, "T", inf)
            return
        if event.deleted or self._fell(event, ended):
            self._begin(event, name, "T", inf if event.until is None else event.until)
        elif event.store in "LSRP":
            self._outlive(event, name)
        self._begin(event, name, event.store, inf if event.until is None else event.until)

    def _fell(self, event: Stored, before: Stored | Dropped | None) -> bool:
        """Whether an own put made a name get-broadcast that had been broadcast."""
        if event.store != "L" or event.entry or event.regime != Regime.GET_BROADCAST.value:
            return False
        return isinstance(before, Stored) and before.regime in _WITHDRAW

    def _outlive(self, event: Stored, name: int) -> None:
        """A version that is newer than what was removed or withdrawn."""
        place = self._open.get((event.node, name, "T", event.entry))
        if place is None:
            return
        before = self._events[place]
        if event.regime in _WITHDRAW or (isinstance(before, Stored) and before.deleted and event.seq > before.seq):
            self._end((event.node, name, "T", event.entry), event.t, "a newer version")

    def _begin(self, event: Stored | Dropped, name: int, store: str, end: float) -> None:
        self._end((event.node, name, store, event.entry), event.t, "replaced")
        count = len(self._events)
        if count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty(count, _ROW)])
        size = self._measure(event) if isinstance(event, Stored) and store != "T" else 0
        self._rows[count] = (event.t, end, end, event.node, name, size, STORES.find(store))
        self._open[event.node, name, store, event.entry] = count
        self._events.append(event)
        self._why.append("")

    def _end(self, key: tuple[int, int, str, str], t: float, why: str) -> Stored | Dropped | None:
        """Nothing of this is there from t on; what was."""
        place = self._open.pop(key, None)
        if place is None:
            return None
        if t < self._rows["end"][place]:
            self._rows["end"][place] = t
            self._why[place] = why
        return self._events[place]

    def _measure(self, event: Stored) -> int:
        """Bytes of its value: that of the put that it goes back to; none of a pointer or a tombstone, -1 unknown."""
        put = self._world.put_of(event.op)
        size = self._size_of.get(event.origin, -1)
        if size < 0 and put is not None and put.nid == event.nid:
            size = len(put.value.encode())
        self._size_of[event.id] = size
        return 0 if event.store == "P" or event.deleted else size

    def _entry(self, places: Iterable[int], moment: float, gone: str = "") -> Entry:
        """One line of all copies of one name in one store."""
        some = list(places)
        rows, events = self._rows[some], [self._events[place] for place in some]
        best = max(events, key=lambda event: (getattr(event, "seq", 0), event.t, event.id))
        stored = best if isinstance(best, Stored) else None
        first = int(np.argmin(rows["until"]))
        until = None if rows["until"][first] == inf or gone else float(rows["until"][first])
        sizes = rows["size"]
        return Entry(
            name=int(rows["name"][0]),
            store=STORES[int(rows["store"][0])],
            seq=stored.seq if stored else 0,
            digest=stored.digest if stored else "",
            entries=tuple(event.entry for event in events if event.entry),
            since=max(event.t for event in events),
            until=until,
            ttl=None if until is None else until - float(rows["start"][first]),
            via=stored.via if stored else None,
            size=None if (sizes < 0).any() else int(sizes.sum()),
            event=best.id,
            regime=stored.regime if stored else "",
            deleted=stored is not None and stored.deleted,
            changed=bool(gone) or any(event.t == moment for event in events),
            gone=gone,
        )


def behind(world: World, entry: Entry, t: float) -> int:
    """How many versions, or entries of a set, a line is behind at t."""
    if entry.store == "T" or entry.gone:
        return 0
    return world.history.judge(world.names[entry.name].nid, entry.seq, entry.digest, entry.entries, t)[0]
