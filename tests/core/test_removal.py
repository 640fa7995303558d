"""Taking back: tombstones of authenticated names, and entries by their secret (protocol section 5.9, invariant 19)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Remove
from p4lab.core.messages import Update, update_size
from p4lab.core.names import Kind, Regime, digest
from p4lab.core.options import Mesh as Relaying
from p4lab.core.records import removal, unauthenticated
from tests.core.forest import Forest
from tests.core.mesh import AUTH, GB, IMM, KV, QUIET, UNAUTH, K, Mesh

DAY = 86_400.0


def remove(mesh: Mesh, by: str = "A", key: str = "k", kind: Kind = AUTH, **more: Any) -> str:
    """A removal; its code."""
    return mesh.answers[mesh.request(Remove(by, key, kind, **more))].outcome


def test_a_tombstone_is_a_version_that_goes_whole_under_any_put_broadcast() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=K, ttl=5.0)
    mesh.deliver()
    assert remove(mesh) == "OK"
    assert mesh.log[-3:] == [f"A keeps L v2 until {DAY:g}", "A put OK", "A>B UPDATE V v2"]
    assert mesh.deliver() == ["B drops P: replaced by a replica", f"B keeps R v2 until {DAY:g} from A"]
    assert mesh.answer(mesh.get("B")) == "B get NOT_FOUND replica"
    assert mesh.answer(mesh.get("A")) == "A get NOT_FOUND local"
    assert mesh.flights == []


def test_a_removal_without_a_broadcast_is_found_by_asking_and_cached_for_the_ttl() -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=5.0)
    assert (remove(mesh), mesh.flights) == ("OK", [])
    op = mesh.get("B")
    mesh.deliver()
    assert (mesh.answer(op), mesh.stores("B")) == ("B get NOT_FOUND remote", {"C": [("v2", 5.0)]})
    assert mesh.answer(mesh.get("B")) == "B get NOT_FOUND cached"


@pytest.mark.parametrize("regime", [K, KV])
def test_nothing_older_comes_back_while_it_is_kept(regime: Regime) -> None:
    mesh = Mesh(3)
    mesh.put("A", regime=regime)
    late = mesh.take("A>B")
    mesh.deliver()
    remove(mesh)
    mesh.deliver()
    mesh.arrive(late)
    assert [mesh.answer(mesh.get(by)) for by in "BC"] == ["B get NOT_FOUND replica", "C get NOT_FOUND replica"]
    assert mesh.put("B", value="x", seq=1, identity="A") == "E_SEQ_OLD"
    assert mesh.put("B", value="x", seq=2, identity="A") == "E_SEQ_CONFLICT"
    assert mesh.put("A", value="again", regime=regime) == "OK"
    mesh.deliver()
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answers[op].values == ("again",)


@pytest.mark.parametrize("regime", [KV, GB])
def test_an_older_copy_is_gone_where_the_removal_is_heard_of(regime: Regime) -> None:
    """Who only hid its own older copy would show it again when the tombstone is forgotten."""
    mesh = Mesh(3, msgspec.structs.replace(QUIET, w_sync=10.0))
    mesh.put("A", regime=KV, identity="me", ttl=0.0)
    mesh.deliver()
    if regime is GB:
        mesh.wallet._stubs.clear()  # its owner does not know any more where it went: a withdraw is told
    remove(mesh, "B", identity="me")
    assert "A drops L: removed" in mesh.deliver()
    mesh.wait(10.0)
    mesh.cut("AB")
    mesh.join("AB")
    mesh.deliver()
    assert [mesh.stores(by) for by in "ABC"] == [{}, {}, {}]


def test_it_is_kept_as_long_as_what_it_hides_may_live() -> None:
    mesh = Mesh(1, msgspec.structs.replace(QUIET, w_sync=10.0))
    mesh.put("A", "k", ttl=20.0)
    mesh.put("A", "m", lease=30.0)
    mesh.put("A", "n")
    for key in "kmn":
        remove(mesh, key=key)
    mesh.put("A", "o", lease=40.0)
    mesh.wait(1.0)
    mesh.wallet._stubs.clear()  # it forgets what lease it had
    remove(mesh, key="o")
    assert mesh.stores("A") == {"L": [("v2", 20.0), ("v2", 60.0), ("v2", 60.0), ("v2", 40.0)]}


def test_a_removed_name_of_a_child() -> None:
    forest = Forest()
    forest.put("a", regime=K)
    log = forest.run(Remove("a", "k", identity="me"))
    assert [line for line in log if ">" in line] == [
        "a>A UPDATE V v2", "A>B UPDATE V v2", "A>C UPDATE V v2", "C>c UPDATE V v2",
    ]  # fmt: skip
    assert [forest.get(by)[-1] for by in "AcbaB"] == [
        "A get NOT_FOUND local", "c get NOT_FOUND replica", "b get NOT_FOUND remote", "a get NOT_FOUND local",
        "B get NOT_FOUND replica",
    ]  # fmt: skip


def test_a_tombstone_that_falls_to_get_broadcast_withdraws_what_was_told() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=KV)
    mesh.deliver()
    mesh.wallet._stubs.clear()  # its owner does not know any more where it went
    remove(mesh)
    assert mesh.deliver()[-1] == "B drops R: withdrawn: the name is get-broadcast now"
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answer(op) == "B get NOT_FOUND remote"


# Entries

S = {"kind": UNAUTH, "secret": "s"}


@pytest.mark.parametrize(("regime", "held"), [(GB, []), (K, ["A>B UPDATE A v"]), (KV, ["A>B UPDATE A v"])])
def test_an_entry_goes_where_it_went(regime: Regime, held: list[str]) -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=regime, **S)
    mesh.put("A", value="w", regime=regime, **S)
    mesh.deliver()
    assert remove(mesh, value="v", **S) == "OK"
    assert [flight.name + " UPDATE A v" for flight in mesh.flights] == held
    assert mesh.log[-1 - len(held) :][0] == "A drops L: removed"
    mesh.deliver()
    op = mesh.get("B", kind=UNAUTH)
    mesh.deliver()
    mesh.wait(3)
    assert mesh.answers[op].values == ("w",)


def test_an_entry_does_not_come_back_while_that_is_remembered() -> None:
    mesh = Mesh(2, msgspec.structs.replace(QUIET, w_sync=10.0))
    mesh.put("A", regime=KV, **S)
    late = mesh.take("A>B")
    remove(mesh, value="v", **S)
    mesh.deliver()
    mesh.arrive(late)
    assert (mesh.stores("A"), mesh.stores("B")) == ({}, {})
    assert mesh.put("B", regime=KV, **S) == "E_REMOVED"
    assert remove(mesh, value="v", **S) == "OK_DUPLICATE"
    assert mesh.put("B", regime=KV, kind=UNAUTH) == "OK"  # another entry: it has another secret
    mesh.wait(10.0)
    assert mesh.put("A", regime=KV, **S) == "OK"


def test_who_may_take_an_entry_back() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=KV, **S)
    mesh.put("A", value="open", kind=UNAUTH)
    codes = [
        remove(mesh, value="v", kind=UNAUTH, secret="guess"), remove(mesh, value="open", kind=UNAUTH, secret="s"),
        remove(mesh, value="other", **S), remove(mesh, key="x" * 65, value="v", **S),
        remove(mesh, key="00" * 32, kind=IMM),
    ]  # fmt: skip
    assert codes == ["E_SECRET", "E_SECRET", "NOT_FOUND", "E_KEY", "E_KIND"]
    assert mesh.stores("A") == {"L": [("v", float("inf")), ("open", float("inf"))]}
    mesh.deliver()
    assert remove(mesh, "B", value="v", **S) == "OK"  # whoever has the secret, wherever it is known
    mesh.deliver()
    assert (mesh.stores("A"), mesh.stores("B")) == ({"L": [("open", float("inf"))]}, {})


def test_a_peer_without_the_secret_removes_nothing() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=KV, **S)
    mesh.deliver()
    sound = removal(b"k", b"v", KV, b"s")
    entry = unauthenticated(b"k", b"v", KV, 0, 0, digest(b"s"))
    for bent in (
        msgspec.structs.replace(sound, secret=b"guess"),
        msgspec.structs.replace(sound, secret_hash=b"", entry=sound.value_hash),
        msgspec.structs.replace(entry, flags=1),
    ):
        mesh.send("A>B", Update(1, bent.nid, update_size(bent), bent))
        assert mesh.log[-1] == "B rejects A: E_SECRET"
    assert mesh.stores("B") == {"R": [("v", float("inf"))]}
    mesh.send("A>B", Update(1, sound.nid, update_size(sound), sound))
    assert mesh.stores("B") == {}


def test_what_was_taken_back_is_no_answer_of_a_peer() -> None:
    mesh = Mesh(3)
    mesh.put("A", **S)
    mesh.put("B", value="v", **S)  # the same hands at two providers
    op = mesh.get("C", kind=UNAUTH)
    mesh.deliver("C>A", "C>B", "A>C")
    remove(mesh, "A", value="v", **S)
    sound = removal(b"k", b"v", KV, b"s")
    mesh.send("A>C", Update(1, sound.nid, update_size(sound), sound))
    mesh.deliver()
    assert mesh.answer(op) == "C get NOT_FOUND"


def test_a_tombstone_outlives_the_neighbour_who_told_of_it() -> None:
    """An own copy that it hides would come back otherwise."""
    mesh = Mesh(2)
    mesh.put("A", regime=KV)
    mesh.deliver()
    assert remove(mesh, "B", identity="A") == "OK"
    mesh.deliver()
    mesh.cut("AB", "unpeered", gone=True)
    assert mesh.answer(mesh.get("A")) == "A get NOT_FOUND replica"


# While somebody cannot hear it


@pytest.mark.parametrize("outbox", [True, False])
@pytest.mark.parametrize("regime", [K, KV])
def test_who_was_cut_off_learns_of_removals_when_it_is_back(regime: Regime, outbox: bool) -> None:
    mesh = Mesh(3)
    mesh.put("A", "k", regime=regime)
    mesh.put("A", "wall", regime=regime, **S)
    mesh.put("A", "wall", value="w", regime=regime, **S)
    mesh.deliver()
    mesh.cut("AB")
    assert [remove(mesh), remove(mesh, key="wall", value="v", **S)] == ["OK", "OK"]
    if not outbox:  # it is lost in a crash; the digests find what differs
        mesh.crash("A")
        mesh.deliver()
        mesh.restart("A")
    mesh.join("AB")
    mesh.deliver()
    assert mesh.answer(mesh.get("B")) == "B get NOT_FOUND replica"
    op = mesh.get("B", "wall", kind=UNAUTH)
    mesh.deliver()
    mesh.wait(3)
    assert mesh.answers[op].values == ("w",)
    late = unauthenticated(b"wall", b"v", regime, 60_000, 0, digest(b"s"))
    mesh.send("C>B", Update(9, late.nid, update_size(late), late))
    assert [event for event in mesh.stores("B").get("R", []) if event[0] == "v"] == []


def test_a_newcomer_is_told_of_removals_too() -> None:
    mesh = Mesh(3, holes=("AC", "BC"))
    for key, kind in (("k", AUTH), ("wall", UNAUTH)):
        mesh.put("A", key, regime=KV, kind=kind, secret="s")
    mesh.deliver()
    remove(mesh)
    remove(mesh, key="wall", value="v", **S)
    mesh.deliver()
    mesh.join("AC", "BC")
    mesh.deliver()
    assert mesh.answer(mesh.get("C")) == "C get NOT_FOUND replica"
    late = unauthenticated(b"wall", b"v", KV, 60_000, 0, digest(b"s"))
    mesh.send("B>C", Update(9, late.nid, update_size(late), late))
    assert mesh.stores("C").get("R", []) == [("v2", DAY)]


def test_what_was_removed_stays_so_after_a_crash() -> None:
    mesh = Mesh(2)
    mesh.put("A", "k")
    mesh.put("A", "wall", **S)
    remove(mesh)
    remove(mesh, key="wall", value="v", **S)
    mesh.crash("A")
    mesh.restart("A")
    assert mesh.answer(mesh.get("A")) == "A get NOT_FOUND local"
    assert [mesh.put("A", "wall", **S), mesh.put("A", seq=1)] == ["E_REMOVED", "E_SEQ_OLD"]


def test_relayed_removals_reach_everybody() -> None:
    mesh = Mesh(4, msgspec.structs.replace(QUIET, mesh=Relaying.RELAY), holes=("AC", "AD", "BD"))
    mesh.put("A", "k", regime=K)
    mesh.put("A", "wall", regime=KV, **S)
    mesh.deliver()
    remove(mesh)
    remove(mesh, key="wall", value="v", **S)
    mesh.deliver()
    assert [mesh.stores(by).get("R") for by in "BCD"] == [[("v2", DAY)]] * 3
    assert [mesh.stores(by).get("P") for by in "BCD"] == [None] * 3


def test_removals_of_a_child_while_its_parent_is_out_of_reach() -> None:
    forest = Forest()
    forest.put("a", "k", regime=KV)
    forest.put("a", "wall", regime=KV, kind=UNAUTH, secret="s")
    forest.cut("aA")
    forest.run(Remove("a", "k", identity="me"), Remove("a", "wall", UNAUTH, value="v", secret="s"))
    forest.join("aA")
    assert [forest.held(name) for name in ("A", "B", "c")] == [{"S": ["v2"]}, {"R": ["v2"]}, {"R": ["v2"]}]
