"""What is stored and carried: one record per put, its version, and the checks that every receiver makes.

Rules: frozen; lifetimes in whole milliseconds as on the wire (protocol section 5); who signs is `signing.py`'s.
"""

import struct

import msgspec

from p4lab.core.names import ID_SIZE, Kind, Regime, digest, key_fault, name_id
from p4lab.core.signing import Signer

MAX_LIFETIME = 604_800  # s, one week: the cap of a TTL (RFC 8767) and of a lease
HARD_MAX_VALUE = 65_536  # bytes, whatever `max_value` says
MIN_LEASE_MS = 1000
MAX_SEQ = 2**63 - 1  # BEP 44
TOMBSTONE = 1  # bit 0 of flags

Version = tuple[int, bytes]  # (seq, H(signed bytes)); the larger wins (protocol section 5.8)
UNVERSIONED: Version = (0, b"")


class Record(msgspec.Struct, frozen=True, gc=False):
    """One put. `value` is None in an announcement (form A), which the same signature covers through `value_hash`."""

    nid: bytes
    kind: Kind
    key: bytes
    owner: bytes  # H(public key) of an authenticated name, else empty
    value: bytes | None
    value_hash: bytes
    size: int  # bytes of the value, known without it
    regime: Regime
    ttl_ms: int  # cache TTL set by the putter; 0 = never cache
    lease_ms: int  # storage lease; 0 = none
    version: Version = UNVERSIONED  # authenticated only
    entry: bytes = b""  # identity within an unauthenticated set: H(value) | secret hash
    flags: int = 0
    pub: bytes = b""
    sig: bytes = b""
    secret_hash: bytes = b""
    secret: bytes = b""  # of a removal alone: what the hash is of

    @property
    def deleted(self) -> bool:
        """Whether it takes a name or an entry back: a tombstone, or the removal of an entry."""
        return bool(self.flags & TOMBSTONE)


def immutable(value: bytes, regime: Regime, ttl_ms: int, lease_ms: int) -> Record:
    """A record named by the hash of its value."""
    key = digest(value)
    return Record(
        name_id(Kind.IMMUTABLE, key), Kind.IMMUTABLE, key, b"", value, key, len(value), regime, ttl_ms, lease_ms
    )  # fmt: skip


def unauthenticated(
    key: bytes, value: bytes, regime: Regime, ttl_ms: int, lease_ms: int, secret_hash: bytes = b""
) -> Record:
    """One entry of the append-only set under `key`; its identity is (key, H(value), secret hash), as in OpenDHT."""
    value_hash = digest(value)
    nid = name_id(Kind.UNAUTHENTICATED, key)
    entry = value_hash + secret_hash
    return Record(
        nid, Kind.UNAUTHENTICATED, key, b"", value, value_hash, len(value), regime, ttl_ms, lease_ms,
        entry=entry, secret_hash=secret_hash,
    )  # fmt: skip


def removal(key: bytes, value: bytes, regime: Regime, secret: bytes) -> Record:
    """RM: takes back the entry of this value that was put with this secret; told by its hash alone, as form A is."""
    entry = unauthenticated(key, value, regime, 0, 0, digest(secret))
    return msgspec.structs.replace(entry, value=None, flags=TOMBSTONE, secret=secret)


def signed_bytes(
    nid: bytes, seq: int, flags: int, regime: Regime, ttl_ms: int, lease_ms: int, size: int, value_hash: bytes
) -> bytes:
    """What an authenticated put signs (protocol section 5.1): regime and TTL too, so that no peer can change them."""
    return b"p4auth1" + nid + struct.pack(">QBBIII", seq, flags, regime.code, ttl_ms, lease_ms, size) + value_hash


