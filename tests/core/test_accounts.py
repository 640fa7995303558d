"""Quotas: how much one customer may store at its provider."""

from __future__ import annotations

from typing import Any

import msgspec

from p4lab.core.commands import Remove
from tests.core.mesh import QUIET, UNAUTH, Mesh


def mesh_with(**options: Any) -> Mesh:
    return Mesh(2, msgspec.structs.replace(QUIET, **options))


def test_so_many_entries_each() -> None:
    mesh = mesh_with(max_entries=2)
    codes = [
        mesh.put("A", "k"), mesh.put("A", "m", lease=5.0), mesh.put("A", "n"), mesh.put("A", "k", "again"),
        mesh.put("A", "wall", kind=UNAUTH), mesh.put("A", "n", identity="other"), mesh.put("B", "n"),
    ]  # fmt: skip
    assert codes == ["OK", "OK", "E_CAP", "OK", "E_CAP", "OK", "OK"]
    mesh.wait(5.0)  # a lease ends
    assert [mesh.put("A", "n"), mesh.put("A", "o")] == ["OK", "E_CAP"]
    mesh.request(Remove("A", "k"))
    assert [mesh.put("A", "o"), mesh.put("A", "p")] == ["OK", "E_CAP"]
    mesh.crash("A")
    mesh.restart("A")
    assert [mesh.put("A", "o", "two"), mesh.put("A", "p")] == ["OK", "E_CAP"]


def test_so_many_bytes_each() -> None:
    mesh = mesh_with(max_bytes=10)
    codes = [mesh.put("A", "k", "x" * size) for size in (11, 10, 4)]
    codes += [mesh.put("A", "m", "x" * size) for size in (7, 0, 6)]
    assert codes == ["E_CAP", "OK", "OK", "E_CAP", "OK", "OK"]
    assert mesh.put("A", "k", "x" * 5) == "E_CAP"
    assert mesh.put("A", "k", "x" * 4) == "OK"
    assert list(mesh.answers.values())[-1].seq == 3  # the seq that was refused is free again
