"""Equivocation: one seq, two records; the larger wins everywhere, and each who meets both says so once."""

from __future__ import annotations

from typing import Any

import pytest

from p4lab.core.events import Equivocated
from tests.core.mesh import GB, KV, K, Mesh


def told(mesh: Mesh) -> list[tuple[int, int, str, str]]:
    return [
        (event.node, event.src, event.winner, event.loser) for event in mesh.events if isinstance(event, Equivocated)
    ]


def versions(mesh: Mesh) -> list[str]:
    """The hashes of what A and B have put, the smaller first."""
    own = [mesh.providers[i].stores.own for i in (0, 1)]
    return sorted(copy.record.version[1][:8].hex() for table in own for copies in table.values() for copy in copies)


@pytest.mark.parametrize("regime", [K, KV])
def test_two_providers_said_ok(regime: Any) -> None:
    mesh = Mesh(3)
    mesh.put("A", value="x", regime=regime, seq=1)
    mesh.put("B", value="y", regime=regime, seq=1, identity="A")
    loser, winner = versions(mesh)
    late = [flight for flight in mesh.flights if flight.dst == 2]
    mesh.deliver()
    found = told(mesh)
    assert sorted(found[:2]) == [(0, 1, winner, loser), (1, 0, winner, loser)]
    assert [(node, *pair) for node, _, *pair in found[2:]] == [(2, winner, loser)]
    for flight in late:
        mesh.arrive(flight)
    assert told(mesh) == found  # once for each pair


def test_an_answer_meets_what_is_here_and_other_answers() -> None:
    mesh = Mesh(3)
    mesh.put("A", value="x", seq=1, ttl=0.0)
    mesh.put("B", value="y", seq=1, ttl=0.0, identity="A")
    loser, winner = versions(mesh)
    mesh.get("C")
    mesh.deliver()
    assert [(node, *pair) for node, _, *pair in told(mesh)] == [(2, winner, loser)]


def test_a_newer_seq_is_no_conflict() -> None:
    mesh = Mesh(2)
    mesh.put("A", value="x", regime=KV)
    mesh.deliver()
    mesh.put("B", value="y", regime=KV, identity="A")
    mesh.deliver()
    mesh.put("A", value="z", regime=GB)
    mesh.deliver()
    assert told(mesh) == []
