"""Every code that a put or get may be answered with here, and that a refused put leaves no trace."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest

from p4lab.core.admission import Verdict, admit
from p4lab.core.messages import PutRequest
from p4lab.core.names import Kind, digest
from p4lab.core.records import Record, authenticated, immutable, unauthenticated
from p4lab.core.signing import Modelled, identity_seed
from p4lab.core.stores import Stores
from tests.core.mesh import GB, IMM, KV, QUIET, UNAUTH, K, Mesh

WEEK = 604_800.0
WRONG = digest(b"another value").hex()

# What has been put before, the put, and its code.
PUTS: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([], {}, "OK"),
    ([], {"value": ""}, "OK"),
    ([], {"value": "v" * 1024}, "OK"),
    ([], {"value": "v" * 1025}, "E_TOO_BIG"),
    ([], {"value": "é" * 513}, "E_TOO_BIG"),
    ([], {"key": "k" * 64}, "OK"),
    ([], {"key": "k" * 65}, "E_KEY"),
    ([], {"key": "é" * 33}, "E_KEY"),
    ([], {"key": "k" * 70_000}, "E_KEY"),
    ([], {"key": ""}, "E_KEY"),
    ([], {"key": "k" * 65, "kind": UNAUTH}, "E_KEY"),
    ([], {"key": "0" * 62, "kind": IMM}, "E_KEY"),
    ([], {"key": WRONG, "kind": IMM}, "E_BAD_HASH"),
    ([], {"key": None, "kind": IMM}, "OK"),
    ([], {"ttl": 0.0}, "OK"),
    ([], {"ttl": WEEK}, "OK"),
    ([], {"ttl": WEEK + 0.001}, "E_TTL"),
    ([], {"ttl": 1e9}, "E_TTL"),
    ([], {"lease": 1.0}, "OK"),
    ([], {"lease": 0.999}, "E_TTL"),
    ([], {"lease": 0.0001}, "E_TTL"),
    ([], {"lease": WEEK + 0.001, "kind": UNAUTH}, "E_TTL"),
    ([], {"seq": 0}, "OK"),
    ([], {"seq": 2**63 - 1}, "OK"),
    ([], {"cas": 5}, "OK"),
    ([{}], {}, "OK"),
    ([{}], {"seq": 1}, "OK_DUPLICATE"),
    ([{}], {"seq": 1, "value": "other"}, "E_SEQ_CONFLICT"),
    ([{}], {"seq": 1, "regime": KV}, "E_SEQ_CONFLICT"),
    ([{"seq": 5}], {"seq": 4}, "E_SEQ_OLD"),
    ([{"seq": 5}], {"seq": 4, "cas": 5}, "E_SEQ_OLD"),
    ([{"seq": 5}], {"cas": 5}, "OK"),
    ([{"seq": 5}], {"cas": 4}, "E_CAS"),
    ([{"seq": 5}], {"seq": 5, "cas": 4}, "E_CAS"),
    ([{"seq": 2**63 - 1}], {"value": "no number is left"}, "E_SEQ_CONFLICT"),
    ([{"regime": KV}], {"regime": GB}, "OK"),
    ([{"kind": UNAUTH}], {"kind": UNAUTH}, "OK_DUPLICATE"),
    ([{"kind": UNAUTH}], {"kind": UNAUTH, "value": "w"}, "OK"),
    ([{"kind": UNAUTH}], {"kind": UNAUTH, "secret": "s"}, "OK"),
    ([{"kind": UNAUTH}], {"kind": UNAUTH, "regime": K}, "OK"),
    ([{"kind": UNAUTH, "regime": KV}], {"kind": UNAUTH, "regime": K}, "E_REGIME"),
    ([{"kind": UNAUTH, "regime": KV}], {"kind": UNAUTH, "regime": K, "value": "w"}, "OK"),
    ([{"kind": IMM, "key": None}], {"kind": IMM, "key": None}, "OK_DUPLICATE"),
    ([{"kind": IMM, "key": None, "regime": K}], {"kind": IMM, "key": None}, "E_REGIME"),
    ([{"kind": IMM, "key": None, "regime": K}], {"kind": IMM, "key": None, "regime": KV}, "OK"),
]


def held(mesh: Mesh) -> list[dict[bytes, Any]]:
    """Everything in A's stores."""
    stores = mesh.providers[0].stores
    return [stores.own, stores.replicas, stores.pointers, stores.cache, dict(stores.withdrawn)]


