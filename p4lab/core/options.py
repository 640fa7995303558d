"""Every option of the protocol, by its name in scenario files, with its default (contracts section 2).

Rules: one flat record, shared by all providers of a run; a new option brings its precedent as a comment.
"""

import enum

import msgspec


class Mesh(enum.Enum):
    """What peers do where a peering is missing (protocol section 5.11)."""

    MESH = "mesh"  # never relay: a missing peering is a hole
    RELAY = "relay"  # peers pass on updates and questions
    STRICT = "strict"  # holes are refused when the scenario is read


class UnauthenticatedGets(enum.Enum):
    """What a provider with local values does on an unauthenticated get (protocol section 5.7, paper footnote 2)."""

    LOCAL_ONLY = "local_only"  # the paper's letter: answer what is here and ask nobody
    BACKGROUND_MERGE = "background_merge"  # answer at once, ask the others for the next reader
    WAIT_ALL = "wait_all"  # ask everybody first


class Signatures(enum.Enum):
    """How authenticated records are signed in a simulated run."""

    REAL = "real"  # Ed25519
    MODELLED = "modelled"  # a cheap deterministic stand-in with the same sizes


class Attach(enum.Enum):
    """How a child hangs below its parent (paper section 3.3)."""

    LOCAL = "local"  # it has a lookup service of its own and exchanges updates with its parent
    REDIRECT = "redirect"  # its customers' requests go to the parent


class ChildUp(enum.Enum):
    """What a child tells its parent of a get-broadcast put (protocol section 5.5)."""

    VALUE = "value"
    ANNOUNCE = "announce"
    NONE = "none"


class Quorum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Authenticated gets answer once this many peers have been heard and one had the value (IPNS: 16 of 20)."""

    quorum: int


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds and bytes throughout."""

    mesh: Mesh = Mesh.MESH
    query_timeout: float = 2.0  # RFC 2187 waits 2 s, RFC 8767 1.8 s
    max_value: int = 1024  # OpenDHT 1024, BEP 44 1000
    coalesce: bool = True
    parallel: bool = False  # paper section 2.2: ask peers while the own lookup still runs
    unauthenticated_gets: UnauthenticatedGets = UnauthenticatedGets.BACKGROUND_MERGE
    authenticated_gets: str | Quorum = "first"  # "first", "all" or a quorum
    pointer_fallback: bool = True
    child_up: ChildUp = ChildUp.VALUE
    access_latency: float = 0.0  # customer to its provider, one way
    signatures: Signatures = Signatures.REAL
    down_after: int = 3  # silent questions in a row until nobody waits for a neighbour (ICP: 20); 0 = never
    hold_time: float = 3.0  # how long silence lasts until both ends of a cut session know (BGP: 90 s)
    relay_hops: int = 7  # how far a question is passed on in mode relay (Gnutella's TTL)
    commit_delay: float = 0.0  # until what a provider stores survives a crash; effects wait for it
    w_sync: float = 86_400.0  # longest outage that removals and withdraws are remembered for
    max_stale: float = 0.0  # how long an expired cached copy may still serve when all holders are silent (RFC 8767)
    neg_ttl: float = 0.0  # how long NOT_FOUND is remembered, up to 60 (RFC 2308 allows hours)
    max_entries: int = 0  # records that one customer may have stored at its provider; 0 = any number
    max_bytes: int = 0  # bytes of values likewise
    maxvals: int = 100  # values in one answer; the rest comes page by page (OpenDHT's maxvals and placemark)
    port_grace: float = 30.0  # how long the old provider keeps the data of an identity that moved
    onward: bool = False  # and whether it then points to the new one (number portability's onward routing)
