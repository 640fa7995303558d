"""What a provider holds: own data (L), its subtree's (S), replicas (R), pointers (P), cached answers (C), marks (T).

Rules: protocol section 5.3 says which store may answer whom; this file only keeps, finds and expires. Expiry is lazy: a
copy whose `until` has come is not there, at exactly that time too. Every change is told as a Stored or Dropped event,
and all but the cache's is journalled for the driver to persist.
"""

from collections.abc import Iterator, Mapping
from math import inf

import msgspec

from p4lab.core.conflicts import Conflicts
from p4lab.core.contract import Effect, Emit, Persist
from p4lab.core.events import Dropped, Stored
from p4lab.core.floors import Floor, Floors
from p4lab.core.records import TOMBSTONE, Record, Version

DAY = 86_400.0  # s, the default of `w_sync`
OWN, SUBTREE, REPLICA, POINTER, CACHED, MARK = "L", "S", "R", "P", "C", "T"
SOURCES = {OWN: "local", SUBTREE: "local", REPLICA: "replica", CACHED: "cached"}


class Copy(msgspec.Struct, gc=False):
    """One record in one store. event: its Stored event, whose id the driver fills in. via: where it came from."""

    record: Record
    until: float  # seconds, inf = never expires
    event: Stored
    via: int = -1
    path: tuple[int, ...] = ()  # in relay mode: whom it came by
    accounts: tuple[bytes, ...] = ()  # the customers who put it; of a pointer: who has moved to where it leads


class Mark(msgspec.Struct, gc=False):
    """A withdraw, or the removal of an entry (T): what nothing older comes back over. via: who told of it, or -1."""

    record: Record
    until: float
    via: int = -1
    stored: Stored | None = None


