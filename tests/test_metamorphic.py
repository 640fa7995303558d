"""What may not matter to a whole run (protocol section 7, 25): a TTL of 0 against no cache, lazy expiry against prompt.

The others of 25 and 26: one provider is a dictionary in tests/core/test_invariants.py; names,
scale and an idle peer in tests/sim/test_engine.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, Options, Signatures
from p4lab.core.provider import Provider
from p4lab.metrics import Metrics
from p4lab.scenario.model import Link, Peering, Scenario, Workload
from p4lab.scenario.model import Provider as Row
from p4lab.sim.engine import Engine
from p4lab.trace import Trace

ROWS = (Row("A"), Row("B"), Row("C"), Row("a", parent="A"), Row("b", parent="B", attach=Attach.REDIRECT))


def plan(*rows: Workload) -> Scenario:
    options = Options(signatures=Signatures.MODELLED)
    return Scenario(
        "t",
        60.0,
        options=options,
        link=Link(latency=0.02),
        provider=ROWS,
        peering=(Peering(among="all"),),
        workload=rows,
    )


def run(scenario: Scenario, before: Callable[[Provider, float], None] | None = None) -> Trace:
    """The run; `before` is called before each input of a provider with stores."""

    def watch(number: int, provider: Any) -> None:
        if before is not None and isinstance(provider, Provider):
            handle = provider.handle

            def handled(data: Any, now: float) -> Any:
                before(provider, now)
                return handle(data, now)

            provider.__dict__["handle"] = handled

    trace = Trace()
    Engine(scenario, trace, watch=watch).run(scenario.duration)
    return trace


def counters(scenario: Scenario, trace: Trace) -> dict[str, Any]:
    metrics = Metrics(scenario.title, scenario.seed)
    metrics.step(trace.slice(0, len(trace)))
    report = metrics.report(scenario.duration, "")
    return {name: report[name] for name in ("gets", "puts", "messages", "bytes", "latency", "staleness")}


def test_a_ttl_of_nothing_is_no_cache() -> None:
    def news(ttl: float) -> Scenario:
        return plan(Workload("news", 3, ttl=ttl, gets_per_second=3.0, updates_per_second=0.1))

    cached, none = news(20.0), news(0.0)
    off = run(cached, lambda provider, now: provider.stores.cache.clear())
    assert counters(cached, off) == counters(none, run(none))
    assert counters(cached, off)["gets"]["cached"] == 0 < counters(cached, run(cached))["gets"]["cached"]


def test_what_expires_lazily_might_as_well_be_swept_at_once() -> None:
    def sweep(provider: Provider, now: float) -> None:
        for name in list({nid for table in tables(provider) for nid in table}):
            provider.stores.every(name, now)

    def tables(provider: Provider) -> tuple[dict[bytes, Any], ...]:
        stores = provider.stores
        return stores.own, stores.subtree, stores.replicas, stores.pointers, stores.cache

    scenario = plan(*(
        Workload(f"{kind.value} {regime.value}", 2, kind=kind, regime=regime, ttl=2.0, lease=5.0, gets_per_second=2.0,
                 updates_per_second=0.1)
        for kind in Kind for regime in Regime
    ))  # fmt: skip
    assert run(scenario).digest() == run(scenario, sweep).digest()
