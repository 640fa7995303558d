"""What customers are told, judged: a short story with one thing wrong is found out, and without it is not."""

from __future__ import annotations

import pytest

from p4lab.core.events import (
    Event,
    GetFinished,
    GetStarted,
    Joined,
    PutFinished,
    PutStarted,
    Stored,
    Unpeered,
)
from p4lab.core.names import Kind, digest
from p4lab.core.options import Options
from p4lab.scenario.model import Provider, Scenario
from p4lab.torture.told import Told

K = b"k" * 32
AUTH, UNAUTH = Kind.AUTHENTICATED.value, Kind.UNAUTHENTICATED.value
V, W = (digest(text)[:8].hex() for text in (b"v", b"w"))
SCENARIO = Scenario("t", 60.0, options=Options(), provider=(Provider("A"), Provider("B")))


def at(t: float, event: Event) -> Event:
    event.t = t
    return event


def put(t: float, op: int, seq: int = 0, value: str = "v", kind: str = AUTH, nid: bytes = K, **more: object) -> Event:
    fields = {"node": 0, "lease": 0.0, "removes": False, **more}
    return at(t, PutStarted(op=op, nid=nid, kind=kind, key="k", owner="me", workload="w", regime="r", ttl=1.0, seq=seq,
                            value=value, **fields))  # type: ignore[arg-type]  # fmt: skip  # fields of several types


def done(t: float, op: int, seq: int = 0, outcome: str = "OK") -> Event:
    return at(t, PutFinished(node=0, op=op, nid=K, outcome=outcome, latency=0.0, seq=seq))


def get(t: float, op: int, kind: str = AUTH, node: int = 0) -> Event:
    return at(t, GetStarted(node=node, op=op, nid=K, kind=kind, key="k", owner="me", workload="w"))


def got(t: float, op: int, seq: int = 0, outcome: str = "OK", latency: float = 0.0, **more: object) -> Event:
    return at(t, GetFinished(node=0, op=op, nid=K, outcome=outcome, source="local", latency=latency, seq=seq, **more))  # type: ignore[arg-type]  # fields of several types


def found(*events: Event, until: float = 0.0) -> list[int]:
    told = Told(SCENARIO)
    for number, name in enumerate("AB"):
        told.step(Joined(node=number, name=name))
    for event in events:
        told.step(event)
    if until:
        told.overdue(until)
    return [violation.invariant for violation in told.found]


SET = (put(1, 1, kind=UNAUTH), done(1, 1), put(2, 2, value="w", kind=UNAUTH), done(2, 2))
TOMBSTONE = at(3, Stored(node=0, op=2, nid=K, store="R", seq=3, deleted=True))
STORIES = {
    "an older version than before": (2, [get(1, 1), got(1, 1, 2), get(2, 2), got(2, 2, 1)]),
    "flagged, it may be": (None, [get(1, 1), got(1, 1, 2), get(2, 2), got(2, 2, 1, stale=True)]),
    "asked before, it may be": (None, [get(1, 1), get(1, 2), got(1, 1, 2), got(2, 2, 1)]),
    "after a depeering, too": (None, [get(1, 1), got(1, 1, 2), Unpeered(node=0, peer=1), get(2, 2), got(2, 2, 1)]),
    "an entry is missing": (3, [*SET, get(3, 3, UNAUTH), got(3, 3, entries=(W,))]),
    "no entry is missing": (None, [*SET, get(3, 3, UNAUTH), got(3, 3, entries=(V, W))]),
    "what was put is not there": (4, [put(1, 1, 1), done(1, 1, 1), get(2, 2), got(2, 2, outcome="NOT_FOUND")]),
    "what was put is older there": (4, [put(1, 1, 2), done(1, 1, 2), get(2, 2), got(2, 2, 1)]),
    "a refused put promises nothing": (None, [put(1, 1, 2), done(1, 1, 2, "E_CAS"), get(2, 2), got(2, 2, 1)]),
    "a lease has ended": (
        None, [put(1, 1, 1, lease=5.0), done(1, 1, 1), get(9, 2), got(9, 2, outcome="NOT_FOUND")],
    ),
    "a name has another id": (6, [put(1, 1, 1), put(1, 2, 1, nid=b"l" * 32, node=1)]),
    "a code that is none": (12, [put(1, 1, 1), done(1, 1, 1, "E_WHATEVER")]),
    "back from the dead": (19, [TOMBSTONE, get(4, 1), got(4, 1, 2)]),
    "put again": (None, [TOMBSTONE, get(4, 1), got(4, 1, 4)]),
    "an entry is back": (
        19, [*SET, put(3, 3, kind=UNAUTH, removes=True), done(3, 3), get(4, 4, UNAUTH), got(4, 4, entries=(V, W))],
    ),
    "a get that waited": (23, [get(1, 1), got(8, 1, 1, latency=7.0)]),
}  # fmt: skip


@pytest.mark.parametrize(("invariant", "events"), STORIES.values(), ids=STORIES)
def test_a_story_is_judged(invariant: int | None, events: list[Event]) -> None:
    assert found(*events) == ([] if invariant is None else [invariant])


def test_who_is_never_answered_is_missed_once() -> None:
    assert found(get(1, 1), put(1, 2, 1), until=5.0) == []
    assert sorted(found(get(1, 1), put(1, 2, 1), until=8.0)) == [11, 23]
