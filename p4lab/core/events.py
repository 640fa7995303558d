"""Events: what happened, when, and because of what. The one stream that everything seen is computed from.

Rules: past tense; flat; written once. A node makes an Event without `t`, `id` and `cause`; the driver that emits it
fills these three in and nobody changes it again. New fields have defaults, so that old recordings keep opening. Nodes
are numbers (`Joined` names them), names are nids (`GetStarted` and `PutStarted` spell them out), times are seconds.
"""

import msgspec

LOST, DUPLICATE, CORRUPT = 1, 2, 4  # flags: the fate of a message, as a stream is told of it
Pair = tuple[int, int]  # the ends of a link, the lower number first


def pair_of(a: int, b: int) -> Pair:
    """The link between two nodes, as events and folds know it."""
    return (a, b) if a < b else (b, a)


class Event(msgspec.Struct, tag=True, kw_only=True, gc=False):
    """t: seconds since the run began. id: 1, 2, ... in the order of the stream. cause: the id of its cause, or 0."""

    t: float = 0.0
    id: int = 0
    cause: int = 0


class Sent(Event):
    """A message left `src` and arrives at `dst` at `due`, unless it was `lost`.

    size in bytes; code and status as in messages. duplicate: the network made it of the message that is its cause;
    corrupt: the network changed its content.
    """

    src: int
    dst: int
    code: int
    op: int
    size: int
    due: float
    status: int = 0
    lost: bool = False
    duplicate: bool = False
    corrupt: bool = False


class Joined(Event):
    """A provider is there; a child with its parent. attach: local or redirect. latency: to the parent, one way, s."""

    node: int
    name: str
    customers: int = 0
    parent: int | None = None
    attach: str = ""
    latency: float | None = None


class Housed(Event):
    """An organisation is there: `node` is its DHT proxy, a customer of `at`, a provider or another proxy.

    store: it keeps data of its own. latency: to `at`, one way, s.
    """

    node: int
    name: str
    at: int
    customers: int = 0
    store: bool = True
    latency: float = 0.0


class Attached(Event):
    """A customer node serves the customers of provider, or proxy, `provider`."""

    node: int
    provider: int


class Peered(Event):
    """`node` peers with each of `peers` (numbers above its own). latency: one way, seconds, aligned with peers."""

    node: int
    peers: tuple[int, ...]
    latency: tuple[float, ...]


class PutStarted(Event):
    """A customer of `node` asked for a put. kind and regime are the words of files; ttl and lease in seconds."""

    node: int
    op: int
    nid: bytes
    kind: str
    key: str
    owner: str
    workload: str
    regime: str
    ttl: float
    lease: float = 0.0
    seq: int = 0
    value: str = ""
    removes: bool = False  # it is a removal, of `value` where the name is a set
    scope: str = ""  # organisation, or empty: global


class PutFinished(Event):
    """The customer has the answer: a code of protocol section 5.15. latency in seconds since PutStarted."""

    node: int
    op: int
    nid: bytes
    outcome: str
    latency: float
    seq: int = 0


class GetStarted(Event):
    """A customer of `node` asked for a get."""

    node: int
    op: int
    nid: bytes
    kind: str
    key: str
    owner: str
    workload: str


class GetFinished(Event):
    """The customer has the answer. source: local, replica, cached, joined or remote. seq and digest: the version read.

    entries: the identities of the unauthenticated entries returned. silent: peers that did not answer in time.
    copy: the Stored event of the copy that was served. stale: the provider itself said that a newer version exists.
    """

    node: int
    op: int
    nid: bytes
    outcome: str
    source: str
    latency: float
    seq: int = 0
    digest: str = ""
    entries: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    silent: tuple[int, ...] = ()
    copy: int = 0
    stale: bool = False


class Stored(Event):
    """`node` holds a copy now. store: L own, S subtree, R replica, P pointer, C cached (protocol section 5.3).

    A copy replaces what that store held under the same (nid, entry). until: when it expires, None = never.
    via: the neighbour it came from; for L the redirect child whose customer put it. origin: the Stored event of the
    copy that this one was made from. spelt: kind, key, owner and the beginning of the value (of what is its own), as
    PutStarted has them, where it is told to somebody who may not have seen the put.
    """

    node: int
    op: int
    nid: bytes
    store: str
    seq: int = 0
    digest: str = ""
    entry: str = ""
    regime: str = ""
    until: float | None = None
    via: int | None = None
    origin: int = 0
    deleted: bool = False  # it is a tombstone
    spelt: tuple[str, str, str, str] | None = None


class Dropped(Event):
    """`node` gave up a copy before its time. why: replaced, superseded, expired."""

    node: int
    op: int
    nid: bytes
    store: str
    entry: str = ""
    why: str = ""


