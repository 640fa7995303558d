"""Liars in a run: when a switch is turned, what stays due, and what a crash does to them."""

from __future__ import annotations

from typing import Any

from p4lab.core.commands import Command, Crash, Get, Misbehave, Put, Restart
from p4lab.core.events import Event, GetFinished, Misbehaving, Noted
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace

OPTIONS = Options(signatures=Signatures.MODELLED, query_timeout=0.5)


def run(*rows: tuple[float, Command]) -> list[Any]:
    """What was told of lies, remarks and gets, in a run of A and B, with their times."""
    trace = Trace()
    providers = (Provider("A", lookup_delay=0.1), Provider("B", lookup_delay=0.0))
    scenario = Scenario(
        "t", 20.0, options=OPTIONS, link=Link(latency=0.1), provider=providers, peering=(Peering(among="all"),),
        do=tuple(Do(at, command) for at, command in rows),
    )  # fmt: skip
    Engine(scenario, trace).run(20.0)
    return [told(event) for event in trace.slice(0, len(trace)) if isinstance(event, Misbehaving | Noted | GetFinished)]


def told(event: Event) -> tuple[Any, ...]:
    match event:
        case Misbehaving():
            return round(event.t, 6), event.node, event.switches
        case Noted():
            return round(event.t, 6), event.text
        case GetFinished():
            return round(event.t, 6), event.outcome, event.silent
    raise AssertionError(event)


def test_what_is_turned_counts_from_then_on() -> None:
    refuse, behave = Misbehave("A", refuse_external_gets=True), Misbehave("A", refuse_external_gets=False)
    assert run(
        (1.0, Put("A", "v", "k", ttl=0.0)),
        (2.0, Get("B", "k", owner="A")),
        (2.15, refuse),  # the question has come, and its answer waits for the lookup
        (3.0, Get("B", "k", owner="A")),
        (4.0, refuse),
        (5.0, Misbehave("A", stretch_ttl=2.0)),
        (6.0, behave),
        (7.0, Get("B", "k", owner="A")),
        (8.0, Misbehave("A", stretch_ttl=False)),
    ) == [
        (2.15, 0, ("refuse_external_gets",)),
        (2.3, "OK", ()),
        (3.2, "PARTIAL", (0,)),
        (4.0, "misbehave A: it does just that already"),
        (5.0, 0, ("refuse_external_gets", "stretch_ttl=2")),
        (6.0, 0, ("stretch_ttl=2",)),
        (7.3, "OK", ()),
        (8.0, 0, ()),
    ]


def test_a_liar_that_crashes_lies_on_when_it_is_back() -> None:
    assert run(
        (1.0, Put("A", "v", "k")),
        (2.0, Misbehave("A", refuse_external_gets=True)),
        (3.0, Crash("A")),
        (4.0, Misbehave("A", refuse_external_gets=False)),
        (5.0, Restart("A")),
        (6.0, Get("B", "k", owner="A")),
        (7.0, Get("A", "k")),
    ) == [
        (2.0, 0, ("refuse_external_gets",)),
        (4.0, "misbehave A: it is down"),
        (6.2, "PARTIAL", (0,)),
        (7.1, "OK", ()),
    ]
