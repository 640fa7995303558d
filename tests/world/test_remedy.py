"""What would have avoided an answer: by what went wrong, on runs told by hand and on real ones that are run again."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given, settings

from p4lab.core import messages
from p4lab.core.commands import Crash, Get, Misbehave, Partition, Put, Restart, SetLink
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Do, Link, Organisation, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace
from p4lab.world import World, story
from p4lab.world.remedy import (
    Broadcast,
    Lifetime,
    Option,
    Remedy,
    Sound,
    Without,
    remedies,
    verdict,
)  # fmt: skip
from p4lab.world.remedy import (
    Peering as Peer,
)
from tests.streams import Run, news, runs

GB, K, KV = Regime


def seen(run: Run) -> World:
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    return world


def of(run: Run, op: int) -> list[Remedy]:
    world = seen(run)
    found = world.op(op)
    assert found is not None
    return remedies(cast("Any", run.trace), world, found)


def ran(
    *rows: tuple[float, Any], peering: tuple[Peering, ...] = (Peering(among="all"),), house: str = ""
) -> tuple[Trace, World]:
    """Aster, Birch and Cedar, 40 ms apart; house: an organisation at Cedar."""
    scenario = Scenario(
        "t", 60.0, options=Options(signatures=Signatures.MODELLED), link=Link(latency=0.04),
        provider=tuple(Provider(name, lookup_delay=0.0) for name in ("Aster", "Birch", "Cedar")),
        peering=peering, do=tuple(Do(*row) for row in rows),
        organisation=(Organisation(house, "Cedar"),) if house else (),
    )  # fmt: skip
    trace, world = Trace(), World()
    Engine(scenario, trace).run(60.0)
    world.step(trace.slice(0, len(trace)))
    return trace, world


def last(told: tuple[Trace, World]) -> tuple[str, list[tuple[str, Any]]]:
    """What was wrong with the last get, and what would have avoided it."""
    trace, world = told
    op = next(op for number in range(200, 0, -1) if (op := world.op(number)) is not None and op.verb == "get")
    return verdict(world, op), [(each.sentence, each.change) for each in remedies(cast("Any", trace), world, op)]


def test_a_stale_copy_would_have_been_told_or_asked_or_given_up() -> None:
    found = of(news(), 5)
    assert [each.change for each in found] == [
        Broadcast("news/1", KV),
        Broadcast("news/1", K),
        Lifetime("news/1", 0.26),
    ]
    how = "If its TTL had been 260 ms instead of 10 s"
    assert found[2].sentence == f"{how}: this copy was 2.04 s old, what it missed 520 ms"
    assert [each.fit for each in found] == sorted((each.fit for each in found), reverse=True)
    assert of(news(), 6) == []  # its own data: that was fine


def test_an_organisation_would_not_be_cut_off_and_a_copy_is_at_its_provider() -> None:
    put, get = (1.0, Put("Aster", "one", "news")), (5.0, Get("Acme", "news", owner="Aster"))
    kind, found = last(ran(put, (4.0, SetLink(("Acme", "Cedar"), up=False)), get, house="Acme"))
    assert (kind, [says for says, _ in found]) == (
        "failed", ["If the link between Cedar and Acme had not been cut at 4.00 s"],
    )  # fmt: skip
    copied = "a copy would have been at Cedar, with nobody else to ask"
    assert last(ran(put, get, house="Acme"))[1][0][0] == f"If news had been put-broadcast with its value: {copied}"


def test_who_had_crashed_would_not_have() -> None:
    told = ran((1.0, Put("Aster", "one", "news")), (2.0, Crash("Aster")), (3.0, Get("Cedar", "news", owner="Aster")),
               (9.0, Restart("Aster")))  # fmt: skip
    kind, found = last(told)
    assert (kind, found[0][0]) == ("partial", "If Aster had not crashed at 2.00 s")
    assert isinstance(found[0][1], Without)
    assert (Broadcast("news", KV)) in [change for _, change in found]


def test_a_cut_a_partition_and_a_liar_are_found() -> None:
    put, get = (1.0, Put("Aster", "one", "news")), (5.0, Get("Cedar", "news", owner="Aster"))
    for row, sentence in (
        (
            (4.0, SetLink(("Aster", "Cedar"), up=False)),
            "If the link between Aster and Cedar had not been cut at 4.00 s",
        ),
        ((4.0, Partition((("Cedar",),))), "If there had been no partition at 4.00 s"),
        (
            (4.0, Misbehave("Aster", refuse_external_gets=True)),
            "If Aster had behaved: since 4.00 s it refuses what others ask",
        ),
    ):
        assert last(ran(put, row, get))[1][0][0] == sentence


def test_one_partition_is_one_sentence_of_the_story() -> None:
    rows = (
        (1.0, Put("Aster", "one", "news")),
        (4.0, Partition((("Cedar",),))),
        (5.0, Get("Cedar", "news", owner="Aster")),
    )
    trace, world = ran(*rows)
    told = [step.text for step in story(cast("Any", trace), world, 2)]
    assert [text for text in told if "partition" in text] == ["a partition lay between Cedar and Aster and Birch"]


def test_a_loss_on_the_way_is_the_links() -> None:
    run = Run(3)
    run.put(1.0, 0, "news", 1)
    get = run.get(2.0, 2, "news")
    for peer in (0, 1):
        run.send(2.0, 2, peer, messages.GETQ, get.op, cause=get.event, lost=peer == 0)
    run.finish(4.0, get, outcome="PARTIAL", silent=(0,))
    assert Sound("Aster", "Cedar") in [each.change for each in of(run, get.op)]


def test_an_answer_that_was_still_on_its_way() -> None:
    run = Run(2)
    get = run.get(2.0, 1, "news")
    run.send(2.0, 1, 0, messages.GETQ, get.op, cause=get.event)
    run.send(3.0, 0, 1, messages.GETR, get.op, status=messages.HIT, delay=2.0)
    run.finish(4.0, get, outcome="TIMEOUT", silent=(0,))
    waits = [each.change for each in of(run, get.op) if isinstance(each.change, Option)]
    assert waits == [Option("query_timeout", 4.0)]


def test_who_has_it_and_is_no_peer() -> None:
    holes = (Peering(between=("Aster", "Birch")), Peering(between=("Birch", "Cedar")))
    told = ran((1.0, Put("Aster", "one", "news")), (5.0, Get("Cedar", "news", owner="Aster")), peering=holes)
    kind, found = last(told)
    assert (kind, found) == ("missing", [("If Cedar and Aster peered", Peer("Cedar", "Aster"))])


def test_a_set_that_was_not_asked_of_all_and_a_get_that_had_to_ask() -> None:
    rows = [(t, Put(who, who, "wall", kind=Kind.UNAUTHENTICATED)) for t, who in ((1.0, "Aster"), (2.0, "Birch"))]
    kind, found = last(ran(*rows, (5.0, Get("Aster", "wall", kind=Kind.UNAUTHENTICATED))))
    assert (kind, found[0][1]) == ("stale", Option("unauthenticated_gets", "wait_all"))
    put = (1.0, Put("Aster", "one", "news", ttl=2.0))
    gets = [(t, Get("Cedar", "news", owner="Aster")) for t in (2.0, 6.0)]
    kind, found = last(ran(put, *gets))
    assert (kind, [change for _, change in found]) == ("slow", [Broadcast("news", KV), Lifetime("news", 7.0)])


@settings(max_examples=25)
@given(runs())
def test_any_stream_has_remedies_that_name_what_it_knows(run: Run) -> None:
    world = seen(run)
    for number in range(1, run.ops + 1):
        op = world.op(number)
        assert op is not None
        found = remedies(cast("Any", run.trace), world, op)
        assert len({each.change for each in found}) == len(found) <= 5
        if verdict(world, op) == "fine":
            assert found == []
        for each in found:
            assert each.sentence.startswith("If ")
            if isinstance(each.change, Without):
                assert 0 < each.change.event <= len(run.trace)
