"""When a message arrives, and whether: latency, jitter, loss, bandwidth, each from the stream of its own link."""

from statistics import fmean, pstdev

import pytest

from p4lab.core.messages import MISS, GetReply, Update
from p4lab.core.names import Regime
from p4lab.core.records import unauthenticated
from p4lab.scenario.model import Link, Peering, Provider, Scenario
from p4lab.sim.network import Network

QUERY = GetReply(1, b"", 48, 1, MISS)
RECORD = unauthenticated(b"k", b"v", Regime.VALUE, 0, 0)
UPDATE = Update(1, RECORD.nid, 97, RECORD)


def network(link: Link, seed: int = 1, names: str = "ABC") -> Network:
    peering = (Peering(among=("A", "B")), Peering(between=("A", "C"), latency=0.5, jitter=0.0, loss=0.0, bandwidth=0.0))
    return Network(Scenario("t", 1.0, link=link, provider=tuple(map(Provider, names)), peering=peering), seed)


def test_rows_hold_every_link_and_the_way_to_the_customers() -> None:
    found = network(Link(latency=0.04))
    assert found.rows == [{1: 0.04, 2: 0.5, 3: 0.0}, {0: 0.04, 4: 0.0}, {0: 0.5, 5: 0.0}, {0: 0.0}, {1: 0.0}, {2: 0.0}]
    assert found.even == found.rows
    assert network(Link(jitter=0.1)).even == [{}, {}, {0: 0.5, 5: 0.0}, {0: 0.0}, {1: 0.0}, {2: 0.0}]


def test_jitter_has_its_spread_and_never_travels_back_in_time() -> None:
    found = network(Link(latency=0.1, jitter=0.02))
    arrivals = [found.transit(0, 1, QUERY, 0.0)[0] for _ in range(4000)]
    assert fmean(arrivals) == pytest.approx(0.1, abs=4 * 0.02 / 4000**0.5)
    assert pstdev(arrivals) == pytest.approx(0.02, rel=0.05)
    assert all(round(t, 6) == t for t in arrivals)
    wild = network(Link(latency=0.01, jitter=0.1))
    assert min(wild.transit(0, 1, QUERY, 5.0)[0] for _ in range(200)) == 5.0


def test_loss_takes_questions_and_answers_and_delays_updates() -> None:
    found = network(Link(latency=0.1, loss=0.25))
    lost = [found.transit(0, 1, QUERY, 0.0) for _ in range(4000)]
    assert fmean(gone for _, gone in lost) == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 4000) ** 0.5)
    arrivals = [found.transit(0, 1, UPDATE, 0.0) for _ in range(4000)]
    assert not any(gone for _, gone in arrivals)
    tries = [round((due - 0.1) / 0.4, 6) for due, _ in arrivals]  # two round trips of 0.2 s per loss
    assert set(tries) <= set(range(40))
    assert fmean(tries) == pytest.approx(1 / 3, abs=4 * (4 / 9 / 4000) ** 0.5)


def test_a_busy_link_queues_each_way_for_itself() -> None:
    found = network(Link(latency=0.1, bandwidth=384.0))  # 48 bytes take a second
    assert [found.transit(0, 1, QUERY, t)[0] for t in (0.0, 0.5, 5.0)] == pytest.approx([1.1, 2.1, 6.1])
    assert found.transit(1, 0, QUERY, 0.5)[0] == pytest.approx(1.6)


def test_a_link_draws_from_its_own_stream() -> None:
    """Neither what other links carry nor the order of the providers changes what a link does."""
    link = Link(latency=0.1, jitter=0.02)
    alone, other = network(link), network(link)
    for _ in range(5):
        other.transit(1, 0, QUERY, 0.0)
    draws = [alone.transit(0, 1, QUERY, 0.0) for _ in range(5)]
    assert [other.transit(0, 1, QUERY, 0.0) for _ in range(5)] == draws
    turned = network(link, names="CBA")
    assert [turned.transit(2, 1, QUERY, 0.0) for _ in range(5)] == draws
    assert [network(link, seed=2).transit(0, 1, QUERY, 0.0) for _ in range(5)] != draws
