"""The protocol's messages as strict structs, one for each of core/messages.py, tagged with its code.

Rules: every field has its limits, and defaults where an older peer might leave it out; `core` makes the message of
core/messages.py, of which nobody but us chooses the `size`: it is how long the bytes really are.
"""

import struct
from typing import Annotated, Any

from msgspec import Meta

from p4lab.core import messages as m
from p4lab.core.events import Stored
from p4lab.core.messages import Message
from p4lab.core.names import KINDS, name_id
from p4lab.core.neighbours import Role
from p4lab.core.sync import MOST_BUCKETS
from p4lab.live.wire_records import (
    MOST_RECORDS,
    Code,
    Count,
    Entry,
    Hash,
    Key,
    Nid,
    Node,
    NodeOrNone,
    Nodes,
    Seconds,
    Seq,
    Status,
    Wire,
    WireRecord,
    WireVersion,
    record_in,
)

MOST_ITEMS = 64  # of one SYNC_I

Word = Annotated[str, Meta(max_length=24, pattern=r"^[A-Z_]*\Z")]  # of a code, as in E_BAD_SIG
Source = Annotated[str, Meta(max_length=7, pattern=r"^(|local|replica|cached|joined|remote)\Z")]
Places = Annotated[int, Meta(ge=0, le=2**20)]  # batches of one SYNC_I: of 2**24 items
Bucket = Annotated[int, Meta(ge=0, le=MOST_BUCKETS - 1)]
Records = Annotated[tuple[WireRecord, ...], Meta(max_length=MOST_RECORDS)]
Remaining = Annotated[tuple[Seconds, ...], Meta(max_length=MOST_RECORDS)]


class WireGetQuery(Wire, frozen=True, tag=m.GETQ):
    """GETQ."""

    op: Count
    nid: Nid
    qid: Count
    min_seq: Seq
    kind: Code
    patience: Seconds
    origin: NodeOrNone = -1
    nonce: Count = 0
    hops: Annotated[int, Meta(ge=0, le=64)] = 0
    path: Nodes = ()
    after: Entry = b""

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.GetQuery(
            self.op, self.nid, size, self.qid, self.min_seq, KINDS[self.kind], self.patience, 0, self.origin,
            self.nonce, self.hops, self.path, self.after,
        )  # fmt: skip


class WireFetch(Wire, frozen=True, tag=m.FETCH):
    """FETCH."""

    op: Count
    nid: Nid
    qid: Count
    min_seq: Seq
    kind: Code
    patience: Seconds
    after: Entry = b""
    path: Nodes = ()

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.Fetch(
            self.op, self.nid, size, self.qid, self.min_seq, KINDS[self.kind], self.patience, self.after, 0, self.path
        )  # fmt: skip


class WireReply(Wire, frozen=True):
    """What both replies have."""

    op: Count
    nid: Nid
    qid: Count
    status: Status
    records: Records = ()
    remaining: Remaining = ()
    copy: Count = 0
    silent: Nodes = ()
    stale: bool = False
    placemark: Entry = b""


class WireGetReply(WireReply, frozen=True, tag=m.GETR):
    """GETR."""

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.GetReply(self.op, self.nid, size, *_reply_in(self))


class WireFetchReply(WireReply, frozen=True, tag=m.FETCHR):
    """FETCHR."""

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.FetchReply(self.op, self.nid, size, *_reply_in(self))


class WireUpdate(Wire, frozen=True, tag=m.UPDATE):
    """UPDATE. stored: the id of that event, 0 = none."""

    op: Count
    record: WireRecord
    stored: Count = 0
    path: Nodes = ()
    down_only: bool = False
    left: Seconds = 0.0

    def core(self, size: int) -> m.Update:
        """As the core has it; in a SYNC_I, without the size of the whole."""
        record = record_in(self.record)
        stored = Stored(0, self.op, record.nid, "", id=self.stored) if self.stored else None
        own = size or m.update_size(record)
        return m.Update(self.op, record.nid, own, record, stored, self.path, self.down_only, self.left)


class WireHello(Wire, frozen=True, tag=m.HELLO):
    """HELLO."""

    role: Role
    ancestors: Nodes
    epoch: Count

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.Hello(b"", size, self.role, self.ancestors, self.epoch)


class WireBye(Wire, frozen=True, tag=m.BYE):
    """BYE."""

    why: Word

    def core(self, size: int) -> Message:
        """As the core has it."""
        return m.Bye(b"", size, self.why)


