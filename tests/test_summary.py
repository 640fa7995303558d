"""The summary that people read, line by line, for a full report and for an empty one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Put
from p4lab.core.options import Options, Signatures
from p4lab.metrics import Metrics
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.session.simulated import Simulated
from p4lab.summary import KLASSES, summary
from tests.streams import Run

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


def test_nothing_happened() -> None:
    run = Run(1)
    metrics = Metrics("Nothing", 1)
    metrics.step(run.trace.slice(0, len(run.trace)))
    assert summary({**metrics.report(), "signatures": "real"}) == [
        "Nothing: 0 s, seed 1, real signatures",
        "  gets      0",
        "  puts      0",
        "  latency   gets none",
        "            remote gets none",
        "            puts none",
        "  staleness nothing was read",
        "  messages  0 between providers, 0 B; 0 between customers and providers",
    ]


def test_lost_messages_and_long_waits_are_told() -> None:
    lossy = msgspec.structs.replace(PLAN, link=Link(latency=5.0, loss=0.999))
    lines = summary(report(lossy))
    assert "3 timed out" in lines[1] and "max 2.00 s" in lines[3]
    assert "4 between providers, 4 lost" in lines[7]


@pytest.mark.parametrize(("count", "words"), [(999, "999 B"), (1000, "1 kB"), (12_345_678, "12.3 MB"), (2e10, "20 GB")])
def test_bytes_are_shortened(count: int, words: str) -> None:
    found = report(PLAN)
    found["bytes"]["total"] = count
    assert f", {words};" in summary(found)[7]


def test_every_class_of_a_get_has_words() -> None:
    assert set(KLASSES) | {"total"} == set(report(PLAN)["gets"])


def test_lines_are_short() -> None:
    assert max(map(len, summary(report(PLAN)))) <= 110
