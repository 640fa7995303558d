"""Links: when things arrive, what loss hits, and that each link draws from its own stream."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from p4lab.core.messages import GetQuery, Update
from p4lab.core.names import Regime
from p4lab.core.options import Options
from p4lab.core.records import immutable
from p4lab.scenario.model import Link, Peering, Provider, Scenario
from p4lab.stage.houses import Houses
from p4lab.stage.network import Network
from p4lab.trace import CORRUPT, DUPLICATE, LOST

RECORD = immutable(b"v", Regime.VALUE, 0, 0)
QUERY = GetQuery(1, b"", 1000, 1)
UPDATE = Update(1, b"", 1000, RECORD)


def network(names: str = "AB", seed: int = 1, **link: float) -> Network:
    scenario = Scenario(
        "t", 1.0, options=Options(access_latency=0.003), link=Link(**link),
        provider=tuple(Provider(name) for name in names), peering=(Peering(among="all"),),
    )  # fmt: skip
    return Network(scenario, seed, Houses(scenario))


def test_rows_hold_both_directions_and_the_customers() -> None:
    even = network("ABC", latency=0.02)
    assert even.rows == [
        {1: 0.02, 2: 0.02, 3: 0.003}, {0: 0.02, 2: 0.02, 4: 0.003}, {0: 0.02, 1: 0.02, 5: 0.003},
        {0: 0.003}, {1: 0.003}, {2: 0.003},
    ]  # fmt: skip
    assert (even.even, even.uneven) == (even.rows, [{}] * 6)
    assert even.transit(0, 1, QUERY, 5.0) == [(5.02, 0, QUERY)]
    uneven = network(loss=0.5)
    assert (uneven.even[:2], list(uneven.uneven[0]), uneven.transit(0, 2, QUERY, 5.0)) == (
        [{}, {}],
        [1],
        [(5.003, 0, QUERY)],
    )


@pytest.mark.parametrize("faults", [{}, {"loss": 0.5}])
def test_a_link_that_is_shut_or_gone_carries_nothing(faults: dict[str, float]) -> None:
    """And what is known of it stays: when a lost message would have come, and its faults for when it opens."""
    between = network("ABC", latency=0.02, **faults)
    before = [[dict(row) for row in rows] for rows in (between.rows, between.uneven, between.even)]
    link = between.link(0, 1)
    between.close(1, 0)
    assert (1 in between.rows[0], 0 in between.rows[1], between.link(1, 0)) == (False, False, link)
    assert between.transit(0, 1, UPDATE, 5.0) == [(5.02, LOST, UPDATE)]
    assert (between.around(0), between.around(1)) == ([1, 2, 3], [0, 2, 4])
    between.open(0, 1)
    assert [between.rows, between.uneven, between.even] == before
    between.remove(0, 1)
    assert (between.around(0), between.link(0, 1)) == ([2, 3], None)
    assert between.transit(0, 1, UPDATE, 5.0) == [(5.02, LOST, UPDATE)]  # as late as over a usual link
    between.add(0, 1, Link(latency=0.02, **faults))
    between.open(0, 1)
    assert [between.rows, between.uneven, between.even] == before


def test_a_link_changes_where_it_is_and_the_short_road_with_it() -> None:
    between, bad = network("ABC", latency=0.02), Link(latency=0.5, jitter=0.1)
    between.change(0, 1, bad)
    assert (between.link(0, 1), between.rows[1][0], between.even[:3]) == (bad, 0.5, [{}, {}, between.rows[2]])
    between.change(1, 0, Link(latency=0.3))
    assert between.even == between.rows
    assert between.transit(1, 0, QUERY, 1.0) == [(1.3, 0, QUERY)]
    between.close(0, 1)
    between.change(0, 1, bad)
    assert (between.link(0, 1), 1 in between.rows[0], between.even == between.rows) == (bad, False, True)


def test_jitter_is_gaussian_truncated_and_in_microseconds() -> None:
    wide = network(latency=0.04, jitter=0.01)
    delays = [wide.transit(0, 1, QUERY, 0.0)[0][0] for _ in range(4000)]
    assert mean(delays) == pytest.approx(0.04, abs=4 * 0.01 / 4000**0.5)
    assert stdev(delays) == pytest.approx(0.01, rel=0.1)
    assert all(delay == round(delay, 6) for delay in delays)
    assert min(network(latency=0.001, jitter=0.1).transit(0, 1, QUERY, 0.0)[0][0] for _ in range(9)) == 0.0


def test_loss_takes_questions_and_delays_updates() -> None:
    lossy = network(latency=0.04, loss=0.25)
    fates = [lossy.transit(0, 1, QUERY, 1.0)[0] for _ in range(4000)]
    assert {due for due, _, _ in fates} == {1.04}
    assert mean(fate == LOST for _, fate, _ in fates) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)
    told = [lossy.transit(0, 1, UPDATE, 0.0)[0] for _ in range(4000)]
    resent = [round((due - 0.04) / (4 * 0.04), 6) for due, _, _ in told]  # two round trips each
    assert not any(fate for _, fate, _ in told)
    assert set(resent) == {float(n) for n in range(int(max(resent)) + 1)}
    assert mean(resent) == pytest.approx(0.25 / 0.75, abs=4 * (0.25 / 0.75**2 / 4000) ** 0.5)


def test_a_link_that_loses_nearly_everything_is_no_endless_loop() -> None:
    ((due, fate, _),) = network(latency=86_400.0, loss=1 - 2**-53).transit(0, 1, UPDATE, 0.0)
    assert (fate, 1e9 < due < 1e30) == (0, True)


def test_corruption_changes_questions_and_delays_what_belongs_to_the_session() -> None:
    noisy = network(latency=0.04, corrupt=0.25)
    asked = [noisy.transit(0, 1, QUERY, 1.0)[0] for _ in range(4000)]
    assert mean(fate == CORRUPT for _, fate, _ in asked) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)
    assert {due for due, _, _ in asked} == {1.04}
    assert all((message != QUERY) is (fate == CORRUPT) for _, fate, message in asked)
    told = [noisy.transit(0, 1, UPDATE, 0.0)[0] for _ in range(4000)]
    assert all((fate, message) == (0, UPDATE) for _, fate, message in told)
    assert mean(round((due - 0.04) / 0.16, 6) for due, _, _ in told) == pytest.approx(0.25 / 0.75, abs=0.05)


def test_what_is_overtaken_comes_up_to_one_latency_later() -> None:
    slow = network(latency=0.04, reorder=0.25)
    late = [round(slow.transit(0, 1, each, 0.0)[0][0] - 0.04, 6) for each in (QUERY, UPDATE) for _ in range(2000)]
    assert (min(late), 0.039 < max(late) <= 0.04) == (0.0, True)
    assert mean(each > 0 for each in late) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)


def test_a_duplicate_follows_what_it_was_made_of() -> None:
    double = network(latency=0.04, duplicate=0.25, corrupt=0.5)
    arrivals = [double.transit(0, 1, QUERY, 1.0) for _ in range(4000)]
    twice = [both for both in arrivals if len(both) == 2]
    assert len(twice) / 4000 == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)
    assert {first[1] for first, _ in twice} == {0, CORRUPT}
    assert all(again[1:] == (first[1] | DUPLICATE, first[2]) for first, again in twice)
    assert all(0.0 <= round(again[0] - first[0], 6) <= 0.04 for first, again in twice)


def test_a_link_without_a_fault_draws_nothing_for_it() -> None:
    """So that a scenario that has one fault sees it fall alike, whether the program knows others or not."""
    plain, all_but = network(loss=0.5, seed=3), network(loss=0.5, seed=3, duplicate=0.0, reorder=0.0, corrupt=0.0)
    assert [plain.transit(0, 1, QUERY, 0.0) for _ in range(50)] == [
        all_but.transit(0, 1, QUERY, 0.0) for _ in range(50)
    ]
    still = network(latency=0.04, bandwidth=8e6)
    assert (still.transit(0, 1, QUERY, 0.0), still._streams) == ([(0.041, 0, QUERY)], {})


def test_a_busy_link_queues_each_direction_for_itself() -> None:
    slow = network(latency=0.5, bandwidth=8000)  # a second for each
    assert [slow.transit(0, 1, QUERY, t)[0][0] for t in (0.0, 0.2, 9.0)] == [1.5, 2.5, 10.5]
    assert slow.transit(1, 0, QUERY, 0.2)[0][0] == 1.7
    crawling = network(latency=0.0, bandwidth=1e-320)
    assert crawling.transit(0, 1, QUERY, 0.0)[0][0] == 1e9


def test_streams_belong_to_links_by_name() -> None:
    """Another provider, or traffic on another link, changes nothing on this one; the seed and the direction do."""
    link = {"latency": 0.04, "jitter": 0.01}
    few, many = network("AB", 1, **link), network("AXB", 1, **link)
    for _ in range(5):
        many.transit(0, 1, QUERY, 0.0)
    drawn = [few.transit(0, 1, QUERY, 0.0) for _ in range(5)]
    assert drawn == [many.transit(0, 2, QUERY, 0.0) for _ in range(5)]
    assert drawn != [few.transit(1, 0, QUERY, 0.0) for _ in range(5)]
    assert drawn != [network("AB", 2, **link).transit(0, 1, QUERY, 0.0) for _ in range(5)]
