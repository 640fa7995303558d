"""The sentences of a real run: what is under way, what became of it."""

import pytest

from p4lab.core.commands import Get, Put, Remove
from p4lab.core.events import (
    Adopted,
    Crashed,
    Event,
    Healed,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    Peered,
    Restarted,
    Unpeered,
)
from p4lab.core.names import Kind, Regime
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.session.simulated import Simulated
from ui.run import Run
from ui.story import Tone, names, now, result

V1 = Put("Aster", "one", "k", ttl=10.0)
V2 = Put("Aster", "two", "k", ttl=10.0)
GET = Get("Cedar", "k", owner="Aster")


def _run(*done: tuple[float, Put | Get | Remove], without: str = "") -> Run:
    """Three providers, 40 ms apart. without: a link that loses all but nothing, to Birch."""
    peering: tuple[Peering, ...] = (Peering(among="all"),)
    if without:
        peering += (Peering(between=("Cedar", without), loss=0.999999),)
    people = tuple(map(Provider, ("Aster", "Birch", "Cedar")))
    commands = tuple(Do(at, command) for at, command in done)
    scenario = Scenario("Small", 20.0, link=Link(latency=0.04), provider=people, peering=peering, do=commands)
    run = Run(Simulated(scenario))
    while not run.advance(20.0, 1.0):
        pass
    return run


def _said(run: Run, op: int, t: float) -> tuple[str, Tone]:
    found = run.world.op(op)
    assert found is not None
    return result(found, run.world, run.trace, t)


def _now(run: Run, t: float) -> str:
    return now(run.world, run.trace, t, 0)


def test_a_get_is_told_from_its_question_to_its_answer() -> None:
    run = _run((1.0, V1), (2.0, GET))
    assert [_said(run, 2, t) for t in (1.5, 2.01, 2.05, 3.0)] == [
        ("asked at 2.00 s", Tone.WAITING),
        ("asking Aster and Birch …", Tone.WAITING),
        ("asking Aster and Birch …", Tone.WAITING),
        ("v1 in 84 ms, fresh", Tone.GOOD),
    ]
    assert [_now(run, t) for t in (0.5, 2.01, 2.06, 3.0)] == [
        "Nothing is under way for k.",
        "Cedar asks Aster and Birch for k.",
        "Birch has nothing of its own. Aster’s answer is on its way to Cedar.",
        "Cedar answered a get of k from another provider’s data: v1.",
    ]


def test_a_get_that_joins_says_so() -> None:
    run = _run((1.0, V1), (2.0, GET), (2.01, GET))
    assert _said(run, 3, 2.05) == ("joining a question to Aster and Birch …", Tone.WAITING)


def test_a_stale_answer_says_how_stale() -> None:
    run = _run((1.0, V1), (2.0, GET), (3.0, V2), (4.0, GET))
    assert _said(run, 4, 5.0) == ("v1 in 2 ms, stale: 1 version behind", Tone.STALE)
    assert _now(run, 5.0) == "Cedar answered a get of k from its cache: v1, 1 behind."


@pytest.mark.parametrize(
    ("regime", "sentence"),
    [
        (Regime.KEY, "Aster announces v1 of k to Birch and Cedar."),
        (Regime.VALUE, "Aster sends v1 of k to Birch and Cedar."),
    ],
)
def test_a_put_is_seen_to_spread(regime: Regime, sentence: str) -> None:
    run = _run((1.0, Put("Aster", "one", "k", regime=regime)))
    assert (_now(run, 1.02), _said(run, 1, 2.0)) == (sentence, ("stored as v1 in 0 ms", Tone.GOOD))


def test_a_pointer_is_followed() -> None:
    run = _run((1.0, Put("Aster", "one", "k", regime=Regime.KEY)), (2.0, GET))
    assert _now(run, 2.02) == "Cedar fetches k from Aster."


def test_nobody_has_it() -> None:
    run = _run((1.0, Get("Cedar", "k")))
    assert _said(run, 1, 2.0) == ("not found: nobody has it (84 ms)", Tone.PLAIN)


def test_who_did_not_answer_is_named() -> None:
    run = _run((1.0, Get("Cedar", "k", kind=Kind.UNAUTHENTICATED)), without="Birch")
    assert _said(run, 1, 5.0) == ("partial: Birch did not answer", Tone.STALE)


def test_a_refusal_is_said_in_words() -> None:
    run = _run((1.0, V1), (2.0, Put("Aster", "again", "k", seq=1)))
    assert _said(run, 2, 3.0) == ("refused: this version has another value already", Tone.STALE)


def test_entries_are_counted() -> None:
    run = _run(
        (1.0, Put("Aster", "one", "k", Kind.UNAUTHENTICATED)),
        (2.0, Put("Birch", "two", "k", Kind.UNAUTHENTICATED)),
        (3.0, Get("Cedar", "k", kind=Kind.UNAUTHENTICATED)),
    )
    assert [_said(run, op, 5.0) for op in (1, 3)] == [
        ("stored in 0 ms", Tone.GOOD),
        ("2 entries in 84 ms, fresh", Tone.GOOD),
    ]


def test_many_names_are_cut_short() -> None:
    run = _run()
    assert [names([0], run.world), names([0, 1, 2], run.world), names([0, 1, 2], run.world, most=2)] == [
        "Aster",
        "Aster, Birch and Cedar",
        "Aster and 2 others",
    ]


def test_what_happens_to_the_network_is_told_until_the_key_is_used_again() -> None:
    run = _run((1.0, V1))
    world, trace = run.world, run.trace
    steps: list[tuple[float, Event, str]] = [
        (3.0, Crashed(node=2), "Cedar crashed: nobody there hears anything until it is restarted."),
        (4.0, Restarted(node=2, copies=1), "Cedar is back, with 1 copy in its store."),
        (5.0, LinkChanged(a=0, b=1, latency=0.04, up=False), "The link between Aster and Birch was cut."),
        (6.0, Partitioned(groups=((0, 1), (2,))), "A partition parts Aster and Birch from the others."),
        (7.0, Healed(), "The partition is healed."),
        (8.0, Unpeered(node=0, peer=1), "Aster and Birch peer no more."),
        (9.0, Peered(node=0, peers=(1,), latency=(0.04,)), "Aster and Birch peer from now on."),
        (10.0, Adopted(node=2, parent=1), "Cedar is a child of Birch now."),
        (11.0, Moved(identity="Elm", owner=b"e", src=0, dst=1), "Elm moved from Aster to Birch, with all it has put."),
        (12.0, Misbehaving(node=1, switches=("no_forward", "stretch_ttl=10")),
         "Birch passes nothing on and keeps copies too long (10)."),
        (13.0, Misbehaving(node=1), "Birch behaves again."),
    ]  # fmt: skip
    assert _now(run, 2.0) == "A customer of Aster put v1 of k."
    for t, event, _ in steps:
        trace.emit(event, t, 0)
    assert [now(world, trace, t + 0.5, 0) for t, _, _ in steps] == [said for *_, said in steps]
    assert _now(run, 2.0) == "A customer of Aster put v1 of k."


def test_a_removal_is_told_as_one() -> None:
    run = _run((1.0, V1), (2.0, Remove("Aster", "k")))
    assert _said(run, 2, 3.0) == ("removed in 0 ms", Tone.GOOD)
    assert _now(run, 3.0) == "A customer of Aster removed k."
