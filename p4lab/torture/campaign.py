"""Fault campaigns: random scenarios, each some minutes of customers and faults with quiet moments between.

Rules: an episode is a function of its seed, and a scenario like any other: whoever saves it can open it, run it, and
see what was seen. Everything random comes from one stream per episode.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from p4lab.core.commands import Get, Note, Put, Remove
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Attach, ChildUp, Mesh, Options, Quorum, Signatures, UnauthenticatedGets
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.torture.faults import LATENCY, TICK, Fault, Faults
from p4lab.torture.watched import QUIET_NOTE

ROUNDS = 7  # of faults, each ended by a quiet moment
CHAOS, SETTLE, PAUSE = 105.0, 22.0, 1.0  # s
LENGTH = ROUNDS * (CHAOS + SETTLE + PAUSE)  # s of one episode
GAPS = {"fault": 3.5, "get": 0.7, "put": 1.6, "remove": 12.0}  # s between two, in the mean
FLOWERS = (
    "Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern", "Ginkgo", "Hazel", "Iris", "Juniper", "Kapok", "Larch",
    "Maple", "Nettle", "Oak", "Poppy",
)  # fmt: skip
FIXED = {"gb": Regime.GET_BROADCAST, "key": Regime.KEY, "value": Regime.VALUE, "leased": Regime.VALUE}
CHANGING = ("first", "second", "third")  # names whose regime changes from put to put
SETS = ("wall", "board")
POOL = 7  # different values of sets, and of immutable values


class Episode(msgspec.Struct, frozen=True):
    """scenario: without its commands. operations, faults: what is done in it. notes: its quiet moments."""

    scenario: Scenario
    operations: tuple[Do, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Do, ...]

    def whole(self) -> Scenario:
        """The scenario with all that is done in it."""
        return done(
            self.scenario, [*self.notes, *self.operations, *(row for fault in self.faults for row in fault.rows)]
        )


def done(scenario: Scenario, rows: list[Do]) -> Scenario:
    """The scenario with these commands."""
    return msgspec.structs.replace(scenario, do=tuple(sorted(rows, key=lambda row: row.at)))


def episode(seed: str, providers: int, lies: bool, rounds: int = ROUNDS) -> Episode:
    """Draw one. seed: any text. lies: some providers misbehave for a while."""
    rng = Random(f"{seed}:torture")
    scenario = _scenario(seed, providers, rounds, rng)
    names = [row.name for row in scenario.provider]
    homes = {f"owner of {key}": rng.choice(names) for key in (*FIXED, *CHANGING)}
    put_at: dict[str, float] = {}
    faults = Faults(scenario, rng, homes, put_at, lies)
    operations: list[Do] = []
    drawn: list[Fault] = []
    notes: list[Do] = []
    for number in range(rounds):
        begin = number * (CHAOS + SETTLE + PAUSE)
        end = begin + CHAOS
        moments = [(t, what) for what, gap in GAPS.items() for t in _moments(begin, end, gap, rng)]
        for t, what in sorted(moments):
            if what == "fault":
                fault = faults.draw(t, end)
                drawn += [] if fault is None else [fault]
            else:
                command = MAKERS[what](rng, names, homes)
                operations.append(Do(t, command))
                if not isinstance(command, Get) and command.identity is not None:
                    put_at[command.identity] = t
        notes.append(Do(end + SETTLE, Note(f"{QUIET_NOTE}all faults are over, and everybody should agree.")))
    return Episode(scenario, tuple(operations), tuple(drawn), tuple(notes))


def _scenario(seed: str, providers: int, rounds: int, rng: Random) -> Scenario:
    names = [FLOWERS[i] if i < len(FLOWERS) else f"Reed {i}" for i in range(providers)]
    tops = rng.randint(min(2, providers), max(2, providers - 2)) if providers > 1 else 1
    rows = [Provider(name, lookup_delay=rng.choice((0.0, 0.002))) for name in names[:tops]]
    for name in names[tops:]:
        parent = rng.choice([row for row in rows if row.attach is Attach.LOCAL])
        attach = Attach.REDIRECT if rng.random() < 0.25 else Attach.LOCAL
        rows.append(Provider(name, lookup_delay=0.002, parent=parent.name, attach=attach))
    options = _options(tops, rng)
    if options.mesh is Mesh.RELAY:
        peering = [Peering(between=(names[i], names[rng.randrange(i)])) for i in range(1, tops)]
        peering += [Peering(between=(a, b)) for a in names[:tops] for b in names[:tops] if a < b and rng.random() < 0.3]
    else:
        peering = [Peering(among="all")]
    return Scenario(
        title="A torture campaign", about=f"Made by `p4lab torture`, episode {seed}.",
        duration=rounds * (CHAOS + SETTLE + PAUSE), seed=rng.randrange(2**31), options=options,
        link=Link(latency=LATENCY), provider=tuple(rows), peering=tuple(peering),
    )  # fmt: skip


def _options(tops: int, rng: Random) -> Options:
    return Options(
        mesh=Mesh.RELAY if rng.random() < 0.2 else Mesh.MESH,
        coalesce=rng.random() < 0.8,
        parallel=rng.random() < 0.2,
        unauthenticated_gets=rng.choice(list(UnauthenticatedGets)),
        authenticated_gets=rng.choice(("first", "first", "all", Quorum(min(2, tops - 1)) if tops > 1 else "all")),
        pointer_fallback=rng.random() < 0.8,
        child_up=rng.choice((ChildUp.VALUE, ChildUp.VALUE, ChildUp.ANNOUNCE, ChildUp.NONE)),
        access_latency=rng.choice((0.0, 0.0, 0.003)),
        signatures=Signatures.MODELLED,
        commit_delay=rng.choice((0.0, 0.004, 0.05)),
        max_stale=rng.choice((0.0, 0.0, 30.0)),
        neg_ttl=rng.choice((0.0, 0.0, 2.0)),
        port_grace=rng.choice((1.0, 10.0)),
        onward=rng.random() < 0.2,
    )


# Customers


def _put(rng: Random, names: list[str], homes: dict[str, str]) -> Put:
    value = f"v{rng.randrange(POOL)}"
    ttl = rng.choice((0.0, 3.0, 20.0))
    what = rng.choice((*FIXED, *CHANGING, *CHANGING, "any", *SETS, *SETS, "immutable"))
    regime = rng.choice(list(Regime))
    if what == "immutable":
        return Put(rng.choice(names), value, None, Kind.IMMUTABLE, regime, ttl)
    if what in SETS:
        secret = f"secret of {value}" if value in ("v0", "v1", "v2") else None
        fields: dict[str, Any] = {"lease": 15.0} if value == "v6" else {}
        return Put(rng.choice(names), value, what, Kind.UNAUTHENTICATED, regime, ttl, secret=secret, **fields)
    identity = f"owner of {what}"
    by = homes.get(identity) or rng.choice(names)  # "any" is put at whatever provider its owner happens to be at
    lease = 25.0 if what == "leased" else 0.0
    return Put(
        by,
        f"{value} {rng.randrange(1000)}",
        what,
        regime=FIXED.get(what, regime),
        ttl=ttl,
        lease=lease,
        identity=identity,
    )


def _remove(rng: Random, names: list[str], homes: dict[str, str]) -> Remove:
    what = rng.choice((*CHANGING, "any", *SETS))
    if what in SETS:
        value = rng.choice(("v0", "v1", "v2"))
        return Remove(rng.choice(names), what, Kind.UNAUTHENTICATED, value=value, secret=f"secret of {value}")
    identity = f"owner of {what}"
    return Remove(homes.get(identity) or rng.choice(names), what, identity=identity)


def _get(rng: Random, names: list[str], homes: dict[str, str]) -> Get:
    by = rng.choice(names)
    what = rng.choice((*FIXED, *CHANGING, "any", *SETS, "immutable"))
    if what == "immutable":
        return Get(by, of=f"v{rng.randrange(POOL)}", kind=Kind.IMMUTABLE)
    if what in SETS:
        return Get(by, what, kind=Kind.UNAUTHENTICATED)
    token = rng.randrange(4) if rng.random() < 0.1 else None
    return Get(by, what, owner=f"owner of {what}", min_version=token)


def _moments(begin: float, end: float, gap: float, rng: Random) -> list[float]:
    """Poisson, to a millisecond."""
    found, t = [], begin
    while (t := t + rng.expovariate(1 / gap)) < end:
        found.append(round(t, TICK))
    return found


MAKERS: dict[str, Callable[[Random, list[str], dict[str, str]], Get | Put | Remove]] = {
    "get": _get, "put": _put, "remove": _remove,
}  # fmt: skip
