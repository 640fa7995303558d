"""What the network had to do with a get that ended badly, from streams written by hand."""

from __future__ import annotations

from p4lab.core import messages
from p4lab.core.events import (
    Crashed,
    Dropped,
    Event,
    GetFinished,
    Healed,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    PutStarted,
    SessionDown,
    Stored,
)  # fmt: skip
from p4lab.world import World, brought, gone, story
from p4lab.world.blame import blame
from tests.streams import NAMES, Run, nid_of, version_digest

VALUE = "put-broadcast-value"


def emit(run: Run, t: float, *events: Event) -> None:
    for event in events:
        run.trace.emit(event, t, 0)


def found(run: Run, asked: tuple[int, ...] = ()) -> list[tuple[float, str, bool]]:
    """What is said of the last get: the time of what it goes back to, the sentence, whether it is bad."""
    world = World()
    world.step(run.trace[:])
    last = [event for event in run.trace[:].records if isinstance(event, GetFinished)][-1]
    return [(each.event.t, each.text, each.bad) for each in blame(world, last, asked, NAMES.__getitem__)]


def test_who_was_silent_and_why() -> None:
    run = Run(4)
    run.put(1.0, 0, "k", 1)
    emit(run, 2.0, Crashed(node=0), SessionDown(node=3, peer=0, why="crash"))
    emit(run, 3.0, LinkChanged(a=1, b=3, latency=0.04, up=False), SessionDown(node=3, peer=1, why="link"))
    emit(run, 4.0, SessionDown(node=3, peer=2, why="silence"))
    run.finish(5.0, run.get(5.0, 3, "k"), outcome="PARTIAL", silent=(0, 1, 2))
    assert found(run) == [
        (2.0, "Aster had crashed", True),
        (3.0, "the link between Dahlia and Birch was cut", True),
        (4.0, "Dahlia had no session with Cedar: it had been silent too long", True),
    ]


def test_nobody_is_there_to_answer() -> None:
    run = Run(2)
    emit(run, 2.0, Crashed(node=1))
    get = run.get(3.0, 1, "k")
    run.finish(3.0, get, outcome="E_AGAIN")
    world = World()
    world.step(run.trace[:])
    assert [step.text for step in story(run.trace, world, get.op)] == [
        "Birch had crashed",
        "a customer of Birch asked for k",
        "Birch was not there to answer, after 0 ms",
    ]


def test_a_broadcast_that_did_not_come_through() -> None:
    run = Run(2)
    first = run.put(1.0, 0, "k", 1, regime=VALUE)
    copy = run.store(1.04, 1, "k", "R", 1, regime=VALUE, origin=first)
    emit(run, 2.0, Partitioned(groups=((0,), (1,))))
    run.put(3.0, 0, "k", 2, regime=VALUE)
    emit(run, 4.0, Healed(), SessionDown(node=1, peer=0, why="silence"))
    run.finish(4.5, run.get(4.5, 1, "k"), "replica", 1, copy=copy)
    assert found(run) == [(2.0, "a partition lay between Birch and Aster, so its word did not come through", True)]


def test_a_stale_copy_of_a_get_broadcast_is_nobody_elses_fault() -> None:
    run = Run(2)
    first = run.put(1.0, 0, "k", 1)
    copy = run.store(1.5, 1, "k", "C", 1, until=9.0, origin=first)
    emit(run, 2.0, Partitioned(groups=((0,), (1,))))
    run.put(3.0, 0, "k", 2)
    run.finish(4.0, run.get(4.0, 1, "k"), "cached", 1, copy=copy)
    assert found(run) == []


