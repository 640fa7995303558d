"""Whole runs with faults: what customers see of them, and that everybody knows the same when it is quiet again."""

from __future__ import annotations

from typing import Any

import pytest

from p4lab.core.commands import Attach, Command, Crash, Get, Heal, Partition, Peer, Put, Restart, SetLink, Unpeer
from p4lab.core.events import CaughtUp, Dropped, GetFinished, PutFinished, Restarted, SessionDown, SessionUp, Stored
from p4lab.core.names import Regime
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace

GB, K, KV = Regime
MODELLED = Options(signatures=Signatures.MODELLED)


def plan(names: str, *rows: tuple[float, Command], **more: Any) -> Scenario:
    """Providers A, B, ... ("b<A": below A), all tops peering, 100 ms links."""
    providers = []
    for name in names.split():
        child, _, parent = name.partition("<")
        providers.append(Provider(child, parent=parent or None, lookup_delay=0.0))
    fields: dict[str, Any] = {
        "options": MODELLED, "link": Link(latency=0.1), "peering": (Peering(among="all"),), **more,
    }  # fmt: skip
    return Scenario("t", 60.0, provider=tuple(providers), do=tuple(Do(*row) for row in rows), **fields)


def run(scenario: Scenario) -> list[Any]:
    trace = Trace()
    Engine(scenario, trace).run(scenario.duration)
    return trace.slice(0, len(trace)).records


