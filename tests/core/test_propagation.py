"""UPDATEs: what is told, what is believed, and that the order of arrival does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.contract import Emit, SendAll
from p4lab.core.events import Noticed, Rejected, Stored
from p4lab.core.messages import Update, update_size
from p4lab.core.names import Regime
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Options
from p4lab.core.propagation import receive, spread
from p4lab.core.records import Record, announcement, authenticated, immutable, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.core.stores import Stores

GB, K, KV = Regime.GET_BROADCAST, Regime.KEY, Regime.VALUE
SIGNER, SEED = Modelled(), identity_seed("Aster")
STORED = Stored(node=0, op=1, nid=b"", store="L", id=99)


def signed(seq: int, regime: Regime, lease: int = 0) -> Record:
    return authenticated(SIGNER, SEED, b"k", f"{seq}".encode(), regime, 60_000, lease, seq)


def update(record: Record, form: str = "V") -> Update:
    told = record if form == "V" else announcement(record)
    return Update(1, record.nid, update_size(told), told, STORED)


def knowing(me: int, peers: tuple[int, ...] = (0,)) -> Neighbours:
    near = Neighbours(me)
    near.add(Role.PEER, peers)
    return near


def told(record: Record, previous: Record | None, renewed: bool = False, peers: tuple[int, ...] = (1, 2)) -> str:
    """V, A or W, or nothing."""
    effects = spread(record, previous, renewed, knowing(0, peers), ChildUp.VALUE, 1, STORED)
    if not effects:
        return ""
    (effect,) = effects
    assert isinstance(effect, SendAll)
    message: Any = effect.message
    assert (effect.dsts, message.size) == (peers, update_size(message.record))
    return "V" if message.record.value is not None else "W" if message.record.regime is GB else "A"


@pytest.mark.parametrize(
    ("before", "after", "form"),
    [
        (None, GB, ""), (None, K, "A"), (None, KV, "V"), (GB, GB, ""), (GB, K, "A"), (GB, KV, "V"),
        (K, GB, "W"), (K, K, "A"), (K, KV, "V"), (KV, GB, "W"), (KV, K, "A"), (KV, KV, "V"),
    ],
)  # fmt: skip
def test_what_peers_are_told(before: Regime | None, after: Regime, form: str) -> None:
    previous = None if before is None else signed(1, before)
    assert told(signed(2, after), previous) == form
    assert told(signed(2, after), previous, peers=()) == ""


@pytest.mark.parametrize(
    ("regime", "before", "now", "form"),
    [(KV, 0, 0, ""), (KV, 5_000, 5_000, "A"), (KV, 0, 5_000, "A"), (KV, 5_000, 0, "A"), (K, 5_000, 5_000, "A"),
     (GB, 5_000, 5_000, "")],
)  # fmt: skip
def test_a_renewal_is_told_where_it_prolongs_something(regime: Regime, before: int, now: int, form: str) -> None:
    records = [unauthenticated(b"k", b"v", regime, 0, lease) for lease in (before, now)]
    assert told(records[1], records[0], renewed=True) == form


@dataclass
class Peer:
    """One provider that is told."""

    stores: Stores

    def hear(self, message: Update, now: float = 0.0) -> list[Any]:
        return receive(message, 0, knowing(3), self.stores, Options(), SIGNER, now)

    def held(self) -> list[tuple[Any, ...]]:
        """What it has from peers: store, version, value, end."""
        tables = ("R", self.stores.replicas), ("P", self.stores.pointers)
        copies = [(store, copy) for store, table in tables for held in table.values() for copy in held]
        return sorted((store, c.record.version[0], c.record.value or b"", c.until) for store, c in copies)


SIGNED = [
    update(signed(seq, regime), form)
    for seq, regime, form in ((1, KV, "V"), (2, K, "A"), (3, GB, "A"), (4, KV, "V"), (5, GB, "A"), (6, K, "A"))
]
FREE = [
    update(unauthenticated(b"k", value, regime, 0, lease), form)
    for value in (b"x", b"y") for regime, form in ((K, "A"), (KV, "V"), (KV, "A")) for lease in (0, 5_000)
]  # fmt: skip
FIXED = [
    update(immutable(b"v", regime, 0, lease), form)
    for regime, form in ((K, "A"), (KV, "V"), (KV, "A")) for lease in (0, 5_000)
]  # fmt: skip


EVERY = [SIGNED, SIGNED[:5], SIGNED[:4], SIGNED[:3], FREE, FIXED]


@given(st.data(), st.integers(0, len(EVERY) - 1))
def test_any_order_of_arrival_with_repeats_leaves_the_same(data: st.DataObject, which: int) -> None:
    every = EVERY[which]
    some = data.draw(st.lists(st.integers(0, len(every) - 1), min_size=1, unique=True))
    again = data.draw(st.permutations([*some, *data.draw(st.lists(st.sampled_from(some), max_size=4))]))
    one, other = Peer(Stores(3)), Peer(Stores(3))
    for number in some:
        one.hear(every[number])
    for number in again:
        other.hear(every[number])
    assert one.held() == other.held()


@given(st.permutations(SIGNED[:3]), st.booleans())
def test_repeating_all_of_it_says_nothing_more(order: list[Update], twice: bool) -> None:
    peer = Peer(Stores(3))
    for message in order:
        peer.hear(message)
    overtaken = [Emit(Noticed(node=3, op=1, nid=SIGNED[0].nid, src=0, code="E_OLD"))]
    again = [peer.hear(message) for message in order]
    assert again == [[] if message is SIGNED[2] else overtaken for message in order]
    assert (peer.held(), peer.stores.withdrawn) == ([], {SIGNED[2].nid: SIGNED[2].record.version})


def test_equal_seqs_are_decided_by_the_digest() -> None:
    pair = [authenticated(SIGNER, SEED, b"k", value, KV, 0, 0, 1) for value in (b"one", b"two")]
    for order in (pair, pair[::-1]):
        peer = Peer(Stores(3))
        for record in order:
            peer.hear(update(record))
        assert peer.held() == [("R", 1, max(pair, key=lambda record: record.version).value, inf)]


REFUSED: list[tuple[Update, str]] = [
    (update(signed(1, GB)), "E_REGIME"),
    (update(immutable(b"v", GB, 0, 0)), "E_REGIME"),
    (update(unauthenticated(b"k", b"v", GB, 0, 0), "A"), "E_REGIME"),
    (update(immutable(b"v", GB, 0, 0), "A"), "E_REGIME"),
    (update(msgspec.structs.replace(signed(1, KV), ttl_ms=1)), "E_BAD_SIG"),
    (update(msgspec.structs.replace(signed(1, KV), sig=b""), "A"), "E_BAD_SIG"),
    (update(msgspec.structs.replace(immutable(b"v", KV, 0, 0), value=b"w")), "E_BAD_HASH"),
    (update(msgspec.structs.replace(unauthenticated(b"k", b"v", KV, 0, 0), version=(9, b""))), "E_BAD_SIG"),
    (msgspec.structs.replace(update(signed(1, KV)), nid=bytes(32)), "E_BAD_HASH"),
]


@pytest.mark.parametrize(("message", "code"), REFUSED)
def test_what_is_not_believed_is_told_and_changes_nothing(message: Update, code: str) -> None:
    peer = Peer(Stores(3))
    assert peer.hear(message) == [Emit(Rejected(node=3, op=1, nid=message.nid, src=0, code=code))]
    assert (peer.held(), peer.stores.withdrawn) == ([], {})


def test_a_renewal_keeps_the_value_and_the_later_end() -> None:
    peer = Peer(Stores(3))
    peer.hear(update(signed(1, KV, 5_000)), 0.0)
    (effect,) = peer.hear(update(signed(1, KV, 5_000), "A"), 2.0)
    assert (effect.event.until, effect.event.origin, peer.held()) == (7.0, 99, [("R", 1, b"1", 7.0)])
    assert peer.hear(update(signed(1, KV, 5_000), "A"), 1.0) == []
