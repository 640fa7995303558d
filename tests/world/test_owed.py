"""What is still to be told to who is away: the same names that the outboxes of real nodes keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from p4lab.core.commands import Command, Put, Remove, SetLink
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.core.provider import Provider as Node
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.sim.engine import Engine
from p4lab.trace import Trace
from p4lab.world import World
from p4lab.world.owed import CHILD, PARENT, PEER, Owing, role

GB, K, KV = Regime
SIGNED, SET = Kind.AUTHENTICATED, Kind.UNAUTHENTICATED


def ran(names: str, rows: list[tuple[float, Command]], until: float) -> tuple[Engine, World]:
    """Providers A, B, ... ("b<A": below A), all tops peering, 10 ms links, up to a time."""
    providers = []
    for name in names.split():
        child, _, parent = name.partition("<")
        providers.append(Provider(child, parent=parent or None, lookup_delay=0.0))
    scenario = Scenario(
        "t", 60.0, options=Options(signatures=Signatures.MODELLED), link=Link(latency=0.01),
        provider=tuple(providers), peering=(Peering(among="all"),), do=tuple(Do(*row) for row in rows),
    )  # fmt: skip
    trace, world = Trace(), World()
    engine = Engine(scenario, trace)
    engine.run(until)
    world.step(trace.slice(0, len(trace)))
    return engine, world


def kept(engine: Engine, world: World) -> Iterator[tuple[tuple[int, int], list[str]]]:
    """What each outbox holds, by who and for whom."""
    for node in engine.cast.nodes:
        if isinstance(node, Node):
            for other, updates in node._outbox._kept.items():
                yield (node.me, other), sorted({world.named(nid).key for nid, _ in updates})


TREE = "A B C d<A e<A f<d"
PUTS: list[tuple[float, Command]] = [
    (t, Put(who, f"{key} {t:g}", key, kind=kind, regime=regime, secret=secret))
    for t, who, key, kind, regime, secret in (
        (1.0, "A", "fell", SIGNED, KV, None), (1.0, "B", "still", SIGNED, KV, None), (1.0, "d", "low", SIGNED, K, None),
        (10.0, "A", "fell", SIGNED, GB, None), (10.0, "A", "own", SIGNED, GB, None),
        (10.5, "A", "news", SIGNED, K, None),
        (11.0, "B", "far", SIGNED, KV, None), (11.2, "d", "low", SIGNED, KV, None),
        (11.4, "d", "quiet", SIGNED, GB, None),
        (11.6, "f", "deep", SIGNED, K, None), (11.8, "e", "side", SET, KV, None), (12.0, "C", "wall", SET, GB, None),
    )
]  # fmt: skip


@pytest.mark.parametrize("cut", ["AB", "Ad", "Ae", "df", "BC"])
def test_the_names_that_outboxes_keep(cut: str) -> None:
    engine, world = ran(TREE, [*PUTS, (5.0, SetLink((cut[0], cut[1]), up=False))], 15.0)
    at = {one.name: one.node for one in world.providers}
    owing, found = Owing(world), {}
    for both in (tuple(cut), tuple(reversed(cut))):
        node, other = at[both[0]], at[both[1]]
        names = sorted(world.names[name].key for name in owing.names(node, other, 15.0))
        if names:
            found[node, other] = names
    assert found == dict(kept(engine, world))
    assert found
    assert owing.names(at[cut[0]], at[cut[1]], 4.0) == []


def test_what_was_taken_back_is_told_too_and_nothing_once_the_session_is_up() -> None:
    rows: list[tuple[float, Command]] = [
        (1.0, Put("A", "aa", "wall", kind=SET, regime=KV, secret="s")), (5.0, SetLink(("A", "B"), up=False)),
        (6.0, Remove("A", "wall", kind=SET, value="aa", secret="s")), (20.0, SetLink(("A", "B"), up=True)),
    ]  # fmt: skip
    engine, world = ran("A B", rows, 10.0)
    assert [world.names[name].key for name in Owing(world).names(0, 1, 10.0)] == ["wall"]
    assert dict(kept(engine, world)) == {(0, 1): ["wall"]}
    _, world = ran("A B", rows, 30.0)
    assert [Owing(world).names(0, 1, t) for t in (4.0, 30.0)] == [[], []]


def test_what_a_neighbour_is() -> None:
    _, world = ran(TREE, [], 1.0)
    assert [role(world, 0, other, 1.0) for other in (1, 3)] == [PEER, CHILD]
    assert role(world, 3, 0, 1.0) == PARENT
