"""Exact sequences of what a mesh of three does, written from protocol section 5 and its golden traces (5.17).

Each list is everything that happened between providers and in their stores, in order; `until` is a time.
"""

from __future__ import annotations

import msgspec
import pytest

from p4lab.core.messages import GetReply
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Quorum, Signatures, UnauthenticatedGets
from tests.core.mesh import AUTH, GB, IMM, KV, QUIET, UNAUTH, K, Mesh

REAL = Options(signatures=Signatures.REAL)


def options(**changes: object) -> Options:
    return msgspec.structs.replace(QUIET, **changes)


# The three regimes


@pytest.mark.parametrize("signed", [QUIET, REAL])
def test_get_broadcast(signed: Options) -> None:
    mesh = Mesh(options=signed)
    mesh.put("A", ttl=60.0)
    mesh.get("B")
    mesh.deliver()
    assert mesh.log == [
        "A keeps L v1", "A put OK", "B>A GETQ", "B>C GETQ",
        "A>B GETR hit", "C>B GETR miss", "B keeps C v1 until 60", "B get OK remote v",
    ]  # fmt: skip
    mesh.log.clear()
    mesh.get("C")  # B has a copy but not of its own: a peer gets nothing from a cache (P10)
    mesh.deliver()
    mesh.get("B")
    mesh.get("A")
    assert mesh.log == [
        "C>A GETQ", "C>B GETQ", "A>C GETR hit", "B>C GETR miss", "C keeps C v1 until 60", "C get OK remote v",
        "B get OK cached v", "A get OK local v",
    ]  # fmt: skip


def test_the_cached_copy_ends_at_its_ttl_and_not_before() -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=5.0)
    mesh.get("B")
    mesh.deliver()
    mesh.wait(4.999)
    assert mesh.answer(mesh.get("B")) == "B get OK cached v"
    mesh.wait(0.001)  # a lookup at exactly the end is a miss
    mesh.get("B")
    assert mesh.deliver() == ["A>B GETR hit", "B keeps C v1 until 10", "B get OK remote v"]


def test_put_broadcast_of_the_value() -> None:
    mesh = Mesh()
    mesh.put("A", regime=KV)
    mesh.deliver()
    mesh.get("B")
    mesh.get("A")
    assert mesh.log == [
        "A keeps L v1", "A put OK", "A>B UPDATE V v1", "A>C UPDATE V v1",
        "B keeps R v1 from A", "C keeps R v1 from A", "B get OK replica v", "A get OK local v",
    ]  # fmt: skip


def test_put_broadcast_of_the_key_costs_two_messages_each_time() -> None:
    mesh = Mesh()
    mesh.put("A", regime=K)
    mesh.deliver()
    assert mesh.log == [
        "A keeps L v1", "A put OK", "A>B UPDATE A v1", "A>C UPDATE A v1", "B keeps P v1 from A", "C keeps P v1 from A",
    ]  # fmt: skip
    for _ in range(2):
        mesh.log.clear()
        mesh.get("B")
        mesh.deliver()
        assert mesh.log == ["B>A FETCH", "A>B FETCHR hit", "B get OK remote v"]


# A change of regime is a new version that carries it (section 5.10)

CHANGES = [
    (KV, GB, ["A>B UPDATE W v2", "B drops R: withdrawn: the name is get-broadcast now"], "", "remote", 4),
    (K, GB, ["A>B UPDATE W v2", "B drops P: withdrawn: the name is get-broadcast now"], "", "remote", 4),
    (KV, K, ["A>B UPDATE A v2", "B drops R: a newer version was announced", "B keeps P v2 from A"], "P", "remote", 2),
    (K, KV, ["A>B UPDATE V v2", "B drops P: replaced by a replica", "B keeps R v2 from A"], "R", "replica", 0),
    (GB, K, ["A>B UPDATE A v2", "B drops C: a newer version was announced", "B keeps P v2 from A"], "P", "remote", 2),
    (GB, KV, ["A>B UPDATE V v2", "B drops C: replaced by a replica", "B keeps R v2 from A"], "R", "replica", 0),
]


