"""Sizes by the table of protocol section 5.4, and the codes that a trace writes."""

from __future__ import annotations

import msgspec
import pytest

from p4lab.core import messages
from p4lab.core.messages import CODE_NAMES, Message, query_size, reply_size, update_size
from p4lab.core.names import Kind, Regime
from p4lab.core.records import Record, announcement, authenticated, immutable, unauthenticated
from p4lab.core.signing import Modelled, identity_seed

V = b"v" * 100
PLAIN = [immutable(V, Regime.KEY, 0, 0), unauthenticated(b"k", V, Regime.KEY, 0, 0)]
SIGNED = authenticated(Modelled(), identity_seed("Aster"), b"k", V, Regime.KEY, 0, 0, 1)


@pytest.mark.parametrize("record", PLAIN)
def test_plain_sizes(record: Record) -> None:
    sizes = query_size(record.kind), reply_size((record,)), update_size(record), update_size(announcement(record))
    assert sizes == (80, 64 + 100, 96 + 100, 96)


def test_signed_sizes() -> None:
    sizes = query_size(SIGNED.kind), reply_size((SIGNED,)), update_size(SIGNED), update_size(announcement(SIGNED))
    assert sizes == (112, 160 + 100, 224 + 100, 256)


def test_a_negative_reply_and_a_set() -> None:
    one = PLAIN[1]
    assert (reply_size(()), reply_size((one, one)), messages.NEGATIVE) == (48, 48 + 2 * (16 + 100), 48)
    assert query_size(Kind.IMMUTABLE) == 80


def test_every_message_has_its_own_code_and_carries_it() -> None:
    types = Message.__args__
    codes = {each: next(f.default for f in msgspec.structs.fields(each) if f.name == "code") for each in types}
    assert sorted(codes.values()) == sorted(CODE_NAMES)
    assert {codes[each] >= messages.ACCESS for each in types if each.__name__ in ("PutRequest", "Answer")} == {True}
