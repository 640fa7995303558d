"""What stood in the stores before anybody watched, as puts of a model: by whoever holds it as its own.

Rules: found by what its snapshot says of a copy (core/events.py, Stored); a copy whose put was seen is no news. What
nobody here holds as its own, and an immutable value that is not known whole, cannot be put: that is counted.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from p4lab.core.commands import Put
from p4lab.core.events import Event, GetStarted, PutStarted, Stored
from p4lab.core.names import Kind, Regime, digest

OWN = "L"
UNKNOWN = "(not known)"  # a value that was not told


class Spelt(msgspec.Struct, frozen=True):
    """What a name is called. node: where it was said."""

    node: int
    nid: bytes
    kind: str
    key: str
    owner: str


class News:
    """Which Stored events tell of something whose put was not seen. `new` is asked in the order of the trace."""

    def __init__(self) -> None:
        self._puts: set[int] = set()
        self._told: set[tuple[bytes, str, int, bool]] = set()

    def new(self, event: Event) -> bool:
        """Whether it does; any other Event does not."""
        if type(event) is PutStarted:
            self._puts.add(event.op)
            self._told.add((event.nid, "", event.seq, True))
        if type(event) is not Stored or event.op in self._puts:
            return False
        what = event.nid, event.entry, event.seq, event.store == OWN
        known = what in self._told
        self._told.add(what)
        return not known


class Stood(msgspec.Struct, frozen=True):
    """One put of a model. first: nothing of its name was there before, so that it was there from the start."""

    event: Stored
    put: Put
    first: bool


def stood(
    events: Iterable[Event], names: Mapping[int, str], owner_of: Callable[[Spelt], str]
) -> tuple[dict[int, Stood], int]:
    """The puts, by the place of their event, and of how many names nothing can be put. events: those that are news."""
    events = list(events)
    spelt = _spelt(events)
    found: dict[int, Stood] = {}
    put, seen = set[bytes](), set[bytes]()
    for place, event in enumerate(events):
        if type(event) is PutStarted:
            put.add(event.nid)
        elif type(event) is Stored and not event.deleted:
            seen.add(event.nid)
            if event.store == OWN and event.node in names:
                command = _put(event, spelt.get(event.nid), names[event.node], owner_of)
                if command is not None:
                    found[place] = Stood(event, command, event.nid not in put)
                    put.add(event.nid)
    return found, len(seen - put)


def _spelt(events: Iterable[Event]) -> dict[bytes, Spelt]:
    """By name, what says first what it is called."""
    found: dict[bytes, Spelt] = {}
    for event in events:
        if isinstance(event, PutStarted | GetStarted):
            found.setdefault(event.nid, Spelt(event.node, event.nid, event.kind, event.key, event.owner))
        elif type(event) is Stored and event.spelt is not None:
            found.setdefault(event.nid, Spelt(event.node, event.nid, *event.spelt[:3]))
    return found


def _put(event: Stored, spelt: Spelt | None, by: str, owner_of: Callable[[Spelt], str]) -> Put | None:
    """A copy that somebody holds as its own; None where nothing that is put would be it."""
    if spelt is None:  # a member of an earlier version does not say
        spelt = Spelt(event.node, event.nid, _kind(event).value, event.nid.hex()[:8], "")
    kind, value = Kind(spelt.kind), event.spelt[3] if event.spelt is not None else ""
    if kind is Kind.IMMUTABLE and digest(value.encode()).hex() != spelt.key:
        return None
    signed = kind is Kind.AUTHENTICATED
    return Put(
        by,
        value or UNKNOWN,
        None if kind is Kind.IMMUTABLE else spelt.key,
        kind,
        Regime(event.regime) if event.regime else Regime.GET_BROADCAST,
        lease=0.0 if event.until is None else max(1.0, round(event.until - event.t, 3)),
        identity=owner_of(spelt) if signed else None,
        seq=event.seq if signed and event.seq else None,
        secret="secret" if kind is Kind.UNAUTHENTICATED else None,
    )


def _kind(event: Stored) -> Kind:
    """By what such a copy has."""
    if event.entry:
        return Kind.UNAUTHENTICATED
    return Kind.AUTHENTICATED if event.seq else Kind.IMMUTABLE
