"""What providers show of a key, at any time, from a stream written by hand."""

import pytest

from p4lab.trace import Trace
from p4lab.world import World
from tests.streams import Run, news
from ui.canvas.looks import NOTHING, UNKNOWN, Look, Looks, sentence


def seen(run: Run) -> World:
    world = World()
    world.step(run.trace[:])
    return world


def looks(world: World, trace: Trace, name: int | None, t: float, count: int) -> list[Look]:
    return Looks(trace, world).at(name, t, count)


def test_own_cached_and_stale_copies():
    run = news()
    world = seen(run)
    own = Look("L", "v1", "own", ("", ""), 1)
    cached = Look("C", "v1", "cached", ("", ""), 1, 2.98, 12.98)
    assert looks(world, run.trace, 0, 3.0, 3) == [own, NOTHING, cached]
    assert looks(world, run.trace, 0, 5.0, 3) == [
        Look("L", "v3", "own", ("", ""), 1),
        NOTHING,
        Look("C", "v1", "cached", ("2 behind", "2"), 1, 2.98, 12.98),
    ]
    assert looks(world, run.trace, 0, 13.0, 3)[2] == NOTHING  # expired
    assert looks(world, run.trace, None, 5.0, 3) == [UNKNOWN] * 3
    assert looks(world, run.trace, 99, 5.0, 3) == [UNKNOWN] * 3


def test_a_pointer_says_whom_it_asks_and_a_copy_goes_before_it():
    run = Run(3)
    run.put(1.0, 0, "k", 1, regime="put-broadcast-key")
    run.store(1.04, 1, "k", "P", 1, regime="put-broadcast-key", via=0)
    run.store(1.04, 2, "k", "P", 1, regime="put-broadcast-key", via=0)
    run.store(2.0, 2, "k", "C", 1, regime="put-broadcast-key", until=5.0)
    shown = looks(seen(run), run.trace, 0, 2.5, 3)
    assert [(look.store, look.texts, look.code) for look in shown] == [
        ("L", ("v1 · own", "v1"), 2),
        ("P", ("asks Aster", "pointer", "→"), 2),
        ("C", ("v1 · cached", "v1"), 2),
    ]


def test_an_append_only_name_counts_entries():
    run = Run(2)
    run.put(1.0, 0, "k", kind="unauthenticated", entry="x")
    run.put(2.0, 1, "k", kind="unauthenticated", entry="y")
    run.put(3.0, 1, "k", kind="unauthenticated", entry="z")
    shown = looks(seen(run), run.trace, 0, 4.0, 2)
    assert [(look.texts, look.badge) for look in shown] == [
        (("1 entry · own", "1 · own", "1"), ("2 missing", "2")),
        (("2 entries · own", "2 · own", "2"), ("1 missing", "1")),
    ]


def test_an_immutable_name_has_no_versions():
    run = Run(1)
    run.put(1.0, 0, "hello", kind="immutable")
    assert looks(seen(run), run.trace, 0, 4.0, 1)[0].texts == ("own",)


def test_a_tombstone_is_no_value():
    run = Run(2)
    run.put(1.0, 0, "k", 1, regime="put-broadcast-value")
    run.store(1.04, 1, "k", "R", 1, regime="put-broadcast-value")
    run.put(2.0, 0, "k", 2, regime="put-broadcast-value", until=14.0, deleted=True)
    own, copy = looks(seen(run), run.trace, 0, 3.0, 2)
    assert own == Look("L", what="removed", removed=True)
    assert (own.texts, own.left(3.0), sentence(own, "k", 3.0)) == (("removed", "×"), None, "k: removed")
    assert (copy.removed, copy.texts[0], copy.badge[0]) == (False, "v1 · copy", "1 behind")


def test_the_arc_runs_down():
    look = Look("C", since=2.0, until=12.0)
    assert [look.left(t) for t in (2.0, 4.5, 12.0, 20.0)] == [1.0, 0.75, 0.0, 0.0]
    assert Look("L").left(5.0) is None


def test_a_look_in_one_sentence():
    look = Look("C", "v1", "cached", ("2 behind", "2"), 1, 2.98, 12.98)
    assert sentence(look, "news/1", 5.02) == "news/1: v1 · cached, 2 behind, expires in 7.96 s"
    assert sentence(NOTHING, "news/1", 5.02) == "news/1: nothing"
    assert sentence(UNKNOWN, "news/1", 5.02) == ""


@pytest.mark.parametrize("t", [0.0, 0.99])
def test_before_the_first_put_there_is_nothing(t):
    run = news()
    assert looks(seen(run), run.trace, 0, t, 3) == [NOTHING] * 3


def test_looks_are_worked_out_anew_only_when_the_key_has_changed():
    run = news()
    world = World()
    half = len(run.trace) // 2
    world.step(run.trace.slice(0, half))
    kept = Looks(run.trace, world)
    times = [each / 10 for each in range(0, 160, 3)]
    for t in [*times, *reversed(times)]:
        assert kept.at(0, t, 3) == Looks(run.trace, world).at(0, t, 3)
    world.step(run.trace.slice(half, len(run.trace)))
    for t in [*times, *reversed(times)]:
        assert kept.at(0, t, 3) == Looks(run.trace, world).at(0, t, 3)
    assert kept.at(0, 3.0, 3) is kept.at(0, 3.01, 3)
    assert kept.held(0, 3.0, [2, 1]) == [kept.at(0, 3.0, 3)[2], NOTHING]
