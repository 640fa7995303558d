"""Ghost reads: what a former provider's copies still told, by hand and in a run."""

from __future__ import annotations

from p4lab.core.events import Moved
from p4lab.metrics import Metrics
from p4lab.scenario.read import parse
from p4lab.session.simulated import Simulated
from tests.streams import Run

TEXT = """
format = 1
title = "An owner moves"
duration = 60.0

[options]
signatures = "modelled"
port_grace = 20.0

[[provider]]
name = "Aster"
[[provider]]
name = "Birch"
[[provider]]
name = "Cedar"
[[peering]]
among = "all"

[[do]]
at = 1.0
put = { by = "Aster", key = "house", value = "old", ttl = 0.0, as = "Ann" }

[[do]]
at = 5.0
move = { as = "Ann", to = "Birch" }

[[do]]
at = 10.0
put = { by = "Birch", key = "house", value = "new", ttl = 0.0, as = "Ann" }

[[do]]
at = 12.0
get = { by = "Aster", key = "house", owner = "Ann" }

[[do]]
at = 40.0
get = { by = "Aster", key = "house", owner = "Ann" }
"""


def test_ghosts_by_hand() -> None:
    run = Run(3)
    own = run.put(1.0, 0, "k", 1)
    cached = run.store(2.0, 2, "k", "C", 1, until=90.0, origin=own)
    run.trace.emit(Moved(identity="Aster", owner=b"", src=0, dst=1), 3.0, 0)
    run.put(4.0, 1, "k", 1)  # the same bytes at the new provider
    run.finish(5.0, run.get(5.0, 2, "k"), "cached", 1, copy=cached)  # nothing is newer yet
    new = run.put(6.0, 1, "k", 2)
    run.finish(7.0, run.get(7.0, 2, "k"), "cached", 1, copy=cached)
    run.finish(8.0, run.get(8.0, 0, "k"), "local", 1, copy=own)
    run.put(9.0, 1, "k", 3)
    run.finish(10.0, run.get(10.0, 2, "k"), "remote", 2, copy=new)  # stale, but no ghost's
    metrics = Metrics("Ghosts", 1)
    metrics.step(run.trace.slice(0, len(run.trace)))
    reports = [metrics.report(t) for t in (2.9, 7.0, 20.0)]
    assert [(report["moves"], report["ghost_reads"]) for report in reports] == [(0, 0), (1, 1), (1, 2)]


def test_ghosts_of_a_run() -> None:
    """At 12 s Aster still answers with what it had; at 40 s it has given that up and asks Birch."""
    session = Simulated(parse(TEXT))
    session.advance(60.0)
    metrics = Metrics("A move", 7)
    metrics.step(session.trace.slice(0, len(session.trace)))
    report = metrics.report()
    assert (report["moves"], report["ghost_reads"]) == (1, 1)
    told = [(row["verb"], row["code"], row["values"], row["lag"]) for row in report["commands"]]
    assert told == [
        ("put", "OK", None, None), ("put", "OK", None, None), ("put", "OK", None, None),
        ("get", "OK", ["old"], 1), ("get", "OK", ["new"], 0),
    ]  # fmt: skip
