"""Links: when things arrive, what loss hits, and that each link draws from its own stream."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from p4lab.core.messages import GetQuery, Update
from p4lab.core.names import Regime
from p4lab.core.options import Options
from p4lab.core.records import immutable
from p4lab.scenario.model import Link, Peering, Provider, Scenario
from p4lab.sim.network import Network

RECORD = immutable(b"v", Regime.VALUE, 0, 0)
QUERY = GetQuery(1, b"", 1000, 1)
UPDATE = Update(1, b"", 1000, RECORD)


def network(names: str = "AB", seed: int = 1, **link: float) -> Network:
    scenario = Scenario(
        "t", 1.0, options=Options(access_latency=0.003), link=Link(**link),
        provider=tuple(Provider(name) for name in names), peering=(Peering(among="all"),),
    )  # fmt: skip
    return Network(scenario, seed)


def test_rows_hold_both_directions_and_the_customers() -> None:
    even = network("ABC", latency=0.02)
    assert even.rows == [
        {1: 0.02, 2: 0.02, 3: 0.003}, {0: 0.02, 2: 0.02, 4: 0.003}, {0: 0.02, 1: 0.02, 5: 0.003},
        {0: 0.003}, {1: 0.003}, {2: 0.003},
    ]  # fmt: skip
    assert (even.even, even.uneven) == (even.rows, [{}] * 6)
    assert even.transit(0, 1, QUERY, 5.0) == (5.02, False)
    uneven = network(loss=0.5)
    assert (uneven.even[:2], list(uneven.uneven[0]), uneven.transit(0, 2, QUERY, 5.0)) == (
        [{}, {}],
        [1],
        (5.003, False),
    )


def test_jitter_is_gaussian_truncated_and_in_microseconds() -> None:
    wide = network(latency=0.04, jitter=0.01)
    delays = [wide.transit(0, 1, QUERY, 0.0)[0] for _ in range(4000)]
    assert mean(delays) == pytest.approx(0.04, abs=4 * 0.01 / 4000**0.5)
    assert stdev(delays) == pytest.approx(0.01, rel=0.1)
    assert all(delay == round(delay, 6) for delay in delays)
    assert min(network(latency=0.001, jitter=0.1).transit(0, 1, QUERY, 0.0)[0] for _ in range(9)) == 0.0


def test_loss_takes_questions_and_delays_updates() -> None:
    lossy = network(latency=0.04, loss=0.25)
    fates = [lossy.transit(0, 1, QUERY, 1.0) for _ in range(4000)]
    assert {due for due, _ in fates} == {1.04}
    assert mean(lost for _, lost in fates) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)
    told = [lossy.transit(0, 1, UPDATE, 0.0) for _ in range(4000)]
    resent = [round((due - 0.04) / (4 * 0.04), 6) for due, _ in told]  # two round trips each
    assert not any(lost for _, lost in told)
    assert set(resent) == {float(n) for n in range(int(max(resent)) + 1)}
    assert mean(resent) == pytest.approx(0.25 / 0.75, abs=4 * (0.25 / 0.75**2 / 4000) ** 0.5)


def test_a_link_that_loses_nearly_everything_is_no_endless_loop() -> None:
    due, lost = network(latency=86_400.0, loss=1 - 2**-53).transit(0, 1, UPDATE, 0.0)
    assert (lost, 1e9 < due < 1e30) == (False, True)


def test_a_busy_link_queues_each_direction_for_itself() -> None:
    slow = network(latency=0.5, bandwidth=8000)  # a second for each
    assert [slow.transit(0, 1, QUERY, t)[0] for t in (0.0, 0.2, 9.0)] == [1.5, 2.5, 10.5]
    assert slow.transit(1, 0, QUERY, 0.2)[0] == 1.7
    crawling = network(latency=0.0, bandwidth=1e-320)
    assert crawling.transit(0, 1, QUERY, 0.0)[0] == 1e9


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
