"""Names and their ids, by the formula of protocol section 5.1 written out again."""

from __future__ import annotations

from hashlib import sha256

import pytest

from p4lab.core.names import KINDS, REGIMES, Kind, Regime, digest, key_fault, name_id

OWNER = sha256(b"a public key").digest()


def test_ids_follow_the_formula() -> None:
    assert name_id(Kind.AUTHENTICATED, b"news", OWNER) == sha256(b"p4n1\x02\x00\x04news" + OWNER).digest()
    assert name_id(Kind.IMMUTABLE, digest(b"v")) == sha256(b"p4n1\x01\x00\x20" + sha256(b"v").digest()).digest()
    assert name_id(Kind.UNAUTHENTICATED, "é".encode()) == sha256(b"p4n1\x03\x00\x02\xc3\xa9").digest()


def test_kinds_lengths_and_owners_keep_names_apart() -> None:
    names = [
        (Kind.AUTHENTICATED, b"k", OWNER), (Kind.AUTHENTICATED, b"k", OWNER[::-1]), (Kind.UNAUTHENTICATED, b"k", b""),
        (Kind.UNAUTHENTICATED, b"k" + OWNER, b""), (Kind.UNAUTHENTICATED, b"", b""), (Kind.IMMUTABLE, OWNER, b""),
        (Kind.UNAUTHENTICATED, b"k" * 70_000, b""), (Kind.UNAUTHENTICATED, b"k" * 70_001, b""),
    ]  # fmt: skip
    assert len({name_id(*name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("kind", "key", "owner", "sound"),
    [
        (Kind.AUTHENTICATED, b"k", OWNER, True),
        (Kind.AUTHENTICATED, b"k" * 64, OWNER, True),
        (Kind.AUTHENTICATED, b"k" * 65, OWNER, False),
        (Kind.AUTHENTICATED, b"", OWNER, False),
        (Kind.AUTHENTICATED, b"k", b"", False),
        (Kind.AUTHENTICATED, b"k", OWNER + b"x", False),
        (Kind.UNAUTHENTICATED, b"\x00", b"", True),
        (Kind.UNAUTHENTICATED, b"k" * 65, b"", False),
        (Kind.UNAUTHENTICATED, b"", b"", False),
        (Kind.UNAUTHENTICATED, b"k", OWNER, False),
        (Kind.IMMUTABLE, OWNER, b"", True),
        (Kind.IMMUTABLE, OWNER[:31], b"", False),
        (Kind.IMMUTABLE, OWNER, OWNER, False),
    ],
)
def test_what_can_be_a_name(kind: Kind, key: bytes, owner: bytes, sound: bool) -> None:
    assert (key_fault(kind, key, owner) is None) is sound


def test_codes_are_the_numbers_on_the_wire() -> None:
    assert {code: kind.value for code, kind in KINDS.items()} == {
        1: "immutable", 2: "authenticated", 3: "unauthenticated",
    }  # fmt: skip
    assert [REGIMES[code] for code in (1, 2, 3)] == [Regime.GET_BROADCAST, Regime.KEY, Regime.VALUE]
