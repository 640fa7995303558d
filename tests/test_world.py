"""World: hand-worked pictures, and the same answers however the stream is cut and whenever it is asked."""

from __future__ import annotations

from math import inf

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core import messages
from p4lab.core.events import (
    Adopted,
    Crashed,
    Dropped,
    Event,
    GetStarted,
    Gone,
    Housed,
    Joined,
    Restarted,
    Stored,
    Unpeered,
)
from p4lab.core.history import History
from p4lab.trace import Trace
from p4lab.world import Holding, Name, Provider, Segment, World
from tests.streams import Run, cut, news, nid_of, runs

WORD = "get-broadcast"


def fold(trace: Trace) -> World:
    world = World()
    world.step(trace.slice(0, len(trace)))
    return world


def test_who_is_there_and_who_peers() -> None:
    world = fold(news().trace)
    assert world.providers == [Provider(0, "Aster", 100), Provider(1, "Birch", 100), Provider(2, "Cedar", 100)]
    assert world.provider_of == {0: 0, 1: 1, 2: 2, 3: 0, 4: 1, 5: 2}
    assert world.links == {(0, 1): 0.04, (0, 2): 0.04, (1, 2): 0.04}


def test_names_in_order_of_appearance() -> None:
    run = news()
    run.put(20.0, 0, "ab" * 32, kind="immutable")
    world = fold(run.trace)
    assert world.names[0] == Name(0, nid_of("news/1"), "authenticated", "news/1", "Aster")
    assert [name.label for name in world.names] == ["news/1", "other", "abababab…"]
    assert (world.find("other"), world.find("news/1", "Birch"), world.busiest()) == (
        world.names[1],
        None,
        world.names[0],
    )
    assert World().busiest() is None


def test_who_watches_from_the_middle_on_learns_a_name_when_somebody_says_it() -> None:
    """A copy alone has only the number of its name."""
    trace, nid = Trace(), nid_of("news/1")
    trace.emit(Stored(node=0, op=0, nid=nid, store="L"), 1.0, 0)
    world = fold(trace)
    assert world.names == [Name(0, nid, "", nid.hex()[:8], "")]
    start = {"kind": "authenticated", "key": "news/1", "owner": "Aster", "workload": "by hand"}
    trace.emit(GetStarted(node=0, op=1, nid=nid, **start), 2.0, 0)
    world.step(trace.slice(1, 2))
    assert world.names == [Name(0, nid, "authenticated", "news/1", "Aster")]
    assert (world.known_as(0), world.find("news/1")) == ("news/1", world.names[0])


def test_holdings_follow_time_alone() -> None:
    world = fold(news().trace)
    own = Holding(0, "L", 1, 1.0, None, None, 0, 0, 11, WORD)
    cached = Holding(2, "C", 1, 2.98, 12.98, 10.0, 0, 0, 20, WORD)
    seen = {t: world.holdings(0, t) for t in (5.0, 3.0, 0.5, 13.0)}
    newest = msgspec.structs.replace(own, seq=3, since=4.5, event=seen[5.0][0].event)
    assert seen == {0.5: [], 3.0: [own, cached], 5.0: [newest, replaced(cached, behind=2)], 13.0: [newest]}
    assert [world.newest(0, t) for t in (0.5, 3.0, 13.0)] == [0, 1, 3]


def replaced(holding: Holding, **changes: int) -> Holding:
    """The same holding but for these fields."""
    return msgspec.structs.replace(holding, **changes)


def test_lanes_tell_what_each_provider_would_answer_with() -> None:
    run = Run(3)
    first = run.put(1.0, 0, "news/1", 1)
    pointer = run.store(1.5, 1, "news/1", "P", 1)
    replica = run.store(2.0, 2, "news/1", "R", 1, until=5.0)
    cached = run.store(3.0, 2, "news/1", "C", 2, until=4.0)
    newer = run.store(6.0, 1, "news/1", "P", 2)
    local = run.put(7.0, 1, "news/1", 2)
    run.drop(8.0, 1, "news/1", "P")
    assert fold(run.trace).lanes(0) == [
        Segment(0, 1.0, inf, "L", 1, 0, first),
        Segment(1, 1.5, 6.0, "P", 1, 0, pointer),
        Segment(1, 6.0, 7.0, "P", 2, 0, newer),
        Segment(1, 7.0, inf, "L", 2, 0, local),
        Segment(2, 2.0, 3.0, "R", 1, 0, replica),
        Segment(2, 3.0, 4.0, "C", 2, 0, cached),
        Segment(2, 4.0, 5.0, "R", 1, 0, replica),
    ]


