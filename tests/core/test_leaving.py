"""An owner moves to another provider: what each of the two does, and what readers notice (protocol section 5.13)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Move, Remove
from p4lab.core.contract import Requested
from p4lab.core.options import ChildUp
from p4lab.core.options import Mesh as MeshMode
from tests.core.forest import Forest
from tests.core.mesh import GB, KV, LETTERS, QUIET, UNAUTH, K, Mesh

INF = float("inf")


def move(mesh: Mesh, src: str = "A", dst: str = "B", identity: str = "A") -> list[str]:
    """The identity is a customer of dst from now on; what was logged at once."""
    before = len(mesh.log)
    ops = [next(mesh._ops) for _ in mesh.wallet.belongings(identity, mesh.now)]
    command = Move(identity, dst)
    mesh.tell(mesh.size + LETTERS.index(dst), Requested(command, ops[0] if ops else 0, "w"))
    mesh.tell(mesh.size + LETTERS.index(src), Requested(command, 0, "w", node=LETTERS.index(dst)))
    return mesh.log[before:]


def values(mesh: Mesh, by: str, key: str = "k", **more: Any) -> tuple[str, ...]:
    op = mesh.get(by, key, **more)
    mesh.deliver()
    mesh.wait(3)
    return mesh.answers[op].values


def test_the_new_provider_is_given_everything_and_the_old_one_gives_it_up_in_a_while() -> None:
    mesh = Mesh(3)
    mesh.put("A", "k")
    mesh.put("A", "m", lease=50.0)
    mesh.put("A", "n", lease=5.0)
    mesh.put("A", "wall", "mine", kind=UNAUTH)
    mesh.request(Remove("A", "k"))
    mesh.wait(10.0)
    assert move(mesh) == [
        "B keeps L v2 until 86410", "B put OK", "B keeps L v1 until 60", "B put OK", "B keeps L", "B put OK",
    ]  # fmt: skip
    assert [len(mesh.stores("A")["L"]), mesh.wait(29.9)] == [3, []]
    assert mesh.wait(0.1) == ["A drops L: its owner has moved"] * 3 + ["A gives up 3"]
    assert mesh.stores("A") == {}


@pytest.mark.parametrize("regime", [K, KV])
def test_what_was_told_to_all_is_told_again_by_the_new_provider(regime: Any) -> None:
    mesh = Mesh(3)
    mesh.put("A", regime=regime)
    mesh.deliver()
    move(mesh)
    assert [flight.name for flight in mesh.flights] == ["B>A", "B>C"]
    mesh.deliver()
    mesh.wait(30.0)
    log = len(mesh.log)
    assert [values(mesh, by) for by in "ABC"] == [("v",)] * 3
    asked = [line for line in mesh.log[log:] if ">" in line]
    assert asked == ([] if regime is KV else ["A>B FETCH", "B>A FETCHR hit", "C>B FETCH", "B>C FETCHR hit"])


def test_while_both_have_it_the_newer_one_counts() -> None:
    """Without the floor the second read would go back in time: A answers first."""
    mesh = Mesh(3)
    mesh.put("A")
    move(mesh)
    assert mesh.put("B", value="two", identity="A", ttl=0.0) == "OK"
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "B>C")
    assert mesh.answers[op].values == ("two",)
    mesh.deliver()
    again = mesh.get("C")
    mesh.deliver("C>A", "C>B", "A>C")
    assert again not in mesh.answers  # v1 alone is not good enough while B may have a newer one
    mesh.deliver()
    assert mesh.answer(again) == "C get OK remote two"
    last = mesh.get("C")
    mesh.deliver("C>A", "A>C")
    mesh.drop("C>B")
    mesh.wait(2.0)
    assert mesh.answer(last) == "C get OK remote v silent B stale"
    assert mesh.stores("C") == {}  # and what is flagged is not cached


def test_the_floor_survives_a_crash() -> None:
    mesh = Mesh(3, msgspec.structs.replace(QUIET, authenticated_gets="all"))
    mesh.put("A", ttl=0.0)
    move(mesh)
    mesh.put("B", value="two", identity="A", ttl=0.0)
    assert values(mesh, "C") == ("two",)
    mesh.crash("C")
    mesh.crash("B")
    mesh.restart("C")
    mesh.deliver()
    op = mesh.get("C")
    mesh.deliver()
    assert mesh.answer(op) == "C get OK remote v silent B stale"


@pytest.mark.parametrize("onward", [False, True])
def test_onward_pointers_lead_whoever_asks_the_old_provider_alone(onward: bool) -> None:
    mesh = Mesh(3, msgspec.structs.replace(QUIET, onward=onward), holes=("BC",))
    mesh.put("A", ttl=0.0)
    move(mesh)
    mesh.wait(30.0)
    assert mesh.log[-1] == f"A gives up 1{' onward' * onward}"
    op = mesh.get("C")
    asked = mesh.deliver()
    if onward:
        assert asked == ["A>B FETCH", "B>A FETCHR hit", "A>C GETR hit", "C get OK remote v"]
        assert mesh.stores("A") == {"P": [("v1", INF)]}
        mesh.put("B", value="two", identity="A", ttl=0.0)
        assert (values(mesh, "A"), values(mesh, "C")) == (("two",), ("two",))
    else:
        assert mesh.answer(op) == "C get NOT_FOUND"


def test_who_comes_back_in_time_loses_nothing() -> None:
    mesh = Mesh(2)
    mesh.put("A", "k")
    mesh.put("A", "m")
    move(mesh)
    assert mesh.put("A", "k", seq=1) == "OK_DUPLICATE"
    mesh.crash("A")
    mesh.restart("A")  # it remembers who was about to leave
    assert mesh.wait(30.0)[-1] == "A gives up 1"
    assert mesh.stores("A") == {"L": [("v1", INF)]}


def test_what_several_have_put_stays_with_the_others() -> None:
    mesh = Mesh(2)
    for identity in ("A", "other"):
        mesh.put("A", "wall", kind=UNAUTH, identity=identity)
    move(mesh)
    mesh.wait(30.0)
    assert mesh.stores("A") == {"L": [("v", INF)]}
    move(mesh, identity="other")
    mesh.wait(30.0)
    assert mesh.stores("A") == {}


def test_an_owner_of_get_broadcast_names_leaves_no_trace() -> None:
    mesh = Mesh(3)
    mesh.put("A", regime=GB)
    move(mesh)
    assert mesh.flights == []
    mesh.wait(30.0)
    assert values(mesh, "A") == ("v",)


@pytest.mark.parametrize("regime", [K, KV])
def test_where_peers_relay_the_old_provider_hears_of_the_new_home_too(regime: Any) -> None:
    """B has the record already and passes nothing on, so A would be left without it."""
    mesh = Mesh(3, msgspec.structs.replace(QUIET, mesh=MeshMode.RELAY), holes=("AC",))
    mesh.put("A", regime=regime)
    mesh.deliver()
    move(mesh, dst="C")
    mesh.deliver()
    mesh.wait(30.0)
    mesh.deliver()
    assert [values(mesh, by) for by in "ABC"] == [("v",)] * 3
    assert mesh.stores("A") == {"R" if regime is KV else "P": [("v1", INF)]}


@pytest.mark.parametrize("child_up", ChildUp)
@pytest.mark.parametrize("regime", [GB, K, KV])
def test_what_a_child_gave_up_its_parents_do_not_keep(regime: Any, child_up: ChildUp) -> None:
    forest = Forest({"A": "", "B": "", "a": "A"}, msgspec.structs.replace(QUIET, child_up=child_up))
    forest.put("a", "k", "old", regime)
    forest.move("me", "a", "B")
    forest.wait(30.0)
    forest.put("B", "k", "new", GB)
    left = [forest.held(name) for name in ("A", "a")]
    assert left == [{}, {}]
    assert forest.get("a", "k")[-1] == "a get OK remote new"


def test_customers_of_a_redirect_child_leave_its_parent() -> None:
    forest = Forest()
    forest.put("b", "k", identity="me")
    assert forest.held("B") == {"L": ["v"]}
    customers = forest.customers[forest.names.index("b")]
    leave = Requested(Move("me", "C"), 0, "w", node=forest.names.index("C"))
    forest._perform(customers.me, customers.handle(leave, forest.now), 0)
    forest._settle()
    assert forest.log[-1] == "b>B CREQ"
    forest.wait(29.9)
    assert forest.held("B") == {"L": ["v"]}
    forest.wait(0.2)
    assert (forest.held("B"), forest.log[-2:]) == ({}, ["B drops L", "B gives up 1"])


def test_who_moves_from_a_redirect_child_to_its_parent_keeps_all() -> None:
    """Both ways lead into the same store: what was put again by the new way is not what leaves by the old one."""
    forest = Forest()
    forest.put("b", "k", identity="me")
    for name in ("B", "b"):
        customers = forest.customers[forest.names.index(name)]
        move = Requested(Move("me", "B"), 50, "w", node=forest.names.index("B"))
        forest._perform(customers.me, customers.handle(move, forest.now), 0)
        forest._settle()
    forest.wait(31.0)
    assert forest.held("B") == {"L": ["v"]}
