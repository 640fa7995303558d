"""The way of a message, and what goes back to what: on the news told by hand, and that real runs have no gap."""

from __future__ import annotations

import itertools
from typing import Any, cast

import pytest
from hypothesis import given, settings

from p4lab.core import messages
from p4lab.core.commands import Command, Get, Put, SetLink
from p4lab.core.events import Sent
from p4lab.core.names import Regime
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace
from p4lab.world import World
from p4lab.world.causes import Causes
from p4lab.world.passage import Passage
from tests.streams import Run, runs

KV = Regime.VALUE


@pytest.fixture(scope="module")
def real() -> tuple[Any, World]:
    """Aster, Birch and Cedar; a get that is broadcast, a put that is, and one that comes after a newer one."""
    rows: list[tuple[float, Command]] = [
        (1.0, Put("Aster", "one", "news", ttl=10.0)), (2.0, Get("Cedar", "news", owner="Aster")),
        (3.0, Get("Birch", "news", owner="Aster")), (4.0, Put("Aster", "two", "feed", regime=KV)),
        (5.0, SetLink(("Aster", "Birch"), up=False)), (6.0, Get("Birch", "other", owner="Aster")),
    ]  # fmt: skip
    scenario = Scenario(
        "t", 20.0, options=Options(signatures=Signatures.MODELLED), link=Link(latency=0.04),
        provider=tuple(Provider(name, lookup_delay=0.0) for name in ("Aster", "Birch", "Cedar")),
        peering=(Peering(among="all"),), do=tuple(Do(*row) for row in rows),
    )  # fmt: skip
    trace, world = Trace(), World()
    Engine(scenario, trace).run(20.0)
    world.step(trace.slice(0, len(trace)))
    return trace, world


def message(trace: Any, src: int, dst: int, code: int, after: float = 0.0) -> int:
    """The first one of a kind from one to another."""
    rows = trace.rows()
    rows = rows[(rows["src"] == src) & (rows["dst"] == dst) & (rows["code"] == code) & (rows["t"] >= after)]
    return int(rows["id"][0])


def way(real: tuple[Any, World], number: int, t: float = 20.0) -> list[str]:
    passage = Passage(real[0], real[1], Causes(real[0]), number)
    return [f"{each.name}: {each.text}{' !' if each.bad else ''}" for each in passage.stages(t)]


def test_a_question_that_meets_own_data(real: tuple[Any, World]) -> None:
    number = message(real[0], 2, 0, messages.GETQ)
    assert way(real, number) == [
        "Sent: Cedar sent a question about news to Aster, because of a get from a customer of Cedar",
        "Received: Aster had it after 40 ms",
        "Checked: a question changes nothing: there is nothing to check",
        "Looked up: Aster had its own v1 of news",
        "Decided: it answers: this is data of its own customers, or of those below it",
        "Sent on: Aster sent a reply: hit to Cedar",
    ]
    assert way(real, number, 2.02) == [way(real, number)[0], "Received: it is under way, and due in 20 ms"]


def test_a_copy_answers_no_peer(real: tuple[Any, World]) -> None:
    number = message(real[0], 1, 2, messages.GETQ, 3.0)
    assert way(real, number)[3:] == [
        "Looked up: Cedar had v1, cached, of news",
        "Decided: it has a copy, but answers others from its own data alone: nothing of its own",
        "Sent on: Cedar sent a reply: miss to Birch",
    ]
    quiz = Passage(real[0], real[1], Causes(real[0]), number).quiz()
    assert quiz is not None
    assert (quiz.question, quiz.choices[quiz.right]) == ("What does Cedar say?", "It says that it has nothing")


def test_an_answer_and_an_update(real: tuple[Any, World]) -> None:
    assert way(real, message(real[0], 0, 2, messages.GETR))[2:] == [
        "Checked: the key’s owner has signed it, and the signature fits",
        "Looked up: Cedar had nothing of news",
        "Decided: it kept it in its cache, for 10 s: v1",
        "Decided: it answered its customer: v1",
        "Sent on: Cedar sent the answer: hit to a customer of Cedar",
    ]
    assert way(real, message(real[0], 0, 1, messages.UPDATE))[-2:] == [
        "Decided: it stored a copy of it: v1", "Sent on: nothing",
    ]  # fmt: skip


def test_causes_both_ways_and_the_chain(real: tuple[Any, World]) -> None:
    trace, causes = real[0], Causes(real[0])
    number = message(trace, 0, 2, messages.GETR)
    back = causes.back(number)
    assert [type(trace[each - 1]).__name__ for each in back] == ["Sent", "Sent", "Sent", "GetStarted"]
    assert all(one in causes.after(other) for one, other in itertools.pairwise(back))
    assert causes.chain([number]) == frozenset(back)
    assert causes.after(10_000_000) == []


@settings(max_examples=25)
@given(runs())
def test_what_came_of_an_event_is_whatever_names_it_as_its_cause(run: Run) -> None:
    causes = Causes(cast("Any", run.trace))
    events = list(run.trace[:])
    for event in events:
        assert causes.after(event.id) == [each.id for each in events if each.cause == event.id]


def test_every_message_of_a_real_run_has_a_way_and_a_quiz_or_none(real: tuple[Any, World]) -> None:
    trace, world = real
    causes = Causes(trace)
    told = [Passage(trace, world, causes, each.id) for each in trace[:] if isinstance(each, Sent)]
    assert all(one.stages(20.0)[0].name == "Sent" for one in told)
    asked = [quiz for one in told if (quiz := one.quiz()) is not None]
    assert all(0 <= quiz.right < len(quiz.choices) for quiz in asked)
    assert len(asked) >= 10
