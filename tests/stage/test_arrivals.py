"""Who comes and who leaves: the past stays as it was, sessions open in full, and nobody asks whoever is gone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Crash,
    Get,
    Heal,
    Leave,
    Misbehave,
    Move,
    Partition,
    Peer,
    Put,
    Restart,
    SetLink,
    SetProvider,
)  # fmt: skip
from p4lab.core.events import (
    Adopted,
    Attached,
    CaughtUp,
    Event,
    GetFinished,
    GetStarted,
    Gone,
    Housed,
    Joined,
    LinkChanged,
    Noted,
    Peered,
    ProviderChanged,
    PutFinished,
    PutStarted,
    Sent,
    SessionUp,
    Unpeered,
)  # fmt: skip
from p4lab.core.names import Regime
from p4lab.core.options import Attach as Hang
from p4lab.scenario.model import Do, Link, Organisation, Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.trace import Trace
from tests.stage.listeners import MODELLED, Heard

VALUE = Regime.VALUE
NODES = ("node", "src", "dst", "provider", "peer", "at", "a", "b", "via", "parent")
MANY = ("peers", "silent")


def plan(*do: Do, **more: Any) -> Scenario:
    fields: dict[str, Any] = {
        "options": MODELLED,
        "provider": (Provider("A"), Provider("B"), Provider("C"), Provider("c", parent="C")),
        "organisation": (Organisation("O", "A", latency=0.02), Organisation("P", "O")),
        "peering": (Peering(among="all"),),
        "workload": (Workload("w", 6, ("A", "B", "P"), regime=VALUE, updates_per_second=0.2, gets_per_second=3.0),),
        **more,
    }
    return Scenario("t", 20.0, do=do, **fields)


def run(scenario: Scenario, *by_hand: Do, until: float = 20.0) -> list[Event]:
    trace = Trace()
    Engine(scenario, trace, list(by_hand)).run(until)
    return list(trace.slice(0, len(trace)))


def named(events: list[Event]) -> list[Event]:
    """The events with names for the numbers of providers and organisations, and theirs for those of customers."""
    names: dict[int, Any] = {}
    found = []
    for event in events:
        if isinstance(event, Joined | Housed):
            names[event.node] = event.name
        if isinstance(event, Attached):
            names[event.node] = f"of {names[event.provider]}"
        changed: dict[str, Any] = {field: names.get(getattr(event, field)) for field in NODES if hasattr(event, field)}
        changed |= {field: tuple(map(names.get, getattr(event, field))) for field in MANY if hasattr(event, field)}
        found.append(msgspec.structs.replace(event, **changed))
    return found


def notes(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Noted)]


def of(events: list[Event], *kinds: type[Event]) -> list[Any]:
    """Those of these kinds after the start, without what the stream adds to them."""
    later = [event for event in events if isinstance(event, kinds) and event.t > 0]
    return [msgspec.structs.replace(event, t=0.0, id=0, cause=0) for event in later]


def answers(events: list[Event]) -> list[tuple[str, tuple[str, ...]]]:
    """What was answered to hand-driven operations, and with which values."""
    asked = {each.op for each in events if isinstance(each, GetStarted | PutStarted) and each.workload == "by hand"}
    ends = [each for each in events if isinstance(each, GetFinished | PutFinished) and each.op in asked]
    return [(each.outcome, getattr(each, "values", ())) for each in ends]


def test_the_past_of_whoever_comes_is_the_past_without_them() -> None:
    """To the numbers of events and operations; in files and by hand alike."""
    faults = (
        Do(2.0, Crash("B")),
        Do(4.0, Restart("B")),
        Do(5.0, Put("O", "v", "k")),
        Do(6.0, Get("c", "k", owner="O")),
    )
    rows = (Do(9.0, AddProvider("Zed")), Do(9.0, AddOrganisation("H", "Zed")), Do(8.0, AddOrganisation("G", "B")))
    plain = named(run(plan(*faults)))
    for events in (run(plan(*faults, *rows)), run(plan(*faults), *rows)):
        past = [event for event in named(events) if event.t < 8.0]
        assert past == [event for event in plain if event.t < 8.0]
        assert [event.name for event in events if isinstance(event, Joined | Housed)][-3:] == ["G", "Zed", "H"]
        assert events[-1].t > 19.0


def test_a_newcomer_peers_with_the_tops_catches_up_and_reads_what_all_read() -> None:
    events = run(plan(Do(8.0, AddProvider("Zed", customers=7)), Do(9.0, Peer(("Zed", "c")))))
    assert of(events, Joined, Attached, Peered) == [
        Joined(node=4, name="Zed", customers=7), Attached(node=9, provider=4),
        *(Peered(node=top, peers=(4,), latency=(0.04,)) for top in (0, 1, 2)),
    ]  # fmt: skip
    up = [(event.node, event.peer) for event in events if isinstance(event, SessionUp)]
    assert {(4, 0), (4, 1), (4, 2), (0, 4), (1, 4), (2, 4)} == set(up)
    caught = [event for event in events if isinstance(event, CaughtUp) and event.node == 4]
    assert (len(caught), sum(event.news for event in caught)) == (3, 6)  # all six names of the workload
    gets = [event for event in events if isinstance(event, GetFinished) and event.node == 4]
    assert len(gets) > 20 and {event.outcome for event in gets} == {"OK"} and gets[0].t > 8.0
    assert not [event for event in events if isinstance(event, PutStarted) and event.node == 4]
    assert notes(events) == ["peer Zed and c: c is a child of C, and only top-level providers peer"]


def test_newcomers_below_others_and_organisations_serve_their_customers() -> None:
    events = run(
        plan(
            Do(1.0, AddProvider("low", parent="c")), Do(2.0, AddProvider("lower", parent="low", attach=Hang.REDIRECT)),
            Do(3.0, AddOrganisation("H", "low")), Do(4.0, Put("H", "v", "k")), Do(5.0, Get("lower", "k", owner="H")),
            Do(6.0, Crash("low")), Do(7.0, Restart("low")), Do(8.0, Get("H", "k")),
            Do(9.0, Get("lower", "k", owner="H")),
        )
    )  # fmt: skip
    assert answers(events) == [("OK", ()), ("OK", ("v",)), ("OK", ("v",)), ("OK", ("v",))]
    assert notes(events) == []


def test_who_leaves_parts_from_everybody_and_never_comes_back() -> None:
    rows = [Leave("C"), Restart("C"), Put("C", "v", "k"), Peer(("A", "C")), AddProvider("C"), Leave("C"), Heal()]
    events = run(plan(*(Do(5.0 + at, row) for at, row in enumerate(rows))))
    changes = of(events, Unpeered, Adopted, Gone)
    assert changes == [Unpeered(node=0, peer=2), Unpeered(node=1, peer=2), Adopted(node=3), Gone(node=2)]
    assert notes(events) == [
        "restart: C has left", "put: C has left", "peer: C has left", "add-provider C: it has left for good",
        "leave: C has left", "heal: there is no partition",
    ]  # fmt: skip
    later = [event for event in events if event.t > 5.0]
    assert not [event for event in later if isinstance(event, GetStarted | PutStarted) and event.node == 2]
    assert not [event for event in later if isinstance(event, Sent) and 2 in (event.src, event.dst)]
    alone = {event.outcome for event in later if isinstance(event, GetFinished) and event.node == 3 and event.t > 10}
    assert alone == {"NOT_FOUND"}  # a top that peers with nobody


def test_an_organisation_leaves_and_one_is_left() -> None:
    events = run(plan(Do(5.0, Leave("A")), Do(6.0, Put("P", "v", "k")), Do(7.0, Leave("P")), Do(8.0, Get("P", "k"))))
    assert answers(events) == [("OK_LOCAL", ())]
    assert [event.node for event in of(events, Gone)] == [0, 9]
    assert notes(events) == ["get: P has left"]
    asked = [event for event in events if isinstance(event, GetStarted | PutStarted) and event.t > 7.0]
    assert asked and not [event for event in asked if event.node in (0, 9)]


def test_what_a_customer_of_whoever_left_has_moves_on() -> None:
    """The workload's owner is a customer of B when A leaves: its keys live on."""
    events = run(plan(Do(5.0, Move("A", "B")), Do(9.0, Leave("A")), Do(15.0, Get("C", "w/1"))))
    assert [event.node for event in events if isinstance(event, PutStarted) and event.owner == "A" and event.t > 9]
    assert [outcome for outcome, _ in answers(events)][-1] == "OK"


