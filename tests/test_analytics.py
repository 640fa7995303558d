"""What a run measures beside what theory says: the TTL cache, its staleness, message counts and bytes, on fixed seeds.

Rules: formulas are written out here from the renewal argument, never taken from the engine; a measured share lies
within four standard errors, estimated from the spread over independent keys.
"""

from math import exp
from random import Random

import numpy as np
import pytest

from p4lab.core.commands import Get, Put
from p4lab.core.messages import GETQ
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.metrics import KLASSES, Metrics
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario, Workload
from p4lab.session.simulated import Simulated

MODELLED = Options(signatures=Signatures.MODELLED)
HIT, JOINED, MISS = KLASSES.index("cached"), KLASSES.index("joined"), KLASSES.index("remote")


def mesh(
    providers: int, *workloads: Workload, duration: float, round_trip: float = 0.0, do: tuple[Do, ...] = ()
) -> Scenario:
    """N providers, all peering, no lookup delay, so that a fetch takes exactly `round_trip` seconds."""
    return Scenario(
        title="theory",
        duration=duration,
        options=MODELLED,
        link=Link(latency=round_trip / 2),
        provider=tuple(Provider(f"P{i}", lookup_delay=0.0) for i in range(providers)),
        peering=(Peering(among="all"),),
        workload=workloads,
        do=do,
    )


def measured(scenario: Scenario) -> Metrics:
    """The metrics of the whole run."""
    session, metrics = Simulated(scenario), Metrics(scenario.title, scenario.seed)
    while session.advance(scenario.duration) < scenario.duration:
        pass
    metrics.step(session.trace.slice(0, len(session.trace)))
    return metrics


def within(values: np.ndarray, keys: np.ndarray, expected: float) -> None:
    """The mean of `values` is `expected` within four standard errors, keys being independent.

    One get of each key is allowed on top, for the cycle that the end of the run cuts short.
    """
    spread = np.bincount(keys, weights=values - expected)
    error = np.sqrt(np.sum(spread**2)) / len(values)
    assert values.mean() == pytest.approx(expected, abs=4 * error + len(spread) / len(values)), (
        f"standard error {error:.5f}"
    )
    assert error < 0.08 * expected, "the run is too short to say anything"


# lam, mu, T, D: gets and updates per second of a key, TTL, fetch round trip
ROWS = [
    (0.1, 0.01, 60.0, 0.0),
    (1.0, 0.05, 10.0, 0.0),
    (0.01, 0.001, 300.0, 0.0),
    (2.0, 0.2, 5.0, 0.2),
    (5.0, 0.02, 30.0, 0.5),
    (0.5, 1.0, 4.0, 0.1),
]


@pytest.mark.parametrize(("lam", "mu", "ttl", "trip"), ROWS)
def test_ttl_cache(lam: float, mu: float, ttl: float, trip: float) -> None:
    keys = 25
    duration = min(max(120 * (ttl + trip + 1 / lam), 200 / mu), 100_000 / (lam * keys))
    row = Workload(
        "w", keys, ("P0",), ("P1",), ttl=ttl, gets_per_second=lam * keys, updates_per_second=mu, value_bytes=10
    )
    metrics = measured(mesh(2, row, duration=duration, round_trip=trip))
    gets = metrics.gets()
    gets = gets[gets["started"] > trip]  # the first puts are there
    name = gets["name"]
    den = 1 + lam * (trip + ttl)
    within(gets["klass"] == HIT, name, lam * ttl / den)
    within(gets["klass"] == MISS, name, 1 / den)
    if trip:
        within(gets["klass"] == JOINED, name, lam * trip / den)
        within(gets["latency"], name, trip * (1 + lam * trip / 2) / den)
    # A hit reads a copy whose age is even on (D/2, D/2 + T); a miss and its joiners one that is D/2 old at the answer.
    mean_age, waited = trip / 2 + ttl / 2, (1 + lam * trip) / den
    stale_hit = 1 - (exp(-mu * trip / 2) * (1 - exp(-mu * ttl))) / (mu * ttl)
    stale = lam * ttl / den * stale_hit + waited * (1 - exp(-mu * trip / 2))
    within(gets["lag"] > 0, name, stale)
    within(gets["lag"].astype(float), name, mu * (lam * ttl / den * mean_age + waited * trip / 2))


@pytest.mark.parametrize("providers", [2, 5, 10])
@pytest.mark.parametrize("kind", [Kind.AUTHENTICATED, Kind.IMMUTABLE])
@pytest.mark.parametrize(
    ("regime", "put", "get"),
    [
        (Regime.GET_BROADCAST, lambda n: 0, lambda n: 2 * (n - 1)),
        (Regime.KEY, lambda n: n - 1, lambda n: 2),
        (Regime.VALUE, lambda n: n - 1, lambda n: 0),
    ],
)
def test_message_counts(providers: int, kind: Kind, regime: Regime, put, get) -> None:
    key, of = (None, "hello") if kind is Kind.IMMUTABLE else ("k", None)
    do = (
        Do(1.0, Put("P0", "hello", key, kind, regime, ttl=0.0)),
        Do(2.0, Get("P0", key, of, kind)),
        Do(3.0, Get("P1", key, of, kind, owner="P0")),
        Do(4.0, Get("P1", None if of else "none", "nobody has it" if of else None, kind)),
    )
    scenario = mesh(providers, duration=10.0, round_trip=0.1, do=do)
    session = Simulated(scenario)
    session.advance(10.0)
    rows = session.trace.rows()
    rows = rows[rows["code"] < 20]
    counts = [int((rows["op"] == op).sum()) for op in (1, 2, 3, 4)]
    assert counts == [put(providers), 0, get(providers), 2 * (providers - 1)]