@pytest.mark.parametrize(("before", "after", "at_b", "left", "source", "cost"), CHANGES)
def test_change_of_regime(before: Regime, after: Regime, at_b: list[str], left: str, source: str, cost: int) -> None:
    mesh = Mesh()
    mesh.put("A", regime=before)
    mesh.deliver()
    mesh.get("B")  # under get-broadcast this leaves a cached copy
    mesh.deliver()
    mesh.log.clear()
    mesh.put("A", value="new", regime=after)
    mesh.deliver()
    assert [line for line in mesh.log if line.startswith("B") or "A>B" in line] == at_b
    assert list(mesh.stores("B")) == list(left)
    mesh.log.clear()
    op = mesh.get("B")
    mesh.deliver()
    assert (mesh.answer(op), sum(">" in line for line in mesh.log)) == (f"B get OK {source} new", cost)


def test_an_old_replica_that_comes_late_after_a_withdraw_changes_nothing() -> None:
    mesh = Mesh()
    mesh.put("A", regime=KV)
    mesh.put("A", value="new", regime=GB)
    late = mesh.take("A>B")
    assert mesh.deliver("A>B") == []  # the withdraw overtakes it; there was nothing to drop
    mesh.arrive(late)
    assert mesh.stores("B") == {}
    mesh.drop("A>C", "A>C")
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answer(op) == "B get OK remote new"


def test_an_own_copy_older_than_a_withdraw_is_not_the_answer() -> None:
    """The owner went from A to B and made the name get-broadcast there: T hides A's old copy (section 5.3)."""
    mesh = Mesh(2)
    mesh.put("A", regime=KV)
    mesh.deliver()
    mesh.put("B", value="new", regime=GB, identity="A", seq=2)
    mesh.deliver()
    op = mesh.get("A")
    assert mesh.deliver() == ["B>A GETR hit", "A keeps C v2 until 60", "A get OK remote new"]
    mesh.wait(60)
    op = mesh.get("A")
    mesh.drop("A>B")
    mesh.wait(2)
    assert mesh.answer(op) == "A get OK remote v silent B stale"  # better than nothing, and it says so


# Joining (section 5.7: one question per name in flight; a joiner takes a HIT, on MISS it asks again once)


def test_a_joiner_takes_a_hit() -> None:
    mesh = Mesh()
    mesh.put("A")
    first, second = mesh.get("B"), mesh.get("B")
    assert [flight.name for flight in mesh.flights] == ["B>A", "B>C"]
    mesh.deliver()
    assert [mesh.answer(first), mesh.answer(second)] == ["B get OK remote v", "B get OK joined v"]


def test_a_joiner_asks_again_after_a_miss() -> None:
    """A's MISS was given before the put that was acknowledged before the joiner asked."""
    mesh = Mesh()
    first = mesh.get("B")
    mesh.deliver("B>A")
    mesh.put("A")
    second, third = mesh.get("B"), mesh.get("B")
    mesh.log.clear()
    mesh.deliver("A>B", "B>C", "C>B")
    assert mesh.log == ["C>B GETR miss", "B get NOT_FOUND", "B>A GETQ", "B>C GETQ"]
    mesh.deliver()
    assert [mesh.answer(op) for op in (first, second, third)] == [
        "B get NOT_FOUND", "B get OK remote v", "B get OK joined v",
    ]  # fmt: skip


def test_a_joiner_asks_again_only_once() -> None:
    mesh = Mesh()
    ops = [mesh.get("B"), mesh.get("B")]
    mesh.deliver()
    assert [mesh.answer(op) for op in ops] == ["B get NOT_FOUND"] * 2
    assert sum("GETQ" in line for line in mesh.log) == 4


def test_a_joiner_with_a_session_token_asks_again_for_what_it_knows_to_be_there() -> None:
    mesh = Mesh(2)
    mesh.put("A")
    first = mesh.get("B")
    mesh.deliver("B>A")
    mesh.put("A", value="new")
    second = mesh.get("B", min_version=2)
    mesh.deliver()
    assert [mesh.answer(op) for op in (first, second)] == ["B get OK remote v", "B get OK remote new"]