def test_a_crash_takes_the_cache_and_silences_the_rest() -> None:
    run = Run(2)
    first = run.put(1.0, 0, "a", 1)
    own = run.put(1.0, 1, "b", 1)
    run.store(2.0, 1, "a", "C", 1, until=60.0)
    run.trace.emit(Crashed(node=1), 3.0, 0)
    run.trace.emit(Restarted(node=1), 5.0, 0)
    world = fold(run.trace)
    lanes = [(lane.node, lane.start, lane.end, lane.store) for lane in world.lanes(0) + world.lanes(1)]
    assert lanes == [(0, 1.0, inf, "L"), (1, 2.0, 3.0, "C"), (1, 1.0, 3.0, "L"), (1, 5.0, inf, "L")]
    assert [held.event for name in (0, 1) for held in world.holdings(name, 6.0)] == [first, own]


def test_a_tombstone_is_held_and_ends_what_would_be_answered() -> None:
    run = Run(1)
    first = run.put(1.0, 0, "a", 1)
    gone = run.put(2.0, 0, "a", 2, until=5.0, deleted=True)
    again = run.put(4.0, 0, "a", 3)
    world = fold(run.trace)
    assert [(h.event, h.seq, h.deleted) for t in (1.5, 3.0, 4.5) for h in world.holdings(0, t)] == [
        (first, 1, False), (gone, 2, True), (again, 3, False),
    ]  # fmt: skip
    assert world.lanes(0) == [Segment(0, 1.0, 2.0, "L", 1, 0, first), Segment(0, 4.0, inf, "L", 3, 0, again)]
    assert [world.removed(0, t) for t in (0.5, 1.5, 3.0, 4.5)] == [False, False, True, False]


def test_a_set_is_held_and_answered_as_a_union() -> None:
    run, kind = Run(2), "unauthenticated"
    x = run.put(1.0, 0, "wall", kind=kind, entry="x")
    y = run.put(2.0, 1, "wall", kind=kind, entry="y", regime="put-broadcast-value")
    mixed = run.store(2.5, 0, "wall", "L", kind=kind, entry="z", until=4.0, regime="put-broadcast-value")
    cached = run.store(3.0, 1, "wall", "C", kind=kind, entry="x", until=6.0)
    world = fold(run.trace)
    assert world.holdings(0, 3.5) == [
        Holding(0, "L", 0, 2.5, 4.0, 1.5, 1, 2, mixed, "mixed"),
        Holding(1, "L", 0, 2.0, None, None, 2, 1, y, "put-broadcast-value"),
        Holding(1, "C", 0, 3.0, 6.0, 3.0, 2, 1, cached, WORD),
    ]
    assert world.lanes(0) == [
        Segment(0, 1.0, 2.5, "L", 0, 1, x),
        Segment(0, 2.5, 4.0, "L", 0, 2, mixed),
        Segment(0, 4.0, inf, "L", 0, 1, x),
        Segment(1, 2.0, 3.0, "L", 0, 1, y),
        Segment(1, 3.0, 6.0, "L", 0, 2, y),
        Segment(1, 6.0, inf, "L", 0, 1, y),
    ]


