"""A simulated run by hand: commands at the playhead, forks, and that the log of a run makes the same run again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from p4lab.core.commands import BY_HAND, AddProvider, Command, Get, Move, Note, Put
from p4lab.core.events import Event, GetStarted, Noted, PutStarted
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.base import AnewError
from p4lab.session.simulated import Simulated
from tests.scenario.strategies import faults

PLAN = Scenario(
    "Two providers",
    8.0,
    options=Options(signatures=Signatures.MODELLED),
    link=Link(latency=0.01, jitter=0.004, loss=0.05),
    provider=(Provider("Aster"), Provider("Birch")),
    peering=(Peering("all"),),
    workload=(
        Workload("w", 3, gets_per_second=4.0, updates_per_second=0.5, ttl=0.5),
        Workload("v", 2, kind=Kind.UNAUTHENTICATED, regime=Regime.KEY, gets_per_second=2.0, updates_per_second=0.5),
    ),
    do=(Do(1.001, Put("Birch", "planned", "w/1")), Do(2.5, Note("half way"))),
)


def to(session: Simulated, t: float) -> Simulated:
    """Advanced to t."""
    while session.advance(t) < min(t, session.scenario.duration):
        pass
    return session


def finished(session: Simulated) -> str:
    return to(session, session.scenario.duration).trace.digest()


def saved(session: Simulated) -> Scenario:
    """What "Save" writes: the commands by hand are rows like any other."""
    return parse(dumps(msgspec.structs.replace(session.scenario, do=(*session.scenario.do, *session.commands))))


PUTS = st.builds(
    Put, st.sampled_from(("Aster", "Birch")), st.sampled_from(("x", "y")), st.sampled_from(("w/1", "v/1", "k")),
    kind=st.sampled_from((Kind.AUTHENTICATED, Kind.UNAUTHENTICATED)), regime=st.sampled_from(Regime),
    identity=st.sampled_from((None, "Aster", "Eve")),
)  # fmt: skip
GETS = st.builds(
    Get, st.sampled_from(("Aster", "Birch")), st.sampled_from(("w/1", "v/1", "k")),
    kind=st.sampled_from((Kind.AUTHENTICATED, Kind.UNAUTHENTICATED)), min_version=st.sampled_from((None, 2)),
)  # fmt: skip
ASIDE = st.builds(Note, st.sampled_from(("a remark", "é"))) | st.builds(Move, st.just("Aster"), st.just("Birch"))
COMMANDS: st.SearchStrategy[Command] = PUTS | GETS | ASIDE | faults(["Aster", "Birch"])
TIMES = st.floats(0, 7.9) | st.integers(0, 7900).map(lambda ms: ms / 1000)
DEEDS = st.lists(st.tuples(TIMES, COMMANDS), max_size=6).map(lambda deeds: sorted(deeds, key=lambda deed: deed[0]))


@settings(max_examples=25)
@given(DEEDS)
def test_a_run_made_again_from_its_log_is_the_same_run(deeds: list[tuple[float, Command]]) -> None:
    """By hand at the playhead; from the logged commands; and saved as a scenario, read and run: one digest."""
    by_hand = Simulated(PLAN)
    for t, command in deeds:
        by_hand.submit(command, to(by_hand, t).advance(t))
    digest = finished(by_hand)
    assert finished(Simulated(PLAN, by_hand.commands)) == digest
    assert finished(Simulated(saved(by_hand))) == digest
    assert finished(by_hand.fork(8.0)) == digest


@given(TIMES | st.floats(0, 1e8))
@example(1.001)
def test_a_command_is_later_than_all_that_is_known(t: float) -> None:
    """And by two microseconds at most: 1.001 s is a little less than 1,001,000 us."""
    session = Simulated(msgspec.structs.replace(PLAN, duration=1e9, workload=(), do=()))
    known = session.advance(t)
    at = session.submit(Note("now"), t)
    assert (known, at > t, at - t < 2.1e-6 + 1e-9 * t) == (t, True, True)
    assert session.submit(Note("and again"), t) == at
    assert [event.t for event in to(session, at).trace.slice(0, 99).records if isinstance(event, Noted)] == [at] * 2


def test_at_the_time_of_something_planned_the_hand_comes_second() -> None:
    """And before what the workloads do then. 1.001 s is where a command was planned."""
    session = to(Simulated(PLAN), 1.0009994)
    assert session.submit(Put("Birch", "by hand", "w/1"), 1.0009994) == 1.001
    to(session, 2.0)
    puts = [event for event in session.trace.slice(0, len(session.trace)).records if isinstance(event, PutStarted)]
    assert [event.value for event in puts if event.t == 1.001] == ["planned", "by hand"]
    assert finished(Simulated(saved(session))) == finished(session)


def test_before_anything_is_known() -> None:
    session = Simulated(PLAN)
    assert session.submit(Get("Aster", "w/1"), 0.0) == 1e-6
    to(session, 1.0)
    asked = [event for event in session.trace.slice(0, 99).records if isinstance(event, GetStarted)]
    assert (asked[0].t, asked[0].workload, asked[0].owner) == (1e-6, BY_HAND, "Aster")


REFUSED: list[tuple[float, Command, str]] = [
    (0.5, Note("x"), "0.500000 s is in the past of this run, which is known to 1.000000 s: fork it first"),
    (8.0, Note("x"), "the run ends at 8 s: scrub back, or make it longer"),
    (9e9, Note("x"), "the run ends at 8 s"),
    (1.0, Put("Nobody", "v", "k"), 'there is no provider "Nobody"'),
    (1.0, Put("Aster", "v"), "key is missing"),
    (1.0, Put("Aster", "v", "k", ttl=-1.0), "-1.0 is out of range"),
    (1.0, Put("Aster", "v", "k", seq=2**63), "is out of range"),
    (1.0, Get("Aster"), "a get has either key or of"),
    (1.0, Get("Aster", "short", kind=Kind.IMMUTABLE), "is not an immutable key"),
]


@pytest.mark.parametrize(("t", "command", "says"), REFUSED)
def test_what_cannot_be_done_leaves_the_run_as_it_was(t: float, command: Command, says: str) -> None:
    session = to(Simulated(PLAN), 1.0)
    with pytest.raises((ValueError, ScenarioError)) as fault:
        session.submit(command, t)
    assert says in str(fault.value)
    assert (session.commands, finished(session)) == ([], finished(Simulated(PLAN)))


@pytest.mark.parametrize(("kept", "cut"), [(0, 2.9), (1, 3.0000010001), (2, 8.0)])
def test_a_fork_has_the_past_and_another_future(kept: int, cut: float) -> None:
    session = Simulated(PLAN)
    for t in (3.0, 5.0):
        session.submit(Put("Aster", f"at {t}", "w/1", identity="Aster"), to(session, t).advance(t))
    finished(session)
    fork = to(session.fork(cut), cut)
    past = session.trace.index_at(cut)
    assert list(fork.trace.slice(0, past)) == list(session.trace.slice(0, past))
    assert (len(fork.commands), len(session.commands)) == (kept, 2)
    assert (finished(fork) == finished(session)) is (kept == 2)


def test_another_seed_is_another_run_of_the_same_commands() -> None:
    session = Simulated(PLAN)
    session.submit(Note("kept"), 1.0)
    other = Simulated(msgspec.structs.replace(PLAN, seed=8), session.commands)
    assert (other.scenario.seed, other.commands) == (8, session.commands)
    assert finished(other) != finished(session)


def test_an_absurd_command_by_hand_is_answered() -> None:
    """What a provider refuses is an answer, however absurd (contracts section 2 leaves these to it)."""
    session = Simulated(PLAN)
    absurd: list[dict[str, Any]] = [
        {"key": "k" * 70_000}, {"key": "w/" + "9" * 5000}, {"value": "v" * 1_000_000}, {"ttl": 1e9}, {"lease": 1e-9},
        {"seq": 2**63 - 1}, {"value": "w"}, {"cas": 5},
    ]  # fmt: skip
    for fields in absurd:
        session.submit(Put(**{"by": "Aster", "value": "v", "key": "mine", **fields}), 1.0)
        session.submit(Get("Aster", fields.get("key", "mine")), 1.0)
    finished(session)
    codes = [getattr(event, "outcome", "") for event in session.trace.slice(0, len(session.trace)).records]
    for code in ("E_KEY", "E_TOO_BIG", "E_TTL", "E_SEQ_CONFLICT", "E_CAS"):
        assert code in codes


def test_who_comes_needs_a_run_made_anew_and_that_has_the_same_past() -> None:
    session = to(Simulated(PLAN), 4.0)
    with pytest.raises(AnewError, match="add-provider needs a run made anew"):
        session.submit(AddProvider("Cedar"), 4.0)
    fresh = Simulated(PLAN, session.commands)
    assert fresh.submit(AddProvider("Cedar"), 4.5) == 4.500001
    anew = to(fresh, 4.0)
    assert len(anew.trace) == len(session.trace)
    assert anew.submit(Get("Cedar", "w/1"), 4.7) > 4.7
    assert [row.text for row in records(to(anew, 8.0)) if isinstance(row, Noted)] == ["half way"]
    assert finished(Simulated(saved(anew))) == finished(anew)


def records(session: Simulated) -> list[Event]:
    return session.trace.slice(0, len(session.trace)).records