def test_without_coalescing_everybody_asks() -> None:
    mesh = Mesh(options=options(coalesce=False))
    mesh.put("A")
    ops = [mesh.get("B"), mesh.get("B")]
    assert len(mesh.flights) == 4
    mesh.deliver()
    assert [mesh.answer(op) for op in ops] == ["B get OK remote v"] * 2


# Wait rules (section 5.7)


def two_holders(rule: str | Quorum = "first") -> Mesh:
    """v1 at A, v2 of the same owner at B: only an owner who changed providers makes such."""
    mesh = Mesh(4, options(authenticated_gets=rule))
    mesh.put("A", value="old")
    mesh.put("B", value="new", identity="A", seq=2)
    mesh.log.clear()
    return mesh


def test_first_reply_and_a_late_better_one() -> None:
    mesh = two_holders()
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "C>D", "A>C")
    assert (mesh.answer(op), mesh.log[-2:]) == ("C get OK remote old", ["C keeps C v1 until 60", "C get OK remote old"])
    assert mesh.deliver("D>C", "B>C") == ["C hears late of v2", "C keeps C v2 until 60"]
    assert mesh.answer(mesh.get("C")) == "C get OK cached new"


def test_a_late_older_reply_changes_nothing() -> None:
    mesh = two_holders()
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "C>D", "B>C")
    assert (mesh.deliver("A>C", "D>C"), mesh.answer(op)) == (["C notices A: E_OLD"], "C get OK remote new")


def test_waiting_for_all() -> None:
    mesh = two_holders("all")
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "C>D", "A>C", "B>C")
    assert op not in mesh.answers
    mesh.deliver("D>C")
    assert mesh.answer(op) == "C get OK remote new"


def test_waiting_for_all_names_the_silent() -> None:
    mesh = two_holders("all")
    op = mesh.get("C")
    mesh.deliver("C>A", "A>C")
    mesh.drop("C>B", "C>D")
    mesh.wait(2)
    assert mesh.answer(op) == "C get OK remote old silent BD"


def test_a_quorum_of_peers() -> None:
    mesh = two_holders(Quorum(2))
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "C>D", "D>C")
    assert op not in mesh.answers
    mesh.deliver("A>C")
    assert mesh.answer(op) == "C get OK remote old"  # B was not needed, so it is not called silent


def test_an_answer_that_fails_its_checks_counts_for_no_quorum() -> None:
    mesh = two_holders(Quorum(2))
    op = mesh.get("C")
    mesh.deliver("C>A", "C>B", "C>D")
    forged = mesh.take("A>C")
    forged.message.records = (msgspec.structs.replace(forged.message.records[0], sig=b"x" * 64),)
    mesh.arrive(forged)
    mesh.deliver("B>C")
    assert op not in mesh.answers
    mesh.deliver("D>C")
    assert mesh.answer(op) == "C get OK remote new"


def test_the_first_sound_immutable_value_whatever_the_rule() -> None:
    mesh = Mesh(options=options(authenticated_gets="all"))
    mesh.put("A", None, "hello", kind=IMM)
    op = mesh.get("B", None, of="hello", kind=IMM)
    mesh.deliver("B>A", "A>B")
    assert mesh.answer(op) == "B get OK remote hello"


def test_the_wait_goes_on_after_an_answer_that_fails_its_checks() -> None:
    mesh = Mesh()
    mesh.put("A", None, "hello", kind=IMM)
    op = mesh.get("B", None, of="hello", kind=IMM)
    mesh.deliver("B>C", "B>A")
    false = mesh.take("C>B").message
    true = mesh.flights[0].message
    record = msgspec.structs.replace(true.records[0], value=b"hullo")
    mesh.log.clear()
    mesh.send("C>B", GetReply(false.op, false.nid, 0, false.qid, 1, (record,), (9.0,)))
    mesh.deliver("A>B")
    assert (mesh.log, op in mesh.answers) == (
        ["B rejects C: E_BAD_HASH", "B keeps C until 60", "B get OK remote hello"], True,
    )  # fmt: skip


