"""Any commands in any order to any market, with the invariants of protocol section 7 checked all the way.

Rules: a step is a command at its own time, so what was done is a scenario; a failing example prints it, and
`p4lab torture FILE` replays it. The network is steered by the fields of its links: a message that is sent while a link
is slow is overtaken by those sent later, and so on. The machine in tests/core joins providers by hand instead.
"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from p4lab.core.commands import (
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Move,
    Note,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    Unpeer,
)
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach as How
from p4lab.core.options import ChildUp, Mesh, Options, Quorum, Signatures, UnauthenticatedGets
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, links, parent_links
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.torture.torture import run
from p4lab.torture.watched import QUIET_NOTE, Watched

NAMES = ("Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern")
LATENCY = 0.02  # s
STEP = 0.001  # s from one command to the next
SETTLE, MOST = 25.0, 200  # s, and how often
ENDLESS = 1e6  # s
IMM, AUTH, UNAUTH = Kind.IMMUTABLE, Kind.AUTHENTICATED, Kind.UNAUTHENTICATED

SIGNED = st.sampled_from(("a", "b", "c"))
VALUE = st.sampled_from(("x", "y", "z"))
REGIME = st.sampled_from(Regime)
TTL = st.sampled_from((0.0, 1.0, 6.0))
ANY = st.integers(0, 63)  # taken modulo however many there are
WEATHER = st.sampled_from((
    {"latency": 0.3}, {"latency": 3.0}, {"latency": 0.001}, {"loss": 0.5}, {"loss": 0.8}, {"duplicate": 1.0},
    {"reorder": 1.0}, {"corrupt": 0.9}, {"up": False},
))  # fmt: skip
FAIR: dict[str, Any] = {
    "up": True, "latency": LATENCY, "loss": 0.0, "duplicate": 0.0, "reorder": 0.0, "corrupt": 0.0,
}  # fmt: skip


@st.composite
def markets(draw: st.DrawFn) -> Scenario:
    """Tops in full mesh, or in a connected one that relays; below them a forest of both kinds of children."""
    size = draw(st.integers(1, len(NAMES)))
    tops = draw(st.integers(1, size))
    rows = [Provider(name, lookup_delay=0.0) for name in NAMES[:tops]]
    for name in NAMES[tops:size]:
        local = [row for row in rows if row.attach is How.LOCAL]
        parent = local[draw(ANY) % len(local)]
        rows.append(Provider(name, lookup_delay=0.002, parent=parent.name, attach=draw(st.sampled_from(How))))
    options = Options(
        mesh=draw(st.sampled_from((Mesh.MESH, Mesh.RELAY))),
        coalesce=draw(st.booleans()),
        parallel=draw(st.booleans()),
        unauthenticated_gets=draw(st.sampled_from(UnauthenticatedGets)),
        authenticated_gets=draw(st.sampled_from(("first", "all", Quorum(2)))),
        pointer_fallback=draw(st.booleans()),
        child_up=draw(st.sampled_from(ChildUp)),
        commit_delay=draw(st.sampled_from((0.0, 0.01))),
        port_grace=2.0,
        signatures=Signatures.MODELLED,
    )
    peering = [Peering(among="all")]
    if options.mesh is Mesh.RELAY:
        peering = [Peering(between=(NAMES[i], NAMES[draw(ANY) % i])) for i in range(1, tops)]
    return Scenario(
        "Drawn", ENDLESS, options=options, link=Link(latency=LATENCY), provider=tuple(rows), peering=tuple(peering)
    )


class Markets(RuleBasedStateMachine):
    """What customers and faults do; teardown repairs everything and asks whether all agree."""

    @initialize(scenario=markets())
    def begin(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.watched = Watched(scenario)
        self.rows: list[Do] = []
        self.now = 0.0
        self.names = [row.name for row in scenario.provider]
        self.parents = {row.name: row.parent for row in scenario.provider if row.parent is not None}
        self.redirect = {row.name for row in scenario.provider if row.attach is How.REDIRECT}
        self.peers = [(self.names[pair.a], self.names[pair.b]) for pair in links(scenario)]
        self.links = self.peers + [(self.names[a], self.names[b]) for a, b, _ in parent_links(scenario)]
        self.homes: dict[str, str] = {}
        self.down: list[str] = []
        self.away: list[str] = []  # children that were detached
        self.parted: list[tuple[str, str]] = []  # peers that were
        self.split = False

    def do(self, command: Command) -> None:
        self.now = round(self.now + STEP, 3)
        row = Do(self.now, command)
        self.rows.append(row)
        self.watched.add(row)
        self.watched.advance(self.now)

    def replay(self) -> Scenario:
        """What was done so far, as a scenario."""
        return msgspec.structs.replace(self.scenario, duration=self.now + STEP, do=tuple(self.rows))

    # Customers

    @rule(name=SIGNED, value=VALUE, regime=REGIME, ttl=TTL, at=ANY, lease=st.sampled_from((0.0, 0.0, 4.0)))
    def put(self, name: str, value: str, regime: Regime, ttl: float, at: int, lease: float) -> None:
        home = self.homes.setdefault(name, self.names[at % len(self.names)])
        self.do(Put(home, value, name, regime=regime, ttl=ttl, identity=name, lease=lease if name == "c" else 0.0))

    @rule(value=VALUE, regime=REGIME, ttl=TTL, at=ANY)
    def put_anywhere(self, value: str, regime: Regime, ttl: float, at: int) -> None:
        self.do(Put(self.names[at % len(self.names)], value, "d", regime=regime, ttl=ttl, identity="d"))

    @rule(value=VALUE, kind=st.sampled_from((IMM, UNAUTH)), regime=REGIME, ttl=TTL, at=ANY)
    def put_unsigned(self, value: str, kind: Kind, regime: Regime, ttl: float, at: int) -> None:
        by, key = self.names[at % len(self.names)], None if kind is IMM else "u"
        secret = "s" if kind is UNAUTH and value == "z" else None
        self.do(Put(by, value, key, kind, regime, ttl, secret=secret))

    @rule(name=SIGNED)
    def remove(self, name: str) -> None:
        if name in self.homes:
            self.do(Remove(self.homes[name], name, identity=name))

    @rule(at=ANY)
    def remove_entry(self, at: int) -> None:
        self.do(Remove(self.names[at % len(self.names)], "u", UNAUTH, value="z", secret="s"))

    @rule(name=st.sampled_from("abcdduuxy"), at=ANY, token=st.integers(0, 2))
    def get(self, name: str, at: int, token: int) -> None:
        by = self.names[at % len(self.names)]
        if name == "u":
            self.do(Get(by, "u", kind=UNAUTH))
        elif name in "xy":
            self.do(Get(by, of=name, kind=IMM))
        else:
            self.do(Get(by, name, owner=name, min_version=token))

    @rule(name=st.sampled_from(("a", "b")), to=ANY)
    def move(self, name: str, to: int) -> None:
        """Once what it has put is answered, and to where the records that come along are sure to be taken."""
        self.wait(3.0)
        there = [each for each in self.names if each not in self.redirect and each not in self.down]
        if name in self.homes and there:
            self.homes[name] = there[to % len(there)]
            self.do(Move(name, self.homes[name]))

    # The world

    @rule(seconds=st.sampled_from((0.01, 0.05, 0.5, 2.0, 5.0)))
    def wait(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 3)
        self.watched.advance(self.now)

    @precondition(lambda self: self.links)
    @rule(at=ANY, weather=WEATHER)
    def change_a_link(self, at: int, weather: dict[str, Any]) -> None:
        pair = self.links[at % len(self.links)]
        if "corrupt" not in weather or pair[0] not in self.redirect:
            self.do(SetLink(pair, **weather))

    @precondition(lambda self: self.links)
    @rule(at=ANY)
    def mend_a_link(self, at: int) -> None:
        self.do(SetLink(self.links[at % len(self.links)], **FAIR))

    @rule(at=ANY)
    def crash_or_restart(self, at: int) -> None:
        name = self.names[at % len(self.names)]
        self.do(Restart(name) if name in self.down else Crash(name))
        (self.down.remove if name in self.down else self.down.append)(name)

    @rule(at=ANY)
    def part_or_heal(self, at: int) -> None:
        self.do(Heal() if self.split else Partition((tuple(self.names[: at % len(self.names)]),)))
        self.split = not self.split

    @precondition(lambda self: self.peers)
    @rule(at=ANY)
    def unpeer_or_peer(self, at: int) -> None:
        pair = self.peers[at % len(self.peers)]
        self.do(Peer(pair) if pair in self.parted else Unpeer(pair))
        (self.parted.remove if pair in self.parted else self.parted.append)(pair)

    @precondition(lambda self: set(self.parents) - self.redirect)
    @rule(at=ANY)
    def leave_or_come_back(self, at: int) -> None:
        local = sorted(set(self.parents) - self.redirect)
        name = local[at % len(local)]
        self.do(Attach(name, self.parents[name]) if name in self.away else Detach(name))
        (self.away.remove if name in self.away else self.away.append)(name)

    # What always holds

    @invariant()
    def nothing_is_violated(self) -> None:
        if hasattr(self, "watched") and self.watched.found:
            note(dumps(self.replay()))
            raise AssertionError(self.watched.found)

    def teardown(self) -> None:
        """All faults end; then everybody agrees, and a get is answered everywhere."""
        if not hasattr(self, "watched") or self.watched.found:
            return
        for pair in self.links:
            self.do(SetLink(pair, **FAIR))
        self.do(Heal())
        for name in self.down:
            self.do(Restart(name))
        for pair in self.parted:
            self.do(Peer(pair))
        for name in self.away:
            self.do(Attach(name, self.parents[name]))
        for _ in range(MOST):  # what was lost many times on a slow link comes late
            if not self.watched.under_way():
                break
            self.wait(SETTLE)
        for seconds in (SETTLE, 1.0):
            self.now = round(self.now + seconds, 3)
            self.do(Note(f"{QUIET_NOTE}all faults are over."))
            self.watched.quiet()
            self.nothing_is_violated()
            for name in self.names:
                self.do(Get(name, "a", owner="a"))


PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # to explain would take ten times as long
Markets.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, phases=PHASES)
TestMarkets = Markets.TestCase


def test_what_a_failing_example_prints_is_the_run_again() -> None:
    machine = Markets()
    rows = tuple(Provider(name, parent=above) for name, above in (("Aster", None), ("Birch", None), ("Cedar", "Birch")))
    machine.begin(
        Scenario("t", ENDLESS, options=Options(signatures=Signatures.MODELLED), provider=rows,
                 link=Link(latency=LATENCY), peering=(Peering(among="all"),))
    )  # fmt: skip
    machine.put("a", "x", Regime.VALUE, 6.0, 2, 0.0)
    machine.change_a_link(0, {"loss": 0.5})
    machine.get("a", 0, 1)
    machine.wait(2.0)
    machine.crash_or_restart(1)
    machine.wait(5.0)
    machine.teardown()
    again = parse(dumps(machine.replay()))
    assert run(again)[0] == []
    second = Watched(again)
    for each in (machine.watched, second):
        each.advance(again.duration)
    assert second.trace.digest() == machine.watched.trace.digest()
