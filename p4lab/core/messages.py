"""Messages: what crosses a link. Providers speak GETQ, GETR, FETCH, FETCHR, UPDATE; customers PUT, GET, ANSWER.

A redirect child hands a customer's PUT or GET to its parent inside a CREQ and takes the ANSWER out of a CRESP.

Rules: small, flat, slotted; `code`, `status` and `size` are fields set at creation, because the trace writes them for
each message (a class variable is looked up four times slower); nobody passes `code`. Sizes follow the size model of
protocol section 5.4. `op` is the operation that a message serves.
"""

import msgspec

from p4lab.core.events import Stored
from p4lab.core.names import Kind
from p4lab.core.neighbours import Role
from p4lab.core.records import Record, Version

HELLO, BYE, UPDATE, GETQ, GETR, FETCH, FETCHR, CREQ, CRESP, SYNC_D, SYNC_I = range(1, 12)
PUT, GET, ANSWER, LEAVE = 20, 21, 22, 23
ACCESS = 20  # codes from here on pass between a customer and its provider
SESSION = frozenset((HELLO, BYE, SYNC_D, SYNC_I))
RELIABLE = SESSION | {UPDATE}  # of a session: sent again when lost (protocol section 5.12)
CODE_NAMES = {
    UPDATE: "UPDATE", GETQ: "GETQ", GETR: "GETR", FETCH: "FETCH", FETCHR: "FETCHR",
    CREQ: "CREQ", CRESP: "CRESP", HELLO: "HELLO", BYE: "BYE", SYNC_D: "SYNC_D", SYNC_I: "SYNC_I",
    PUT: "PUT", GET: "GET", ANSWER: "ANSWER", LEAVE: "LEAVE",
}  # fmt: skip

HIT, MISS, DUP, REFUSED = 1, 2, 3, 4  # status of a reply; 0 on everything else
STATUS_NAMES = {0: "", HIT: "hit", MISS: "miss", DUP: "duplicate", REFUSED: "refused"}

HEADER, NAME, OWNER = 48, 32, 32  # bytes
META_PLAIN, META_SIGNED = 16, 112
ANNOUNCE_PLAIN, ANNOUNCE_SIGNED = 16, 144
NEGATIVE = HEADER
WORD = 8  # of a fingerprint, and of an ancestor's name


def query_size(kind: Kind) -> int:
    """q of the size model: 80 plain, 112 signed."""
    return HEADER + NAME + (OWNER if kind is Kind.AUTHENTICATED else 0)


def reply_size(records: tuple[Record, ...]) -> int:
    """r of the size model, one meta block per record; n = 48 where there is none."""
    return HEADER + sum(
        (META_SIGNED if record.kind is Kind.AUTHENTICATED else META_PLAIN) + len(record.value or b"")
        for record in records
    )


def update_size(record: Record) -> int:
    """u_V of a record with its value, u_K of an announcement."""
    signed = record.kind is Kind.AUTHENTICATED
    if record.value is None:
        return HEADER + NAME + (OWNER + ANNOUNCE_SIGNED if signed else ANNOUNCE_PLAIN) + len(record.secret)
    return HEADER + NAME + (OWNER + META_SIGNED if signed else META_PLAIN) + len(record.value)


class GetQuery(msgspec.Struct, gc=False):
    """GETQ: "have you local data under this name?" Answered by exactly one GETR. From a child: "find it for me".

    patience: seconds that the asker waits; whoever asks others on its behalf takes less, to be in time. In relay mode:
    origin, nonce: who asked first, as which question; hops: how often it may be passed on; path: who has sent it.
    """

    op: int
    nid: bytes
    size: int
    qid: int  # unique at its origin
    min_seq: int = 0
    kind: Kind = Kind.AUTHENTICATED
    patience: float = 0.0
    status: int = 0
    origin: int = -1
    nonce: int = 0
    hops: int = 0
    path: tuple[int, ...] = ()
    after: bytes = b""  # the page of a set that begins behind this entry
    code: int = GETQ


class GetReply(msgspec.Struct, gc=False):
    """GETR. remaining: seconds that each record may still be cached. copy: the holder's Stored event.

    silent: providers that were asked on the asker's behalf and did not answer in time. stale: the sender knows that a
    newer version exists. placemark: the last entry told, where more of the set follow.
    """

    op: int
    nid: bytes
    size: int
    qid: int
    status: int
    records: tuple[Record, ...] = ()
    remaining: tuple[float, ...] = ()
    copy: int = 0
    silent: tuple[int, ...] = ()
    stale: bool = False
    placemark: bytes = b""
    code: int = GETR


class Fetch(msgspec.Struct, gc=False):
    """FETCH: follow a pointer to the provider that has the value. path: in relay mode, who has sent it so far."""

    op: int
    nid: bytes
    size: int
    qid: int
    min_seq: int = 0
    kind: Kind = Kind.AUTHENTICATED
    patience: float = 0.0
    after: bytes = b""
    status: int = 0
    path: tuple[int, ...] = ()
    code: int = FETCH


class FetchReply(msgspec.Struct, gc=False):
    """FETCHR: as GETR."""

    op: int
    nid: bytes
    size: int
    qid: int
    status: int
    records: tuple[Record, ...] = ()
    remaining: tuple[float, ...] = ()
    copy: int = 0
    silent: tuple[int, ...] = ()
    stale: bool = False
    placemark: bytes = b""
    code: int = FETCHR


