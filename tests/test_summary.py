"""The summary that people read, word by word, of reports made for it and of a real run's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Put
from p4lab.core.history import REGIME_WORDS
from p4lab.core.options import Options, Signatures
from p4lab.metrics import KLASSES, Metrics
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.session.simulated import Simulated
from p4lab.summary import KLASSES as CLASS_WORDS
from p4lab.summary import REGIMES, summary

NOTHING = dict.fromkeys(("mean", "p50", "p95", "p99", "max"))


def empty() -> dict[str, Any]:
    """The report of a run in which nothing has happened."""
    return {**Metrics("Quiet", 3).report(0.0), "signatures": "real"}


def times(*values: float) -> dict[str, float]:
    return dict(zip(NOTHING, values, strict=True))


def test_nothing_has_happened() -> None:
    assert summary(empty()) == [
        "Quiet: 0 s, seed 3, real signatures",
        "  gets      0",
        "  puts      0",
        "  latency   gets none",
        "            remote gets none",
        "            puts none",
        "  staleness nothing was read",
        "  messages  0 between providers, 0 B; 0 between customers and providers",
    ]


def test_harm_is_told_where_somebody_lied() -> None:
    report = empty()
    kinds = dict.fromkeys(("stale", "missed", "wrong", "refused"), 0)
    part = {**kinds, "gets": 1200, "puts": 40, "puts_refused": 0, "shares": {"harmed": 0.0}}
    bill = {"gets": 2000, "reported": 500.5, "observed": 700, "unreported": 1499.5, "unreported_observable": 199.5}
    report["harm"] |= {
        "liars": {"Aster": ["no_forward"]},
        "own": part | {"stale": 30, "refused": 1000, "puts_refused": 39, "shares": {"harmed": 0.85833}},
        "others": part,
    }
    assert summary(report)[-3:] == [
        "  liars     Aster: no_forward",
        "            its customers   1,200 gets, 85.8% harmed: 30 stale, 1,000 refused; 39 of 40 puts refused",
        "            all others      1,200 gets",
    ]
    report["harm"] |= {
        "liars": {"Aster": ["no_forward", "under_report"], "Birch": ["replay_old"]},
        "caught": {"E_BAD_SIG": 1042, "E_OLD": 3},
        "reports": {"all": bill},
    }
    assert summary(report)[-5:] == [
        "  liars     Aster: no_forward, under_report; Birch: replay_old",
        "            their customers 1,200 gets, 85.8% harmed: 30 stale, 1,000 refused; 39 of 40 puts refused",
        "            all others      1,200 gets",
        "            caught          1,042 E_BAD_SIG, 3 E_OLD",
        "            unreported      1,500 of 2,000 reads of others' keys; their providers can tell of 200",
    ]


def test_every_number_has_its_words() -> None:
    report = empty()
    counts = {klass: i * 1000 for i, klass in enumerate((*KLASSES, "unfinished"), 1)}
    faults = {"lost": 1200, "duplicated": 7, "corrupted": 0}
    traffic = {"messages": {"total": 9876, **faults, "by_kind": {}}, "bytes": {"total": 1_234_567, "by_kind": {}}}
    group = {**report, **traffic, "gets": {"total": 20}, "puts": {"total": 2}, "staleness": {"share": 0.125}}
    unread = {**group, "staleness": {"share": None}, "bytes": {"total": 999}}
    report |= traffic | {
        "scenario": "Busy",
        "time": 12.5,
        "digest": "0123456789abcdef" * 4,
        "gets": {"total": 55_000, **counts},
        "puts": {"total": 1500, "ok": 1100, "unfinished": 0, "by_code": {"E_SEQ": 400, "OK": 1100}},
        "latency": {"get": times(0.0123456, 0.002, 0.5, 0.9996, 1), "get_remote": times(*[12.345] * 5), "put": NOTHING},
        "staleness": {"share": 0.2345, "mean_lag": 0.34567, "mean_age": 1234.5, "lag_at_least_2": 0.1},
        "access": {"messages": 4321, "bytes": 1},
        "by_regime": {"put-broadcast-key": group, "mixed": unread},
        "coherence": {"holes": 1234, "share": 0.756},
    }
    assert summary(report) == [
        "Busy: 12.5 s, seed 3, real signatures",
        (
            "  gets      55,000: 1,000 from own data, 2,000 from a replica, 3,000 from a cache, 4,000 joined a query, "
            "5,000 from a peer, 6,000 not found, 7,000 partial, 8,000 timed out, 9,000 refused, 10,000 unfinished"
        ),
        "  puts      1,500: 400 E_SEQ, 1,100 OK",
        "  latency   gets mean 12.3 ms, p50 2 ms, p95 500 ms, p99 1.00 s, max 1.00 s",
        "            remote gets mean 12.35 s, p50 12.35 s, p95 12.35 s, p99 12.35 s, max 12.35 s",
        "            puts none",
        "  staleness 23.4% of what was read was not the newest; on average 0.346 versions and 1,234 s behind",
        "  messages  9,876 between providers, 1,200 lost, 7 duplicated, 1.23 MB; 4,321 between customers and providers",
        "  put-broadcast of the key         20 gets       2 puts      9,876 messages   1.23 MB  12.5% stale",
        "  several regimes                  20 gets       2 puts      9,876 messages     999 B",
        "  holes     1,234 pairs do not peer; 75.6% of pairs cohere",
        "  digest    0123456789abcdef",
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_999, "1 MB"),
        (5_000_000, "5 MB"),
        (1_500_000_000, "1.5 GB"),
        (2_500_000_000_000, "2,500 GB"),
    ],
)
def test_bytes_are_said_in_three_digits(count: int, said: str) -> None:
    report = empty() | {"bytes": {"total": count, "by_kind": {}}}
    assert summary(report)[-1] == f"  messages  0 between providers, {said}; 0 between customers and providers"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0 ms"), (0.0000004, "0.0004 ms"), (0.9994, "999 ms"), (0.9999, "1.00 s"), (75, "75.00 s")],
)
def test_times_are_said_in_three_digits(seconds: float, said: str) -> None:
    report = empty()
    report["latency"]["put"] = {**NOTHING, "mean": seconds}
    assert summary(report)[5] == f"            puts mean {said}"


def test_every_class_and_regime_has_a_word() -> None:
    assert set(CLASS_WORDS) == {*KLASSES, "unfinished"}
    assert set(REGIMES) == set(REGIME_WORDS)


def test_a_real_run_without_load() -> None:
    plan = Scenario(
        title="Idle",
        duration=5.0,
        provider=(Provider("Aster"), Provider("Birch"), Provider("Cedar")),
        peering=(Peering(between=("Aster", "Birch")),),
    )
    session, metrics = Simulated(plan), Metrics(plan.title, plan.seed)
    assert session.advance(5.0) == 5.0
    metrics.step(session.trace.slice(0, len(session.trace)))
    report = {**metrics.report(5.0, session.trace.digest()), "signatures": "real"}
    lines = summary(report)
    assert (lines[0], lines[-1]) == (
        f"Idle: 5 s, seed {plan.seed}, real signatures",
        f"  digest    {session.trace.digest()[:16]}",
    )
    assert lines[-2].startswith("  holes     2 pairs do not peer; ")


PLAN = Scenario(
    "Three by hand",
    9.0,
    options=Options(signatures=Signatures.MODELLED),
    link=Link(latency=0.25),
    provider=tuple(Provider(name, lookup_delay=0.0) for name in ("Aster", "Birch", "Cedar")),
    peering=(Peering(between=("Aster", "Birch")), Peering(between=("Aster", "Cedar"))),
    do=(
        Do(1.0, Put("Aster", "one", "k", ttl=60.0)),
        Do(2.0, Get("Birch", "k", owner="Aster")),
        Do(3.0, Put("Aster", "two", "k", ttl=60.0)),
        Do(4.0, Get("Birch", "k", owner="Aster")),
        Do(5.0, Get("Birch", "none")),
        Do(5.0, Put("Aster", "x" * 2000, "k")),
        Do(9.0, Get("Birch", "none")),
    ),
)


def report(scenario: Scenario) -> dict[str, Any]:
    session, metrics = Simulated(scenario), Metrics(scenario.title, scenario.seed)
    while session.advance(scenario.duration) < scenario.duration:
        pass
    metrics.step(session.trace.slice(0, len(session.trace)))
    return {**metrics.report(scenario.duration, "0123456789abcdef" * 4), "signatures": "modelled"}


def test_every_line_of_a_run() -> None:
    assert summary(report(PLAN)) == [
        "Three by hand: 9 s, seed 7, modelled signatures",
        "  gets      4: 1 from a cache, 1 from a peer, 1 not found, 1 unfinished",
        "  puts      3: 1 E_TOO_BIG, 2 OK",
        "  latency   gets mean 333 ms, p50 500 ms, p95 500 ms, p99 500 ms, max 500 ms",
        "            remote gets mean 500 ms, p50 500 ms, p95 500 ms, p99 500 ms, max 500 ms",
        "            puts mean 0 ms, p50 0 ms, p95 0 ms, p99 0 ms, max 0 ms",
        "  staleness 50.0% of what was read was not the newest; on average 0.5 versions and 0.5 s behind",
        "  messages  5 between providers, 547 B; 13 between customers and providers",
        "  no put yet                        2 gets       0 puts          3 messages     272 B",
        "  get-broadcast                     2 gets       3 puts          2 messages     275 B  50.0% stale",
        "  holes     1 pair does not peer; 77.8% of pairs cohere",
        "  digest    0123456789abcdef",
    ]


def test_lost_messages_and_long_waits_are_told() -> None:
    lossy = msgspec.structs.replace(PLAN, link=Link(latency=5.0, loss=0.999))
    lines = summary(report(lossy))
    assert "3 timed out" in lines[1] and "max 2.00 s" in lines[3]
    assert "4 between providers, 4 lost" in lines[7]
