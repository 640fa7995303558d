"""The checkers that look at providers and links find what is planted for them, and nothing where nothing is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Note, Put
from p4lab.core.contract import Effect, Emit, Persist, Received, Send, SendAll
from p4lab.core.events import Crashed, Event, GetFinished, Joined, Peered, PutFinished, PutStarted, Restarted, Stored
from p4lab.core.messages import HIT, MISS, Answer, GetQuery, GetReply, PutRequest, Update
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.core.provider import Provider
from p4lab.core.records import Record, authenticated, unauthenticated
from p4lab.core.signing import Modelled
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA
from p4lab.scenario.model import Do, Link, Peering, Scenario
from p4lab.scenario.model import Provider as Row
from p4lab.torture.quiet import Quiet
from p4lab.torture.stale import Stale
from p4lab.torture.steps import Steps
from p4lab.torture.violation import Violation
from p4lab.torture.watched import QUIET_NOTE, Watched

QUIET = Options(signatures=Signatures.MODELLED)
RECORD = unauthenticated(b"k", b"v", Regime.VALUE, 5000, 0)
NID = RECORD.nid
CUSTOMER = 9
INF = float("inf")


def stored(store: str = OWN) -> Stored:
    return Stored(node=0, op=1, nid=NID, store=store)


def answer(outcome: str = "OK") -> Send:
    return Send(CUSTOMER, Answer(1, NID, 48, HIT, outcome))


def reply(record: Record = RECORD, remaining: float = 0.0, dst: int = 1) -> Send:
    return Send(dst, GetReply(1, NID, 60, 7, HIT, (record,), (remaining,)))


PUT = Received(CUSTOMER, PutRequest(1, NID, 90, RECORD), 0)
QUERY = Received(1, GetQuery(1, NID, 80, 7, kind=Kind.UNAUTHENTICATED), 0)
FROM_CHILD = Received(2, GetQuery(1, NID, 80, 7, kind=Kind.UNAUTHENTICATED), 0)
TOLD = Received(1, Update(1, NID, 90, RECORD, path=(1,)), 0)
ROWS = Persist(((OWN, NID, RECORD.entry, "row"),))
ASK = SendAll((1,), GetQuery(1, NID, 80, 1))
TELL = SendAll((1,), Update(1, NID, 90, RECORD, path=(0,)))
BENT = msgspec.structs.replace(RECORD, value=b"bent")
CASES: dict[str, tuple[int | None, Received, list[Effect]]] = {
    "a sound put": (None, PUT, [ROWS, Emit(stored()), answer(), TELL]),
    "acknowledged before it is stored": (4, PUT, [Emit(stored()), answer(), ROWS]),
    "told before it is answered": (11, PUT, [ROWS, Emit(stored()), TELL, answer()]),
    "never answered": (11, PUT, [ROWS, Emit(stored())]),
    "refused and stored": (12, PUT, [Emit(stored()), answer("E_CAS")]),
    "refused without a code": (12, PUT, [answer("E_NONE")]),
    "answered twice": (9, QUERY, [Send(1, GetReply(1, NID, 48, 7, MISS)), Send(1, GetReply(1, NID, 48, 7, MISS))]),
    "answered with what is not its own": (13, QUERY, [reply()]),
    "answered with what is bent": (1, FROM_CHILD, [reply(BENT, dst=2)]),
    "told to cache for longer": (7, FROM_CHILD, [reply(remaining=5.0, dst=2)]),
    "asked on for a peer": (8, QUERY, [ASK]),
    "asked on for a child": (None, FROM_CHILD, [ASK]),
    "told on to a peer": (8, TOLD, [SendAll((3,), Update(1, NID, 90, RECORD, path=(1, 0)))]),
    "told on in a circle": (8, TOLD, [SendAll((2,), Update(1, NID, 90, RECORD, path=(1, 0, 1, 0)))]),
    "told on to a child": (None, TOLD, [SendAll((2,), Update(1, NID, 90, RECORD, path=(1, 0)))]),
    "own data of a peer": (13, TOLD, [Emit(stored())]),
    "unasked": (10, Received(1, GetReply(1, NID, 48, 3, MISS), 0), [answer()]),
}  # fmt: skip


@pytest.mark.parametrize(("invariant", "data", "effects"), CASES.values(), ids=CASES)
def test_a_step_is_judged(invariant: int | None, data: Received, effects: list[Effect]) -> None:
    found: list[Violation] = []
    provider = Provider(0, QUIET, Modelled(), 0.0)
    provider.peer_with((1, 3))
    provider.adopt((2,), ())
    provider.__dict__["handle"] = lambda given, now: effects
    steps = Steps(provider, QUIET, Modelled(), found, ())
    assert steps.handle(data, 1.0) == effects
    assert sorted({violation.invariant for violation in found}) == ([] if invariant is None else [invariant])


def test_a_question_that_nobody_answered_is_seen_when_it_is_quiet() -> None:
    found: list[Violation] = []
    provider = Provider(0, QUIET, Modelled(), 0.0)
    provider.peer_with((1,))
    provider.__dict__["handle"] = lambda given, now: []
    steps = Steps(provider, QUIET, Modelled(), found, ())
    steps.handle(QUERY, 1.0)
    steps.quiet()
    assert [violation.invariant for violation in found] == [9]


def versions(regime: Regime) -> list[Record]:
    return [authenticated(Modelled(), bytes(32), b"k", b"v", regime, 0, 0, seq) for seq in (1, 2)]


@pytest.mark.parametrize(
    ("regime", "there", "invariant"),
    [
        (Regime.VALUE, None, 17), (Regime.VALUE, (REPLICA, 0), 16), (Regime.VALUE, (REPLICA, 1), None),
        (Regime.KEY, None, 17), (Regime.KEY, (POINTER, 0), 16), (Regime.KEY, (POINTER, 1), None),
        (Regime.GET_BROADCAST, None, None), (Regime.GET_BROADCAST, (REPLICA, 0), 20),
        (Regime.GET_BROADCAST, (CACHED, 0), None),
    ],
)  # fmt: skip
def test_a_quiet_moment_is_judged(regime: Regime, there: tuple[str, int] | None, invariant: int | None) -> None:
    one, other = (Provider(number, QUIET, Modelled(), 0.0) for number in range(2))
    records = versions(regime)
    one.stores.keep(OWN, records[1], INF, 1)
    if there is not None:
        other.stores.keep(there[0], records[there[1]], INF, 1, 0)
    found = Quiet([one, other], {}, {records[0].nid: {0}}, Modelled(), 5.0).check()
    assert [violation.invariant for violation in found] == ([] if invariant is None else [invariant])


def at(t: float, event: Event) -> Event:
    event.t = t
    return event


@pytest.mark.parametrize(
    ("regime", "read", "fault", "stale"),
    [
        (Regime.GET_BROADCAST, 21.0, None, False), (Regime.GET_BROADCAST, 60.0, None, True),
        (Regime.VALUE, 12.0, None, False), (Regime.VALUE, 30.0, None, True), (Regime.VALUE, 30.0, 25.0, False),
    ],
)  # fmt: skip
def test_how_stale_an_answer_may_be(regime: Regime, read: float, fault: float | None, stale: bool) -> None:
    """A version acknowledged at 10 s, the one before read at `read`; TTL 20 s, links 20 ms, an outage until `fault`."""
    judge = Stale(Scenario("t", 99.0, options=QUIET, link=Link(latency=0.02), provider=(Row("A"), Row("B"))))
    events: list[Event] = [Joined(node=0, name="A"), Joined(node=1, name="B"), Peered(0, (1,), (0.02,))]
    for t, seq in ((1.0, 1), (10.0, 2)):
        events += [
            at(t, PutStarted(0, seq, NID, "authenticated", "k", "me", "w", regime.value, 20.0, seq=seq)),
            at(t, Stored(0, seq, NID, OWN, seq)),
            at(t, PutFinished(0, seq, NID, "OK", 0.0, seq)),
        ]
    if fault is not None:
        events += [at(5.0, Crashed(1)), at(fault, Restarted(1))]
    events.append(at(read, GetFinished(1, 9, NID, "OK", "cached", 0.0, 1)))
    for event in events:
        judge.step(event)
    assert [violation.invariant for violation in judge.found] == [22] * stale


def test_a_message_that_nobody_heard_of_is_missed() -> None:
    rows = (Row("A"), Row("B"))
    do = (Do(1.0, Put("A", "v", "k")), Do(2.0, Get("B", "k", owner="A")), Do(9.0, Note(f"{QUIET_NOTE}over")))
    run = Watched(Scenario("t", 10.0, options=QUIET, provider=rows, peering=(Peering(among="all"),), do=do))
    run.advance(9.0)
    run.quiet()
    assert run.found == []
    links: Any = run.links
    links.arrived(0, 1)
    run.quiet()
    assert [violation.invariant for violation in run.found] == [15]