class Update(msgspec.Struct, gc=False):
    """UPDATE: form V carries a record, form A one without its value. stored: what the sender's own copy is known by.

    path: who has sent it so far. down_only: it was learned from a peer or a parent, so it goes to children alone.
    left: seconds that remain of its lease, where it is told again; 0 = the whole lease.
    """

    op: int
    nid: bytes
    size: int
    record: Record
    stored: Stored | None = None
    path: tuple[int, ...] = ()
    down_only: bool = False
    left: float = 0.0
    status: int = 0
    code: int = UPDATE


class Hello(msgspec.Struct, gc=False):
    """HELLO opens a session. role: what the sender is to the receiver; ancestors: of the sender, its parent first.

    epoch: how often the sender has started; a session of another epoch is over.
    """

    nid: bytes
    size: int
    role: Role
    ancestors: tuple[int, ...] = ()
    epoch: int = 0
    op: int = 0
    status: int = 0
    code: int = HELLO


def greeting(role: Role, ancestors: tuple[int, ...], epoch: int) -> Hello:
    """A HELLO and its size."""
    return Hello(b"", HEADER + WORD * len(ancestors), role, ancestors, epoch)


class Bye(msgspec.Struct, gc=False):
    """BYE closes a session at its HELLO. why: ROLE_MISMATCH, CYCLE, HAS_PARENT."""

    nid: bytes
    size: int
    why: str
    op: int = 0
    status: int = 0
    code: int = BYE


class SyncDigest(msgspec.Struct, gc=False):
    """SYNC_D: what the sender has from the receiver, as XOR of fingerprints by bucket (the first bits of the nid).

    serial: how many its sender has sent, for the answers to repeat.
    """

    nid: bytes
    size: int
    buckets: tuple[int, ...]
    serial: int = 0
    op: int = 0
    status: int = 0
    code: int = SYNC_D


class SyncItems(msgspec.Struct, gc=False):
    """SYNC_I: what the receiver lacks, as the updates that it would have been sent.

    last: of its batches, which may overtake each other. batches: how many there are; place: which one this is. whole:
    the buckets, of `count`, that were told whole; in the last batch alone. serial: that of the SYNC_D.
    """

    nid: bytes
    size: int
    items: tuple[Update, ...]
    last: bool = True
    batches: int = 1
    whole: tuple[int, ...] = ()
    count: int = 1
    serial: int = 0
    place: int = 0
    op: int = 0
    status: int = 0
    code: int = SYNC_I


class PutRequest(msgspec.Struct, gc=False):
    """A customer's put, signed where the kind asks for it. cas: put only if the stored seq is this one.

    scoped: it is for the organisation that the customer belongs to, and no provider takes it.
    """

    op: int
    nid: bytes
    size: int
    record: Record
    cas: int | None = None
    scoped: bool = False
    account: bytes = b""  # of the customer, H(public key): what it stores counts for its quota, and leaves with it
    status: int = 0
    code: int = PUT


class Leave(msgspec.Struct, gc=False):
    """An identity moves away: its data may go after `port_grace`. to: its new provider."""

    op: int
    nid: bytes
    size: int
    owner: bytes
    to: int
    status: int = 0
    code: int = LEAVE


class GetRequest(msgspec.Struct, gc=False):
    """A customer's get."""

    op: int
    nid: bytes
    size: int
    kind: Kind
    key: bytes
    owner: bytes = b""
    min_seq: int = 0
    after: bytes = b""  # the page of a set that begins behind this entry
    status: int = 0
    code: int = GET


class Answer(msgspec.Struct, gc=False):
    """What a provider tells its customer: a code of protocol section 5.15, and for a get where the value came from.

    remaining: seconds that the records may still be cached, by an organisation's proxy.
    """

    op: int
    nid: bytes
    size: int
    status: int
    outcome: str  # OK, NOT_FOUND, PARTIAL, TIMEOUT, E_...
    source: str = ""  # local, replica, cached, joined, remote
    records: tuple[Record, ...] = ()
    version: Version = (0, b"")
    stale: bool = False  # flagged: older than what was asked for
    silent: tuple[int, ...] = ()  # peers that did not answer in time
    copy: int = 0
    remaining: float = 0.0
    placemark: bytes = b""  # the last entry of this page, where another page follows
    code: int = ANSWER


class Relayed(msgspec.Struct, gc=False):
    """CREQ: a redirect child hands its customer's request to its parent; size: that of the request."""

    op: int
    nid: bytes
    size: int
    qid: int  # unique at its sender
    request: PutRequest | GetRequest | Leave
    patience: float = 0.0  # as in GETQ
    status: int = 0
    code: int = CREQ


class RelayedAnswer(msgspec.Struct, gc=False):
    """CRESP: the answer to a CREQ; size and status: those of the answer."""

    op: int
    nid: bytes
    size: int
    qid: int
    status: int
    answer: Answer
    code: int = CRESP


Query = GetQuery | Fetch
Reply = GetReply | FetchReply
Message = (
    GetQuery | GetReply | Fetch | FetchReply | Update | Relayed | RelayedAnswer | PutRequest | GetRequest | Answer
    | Hello | Bye | SyncDigest | SyncItems | Leave
)  # fmt: skip
