"""Customers: what they sign and ask, and what they make of the answer."""

from __future__ import annotations

from math import inf
from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Move, Put, Remove, Renew
from p4lab.core.contract import Emit, Linked, Received, Requested, Send, Unlinked, Woke
from p4lab.core.customer import Customer, text
from p4lab.core.events import GetFinished, GetStarted, Noted, PutFinished, PutStarted
from p4lab.core.messages import Answer, GetRequest, Leave, PutRequest
from p4lab.core.names import Kind, Regime, digest, name_id
from p4lab.core.records import TOMBSTONE, Record, fault, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.core.wallet import Wallet

SIGNER = Modelled()
OWNER = digest(SIGNER.public_key(identity_seed("Aster")))
NID = name_id(Kind.AUTHENTICATED, b"k", OWNER)
FREE = [unauthenticated(b"k", value, Regime.VALUE, 0, 0) for value in (b"one", b"\xff")]


def customer() -> Customer:
    """Node 5, of provider 2, called Aster."""
    return Customer(5, 2, "Aster", Wallet(SIGNER))


def record(made: list[object]) -> Record:
    """What a put sends."""
    send = made[1]
    assert isinstance(send, Send) and isinstance(send.message, PutRequest)
    return send.message.record


def put(node: Customer, op: int = 1, **fields: object) -> Record:
    command = Put(**{"by": "Aster", "value": "v", "key": "k", **fields})  # type: ignore[arg-type]  # any fields
    return record(node.handle(Requested(command, op, "w"), 1.0))  # type: ignore[arg-type]  # effects are objects


def test_a_put_is_announced_and_sent() -> None:
    command = Put("Aster", "v", "k", regime=Regime.KEY, ttl=60.0, lease=5.0, cas=3)
    said, sent = customer().handle(Requested(command, 8, "news"), 1.0)
    assert said == Emit(
        PutStarted(
            node=2, op=8, nid=NID, kind="authenticated", key="k", owner="Aster", workload="news",
            regime="put-broadcast-key", ttl=60.0, lease=5.0, seq=1, value="v",
        ), leads=True,
    )  # fmt: skip
    assert isinstance(sent, Send) and isinstance(sent.message, PutRequest)
    made = sent.message.record
    assert (sent.dst, sent.message.cas, sent.message.nid, fault(made, NID, SIGNER)) == (2, 3, NID, None)
    assert (made.ttl_ms, made.lease_ms, made.version[0]) == (60_000, 5_000, 1)


def test_a_get_is_announced_and_sent() -> None:
    said, sent = customer().handle(Requested(Get("Aster", "k", min_version=4), 8, "news"), 1.0)
    assert said == Emit(
        GetStarted(node=2, op=8, nid=NID, kind="authenticated", key="k", owner="Aster", workload="news"), leads=True
    )
    assert sent == Send(2, GetRequest(8, NID, 112, Kind.AUTHENTICATED, b"k", OWNER, 4))


@pytest.mark.parametrize(
    ("get", "key", "label"),
    [
        (Get("Aster", of="v", kind=Kind.IMMUTABLE), digest(b"v"), digest(b"v").hex()),
        (Get("Aster", "AB" * 32, kind=Kind.IMMUTABLE), b"\xab" * 32, "ab" * 32),
        (Get("Aster", "not hex", kind=Kind.IMMUTABLE), b"not hex", b"not hex".hex()),
        (Get("Aster", "k", kind=Kind.UNAUTHENTICATED, owner="Birch", min_version=4), b"k", "k"),
    ],
)
def test_names_without_an_owner(get: Get, key: bytes, label: str) -> None:
    said, sent = customer().handle(Requested(get, 8, "w"), 1.0)
    assert isinstance(said, Emit) and isinstance(said.event, GetStarted) and isinstance(sent, Send)
    assert (said.event.key, said.event.owner) == (label, "")
    assert sent.message == GetRequest(8, name_id(get.kind, key), 80, get.kind, key)


