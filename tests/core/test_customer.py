"""Customers: what they sign and ask, and what they make of the answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from p4lab.core.commands import Get, Put
from p4lab.core.contract import Emit, Received, Requested, Send, Woke
from p4lab.core.customer import Customer, text
from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.core.messages import Answer, GetRequest, PutRequest
from p4lab.core.names import Kind, Regime, digest, name_id
from p4lab.core.records import Record, fault, unauthenticated
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