def gets(events: list[Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """In the order in which they were asked."""
    done = sorted((event for event in events if isinstance(event, GetFinished)), key=lambda event: event.op)
    return [(event.outcome, event.source, event.values) for event in done]


@pytest.mark.parametrize(
    "faults", [Link(latency=0.1), Link(latency=0.1, jitter=0.02, loss=0.3, duplicate=0.3, reorder=0.3)]
)
@pytest.mark.parametrize("regime", [K, KV])
@pytest.mark.parametrize(
    ("cut", "mend"),
    [
        (Partition((("C",),)), Heal()),
        (SetLink(("A", "C"), up=False), SetLink(("A", "C"), up=True)),
        (Unpeer(("A", "C")), Peer(("A", "C"))),
        (Crash("C"), Restart("C")),
    ],
    ids=["partition", "link", "unpeer", "crash"],
)
def test_what_was_put_meanwhile_is_known_afterwards(cut: Command, mend: Command, regime: Regime, faults: Link) -> None:
    """Of a put before, one during and one after the outage C knows the last word once all is quiet."""
    rows = [(t, Put("A", f"{key} at {t:g}", key, regime=regime)) for t, key in (
        (1.0, "a"), (1.0, "b"), (10.0, "b"), (10.0, "c"), (40.0, "c"),
    )]  # fmt: skip
    asked: list[tuple[float, Command]] = [(49.0, SetLink(("A", "C"), loss=0.0))]  # a question may get lost
    asked += [(50.0 + n, Get("C", key, owner="A")) for n, key in enumerate("abc")]
    found = gets(run(plan("A B C", *rows, (5.0, cut), (20.0, mend), *asked, link=faults)))
    assert [(outcome, values) for outcome, _, values in found] == [
        ("OK", ("a at 1",)), ("OK", ("b at 10",)), ("OK", ("c at 40",)),
    ]  # fmt: skip


def test_a_provider_comes_back_with_what_it_had_stored() -> None:
    """Own data and replicas, not what it had cached."""
    rows = (
        (1.0, Put("A", "mine", "own")), (1.0, Put("B", "told", "told", regime=KV)), (1.0, Put("B", "asked", "asked")),
        (2.0, Get("A", "asked", owner="B")), (5.0, Crash("A")), (10.0, Restart("A")), (20.0, Get("A", "own")),
        (21.0, Get("A", "told", owner="B")), (22.0, Get("A", "asked", owner="B")),
    )  # fmt: skip
    events = run(plan("A B", *rows))
    assert gets(events)[1:] == [
        ("OK", "local", ("mine",)), ("OK", "replica", ("told",)), ("OK", "remote", ("asked",)),
    ]  # fmt: skip
    assert [event.copies for event in events if isinstance(event, Restarted)] == [2]


def test_what_was_not_stored_in_time_was_not_said_to_be() -> None:
    """Acknowledged means that it survives: the put that the crash undid has no answer but E_AGAIN."""
    slow = Options(signatures=Signatures.MODELLED, commit_delay=0.5)
    rows = (
        (1.0, Put("A", "early", "a", regime=KV)), (2.0, Put("A", "late", "b", regime=KV)), (2.2, Crash("A")),
        (5.0, Restart("A")), (10.0, Get("A", "a")), (11.0, Get("A", "b")), (12.0, Get("B", "b", owner="A")),
    )  # fmt: skip
    events = run(plan("A B", *rows, options=slow))
    assert [(event.t, event.outcome) for event in events if isinstance(event, PutFinished)] == [
        (1.5, "OK"), (2.2, "E_AGAIN"),
    ]  # fmt: skip
    assert gets(events) == [("OK", "local", ("early",)), ("NOT_FOUND", "", ()), ("NOT_FOUND", "", ())]


def test_customers_of_a_provider_that_is_down_are_told_so() -> None:
    rows = (
        (1.0, Crash("A")),
        (2.0, Put("A", "v", "k")),
        (2.0, Get("A", "k")),
        (3.0, Restart("A")),
        (4.0, Put("A", "v", "k")),
    )
    done = [event for event in run(plan("A B", *rows)) if isinstance(event, PutFinished | GetFinished)]
    assert [(event.t, event.outcome) for event in done] == [(2.0, "E_AGAIN"), (2.0, "E_AGAIN"), (4.0, "OK")]


def test_a_late_joiner_is_told_all_that_was_broadcast() -> None:
    """As in BGP, whose newcomers get the whole table."""
    rows = [(1.0 + n / 10, Put("A", f"v{n}", f"k{n}", regime=(K, KV)[n % 2])) for n in range(20)]
    late = (10.0, Peer(("B", "C"))), (10.0, Peer(("A", "C")))
    events = run(plan("A B C", *rows, *late, peering=(Peering(between=("A", "B")),)))
    held = [(event.store, event.seq) for event in events if isinstance(event, Stored) and event.node == 2]
    assert sorted(held) == [("P", 1)] * 10 + [("R", 1)] * 10
    told = {(event.node, event.peer): event.news for event in events if isinstance(event, CaughtUp)}
    assert (told[2, 0], told[0, 2], told[1, 2]) == (20, 0, 0)


def test_depeering_drops_what_came_that_way() -> None:
    """What others told stays, and what they know is asked for again: nobody else tells of A's."""
    rows = (1.0, Put("A", "v", "k", regime=KV)), (1.0, Put("B", "v", "k", regime=K)), (5.0, Unpeer(("A", "C")))
    events = run(plan("A B C", *rows, (20.0, Get("C", "k", owner="A")), (21.0, Get("C", "k", owner="B"))))
    assert [(event.t, event.node, event.store) for event in events if isinstance(event, Dropped)] == [(5.0, 2, "R")]
    assert gets(events) == [("NOT_FOUND", "", ()), ("OK", "remote", ("v",))]


def test_a_top_becomes_a_child_and_its_customers_are_served() -> None:
    rows = (1.0, Put("A", "v", "k")), (5.0, Attach("C", to="B")), (10.0, Get("C", "k", owner="A"))
    events = run(plan("A B C", *rows))
    assert gets(events) == [("OK", "remote", ("v",))]
    assert [(event.node, event.peer, event.role) for event in events if isinstance(event, SessionUp)] == [
        (2, 1, "parent"), (1, 2, "child"),
    ]  # fmt: skip
    assert len([event for event in events if isinstance(event, SessionDown)]) == 4
