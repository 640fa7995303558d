"""Messages per second of the engine with full semantics, beside the same workload written in SimPy.

The workload: N providers in full mesh, latencies of 20 to 60 ms drawn once per link, ten keys at each, 1,000 gets a
second in all, get-broadcast with TTL 0, modelled signatures, no lookup delay. Only messages between providers are
counted, on both sides. Runs are interleaved and the best of each counts: a noisy neighbour slows both, a quiet moment
serves both.
"""

import gc
from collections.abc import Iterator
from random import Random
from time import process_time

from bench import simpy_peer
from bench.table import Row, alone, more
from p4lab.core.messages import ACCESS
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Peering, Provider, Scenario, Workload
from p4lab.sim.engine import Engine
from p4lab.trace import Tally, Trace

GETS = 20_000
ROUNDS = 3
SIZES = (20, 10, 100, 400)
FEWER = {100: 4_000, 400: 1_000}  # gets, where each costs hundreds of messages


def scenario(providers: int, gets: int) -> Scenario:
    """The workload as a scenario; it lasts long enough for `gets` gets on average."""
    rng = Random("bench links")
    rate = simpy_peer.GETS_PER_SECOND
    names = [f"P{i}" for i in range(providers)]
    return Scenario(
        title="bench",
        duration=gets / rate,
        options=Options(signatures=Signatures.MODELLED),
        provider=tuple(Provider(name, lookup_delay=0.0) for name in names),
        peering=tuple(
            Peering(between=(a, b), latency=rng.uniform(*simpy_peer.LATENCY))
            for i, a in enumerate(names)
            for b in names[:i]
        ),
        workload=(
            Workload(
                "keys",
                keys=providers * simpy_peer.KEYS_PER_PROVIDER,
                ttl=0.0,
                gets_per_second=rate / providers,
                updates_per_second=0.0,
            ),
        ),
    )


def rows() -> Iterator[Row]:
    """Trace kept and not kept at each size, growth per message, and the memory of the trace."""
    for providers in SIZES:
        gets = FEWER.get(providers, GETS)
        plan = scenario(providers, gets)
        messages = _between(plan)
        kept, bare, peer = [], [], []
        for _ in range(ROUNDS):
            kept.append(messages / _seconds(plan, Trace()))
            bare.append(messages / _seconds(plan, Tally()))
            peer.append(_theirs(providers, gets))
        yield more(f"engine, {providers} providers, trace kept", max(kept), "messages/s", "SimPy", max(peer))
        yield more(f"engine, {providers} providers, no trace", max(bare), "messages/s", "SimPy", max(peer))
    yield _memory(scenario(20, GETS))


def _between(plan: Scenario) -> int:
    """How many messages between providers a run has, the same each time; runs without a trace cannot tell."""
    trace = Trace()
    Engine(plan, trace).run(plan.duration + 10.0)
    return int((trace.rows()["code"] < ACCESS).sum())


def _seconds(plan: Scenario, trace: Trace | Tally) -> float:
    engine = Engine(plan, trace)
    gc.collect()
    start = process_time()
    engine.run(plan.duration + 10.0)
    return process_time() - start


def _theirs(providers: int, gets: int) -> float:
    gc.collect()
    start = process_time()
    messages = simpy_peer.run(providers, gets, seed=7)
    return messages / (process_time() - start)


def _memory(plan: Scenario) -> Row:
    trace = Trace()
    Engine(plan, trace).run(plan.duration + 10.0)
    return alone("trace, memory per message kept", trace.nbytes / trace.messages, "bytes")
