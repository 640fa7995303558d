"""What is the matter at a time: from events written by hand, at every moment, and the past stays as it was."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from p4lab.core.events import (
    Adopted,
    CaughtUp,
    Crashed,
    Event,
    Gone,
    Healed,
    Housed,
    Joined,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    Peered,
    ProviderChanged,
    Restarted,
    SessionDown,
    SessionRefused,
    SessionUp,
    Unpeered,
)  # fmt: skip
from p4lab.world.states import State, States


def told(*events: tuple[float, Event]) -> States:
    """Four providers, of which 0, 1 and 2 peer and 3 is a child of 2, and then these events."""
    states = States()
    start: list[Event] = [Joined(node=node, name="ABC"[node]) for node in range(3)]
    start += [Joined(node=3, name="D", parent=2), Peered(node=0, peers=(1, 2), latency=(0.04, 0.04))]
    for event in [*start, Peered(node=1, peers=(2,), latency=(0.04,))]:
        states.step(event)
    for t, event in events:
        event.t = t
        states.step(event)
    return states


def test_a_calm_run_has_one_state() -> None:
    states = told()
    assert states.at(0.0) is states.at(99.0)
    assert states.at(5.0).calm
    assert list(states.pairs()) == [(2, 3), (0, 1), (0, 2), (1, 2)]
    assert (states.neighbours(2, 1.0), states.children(2, 1.0), states.parent(3, 1.0)) == ({0, 1, 3}, [3], 2)


def test_who_comes_and_leaves_is_there_in_between() -> None:
    """Asked before and after the later events are known, the past says the same."""
    states = told((4.0, Partitioned(groups=((0,),))))
    assert states.at(1.0).coming == frozenset()
    for t, event in (
        (5.0, Joined(node=4, name="E")),
        (5.0, Peered(node=0, peers=(4,), latency=(0.04,))),
        (6.0, Housed(node=10, name="H", at=4)),
        (7.0, ProviderChanged(node=1, customers=7, lookup_delay=0.1)),
        (8.0, Crashed(node=1)),
        (9.0, Unpeered(node=0, peer=1)),
        (9.0, Gone(node=1)),
        (9.5, Gone(node=4, kept=True)),
        (9.7, Restarted(node=4)),
    ):
        event.t = t
        states.step(event)
    there = {t: [node for node in (0, 1, 4, 10) if states.at(t).there(node)] for t in (1.0, 6.0, 8.5, 9.0, 9.5, 9.7)}
    assert there == {
        1.0: [0, 1], 6.0: [0, 1, 4, 10], 8.5: [0, 1, 4, 10], 9.0: [0, 4, 10], 9.5: [0, 10], 9.7: [0, 4, 10],
    }  # fmt: skip
    assert (states.at(4.0).absent, states.at(5.0).cut[0, 4]) == (frozenset({(0, 4)}), "partition")
    assert [states.at(t).groups[1] for t in (4.0, 5.0)] == [frozenset({1, 2, 3}), frozenset({1, 2, 3, 4})]
    assert [states.at(t).crashed for t in (8.0, 9.0)] == [frozenset({1}), frozenset()]
    assert [(how.customers, how.lookup_delay) for how in states.at(7.0).changed.values()] == [(7, 0.1)]


def test_a_crash_cuts_all_links_until_sessions_are_up_again() -> None:
    down, up = (0, 1, 3), (0, 1, 3)
    states = told(
        (1.0, Crashed(node=2)),
        *((1.0, SessionDown(node=node, peer=2, why="crash")) for node in down),
        (2.0, Restarted(node=2, copies=4)),
        *((2.08, SessionUp(node=node, peer=2)) for node in up),
        (2.2, CaughtUp(node=0, peer=2, items=1, news=0)),
        (2.2, CaughtUp(node=1, peer=2, items=1, news=0)),
        (2.3, CaughtUp(node=3, peer=2, items=1, news=1)),
    )
    mine = {(0, 2): "crash", (1, 2): "crash", (2, 3): "crash"}
    assert [(states.at(t).crashed, states.at(t).cut, states.at(t).catching) for t in (0.9, 1.0, 2.0, 2.1, 2.25, 3)] == [
        (frozenset(), {}, frozenset()),
        (frozenset({2}), mine, frozenset()),
        (frozenset(), mine, frozenset()),
        (frozenset(), {}, frozenset(mine)),
        (frozenset(), {}, frozenset({(2, 3)})),
        (frozenset(), {}, frozenset()),
    ]


def test_a_redirect_child_has_nothing_to_catch_up_with() -> None:
    states = told(
        (0.0, Joined(node=4, name="Elm", parent=2, attach="redirect")),
        (1.0, SessionDown(node=4, peer=2, why="link")), (1.0, SessionDown(node=2, peer=4, why="link")),
        (2.0, SessionUp(node=4, peer=2, role="parent")), (2.0, SessionUp(node=2, peer=4, role="proxy")),
    )  # fmt: skip
    assert (states.at(1.5).cut, states.at(2.0).cut, states.at(2.0).catching) == ({(2, 4): "link"}, {}, frozenset())


def test_a_link_is_cut_changed_and_as_before() -> None:
    worse = LinkChanged(a=0, b=1, latency=0.08, loss=0.1)
    states = told((1.0, LinkChanged(a=0, b=1, latency=0.04, up=False)), (2.0, worse))
    assert (states.at(1.5).cut, states.at(2.5).cut, states.at(2.5).links) == ({(0, 1): "link"}, {}, {(0, 1): worse})
    assert [states.stopped(1, 0, sent, sent + 0.04) for sent in (0.5, 0.98, 2.0)] == [0.54, 1.0, 2.04]


def test_a_partition_has_sides_and_whoever_is_not_named_is_one_of_them() -> None:
    states = told(
        (1.0, Partitioned(groups=((0,), (1,)))), (4.0, SessionDown(node=0, peer=1, why="silence")), (5.0, Healed())
    )
    split = states.at(2.0)
    assert split.groups == (frozenset({0}), frozenset({1}), frozenset({2, 3}))
    assert [split.group(node) for node in range(4)] == [0, 1, 2, 2]
    assert split.cut == dict.fromkeys([(0, 1), (0, 2), (1, 2)], "partition")
    assert (states.at(5.0).groups, states.at(5.0).group(0), states.at(5.0).cut) == ((), -1, {(0, 1): "silence"})


def test_peerings_come_and_go() -> None:
    states = told(
        (1.0, Unpeered(node=0, peer=1)),
        (1.0, SessionDown(node=0, peer=1, why="unpeered")),
        (3.0, Peered(node=0, peers=(1,), latency=(0.01,))),
        (4.0, Peered(node=1, peers=(3,), latency=(0.01,))),
        (4.1, SessionRefused(node=3, peer=1, why="HAS_PARENT")),
    )
    assert [(states.at(t).absent, states.at(t).cut) for t in (0.5, 2.0, 3.5, 4.05, 4.2)] == [
        (frozenset({(1, 3)}), {}),
        (frozenset({(0, 1), (1, 3)}), {}),
        (frozenset({(1, 3)}), {}),
        (frozenset(), {}),
        (frozenset(), {(1, 3): "HAS_PARENT"}),
    ]
    assert [states.linked(1, 3, t) for t in (1.0, 4.0)] == [False, True]


def test_a_child_changes_its_parent() -> None:
    states = told((1.0, Adopted(node=3)), (2.0, Adopted(node=3, parent=0, latency=0.02)))
    assert [(states.parent(3, t), states.at(t).parents, states.at(t).absent) for t in (0.5, 1.0, 2.0)] == [
        (2, {3: 2}, frozenset({(0, 3)})),
        (None, {3: None}, frozenset({(0, 3), (2, 3)})),
        (0, {3: 0}, frozenset({(2, 3)})),
    ]
    assert (states.children(2, 0.5), states.children(2, 3.0), states.children(0, 3.0)) == ([3], [], [3])


def test_misbehaviour_and_moves() -> None:
    moved = Moved(identity="A", owner=b"a", src=0, dst=1)
    states = told(
        (1.0, Misbehaving(node=1, switches=("no_forward",))), (2.0, Misbehaving(node=1)), (3.0, moved)
    )  # fmt: skip
    assert [states.at(t).switches for t in (0.5, 1.5, 2.5)] == [{}, {1: ("no_forward",)}, {}]
    assert states.moves == [moved]


nodes = st.integers(0, 3)
ends = st.tuples(nodes, nodes).filter(lambda both: both[0] != both[1])
happenings = st.one_of(
    nodes.map(lambda node: Crashed(node=node)),
    nodes.map(lambda node: Restarted(node=node)),
    ends.map(lambda both: Unpeered(node=both[0], peer=both[1])),
    ends.map(lambda both: Peered(node=both[0], peers=(both[1],), latency=(0.01,))),
    ends.map(lambda both: SessionUp(node=both[0], peer=both[1])),
    ends.map(lambda both: CaughtUp(node=both[0], peer=both[1], items=0, news=0)),
    ends.map(lambda both: SessionDown(node=both[0], peer=both[1], why="link")),
    ends.map(lambda both: Adopted(node=both[0], parent=both[1])),
    st.tuples(ends, st.booleans()).map(lambda one: LinkChanged(a=min(one[0]), b=max(one[0]), latency=0.1, up=one[1])),
    nodes.map(lambda node: Partitioned(groups=((node,),))),
    st.just(Healed()),
)


@given(st.lists(st.tuples(st.sampled_from((0.0, 0.5, 1.0)), happenings), max_size=30), st.floats(0, 12))
@example([(0.0, SessionDown(node=0, peer=3, why="link")), (0.5, Unpeered(node=0, peer=3))], 0.0)
@example(
    [
        (1.0, LinkChanged(a=0, b=3, latency=0.1, up=False)),
        (1.0, Peered(node=0, peers=(3,), latency=(0.01,))),
    ],
    1.0,
)  # fmt: skip
def test_the_past_stays_as_it_was(steps: list[tuple[float, Event]], t: float) -> None:
    """Asked after the fact or when t was now: the same, but for links that were still to come."""
    now, events = 0.0, []
    for wait, event in steps:
        now += wait
        events.append((now, event))
    whole, part = told(*events), told(*(each for each in events if each[0] <= t))
    assert plain(whole, t, set(part.pairs())) == plain(part, t, set(part.pairs()))
    assert whole.at(t) is whole.at(t)


def plain(states: States, t: float, known: set[tuple[int, int]]) -> list[object]:
    state: State = states.at(t)
    cut, links = ({each: what for each, what in found.items() if each in known} for found in (state.cut, state.links))
    return [
        state.crashed, state.groups, cut, state.catching, state.absent & known, state.switches, links,
        [states.parent(node, t) for node in range(4)],
    ]  # fmt: skip


def test_a_second_partition_divides_further() -> None:
    a, b = frozenset({0, 1}), frozenset({2, 3})
    states = told(
        *((0.0, Joined(node=node, name=str(node))) for node in range(4)),
        (1.0, Partitioned(groups=((0, 1),))),
        (2.0, Partitioned(groups=((0, 2), (1, 3)))),
        (3.0, Healed()),
    )
    sides = [states.at(t).groups for t in (1.5, 2.5, 3.5)]
    assert sides == [(a, b), (frozenset({0}), frozenset({1}), frozenset({2}), frozenset({3})), ()]