def test_what_came_in_meanwhile_may_be_better() -> None:
    mesh = Mesh(2)
    mesh.put("A", value="old", regime=KV)
    mesh.drop("A>B")
    op = mesh.get("B")
    mesh.deliver("B>A")
    mesh.put("A", value="new", regime=KV)
    answer = mesh.take("A>B")
    mesh.deliver()
    mesh.arrive(answer)
    assert mesh.answer(op) == "B get OK remote new"


# Nobody has it, or nobody says so


def test_not_found_only_where_all_say_so() -> None:
    mesh = Mesh()
    op = mesh.get("B")
    mesh.deliver()
    assert mesh.answer(op) == "B get NOT_FOUND"


def test_partial_names_the_silent_and_timeout_is_all_of_them() -> None:
    mesh = Mesh()
    op = mesh.get("B")
    mesh.drop("B>A")
    mesh.deliver()
    assert (mesh.wait(1.999), mesh.wait(0.001)) == ([], ["B get PARTIAL silent A"])
    op = mesh.get("B", "other")
    mesh.drop("B>A", "B>C")
    mesh.wait(2)
    assert mesh.answer(op) == "B get TIMEOUT silent AC"


def test_a_useless_answer_is_no_timeout() -> None:
    mesh = Mesh(2)
    mesh.put("A")
    op = mesh.get("B")
    mesh.deliver("B>A")
    reply = mesh.take("A>B").message
    mesh.send("A>B", msgspec.structs.replace(reply, records=()))
    assert mesh.answer(op) == "B get PARTIAL silent A"


def test_nobody_to_ask() -> None:
    mesh = Mesh(1)
    assert mesh.answer(mesh.get("A")) == "A get NOT_FOUND"


def test_a_hole_is_not_asked() -> None:
    mesh = Mesh(holes=("AB",))
    mesh.put("A")
    op = mesh.get("B")
    assert mesh.deliver() == ["C>B GETR miss", "B get NOT_FOUND"]
    mesh.put("A", "other", regime=KV)
    mesh.deliver()
    op = mesh.get("B", "other")
    mesh.deliver()
    assert (mesh.answer(op), mesh.stores("B")) == ("B get NOT_FOUND", {})


# A pointer that fails


def pointed(fallback: bool = True) -> tuple[Mesh, int]:
    """C points to A, A has lost it (its lease is shorter than the pointer's: A got it earlier), B has it too."""
    mesh = Mesh(options=options(pointer_fallback=fallback))
    mesh.put("A", regime=K, lease=5.0)
    mesh.drop("A>B")
    mesh.wait(1)
    mesh.deliver()
    mesh.wait(4)
    mesh.put("B", identity="A", regime=K, seq=1)
    mesh.drop("B>A", "B>C")
    mesh.log.clear()
    return mesh, mesh.get("C")


def test_after_a_pointer_that_fails_everybody_is_asked() -> None:
    mesh, op = pointed()
    mesh.deliver()
    assert mesh.log == [
        "C>A FETCH", "A>C FETCHR miss", "C>A GETQ", "C>B GETQ", "A>C GETR miss", "B>C GETR hit", "C meets two of v1",
        "C get OK remote v",
    ]  # fmt: skip
    mesh, op = pointed(fallback=False)
    mesh.deliver()
    assert mesh.answer(op) == "C get NOT_FOUND"


def test_a_silent_pointer_with_an_older_copy_here() -> None:
    mesh = Mesh(2)
    mesh.put("B", value="old", identity="A")
    mesh.put("A", value="new", regime=K)
    mesh.deliver()
    op = mesh.get("B")
    mesh.drop("B>A")
    assert mesh.wait(2) == ["B>A GETQ"]  # what is here is known to be old, and not all ways have been tried
    mesh.drop("B>A")
    mesh.wait(2)
    assert mesh.answer(op) == "B get OK remote old silent A stale"


# Session tokens


