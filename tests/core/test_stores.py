"""Stores: what is found, what has expired, and what is told of a change."""

from __future__ import annotations

from math import inf

from p4lab.core.contract import Emit
from p4lab.core.events import Dropped, Stored
from p4lab.core.names import Regime
from p4lab.core.records import Record, authenticated, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, Stores, lease_end

SIGNER, SEED = Modelled(), identity_seed("Aster")
V1, V2, V3 = (authenticated(SIGNER, SEED, b"k", b"v", Regime.KEY, 60_000, 0, seq) for seq in (1, 2, 3))
X, Y = (unauthenticated(b"k", value, Regime.VALUE, 0, 0) for value in (b"x", b"y"))
NID = V1.nid


def found(stores: Stores, now: float) -> list[tuple[str, Record]]:
    return [(store, copy.record) for store, copy in stores.readable(NID, now)]


def test_a_copy_is_told_of_and_found() -> None:
    stores = Stores(4)
    event = stores.keep(REPLICA, V1, 9.0, 7, via=2, origin=3)
    assert event == Stored(
        node=4, op=7, nid=NID, store="R", seq=1, digest=V1.version[1][:8].hex(), entry="",
        regime="put-broadcast-key", until=9.0, via=2, origin=3,
    )  # fmt: skip
    assert stores.keep(OWN, X, inf, 1).until is None
    assert (found(stores, 8.999), found(stores, 9.0)) == ([("R", V1)], [])
    assert stores.replicas == {}  # forgotten on the way


def test_the_highest_version_and_the_own_one_among_equals() -> None:
    stores = Stores(0)
    for store, record, until in ((CACHED, V3, 5.0), (REPLICA, V2, inf), (OWN, V2, inf), (POINTER, V3, inf)):
        stores.keep(store, record, until, 0)
    best = [stores.best(NID, now) for now in (4.0, 5.0)]
    assert [(each[0], each[1].record) for each in best if each] == [(CACHED, V3), (OWN, V2)]
    assert (stores.newest_known(NID, 5.0), stores.newest_known(b"no", 0.0), stores.best(b"no", 0.0)) == (V3, None, None)


def test_what_is_known_to_be_outdated() -> None:
    stores = Stores(0)
    assert not stores.outdated(NID, V1.version, 0.0)
    stores.keep(POINTER, V2, 5.0, 0)
    assert [stores.outdated(NID, v.version, t) for v, t in ((V1, 4.0), (V1, 5.0), (V2, 4.0))] == [True, False, False]
    stores.withdrawn[NID] = V3.version
    assert [stores.outdated(NID, v.version, 9.0) for v in (V1, V2, V3)] == [True, True, False]


def test_entries_of_a_set_live_and_end_each_by_itself() -> None:
    stores = Stores(0)
    for record, until in ((X, 5.0), (Y, inf), (X, 7.0)):
        stores.keep(OWN, record, until, 0)
    assert [(c.record.value, c.until) for c in stores.live(OWN, X.nid, 6.0)] == [(b"y", inf), (b"x", 7.0)]
    assert [c.record.value for c in stores.live(OWN, X.nid, 7.0)] == [b"y"]


def test_dropping_what_is_older() -> None:
    stores = Stores(0)
    for store in (REPLICA, POINTER, CACHED):
        stores.keep(store, V2, inf, 0)
    assert stores.drop(REPLICA + POINTER, NID, b"", V2.version, 5, "why") == []
    assert stores.drop(REPLICA + CACHED, NID, b"", V3.version, 5, "why") == [
        Emit(Dropped(node=0, op=5, nid=NID, store=store, entry="", why="why")) for store in (REPLICA, CACHED)
    ]
    assert [len(stores.drop(POINTER, NID, entry, None, 5, "why")) for entry in (b"x", b"")] == [0, 1]
    assert found(stores, 0.0) == []


def test_leases() -> None:
    leased = authenticated(SIGNER, SEED, b"k", b"v", Regime.KEY, 0, 1_500, 1)
    assert (lease_end(V1, 60.0, 2.0), lease_end(leased, 60.0, 2.0)) == (inf, 3.5)
