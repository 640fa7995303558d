"""Workloads: rates, popularity, who puts and reads what, and streams that do not disturb each other."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf
from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Put, Renew
from p4lab.core.names import Kind, Regime
from p4lab.scenario.model import Provider, Scenario, Workload
from p4lab.stage.workload import Keys, Source, sources

Fired = list[tuple[float, Put | Get | Renew]]


def scenario(*rows: Workload, names: str = "ABC", duration: float = 100.0) -> Scenario:
    return Scenario("t", duration, provider=tuple(Provider(name) for name in names), workload=rows)


def fired(source: Source) -> Fired:
    found: Fired = []
    while source.next_at < inf:
        found.append((source.next_at, source.fire()))
    return found


def everything(plan: Scenario, seed: int = 1) -> list[Fired]:
    return [fired(source) for source in sources(plan, seed)]


def test_keys_go_to_owners_in_turn_and_are_first_put_at_the_start() -> None:
    row = Workload("w", 5, ("A", "C"), (), updates_per_second=0.0, start=3.0, value_bytes=8)
    put: dict[str, Any] = {"kind": row.kind, "regime": row.regime, "ttl": row.ttl, "lease": 0.0}
    assert everything(scenario(row)) == [
        [(3.0, Put(by, f"1 w/{n}...", f"w/{n}", identity=by, **put)) for n in numbers]
        for by, numbers in (("A", (1, 3, 5)), ("C", (2, 4)))
    ]


def test_a_key_with_a_regime_of_its_own_disturbs_no_other() -> None:
    row = Workload("w", 3, ("A", "B"), ("C",), updates_per_second=0.1)
    plain, other = (
        everything(scenario(each)) for each in (row, msgspec.structs.replace(row, regimes={"w/3": Regime.KEY}))
    )
    assert other == [
        [
            (
                t,
                msgspec.structs.replace(each, regime=Regime.KEY)
                if isinstance(each, Put) and each.key == "w/3"
                else each,
            )
            for t, each in source
        ]
        for source in plain
    ]
    assert other != plain


def test_the_owner_renews_what_has_a_lease_while_the_workload_runs() -> None:
    """At half the lease after the last put of the key, with the same bytes; puts come when they came without."""
    row = Workload("w", 2, ("A",), (), updates_per_second=0.0, start=3.0, stop=20.0, lease=10.0)
    (puts,) = everything(scenario(row))
    renewed = [Renew("A", f"w/{n}", None, Kind.AUTHENTICATED, "A") for n in (1, 2)]
    assert puts[2:] == [(t, each) for t in (8.0, 13.0, 18.0) for each in renewed]
    for kind, kept in ((Kind.AUTHENTICATED, True), (Kind.IMMUTABLE, True), (Kind.UNAUTHENTICATED, False)):
        busy = msgspec.structs.replace(row, kind=kind, updates_per_second=0.2)
        (leased,), (plain,) = everything(scenario(busy)), everything(scenario(msgspec.structs.replace(busy, lease=0.0)))
        only = [t for t, command in leased if isinstance(command, Put)]
        assert only == [t for t, _ in plain]
        assert (len(only) < len(leased)) == kept
        assert [t for t, _ in leased] == sorted(t for t, _ in leased)
        for n, key in enumerate(("w/1", "w/2")):
            if kind is Kind.AUTHENTICATED:
                times = [t for t, command in leased if command.key == key]
                assert all(b - a <= 5.0 for a, b in pairwise([*times, 20.0])), n


def test_gets_are_poisson_over_the_readers_time_and_keys() -> None:
    row = Workload("w", 4, ("A",), ("B",), gets_per_second=20.0, updates_per_second=0.0, start=10.0, stop=90.0)
    _, gets = everything(scenario(row))
    times, keys = [t for t, _ in gets], Counter(command.key for _, command in gets)
    assert len(gets) == pytest.approx(1600, abs=4 * 40)
    gaps = [b - a for a, b in pairwise(times)]
    assert sum(gap**2 for gap in gaps) / len(gaps) == pytest.approx(2 / 20**2, rel=0.25)  # exponential, not regular
    assert 10.0 < min(times) and max(times) < 90.0 and times == sorted(times)
    assert set(keys) == {"w/1", "w/2", "w/3", "w/4"} and all(abs(n - 400) < 4 * 18 for n in keys.values())
    assert {(command.by, command.owner) for _, command in gets if isinstance(command, Get)} == {("B", "A")}


def test_updates_are_poisson_for_each_key() -> None:
    row = Workload("w", 4, ("A", "B"), (), updates_per_second=1.0)
    for puts in everything(scenario(row)):
        later = [command.key for t, command in puts if t > 0]
        assert len(later) == pytest.approx(200, abs=4 * 14.2)
        assert all(abs(n - 100) < 4 * 10 for n in Counter(later).values()) and len(set(later)) == 2
        values = [command.value for _, command in puts if isinstance(command, Put)]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize(("popularity", "first"), [(0.0, 0.25), (1.0, 0.48), (2.0, 0.702), (100.0, 1.0)])
def test_popularity_is_zipf(popularity: float, first: float) -> None:
    row = Workload("w", 4, ("A",), ("B",), gets_per_second=30.0, updates_per_second=0.0, popularity=popularity)
    _, gets = everything(scenario(row))
    share = sum(command.key == "w/1" for _, command in gets) / len(gets)
    assert share == pytest.approx(first, abs=4 * 0.5 / len(gets) ** 0.5)


def test_times_are_whole_microseconds_apart() -> None:
    row = Workload("w", 1, ("A",), ("B",), gets_per_second=3.0, updates_per_second=0.0)
    _, gets = everything(scenario(row))
    assert all(abs(t * 1e6 - round(t * 1e6)) < 1e-3 for t, _ in gets)


def test_another_provider_workload_or_reader_disturbs_nobody() -> None:
    row = Workload("w", 4, ("A",), ("B",), gets_per_second=2.0, updates_per_second=0.1)
    alone = everything(scenario(row))
    more = everything(scenario(Workload("v", 9), msgspec.structs.replace(row, readers=("C", "B")), names="XABC"))
    assert all(each in more for each in alone)
    assert everything(scenario(row), seed=2) != alone


def test_what_never_fires_is_no_source() -> None:
    rows = [
        Workload("late", 3, start=100.0), Workload("still", 3, start=5.0, stop=5.0),
        Workload("nobody", 1, ("A",), (), updates_per_second=0.0),
    ]  # fmt: skip
    assert [source.keys.row.name for source in sources(scenario(*rows), 1)] == ["nobody"]
    assert len(sources(scenario(Workload("w", 1), names="ABC"), 1)) == 1 + 3  # two owners without a key


KINDS: list[tuple[Kind, dict[str, Any], str, int]] = [
    (Kind.AUTHENTICATED, {"value_bytes": 12}, "1 w/1.......", 12),
    (Kind.AUTHENTICATED, {"value_bytes": 0}, "", 0),
    (Kind.AUTHENTICATED, {"value_bytes": 3}, "1 w", 3),
    (Kind.IMMUTABLE, {"value_bytes": 12}, "1 of w......", 12),
    (Kind.AUTHENTICATED, {"name": "é", "value_bytes": 8}, "1 é/1..", 8),
    (Kind.AUTHENTICATED, {"name": "é", "value_bytes": 3}, "1 .", 3),
]


@pytest.mark.parametrize(("kind", "fields", "value", "size"), KINDS)
def test_values_have_the_bytes_asked_for(kind: Kind, fields: dict[str, Any], value: str, size: int) -> None:
    keys = Keys(msgspec.structs.replace(Workload("w", 1, kind=kind), **fields), [0], ["A"])
    put = keys.put(0)
    assert (put.value, len(put.value.encode())) == (value, size)


def test_an_immutable_key_is_read_by_its_value() -> None:
    keys = Keys(Workload("w", 2, kind=Kind.IMMUTABLE, value_bytes=8), [0], ["A"])
    assert [keys.put(1), keys.put(1)] == [Put("A", "2 of w..", None, Kind.IMMUTABLE, identity="A")] * 2
    assert keys.get(1, "B") == Get("B", None, "2 of w..", Kind.IMMUTABLE)


def test_the_number_of_a_key_as_people_spell_it() -> None:
    keys = Keys(Workload("a/b", 20), [0], ["A"])
    spelt = ["a/b/1", "a/b/20", "a/b/21", "a/b/0", "a/b/01", "a/b/１", "a/b/", "b/1", "a/b/" + "9" * 5000]
    assert [keys.index(key) for key in spelt] == [0, 19, None, None, None, None, None, None, None]