def test_newcomers_where_something_is_in_the_way() -> None:
    rows = (
        Do(1.0, Crash("B")), Do(2.0, Partition((("A",),))), Do(3.0, AddProvider("Zed")), Do(4.0, Leave("C")),
        Do(5.0, AddProvider("y", parent="C")), Do(6.0, AddProvider("x", peers=("C", "c", "Zed"))),
        Do(7.0, AddProvider("Zed")), Do(8.0, Restart("B")), Do(9.0, Heal()),
    )  # fmt: skip
    events = run(plan(*rows))
    assert notes(events) == [
        "add-provider y below C: C has left, so it is a top",
        "add-provider x, a peer of C: C has left",
        "add-provider Zed: there is one of this name",
    ]
    up = {(event.t > 8, event.t > 9, event.node, event.peer) for event in events if isinstance(event, SessionUp)}
    assert {each for each in up if each[2:] in ((4, 1), (4, 0), (4, 2))} == {
        (False, False, 4, 2), (True, False, 4, 1), (True, True, 4, 0),
    }  # fmt: skip


def test_a_provider_changes() -> None:
    rows = [SetProvider("A", lookup_delay=0.5), SetProvider("A", customers=3), SetProvider("A", customers=3)]
    rows += [Crash("A"), Restart("A"), Misbehave("A", no_forward=True), SetProvider("A", lookup_delay=0.25)]
    work = Workload("w", 1, ("A",), ("A",), gets_per_second=10.0)
    scenario = plan(*(Do(4.0 + 2 * at, row) for at, row in enumerate(rows)), workload=(work,))
    trace = Trace()
    engine = Engine(scenario, trace)
    latencies = []
    for at in (3.9, 5.9, 13.9, 20.0):
        engine.run(at)
        latencies += [[e for e in trace.slice(0, len(trace)) if isinstance(e, GetFinished)][-1].latency]
    events = list(trace.slice(0, len(trace)))
    assert latencies == [pytest.approx(each) for each in (0.002, 0.5, 0.5, 0.25)]
    changes = [(event.customers, event.lookup_delay) for event in of(events, ProviderChanged)]
    assert changes == [(100, 0.5), (3, 0.5), (3, 0.25)]
    assert notes(events) == ["provider A: it is like this already"]


