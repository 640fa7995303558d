"""Messages per second with everything on: 1,000 providers in a forest, all kinds and regimes, leases and real traffic.

The forest: 10 tops in full mesh, 90 children, 900 grandchildren, a tenth of them redirect; links of 5 to 60 ms. Each
kind is put under each regime and read everywhere. Nothing outside does the same, so the rows stand alone; the same load
in a flat market of 10 tops stands beside them, which says what the forest itself costs per message.
"""

import gc
from collections.abc import Iterator
from random import Random
from time import process_time

from bench.table import Row, alone, more
from p4lab.core.messages import ACCESS
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, Options, Signatures
from p4lab.scenario.model import ParentLink, Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.trace import Tally, Trace

TOPS, BELOW = 10, 9  # 10 tops, 9 children each, 10 grandchildren to each of those
SECONDS = 2.0
ROUNDS = 2


def scenario(levels: int) -> Scenario:
    """levels: 1 = the tops alone, 3 = the whole forest; the same number of gets per second in all."""
    rng = Random("bench forest")
    rows = [Provider(f"T{i}", lookup_delay=0.001) for i in range(TOPS)]
    above = list(rows)
    for level in range(1, levels):
        fresh = []
        for parent in above:
            for i in range(BELOW if level == 1 else BELOW + 1):
                attach = Attach.REDIRECT if level == 2 and i == 0 else Attach.LOCAL
                link = ParentLink(latency=rng.uniform(0.005, 0.02))
                name = f"{parent.name}.{i}"
                fresh.append(Provider(name, lookup_delay=0.001, parent=parent.name, attach=attach, link=link))
        rows += fresh
        above = fresh
    work = [
        Workload(
            f"{kind.value[:3]}-{regime.value}", keys=20, kind=kind, regime=regime, ttl=2.0, lease=60.0,
            gets_per_second=200 / len(rows), updates_per_second=0.05,
        )
        for kind in Kind
        for regime in Regime
    ]  # fmt: skip
    return Scenario(
        title="bench forest",
        duration=SECONDS,
        options=Options(signatures=Signatures.MODELLED),
        provider=tuple(rows),
        peering=(Peering(among="all", latency=0.04),),
        workload=tuple(work),
    )


def rows() -> Iterator[Row]:
    """The forest with and without its trace, and against the flat market."""
    forest, flat = scenario(3), scenario(1)
    kept, bare, flat_kept = [], [], []
    for _ in range(ROUNDS):
        kept.append(_rate(forest, Trace()))
        bare.append(_rate(forest, Tally()))
        flat_kept.append(_rate(flat, Trace()))
    count = f"{len(forest.provider):,} providers"
    yield more(f"forest, {count}, trace kept", max(kept), "messages/s", "10 tops alone", max(flat_kept))
    yield alone(f"forest, {count}, no trace", max(bare), "messages/s")


def _rate(plan: Scenario, trace: Trace | Tally) -> float:
    engine = Engine(plan, trace)
    gc.collect()
    start = process_time()
    engine.run(plan.duration)
    spent = process_time() - start
    if isinstance(trace, Trace):
        return int((trace.rows()["code"] < ACCESS).sum()) / spent
    return trace.messages / spent  # access included: a tally does not tell them apart
