"""A lab as a session: commands cross at once, forks are simulations, faults come to whoever asks, it ends in time."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from time import perf_counter

import pytest

from p4lab.core.commands import AddProvider, Crash, Get, Note, Put, Restart
from p4lab.core.events import GetFinished, GetStarted, Joined, Noted, PutFinished, PutStarted, Restarted, Stored
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do
from p4lab.scenario.read import parse
from p4lab.session.lab import CLOSED, LAG, LiveLab
from p4lab.session.simulated import Simulated
from tests.session.runs import HURRY, TEXT, happened, hurried, reach

DAISY = 3  # the first place that is free


@pytest.fixture
def lab() -> Iterator[LiveLab]:
    session = LiveLab(hurried(parse(TEXT), HURRY))
    yield session
    session.close()


def test_what_it_can_do(lab: LiveLab) -> None:
    abilities = lab.abilities
    assert (abilities.submit, abilities.fork, abilities.real_time, abilities.known, abilities.end) == (
        True, True, True, False, inf,
    )  # fmt: skip
    assert (lab.lag, lab.commands, lab.scenario.duration) == (LAG, [], 20.0 / HURRY)
    assert reach(lab, 0.1) < 30.0 and 0.0 <= lab.behind < 30.0


def test_newcomers_and_all_else_come_while_it_runs(lab: LiveLab) -> None:
    with pytest.raises(ScenarioError, match="Nobody"):
        lab.submit(Crash("Nobody"), 0.0)
    rows = [AddProvider("Daisy"), Put("Daisy", "v", key="k"), Note("both")]
    given = [lab.submit(command, 0.0) for command in rows]
    assert given == sorted(given)
    happened(lab, lambda event: isinstance(event, Noted))
    happened(lab, lambda event: isinstance(event, PutFinished) and event.node == DAISY)
    assert lab.commands == [Do(at, command) for at, command in zip(given, rows, strict=True)]
    records = lab.trace.slice(0, len(lab.trace)).records
    assert [event.name for event in records if isinstance(event, Joined)][3:] == ["Daisy"]
    [noted] = [event for event in records if isinstance(event, Noted)]
    [node] = [event.node for event in records if isinstance(event, Joined) and event.name == "Daisy"]
    [put] = [event for event in records if isinstance(event, PutFinished) and event.node == node]
    assert node == DAISY
    assert (noted.text, put.outcome) == ("both", "OK")
    with pytest.raises(ScenarioError, match="Daisy"):
        lab.submit(AddProvider("Daisy"), 0.0)


def test_who_comes_back_has_what_its_disk_has(lab: LiveLab) -> None:
    """Read from SQLite; a get there still names the Event that stored the copy."""
    lab.submit(Put("Birch", "v", key="k"), 0.0)
    [asked] = happened(lab, lambda event: isinstance(event, PutStarted) and event.key == "k")
    happened(lab, lambda event: isinstance(event, PutFinished) and event.op == asked.op)
    for command in Crash("Birch"), Restart("Birch"), Get("Birch", key="k"):
        lab.submit(command, 0.0)
    [restarted] = happened(lab, lambda event: isinstance(event, Restarted))
    [get] = happened(lab, lambda event: isinstance(event, GetStarted) and event.key == "k")
    [got] = happened(lab, lambda event: isinstance(event, GetFinished) and event.op == get.op)
    [stored] = happened(lab, lambda event: isinstance(event, Stored) and (event.op, event.store) == (asked.op, "L"))
    assert (got.source, got.copy) == ("local", stored.id)
    assert restarted.copies >= 1


def test_a_fork_is_a_simulation_with_a_future(lab: LiveLab) -> None:
    at = lab.submit(Note("before"), 0.0)
    known = reach(lab, at)
    lab.submit(Note("behind"), known)
    fork = lab.fork(at)
    assert isinstance(fork, Simulated)
    assert (fork.commands, fork.scenario.seed) == ([Do(at, Note("before"))], lab.scenario.seed)
    assert lab.fork(7.5).scenario.duration == 8.0 + lab.scenario.duration
    reach(fork, fork.scenario.duration)
    records = fork.trace.slice(0, len(fork.trace)).records
    assert [event.text for event in records if isinstance(event, Noted)] == ["before"]


def test_it_ends_in_time_and_stays_to_be_looked_at(lab: LiveLab) -> None:
    reach(lab, 0.2)
    begun = perf_counter()
    lab.close()
    assert perf_counter() - begun < 3.0
    known, count = lab.advance(inf), len(lab.trace)
    assert (lab.abilities.end, lab.abilities.why_not, lab.advance(inf), len(lab.trace)) == (known, CLOSED, known, count)
    with pytest.raises(ValueError, match=CLOSED):
        lab.submit(Note("too late"), known)
    assert lab.fork(0.1).scenario.title == lab.scenario.title


def test_a_fault_comes_to_whoever_asks(lab: LiveLab) -> None:
    def fail(command: object, t: float) -> None:
        raise LookupError("planted")

    lab._lab.cast.do = fail  # type: ignore[method-assign]  # a mistake in the program
    at = lab.submit(Note("x"), 0.0)
    with pytest.raises(LookupError, match="planted"):
        reach(lab, at + 60.0)
    assert lab.abilities.why_not == CLOSED
    assert lab.advance(inf) == lab.abilities.end < at + 60.0