def test_neighbours_are_told_once_and_customers_too() -> None:
    heard = Heard("A B", Do(1.0, AddProvider("C")), Do(4.0, Leave("B")))
    assert heard.run() == [
        "1 2 starts with 0 rows", "1 0 linked 2 peer", "1 2 linked 0 peer", "1 1 linked 2 peer", "1 2 linked 1 peer",
        "4 0 unlinked 1 unpeered gone", "4 2 unlinked 1 unpeered gone",
    ]  # fmt: skip


def test_faults_of_all_links_are_those_of_a_newcomer() -> None:
    rows = (Do(1.0, AddProvider("Zed", peers=("A",))), Do(2.0, SetLink(("A", "Zed"), up=False)))
    events = run(plan(*rows, link=Link(loss=0.1)))
    changes = [(type(event), getattr(event, "up", None)) for event in of(events, Peered, LinkChanged)]
    assert changes == [(Peered, None), (LinkChanged, True), (LinkChanged, False)]


COMMANDS: tuple[Command, ...] = (Attach("Zed", "A"), Put("Zed", "v", "k"))


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_is_asked_before_they_come(command: Command) -> None:
    """A file that says so is refused; a branch may come to it."""
    word = "attach" if isinstance(command, Attach) else "put"
    assert notes(run(plan(Do(1.0, command)), Do(5.0, AddProvider("Zed")))) == [f"{word}: Zed is not there yet"]
