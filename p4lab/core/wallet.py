"""The identities of a run: their keys, the last seq that each signed per name, and what each has stored by now.

Rules: shared by the customers of a run, because an identity may move (protocol section 5.13). What a provider refused
does not count. A lifetime is whole milliseconds from here on.
"""

import functools
from collections.abc import Callable
from math import inf

import msgspec

from p4lab.core.commands import Put, Remove
from p4lab.core.names import Kind, Regime, digest, name_id
from p4lab.core.records import MAX_SEQ, TOMBSTONE, Record, authenticated, immutable, removal, unauthenticated
from p4lab.core.signing import Signer, identity_seed

KEPT = ("OK", "OK_DUPLICATE", "E_SEQ_OLD")  # what leaves nothing behind that only the old provider has
U32_MAX = 2**32 - 1  # lifetimes are u32 milliseconds on the wire; a longer one is refused by the provider (E_TTL)


class Stub(msgspec.Struct, gc=False):
    """A record that a provider has accepted, as its owner remembers it. until: the end of its lease, seconds."""

    record: Record
    key: str  # as files spell it
    until: float


class _Moving(msgspec.Struct):
    """What an identity that moves is putting again. open: operations not answered yet; kept: whether all were OK."""

    open: set[int]
    kept: bool = True


class Wallet:
    """seqs: nid -> last seq; an authenticated nid has one owner. seed_of: the 32-byte seed of an identity's keys.

    In simulations that comes from the name alone, so that equal seeds give equal runs; in life it is random and kept.
    """

    def __init__(self, signer: Signer, seed_of: Callable[[str], bytes] = identity_seed) -> None:
        self.signer = signer
        self._seed_of = seed_of
        self.seqs: dict[bytes, int] = {}
        self.owners: dict[str, bytes] = {}  # H(public key) of those whose keys are elsewhere, before they are asked for
        self.owner = functools.cache(self._owner)
        self.name = functools.lru_cache(maxsize=65_536)(self._name)
        self._moving: dict[str, _Moving] = {}  # by identity
        self._stubs: dict[str, dict[tuple[bytes, bytes], Stub]] = {}  # identity -> (nid, entry) -> what is stored

    def record(self, put: Put, identity: str) -> Record:
        """What a put stores, signed where the kind asks for it."""
        value = put.value.encode()
        ttl, lease = _milliseconds(put.ttl), _milliseconds(put.lease)
        if put.kind is Kind.IMMUTABLE:
            record = immutable(value, put.regime, ttl, lease)
            if put.key is None:
                return record
            key = _unhex(put.key)  # whether it is the hash is for the provider to judge
            return msgspec.structs.replace(record, key=key, nid=name_id(put.kind, key))
        key = (put.key or "").encode()
        if put.kind is Kind.UNAUTHENTICATED:
            secret = b"" if put.secret is None else digest(put.secret.encode())
            return unauthenticated(key, value, put.regime, ttl, lease, secret)
        seq = self._next(self.name(put.kind, put.key, None, identity)[0]) if put.seq is None else put.seq
        return authenticated(self.signer, self._seed_of(identity), key, value, put.regime, ttl, lease, seq)

    def removal(self, remove: Remove, identity: str) -> Record:
        """What takes a name or an entry back. It goes where the last put went, with the same lifetimes (section 5.9).

        Nobody can take an immutable value back; the provider is asked all the same, and says so.
        """
        nid, key, _ = self.name(remove.kind, remove.key, None, identity)
        if remove.kind is Kind.IMMUTABLE:
            return msgspec.structs.replace(
                immutable(b"", Regime.GET_BROADCAST, 0, 0), nid=nid, key=key, flags=TOMBSTONE
            )
        if remove.kind is Kind.UNAUTHENTICATED:
            secret, value = (remove.secret or "").encode(), (remove.value or "").encode()
            return removal(key, value, Regime.GET_BROADCAST, secret)
        last = self._stubs.get(identity, {}).get((nid, b""))
        regime, ttl, lease = Regime.GET_BROADCAST, 0, 0
        if last is not None:
            regime, ttl, lease = last.record.regime, last.record.ttl_ms, last.record.lease_ms
        return authenticated(
            self.signer, self._seed_of(identity), key, b"", regime, ttl, lease, self._next(nid), TOMBSTONE
        )

    def stored(self, identity: str, key: str, record: Record, now: float) -> None:
        """A provider has accepted it: this is what the identity has under the name now."""
        stubs, name = self._stubs.setdefault(identity, {}), (record.nid, record.entry)
        if record.deleted and record.kind is Kind.UNAUTHENTICATED:
            stubs.pop(name, None)
            return
        known = stubs.get(name)
        if known is not None and known.record.version > record.version:
            return
        leased = record.lease_ms and not record.deleted
        stubs[name] = Stub(record, key, now + record.lease_ms / 1000 if leased else inf)

    def stub(self, identity: str, nid: bytes) -> Stub | None:
        """What the identity has stored last under a name that has one record."""
        return self._stubs.get(identity, {}).get((nid, b""))

    def belongings(self, identity: str, now: float) -> list[Stub]:
        """All that the identity has stored and whose lease has not ended, tombstones too, oldest name first."""
        return [stub for stub in self._stubs.get(identity, {}).values() if stub.until > now]

    def moves(self, identity: str, ops: set[int]) -> None:
        """The identity is a customer elsewhere now, and puts its belongings there by these operations."""
        self._moving[identity] = _Moving(ops)

    def answered(self, identity: str, op: int, outcome: str) -> None:
        """A put of the identity was answered; it may be one that its move waits for."""
        moving = self._moving.get(identity)
        if moving is not None and op in moving.open:
            moving.open.remove(op)
            moving.kept = moving.kept and outcome in KEPT

    def settled(self, identity: str) -> bool | None:
        """Whether its new provider has all that it brought; None while that is not known."""
        moving = self._moving.get(identity)
        return True if moving is None else None if moving.open else moving.kept

    def _next(self, nid: bytes) -> int:
        return min(self.seqs.get(nid, 0) + 1, MAX_SEQ)

    def _owner(self, identity: str) -> bytes:
        known = self.owners.get(identity)
        return digest(self.signer.public_key(self._seed_of(identity))) if known is None else known

    def _name(self, kind: Kind, key: str | None, of: str | None, identity: str) -> tuple[bytes, bytes, bytes]:
        """(nid, key, owner) of a name as files spell it; an immutable key is hex, or `of` its value."""
        owner = b""
        if kind is Kind.IMMUTABLE:
            raw = digest((of or "").encode()) if key is None else _unhex(key)
        else:
            raw = (key or "").encode()
            owner = self.owner(identity) if kind is Kind.AUTHENTICATED else b""
        return name_id(kind, raw, owner), raw, owner


def _milliseconds(seconds: float) -> int:
    """A lifetime as on the wire; a shortest one is not none at all, which would mean for ever."""
    return 0 if seconds == 0 else min(max(round(seconds * 1000), 1), U32_MAX)


def _unhex(key: str) -> bytes:
    """The bytes of a hex key; what is not hex is no immutable key, and its bytes will be refused as such."""
    try:
        return bytes.fromhex(key)
    except ValueError:
        return key.encode()