def test_operations_and_what_they_read() -> None:
    run = news()
    world = fold(run.trace)
    stale, partial, running = world.op(5), world.op(7), world.op(8)
    assert stale is not None and partial is not None and running is not None
    assert (stale.verb, stale.node, stale.name, stale.started, stale.outcome, stale.source, stale.seq, stale.lag) == (
        "get", 2, 0, 5.02, "OK", "cached", 1, 2,
    )  # fmt: skip
    assert stale.age is not None and abs(stale.age - 1.92) < 1e-9
    copy = run.trace[stale.copy - 1]
    assert isinstance(copy, Stored) and (copy.node, copy.store, copy.seq) == (2, "C", 1)
    assert (partial.outcome, partial.silent, partial.lag, partial.latency) == ("PARTIAL", (0,), None, 2.0)
    assert (running.finished, running.regime, running.outcome) == (None, "none", "")
    assert world.op(99) is None
    assert world.op_name().tolist() == [-1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert world.op_regime().tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 0]
    assert world.stale_reads().tolist() == [(5.02, 2, 5, 2, 0)]
    assert world.stale_reads(1).tolist() == []


def loads(world: World, trace: Trace, t: float, window: float) -> dict[tuple[int, ...], float]:
    ways, carried = world.link_load(trace, t, window)
    return dict(zip(map(tuple, ways.tolist()), carried.tolist(), strict=True))


def test_link_load_counts_each_direction_in_a_half_open_window() -> None:
    run = Run(3)
    run.send(1.0, 0, 1, messages.GETQ, size=100)
    run.send(2.0, 1, 0, messages.GETR, size=10)
    run.send(2.0, 2, 0, messages.UPDATE, size=7)
    run.access(2.0, 3, 0, messages.GET, 0)
    run.send(3.0, 0, 1, messages.GETQ, size=1)
    world = World()
    assert loads(world, run.trace, 2.0, 1.0) == {(1, 0): 10.0, (2, 0): 7.0}
    assert loads(world, run.trace, 2.5, 10.0) == {(0, 1): 100.0, (1, 0): 10.0, (2, 0): 7.0}
    assert loads(world, run.trace, 0.5, 10.0) == {}


@given(st.data(), runs())
def test_any_slicing_gives_the_same_world(data: st.DataObject, run: Run) -> None:
    whole, parts = fold(run.trace), World()
    for part in data.draw(cut(run.trace)):
        parts.step(part)
        for name in parts.names[:1]:  # asking in between must not disturb what comes
            parts.lanes(name.index)
    assert everything(parts, run.trace) == everything(whole, run.trace)


def everything(world: World, trace: Trace) -> list[object]:
    """All that a World says, at every moment that matters."""
    times = sorted({event.t for event in trace.slice(0, len(trace))})
    ops = range(len(world.op_name()))
    return [
        world.seen, world.providers, world.provider_of, world.links, world.names, world.busiest(),
        world.op_name().tolist(), world.op_regime().tolist(), [world.op(op) for op in ops],
        world.stale_reads().tolist(), [world.lanes(name.index) for name in world.names],
        [[world.holdings(name.index, t) for name in world.names] for t in times],
    ]  # fmt: skip


@given(runs(), st.integers(0, 60))
def test_a_picture_of_the_past_is_the_picture_that_was(run: Run, index: int) -> None:
    """Asked about t after the fact, or when t was now: the same holdings, and lanes equal up to t."""
    t = run.trace.time_of(min(index, len(run.trace) - 1))
    whole, part = fold(run.trace), World()
    part.step(run.trace.slice(0, run.trace.index_at(t)))
    for name in part.names:
        assert whole.holdings(name.index, t) == part.holdings(name.index, t)
        assert whole.newest(name.index, t) == part.newest(name.index, t)
        assert clipped(whole.lanes(name.index), t) == clipped(part.lanes(name.index), t)


def clipped(lanes: list[Segment], t: float) -> list[Segment]:
    return [msgspec.structs.replace(lane, end=min(lane.end, t)) for lane in lanes if lane.start < t]


def active(events: list[Event], t: float) -> dict[tuple[bytes, int, str, str], Stored]:
    """Brute force: what lies in each (name, node, store, entry) at t, by replaying every event."""
    held: dict[tuple[bytes, int, str, str], Stored] = {}
    for event in events:
        if event.t <= t and isinstance(event, Stored):
            held[event.nid, event.node, event.store, event.entry] = event
        elif event.t <= t and isinstance(event, Dropped):
            held.pop((event.nid, event.node, event.store, event.entry), None)
    return {key: event for key, event in held.items() if event.until is None or t < event.until}