@pytest.mark.parametrize(("before", "put", "code"), PUTS, ids=lambda part: str(part)[:50])
def test_codes_of_puts(before: list[dict[str, Any]], put: dict[str, Any], code: str) -> None:
    mesh = Mesh(2)
    for each in before:
        mesh.put("A", **each)
    stores, flights = deepcopy(held(mesh)), len(mesh.flights)
    assert mesh.put("A", **put) == code
    if not code.startswith("OK"):
        assert (held(mesh), len(mesh.flights)) == (stores, flights)
        assert mesh.log[-1] == f"A put {code}"
        assert mesh.put("A", "another") == "OK"  # it did no lasting harm


def test_a_refused_seq_may_be_used_again() -> None:
    mesh = Mesh(1)
    assert [mesh.put("A"), mesh.put("A", value="v" * 2000), mesh.put("A", cas=9), mesh.put("A", value="two")] == [
        "OK", "E_TOO_BIG", "E_CAS", "OK",
    ]  # fmt: skip
    assert mesh.stores("A") == {"L": [("v2", float("inf"))]}


@pytest.mark.parametrize("regime", [K, KV])
def test_what_a_peer_told_of_counts_as_known(regime: Any) -> None:
    mesh = Mesh(2)
    mesh.put("A", regime=regime, seq=5)
    mesh.deliver()
    codes = [mesh.put("B", value=value, regime=regime, identity="A", seq=seq) for value, seq in (("x", 4), ("x", 5))]
    assert codes == ["E_SEQ_OLD", "E_SEQ_CONFLICT"]
    assert mesh.put("B", regime=regime, identity="A", seq=5) == "OK_DUPLICATE"
    assert mesh.put("A", regime=GB, seq=7) == "OK"
    mesh.deliver()  # the withdraw: B knows of 7 without having it
    assert mesh.put("B", value="x", identity="A", seq=6) == "E_SEQ_OLD"
    assert mesh.put("B", value="x", identity="A", seq=8, cas=7) == "OK"


def test_a_key_that_cannot_be_is_no_question_to_peers() -> None:
    mesh = Mesh(2)
    answers = [mesh.answer(mesh.get("A", key)) for key in ("k" * 65, "", "k" * 70_000)]
    assert (answers, mesh.flights) == (["A get E_KEY"] * 3, [])


SIGNER = Modelled()
SOUND = authenticated(SIGNER, identity_seed("A"), b"k", b"v", GB, 0, 0, 1)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (SOUND, "OK"),
        (msgspec.structs.replace(SOUND, sig=bytes(64)), "E_BAD_SIG"),
        (msgspec.structs.replace(SOUND, pub=bytes(32)), "E_BAD_HASH"),
        (msgspec.structs.replace(SOUND, nid=bytes(32)), "E_BAD_HASH"),
        (msgspec.structs.replace(SOUND, value=None), "E_TOO_BIG"),
        (msgspec.structs.replace(SOUND, version=(2**63, b"")), "E_BAD_SIG"),
        (msgspec.structs.replace(SOUND, kind=Kind.IMMUTABLE), "E_KEY"),
        (msgspec.structs.replace(immutable(b"v", GB, 0, 0), value=b"w"), "E_BAD_HASH"),
        (msgspec.structs.replace(unauthenticated(b"k", b"v", GB, 0, 0), entry=b""), "E_BAD_HASH"),
    ],
)
def test_a_customer_that_cheats(record: Record, code: str) -> None:
    request = PutRequest(1, record.nid, 0, record)
    assert admit(request, Stores(0), QUIET, SIGNER, 0.0) == Verdict(code)


def test_the_own_hand_is_not_above_the_cap() -> None:
    """`max_value` may be raised, but never above what every peer accepts."""
    record = immutable(b"v" * 65_537, GB, 0, 0)
    options = msgspec.structs.replace(QUIET, max_value=10**6)
    assert admit(PutRequest(1, record.nid, 0, record), Stores(0), options, SIGNER, 0.0) == Verdict("E_TOO_BIG")