def test_seqs_follow_each_other_per_name_and_owner() -> None:
    node = customer()
    versions = [
        put(node).version[0], put(node).version[0], put(node, key="other").version[0],
        put(node, identity="Birch").version[0], put(node, seq=9).version[0], put(node, seq=4).version[0],
        put(node).version[0], put(node, kind=Kind.UNAUTHENTICATED).version[0],
    ]  # fmt: skip
    assert versions == [1, 2, 1, 1, 9, 4, 10, 0]


def test_the_last_seq_there_is() -> None:
    node = customer()
    assert [put(node, seq=2**63 - 1).version[0], put(node).version[0]] == [2**63 - 1] * 2


@pytest.mark.parametrize(("code", "then"), [("OK", 2), ("OK_DUPLICATE", 2), ("E_TOO_BIG", 1)])
def test_a_refused_seq_is_free_again(code: str, then: int) -> None:
    node = customer()
    put(node)
    (done,) = node.handle(Received(2, Answer(1, NID, 48, 1, code), 0), 1.5)
    assert done == Emit(PutFinished(node=2, op=1, nid=NID, outcome=code, latency=0.5, seq=1))
    assert put(node, op=2).version[0] == then


def test_a_refusal_does_not_free_what_was_used_since() -> None:
    node = customer()
    put(node, op=1)
    put(node, op=2)
    node.handle(Received(2, Answer(1, NID, 48, 1, "E_CAS"), 0), 1.5)
    assert put(node, op=3).version[0] == 3


@pytest.mark.parametrize(
    ("seconds", "ttl", "lease"),
    [(0.0, 0, 0), (0.0004, 1, 1), (0.0015, 2, 2), (604_800.0, 604_800_000, 604_800_000), (1e9, 2**32 - 1, 2**32 - 1)],
)
def test_lifetimes_are_whole_milliseconds(seconds: float, ttl: int, lease: int) -> None:
    made = put(customer(), ttl=seconds, lease=seconds)
    assert (made.ttl_ms, made.lease_ms) == (ttl, lease)


def test_immutable_keys_are_the_hash_or_what_is_claimed() -> None:
    given = [put(customer(), kind=Kind.IMMUTABLE, key=key) for key in (None, "00" * 32, "no hex")]
    assert [each.key for each in given] == [digest(b"v"), bytes(32), b"no hex"]
    assert [fault(each, each.nid, SIGNER) for each in given] == [None, "E_BAD_HASH", "E_KEY"]


def test_a_secret_is_part_of_an_entry() -> None:
    made = put(customer(), kind=Kind.UNAUTHENTICATED, secret="s")
    assert made.entry == digest(b"v") + digest(b"s")


def test_what_an_answer_says() -> None:
    node = customer()
    node.handle(Requested(Get("Aster", "k", kind=Kind.UNAUTHENTICATED), 1, "w"), 1.0)
    nid = FREE[0].nid
    answer = Answer(1, nid, 0, 1, "OK", "remote", tuple(FREE), (0, b""), False, (7,), 33)
    (done,) = node.handle(Received(2, answer, 0), 1.25)
    assert done == Emit(
        GetFinished(
            node=2, op=1, nid=nid, outcome="OK", source="remote", latency=0.25,
            entries=tuple(each.entry[:8].hex() for each in FREE), values=("one", "hex:ff"), silent=(7,), copy=33,
        )
    )  # fmt: skip


def test_a_removal_is_a_version_and_goes_where_the_last_put_went() -> None:
    node = customer()
    put(node, op=1, regime=Regime.KEY, ttl=7.0, lease=5.0)
    node.handle(Received(2, Answer(1, NID, 48, 1, "OK"), 0), 1.5)
    said, sent = node.handle(Requested(Remove("Aster", "k"), 2, "w"), 2.0)
    assert said == Emit(
        PutStarted(
            node=2, op=2, nid=NID, kind="authenticated", key="k", owner="Aster", workload="w",
            regime="put-broadcast-key", ttl=7.0, lease=5.0, seq=2, removes=True,
        ), leads=True,
    )  # fmt: skip
    made = record([said, sent])
    assert (made.flags, made.value, made.version[0], fault(made, NID, SIGNER)) == (TOMBSTONE, b"", 2, None)
    assert put(node, op=3).version[0] == 3


