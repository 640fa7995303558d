"""Long sets: told page by page, to customers and between providers, in the order of their entries (A29)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.names import digest
from tests.core.forest import Forest
from tests.core.mesh import GB, KV, QUIET, UNAUTH, K, Mesh


def order(values: list[str]) -> tuple[str, ...]:
    """Values by the identity of their entries."""
    return tuple(sorted(values, key=lambda value: digest(value.encode())))


def mesh_with(most: int, count: int, size: int = 2, **fields: Any) -> tuple[Mesh, list[str]]:
    """A has this many values."""
    mesh = Mesh(size, msgspec.structs.replace(QUIET, maxvals=most))
    values = [f"value {i}" for i in range(count)]
    for value in values:
        mesh.put("A", value=value, kind=UNAUTH, **fields)
    return mesh, values


def test_a_customer_asks_page_after_page_and_tells_them_as_one() -> None:
    mesh, values = mesh_with(2, 5)
    op = mesh.get("A", kind=UNAUTH)
    assert (mesh.answers[op].outcome, mesh.answers[op].source, mesh.answers[op].values) == (
        "OK",
        "local",
        order(values),
    )


def test_pages_between_providers() -> None:
    mesh, values = mesh_with(2, 5)
    op = mesh.get("B", kind=UNAUTH)
    mesh.deliver()
    assert mesh.answers[op].values == order(values)
    assert [line for line in mesh.log if ">" in line] == ["B>A GETQ", "A>B GETR hit"] * 3
    assert len(mesh.stores("B")["C"]) == 5


def test_without_a_ttl_the_pages_still_cost_one_round() -> None:
    """What was gathered for the first page is kept for those that follow."""
    mesh, values = mesh_with(2, 4, ttl=0.0)
    op = mesh.get("B", kind=UNAUTH)
    mesh.deliver()
    assert mesh.answers[op].values == order(values)
    assert [line for line in mesh.log if ">" in line] == ["B>A GETQ", "A>B GETR hit"] * 2


@pytest.mark.parametrize("regime", [GB, K, KV])
@pytest.mark.parametrize("by", ["A", "B", "a", "b", "c"])
def test_in_a_forest(regime: Any, by: str) -> None:
    forest = Forest(options=msgspec.structs.replace(QUIET, maxvals=2))
    values = [f"value {i}" for i in range(5)]
    for value in values:
        forest.put("a", value=value, kind=UNAUTH, regime=regime)
    before = len(forest.answers)
    forest.get(by, kind=UNAUTH)
    forest.wait(3)
    assert len(forest.answers) == before + 1
    assert sorted(forest.answers[max(forest.answers)].values) == values


def test_a_peer_that_pages_for_ever_is_heard_as_long_as_a_question_lasts() -> None:
    mesh, values = mesh_with(2, 3)
    op = mesh.get("B", kind=UNAUTH)
    mesh.deliver("B>A")
    flight = mesh.take("A>B")
    for _ in range(3):
        flight.message.placemark = values[0].encode()  # not a step forward but once
        mesh.arrive(flight)
    mesh.wait(3)
    assert mesh.answers[op].outcome == "OK"


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 9), st.sampled_from((GB, K, KV)))
def test_pages_lose_nothing(most: int, count: int, regime: Any) -> None:
    mesh, values = mesh_with(most, count, 3, regime=regime)
    mesh.put("C", value="of C", kind=UNAUTH)
    for by in "AB":
        mesh.deliver()
        op = mesh.get(by, kind=UNAUTH)
        mesh.deliver()
        mesh.wait(3)
        again = mesh.get(by, kind=UNAUTH)
        mesh.deliver()
        mesh.wait(3)
        assert sorted(mesh.answers[again].values) == sorted([*values, "of C"])
        assert len(set(mesh.answers[op].values)) == len(mesh.answers[op].values)