class Rejected(Event):
    """`node` refused what neighbour or customer `src` sent. code: E_BAD_HASH, E_BAD_SIG, ..."""

    node: int
    op: int
    nid: bytes
    src: int
    code: str


class Noticed(Event):
    """`node` saw that something is wrong with what neighbour `src` did, though there was nothing to refuse.

    code: E_TTL, a remaining TTL above the signed one (it was clipped); E_OLD, an older version than is known (one that
    was overtaken on its way looks the same); E_REFUSED, it would not answer a question.
    """

    node: int
    op: int
    nid: bytes
    src: int
    code: str


class LateBetter(Event):
    """After a get was answered a higher version came in and replaced the cached copy (protocol section 5.7)."""

    node: int
    op: int
    nid: bytes
    seq: int


class Equivocated(Event):
    """`node` met two versions of one seq: two providers had both said OK (protocol section 5.8)."""

    node: int
    op: int
    nid: bytes
    seq: int
    winner: str
    loser: str
    src: int = 0


class Moved(Event):
    """An identity left provider `src` and is a customer of `dst` now. owner: H(public key)."""

    identity: str
    owner: bytes
    src: int
    dst: int


class Left(Event):
    """`node` gave up the data of an identity that had moved away; onward: it keeps pointers to the new provider."""

    node: int
    owner: bytes
    entries: int
    onward: bool = False


class Unpeered(Event):
    """`node` and `peer` peer no more."""

    node: int
    peer: int


class Adopted(Event):
    """`node` has this parent from now on; None: it is a top. latency: one way, s."""

    node: int
    parent: int | None = None
    latency: float | None = None


class LinkChanged(Event):
    """The link between a and b (a < b) is like this now, both ways."""

    a: int
    b: int
    latency: float
    up: bool = True
    jitter: float = 0.0
    loss: float = 0.0
    bandwidth: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0


class Partitioned(Event):
    """Nothing passes between these groups of providers."""

    groups: tuple[tuple[int, ...], ...]


class Healed(Event):
    """No partition any more."""


class SessionUp(Event):
    """`node` has opened a session with neighbour `peer`: both said HELLO. role: what the neighbour is to it."""

    node: int
    peer: int
    role: str = ""


class SessionDown(Event):
    """`node` has lost its session with `peer`. why: link, crash, silence, unpeered, detached."""

    node: int
    peer: int
    why: str = ""


class SessionRefused(Event):
    """`node` closed a session at its HELLO. why: ROLE_MISMATCH, CYCLE, HAS_PARENT."""

    node: int
    peer: int
    why: str


class CaughtUp(Event):
    """`node` has taken what `peer` sent after a session came up: items, of which `news` changed something here."""

    node: int
    peer: int
    items: int
    news: int


class Crashed(Event):
    """A provider stopped; it hears nothing until it is restarted."""

    node: int


class Restarted(Event):
    """A provider is back. copies: how many it found in its store."""

    node: int
    copies: int = 0


class Gone(Event):
    """A provider or an organisation has left, after it parted from everybody around.

    kept: not for good. A member of a class keeps its seat, and a Restarted says that it is back.
    """

    node: int
    kept: bool = False


class ProviderChanged(Event):
    """A provider or an organisation has so many customers now; its lookup service takes so long, in seconds."""

    node: int
    customers: int
    lookup_delay: float = 0.0


class Lost(Event):
    """A message under way did not arrive: `message` is the id of its Sent, whose src, code and op are repeated here.

    why: crash, link, partition, unpeered, detached, left.
    """

    message: int
    dst: int
    why: str = ""
    src: int = 0
    code: int = 0
    op: int = 0


class Misbehaving(Event):
    """These misbehaviours of a provider are on now (protocol section 5.14); a number follows `=`."""

    node: int
    switches: tuple[str, ...] = ()


class Noted(Event):
    """A remark of a person or a scenario."""

    text: str


class Blurred(Event):
    """What is known of `node`, which runs elsewhere, is not exact here.

    late: so many of its events came to be known when later ones stood in the stream already, and stand behind them, up
    to `by` seconds after they happened. left_out: so many were never told, for want of room. refused: so many of those
    told were none that it may tell.
    """

    node: int
    late: int = 0
    by: float = 0.0
    left_out: int = 0
    refused: int = 0


AnyEvent = (
    Sent | Joined | Housed | Attached | Peered | PutStarted | PutFinished | GetStarted | GetFinished | Stored
    | Dropped | Rejected | Noticed | LateBetter | Equivocated | Moved | Left | Unpeered | Adopted | LinkChanged
    | Partitioned | Healed | SessionUp | SessionDown | SessionRefused | CaughtUp | Crashed | Restarted | Lost
    | Gone | ProviderChanged | Misbehaving | Noted | Blurred
)  # fmt: skip