def test_an_entry_is_taken_back_by_its_secret() -> None:
    node = customer()
    made = record(
        node.handle(Requested(Remove("Aster", "k", Kind.UNAUTHENTICATED, value="v", secret="s"), 1, "w"), 1.0)
    )  # type: ignore[arg-type]  # effects are objects
    assert (made.value, made.secret, made.entry) == (None, b"s", digest(b"v") + digest(b"s"))
    assert fault(made, made.nid, SIGNER) is None


def accepted(node: Customer, op: int, code: str = "OK") -> None:
    node.handle(Received(2, Answer(op, NID, 48, 1, code), 0), 1.5)


def test_belongings_are_what_was_accepted_and_not_taken_back() -> None:
    wallet = Wallet(SIGNER)
    node = Customer(5, 2, "Aster", wallet)
    made = [put(node, op=1), put(node, op=2, key="m", lease=5.0), put(node, op=3, value="two")]
    made.append(put(node, op=4, key="x", kind=Kind.UNAUTHENTICATED, secret="s"))
    put(node, op=5, key="n")
    for op, code in enumerate(("OK", "OK", "OK", "OK", "E_CAP"), 1):
        accepted(node, op, code)
    assert [stub.record for stub in wallet.belongings("Aster", 5.9)] == [made[2], made[1], made[3]]
    assert [stub.record for stub in wallet.belongings("Aster", 6.0)] == [made[2], made[3]]
    node.handle(Requested(Remove("Aster", "x", Kind.UNAUTHENTICATED, value="v", secret="s"), 6, "w"), 1.0)
    accepted(node, 6)
    assert [stub.record for stub in wallet.belongings("Aster", 1.0)] == [made[2], made[1]]
    assert wallet.belongings("Birch", 1.0) == []


def test_a_move_puts_everything_again_and_tells_the_old_provider() -> None:
    wallet = Wallet(SIGNER)
    old, new = Customer(5, 2, "Aster", wallet), Customer(6, 3, "Birch", wallet)
    made = [put(old, op=1), put(old, op=2, key="m")]
    for op in (1, 2):
        accepted(old, op)
    move = Move("Aster", "Birch")
    effects = new.handle(Requested(move, 7, "by hand", event=70), 9.0)
    sent = [effect.message for effect in effects if isinstance(effect, Send)]
    assert [(each.op, each.record) for each in sent if isinstance(each, PutRequest)] == [(7, made[0]), (8, made[1])]
    assert [effect.cause for effect in effects if isinstance(effect, Emit)] == [70, 70]
    assert (old.handle(Requested(move, 0, "by hand", node=3), 9.0), old.wake_at) == ([], 9.01)
    (refused,) = new.handle(Received(3, Answer(7, NID, 48, 2, "E_SEQ_OLD"), 0), 9.5)
    assert isinstance(refused, Emit)
    assert (old.handle(Woke(), 9.5), old.wake_at) == ([], 10.0)  # one is answered, one is not
    new.handle(Received(3, Answer(8, NID, 48, 1, "OK"), 0), 9.7)
    assert (old.handle(Woke(), 10.0), old.wake_at) == ([Send(2, Leave(0, OWNER, 112, OWNER, 3))], inf)
    assert put(old, op=9).version[0] == 2  # its seq is still used


def test_who_could_not_bring_everything_does_not_leave() -> None:
    """Found by a fault campaign: the new provider was down, and the old one deleted what nobody else had."""
    wallet = Wallet(SIGNER)
    old, new = Customer(5, 2, "Aster", wallet), Customer(6, 3, "Birch", wallet)
    put(old, op=1)
    accepted(old, 1)
    new.handle(Unlinked(3, "crash"), 8.0)
    new.handle(Requested(Move("Aster", "Birch"), 7, "by hand"), 9.0)
    (told,) = old.handle(Requested(Move("Aster", "Birch"), 0, "by hand", node=3), 9.0)
    why = "move Aster to Birch: not all of it is there, so Aster keeps what it has of Aster"
    assert told == Emit(Noted(text=why))