class Stores:
    """The stores of one provider, each nid -> copies; more than one copy only in an unauthenticated set."""

    def __init__(self, me: int, w_sync: float = DAY, max_stale: float = 0.0) -> None:
        self._me = me
        self._max_stale = max_stale
        self.own: dict[bytes, list[Copy]] = {}
        self.subtree: dict[bytes, list[Copy]] = {}  # put at local-mode children, however far below
        self.replicas: dict[bytes, list[Copy]] = {}
        self.pointers: dict[bytes, list[Copy]] = {}
        self.cache: dict[bytes, list[Copy]] = {}
        self.withdrawn: dict[bytes, Version] = {}  # T: replicas and pointers below this version are not taken again
        self.marks: dict[bytes, Mark] = {}  # of the same names: all there is to know of the withdraw
        self.removed: dict[tuple[bytes, bytes], Mark] = {}  # T: entries that were taken back, by (nid, entry)
        self.journal: list[tuple[str, bytes, bytes, object]] = []  # what is to be persisted: (store, nid, entry, what)
        self.conflicts = Conflicts(me)
        self.floors = Floors(w_sync, self.journal)
        self.absent: dict[bytes, float] = {}  # until when nobody need be asked: nobody had it
        self._lapsed: dict[bytes, list[Copy]] = {}  # cached copies that have expired and may serve still
        self._tables = {
            OWN: self.own, SUBTREE: self.subtree, REPLICA: self.replicas, POINTER: self.pointers, CACHED: self.cache,
        }  # fmt: skip
        self._every = tuple(self._tables.values())
        self._readable = (
            (OWN, self.own), (SUBTREE, self.subtree), (REPLICA, self.replicas), (CACHED, self.cache),
        )  # fmt: skip

    def live(self, store: str, nid: bytes, now: float) -> list[Copy]:
        """The unexpired copies of one store; expired ones are forgotten on the way."""
        table = self._tables[store]
        copies = table.get(nid)
        if copies is None:
            return []
        for copy in copies:
            if copy.until <= now:
                break
        else:
            return copies
        fresh = [copy for copy in copies if copy.until > now]
        if fresh:
            table[nid] = fresh
        else:
            del table[nid]
        if self._max_stale and store == CACHED:
            self._lapsed[nid] = [copy for copy in copies if copy.until <= now]
        return fresh

    def readable(self, nid: bytes, now: float) -> list[tuple[str, Copy]]:
        """All copies that may answer an own customer, own data first (L, S, R, C)."""
        return [(store, copy) for store, table in self._readable if nid in table for copy in self.live(store, nid, now)]

    def best(self, nid: bytes, now: float) -> tuple[str, Copy] | None:
        """The readable copy with the highest version, the provider's own first among equals."""
        best: tuple[str, Copy] | None = None
        for store, table in self._readable:
            if nid in table:
                for copy in self.live(store, nid, now):
                    if best is None or copy.record.version > best[1].record.version:
                        best = store, copy
        return best

    def entries(self, nid: bytes, now: float) -> tuple[list[Copy], str]:
        """The readable entries of a set, each once, and the word for the farthest store that had to be looked in."""
        copies: dict[bytes, Copy] = {}
        source = ""
        for store, copy in self.readable(nid, now):
            if copy.record.entry not in copies:
                copies[copy.record.entry] = copy
                source = SOURCES[store]
        return list(copies.values()), source

    def local(self, nid: bytes, now: float) -> list[Copy]:
        """The copies of local data (P10): put by own customers or below. These may answer a peer and a parent.

        What a withdraw mark is newer than is hidden (T in section 5.3), or a former owner would answer for ever.
        """
        copies = [*self.live(OWN, nid, now), *self.live(SUBTREE, nid, now)]
        mark = self.withdrawn.get(nid)
        return copies if mark is None else [copy for copy in copies if copy.record.version >= mark]

    def every(self, nid: bytes, now: float) -> list[Copy]:
        """The copies in all stores, pointers included."""
        return [copy for store in self._tables for copy in self.live(store, nid, now)]

    def held(self, nid: bytes, entry: bytes, now: float) -> list[tuple[str, Copy]]:
        """The copies of one entry that are not merely cached (L, S, R, P)."""
        found: list[tuple[str, Copy]] = []
        for store, table in self._tables.items():
            if nid in table and store != CACHED:
                found += [(store, copy) for copy in self.live(store, nid, now) if copy.record.entry == entry]
        return found

    def newest_known(self, nid: bytes, now: float) -> Record | None:
        """The record or announcement of the highest version in any store, pointers included (protocol section 5.8)."""
        return max([copy.record for copy in self.every(nid, now)], key=_version, default=None)

    def outdated(self, nid: bytes, version: Version, now: float) -> bool:
        """Whether a newer version than this is known of without its value: announced (P) or withdrawn (T)."""
        if self.withdrawn and self.withdrawn.get(nid, version) > version:
            return True
        return nid in self.pointers and any(c.record.version > version for c in self.live(POINTER, nid, now))

    def rivals(self, record: Record) -> list[Record]:
        """Other records of the same name and seq that are known here, expired or not."""
        nid, (seq, version_hash) = record.nid, record.version
        found: list[Record] = []
        for table in self._every:
            copies = table.get(nid)
            if copies is not None:
                for copy in copies:
                    version = copy.record.version
                    if version[0] == seq and version[1] != version_hash:
                        found.append(copy.record)
        if nid in self.marks and self.marks[nid].record.version[0] == seq:
            found.append(self.marks[nid].record)
        return found

    def lapsed(self, nid: bytes, now: float) -> list[Copy]:
        """Cached copies that have expired and may still serve where nobody answers (option `max_stale`)."""
        if not self._max_stale:
            return []
        self.live(CACHED, nid, now)
        copies = [copy for copy in self._lapsed.get(nid, ()) if copy.until + self._max_stale > now]
        if not copies:
            self._lapsed.pop(nid, None)
        return copies

    def keep(
        self, store: str, record: Record, until: float, op: int, via: int = -1, origin: int = 0,
        path: tuple[int, ...] = (), accounts: tuple[bytes, ...] = (),
    ) -> Stored:  # fmt: skip
        """Put a copy into a store, in place of what had the same entry there; the event to emit comes back."""
        copy = self._copy(store, record, until, op, via, origin)
        copy.path, copy.accounts = path, accounts
        table = self._tables[store]
        if self.absent:
            self.absent.pop(record.nid, None)
        table[record.nid] = [old for old in table.get(record.nid, ()) if old.record.entry != record.entry] + [copy]
        if store != CACHED:
            self.journal.append((store, record.nid, record.entry, copy))
        return copy.event

    def keep_set(self, store: str, nid: bytes, told: list[tuple[Record, int]], until: float, op: int) -> list[Stored]:
        """Keep many entries of one set (each with its origin) at once: one by one takes the square of their number."""
        copies = [self._copy(store, record, until, op, -1, origin) for record, origin in told]
        entries = {record.entry for record, _ in told}
        table = self._tables[store]
        table[nid] = [old for old in table.get(nid, ()) if old.record.entry not in entries] + copies
        return [copy.event for copy in copies]

    def _copy(self, store: str, record: Record, until: float, op: int, via: int, origin: int) -> Copy:
        seq, version_hash = record.version
        event = Stored(
            self._me, op, record.nid, store, seq, version_hash[:8].hex(), record.entry[:8].hex(), record.regime.value,
            None if until == inf else until, None if via < 0 else via, origin, bool(record.flags & TOMBSTONE),
        )  # fmt: skip
        return Copy(record, until, event, via)

    def drop(self, stores: str, nid: bytes, entry: bytes, below: Version | None, op: int, why: str) -> list[Effect]:
        """Give up the copies of `entry` in `stores`, all of them or those with a version lower than `below`."""
        effects: list[Effect] = []
        for store in stores:
            table = self._tables[store]
            if store == CACHED and self._lapsed:
                self._lapsed.pop(nid, None)
            copies = table.get(nid)
            if copies is None:
                continue
            gone = [c for c in copies if c.record.entry == entry and (below is None or c.record.version < below)]
            if gone:
                left = [c for c in copies if c not in gone]
                if left:
                    table[nid] = left
                else:
                    del table[nid]
                effects.append(Emit(Dropped(self._me, op, nid, store, entry[:8].hex(), why)))
                if store != CACHED:
                    self.journal.append((store, nid, entry, None))
        return effects

    def mark(self, record: Record, until: float, now: float, via: int = -1, stored: Stored | None = None) -> None:
        """Remember a withdraw, and forget those whose time has come."""
        nid, marks = record.nid, self.marks
        marks.pop(nid, None)  # the newest stands last
        marks[nid] = mark = Mark(record, until, via, stored)
        self.withdrawn[nid] = record.version
        self.absent.pop(nid, None)
        self.journal.append((MARK, nid, b"", mark))
        while marks and (oldest := next(iter(marks.values()))).until <= now:
            self.unmark(oldest.record.nid)

    def unmark(self, nid: bytes) -> None:
        """Forget a withdraw."""
        del self.marks[nid], self.withdrawn[nid]
        self.journal.append((MARK, nid, b"", None))

    def bury(self, record: Record, until: float, now: float, via: int = -1) -> None:
        """Remember that an entry was taken back, and forget those whose time has come."""
        removed, name = self.removed, (record.nid, record.entry)
        removed.pop(name, None)  # the newest stands last
        removed[name] = mark = Mark(record, until, via)
        self.journal.append((MARK, *name, mark))
        while (oldest := next(iter(removed.values()))).until <= now:
            name = oldest.record.nid, oldest.record.entry
            del removed[name]
            self.journal.append((MARK, *name, None))

    def buried(self, nid: bytes, entry: bytes, now: float) -> bool:
        """Whether this entry was taken back and may not return yet."""
        mark = self.removed.get((nid, entry)) if self.removed else None
        return mark is not None and mark.until > now

    def via(self, node: int, stores: str, now: float) -> list[tuple[str, Copy]]:
        """The copies that came from one neighbour, in some of the stores."""
        found: list[tuple[str, Copy]] = []
        for store in stores:
            for nid in list(self._tables[store]):
                found += [(store, copy) for copy in self.live(store, nid, now) if copy.via == node]
        return found

    def all(self, stores: str, now: float) -> Iterator[tuple[str, Copy]]:
        """Every unexpired copy of some of the stores."""
        for store in stores:
            for nid in list(self._tables[store]):
                for copy in self.live(store, nid, now):
                    yield store, copy

    def durable(self, effects: list[Effect]) -> list[Effect]:
        """The effects behind what was stored meanwhile: persisted first, nobody hears of what a crash undoes."""
        if not self.journal:
            return effects
        rows = tuple(self.journal)
        self.journal.clear()
        return [Persist(rows), *effects]

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object], now: float) -> int:
        """Take back what was persisted and has not expired meanwhile; how many copies and marks that are."""
        count = 0
        for (store, nid, _), what in rows.items():
            if isinstance(what, Copy) and what.until > now:
                self._tables[store].setdefault(nid, []).append(what)
                count += 1
            elif isinstance(what, Floor) and what.until > now:
                self.floors.restore(nid, what)
            elif isinstance(what, Mark) and what.until > now:
                if what.record.entry:
                    self.removed[nid, what.record.entry] = what
                else:
                    self.marks[nid], self.withdrawn[nid] = what, what.record.version
                count += 1
        return count


def _version(record: Record) -> Version:
    return record.version


def lease_end(record: Record, w_sync: float, now: float) -> float:
    """When a stored copy expires: seconds, inf without a lease. A tombstone does not outlive what it is good for."""
    if record.flags & TOMBSTONE:
        return mark_end(record, w_sync, now)
    return now + record.lease_ms / 1000 if record.lease_ms else inf


def mark_end(record: Record, w_sync: float, now: float) -> float:
    """How long a withdraw or a removal is remembered: while anything older may come back (protocol section 5.9)."""
    return now + max(record.lease_ms / 1000, record.ttl_ms / 1000, w_sync)