def test_a_liar_is_named_where_it_was_asked() -> None:
    run = Run(3)
    emit(run, 1.0, Misbehaving(node=0, switches=("refuse_external_gets", "stretch_ttl=10")))
    run.finish(2.0, run.get(2.0, 2, "k"), outcome="PARTIAL", silent=(0,))
    said = (1.0, "Aster misbehaves: it refuses what others ask and keeps copies too long", True)
    assert found(run, (0, 1)) == [said]
    emit(run, 3.0, Misbehaving(node=0))
    run.finish(4.0, run.get(4.0, 2, "k"), outcome="PARTIAL", silent=(1,))
    assert found(run, (0, 1)) == []


def test_a_former_provider_answers_with_what_it_still_had() -> None:
    run = Run(3)
    old = run.put(1.0, 0, "k", 1)
    emit(run, 2.0, Moved(identity="Aster", owner=b"a", src=0, dst=1))
    run.put(3.0, 1, "k", 2)
    get = run.get(4.0, 2, "k")
    run.send(4.0, 2, 0, messages.GETQ, get.op)
    run.finish(4.08, get, "remote", 1, copy=old)
    assert found(run, (0,)) == [
        (2.0, "Aster had moved from Aster to Birch: Aster answered with what it still had", True)
    ]


def test_who_has_left_a_provider_and_not_come_back() -> None:
    run = Run(3)
    there, back = (Moved(identity="Olive", owner=b"o", src=src, dst=1 - src) for src in (0, 1))
    emit(run, 2.0, there)
    emit(run, 4.0, back)
    world = World()
    world.step(run.trace[:])
    asked = ((0, 1.0), (0, 3.0), (0, 5.0), (1, 5.0), (2, 5.0))
    assert [gone(world, "Olive", node, t) for node, t in asked] == [None, there, None, back, None]


def test_what_is_put_again_at_a_new_provider_was_brought_along() -> None:
    run = Run(2)
    run.put(1.0, 0, "k", 1)
    move = run.trace.emit(Moved(identity="Olive", owner=b"o", src=0, dst=1), 2.0, 0)
    start = PutStarted(
        node=1, op=9, nid=nid_of("k"), kind="authenticated", key="k", owner="Olive", workload="by hand",
        regime="get-broadcast", ttl=1.0, seq=1,
    )  # fmt: skip
    run.trace.emit(start, 2.0, move)
    world = World()
    world.step(run.trace[:])
    assert [brought(run.trace, op) for op in map(world.op, (1, 9)) if op] == [None, run.trace[move - 1]]
    assert [(step.event_id, step.text) for step in story(run.trace, world, 9)] == [
        (move, "Olive moved from Aster to Birch"), (start.id, "Olive put v1 of k again"),
    ]  # fmt: skip


def test_a_removal_is_told_as_one() -> None:
    run = Run(1)
    run.put(1.0, 0, "k", 1, until=9.0)
    run.put(2.0, 0, "k", 2, until=14.0, deleted=True)
    world = World()
    world.step(run.trace[:])
    assert [story(run.trace, world, op)[1].text for op in (1, 2)] == [
        "Aster accepted v1, with a lease of 8 s", "Aster accepted the removal, v2, and remembers it for 12 s",
    ]  # fmt: skip


def test_what_was_removed_is_not_found_and_that_is_right() -> None:
    run = Run(2)
    run.put(1.0, 0, "k", 1)
    gone = Stored(node=0, op=9, nid=nid_of("k"), store="L", seq=2, digest=version_digest(2), deleted=True)
    emit(run, 2.0, gone)
    run.finish(3.0, run.get(3.0, 1, "k"), outcome="NOT_FOUND")
    assert found(run, (0,)) == [(2.0, "Aster had removed it", False)]
    run.put(4.0, 1, "wall", kind="unauthenticated", entry="x")
    emit(run, 5.0, Dropped(node=1, op=10, nid=nid_of("wall", "unauthenticated"), store="L", entry="x", why="removed"))
    run.finish(6.0, run.get(6.0, 0, "wall", kind="unauthenticated"), outcome="NOT_FOUND")
    assert found(run, (1,)) == [(5.0, "Birch had removed it", False)]
