"""A change of regime by the putter: what is left where (protocol section 5.10, invariant 20), and session tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Put
from tests.core.forest import THREE, Forest
from tests.core.mesh import AUTH, GB, IMM, KV, UNAUTH, K, Mesh

DEEP = {"A": "", "B": "", "a": "A", "d": "a", "e": "a", "b": "B", "f": "!b"}
FALLS = [(KV, GB), (K, GB), (KV, K)]


def above(parents: dict[str, str], name: str) -> list[str]:
    """The provider itself and its ancestors; a redirect child's data is its parent's."""
    found = []
    while name:
        found.append(name)
        name = parents[name].lstrip("!")
    return found


@settings(max_examples=40, deadline=None)
@given(st.sampled_from((THREE, DEEP)), st.sampled_from(FALLS), st.sampled_from("ABabdef"), st.sampled_from("ABabdef"))
def test_after_a_fall_nobody_holds_what_it_should_not(parents: dict[str, str], fall: Any, by: str, other: str) -> None:
    by, other = (name if name in parents else "A" for name in (by, other))
    before, after = fall
    forest = Forest(dict(parents))
    forest.put(by, value="one", regime=before)
    forest.get(other)
    forest.put(by, value="two", regime=after, ttl=0.0)
    holders = above(parents, by)
    for name, parent in parents.items():
        held = forest.held(name)
        assert "one" not in [value for values in held.values() for value in values]
        if name not in holders:
            assert set(held) == (set() if after is GB or parent.startswith("!") else {"P"})
    assert [sorted(forest.answers[max(forest.answers)].values) for name in parents if forest.get(name)] == [
        ["two"]
    ] * len(parents)


@pytest.mark.parametrize(("before", "after"), FALLS)
def test_names_that_may_only_rise_say_so(before: Any, after: Any) -> None:
    for kind, more in ((IMM, {"key": None}), (UNAUTH, {})):
        forest = Forest()
        fields: dict[str, Any] = {"kind": kind, **more}
        assert forest.put("a", regime=before, **fields)[-1] != "a put E_REGIME"
        held = [forest.held(name) for name in THREE]
        assert forest.put("a", regime=after, **fields) == ["a put E_REGIME"]
        assert [forest.held(name) for name in THREE] == held
        assert "a put OK" in forest.put("a", regime=KV, **fields) or before is KV


def test_a_rise_replaces_what_was_cached() -> None:
    mesh = Mesh(3)
    mesh.put("A", value="one", ttl=60.0)
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answer(op) == "B get OK remote one"
    mesh.put("A", value="two", regime=K)
    mesh.deliver()
    assert mesh.stores("B") == {"P": [("v2", float("inf"))]}


def test_a_session_token_goes_with_its_customer_from_provider_to_provider() -> None:
    """What a reader has seen at one provider is what it asks for at the next."""
    mesh = Mesh(3)
    mesh.put("A", value="one")
    old = mesh.get("C")
    mesh.deliver()
    assert mesh.answer(old) == "C get OK remote one"
    mesh.put("A", value="two")
    seen = mesh.get("B")
    mesh.deliver()
    token = mesh.answers[seen].seq
    plain, held = mesh.get("C"), mesh.get("C", min_version=token)
    mesh.deliver()
    assert (mesh.answer(plain), mesh.answer(held)) == ("C get OK cached one", "C get OK remote two")
    lost = mesh.get("C", min_version=9)
    mesh.deliver()
    assert mesh.answer(lost) == "C get OK remote two stale"


def test_commands_of_one_moment_find_a_child_in_step() -> None:
    forest = Forest()
    forest.put("a", regime=KV)
    forest.run(
        Put("a", "two", "k", AUTH, GB, identity="me"), Put("a", "three", "k", AUTH, KV, identity="me"),
    )  # fmt: skip
    assert [forest.held(name) for name in ("B", "C", "c")] == [{"R": ["three"]}] * 3
