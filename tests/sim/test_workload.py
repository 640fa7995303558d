"""Who asks for what and when: rates, popularity, owners in turn, and streams that do not disturb one another."""

from collections import Counter
from math import inf

import pytest

from p4lab.core.commands import Get, Put
from p4lab.core.names import Kind
from p4lab.scenario.model import Provider, Scenario, Workload
from p4lab.sim.workload import sources


def asked(row: Workload, names: str = "ABC", duration: float = 100.0, seed: int = 1) -> list[tuple[float, Put | Get]]:
    """Every request of the workload, in time."""
    scenario = Scenario("t", duration, provider=tuple(map(Provider, names)), workload=(row,))
    found = []
    for source in sources(scenario, seed):
        while source.next_at < inf:
            found.append((source.next_at, source.fire()))
    return sorted(found, key=lambda request: request[0])


def test_every_key_is_put_at_the_start_by_its_owner_in_turn() -> None:
    row = Workload("w", 4, ("A", "C"), start=2.0, gets_per_second=0.0, updates_per_second=0.0, value_bytes=8)
    assert asked(row) == [
        (2.0, Put("A", "1 w/1...", "w/1", identity="A")),
        (2.0, Put("A", "1 w/3...", "w/3", identity="A")),
        (2.0, Put("C", "1 w/2...", "w/2", identity="C")),
        (2.0, Put("C", "1 w/4...", "w/4", identity="C")),
    ]


def test_rates_are_per_reader_and_per_key() -> None:
    row = Workload("w", 10, ("A",), ("B", "C"), gets_per_second=20.0, updates_per_second=0.5)
    requests = asked(row, duration=200.0)
    gets = Counter(get.by for _, get in requests if isinstance(get, Get))
    updates = Counter(put.key for t, put in requests if isinstance(put, Put) and t > 0)
    assert gets.keys() == {"B", "C"}
    assert all(count == pytest.approx(4000, abs=4 * 4000**0.5) for count in gets.values())
    assert sum(updates.values()) == pytest.approx(1000, abs=4 * 1000**0.5)
    assert len(updates) == 10
    assert all(
        put.value.startswith(f"{n} w/") for _, put in requests if isinstance(put, Put) for n in [put.value.split()[0]]
    )


def test_popularity_follows_zipf() -> None:
    row = Workload("w", 4, readers=("A",), gets_per_second=100.0, updates_per_second=0.0, popularity=1.0)
    gets = Counter(get.key for _, get in asked(row) if isinstance(get, Get))
    total = sum(gets.values())
    for rank in range(1, 5):
        share = (1 / rank) / (1 + 1 / 2 + 1 / 3 + 1 / 4)
        assert gets[f"w/{rank}"] / total == pytest.approx(share, abs=4 * (share * (1 - share) / total) ** 0.5)


def test_an_immutable_key_has_one_value() -> None:
    row = Workload("w", 2, ("A",), ("B",), Kind.IMMUTABLE, updates_per_second=0.2, gets_per_second=1.0, value_bytes=9)
    requests = asked(row)
    assert {put.value for _, put in requests if isinstance(put, Put)} == {"1 of w...", "2 of w..."}
    assert {(get.key, get.of) for _, get in requests if isinstance(get, Get)} == {
        (None, "1 of w..."),
        (None, "2 of w..."),
    }


def test_start_and_stop_bound_it() -> None:
    row = Workload("w", 1, ("A",), ("B",), gets_per_second=5.0, updates_per_second=5.0, start=10.0, stop=20.0)
    times = [t for t, _ in asked(row)]
    assert (min(times), max(times) < 20.0, len(times) > 50) == (10.0, True, True)
    assert asked(Workload("w", 1, start=10.0, stop=10.0)) == []


def test_another_provider_disturbs_nobody() -> None:
    row = Workload("w", 3, ("A",), ("B",), gets_per_second=5.0, updates_per_second=0.5)
    assert asked(row, "AB") == asked(row, "XAYB")
    assert asked(row, seed=2) != asked(row)