BYTES = [
    # providers, lam, mu, T, value bytes, kind: expected bytes per key and second of GB, K, KV
    (5, 0.1, 0.01, 60.0, 100, Kind.AUTHENTICATED),
    (10, 1.0, 0.02, 30.0, 200, Kind.AUTHENTICATED),
    (10, 0.05, 0.1, 5.0, 1000, Kind.AUTHENTICATED),
]


@pytest.mark.parametrize(("providers", "lam", "mu", "ttl", "size", "kind"), BYTES)
def test_byte_costs(providers: int, lam: float, mu: float, ttl: float, size: int, kind: Kind) -> None:
    query, negative, reply = 112, 48, 160 + size
    announced, updated = 256, 224 + size
    miss = (providers - 1) * query + (providers - 2) * negative + reply
    expected = {
        Regime.GET_BROADCAST: (providers - 1) * lam / (1 + lam * ttl) * miss,
        Regime.KEY: (providers - 1) * (mu * announced + lam * (query + reply)),
        Regime.VALUE: (providers - 1) * mu * updated,
    }
    keys = 8
    duration = min(max(40 / mu, 40 * (ttl + 1 / lam)), 40_000 / (lam * keys * (providers - 1)))
    readers = tuple(f"P{i}" for i in range(1, providers))
    for regime, bytes_per_second in expected.items():
        row = Workload(
            "w", keys, ("P0",), readers, kind, regime, ttl, 0.0, size, gets_per_second=lam * keys, updates_per_second=mu
        )
        scenario = mesh(providers, row, duration=duration)
        session = Simulated(scenario)
        while session.advance(duration) < duration:
            pass
        rows = session.trace.rows()
        rows = rows[(rows["code"] < 20) & (rows["t"] > 0)]  # the first put of each key is no update
        names = {}
        for event in session.trace.slice(0, len(session.trace)).records:
            if type(event).__name__ in ("GetStarted", "PutStarted"):
                names[event.op] = event.key
        index = {key: i for i, key in enumerate(sorted(set(names.values())))}
        of = np.array([index[names[op]] for op in rows["op"].tolist()])
        per_key = np.bincount(of, weights=rows["size"], minlength=keys) / duration
        error = per_key.std(ddof=1) / np.sqrt(keys)
        cut_short = (providers - 1) * miss / duration if regime is Regime.GET_BROADCAST else 0.0  # the last cycle
        assert per_key.mean() == pytest.approx(bytes_per_second, abs=4 * error + cut_short), (regime, error)
        assert error < 0.15 * bytes_per_second


# C children (lam gets per second and key at each), lp gets at the parent itself, T, what children hit and the parent
# misses: two levels of cache with a TTL that is counted down, D = 0.
TWO_LEVELS = [(4, 0.05, 0.1, 60.0, 0.6973, 0.01579), (10, 0.01, 0.0, 60.0, 0.2770, None)]


@pytest.mark.parametrize(("children", "lam", "lp", "ttl", "hit", "parent_misses"), TWO_LEVELS)
def test_two_levels_of_cache(
    children: int, lam: float, lp: float, ttl: float, hit: float, parent_misses: float | None
) -> None:
    """Counted-down TTLs make the copies of all children end together, with the parent's."""
    total = children * lam + lp
    cycle = ttl + 1 / total
    misses = (lam / total + (1 - lam / total) * (1 - exp(-lam * ttl))) / cycle
    assert 1 - misses / lam == pytest.approx(hit, abs=0.0001)
    keys = 25
    names = tuple(f"c{i}" for i in range(children))
    below = tuple(Provider(name, lookup_delay=0.0, parent="P") for name in names)
    duration = 6000 / (lam * keys)
    scenario = Scenario(
        title="theory",
        duration=duration,
        options=MODELLED,
        link=Link(latency=0.0),
        provider=(Provider("P", lookup_delay=0.0), Provider("Q", lookup_delay=0.0), *below),
        peering=(Peering(among="all"),),
        workload=(Workload("k", keys, ("Q",), names, ttl=ttl, gets_per_second=lam * keys, updates_per_second=0.0),),
        do=tuple(_gets_at_parent(lp * keys, duration, keys)) if lp else (),
    )
    session, metrics = Simulated(scenario), Metrics(scenario.title, scenario.seed)
    while session.advance(duration) < duration:
        pass
    metrics.step(session.trace.slice(0, len(session.trace)))
    gets = metrics.gets()
    gets = gets[(gets["node"] >= 2) & (gets["started"] > 0)]
    within(gets["klass"] == HIT, gets["name"], hit)
    rows = session.trace.rows()
    asked = rows[(rows["code"] == GETQ) & (rows["src"] == 0)]
    rate = len(asked) / keys / duration
    expected = 1 / cycle if parent_misses is None else parent_misses
    assert 1 / cycle == pytest.approx(expected, abs=0.00001)
    error = (rate / keys / duration) ** 0.5  # of a Poisson count, which a renewal process stays below
    assert rate == pytest.approx(expected, abs=4 * error + 1 / duration)
    assert error < 0.05 * expected


def _gets_at_parent(rate: float, duration: float, keys: int) -> list[Do]:
    """The parent's own gets: a workload has one rate for all its readers, so these are given one by one."""
    rng, t, found = Random("gets at the parent"), 0.0, []
    while (t := t + rng.expovariate(rate)) < duration:
        found.append(Do(t, Get("P", f"k/{rng.randrange(keys) + 1}")))
    return found
