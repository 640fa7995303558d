"""What customers are told, judged by the records of a run alone: invariants 2, 3, 4, 6, 11, 12, 19 and 23.

Rules: a fold over the Events of a trace; it asks no node. What a put promised counts from its acknowledgement, and an
answer is judged by what had been acknowledged, answered and removed when its get began.
"""

from math import inf

import msgspec

from p4lab.core.events import (
    Adopted,
    Event,
    GetFinished,
    GetStarted,
    Joined,
    Left,
    Moved,
    PutFinished,
    PutStarted,
    Stored,
    Unpeered,
)  # fmt: skip
from p4lab.core.names import Kind, digest
from p4lab.core.options import Attach
from p4lab.core.stores import CACHED
from p4lab.scenario.model import Scenario
from p4lab.torture.violation import Violation

ACCEPTED = ("OK", "OK_DUPLICATE")
CODES = frozenset((
    *ACCEPTED, "E_TOO_BIG", "E_KEY", "E_BAD_HASH", "E_BAD_SIG", "E_CAS", "E_SEQ_OLD", "E_SEQ_CONFLICT", "E_CAP",
    "E_AGAIN", "E_TTL", "E_REGIME", "E_SECRET", "E_REMOVED", "NOT_FOUND", "PARTIAL", "TIMEOUT",
))  # fmt: skip
WAITS = 3  # timeouts: one, one more after a pointer that fails, one more for a joiner that asks again (section 5.7)
ROUNDING = 1e-6  # s


class _Promise(msgspec.Struct):
    """What a provider has acknowledged of a name, or of one entry of a set."""

    seq: int
    until: float


class _Get(msgspec.Struct):
    """A get under way. owed: what its answer must have, by entry. floor: the newest version read here before."""

    started: GetStarted
    owed: dict[str, _Promise]
    floor: int
    dead: int  # the newest tombstone here: nothing older may come back
    gone: frozenset[str]  # entries that were removed here