class WireSyncDigest(Wire, frozen=True, tag=m.SYNC_D):
    """SYNC_D. buckets: 8 bytes each."""

    buckets: Annotated[bytes, Meta(max_length=8 * MOST_BUCKETS)]
    serial: Count

    def core(self, size: int) -> Message:
        """As the core has it."""
        count, rest = divmod(len(self.buckets), 8)
        if rest:
            raise ValueError("a bucket has 8 bytes")
        return m.SyncDigest(b"", size, struct.unpack(f">{count}Q", self.buckets), self.serial)


class WireSyncItems(Wire, frozen=True, tag=m.SYNC_I):
    """SYNC_I."""

    items: Annotated[tuple[WireUpdate, ...], Meta(max_length=MOST_ITEMS)]
    last: bool
    batches: Places
    whole: Annotated[tuple[Bucket, ...], Meta(max_length=MOST_BUCKETS)]
    count: Annotated[int, Meta(ge=1, le=MOST_BUCKETS)]
    serial: Count
    place: Places

    def core(self, size: int) -> Message:
        """As the core has it."""
        items = tuple([item.core(0) for item in self.items])
        return m.SyncItems(
            b"", size, items, self.last, self.batches, self.whole, self.count, self.serial, self.place
        )  # fmt: skip


class WirePut(Wire, frozen=True, tag=m.PUT):
    """PUT."""

    op: Count
    record: WireRecord
    cas: Seq | None = None
    scoped: bool = False
    account: Hash = b""

    def core(self, size: int) -> m.PutRequest:
        """As the core has it."""
        record = record_in(self.record)
        return m.PutRequest(self.op, record.nid, size, record, self.cas, self.scoped, self.account)


class WireGet(Wire, frozen=True, tag=m.GET):
    """GET."""

    op: Count
    kind: Code
    key: Key
    owner: Hash = b""
    min_seq: Seq = 0
    after: Entry = b""

    def core(self, size: int) -> m.GetRequest:
        """As the core has it."""
        kind = KINDS[self.kind]
        nid = name_id(kind, self.key, self.owner)
        return m.GetRequest(self.op, nid, size, kind, self.key, self.owner, self.min_seq, self.after)


class WireLeave(Wire, frozen=True, tag=m.LEAVE):
    """LEAVE."""

    op: Count
    owner: Nid
    to: Node

    def core(self, size: int) -> m.Leave:
        """As the core has it."""
        return m.Leave(self.op, self.owner, size, self.owner, self.to)


class WireAnswer(Wire, frozen=True, tag=m.ANSWER):
    """ANSWER."""

    op: Count
    nid: Nid
    status: Status
    outcome: Word
    source: Source = ""
    records: Records = ()
    version: WireVersion = (0, b"")
    stale: bool = False
    silent: Nodes = ()
    copy: Count = 0
    remaining: Seconds = 0.0
    placemark: Entry = b""

    def core(self, size: int) -> m.Answer:
        """As the core has it."""
        return m.Answer(
            self.op, self.nid, size, self.status, self.outcome, self.source, tuple(map(record_in, self.records)),
            self.version, self.stale, self.silent, self.copy, self.remaining, self.placemark,
        )  # fmt: skip


class WireRelayed(Wire, frozen=True, tag=m.CREQ):
    """CREQ."""

    qid: Count
    request: WirePut | WireGet | WireLeave
    patience: Seconds

    def core(self, size: int) -> Message:
        """As the core has it."""
        request = self.request.core(size)
        return m.Relayed(request.op, request.nid, size, self.qid, request, self.patience)


class WireRelayedAnswer(Wire, frozen=True, tag=m.CRESP):
    """CRESP."""

    qid: Count
    answer: WireAnswer

    def core(self, size: int) -> Message:
        """As the core has it."""
        answer = self.answer.core(size)
        return m.RelayedAnswer(answer.op, answer.nid, size, self.qid, answer.status, answer)


def _reply_in(wire: WireReply) -> tuple[Any, ...]:
    records = tuple(map(record_in, wire.records))
    return wire.qid, wire.status, records, wire.remaining, wire.copy, wire.silent, wire.stale, wire.placemark


AnyWire = (
    WireGetQuery | WireGetReply | WireFetch | WireFetchReply | WireUpdate | WireHello | WireBye | WireSyncDigest
    | WireSyncItems | WirePut | WireGet | WireLeave | WireAnswer | WireRelayed | WireRelayedAnswer
)  # fmt: skip
