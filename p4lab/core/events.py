"""Events: what happened, when, and because of what. The one stream that everything seen is computed from.

Rules: past tense; flat; written once. A node makes an Event without `t`, `id` and `cause`; the driver that emits it
fills these three in and nobody changes it again. New fields have defaults, so that old recordings keep opening. Nodes
are numbers (`Joined` names them), names are nids (`GetStarted` and `PutStarted` spell them out), times are seconds.
"""

import msgspec


class Event(msgspec.Struct, tag=True, kw_only=True, gc=False):
    """t: seconds since the run began. id: 1, 2, ... in the order of the stream. cause: the id of its cause, or 0."""

    t: float = 0.0
    id: int = 0
    cause: int = 0


class Sent(Event):
    """A message left `src` and arrives at `dst` at `due`, unless it was `lost`.

    size in bytes; code and status as in messages.
    """

    src: int
    dst: int
    code: int
    op: int
    size: int
    due: float
    status: int = 0
    lost: bool = False


class Joined(Event):
    """A provider is there; a child with its parent. attach: local or redirect. latency: to the parent, one way, s."""

    node: int
    name: str
    customers: int = 0
    parent: int | None = None
    attach: str = ""
    latency: float | None = None


class Attached(Event):
    """A customer node serves the customers of provider `provider`."""

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
    copy that this one was made from.
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


class LateBetter(Event):
    """After a get was answered a higher version came in and replaced the cached copy (protocol section 5.7)."""

    node: int
    op: int
    nid: bytes
    seq: int


class Noted(Event):
    """A remark of a person or a scenario."""

    text: str


AnyEvent = (
    Sent | Joined | Attached | Peered | PutStarted | PutFinished | GetStarted | GetFinished | Stored | Dropped
    | Rejected | LateBetter | Noted
)  # fmt: skip
