"""Stories: the sentences that explain an operation, word by word, and that any stream at all has stories."""

from __future__ import annotations

import pytest
from hypothesis import given

from p4lab.core import messages
from p4lab.core.events import LateBetter, Lost, Noticed, Rejected, Unpeered
from p4lab.trace import DUPLICATE
from p4lab.world import World, story
from p4lab.world.words import listed, span, versions_behind
from tests.streams import Run, news, runs


def told(run: Run, op: int) -> list[str]:
    """The steps as lines: the time to 10 ms, the sentence, and ! where it is bad."""
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    return [f"{step.t:.2f} {step.text}{' !' if step.bad else ''}" for step in story(run.trace, world, op)]


def test_why_a_cached_answer_was_stale() -> None:
    assert told(news(), 5) == [
        "1.00 Aster accepted v1",
        "2.98 Cedar kept v1 for 10 s (TTL)",
        "3.10 Aster accepted v2 !",
        "4.50 Aster accepted v3 !",
        "5.02 a customer of Cedar asked for news/1",
        "5.02 Cedar answered from its cache: v1, 2 versions behind, after 0 ms !",
    ]


def test_who_was_asked_and_who_answered() -> None:
    assert told(news(), 2) == [
        "1.00 Aster accepted v1",
        "2.90 a customer of Cedar asked for news/1",
        "2.90 Cedar asked Aster and Birch",
        "2.98 Aster answered v1 after 80 ms",
        "2.98 Birch had nothing of its own",
        "2.98 Cedar kept v1 for 10 s (TTL)",
        "2.98 Cedar passed it on: v1, the newest, after 80 ms",
    ]


def test_silence_and_loss() -> None:
    assert told(news(), 7) == [
        "14.00 a customer of Cedar asked for news/1",
        "14.00 Cedar asked Aster and Birch",
        "14.00 the question to Aster got lost !",
        "14.08 Birch had nothing of its own",
        "16.00 Aster did not answer in time !",
        "16.00 Cedar could not tell whether it exists, after 2 s !",
    ]


def test_what_was_lost_under_way_and_what_was_doubled() -> None:
    """Each is told once; a cut that comes after the message has left tells of it like any loss."""
    run = news()
    get = run.get(18.5, 2, "other")
    first, other = (run.send(18.5, 2, peer, messages.GETQ, get.op, cause=get.event) for peer in (0, 1))
    run.send(18.5, 2, 1, messages.GETQ, get.op, cause=other, fate=DUPLICATE)
    run.trace.emit(Lost(message=first, dst=0, why="crash", src=2, code=messages.GETQ, op=get.op), 18.54, first)
    run.finish(20.5, get, outcome="PARTIAL", silent=(0,))
    assert told(run, get.op) == [
        "18.50 a customer of Cedar asked for other",
        "18.50 Cedar asked Aster and Birch",
        "18.50 the question to Aster got lost !",
        "20.50 Aster did not answer in time !",
        "20.50 Cedar could not tell whether it exists, after 2 s !",
    ]


def test_an_update_that_is_cut_off_is_not_said_to_have_arrived() -> None:
    run = news()
    run.put(18.0, 0, "map", 1, regime="put-broadcast-value")
    for peer in (1, 2):
        sent = run.send(18.0, 0, peer, messages.UPDATE, run.ops)
    run.trace.emit(Lost(message=sent, dst=2, why="link", src=0, code=messages.UPDATE, op=run.ops), 18.04, sent)
    assert told(run, run.ops) == [
        "18.00 a customer of Aster put v1 of map",
        "18.00 Aster accepted v1",
        "18.00 Aster told its customer that it is stored, after 0 ms",
        "18.00 Aster sent v1 to Birch and Cedar",
        "18.00 the update to Cedar got lost: it follows with their next session !",
        "18.04 Birch had it, the last of them",
    ]


def test_a_get_under_way_has_a_beginning() -> None:
    assert told(news(), 8) == ["17.00 a customer of Birch asked for other"]
    assert told(news(), 99) == []


