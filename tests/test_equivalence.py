"""Invariant 24: with the same scenario, seed and commands nodes of the simulator and of a lab hear and say the same.

Rules: what is compared is, of each node, the sequence of (input, effects) without times and event numbers. A lab that
is never late is compared to the digest, in any scenario. In real time somebody is always late, so there the scenarios
are such that lateness changes no order: one command at a time, the next when all is quiet; what a node waits for from
several others comes over links of which the slower one is slower there and back; nobody's patience ends. (So nobody
moves, which is two operations at once, and no removal is told twice, which prolongs it by how late it came.) That they
are such is checked with clocks that are late at random, by up to a second, and disks that are as slow; so the run in
real time cannot fail by chance.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from p4lab.core.commands import (
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Note,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    Unpeer,
)
from p4lab.core.contract import Effect, Input, Woke
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach as Hang
from p4lab.core.options import Options
from p4lab.live.lab import Lab, Memory
from p4lab.live.scratch import Scratch
from p4lab.scenario.model import Do, Organisation, ParentLink, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.stage.agenda import SOURCE, WAKE
from p4lab.stage.cast import Cast
from p4lab.stage.crashes import Rows
from p4lab.stage.roster import NOBODY
from p4lab.trace import Trace
from tests.live.clocks import Clock
from tests.sim.test_conservation import scenarios

PATIENT = Options(query_timeout=600.0, hold_time=0.05, down_after=0)
GAP = 5.0  # s between two commands of a simulated run: by then all is quiet, and nothing has grown old
TIMES = {"t", "id", "cause", "event", "due", "until", "latency", "ttl_ms", "lease_ms", "remaining", "left", "patience"}
NUMBERS = {"copy", "origin"}  # of Events
V, K, G = Regime.VALUE, Regime.KEY, Regime.GET_BROADCAST
UN, IM = Kind.UNAUTHENTICATED, Kind.IMMUTABLE


def between(*links: tuple[str, str, float]) -> tuple[Peering, ...]:
    return tuple(Peering(between=(a, b), latency=latency) for a, b, latency in links)


def providers(names: str) -> tuple[Provider, ...]:
    return tuple(Provider(name) for name in names.split())


MESH = Scenario(
    "a market", 1.0, options=PATIENT, provider=providers("A B C D"),
    peering=between(("A", "B", 0.002), ("A", "C", 0.004), ("A", "D", 0.006), ("B", "C", 0.003), ("B", "D", 0.005),
                    ("C", "D", 0.007)),
)  # fmt: skip
IN_THE_MARKET: list[Command] = [
    Put("A", "one", key="k"), Get("B", key="k", owner="A"), Get("B", key="k", owner="A"),
    Put("A", "two", key="k", regime=V), Get("C", key="k", owner="A"), Get("D", key="none", owner="A"),
    Put("B", "three", key="l", regime=K), Get("A", key="l", owner="B"), Get("A", key="l", owner="B"),
    Put("C", "four", key="wall", kind=UN, regime=V, secret="s"), Put("D", "five", key="wall", kind=UN, regime=V),
    Get("A", key="wall", kind=UN), Remove("C", key="wall", kind=UN, value="four", secret="s"),
    Get("B", key="wall", kind=UN), Put("D", "six", kind=IM), Get("A", of="six", kind=IM), Remove("A", key="k"),
    Get("D", key="k", owner="A"), Put("B", "seven", key="l", regime=G), Get("D", key="l", owner="B"),
    Put("A", "old", key="m", seq=3), Put("A", "older", key="m", seq=2),
]  # fmt: skip
FOREST = Scenario(
    "a forest", 1.0, options=PATIENT,
    provider=(
        *providers("S T"), Provider("a", parent="S", link=ParentLink(latency=0.002)),
        Provider("b", parent="S", link=ParentLink(latency=0.004)),
        Provider("c", parent="a", link=ParentLink(latency=0.003)),
        Provider("r", parent="T", attach=Hang.REDIRECT, link=ParentLink(latency=0.002)),
    ),
    organisation=(Organisation("Mill", at="b", latency=0.001),), peering=between(("S", "T", 0.006)),
)  # fmt: skip
IN_THE_FOREST: list[Command] = [
    Put("c", "one", key="k"), Get("b", key="k", owner="c"), Get("r", key="k", owner="c"),
    Put("r", "two", key="k", regime=V), Get("c", key="k", owner="r"), Put("Mill", "three", key="m", regime=K),
    Get("Mill", key="m"), Get("T", key="m", owner="Mill"), Get("a", key="m", owner="Mill"),
    Put("T", "four", key="wall", kind=UN, regime=V), Get("c", key="wall", kind=UN), Remove("c", key="k"),
    Get("T", key="k", owner="c"), Get("T", key="none", owner="a"), Get("S", key="k", owner="r"),
]  # fmt: skip
STAR = Scenario(
    "a star", 1.0, options=PATIENT, provider=providers("H X Y Z"),
    peering=between(("H", "X", 0.002), ("H", "Y", 0.004)),
)  # fmt: skip
IN_THE_STAR: list[Command] = [
    Put("H", "one", key="k", regime=V), Put("X", "two", key="l", regime=V), Put("X", "mine", key="m"), Crash("X"),
    Get("Y", key="m", owner="X"), Put("H", "three", key="k", regime=V), Put("H", "four", key="n", regime=V),
       Restart("X"), Get("X", key="k", owner="H"), Get("X", key="n", owner="H"), Get("X", key="m"), Get("X", key="l"),
    SetLink(("H", "Y"), up=False), Put("H", "five", key="n", regime=V), SetLink(("H", "Y"), up=True),
    Get("Y", key="n", owner="H"), Partition((("X",),)), Put("X", "six", key="l", regime=V), Heal(),
    Get("H", key="l", owner="X"), Unpeer(("H", "X")), Get("H", key="l", owner="X"), Peer(("X", "H"), latency=0.003),
    Get("H", key="l", owner="X"), Attach("Z", to="X"), Put("Z", "seven", key="z", regime=V),
    Get("H", key="z", owner="Z"), Detach("Z"), Get("Z", key="z"), Note("the end"),
]  # fmt: skip
RUNS = [(MESH, IN_THE_MARKET), (FOREST, IN_THE_FOREST), (STAR, IN_THE_STAR)]


class Story:
    """What each node was told, and what it asked for, in plain values."""

    def __init__(self) -> None:
        self.told: dict[int, list[Any]] = {}

    def listen(self, number: int, node: Any) -> None:
        """Also to what replaces this node after a crash: a driver tells of each provider that it makes."""
        inner = node.handle

        def handle(data: Input, now: float) -> list[Effect]:
            effects: list[Effect] = inner(data, now)
            if effects or not isinstance(data, Woke):  # a wake-up that comes to nothing may come or not
                self.told.setdefault(number, []).append((plain(data), plain(effects)))
            return effects

        node.__dict__["handle"] = handle

    def listen_to_others(self, cast: Cast) -> None:
        """Customers and proxies are never made anew here."""
        for number, node in enumerate(cast.nodes):
            if "handle" not in node.__dict__:
                self.listen(number, node)
                cast.handles[number] = node.handle


def plain(what: Any) -> Any:
    if isinstance(what, msgspec.Struct):
        names = [name for name in what.__struct_fields__ if name not in TIMES and name not in NUMBERS]
        return type(what).__name__, {name: plain(getattr(what, name)) for name in names}
    if isinstance(what, list | tuple):
        return [plain(each) for each in what]
    return what.value if isinstance(what, enum.Enum) else what


def lasting(command: Command) -> Command:
    """No copy of it expires in a run, simulated or not."""
    return msgspec.structs.replace(command, ttl=3600.0) if isinstance(command, Put) else command


def simulated(scenario: Scenario, commands: list[Command]) -> dict[int, list[Any]]:
    story = Story()
    rows = [Do(GAP * place, lasting(command)) for place, command in enumerate(commands, 1)]
    engine = Engine(scenario, Trace(), rows, story.listen)
    story.listen_to_others(engine.cast)
    engine.run(GAP * (len(rows) + 1))
    return story.told


def quiet(lab: Lab) -> bool:
    """Nothing is under way, in hand or being stored; only timers and workloads wait."""
    heap = lab._agenda.heap
    return not lab.held and all(src < 0 and src & 7 in (WAKE, SOURCE) for _, _, _, src, _ in heap)


class Erratic(Memory):
    """A store that takes its time, each time another."""

    def __init__(self, clock: Clock, rng: Random) -> None:
        super().__init__()
        self._clock, self._rng, self._last = clock, rng, 0.0

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None:
        self._last = max(self._last, self._clock.t + self._rng.random() * 0.5)  # in order, as a store says it
        super().write(node, rows, lambda ok: self._clock.soon(lambda: done(ok), self._last - self._clock.t))


@settings(max_examples=12)
@given(scenarios())
def test_a_lab_that_is_never_late_is_the_simulator_whatever_happens(scenario: Scenario) -> None:
    """Losses, crashes, liars and all, to the digest; what would be at time 0 is a little later, as a lab's clock is."""
    scenario = msgspec.structs.replace(
        scenario, options=msgspec.structs.replace(scenario.options, commit_delay=0.0),
        workload=tuple(msgspec.structs.replace(row, start=0.001) for row in scenario.workload),
        do=tuple(msgspec.structs.replace(row, at=max(row.at, 0.001)) for row in scenario.do),
    )  # fmt: skip
    trace, other, clock = Trace(), Trace(), Clock()
    Engine(scenario, trace).run(scenario.duration - 0.001)
    lab = Lab(scenario, NOBODY)
    lab.begin(clock, Memory())
    clock.run(scenario.duration - 0.001)
    for _, batch in lab.batches:
        other.append(batch)
    assert other.digest() == trace.digest()


