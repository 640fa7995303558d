"""The true history of every name, seen from above: which puts were acknowledged when, so that a read can be judged.

Rules: folds use it, no node may (a node knows what it was sent). A put counts from its Stored event in L, which is its
acknowledgement. Every question carries its time and is answered as of then, events of that very moment included.
"""

from bisect import bisect_left, bisect_right
from math import inf

import msgspec

from p4lab.core.events import Dropped, Event, GetStarted, PutStarted, Stored
from p4lab.core.names import REGIMES, Kind

NONE, MIXED = 0, 4  # beside the codes 1, 2, 3 of the regimes
REGIME_WORDS = ("none", *(REGIMES[code].value for code in sorted(REGIMES)), "mixed")
_REGIME_CODES = {word: code for code, word in enumerate(REGIME_WORDS)}
_IMMUTABLE = Kind.IMMUTABLE.value


class Ack(msgspec.Struct):
    """An acknowledged put. t: when. event: its Stored event. end: when an unauthenticated entry stops to count."""

    t: float
    event: int
    node: int
    seq: int
    digest: str
    entry: str
    regime: int
    end: float = inf


_NEVER = Ack(-inf, 0, 0, 0, "", "", NONE)


class _Name:
    """What was acknowledged under one nid: versions in their order, or entries."""

    def __init__(self) -> None:
        self.kind = ""
        self.versions: list[tuple[int, str]] = []  # sorted
        self.acks: list[Ack] = []  # aligned with versions
        self.tops: list[Ack] = []  # those that were the newest when they came: rising in time and in version
        self.entries: dict[str, list[Ack]] = {}  # by identity: one Ack per stretch of time at one provider
        self.removed: dict[str, Ack] = {}  # by identity: when it was taken back


class History:
    """Fold the events with `step`; ask for the newest version, the regime in force, and what a read missed.

    wants: the Events that it may change with; of others it need not hear.
    """

    wants = frozenset((Stored, Dropped, PutStarted, GetStarted))

    def __init__(self) -> None:
        self._names: dict[bytes, _Name] = {}

    def step(self, event: Event) -> None:
        """Take the next event; those that are no puts change nothing."""
        match event:
            case GetStarted() | PutStarted():
                name = self._name(event.nid)
                if not name.kind:
                    name.kind = event.kind
            case Stored(store="L"):
                self._stored(event)
            case Dropped(store="L"):
                self._dropped(event)

    def newest(self, nid: bytes, t: float) -> int:
        """The newest seq; of an unauthenticated name how many entries it has, of an immutable one 1; 0: nothing."""
        name = self._names.get(nid)
        if name is None:
            return 0
        if name.entries:
            return sum(1 for acks in name.entries.values() if _alive(acks, t))
        count = bisect_right(name.tops, t, key=_time)
        if not count:
            return 0
        return 1 if name.kind == _IMMUTABLE else name.tops[count - 1].seq

    def regime(self, nid: bytes, t: float) -> int:
        """The regime in force: its code, NONE before the first put, MIXED where entries that count have several.

        Of an entry that was put at several providers the highest counts, as of an immutable value (section 5.8). Where
        every entry has ended, that of the last one. Asked while folding: a refresh may change an entry's regime.
        """
        name = self._names.get(nid)
        if name is None:
            return NONE
        if name.entries:
            found = {regime for acks in name.entries.values() if (regime := _highest(acks, t))}
            if found:
                return MIXED if len(found) > 1 else found.pop()
            ended = (ack for acks in name.entries.values() for ack in acks if ack.t <= t)
            return max(ended, key=lambda ack: (ack.t, ack.event), default=_NEVER).regime
        tops = name.tops
        if tops and tops[-1].t <= t:  # most are asked about as they come
            return tops[-1].regime
        count = bisect_right(tops, t, key=_time)
        return tops[count - 1].regime if count else NONE

    def newer(self, nid: bytes, seq: int, digest: str, entries: tuple[str, ...], t: float) -> list[Ack]:
        """What a read of this version, or of these entries, missed at t: the later versions, or the other entries.

        An entry that was read although it had been taken back counts with its removal; a tombstone is a version.
        """
        name = self._names.get(nid)
        if name is None or name.kind == _IMMUTABLE:
            return []
        if name.entries:
            missed = [ack for entry, acks in name.entries.items() if entry not in entries and (ack := _alive(acks, t))]
            ended = [ack for entry, ack in name.removed.items() if entry in entries and ack.t <= t]
            return missed + [ack for ack in ended if not _alive(name.entries[ack.entry], t)]
        first = bisect_right(name.versions, (seq, digest))
        return [ack for ack in name.acks[first:] if ack.t <= t] if first < len(name.acks) else []

    def judge(self, nid: bytes, seq: int, digest: str, entries: tuple[str, ...], t: float) -> tuple[int, float]:
        """How stale this read is at t: how many versions (or entries) behind, and seconds since it was the newest."""
        missed = self.newer(nid, seq, digest, entries, t)
        return (len(missed), t - min(ack.t for ack in missed)) if missed else (0, 0.0)

    def _name(self, nid: bytes) -> _Name:
        name = self._names.get(nid)
        if name is None:
            name = self._names[nid] = _Name()
        return name

    def _stored(self, event: Stored) -> None:
        name = self._name(event.nid)
        regime = _REGIME_CODES.get(event.regime, NONE)
        ack = Ack(event.t, event.id, event.node, event.seq, event.digest, event.entry, regime)
        if event.entry:
            ack.end = inf if event.until is None else event.until
            self._entry(name.entries.setdefault(event.entry, []), ack)
            return
        version = (event.seq, event.digest)
        at = bisect_left(name.versions, version)
        if at < len(name.versions) and name.versions[at] == version:
            known = name.acks[at]  # the same record again: its lease is refreshed
            if name.kind == _IMMUTABLE:
                self._raise(name, known, ack)
            return
        name.versions.insert(at, version)
        name.acks.insert(at, ack)
        if at == len(name.acks) - 1:
            name.tops.append(ack)

    def _raise(self, name: _Name, known: Ack, ack: Ack) -> None:
        """An immutable value was put again: the highest regime wins (protocol section 5.8)."""
        if ack.regime > name.tops[-1].regime:
            name.tops.append(msgspec.structs.replace(known, t=ack.t, event=ack.event, regime=ack.regime))

    def _entry(self, acks: list[Ack], ack: Ack) -> None:
        for known in acks:
            if known.node == ack.node and known.end > ack.t:  # refreshed: it has counted all along
                known.end, known.regime = ack.end, ack.regime
                return
        acks.append(ack)

    def _dropped(self, event: Dropped) -> None:
        name = self._names.get(event.nid)
        for ack in name.entries.get(event.entry, ()) if name else ():
            if ack.node == event.node:
                ack.end = min(ack.end, event.t)
        if name and event.why == "removed" and event.entry in name.entries:
            name.removed[event.entry] = Ack(event.t, event.id, event.node, 0, "", event.entry, NONE)


def _alive(acks: list[Ack], t: float) -> Ack | None:
    """The stretch that has counted longest at t, or None."""
    found = None
    for ack in acks:
        if ack.t <= t < ack.end and (found is None or ack.t < found.t):
            found = ack
    return found


def _highest(acks: list[Ack], t: float) -> int:
    """The widest regime of the stretches that count at t, NONE where there is none."""
    return max([ack.regime for ack in acks if ack.t <= t < ack.end], default=NONE)


def _time(ack: Ack) -> float:
    return ack.t
