"""A record on the wire, and the limits of what a peer may write into any field.

Rules: what can be worked out is not sent: the name's id, the owner, the hash and the size of a value that is there, the
version's hash, the entry. So a peer cannot claim them, and bytes are saved; who receives still checks the record
(records.fault). A record that is not sound arrives as another one.
"""

import functools
from typing import Annotated

import msgspec
from msgspec import Meta

from p4lab.core.names import KINDS, MAX_KEY, REGIMES, Kind, digest, name_id
from p4lab.core.records import MAX_SEQ, UNVERSIONED, Record, Version, signed_bytes

MAX_VALUE = 8192  # bytes; the largest `max_value` of a live node, so that two signatures more still fit one frame
MAX_SECRET = 1024  # bytes of the secret that takes an entry back
MOST_RECORDS = 64  # in one message; the rest comes page by page
MOST_NODES = 256  # in one list of providers: as many as a class has
MOST_SECONDS = 1e7  # of a lifetime or of patience; a lease has at most a week

Node = Annotated[int, Meta(ge=0, le=32_767)]  # a provider's number is its seat
NodeOrNone = Annotated[int, Meta(ge=-1, le=32_767)]
Nodes = Annotated[tuple[Node, ...], Meta(max_length=MOST_NODES)]
Nid = Annotated[bytes, Meta(min_length=32, max_length=32)]
Hash = Annotated[bytes, Meta(max_length=32)]  # or nothing
Entry = Annotated[bytes, Meta(max_length=64)]
Key = Annotated[bytes, Meta(max_length=MAX_KEY)]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]  # operations, questions, events
Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Milliseconds = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Seconds = Annotated[float, Meta(ge=0.0, le=MOST_SECONDS)]
Code = Annotated[int, Meta(ge=1, le=3)]  # of a kind, or of a regime
Status = Annotated[int, Meta(ge=0, le=4)]


class Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """An array without names, so that no field comes twice; what is left over is an error."""


class Absent(Wire, frozen=True):
    """What stands for the value in an announcement or a removal."""

    size: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    value_hash: Nid


class WireRecord(Wire, frozen=True):
    """A record, without what can be worked out."""

    kind: Code
    key: Key
    body: Annotated[bytes, Meta(max_length=MAX_VALUE)] | Absent
    regime: Code
    ttl_ms: Milliseconds
    lease_ms: Milliseconds
    seq: Seq = 0
    flags: Annotated[int, Meta(ge=0, le=255)] = 0
    pub: Hash = b""
    sig: Annotated[bytes, Meta(max_length=64)] = b""
    secret_hash: Hash = b""
    secret: Annotated[bytes, Meta(max_length=MAX_SECRET)] = b""


WireVersion = tuple[Seq, Hash]


def record_out(record: Record) -> WireRecord:
    """To be sent."""
    value = record.value
    return WireRecord(
        record.kind.code, record.key, Absent(record.size, record.value_hash) if value is None else value,
        record.regime.code, record.ttl_ms, record.lease_ms, record.version[0], record.flags, record.pub, record.sig,
        record.secret_hash, record.secret,
    )  # fmt: skip


def record_in(wire: WireRecord) -> Record:
    """As it was received; whether it is sound is for the core to say."""
    kind, key, regime, body = KINDS[wire.kind], wire.key, REGIMES[wire.regime], wire.body
    if isinstance(body, bytes):
        value: bytes | None = body
        size, value_hash = len(body), digest(body)
    else:
        value, size, value_hash = None, body.size, body.value_hash
    version: Version = (wire.seq, b"") if wire.seq else UNVERSIONED
    owner = entry = b""
    pub = wire.pub
    if kind is Kind.AUTHENTICATED:
        pub, owner = _signer(pub)
        nid = name_id(kind, key, owner)
        signed = signed_bytes(nid, wire.seq, wire.flags, regime, wire.ttl_ms, wire.lease_ms, size, value_hash)
        version = wire.seq, digest(signed)
    else:
        nid = name_id(kind, key)
        if kind is Kind.UNAUTHENTICATED:
            entry = value_hash + wire.secret_hash
    return Record(
        nid, kind, key, owner, value, value_hash, size, regime, wire.ttl_ms, wire.lease_ms, version, entry, wire.flags,
        pub, wire.sig, wire.secret_hash, wire.secret,
    )  # fmt: skip


@functools.lru_cache(maxsize=4_096)
def _signer(pub: bytes) -> tuple[bytes, bytes]:
    """A public key and its hash, once in memory however many records it has signed."""
    return pub, digest(pub)
