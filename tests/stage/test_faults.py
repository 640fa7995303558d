"""Corruption: one bit of one field, in a copy, and nothing that a node could stumble over."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from p4lab.core import messages
from p4lab.core.messages import Answer, Fetch, FetchReply, GetQuery, GetReply, GetRequest, Leave, PutRequest
from p4lab.core.names import Kind, Regime, name_id
from p4lab.core.records import authenticated, fault, immutable, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.stage.faults import corrupted

SIGNER = Modelled()
SIGNED = authenticated(SIGNER, identity_seed("Aster"), b"news", b"hello", Regime.GET_BROADCAST, 60_000, 0, 3)
PLAIN = unauthenticated(b"wall", b"hi", Regime.GET_BROADCAST, 60_000, 5_000, b"s" * 32)
HASHED = immutable(b"for ever", Regime.VALUE, 60_000, 0)
NID = SIGNED.nid
GET = GetRequest(7, NID, 112, Kind.AUTHENTICATED, b"news", SIGNED.owner, 2)
PUT = PutRequest(7, NID, 200, SIGNED)
ANSWER = Answer(7, NID, 200, 1, "OK", "local", (SIGNED,), SIGNED.version)
EVERY: list[Any] = [
    GetQuery(7, NID, 112, 4, 2), Fetch(7, NID, 112, 4), GetReply(7, NID, 200, 4, 1, (SIGNED, PLAIN), (60.0, 60.0)),
    FetchReply(7, NID, 48, 4, 2), GET, PUT, ANSWER, Leave(7, NID, 80, SIGNED.owner, 2),
    messages.Relayed(7, NID, 112, 9, GET), messages.RelayedAnswer(7, NID, 200, 9, 1, ANSWER),
]  # fmt: skip


def bits(before: Any, after: Any) -> int:
    """How many bits differ, wherever they are; fails where a type or a length does."""
    assert type(before) is type(after)
    match before:
        case msgspec.Struct():
            return sum(bits(getattr(before, name), getattr(after, name)) for name in before.__struct_fields__)
        case tuple():
            return sum(bits(one, other) for one, other in zip(before, after, strict=True))
        case bytes():
            return sum((one ^ other).bit_count() for one, other in zip(before, after, strict=True))
        case int() if before != after:
            return (before ^ after).bit_count()
    assert before == after
    return 0


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_one_bit_changes_and_the_original_stays(message: Any) -> None:
    rng, before = Random(1), msgspec.structs.asdict(message)
    found = [corrupted(message, rng) for _ in range(300)]
    assert {bits(message, each) for each in found} == {1}
    assert all((each.op, each.code, each.size, each.status) == (7, message.code, message.size, message.status)
               for each in found)  # fmt: skip
    assert len({repr(each) for each in found}) > 20
    assert msgspec.structs.asdict(message) == before


@pytest.mark.parametrize("record", [SIGNED, PLAIN, HASHED], ids=["signed", "plain", "hashed"])
def test_whoever_checks_a_record_finds_it(record: Any) -> None:
    """All but a lifetime that nobody signed."""
    rng = Random(2)
    for _ in range(300):
        changed = corrupted(record, rng)
        unsigned = record.kind is not Kind.AUTHENTICATED
        free = {"ttl_ms", "lease_ms"} if unsigned else set[str]()
        differ = {name for name in record.__struct_fields__ if getattr(changed, name) != getattr(record, name)}
        assert fault(changed, record.nid, SIGNER) is not None or differ <= free


def test_the_choice_is_the_streams() -> None:
    reply = EVERY[2]
    assert [corrupted(reply, Random(5)) for _ in range(3)] == [corrupted(reply, Random(5))] * 3


def test_what_has_nothing_to_change_stays() -> None:
    empty = GetQuery(7, b"", 48, 0)
    assert corrupted(empty, Random(1)) is empty
    assert name_id(Kind.IMMUTABLE, HASHED.key) == HASHED.nid