def test_who_has_a_put_under_way_does_not_leave_what_it_brings() -> None:
    wallet = Wallet(SIGNER)
    old, new = Customer(5, 2, "Aster", wallet), Customer(6, 3, "Birch", wallet)
    put(old, op=1)
    new.handle(Requested(Move("Aster", "Birch"), 7, "by hand"), 9.0)
    (told,) = old.handle(Requested(Move("Aster", "Birch"), 0, "by hand", node=3), 9.0)
    assert isinstance(told, Emit)


def test_a_renewal_is_the_same_bytes() -> None:
    node = customer()
    renew = Renew("Aster", "k", None, Kind.AUTHENTICATED, "Aster")
    assert node.handle(Requested(renew, 1, "w"), 1.0) == []  # nothing is stored
    made = put(node, op=2)
    accepted(node, 2)
    assert record(node.handle(Requested(renew, 3, "w"), 1.0)) == made  # type: ignore[arg-type]  # effects are objects
    node.handle(Requested(Remove("Aster", "k"), 4, "w"), 1.0)
    accepted(node, 4)
    assert node.handle(Requested(renew, 5, "w"), 1.0) == []


def test_while_the_provider_is_out_of_reach_everybody_is_told_to_try_again() -> None:
    node = customer()
    put(node, op=1)
    node.handle(Requested(Get("Aster", "k"), 2, "w"), 1.0)
    told = node.handle(Unlinked(2, "crash"), 4.0)
    assert told == [
        Emit(PutFinished(node=2, op=1, nid=NID, outcome="E_AGAIN", latency=3.0, seq=1)),
        Emit(GetFinished(node=2, op=2, nid=NID, outcome="E_AGAIN", source="", latency=3.0)),
    ]
    assert node.handle(Received(2, Answer(1, NID, 48, 1, "OK"), 0), 5.0) == []
    asked = node.handle(Requested(Get("Aster", "k"), 3, "w"), 5.0)
    assert [type(effect) for effect in asked] == [Emit, Emit]
    node.handle(Linked(2), 6.0)
    assert [type(effect) for effect in node.handle(Requested(Get("Aster", "k"), 4, "w"), 6.0)] == [Emit, Send]


def test_pages_are_told_as_one() -> None:
    node = customer()
    node.handle(Requested(Get("Aster", "k", kind=Kind.UNAUTHENTICATED), 1, "w"), 1.0)
    first, second = sorted(FREE, key=lambda each: each.entry)
    nid, mark = first.nid, first.entry
    page = Answer(1, nid, 0, 1, "OK", "cached", (first,), copy=3, placemark=mark)
    assert node.handle(Received(2, page, 0), 1.5) == [
        Send(2, GetRequest(1, nid, 80, Kind.UNAUTHENTICATED, b"k", after=mark))
    ]
    (done,) = node.handle(Received(2, Answer(1, nid, 0, 1, "OK", "cached", (second,), copy=4), 0), 2.0)
    assert isinstance(done, Emit) and isinstance(done.event, GetFinished)
    assert (done.event.outcome, done.event.latency, done.event.copy) == ("OK", 1.0, 4)
    assert done.event.values == (text(first.value or b""), text(second.value or b""))


def test_what_was_not_asked_for_is_ignored() -> None:
    node = customer()
    put(node)
    answer = Answer(1, NID, 48, 1, "OK")
    said: list[Any] = [Received(2, msgspec.structs.replace(answer, op=7), 0), Received(9, answer, 0), Woke()]
    assert [node.handle(each, 2.0) for each in said] == [[], [], []]
    assert len(node.handle(Received(2, answer, 0), 2.0)) == 1
    assert node.handle(Received(2, answer, 0), 2.0) == []


def test_values_as_text() -> None:
    assert [text(value) for value in (b"", "é".encode(), b"\x00", b"\xff\x00")] == ["", "é", "\x00", "hex:ff00"]