def test_misses_are_told_together_and_late_answers_apart() -> None:
    run = Run(5)
    stored = run.put(1.0, 0, "news/1", 1)
    get = run.get(5.0, 4, "news/1")
    for peer in range(4):
        run.send(5.0, 4, peer, messages.GETQ, get.op)
    for peer in (1, 2):
        run.send(5.03, peer, 4, messages.GETR, get.op, status=messages.MISS)
    run.send(5.04, 0, 4, messages.GETR, get.op, status=messages.HIT)
    run.send(5.05, 3, 4, messages.GETR, get.op, status=messages.MISS, delay=0.5)
    run.trace.emit(Rejected(node=4, op=get.op, nid=get.nid, src=2, code="E_BAD_SIG"), 5.06, 0)
    run.finish(5.08, get, "remote", 1, copy=stored)
    run.trace.emit(LateBetter(node=4, op=get.op, nid=get.nid, seq=2), 5.55, 0)
    assert told(run, 2) == [
        "1.00 Aster accepted v1",
        "5.00 a customer of Elm asked for news/1",
        "5.00 Elm asked Aster, Birch, Cedar and Dahlia",
        "5.05 the answer of Dahlia was still on the way",
        "5.06 Elm threw away what Cedar sent: E_BAD_SIG !",
        "5.07 Birch and Cedar had nothing of their own",
        "5.08 Aster answered v1 after 80 ms",
        "5.08 Elm passed it on: v1, the newest, after 80 ms",
        "5.55 Elm was told of v2, too late for this get",
    ]


def test_what_was_noticed_is_told_and_who_refused_is_not_called_silent() -> None:
    run = Run(4)
    get = run.get(5.0, 3, "news/1")
    for peer in range(3):
        run.send(5.0, 3, peer, messages.GETQ, get.op)
    run.send(5.03, 1, 3, messages.GETR, get.op, status=messages.REFUSED)
    run.trace.emit(Noticed(node=3, op=get.op, nid=get.nid, src=1, code="E_REFUSED"), 5.07, 0)
    run.trace.emit(Noticed(node=3, op=get.op, nid=get.nid, src=2, code="E_OLD"), 5.08, 0)
    run.finish(7.0, get, outcome="PARTIAL", silent=(0, 1))
    assert told(run, 1) == [
        "5.00 a customer of Dahlia asked for news/1",
        "5.00 Dahlia asked Aster, Birch and Cedar",
        "5.07 Birch refused",
        "5.08 Dahlia saw that Cedar told an older version than was known !",
        "7.00 Aster did not answer in time !",
        "7.00 Dahlia could not tell whether it exists, after 2 s !",
    ]


def test_a_get_that_joined_tells_of_the_question_it_waited_for() -> None:
    run = Run(3)
    stored = run.put(1.0, 0, "news/1", 1)
    first = run.get(5.0, 2, "news/1")
    for peer in (0, 1):
        run.send(5.0, 2, peer, messages.GETQ, first.op, lost=peer == 1)
    second = run.get(5.02, 2, "news/1")
    run.send(5.04, 0, 2, messages.GETR, first.op, status=messages.HIT)
    run.finish(5.08, first, "remote", 1, copy=stored)
    run.finish(5.08, second, "joined", 1, copy=stored)
    assert told(run, 3) == [
        "1.00 Aster accepted v1",
        "5.00 Cedar asked Aster and Birch, for an earlier get",
        "5.00 the question to Birch got lost !",
        "5.02 a customer of Cedar asked for news/1",
        "5.08 Aster answered v1 after 80 ms",
        "5.08 Cedar passed on what the earlier get brought: v1, the newest, after 60 ms",
    ]


def test_not_found_because_the_holder_is_no_peer() -> None:
    run = Run(3)
    run.trace.emit(Unpeered(node=0, peer=2), 0.5, 0)
    run.put(1.0, 0, "news/1", 1)
    get = run.get(2.0, 2, "news/1")
    run.send(2.0, 2, 1, messages.GETQ, get.op)
    run.send(2.04, 1, 2, messages.GETR, get.op, status=messages.MISS)
    run.finish(2.08, get, outcome="NOT_FOUND")
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    assert [f"{step.t:.2f} {step.text}" for step in story(run.trace, world, 2)][-3:] == [
        "2.08 Birch had nothing of its own",
        "2.08 Aster has it, but does not peer with Cedar",
        "2.08 Cedar found it nowhere, after 80 ms",
    ]