@given(runs(), st.floats(0.0, 1.0))
def test_holdings_and_lanes_agree_with_brute_force(run: Run, part: float) -> None:
    t = run.trace.end * part
    events, world = list(run.trace.slice(0, len(run.trace))), fold(run.trace)
    history = History()
    for event in events:
        history.step(event)
    for name in world.names:
        held = [event for key, event in active(events, t).items() if key[0] == name.nid]
        holdings = {(holding.node, holding.store): holding for holding in world.holdings(name.index, t)}
        assert set(holdings) == {(event.node, event.store) for event in held}
        for (node, store), holding in holdings.items():
            mine = [event for event in held if (event.node, event.store) == (node, store)]
            entries = {event.entry for event in mine if event.entry}
            ends = [event.until for event in mine if event.until is not None]
            behind = history.judge(name.nid, mine[0].seq, mine[0].digest, tuple(entries), t)[0]
            assert (holding.seq, holding.entries, holding.until, holding.behind) == (
                mine[0].seq, len(entries), min(ends, default=None), behind,
            )  # fmt: skip
        lanes = {lane.node: lane for lane in world.lanes(name.index) if lane.start <= t < lane.end}
        assert set(lanes) == {event.node for event in held}
        for node, lane in lanes.items():
            mine = [event for event in held if event.node == node]
            assert lane.seq == max(event.seq for event in mine)
            assert lane.entries == len({event.entry for event in mine if event.entry})
            assert lane.store == min((e.store for e in mine if e.seq == lane.seq), key="LRCP".index)


def test_a_thousand_providers_are_no_square() -> None:
    run = Run(2)
    run.send(1.0, 5000, 4999, messages.GETQ, size=3)
    assert loads(World(), run.trace, 1.0, 1.0) == {(5000, 4999): 3.0}


def test_ops_beyond_the_first_columns() -> None:
    run = Run(1)
    for i in range(1500):
        run.get(float(i), 0, "a")
    world = fold(run.trace)
    assert np.array_equal(world.op_name(), [-1] + [0] * 1500)


def test_who_has_left_holds_nothing_and_newcomers_are_numbered_as_they_come() -> None:
    run = Run(2)
    run.put(1.0, 0, "news/1", 1)
    run.store(2.0, 1, "news/1", "R", 1)
    for t, event in (
        (3.0, Joined(node=4, name="Zed", customers=5, parent=1, attach="local", latency=0.1)),
        (3.5, Housed(node=8, name="House", at=4)),
        (4.0, Unpeered(node=0, peer=1)),
        (4.0, Adopted(node=4)),
        (4.0, Gone(node=1)),
    ):
        run.trace.emit(event, t, 0)
    world = fold(run.trace)
    assert world.providers[2] == Provider(4, "Zed", 5, 1, "local", 3.0)
    assert {t: [each.node for each in world.holdings(0, t)] for t in (3.9, 4.0)} == {3.9: [0, 1], 4.0: [0]}
    assert [(each.node, each.start, each.end) for each in world.lanes(0)] == [(0, 1.0, inf), (1, 2.0, 4.0)]
    assert [world.state(t).there(1) for t in (3.9, 4.0)] == [True, False]
    assert (world.houses.rows[0].since, world.cut_off(world.houses.rows[0], 3.6)) == (3.5, "")
    run.trace.emit(Gone(node=4), 5.0, 0)
    again = fold(run.trace)
    assert again.cut_off(again.houses.rows[0], 5.0) == "left"


def test_nothing_in_a_key_hides_or_turns_what_stands_beside_it_on_the_map() -> None:
    keys = ("news/1", "a\u202eb\u2066c", "Zürich\u200cم", "two\nlines", "ab" * 32)
    names = [Name(0, b"", "authenticated", key, "Aster").label for key in keys]
    assert names == ["news/1", "a\ufffdb\ufffdc", "Zürich\u200cم", "two\ufffdlines", "ab" * 32]
