"""A lab under a clock that a test turns: it is the simulator where it is never late, and tells how late it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from random import Random
from typing import Any

import msgspec
import pytest

from p4lab.core.commands import (
    VERBS,
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Leave,
    Misbehave,
    Move,
    Note,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    SetProvider,
    Unpeer,
)
from p4lab.core.events import Event, GetFinished, Gone, Housed, Joined, Noted, PutFinished, Restarted, Stored
from p4lab.core.names import Regime
from p4lab.core.options import Options, Signatures
from p4lab.live.lab import IDLE, Lab, Memory
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.scenario.read import read
from p4lab.sim.engine import Engine
from p4lab.stage.crashes import Rows
from p4lab.stage.roster import NOBODY, Spare
from p4lab.trace import Trace
from tests.live.clocks import Clock

LESSONS = (
    "three-regimes",
    "late-joiner",
    "partition-and-heal",
    "an-organisation-of-its-own",
    "the-liar-loses-customers",
)


def market(*do: Do, **more: Any) -> Scenario:
    fields: dict[str, Any] = {
        "options": Options(signatures=Signatures.MODELLED),
        "link": Link(latency=0.02),
        "provider": tuple(Provider(name) for name in ("Aster", "Birch", "Cedar")),
        "peering": (Peering(among="all"),),
    }
    return Scenario("t", 100.0, do=do, **{**fields, **more})


class Slow(Memory):
    """A store that says that something is stored after a while."""

    def __init__(self, clock: Clock, after: float) -> None:
        super().__init__()
        self._clock, self._after = clock, after

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None:
        super().write(node, rows, lambda ok: self._clock.soon(lambda: done(ok), self._after))


class Live:
    """A lab, and the trace of it."""

    def __init__(self, scenario: Scenario, spare: Spare = NOBODY, late: Callable[[], float] = lambda: 0.0) -> None:
        self.clock, self.trace = Clock(late), Trace()
        self.lab = Lab(scenario, spare)

    def run(self, until: float, store: Memory | None = None) -> Live:
        if self.clock.t == 0.0:
            self.lab.begin(self.clock, store or Memory())
        self.clock.run(until)
        settled = [known for known, _ in self.lab.batches]
        assert settled == sorted(settled) and self.lab.known >= max(settled, default=0.0)
        while self.lab.batches:
            self.trace.append(self.lab.batches.popleft()[1])
        return self

    def events(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in self.trace.slice(0, len(self.trace)) if isinstance(event, kinds)]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lab_that_is_never_late_is_the_simulator(name: str) -> None:
    """To the digest; but for time 0, of which a lab has told everything before its clock starts."""
    scenario = read(f"scenarios/{name}.toml")
    later = tuple(msgspec.structs.replace(row, start=max(row.start, 0.001)) for row in scenario.workload)
    scenario, end = msgspec.structs.replace(scenario, workload=later), min(scenario.duration - 0.001, 12.0)
    trace = Trace()
    Engine(scenario, trace).run(end)
    assert Live(scenario).run(end).trace.digest() == trace.digest()


def test_nodes_are_told_the_true_time() -> None:
    """A machine that is late shows as latency: two lookups, a question and an answer, each a quarter late."""
    scenario = market(Do(1.0, Put("Aster", "v", key="k")), Do(2.0, Get("Birch", key="k", owner="Aster")))
    prompt, late = Live(scenario).run(4.0), Live(scenario, late=lambda: 0.25).run(3.5)
    [soon], [finished] = prompt.events(GetFinished), late.events(GetFinished)
    assert (soon.t, soon.latency) == pytest.approx((2.044, 0.044))
    assert finished.latency == pytest.approx(0.044 + 4 * 0.25, abs=4 * IDLE)
    assert (prompt.lab.behind, late.lab.behind) == (0.0, pytest.approx(0.25, abs=IDLE))
    late.clock.late = lambda: 0.0
    assert late.run(8.0).lab.behind == 0.0


def test_the_stream_is_in_order_however_late_it_is() -> None:
    rng = Random(5)
    rows = (Workload("w", keys=20, gets_per_second=30.0, updates_per_second=0.5, regime=Regime.VALUE),)
    live = Live(market(workload=rows), late=lambda: rng.random() * 0.05).run(5.0)
    events = list(live.trace.slice(0, len(live.trace)))
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert [event.t for event in events] == sorted(event.t for event in events)
    assert all(0 <= event.cause < event.id for event in events)
    assert len(events) > 1000


def test_nothing_is_said_before_it_is_stored() -> None:
    """Nor does a node say anything else meanwhile; but what needs no disk at others goes on."""
    do = [Do(1.0, Put("Aster", "v", key="k")), Do(1.1, Put("Aster", "w", key="l")), Do(1.15, Get("Aster", key="k"))]
    fast, slow = Live(market(*do)).run(5.0), Live(market(*do))
    slow.run(5.0, Slow(slow.clock, 0.5))
    events = (Stored, PutFinished, GetFinished)
    assert [round(event.t, 3) for event in fast.events(*events)] == [1.0, 1.0, 1.1, 1.1, 1.152]
    assert [round(event.t, 3) for event in slow.events(*events)] == [1.5, 1.5, 1.6, 1.6, 1.602]
    kinds = [[type(event) for event in live.events(*events)] for live in (fast, slow)]
    assert kinds[0] == kinds[1]


class Full(Slow):
    """A store that has no room."""

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None:
        self._clock.soon(lambda: done(False), self._after)


def test_what_cannot_be_stored_is_not_promised() -> None:
    live = Live(market(Do(1.0, Put("Aster", "v", key="k", regime=Regime.VALUE)), Do(2.0, Get("Birch", key="none"))))
    live.run(5.0, Full(live.clock, 0.1))
    assert [event.outcome for event in live.events(PutFinished, GetFinished)] == ["E_AGAIN", "NOT_FOUND"]
    assert {event.node for event in live.events(Stored)} == {0}


@pytest.mark.parametrize(("crash", "outcome", "stored"), [(1.4, "E_AGAIN", 3.0), (2.0, "OK", 1.5)])
def test_a_crash_forgets_what_was_to_be_said(crash: float, outcome: str, stored: float) -> None:
    """What was written stays written, whether or not the node could tell: then that is told when it is back."""
    do = [Do(1.0, Put("Aster", "v", key="k")), Do(crash, Crash("Aster")), Do(3.0, Restart("Aster"))]
    live = Live(market(*do, Do(4.0, Get("Aster", key="k"))))
    live.run(5.0, Slow(live.clock, 0.5))
    assert [event.outcome for event in live.events(PutFinished)] == [outcome]
    [event], [restarted], [got] = live.events(Stored), live.events(Restarted), live.events(GetFinished)
    assert (event.t, restarted.copies, got.source, got.copy) == (pytest.approx(stored), 1, "local", event.id)


EVERY: list[Command] = [
    Put("Aster", "v", key="k"), Get("Birch", key="k", owner="Aster"), AddProvider("Daisy", customers=3),
    AddOrganisation("Mill", at="Daisy"), AddOrganisation("Loft", at="Mill"), Put("Loft", "w", key="m"),
    Get("Aster", key="m", owner="Loft"), Move("Aster", to="Daisy"), Remove("Daisy", key="k", identity="Aster"),
    Unpeer(("Aster", "Birch")), Peer(("Birch", "Aster")), SetLink(("Aster", "Cedar"), up=False),
    SetLink(("Aster", "Cedar"), up=True, jitter=0.001), Partition((("Aster", "Daisy"),)), Heal(),
    Attach("Cedar", to="Daisy"), Detach("Cedar"), Crash("Birch"), Restart("Birch"), Misbehave("Cedar", no_forward=True),
    SetProvider("Daisy", lookup_delay=0.01, customers=9), Leave("Daisy"), AddProvider("Elm", peers=("Aster",)),
    AddProvider("Fern"), Note("that was all"),
]  # fmt: skip


def test_every_verb_does_what_it_does_in_the_simulator() -> None:
    """Also those that bring in somebody of whom nobody knew: only the numbers of nodes differ."""
    assert {type(command) for command in EVERY} == set(VERBS.values())
    rows = [Do(1.0 + place, command) for place, command in enumerate(EVERY)]
    end = 2.0 + len(rows)
    trace = Trace()
    Engine(market(*rows), trace).run(end)
    live = Live(market(), Spare(3, 2)).run(0.5)
    for row in rows:
        live.lab.submit(row)
    live.run(end)
    assert _story(live.trace) == _story(trace)
    names = [event.name for event in live.events(Joined, Housed)][3:]
    assert names == ["Daisy", "Mill", "Loft", "Elm", "Fern"]
    assert [event.text for event in live.events(Noted)] == ["that was all"]
    assert len(live.events(Gone)) == 1


def test_there_are_only_so_many_places() -> None:
    live = Live(market(), Spare(1, 1)).run(0.5)
    commands = (
        AddProvider("Daisy"),
        AddProvider("Elm"),
        AddOrganisation("Mill", "Aster"),
        AddOrganisation("Loft", "Aster"),
    )
    for command in commands:
        live.lab.submit(Do(0.5, command))
    live.run(1.0)
    assert [event.text for event in live.events(Noted)] == [
        "add-provider Elm: as many have come as a run has places for",
        "add-organisation Loft: as many have come as a run has places for",
    ]


def _story(trace: Trace) -> list[str]:
    """What happened, with names in place of numbers that depend on how many places there are."""
    names: dict[int, str] = {}
    told = []
    for event in trace.slice(0, len(trace)):
        fields = msgspec.to_builtins(event, builtin_types=(bytes,))
        if isinstance(event, Joined | Housed):
            names[event.node] = event.name
        if fields["type"] == "Attached":
            names[event.node] = f"customers of {names[fields['provider']]}"
        told.append({name: _named(value, names) if name in _NODES else value for name, value in fields.items()})
    return [str(each) for each in told]


_NODES = ("node", "src", "dst", "peers", "peer", "provider", "parent", "at", "a", "b", "groups", "answered", "silent")


def _named(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_named(each, names) for each in value]
    return names.get(value, value)


def test_it_gives_way_to_a_thread_that_has_much_to_do() -> None:
    live = Live(market(Do(1.0, Note("soon")), Do(2.0, Note("in time")))).run(0.95)
    live.lab.give_way(0.2)
    live.run(3.0)
    assert [event.t for event in live.events(Noted)] == [pytest.approx(1.15), 2.0]


def test_time_ends_where_it_is_closed() -> None:
    live = Live(market(workload=(Workload("w", keys=1, gets_per_second=100.0),))).run(1.0)
    live.lab.close()
    count = len(live.trace)
    live.clock.run(3.0)
    assert (len(live.lab.batches), len(live.trace), live.lab.known < 1.0 + 1e-9) == (0, count, True)
    assert live.clock._timers == [] or all(timer.off for _, _, timer, _ in live.clock._timers)
    assert live.lab._agenda.next_at < inf
