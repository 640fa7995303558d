"""Gets that bring nothing: NOT_FOUND that is remembered, and stale answers while everybody is silent."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.core.mesh import GB, KV, QUIET, UNAUTH, K, Mesh


def mesh_with(**options: Any) -> Mesh:
    return Mesh(3, msgspec.structs.replace(QUIET, **options))


def asked(mesh: Mesh, by: str = "B", **more: Any) -> tuple[str, int]:
    """The answer to a get, everything delivered, and how many were asked."""
    op = mesh.get(by, **more)
    count = len(mesh.flights)
    mesh.deliver()
    return mesh.answer(op), count


def test_not_found_is_remembered() -> None:
    mesh = mesh_with(neg_ttl=10.0)
    assert [asked(mesh), asked(mesh), asked(mesh, "C")] == [
        ("B get NOT_FOUND", 2), ("B get NOT_FOUND", 0), ("C get NOT_FOUND", 2),
    ]  # fmt: skip
    mesh.wait(10.0)
    assert asked(mesh) == ("B get NOT_FOUND", 2)
    assert asked(mesh, min_version=1) == ("B get NOT_FOUND", 2)  # who has a token knows better


def test_any_news_of_the_name_ends_that() -> None:
    for put in ({"by": "B", "identity": "A"}, {"by": "A", "regime": KV}, {"by": "A", "regime": K}):
        mesh = mesh_with(neg_ttl=60.0)
        asked(mesh)
        mesh.put(**put)
        mesh.deliver()
        assert asked(mesh)[0].startswith("B get OK")
    mesh = mesh_with(neg_ttl=60.0)
    asked(mesh)
    mesh.put("A", ttl=0.0)
    assert asked(mesh) == ("B get NOT_FOUND", 0)  # the price of it
    assert asked(mesh, min_version=1) == ("B get OK remote v", 2)
    assert asked(mesh) == ("B get OK remote v", 2)


def test_who_is_silent_has_not_said_no() -> None:
    mesh = mesh_with(neg_ttl=60.0)
    op = mesh.get("B")
    mesh.drop("B>A")
    mesh.deliver()
    mesh.wait(2.0)
    assert mesh.answer(op) == "B get PARTIAL  silent A".replace("  ", " ")
    assert asked(mesh)[1] == 2


def test_an_expired_copy_bridges_silence_and_is_flagged() -> None:
    mesh = mesh_with(max_stale=100.0)
    mesh.put("A", ttl=5.0)
    asked(mesh)
    mesh.wait(5.0)
    op = mesh.get("B")
    mesh.drop("B>A")
    mesh.deliver()
    mesh.wait(2.0)
    assert mesh.answer(op) == "B get OK cached v silent A stale"
    assert asked(mesh) == ("B get OK cached v stale", 0)  # asked again after half a minute
    mesh.wait(29.9)
    assert asked(mesh)[1] == 0
    mesh.wait(0.1)
    mesh.put("A", value="two", ttl=5.0)
    assert asked(mesh) == ("B get OK remote two", 2)
    mesh.wait(105.0)
    op = mesh.get("B")
    mesh.drop("B>A", "B>C")
    mesh.wait(2.0)
    assert mesh.answer(op) == "B get TIMEOUT silent AC"  # that was too long ago


def test_nobody_is_bridged_who_says_that_there_is_nothing() -> None:
    mesh = mesh_with(max_stale=100.0)
    mesh.put("A", ttl=5.0, lease=6.0)
    asked(mesh)
    mesh.wait(6.0)
    assert asked(mesh) == ("B get NOT_FOUND", 2)


def test_news_of_the_name_take_the_expired_copy_away() -> None:
    mesh = mesh_with(max_stale=100.0)
    mesh.put("A", ttl=5.0)
    asked(mesh)
    mesh.wait(5.0)
    mesh.put("A", value="two", regime=KV, lease=1.0)
    mesh.deliver()
    mesh.wait(1.0)
    op = mesh.get("B")
    mesh.drop("B>A")
    mesh.deliver()
    mesh.wait(2.0)
    assert mesh.answer(op) == "B get PARTIAL silent A"


def test_a_set_too() -> None:
    mesh = mesh_with(max_stale=100.0)
    for value in ("v", "w"):
        mesh.put("A", value=value, kind=UNAUTH, regime=GB, ttl=5.0)
    op = mesh.get("B", kind=UNAUTH)
    mesh.deliver()
    assert sorted(mesh.answers[op].values) == ["v", "w"]
    mesh.wait(5.0)
    op = mesh.get("B", kind=UNAUTH)
    mesh.drop("B>A", "B>C")
    mesh.wait(2.0)
    assert (sorted(mesh.answers[op].values), mesh.answers[op].stale) == (["v", "w"], True)