def test_min_version_passes_over_what_is_older() -> None:
    mesh = Mesh(2)
    mesh.put("A", ttl=60.0)
    mesh.get("B")
    mesh.deliver()
    mesh.put("A", value="new")
    assert mesh.answer(mesh.get("B", min_version=1)) == "B get OK cached v"
    op = mesh.get("B", min_version=2)
    mesh.deliver()
    assert mesh.answer(op) == "B get OK remote new"
    op = mesh.get("B", min_version=3)
    mesh.deliver()
    assert mesh.answer(op) == "B get OK remote new stale"


def test_a_token_means_nothing_to_an_immutable_name() -> None:
    mesh = Mesh(2)
    mesh.put("A", None, "hello", kind=IMM)
    assert mesh.answer(mesh.get("A", None, of="hello", kind=IMM, min_version=9)) == "A get OK local hello"


# Unauthenticated sets (paper footnote 2)


def wall(mode: str, **more: object) -> Mesh:
    """One entry at A, one at B, both get-broadcast."""
    mesh = Mesh(options=options(unauthenticated_gets=UnauthenticatedGets(mode), **more))
    mesh.put("A", value="a", kind=UNAUTH, ttl=10.0)
    mesh.put("B", value="b", kind=UNAUTH, ttl=5.0)
    mesh.log.clear()
    return mesh


def read(mesh: Mesh, by: str) -> str:
    op = mesh.get(by, kind=UNAUTH)
    mesh.deliver()
    return mesh.answer(op)


def test_local_only_never_learns() -> None:
    mesh = wall("local_only")
    assert [read(mesh, "A") for _ in range(3)] == ["A get OK local a"] * 3
    assert not any(">" in line for line in mesh.log)
    assert read(mesh, "C") == "C get OK remote a b"


def test_background_merge_serves_the_next_reader() -> None:
    mesh = wall("background_merge")
    assert [read(mesh, "A") for _ in range(2)] == ["A get OK local a", "A get OK cached a b"]
    mesh.put("B", value="b2", kind=UNAUTH, ttl=5.0)
    mesh.wait(4.999)
    mesh.log.clear()
    assert (read(mesh, "A"), mesh.log) == ("A get OK cached a b", ["A get OK cached a b"])
    mesh.wait(0.001)  # the set ends with the first TTL in it, b's
    assert [read(mesh, "A") for _ in range(2)] == ["A get OK local a", "A get OK cached a b b2"]


def test_wait_all_is_complete_at_once() -> None:
    mesh = wall("wait_all")
    assert read(mesh, "A") == "A get OK remote a b"
    op = mesh.get("C", kind=UNAUTH)
    mesh.deliver("C>A", "C>B", "A>C")
    assert op not in mesh.answers
    mesh.drop("B>C")
    mesh.wait(2)
    assert mesh.answer(op) == "C get OK remote a silent B"


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("local_only", "C get OK remote k", "C get OK remote k"),
        ("background_merge", "C get OK remote k", "C get OK remote g k"),
        ("wait_all", "C get OK remote k g", "C get OK remote g k"),
    ],
)
def test_a_pointer_does_not_hide_the_get_broadcast_entries(mode: str, first: str, second: str) -> None:
    """Two customers chose different regimes for one key: merging "also applies when local values came by K" (5.7)."""
    mesh = Mesh(options=options(unauthenticated_gets=UnauthenticatedGets(mode)))
    mesh.put("A", value="k", kind=UNAUTH, regime=K)
    mesh.put("B", value="g", kind=UNAUTH)
    mesh.deliver()
    assert [read(mesh, "C"), read(mesh, "C")] == [first, second]


def test_several_pointers_are_all_fetched() -> None:
    mesh = Mesh(options=options(unauthenticated_gets=UnauthenticatedGets.LOCAL_ONLY))
    mesh.put("A", value="a", kind=UNAUTH, regime=K)
    mesh.put("B", value="b", kind=UNAUTH, regime=K)
    mesh.deliver()
    mesh.log.clear()
    assert read(mesh, "C") == "C get OK remote a b"
    assert [line for line in mesh.log if ">" in line] == [
        "C>A FETCH", "C>B FETCH", "A>C FETCHR hit", "B>C FETCHR hit",
    ]  # fmt: skip


