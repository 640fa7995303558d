"""Records: what is signed, byte by byte, and what nobody may store."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.names import Kind, Regime
from p4lab.core.records import (
    MAX_SEQ,
    UNVERSIONED,
    Record,
    announcement,
    authenticated,
    fault,
    immutable,
    unauthenticated,
)
from p4lab.core.signing import Ed25519, Modelled, identity_seed

SEED = identity_seed("Aster")
SIGNER = Modelled()
SIGNED = authenticated(SIGNER, SEED, b"k", b"value", Regime.VALUE, 60_000, 5_000, 7)
FIXED = immutable(b"value", Regime.KEY, 60_000, 0)
FREE = unauthenticated(b"k", b"value", Regime.GET_BROADCAST, 0, 0, sha256(b"secret").digest())


def test_the_signed_bytes() -> None:
    signer = Ed25519()
    record = authenticated(signer, SEED, b"k", b"value", Regime.KEY, 60_000, 5_000, 2**40)
    signed = (
        b"p4auth1" + record.nid + struct.pack(">Q", 2**40) + b"\x00" + b"\x02" + struct.pack(">I", 60_000)
        + struct.pack(">I", 5_000) + struct.pack(">I", 5) + sha256(b"value").digest()
    )  # fmt: skip
    assert record.version == (2**40, sha256(signed).digest())
    assert record.sig == signer.sign(SEED, signed)
    assert record.owner == sha256(signer.public_key(SEED)).digest()


def test_identities_of_unsigned_records() -> None:
    value, secret = sha256(b"value").digest(), sha256(b"secret").digest()
    assert (FIXED.key, FIXED.entry, FIXED.version) == (value, b"", UNVERSIONED)
    assert (FREE.entry, FREE.version) == (value + secret, UNVERSIONED)
    assert unauthenticated(b"k", b"value", Regime.KEY, 1, 0).entry == value


@pytest.mark.parametrize("record", [SIGNED, FIXED, FREE])
def test_a_sound_record_and_its_announcement(record: Record) -> None:
    announced = announcement(record)
    assert (announced.value, announced.size) == (None, 5)
    assert [fault(each, record.nid, SIGNER) for each in (record, announced)] == [None, None]
    assert fault(record, bytes(32), SIGNER) == "E_BAD_HASH"


BENT: list[tuple[Record, dict[str, Any], str]] = [
    (SIGNED, {"value": b"walue"}, "E_BAD_HASH"),
    (SIGNED, {"value": b"value and more"}, "E_BAD_HASH"),
    (SIGNED, {"size": 6}, "E_BAD_HASH"),
    (SIGNED, {"value": None, "size": 6}, "E_BAD_SIG"),
    (SIGNED, {"value": None, "value_hash": bytes(32)}, "E_BAD_SIG"),
    (SIGNED, {"owner": bytes(32)}, "E_BAD_HASH"),
    (SIGNED, {"pub": bytes(32)}, "E_BAD_HASH"),
    (SIGNED, {"sig": bytes(64)}, "E_BAD_SIG"),
    (SIGNED, {"sig": b""}, "E_BAD_SIG"),
    (SIGNED, {"regime": Regime.GET_BROADCAST}, "E_BAD_SIG"),
    (SIGNED, {"ttl_ms": 600_000}, "E_BAD_SIG"),
    (SIGNED, {"lease_ms": 0}, "E_BAD_SIG"),
    (SIGNED, {"flags": 1}, "E_BAD_SIG"),
    (SIGNED, {"flags": 256}, "E_BAD_SIG"),
    (SIGNED, {"version": (8, SIGNED.version[1])}, "E_BAD_SIG"),
    (SIGNED, {"version": (7, b"\xff" * 32)}, "E_BAD_SIG"),
    (SIGNED, {"version": (MAX_SEQ + 1, b"")}, "E_BAD_SIG"),
    (SIGNED, {"version": (-1, b"")}, "E_BAD_SIG"),
    (SIGNED, {"version": (2**70, b"")}, "E_BAD_SIG"),
    (SIGNED, {"entry": b"beside"}, "E_BAD_HASH"),
    (SIGNED, {"kind": Kind.UNAUTHENTICATED}, "E_KEY"),
    (FIXED, {"value": b"walue"}, "E_BAD_HASH"),
    (FIXED, {"value": None, "value_hash": bytes(32)}, "E_BAD_HASH"),
    (FIXED, {"key": b"short"}, "E_KEY"),
    (FIXED, {"version": (1, b"")}, "E_BAD_SIG"),
    (FIXED, {"entry": b"beside"}, "E_BAD_HASH"),
    (FIXED, {"ttl_ms": -1}, "E_TTL"),
    (FIXED, {"ttl_ms": 10**400}, "E_TTL"),
    (FIXED, {"ttl_ms": 604_800_001}, "E_TTL"),
    (FIXED, {"lease_ms": 999}, "E_TTL"),
    (FIXED, {"lease_ms": -1}, "E_TTL"),
    (FIXED, {"lease_ms": 604_800_001}, "E_TTL"),
    (FIXED, {"size": -1}, "E_TOO_BIG"),
    (FIXED, {"value": None, "size": 65_537}, "E_TOO_BIG"),
    (FREE, {"entry": b"mine"}, "E_BAD_HASH"),
    (FREE, {"key": b"k" * 70_000}, "E_KEY"),
    (FREE, {"key": b""}, "E_KEY"),
    (FREE, {"owner": bytes(32)}, "E_KEY"),
    (FREE, {"version": (1, b"")}, "E_BAD_SIG"),
    (FREE, {"secret_hash": b"x", "entry": FREE.value_hash + b"x"}, "E_BAD_HASH"),
    (FREE, {"flags": 1}, "E_SECRET"),
    (FREE, {"flags": 2}, "E_BAD_SIG"),
    (FREE, {"secret": b"beside"}, "E_BAD_HASH"),
    (FIXED, {"flags": 1}, "E_KIND"),
    (FREE, {"pub": b"x"}, "E_BAD_SIG"),
]


@pytest.mark.parametrize(("record", "change", "code"), BENT, ids=lambda part: str(part)[:40])
def test_what_is_bent_is_found(record: Record, change: dict[str, Any], code: str) -> None:
    assert fault(msgspec.structs.replace(record, **change), record.nid, SIGNER) == code


INTS = st.integers() | st.sampled_from((0, 1, 999, 1000, 2**31, 2**32, 2**63, 2**64, -1))
BYTES = st.binary(max_size=70)


@given(
    st.builds(
        Record, nid=BYTES, kind=st.sampled_from(Kind), key=BYTES, owner=BYTES, value=st.none() | BYTES,
        value_hash=BYTES, size=INTS, regime=st.sampled_from(Regime), ttl_ms=INTS, lease_ms=INTS,
        version=st.tuples(INTS, BYTES), entry=BYTES, flags=INTS, pub=BYTES, sig=BYTES, secret_hash=BYTES,
    )
)  # fmt: skip
def test_no_record_makes_a_check_raise(record: Record) -> None:
    assert all(fault(record, record.nid, signer) is not None for signer in (Ed25519(), SIGNER))
