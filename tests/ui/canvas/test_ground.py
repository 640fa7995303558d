"""What is the matter on the map, at each time of a run in which everything goes wrong once."""

import numpy as np
import pytest

from p4lab.core.events import Crashed, LinkChanged
from p4lab.scenario.model import Link
from p4lab.world import World
from tests.ui import troubled
from ui.canvas.ground import Ground, divide, fault
from ui.canvas.losses import Losses
from ui.canvas.plan import Plan


@pytest.fixture
def plan() -> Plan:
    trace, world = troubled.trace(), World()
    world.step(trace[:])
    made = Plan()
    made.show(troubled.scenario(), trace, world)
    made.follow(0.0)
    return made


def lines(ground: Ground) -> set[tuple[int, int]]:
    return {(a, b) for a, b in ground.lines.tolist()}


def test_peerings_and_parents_come_and_go(plan: Plan) -> None:
    mesh = {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert [lines(plan.ground(t)) for t in (0.0, 11.5, 12.5, 13.5)] == [
        mesh | {(3, 4)},
        mesh - {(0, 3)} | {(3, 4)},
        mesh - {(0, 3)} | {(3, 4), (1, 4)},
        mesh - {(0, 3)} | {(1, 4)},
    ]
    assert [plan.ground(t).up.tolist() for t in (0.0, 13.5)] == [[[4, 3]], []]


def test_the_legend_explains_what_occurs_and_nothing_else(plan: Plan) -> None:
    assert {t: plan.ground(t).signs for t in (1.0, 3.0, 4.05, 4.2, 5.5, 8.0, 10.5)} == {
        1.0: (),
        3.0: ("crashed",),
        4.05: ("cut",),
        4.2: ("catching",),
        5.5: ("cut",),
        8.0: ("partition", "faults"),
        10.5: ("faults", "liar"),
    }
    assert plan.ground(3.0) is plan.ground(3.5)
    assert (plan.ground(3.0).crashed, plan.ground(10.5).liars) == (frozenset({2}), {1: 2})
    assert plan.ground(8.0).sides == {0: 0, 1: 0, 2: 1, 3: 1, 4: 1}


def test_a_folded_subtree_stands_for_its_parts(plan: Plan) -> None:
    plan.hosts = np.array([0, 1, 2, 3, 3])
    folded = plan.ground(12.5)
    assert lines(folded) == {(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)}
    assert (folded.inside, folded.up.tolist(), folded.signs) == ({3: 1}, [], ("faults", "liar", "folded"))
    plan.hosts = np.array([0, 1, 1, 3, 3])
    down = plan.ground(3.0)
    assert (down.crashed, down.inside, down.down) == (frozenset(), {1: 1, 3: 1}, {1: 1})
    there = np.arange(1.0, len(plan.pairs) + 1)
    carried = folded.carried(np.stack([there, 100 * there]), plan.pairs)
    both = [at for at, pair in enumerate(plan.pairs.tolist()) if pair in ([1, 3], [1, 4])]
    sent = sum(at + 1 for at in both)
    assert carried[:, folded.lines.tolist().index([1, 3])].tolist() == [sent, 100 * sent]


def test_who_is_folded_into_one_with_a_higher_number_still_sends_what_it_sends(plan: Plan) -> None:
    plan.hosts = np.array([4, 1, 2, 3, 4])
    folded = plan.ground(1.0)
    there = np.where((plan.pairs == [0, 1]).all(axis=1), 7.0, 0.0)
    carried = folded.carried(np.stack([there, 0 * there]), plan.pairs)
    assert carried[:, folded.lines.tolist().index([1, 4])].tolist() == [0.0, 7.0]


def test_a_crashed_house_is_in_no_fold(plan: Plan) -> None:
    """Its number lies above those of the providers and their customers."""
    trace = troubled.trace()
    trace.emit(Crashed(node=11), trace.end, 0)
    world = World()
    world.step(trace[:])
    plan.show(troubled.scenario(), trace, world)
    ground = plan.ground(trace.end)
    assert (11 in ground.state.crashed, ground.crashed, ground.down) == (True, frozenset(), {})


def test_what_is_wrong_with_a_link() -> None:
    assert [fault(link) for link in (Link(), Link(jitter=0.1, bandwidth=9.0), Link(loss=0.02))] == ["", "", "2 % lost"]
    assert fault(LinkChanged(a=0, b=1, latency=0.1, loss=0.2, corrupt=0.1)) == "2 faults"


def test_two_sides_that_part_cleanly_have_a_divide() -> None:
    points = np.array([[0.0, 0.0], [0.0, 9.0], [10.0, 0.0], [10.0, 9.0]])
    assert divide(points, np.array([0, 0, 1, 1])) == pytest.approx((1.0, 0.0, 5.0))
    assert divide(points, np.array([0, 1, 1, 0])) is None  # crosswise
    assert divide(points, np.array([0, 0, 1, 2])) is None


def test_a_lost_message_ends_where_it_was_when_its_way_was_cut() -> None:
    trace, world = troubled.trace(), World()
    world.step(trace[:])
    losses = Losses(trace, world)
    losses.follow()
    (row,) = losses.between(1.9, 2.1).tolist()
    assert row[0] == 2.0 and row[2:4] == (0, 2) and row[5] == pytest.approx(0.5)
    flying = trace.in_flight(2.01)
    assert [losses.gone(flying["id"], t).tolist() for t in (1.99, 2.01)] == [[False], [True]]
    assert len(losses.between(2.0, 5.0)) == 0


def test_a_fork_shows_the_links_of_its_own_run(plan: Plan) -> None:
    before = len(plan.pairs)
    trace, world = troubled.trace(), World()
    world.step(trace[:])
    plan.show(troubled.scenario(), trace, world)
    plan.follow(12.5)
    assert (before, len(plan.pairs)) == (8, 8)  # the peering of Birch and Elm is not in the scenario
    assert (1, 4) in lines(plan.ground(12.5))
