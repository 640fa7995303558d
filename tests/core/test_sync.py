"""Catching up: fingerprints, buckets, and that what is told is what was to be had."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from operator import xor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.commands import Remove
from p4lab.core.messages import Hello, SyncDigest, SyncItems
from p4lab.core.names import Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import ChildUp
from p4lab.core.records import announcement, authenticated, immutable, unauthenticated
from p4lab.core.signing import Modelled
from p4lab.core.stores import MARK, OWN, REPLICA
from p4lab.core.sync import Item, bucket, bucket_count, buckets, had, told
from tests.core.forest import THREE, Forest
from tests.core.mesh import AUTH, GB, IMM, KV, QUIET, UNAUTH, K, Mesh

SIGNED = [authenticated(Modelled(), bytes(32), b"k", b"v", Regime.VALUE, 0, 0, seq) for seq in (1, 2)]


def test_fingerprints_tell_versions_forms_and_entries_apart_and_nothing_else() -> None:
    fell = authenticated(Modelled(), bytes(32), b"k", b"v", Regime.GET_BROADCAST, 0, 0, 3)
    different = [
        Item(OWN, SIGNED[0]), Item(OWN, SIGNED[1]), Item(OWN, announcement(SIGNED[1])), Item(MARK, announcement(fell)),
        Item(OWN, immutable(b"v", Regime.VALUE, 0, 0)), Item(OWN, immutable(b"v", Regime.KEY, 0, 0)),
        Item(OWN, unauthenticated(b"k", b"v", Regime.VALUE, 0, 0)),
        Item(OWN, unauthenticated(b"k", b"w", Regime.VALUE, 0, 0)),
    ]  # fmt: skip
    assert len({item.print for item in different}) == len(different)
    assert Item(OWN, SIGNED[0]).print == Item(REPLICA, SIGNED[0]).print


def test_differences_of_several_entries_do_not_cancel_out() -> None:
    forms = [(Regime.VALUE, True), (Regime.VALUE, False), (Regime.KEY, False), (Regime.GET_BROADCAST, True)]
    for one, other in combinations(forms, 2):
        changes = [
            Item(OWN, record if whole else announcement(record)).print
            for value in (b"v", b"w")
            for regime, whole in (one, other)
            for record in (unauthenticated(b"k", value, regime, 0, 0),)
        ]
        assert reduce(xor, changes) != 0


@pytest.mark.parametrize("regime", [K, KV])
def test_an_entry_told_by_two_goes_only_with_the_one_who_told_most(regime: Regime) -> None:
    mesh = Mesh(3)
    mesh.put("A", "k", "v", KV, kind=UNAUTH)
    mesh.deliver()
    mesh.put("B", "k", "v", regime, kind=UNAUTH)
    mesh.deliver()
    mesh.cut("BC", "unpeered", gone=True)
    mesh.deliver()
    assert list(mesh.stores("C")) == ["R"]


@given(st.sets(st.binary(max_size=3), max_size=40), st.sampled_from([1, 2, 16]))
def test_a_digest_depends_on_the_set_alone(values: set[bytes], count: int) -> None:
    items = [Item(OWN, immutable(value, Regime.VALUE, 0, 0)) for value in sorted(values)]
    digest = buckets(items, count)
    assert digest == buckets(reversed(items), count)
    for item in items:
        changed = buckets([each for each in items if each is not item], count)
        places = [at for at in range(count) if digest[at] != changed[at]]
        assert places == [bucket(item.record.nid, count)]


@pytest.mark.parametrize(("items", "count"), [(0, 1), (16, 1), (17, 2), (1000, 64), (100_000, 1024), (10**9, 1024)])
def test_the_number_of_buckets(items: int, count: int) -> None:
    assert bucket_count(items) == count


def test_between_two_that_have_told_each_other_all_nothing_differs() -> None:
    """What a provider would tell is what its neighbour has from it: for every pair, kind, regime and form."""
    forest = Forest()
    for by in ("A", "a", "c", "C"):
        for regime in (GB, K, KV):
            for kind in (None, IMM, UNAUTH):
                more = {} if kind is None else {"kind": kind}
                key = None if kind is IMM else f"{by}{regime.code}"
                forest.put(by, key, f"{by} {regime.code} {kind}", regime, **more)
    for by in ("A", "a"):
        forest.put(by, f"{by}2", "fell", GB)
        forest.put(by, f"{by}3", "fell", GB)
    for one, other in ("AB", "BA", "AC", "Aa", "aA", "Cc", "cC"):
        teller, hearer = (forest.providers[forest.names.index(name)] for name in (one, other))
        assert len(THREE) == forest.size
        tells = {(i.key, i.print) for i in told(teller._near, teller.stores, hearer.me, QUIET, 0.0)}
        has = {(i.key, i.print) for i in had(hearer._near, hearer.stores, teller.me, 0.0)}
        assert tells == has, (one, other)


def test_one_missing_item_costs_its_bucket() -> None:
    mesh = Mesh(2)
    for number in range(200):
        mesh.put("A", f"k{number}", "v", KV)
    mesh.drop("A>B")
    mesh.deliver()
    mesh.cut("AB")
    mesh.join("AB")
    mesh.deliver("A>B", "B>A")
    sizes = [len(flight.message.buckets) for flight in mesh.flights if isinstance(flight.message, SyncDigest)]
    assert sizes == [16, 1]
    mesh.deliver("A>B", "B>A")
    items = [len(flight.message.items) for flight in mesh.flights if isinstance(flight.message, SyncItems)]
    assert (sum(items) < 40, max(items) > 0) == (True, True)
    mesh.deliver()
    assert len(mesh.stores("B")["R"]) == 200


def test_what_came_out_of_the_outbox_is_not_missed_in_what_follows() -> None:
    """An update that waited for the session is not told twice; whoever has heard it twice before must not drop it."""
    forest = Forest({"A": "", "B": "", "b": "B", "c": "B"})
    forest.put("A", None, "both", K, kind=IMM)
    forest.cut("Bb")
    forest.put("c", None, "both", K, kind=IMM)
    forest.put("c", None, "news", K, kind=IMM)
    forest.join("Bb")
    assert len(forest.held("b")["P"]) == 2


@pytest.mark.parametrize("child_up", ChildUp)
def test_an_entry_that_a_child_keeps_to_itself_stays_known_to_all(child_up: ChildUp) -> None:
    """What a child tells does not take the place of what a peer announced to everybody."""
    parents = {"A": "", "B": "", "b": "B", "c": "B", "bb": "b"}
    forest = Forest(parents, msgspec.structs.replace(QUIET, child_up=child_up))
    forest.put("A", "k", "v", K, kind=UNAUTH)
    forest.put("b", "k", "v", GB, kind=UNAUTH)
    forest.cut("Bc", "Bb")
    forest.put("A", "l", "v", K, kind=UNAUTH)
    forest.join("Bc", "Bb")
    assert [len(forest.held(name)["P"]) for name in ("c", "bb")] == [2, 2]


def test_what_overtakes_a_greeting_is_not_lost() -> None:
    """A session keeps no order where messages are lost and sent again: updates and a digest may come before HELLO."""
    mesh = Mesh(2)
    mesh.put("A", "k", "v", KV)
    mesh.put("B", "l", "v", KV)
    mesh.deliver()
    mesh.cut("AB")
    mesh.put("A", "m", "v", KV)
    mesh.providers[0].stores.replicas.clear()
    mesh.join("AB")
    mesh.deliver("B>A")
    hello, update, digest = [mesh.take("A>B") for _ in range(3)]
    for flight in (update, digest, hello):
        mesh.arrive(flight)
    mesh.deliver()
    held = {
        letter: sorted(version for copies in mesh.stores(letter).values() for version, _ in copies) for letter in "AB"
    }
    assert held == {"A": ["v1"] * 3, "B": ["v1"] * 3}


def test_a_doubled_answer_is_taken_once() -> None:
    """Nor is one taken for the answer to a later question, when less was told."""
    mesh = Mesh(2)
    mesh.put("A", "k", "v", KV)
    mesh.deliver()
    hello = Hello(b"", 48, Role.PEER)
    mesh.send("A>B", hello)
    mesh.deliver("B>A")
    twice = mesh.flights[0]
    mesh.put("A", "l", "v", KV)
    mesh.deliver()
    mesh.send("A>B", hello)
    log = len(mesh.log)
    mesh.arrive(twice)
    assert mesh.log[log:] == []
    mesh.deliver()
    assert [mesh.log[-1], mesh.stores("B")] == [
        "B has caught up with A: 0, 0 new",
        {"R": [("v1", float("inf"))] * 2},
    ]


def test_an_older_version_comes_back_where_the_newer_one_is_lost() -> None:
    """Its teller has a newer one no more, and the older one was ignored while that was there."""
    mesh = Mesh(2)
    mesh.put("A", "k", "old", KV)
    mesh.deliver()
    old = mesh.providers[0].stores.own[mesh.wallet.name(AUTH, "k", None, "A")[0]][0]
    mesh.put("A", "k", "new", KV)
    mesh.deliver()
    mesh.cut("AB")
    mesh.providers[0].stores.keep(OWN, old.record, old.until, 0)
    mesh.join("AB")
    mesh.deliver()
    assert mesh.stores("B") == {"R": [("v1", float("inf"))]}


def test_one_catches_up_once_at_a_time() -> None:
    mesh = Mesh(2)
    mesh.put("A", "k", "v", KV)
    mesh.deliver()
    for _ in range(3):
        mesh.send("A>B", Hello(b"", 48, Role.PEER))  # A has lost something, and again
    assert [(flight.name, type(flight.message)) for flight in mesh.flights] == [("B>A", SyncDigest)]
    mesh.deliver("B>A", "A>B")
    assert [(flight.name, type(flight.message)) for flight in mesh.flights] == [("B>A", SyncDigest)]
    mesh.deliver()
    assert mesh.stores("B") == {"R": [("v1", float("inf"))]}


def test_what_the_teller_lost_is_dropped() -> None:
    mesh = Mesh(2)
    mesh.put("A", "k", "v", KV)
    mesh.deliver()
    mesh.disks[0].clear()  # a disk that lost everything
    mesh.crash("A")
    mesh.restart("A")
    mesh.deliver()
    assert mesh.stores("B") == {}


def test_a_lease_is_told_as_what_is_left_of_it() -> None:
    mesh = Mesh(2)
    mesh.put("A", "k", "v", KV, lease=10.0)
    mesh.deliver()
    mesh.cut("AB")
    mesh.wait(4.0)
    mesh.put("A", "k", "v", KV, lease=10.0, seq=1)  # renewed, to 14
    mesh.crash("A")  # and the outbox is lost
    mesh.wait(3.0)
    mesh.restart("A")
    mesh.deliver()
    assert mesh.stores("B") == {"R": [("v1", 14.0)]}


def test_what_waits_for_a_session_lives_no_longer_for_it() -> None:
    mesh = Mesh(2, msgspec.structs.replace(QUIET, w_sync=10.0))
    mesh.put("B", "taken", "v", KV, identity="me", ttl=0.0)
    mesh.deliver()
    mesh.cut("AB")
    mesh.put("A", "k", "v", KV, lease=10.0)
    mesh.put("A", "short", "v", KV, lease=3.0)
    mesh.request(Remove("A", "taken", identity="me"))
    mesh.wait(4.0)
    mesh.join("AB")
    mesh.deliver()
    assert mesh.stores("B") == {"R": [("v1", 10.0), ("v2", 10.0)]}