@pytest.mark.parametrize(("scenario", "commands"), RUNS, ids=[scenario.title for scenario, _ in RUNS])
def test_however_late_a_lab_is_its_nodes_hear_and_say_the_same(scenario: Scenario, commands: list[Command]) -> None:
    expected = simulated(scenario, commands)
    assert sum(map(len, expected.values())) > 4 * len(commands)
    for seed in range(12):
        rng, story = Random(seed), Story()
        clock = Clock(lambda rng=rng: rng.random() ** 4)  # type: ignore[misc]  # mostly little, now and then a second
        lab = Lab(scenario, NOBODY, story.listen)
        story.listen_to_others(lab.cast)
        lab.begin(clock, Erratic(clock, rng))
        for command in commands:
            lab.submit(Do(lab.now, lasting(command)))
            clock.run(clock.t + 0.5)
            while not quiet(lab):
                clock.run(clock.t + 0.5)
        _same(story.told, expected)


@pytest.mark.parametrize(("scenario", "commands"), RUNS, ids=[scenario.title for scenario, _ in RUNS])
def test_in_real_time_the_nodes_hear_and_say_the_same(scenario: Scenario, commands: list[Command]) -> None:
    """Under asyncio's own clock, and with SQLite."""
    story = Story()

    async def live() -> None:
        loop = asyncio.get_running_loop()
        lab = Lab(scenario, NOBODY, story.listen)
        story.listen_to_others(lab.cast)
        lab.begin(loop, Scratch(lambda: lab.now))
        for command in commands:
            lab.submit(Do(lab.now, lasting(command)))
            while not quiet(lab):
                await asyncio.sleep(0.001)
        lab.close()

    asyncio.run(asyncio.wait_for(live(), 60.0))
    _same(story.told, simulated(scenario, commands))


def _same(told: dict[int, list[Any]], expected: dict[int, list[Any]]) -> None:
    for number in sorted(expected):
        for place, (mine, theirs) in enumerate(zip(told.get(number, []), expected[number], strict=False)):
            assert mine == theirs, f"node {number}, input {place + 1}"
    assert {number: len(rows) for number, rows in told.items()} == {
        number: len(rows) for number, rows in expected.items()
    }