def test_a_replica_that_the_update_had_not_reached() -> None:
    run = Run(2)
    regime = "put-broadcast-value"
    first = run.put(1.0, 0, "news/1", 1, regime=regime)
    run.send(1.0, 0, 1, messages.UPDATE, 1)
    replica = run.store(1.04, 1, "news/1", "R", 1, regime=regime, via=0, origin=first)
    run.put(2.0, 0, "news/1", 2, regime=regime)
    run.send(2.0, 0, 1, messages.UPDATE, 2)
    get = run.get(2.01, 1, "news/1")
    run.finish(2.01, get, "replica", 1, copy=replica)
    assert told(run, 3) == [
        "1.00 Aster accepted v1",
        "1.04 Birch got v1 from Aster",
        "2.00 Aster accepted v2 !",
        "2.00 Aster's word of it was on its way to Birch until 2.040 s !",
        "2.01 a customer of Birch asked for news/1",
        "2.01 Birch answered from its replica: v1, 1 version behind, after 0 ms !",
    ]
    assert told(run, 1) == [
        "1.00 a customer of Aster put v1 of news/1",
        "1.00 Aster accepted v1",
        "1.00 Aster told its customer that it is stored, after 0 ms",
        "1.00 Aster sent v1 to Birch",
        "1.04 Birch had it, the last of them",
    ]


def test_a_set_that_is_short_of_an_entry() -> None:
    run, kind = Run(2), "unauthenticated"
    x = run.put(1.0, 0, "wall", kind=kind, entry="x", until=9.0)
    run.put(2.0, 1, "wall", kind=kind, entry="y")
    get = run.get(3.0, 0, "wall", kind=kind)
    run.finish(3.0, get, "local", entries=("x",), copy=x)
    assert told(run, 3) == [
        "1.00 Aster accepted an entry, with a lease of 8 s",
        "2.00 Birch accepted another entry !",
        "3.00 a customer of Aster asked for wall",
        "3.00 Aster answered from its own data: 1 of its entries, 1 entry short, after 0 ms !",
    ]


def test_many_later_puts_are_summed_up() -> None:
    run = Run(2)
    for seq in range(1, 10):
        run.put(float(seq), 0, "news/1", seq)
    run.finish(10.0, run.get(10.0, 1, "news/1"), "cached", 1)
    assert [line for line in told(run, 10) if line.endswith("!")] == [
        "2.00 Aster accepted v2 !",
        "3.00 Aster accepted v3 !",
        "4.00 and 5 more were accepted !",
        "9.00 Aster accepted v9 !",
        "10.00 Birch answered from its cache: v1, 8 versions behind, after 0 ms !",
    ]


def test_a_refused_put() -> None:
    run = Run(1)
    run.refused(1.0, 0, "news/1", "E_SEQ_OLD")
    assert told(run, 1) == [
        "1.00 a customer of Aster put v0 of news/1",
        "1.00 Aster refused it: E_SEQ_OLD, after 0 ms !",
    ]


@given(runs())
def test_every_operation_has_a_story(run: Run) -> None:
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    for op in range(1, run.ops + 1):
        steps = story(run.trace, world, op)
        found = world.op(op)
        assert found is not None
        assert [step.t for step in steps] == sorted(step.t for step in steps)
        assert all(1 <= step.event_id <= len(run.trace) for step in steps)
        assert found.started_id in {step.event_id for step in steps}
        assert found.finished_id in {0, *(step.event_id for step in steps)}


@pytest.mark.parametrize(
    ("names", "text"),
    [([], "nobody"), (["A"], "A"), (["A", "B"], "A and B"), (list("ABCDE"), "A, B, C, D and E"),
     (list("ABCDEFGHIJ"), "A, B, C and 7 others")],
)  # fmt: skip
def test_lists(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_spans_and_staleness() -> None:
    spans = [span(t) for t in (0.0, 0.0004, 0.0021, 0.0799, 0.9996, 2.5, 10.0, 86_400.0)]
    assert spans == ["0 ms", "0.4 ms", "2.1 ms", "80 ms", "1 s", "2.5 s", "10 s", "86400 s"]
    words = [versions_behind(0, False), versions_behind(1, False), versions_behind(0, True), versions_behind(2, True)]
    assert words == ["the newest", "1 version behind", "complete", "2 entries short"]
