"""What a provider has in its stores: by hand, against the copies of each name, and fast."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.events import Crashed
from p4lab.world import World
from p4lab.world.stock import Stock, Total, behind
from tests.streams import Run, runs


def seen(run: Run) -> World:
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    return world


def lines(world: World, node: int, t: float, moment: float = -1.0) -> list[str]:
    """Each line in short: store, name, version, + where it changed, - where it went."""
    return [
        f"{each.store} {world.names[each.name].label} {each.seq or len(each.entries)}"
        + ("-" if each.gone else "+" if each.changed else "")
        for each in Stock(world).at(node, t, moment)
    ]  # fmt: skip


def long_run() -> Run:
    """Own data, a replica, a copy with a TTL, a pointer, a set, a tombstone, a fall of the regime."""
    run = Run(3)
    for key in ("mail", "news"):  # asked for once, or nobody could spell them
        run.get(0.5, 0, key)
    run.put(1.0, 0, "own", 1)
    feed = run.put(1.0, 1, "feed", 1, regime="put-broadcast-value")
    run.store(1.04, 0, "feed", "R", 1, regime="put-broadcast-value", via=1, origin=feed, op=run.ops)
    run.store(1.2, 0, "mail", "P", 3, regime="put-broadcast-key", via=2)
    run.store(2.0, 0, "news", "C", 4, until=5.0, via=1)
    for entry in ("aa", "bb"):
        run.put(2.5, 0, "wall", kind="unauthenticated", entry=entry)
    run.put(3.0, 0, "own", 2)
    run.put(6.0, 0, "fell", 1, regime="put-broadcast-value")
    run.put(7.0, 0, "fell", 2)
    run.put(8.0, 0, "own", 3, deleted=True)
    run.drop(9.0, 0, "mail", "P", why="unpeered")
    return run


def test_the_stores_at_each_time() -> None:
    world = seen(long_run())
    assert lines(world, 0, 2.6) == ["L own 1", "L wall 2", "R feed 1", "P mail 3", "C news 4"]
    assert lines(world, 0, 3.0, 3.0) == ["L own 2+", "L wall 2", "R feed 1", "P mail 3", "C news 4"]
    assert lines(world, 0, 5.0) == ["L own 2", "L wall 2", "R feed 1", "P mail 3"]
    assert lines(world, 0, 7.5) == ["L own 2", "L wall 2", "L fell 2", "R feed 1", "P mail 3", "T fell 2"]
    assert lines(world, 0, 9.0, 9.0)[-4:] == ["R feed 1", "P mail 3-", "T own 3", "T fell 2"]
    assert lines(world, 1, 9.0) == ["L feed 1"]


def test_a_line_in_full_and_the_totals() -> None:
    world = seen(long_run())
    stock = Stock(world)
    news = stock.at(0, 3.5)[-1]
    assert (news.since, news.until, news.ttl, news.via, news.size, news.regime) == (
        2.0,
        5.0,
        3.0,
        1,
        None,
        "get-broadcast",
    )
    assert stock.totals(0, 3.5) == [
        Total("L", 2, 3, 6), Total("S", 0, 0, 0), Total("R", 1, 1, 2), Total("P", 1, 1, 0), Total("C", 1, 1, 0),
        Total("T", 0, 0, 0),
    ]  # fmt: skip
    assert [behind(world, each, 3.5) for each in stock.at(0, 3.5)] == [0, 0, 0, 0, 0]


def test_a_crash_loses_what_was_only_cached() -> None:
    run = long_run()
    run.trace.emit(Crashed(node=0), 9.5, 0)
    run.get(9.55, 1, "news")
    run.store(9.6, 1, "news", "C", 1)
    run.trace.emit(Crashed(node=1), 9.7, 0)
    world = seen(run)
    assert lines(world, 1, 9.65) == ["L feed 1", "C news 1"]
    assert lines(world, 1, 9.7, 9.7) == ["L feed 1", "C news 1-"]


@settings(max_examples=25)
@given(runs(), st.floats(0.0, 30.0))
def test_it_is_what_the_copies_of_each_name_say(run: Run, t: float) -> None:
    """Whether it is fed at once or asked in between: the same lines as `holdings`, but for T."""
    world, whole = World(), seen(run)
    half = len(run.trace) // 2
    world.step(run.trace.slice(0, half))
    stock = Stock(world)
    stock.at(0, t)
    world.step(run.trace.slice(half, len(run.trace)))
    for node in range(run.size):
        told = [each for each in stock.at(node, t) if each.store != "T"]
        assert told == [each for each in Stock(whole).at(node, t) if each.store != "T"]
        held = [
            (each.store, name.index, each.seq, each.since, each.until, each.behind, each.event)
            for name in whole.names for each in whole.holdings(name.index, t) if each.node == node
        ]  # fmt: skip
        mine = [
            (each.store, each.name, each.seq, each.since, each.until, behind(whole, each, t), each.event)
            for each in told
        ]
        assert sorted(mine, key=repr) == sorted(held, key=repr)


def test_of_a_hundred_thousand_copies_those_held_are_told() -> None:
    run = Run(2)
    for number in range(100_000):
        run.store(number / 1000, number % 2, f"k{number % 2000}", "R", number, via=1 - number % 2)
    world = seen(run)
    stock = Stock(world)
    assert len(stock.at(0, 90.0)) == 1000