class Told:
    """Fold with `step`; `found` has the violations. liars: providers whose answers are not judged."""

    def __init__(self, scenario: Scenario) -> None:
        options = scenario.options
        lookup = max((row.lookup_delay for row in scenario.provider), default=0.0)
        self.found: list[Violation] = []
        self.operations = 0
        self.answered: dict[str, int] = {}  # how often each outcome was told
        self._w_sync = options.w_sync
        self._most = options.maxvals
        self._limit = WAITS * (options.query_timeout + lookup + options.commit_delay) + 2 * options.access_latency
        self._names: list[str] = []
        self._redirect: set[int] = set()
        self._nids: dict[tuple[str, str, str], bytes] = {}
        self._puts: dict[int, PutStarted] = {}
        self._gets: dict[int, _Get] = {}
        self._owed: dict[tuple[int, bytes], dict[str, _Promise]] = {}
        self._floors: dict[tuple[int, bytes], int] = {}
        self._lease_ends: dict[bytes, float] = {}  # when the first lease of a name may have ended
        self._removed: dict[tuple[bytes, str], int] = {}  # what somebody asked to remove, by entry, and with which seq
        self._gone: dict[tuple[int, bytes], set[str]] = {}
        self._dead: dict[tuple[int, bytes], tuple[int, float]] = {}
        self._identities: dict[bytes, str] = {}
        self._homes: dict[str, int] = {}
        self.liars: set[int] = set()

    def step(self, event: Event) -> None:
        """Take the next record of the run."""
        match event:
            case GetStarted():
                self._get_started(event)
            case GetFinished():
                self._get_finished(event)
            case PutStarted():
                self._put_started(event)
            case PutFinished():
                self._put_finished(event)
            case Stored(deleted=True) if event.store != CACHED:  # an answer promises nothing for longer than its TTL
                seq = max(event.seq, self._dead.get((event.node, event.nid), (0, 0.0))[0])
                self._dead[event.node, event.nid] = seq, event.t + self._w_sync
            case Stored() if event.store != CACHED and event.seq > self._dead.get((event.node, event.nid), (0, 0.0))[0]:
                self._dead.pop((event.node, event.nid), None)  # put again: the tombstone is replaced
            case Joined():
                self._names.append(event.name)
                if event.attach == Attach.REDIRECT.value:
                    self._redirect.add(event.node)
            case Moved():
                self._identities[event.owner] = event.identity
                self._homes[event.identity] = event.dst
            case Left():
                self._left(event)
            case Unpeered() | Adopted():
                self._forget_floors()

    def overdue(self, t: float) -> None:
        """Report the operations that should have been answered by t, each once."""
        late = [(get.started, 23, "get") for get in self._gets.values() if get.started.t < t - self._limit - ROUNDING]
        late += [(put, 11, "put") for put in self._puts.values() if put.t < t - self._limit - ROUNDING]  # type: ignore[misc]  # both have t, op and node
        for started, invariant, what in late:
            self._gets.pop(started.op, None)
            self._puts.pop(started.op, None)
            if started.node not in self.liars:
                self._say(
                    invariant, t, f"the {what} of {self._spell(started)} that began at {started.t:g} s has no answer"
                )

    # Puts

    def _put_started(self, event: PutStarted) -> None:
        self.operations += 1
        self._same_name(event)
        self._puts[event.op] = event
        if event.lease:
            self._lease_ends[event.nid] = min(self._lease_ends.get(event.nid, inf), event.t + event.lease)
        entry = _entry(event)
        if event.removes:
            self._removed[event.nid, entry] = max(self._removed.get((event.nid, entry), 0), event.seq)
            for (_, nid), owed in self._owed.items():
                if nid == event.nid and event.kind == Kind.UNAUTHENTICATED.value:
                    owed.pop(entry, None)
        else:
            for (_, nid), gone in self._gone.items():
                if nid == event.nid:
                    gone.discard(entry)  # it may be put again

    def _put_finished(self, event: PutFinished) -> None:
        self.answered[event.outcome] = self.answered.get(event.outcome, 0) + 1
        started = self._puts.pop(event.op, None)
        if event.outcome not in CODES and event.node not in self.liars:
            self._say(12, event.t, f"{self._names[event.node]} answered a put with {event.outcome!r}, which is no code")
        if started is None or event.outcome not in ACCEPTED:
            return
        place, entry = (event.node, event.nid), _entry(started)
        owed = self._owed.setdefault(place, {})
        if started.removes and started.kind == Kind.UNAUTHENTICATED.value:
            again = any(p.nid == event.nid and not p.removes and _entry(p) == entry for p in self._puts.values())
            if not again:
                self._gone.setdefault(place, set()).add(entry)
            return
        known = owed.get(entry)
        until = started.t + started.lease if started.lease else inf
        if known is None or started.seq > known.seq:
            owed[entry] = _Promise(started.seq, until)
        elif started.seq == known.seq:
            known.until = max(known.until, until)

    def _left(self, event: Left) -> None:
        """What has moved away is owed by the old provider no more."""
        identity = self._identities.get(event.owner, "")
        mine = {nid for (_, _, owner), nid in self._nids.items() if owner == identity}
        home = self._homes.get(identity)
        for node, nid in list(self._owed):
            if nid in mine and node != home:
                del self._owed[node, nid]
        for get in self._gets.values():
            if get.started.nid in mine and get.started.node != home:
                get.owed.clear()
        self._forget_floors()

    # Gets

    def _get_started(self, event: GetStarted) -> None:
        self.operations += 1
        self._same_name(event)
        place = event.node, event.nid
        dead, until = self._dead.get(place, (0, 0.0))
        owed = {entry: _Promise(each.seq, each.until) for entry, each in self._owed.get(place, {}).items()}
        gone = frozenset(self._gone.get(place, ()))
        self._gets[event.op] = _Get(event, owed, self._floors.get(place, 0), dead if until > event.t else 0, gone)

    def _get_finished(self, event: GetFinished) -> None:
        self.answered[event.outcome] = self.answered.get(event.outcome, 0) + 1
        get = self._gets.pop(event.op, None)
        if get is None or event.node in self.liars:
            return
        if event.outcome not in CODES:
            self._say(12, event.t, f"{self._names[event.node]} answered a get with {event.outcome!r}, which is no code")
        if event.latency > self._limit + ROUNDING:
            self._say(23, event.t, f"the get of {self._spell(get.started)} waited {event.latency:g} s")
        self._promises(get, event)
        if event.outcome != "OK":
            return
        signed = get.started.kind == Kind.AUTHENTICATED.value
        name = self._spell(get.started)
        if signed and event.seq < get.dead and not event.stale:
            self._say(19, event.t, f"version {event.seq} of {name} was read after its removal as version {get.dead}")
        back = get.gone & set(event.entries) - self._put_again(event.nid)
        if back:
            self._say(19, event.t, f"entry {min(back)} of {name} was read after its removal there")
        if not signed or event.stale:
            return
        if event.seq < get.floor and self._lease_ends.get(event.nid, inf) > event.t:
            self._say(
                2, event.t, f"{name} was read as version {event.seq} after version {get.floor} had been read there"
            )
        place = event.node, event.nid
        self._floors[place] = max(self._floors.get(place, 0), event.seq)

    def _promises(self, get: _Get, event: GetFinished) -> None:
        """Invariants 3 and 4: what this provider has acknowledged is in its answer."""
        unreachable = event.outcome == "E_AGAIN" or (event.node in self._redirect and event.outcome == "TIMEOUT")
        name = self._spell(get.started)
        for entry, promise in get.owed.items():
            removed = self._removed.get((event.nid, entry), -1) >= promise.seq
            if promise.until <= event.t or unreachable:
                continue
            if get.started.kind == Kind.UNAUTHENTICATED.value:
                whole = len(event.entries) < self._most
                if not removed and whole and entry not in event.entries:
                    self._say(
                        3, event.t, f"entry {entry} of {name}, put there, is missing in the answer {event.outcome}"
                    )
            elif event.outcome != "OK":
                if not removed:
                    self._say(4, event.t, f"{name} was put there, and the answer is {event.outcome}")
            elif event.seq < promise.seq:
                said = f"{name} was put there as version {promise.seq}, and the answer is version {event.seq}"
                self._say(4, event.t, said)

    def _put_again(self, nid: bytes) -> set[str]:
        return {_entry(put) for put in self._puts.values() if put.nid == nid and not put.removes}

    # All of them

    def _forget_floors(self) -> None:
        """After a depeering older versions may be read (invariant 2 excepts it)."""
        self._floors.clear()
        for get in self._gets.values():
            get.floor = 0

    def _same_name(self, event: PutStarted | GetStarted) -> None:
        spelt = event.kind, event.key, event.owner
        if self._nids.setdefault(spelt, event.nid) != event.nid:
            self._say(
                6, event.t, f"{self._spell(event)} has another id than before: a name may not depend on the provider"
            )

    def _spell(self, event: PutStarted | GetStarted) -> str:
        owner = f" of {event.owner}" if event.owner else ""
        return f"{event.key[:16]}{owner} at {self._names[event.node]}"

    def _say(self, invariant: int, t: float, says: str) -> None:
        self.found.append(Violation(invariant, t, says))


def _entry(event: PutStarted) -> str:
    """The entry of a set that a put is about, as answers name it; empty for the other kinds."""
    return digest(event.value.encode())[:8].hex() if event.kind == Kind.UNAUTHENTICATED.value else ""