def test_a_set_with_a_failed_pointer_falls_back_and_still_has_what_is_here() -> None:
    mesh = Mesh(options=options(unauthenticated_gets=UnauthenticatedGets.LOCAL_ONLY))
    mesh.put("C", value="mine", kind=UNAUTH)
    mesh.put("A", value="a", kind=UNAUTH, regime=K, lease=5.0)
    mesh.wait(1)
    mesh.deliver()
    mesh.wait(4)
    mesh.log.clear()
    assert read(mesh, "C") == "C get OK remote mine"
    assert [line for line in mesh.log if ">" in line][:4] == ["C>A FETCH", "A>C FETCHR miss", "C>A GETQ", "C>B GETQ"]


# The parallel option (P4) and the lookup delay


def test_the_lookup_comes_first_or_beside() -> None:
    mesh = Mesh(2, lookup_delay=0.5)
    mesh.put("A")
    mesh.get("B")
    mesh.get("A")
    assert (mesh.flights, len(mesh.answers)) == ([], 1)
    mesh.wait(0.5)
    assert ([flight.name for flight in mesh.flights], mesh.log[-1]) == (["B>A"], "A get OK local v")
    mesh = Mesh(2, options(parallel=True), lookup_delay=0.5)
    mesh.put("A")
    mesh.get("B")
    assert [flight.name for flight in mesh.flights] == ["B>A"]


def test_parallel_wastes_two_messages_per_peer_on_a_local_hit() -> None:
    mesh = Mesh(options=options(parallel=True))
    mesh.put("A")
    mesh.log.clear()
    op = mesh.get("A")
    mesh.deliver()
    assert sorted(mesh.log) == [
        "A get OK local v", "A>B GETQ", "A>C GETQ", "B>A GETR miss", "C>A GETR miss",
    ]  # fmt: skip
    assert mesh.answer(op) == "A get OK local v"


# Leases


def test_a_lease_ends_everywhere_and_a_renewal_prolongs_it_everywhere() -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=KV, lease=5.0)
    mesh.deliver()
    mesh.wait(4)
    mesh.log.clear()
    assert mesh.put("A", regime=KV, lease=5.0, seq=1) == "OK_DUPLICATE"
    mesh.deliver()
    assert mesh.log == [
        "A keeps L v1 until 9", "A put OK_DUPLICATE", "A>B UPDATE A v1", "B keeps R v1 until 9 from A",
    ]  # fmt: skip
    mesh.wait(5)
    assert (mesh.stores("A"), mesh.stores("B")) == ({}, {})


@pytest.mark.parametrize("kind", [IMM, UNAUTH])
def test_a_refresh_never_shortens_and_reaches_everybody(kind: Kind) -> None:
    mesh = Mesh(2)
    key = None if kind is IMM else "k"
    mesh.put("A", key, "v", KV, kind=kind, lease=5.0)
    mesh.put("A", key, "v", KV, kind=kind, lease=0.0)
    mesh.put("A", key, "v", KV, kind=kind, lease=2.0)
    mesh.deliver()
    mesh.wait(100)
    assert (mesh.stores("A"), mesh.stores("B")) == ({"L": [("v", float("inf"))]}, {"R": [("v", float("inf"))]})


def test_an_own_copy_with_a_lease_does_not_cost_the_replica() -> None:
    """The same value put at B for five seconds; what A broadcast for ever stays locally answerable at B."""
    mesh = Mesh(2)
    mesh.put("A", None, "v", KV, kind=IMM)
    mesh.deliver()
    mesh.put("B", None, "v", kind=IMM, lease=5.0)
    mesh.wait(5)
    assert mesh.answer(mesh.get("B", None, of="v", kind=IMM)) == "B get OK replica v"


def test_kinds_are_three_name_spaces() -> None:
    mesh = Mesh(1)
    mesh.put("A", value="signed", kind=AUTH)
    mesh.put("A", value="free", kind=UNAUTH)
    assert [mesh.answer(mesh.get("A", kind=kind)) for kind in (AUTH, UNAUTH)] == [
        "A get OK local signed", "A get OK local free",
    ]  # fmt: skip
