"""Any who come, leave, part and crash, in any order, with the invariants of protocol section 7 checked all the way."""

from __future__ import annotations

from itertools import combinations

import msgspec
from hypothesis import given, note, settings
from hypothesis import strategies as st

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Heal,
    Leave,
    Move,
    Note,
    Partition,
    Peer,
    Put,
    Restart,
    SetLink,
    SetProvider,
    Unpeer,
)  # fmt: skip
from p4lab.core.names import Regime
from p4lab.core.options import Attach as How
from p4lab.core.options import Mesh, Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.torture.torture import run
from p4lab.torture.watched import QUIET_NOTE, Watched

THERE = ("Aster", "Birch", "Cedar", "low")
COMERS = ("Xeno", "Yam", "Zed")
EVERYBODY = (*THERE, *COMERS)
END, SETTLED = 40.0, 70.0  # s

one = st.sampled_from(EVERYBODY)
pair = st.permutations(EVERYBODY).map(lambda names: (names[0], names[1]))
regimes = st.sampled_from(Regime)


def comers(name: str) -> st.SearchStrategy[Command]:
    """How one comes: as a top that peers with some, below somebody, or as an organisation."""
    others = [each for each in EVERYBODY if each < name or each in THERE]
    some = st.lists(st.sampled_from(others), max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(AddProvider, provider=st.just(name), peers=st.just("all") | some),
        st.builds(
            AddProvider, provider=st.just(name), parent=st.sampled_from(others), attach=st.sampled_from(How),
        ),
    )  # fmt: skip


acts = st.one_of(
    st.builds(Put, by=one, value=st.sampled_from("xyz"), key=st.just("k"), regime=regimes, ttl=st.just(4.0)),
    st.builds(Get, by=one, key=st.just("k"), owner=one),
    st.builds(Leave, provider=one), st.builds(Crash, provider=one), st.builds(Restart, provider=one),
    st.builds(Peer, between=pair), st.builds(Unpeer, between=pair), st.builds(Detach, provider=one),
    pair.map(lambda two: Attach(*two)), st.builds(SetLink, between=pair, latency=st.sampled_from((0.001, 0.5))),
    st.builds(SetProvider, provider=one, lookup_delay=st.sampled_from((0.0, 0.1))), st.just(Heal()),
    st.lists(one, min_size=1, max_size=3, unique=True).map(lambda some: Partition((tuple(some),))),
)  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> Scenario:
    """Three who come at some time, what is done meanwhile, and in the end all is put right."""
    come = sorted(draw(st.lists(st.integers(1, 30), min_size=3, max_size=3, unique=True)))
    rows = [Do(float(at), draw(comers(name))) for at, name in zip(come, COMERS, strict=True)]
    first = dict(zip(COMERS, come, strict=True))
    for at, command in draw(st.lists(st.tuples(st.integers(1, 39), acts), max_size=14)):
        names = set(str(msgspec.to_builtins(command)).split("'"))
        if at > max((first[name] for name in names & set(COMERS)), default=0):
            rows.append(Do(float(at), command))
    ends: list[Command] = [Heal(), *map(Restart, EVERYBODY), *map(Peer, combinations(EVERYBODY, 2))]
    ends += [SetLink(two, up=True, latency=0.02) for two in combinations(EVERYBODY, 2)]
    rows += [Do(END, command) for command in ends]
    rows.append(Do(SETTLED, Note(f"{QUIET_NOTE}all is put right.")))
    mesh = draw(st.sampled_from((Mesh.MESH, Mesh.RELAY)))
    return Scenario(
        "Who comes and who leaves",
        SETTLED + 1.0,
        options=Options(signatures=Signatures.MODELLED, mesh=mesh),
        link=Link(latency=0.02),
        provider=(*map(Provider, THERE[:3]), Provider("low", parent="Cedar")),
        peering=(Peering(among="all"),),
        workload=(
            Workload("w", 3, ("Aster", "low"), regime=draw(regimes), ttl=3.0, gets_per_second=0.5,
                     updates_per_second=0.1, stop=END),
        ),
        do=tuple(sorted(rows, key=lambda row: row.at)),
    )  # fmt: skip


@given(stories())
@settings(max_examples=30, deadline=None)
def test_whoever_comes_and_leaves_nothing_is_violated(scenario: Scenario) -> None:
    text = dumps(scenario)
    note(text)
    assert run(parse(text))[0] == []


def test_an_owner_who_moved_before_its_provider_left_is_read_everywhere() -> None:
    rows = (
        Do(5.0, AddProvider("Xeno")), Do(10.0, Move("Aster", "Xeno")), Do(20.0, Leave("Aster")),
        Do(25.0, AddOrganisation("House", "Xeno")), Do(SETTLED, Note(f"{QUIET_NOTE}all is calm.")),
    )  # fmt: skip
    work = Workload("w", 3, ("Aster",), regime=Regime.VALUE, updates_per_second=0.1, stop=END)
    options = Options(signatures=Signatures.MODELLED)
    rows_of = tuple(map(Provider, THERE))
    all_peer = (Peering(among="all"),)
    watched = Watched(
        Scenario("t", 72.0, options=options, provider=rows_of, peering=all_peer, workload=(work,), do=rows)
    )
    watched.advance(SETTLED)
    watched.quiet()
    assert (watched.found, watched.told.answered.get("NOT_FOUND", 0)) == ([], 0)
