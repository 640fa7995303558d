"""A provider between customers and peers: who may say what, and that nothing a peer says makes it raise."""

from __future__ import annotations

from copy import deepcopy
from math import inf, nan
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.commands import Put
from p4lab.core.contract import NEVER, Emit, Persist, Received, Requested, Send, SendAll, Woke
from p4lab.core.messages import (
    HIT,
    MISS,
    Answer,
    Fetch,
    FetchReply,
    GetQuery,
    GetReply,
    GetRequest,
    PutRequest,
    Update,
)
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, Signatures
from p4lab.core.provider import Provider
from p4lab.core.records import Record, announcement, authenticated, immutable, unauthenticated
from p4lab.core.signing import Ed25519, Modelled, identity_seed
from tests.core.mesh import AUTH, KV, UNAUTH, K, Mesh

SIGNER = Modelled()
OPTIONS = Options(signatures=Signatures.MODELLED)
V1 = authenticated(SIGNER, identity_seed("A"), b"k", b"v", KV, 60_000, 0, 1)


def provider(lookup_delay: float = 0.0) -> Provider:
    """Number 0; peers are 1 and 2, customers 3."""
    made = Provider(0, OPTIONS, SIGNER, lookup_delay)
    made.peer_with((2, 1))
    made.peer_with((1,))
    return made


def put(record: Record, src: int = 3) -> Received:
    return Received(src, PutRequest(9, record.nid, 0, record), 5)


def state(of: Provider) -> list[Any]:
    """All it knows, but for what it has asked."""
    stores = of.stores
    tables = [stores.own, stores.replicas, stores.pointers, stores.cache, stores.withdrawn]
    return deepcopy(tables)


def test_peers_are_told_once_and_in_order() -> None:
    assert (provider().peers, provider().wake_at) == ((1, 2), NEVER)


def test_a_put_is_answered_before_anybody_is_told() -> None:
    """Persisted, answered, told: in one step and in this order (P14); the peers' copies are caused by the Stored."""
    persisted, kept, answer, told = provider().handle(put(V1), 1.0)
    assert isinstance(persisted, Persist)
    assert [(store, nid, entry) for store, nid, entry, _ in persisted.rows] == [("L", V1.nid, b"")]
    assert isinstance(kept, Emit) and isinstance(answer, Send) and isinstance(told, SendAll)
    assert (kept.leads, answer.dst, answer.message.code, answer.after, told.dsts) == (True, 3, 22, 0.0, (1, 2))
    assert isinstance(answer.message, Answer) and isinstance(told.message, Update)
    assert (answer.message.outcome, told.message.record, told.message.stored) == ("OK", V1, kept.event)


@pytest.mark.parametrize("ask", [GetQuery, Fetch])
@pytest.mark.parametrize("delay", [0.0, 0.25])
def test_one_reply_per_question_from_own_data_alone(ask: Any, delay: float) -> None:
    node = provider(delay)
    question = ask(7, V1.nid, 112, 40)
    for src, record in ((1, V1), (2, announcement(V1))):
        node.handle(Received(src, Update(1, V1.nid, 0, record), 5), 0.0)
    node.stores.keep("C", V1, inf, 0)
    (miss,) = node.handle(Received(2, question, 6), 1.0)
    node.handle(put(V1), 1.0)
    (hit,) = node.handle(Received(2, question, 6), 1.0)
    made: Any = {GetQuery: GetReply, Fetch: FetchReply}[ask]
    assert miss == Send(2, made(7, V1.nid, 48, 40, MISS), delay)
    assert hit == Send(2, made(7, V1.nid, 160 + 1, 40, HIT, (V1,), (60.0,)), delay)


def test_own_data_with_a_lease_ends_for_peers_too() -> None:
    node, leased = provider(), authenticated(SIGNER, identity_seed("A"), b"k", b"v", KV, 0, 5_000, 1)
    node.handle(put(leased), 0.0)
    statuses = [
        node.handle(Received(1, GetQuery(7, V1.nid, 112, 40), 6), now)[0].message.status  # type: ignore[union-attr]  # its one effect is a Send
        for now in (4.999, 5.0)
    ]
    assert statuses == [HIT, MISS]


def test_what_is_not_for_the_sender_to_say_is_ignored() -> None:
    node = provider()
    before = state(node)
    free = unauthenticated(b"k", b"v", KV, 0, 0)
    said: list[Any] = [
        put(V1, src=1),
        Received(1, GetRequest(9, V1.nid, 0, Kind.AUTHENTICATED, b"k", V1.owner), 5),
        Received(3, Update(9, V1.nid, 0, V1), 5),
        Received(4, Update(9, free.nid, 0, free), 5),
        Received(1, Answer(9, V1.nid, 0, HIT, "OK", records=(V1,)), 5),
        Received(1, GetReply(9, V1.nid, 0, 1, HIT, (V1,), (60.0,)), 5),
        Received(1, FetchReply(9, V1.nid, 0, 1, HIT, (V1,), (60.0,)), 5),
        Requested(Put("A", "v", "k"), 9, "w"),
        Woke(),
    ]
    assert [node.handle(each, 1.0) for each in said] == [[]] * len(said)
    assert state(node) == before


