"""The customers of one provider: they make and sign records, ask, and tell when the answer is there.

Rules: a customer talks to its own provider alone (paper section 2). One node stands for all customers of a provider;
whose key signs is the identity's name. Wallets are shared by the customers of a run, because an identity may move.
"""

import functools
from math import inf

import msgspec

from p4lab.core import messages
from p4lab.core.commands import Get, Put
from p4lab.core.contract import NOTHING, Effect, Emit, Input, Received, Requested, Send
from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.core.messages import Answer, GetRequest, PutRequest
from p4lab.core.names import Kind, Scope, digest, name_id
from p4lab.core.records import MAX_SEQ, Record, authenticated, immutable, unauthenticated
from p4lab.core.signing import Signer, identity_seed

U32_MAX = 2**32 - 1  # lifetimes are u32 milliseconds on the wire; a longer one is refused by the provider (E_TTL)


class Wallet:
    """The identities of a run and the last seq that each signed per name."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.seqs: dict[bytes, int] = {}  # nid -> last seq; an authenticated nid has one owner
        self.owner = functools.cache(self._owner)
        self.name = functools.lru_cache(maxsize=65_536)(self._name)

    def _owner(self, identity: str) -> bytes:
        return digest(self.signer.public_key(identity_seed(identity)))

    def _name(self, kind: Kind, key: str | None, of: str | None, identity: str) -> tuple[bytes, bytes, bytes]:
        """(nid, key, owner) of a name as files spell it; an immutable key is hex, or `of` its value."""
        owner = b""
        if kind is Kind.IMMUTABLE:
            raw = digest((of or "").encode()) if key is None else _unhex(key)
        else:
            raw = (key or "").encode()
            owner = self.owner(identity) if kind is Kind.AUTHENTICATED else b""
        return name_id(kind, raw, owner), raw, owner


class _Asked(msgspec.Struct, gc=False):
    started: float
    put: bool
    seq: int = 0
    seq_before: int = 0


class Customer:
    """A customer node. me: its number; provider: the number and name of its provider."""

    def __init__(self, me: int, provider: int, name: str, wallet: Wallet) -> None:
        self.me = me
        self.wake_at = inf
        self._provider = provider
        self._name = name
        self._wallet = wallet
        self._asked: dict[int, _Asked] = {}

    def handle(self, data: Input, now: float) -> list[Effect]:
        """A request goes out, or an answer comes home."""
        if type(data) is Requested:
            command = data.command
            if type(command) is Get:
                return self._get(command, data, now)
            return self._put(command, data, now) if type(command) is Put else NOTHING
        if type(data) is Received and type(data.message) is Answer and data.src == self._provider:
            return self._answered(data.message, now)
        return NOTHING

    def _get(self, get: Get, data: Requested, now: float) -> list[Effect]:
        identity = get.owner or get.by
        nid, key, owner = self._wallet.name(get.kind, get.key, get.of, identity)
        op = data.op
        self._asked[op] = _Asked(now, False)
        label = key.hex() if get.kind is Kind.IMMUTABLE else get.key or ""
        named = identity if get.kind is Kind.AUTHENTICATED else ""
        started = GetStarted(self._provider, op, nid, get.kind.value, label, named, data.workload)
        size = messages.query_size(get.kind)
        min_seq = get.min_version or 0 if get.kind is Kind.AUTHENTICATED else 0  # the others have no versions
        request = GetRequest(op, nid, size, get.kind, key, owner, min_seq)
        return [Emit(started, leads=True), Send(self._provider, request)]

    def _put(self, put: Put, data: Requested, now: float) -> list[Effect]:
        identity = put.identity or put.by
        op = data.op
        record = self._record(put, identity)
        seq, before = record.version[0], self._wallet.seqs.get(record.nid, 0)
        if put.kind is Kind.AUTHENTICATED:
            self._wallet.seqs[record.nid] = max(before, seq)
        self._asked[op] = _Asked(now, True, seq, before)
        named = identity if put.kind is Kind.AUTHENTICATED else ""
        label = record.key.hex() if put.kind is Kind.IMMUTABLE else put.key or ""
        scoped = put.scope is Scope.ORGANISATION
        started = PutStarted(
            self._provider, op, record.nid, put.kind.value, label, named, data.workload, put.regime.value, put.ttl,
            put.lease, seq, put.value, scope=put.scope.value if scoped else "",
        )  # fmt: skip
        request = PutRequest(op, record.nid, messages.update_size(record), record, put.cas, scoped)
        return [Emit(started, leads=True), Send(self._provider, request)]

    def _record(self, put: Put, identity: str) -> Record:
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
        nid = self._wallet.name(put.kind, put.key, None, identity)[0]
        seq = min(self._wallet.seqs.get(nid, 0) + 1, MAX_SEQ) if put.seq is None else put.seq
        return authenticated(self._wallet.signer, identity_seed(identity), key, value, put.regime, ttl, lease, seq)

    def _answered(self, answer: Answer, now: float) -> list[Effect]:
        asked = self._asked.pop(answer.op, None)
        if asked is None:
            return NOTHING
        latency = now - asked.started
        if asked.put:
            seqs = self._wallet.seqs
            if not answer.outcome.startswith("OK") and seqs.get(answer.nid) == asked.seq:
                seqs[answer.nid] = asked.seq_before  # a refused seq may be used again
            return [Emit(PutFinished(self._provider, answer.op, answer.nid, answer.outcome, latency, asked.seq))]
        seq, version_hash = answer.version
        finished = GetFinished(
            self._provider, answer.op, answer.nid, answer.outcome, answer.source, latency, seq, version_hash[:8].hex(),
            tuple([record.entry[:8].hex() for record in answer.records if record.entry]),
            tuple([text(record.value or b"") for record in answer.records]), answer.silent, answer.copy, answer.stale,
        )  # fmt: skip
        return [Emit(finished)]


def _milliseconds(seconds: float) -> int:
    """A lifetime as on the wire; a shortest one is not none at all, which would mean for ever."""
    return 0 if seconds == 0 else min(max(round(seconds * 1000), 1), U32_MAX)


def text(value: bytes) -> str:
    """A value as people read it: text where it is UTF-8, else hex behind "hex:" (contracts section 5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "hex:" + value.hex()


def _unhex(key: str) -> bytes:
    """The bytes of a hex key; what is not hex is no immutable key, and its bytes will be refused as such."""
    try:
        return bytes.fromhex(key)
    except ValueError:
        return key.encode()