def authenticated(
    signer: Signer, seed: bytes, key: bytes, value: bytes, regime: Regime, ttl_ms: int, lease_ms: int, seq: int,
    flags: int = 0,
) -> Record:  # fmt: skip
    """A signed, versioned record under (key, H(public key)). seed: 32 bytes that the identity's keys derive from.

    flags: TOMBSTONE for the version that takes the name back; its value is empty.
    """
    pub = signer.public_key(seed)
    owner = digest(pub)
    nid = name_id(Kind.AUTHENTICATED, key, owner)
    value_hash = digest(value)
    signed = signed_bytes(nid, seq, flags, regime, ttl_ms, lease_ms, len(value), value_hash)
    return Record(
        nid, Kind.AUTHENTICATED, key, owner, value, value_hash, len(value), regime, ttl_ms, lease_ms,
        version=(seq, digest(signed)), flags=flags, pub=pub, sig=signer.sign(seed, signed),
    )  # fmt: skip


def announcement(record: Record) -> Record:
    """Form A: the record without its value, still verifiable (protocol sections 5.1 and 5.4)."""
    return msgspec.structs.replace(record, value=None)


def fault(record: Record, nid: bytes, signer: Signer) -> str | None:
    """Why nobody may store or return this record under `nid`: a code of protocol section 5.15; None if it is sound.

    Holds for a record with its value and for an announcement; asked at admission and on every receipt (paper
    section 3.1: a customer trusts only its own provider, so each provider checks for itself). Never raises.
    """
    code = _limits(record)
    if code is not None:
        return code
    if record.nid != nid or name_id(record.kind, record.key, record.owner) != nid:
        return "E_BAD_HASH"
    value = record.value
    if value is not None and (digest(value) != record.value_hash or len(value) != record.size):
        return "E_BAD_HASH"
    if record.kind is Kind.IMMUTABLE:
        return None if record.value_hash == record.key else "E_BAD_HASH"
    if record.kind is Kind.UNAUTHENTICATED:
        if record.entry != record.value_hash + record.secret_hash:
            return "E_BAD_HASH"
        return "E_SECRET" if record.deleted and digest(record.secret) != record.secret_hash else None
    if digest(record.pub) != record.owner:
        return "E_BAD_HASH"
    signed = signed_bytes(
        nid, record.version[0], record.flags, record.regime, record.ttl_ms, record.lease_ms, record.size,
        record.value_hash,
    )  # fmt: skip
    if record.version[1] != digest(signed) or not signer.verify(record.pub, signed, record.sig):
        return "E_BAD_SIG"
    return None


def _limits(record: Record) -> str | None:
    """What protocol section 5.1 allows, so that what comes after may take it for granted.

    A field that the kind does not have must be empty: nobody signed it, so a version or an identity made up by a peer
    could otherwise push a sound record aside.
    """
    if not 0 <= record.size <= HARD_MAX_VALUE:
        return "E_TOO_BIG"
    if key_fault(record.kind, record.key, record.owner) is not None:
        return "E_KEY"
    if not 0 <= record.ttl_ms <= MAX_LIFETIME * 1000:
        return "E_TTL"
    if record.lease_ms != 0 and not MIN_LEASE_MS <= record.lease_ms <= MAX_LIFETIME * 1000:
        return "E_TTL"
    if record.kind is Kind.AUTHENTICATED:
        if record.entry or record.secret_hash or record.secret:
            return "E_BAD_HASH"
        if not 0 <= record.version[0] <= MAX_SEQ or not 0 <= record.flags <= 255:
            return "E_BAD_SIG"
        return "E_BAD_SIG" if record.size and record.flags & TOMBSTONE else None  # a tombstone has no value
    if record.version != UNVERSIONED or record.pub or record.sig:
        return "E_BAD_SIG"
    if record.kind is Kind.IMMUTABLE:
        if record.flags:
            return "E_KIND"  # nobody can take a hash back: its lease ends, or it stays
        return "E_BAD_HASH" if record.entry or record.secret_hash or record.secret else None
    if record.flags not in (0, TOMBSTONE):
        return "E_BAD_SIG"
    if record.deleted:
        return None if record.value is None and record.secret_hash else "E_SECRET"
    return None if len(record.secret_hash) in (0, ID_SIZE) and not record.secret else "E_BAD_HASH"