def test_only_who_was_asked_may_answer_and_only_once() -> None:
    mesh = Mesh(holes=("BC",))
    mesh.put("A")
    op = mesh.get("B")
    mesh.deliver("B>A")
    reply = mesh.flights[0].message
    mesh.send("C>B", reply)
    mesh.send("A>B", msgspec.structs.replace(reply, qid=reply.qid + 1))
    assert (op in mesh.answers, mesh.stores("B")) == (False, {})
    mesh.deliver("A>B")
    mesh.log.clear()
    mesh.send("A>B", reply)
    mesh.wait(100)
    mesh.send("A>B", reply)
    assert (mesh.log, mesh.answer(op)) == ([], "B get OK remote v")


def test_a_reply_after_the_deadline_changes_nothing() -> None:
    mesh = Mesh(2)
    mesh.put("A")
    op = mesh.get("B")
    mesh.deliver("B>A")
    mesh.wait(2)
    assert (mesh.answer(op), mesh.deliver(), mesh.stores("B")) == ("B get TIMEOUT silent A", [], {})


RECORDS = [
    V1,
    announcement(V1),
    authenticated(SIGNER, identity_seed("A"), b"k", b"w", K, 0, 5_000, 2),
    authenticated(Ed25519(), identity_seed("A"), b"k", b"w", K, 0, 5_000, 2),
    immutable(b"v", KV, 60_000, 0),
    unauthenticated(b"k", b"v", K, 60_000, 0),
    unauthenticated(b"k", b"x", Regime.GET_BROADCAST, 0, 0),
]
NIDS = sorted({record.nid for record in RECORDS})
ODD_INTS = st.sampled_from((0, 1, -1, 999, 2**31, 2**32, 2**63, 2**64, 10**400))
ODD_BYTES = st.sampled_from((b"", b"v", b"x" * 32, b"x" * 64, b"x" * 70_000))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "nid": st.sampled_from(NIDS) | ODD_BYTES, "kind": st.sampled_from(Kind), "key": ODD_BYTES, "owner": ODD_BYTES,
    "value": st.none() | ODD_BYTES, "value_hash": ODD_BYTES, "size": ODD_INTS, "regime": st.sampled_from(Regime),
    "ttl_ms": ODD_INTS, "lease_ms": ODD_INTS, "version": st.tuples(ODD_INTS, ODD_BYTES), "entry": ODD_BYTES,
    "flags": ODD_INTS, "pub": ODD_BYTES, "sig": ODD_BYTES, "secret_hash": ODD_BYTES,
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A sound record with up to two fields bent."""
    bent = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2))
    return msgspec.structs.replace(draw(st.sampled_from(RECORDS)), **{name: draw(FIELDS[name]) for name in bent})


TOLD = st.lists(records(), max_size=3).map(tuple)
LEFT = st.lists(st.sampled_from((0.0, 1.0, -1.0, 1e308, inf, -inf, nan)), max_size=3).map(tuple)
SMALL = st.integers(-1, 5)
MESSAGES = (
    st.builds(GetQuery, SMALL, st.sampled_from(NIDS) | ODD_BYTES, SMALL, ODD_INTS, ODD_INTS)
    | st.builds(Fetch, SMALL, st.sampled_from(NIDS) | ODD_BYTES, SMALL, ODD_INTS, ODD_INTS)
    | st.builds(GetReply, SMALL, st.sampled_from(NIDS), ODD_INTS, SMALL, SMALL, TOLD, LEFT)
    | st.builds(FetchReply, SMALL, st.sampled_from(NIDS), ODD_INTS, SMALL, SMALL, TOLD, LEFT)
    | records().map(lambda record: Update(1, record.nid, 0, record))
    | st.builds(Update, SMALL, st.sampled_from(NIDS), SMALL, records())
)


@given(st.lists(st.tuples(st.integers(0, 6), MESSAGES, st.sampled_from("BC")), min_size=1, max_size=12))
def test_nothing_that_peers_say_makes_it_raise_or_lie(said: list[tuple[int, Any, str]]) -> None:
    """Invariant 1 of section 7; and whatever was said, what customers put afterwards works."""
    mesh = Mesh()
    for kind, message, peer in said:
        match kind:
            case 0:
                mesh.get("A", owner="A")
            case 1:
                mesh.get("A", kind=UNAUTH)
            case 2:
                mesh.wait(1.5)
            case _:
                mesh.send(f"{peer}>A", message)
    mesh.flights.clear()
    mesh.wait(5)
    stores = mesh.providers[0].stores
    for table in (stores.replicas, stores.pointers, stores.cache):
        assert all(_sound(copy.record, nid) for nid, copies in table.items() for copy in copies)
    assert stores.own == {}
    assert all(answer.outcome != "OK" or answer.values for answer in mesh.answers.values())  # type: ignore[union-attr]  # all gets
    assert mesh.put("A", "fresh") == "OK"
    assert mesh.answer(mesh.get("A", "fresh", kind=AUTH)) == "A get OK local v"


def _sound(record: Record, nid: bytes) -> bool:
    """Told by hand what `fault` should say."""
    if record.nid != nid or not 0 <= record.ttl_ms <= 604_800_000:
        return False
    if record.kind is Kind.AUTHENTICATED:
        return any(record in (known, announcement(known)) for known in RECORDS)
    plain = immutable if record.kind is Kind.IMMUTABLE else lambda *rest: unauthenticated(record.key, *rest)
    if record.value is None:
        return record.kind is Kind.UNAUTHENTICATED or record.value_hash == record.key
    made = plain(record.value, record.regime, record.ttl_ms, record.lease_ms)
    return (
        msgspec.structs.replace(made, secret_hash=record.secret_hash, entry=made.entry + record.secret_hash) == record
    )
