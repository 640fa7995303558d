"""Commands: what a person or a scenario asks of a run. The same records stand in `[[do]]` rows.

Rules: imperative names; fields as in contracts section 2; a command says who by name, never by node number.
"""

import msgspec

from p4lab.core.names import Kind, Regime, Scope
from p4lab.core.options import Attach as Hang

BY_HAND = "by hand"  # the workload that hand-driven operations are counted under
DEFAULT_TTL = 60.0  # s, the putter's cache TTL where none is given


class Put(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Store `value` under `key` through the provider named `by`. ttl and lease in seconds."""

    by: str
    value: str
    key: str | None = None  # may be left out for an immutable value: it is the hash
    kind: Kind = Kind.AUTHENTICATED
    regime: Regime = Regime.GET_BROADCAST
    ttl: float = DEFAULT_TTL
    lease: float = 0.0
    identity: str | None = msgspec.field(name="as", default=None)  # who signs; else the name in `by`
    seq: int | None = None  # else the next one
    cas: int | None = None  # only if the stored seq is this one
    secret: str | None = None  # lets an unauthenticated entry be removed later
    scope: Scope = Scope.GLOBAL


class Renew(msgspec.Struct, frozen=True):
    """What a workload's owner does in time before a lease ends: the record stored last goes out again, byte by byte.

    Not a verb of files: a person puts again, with the same `seq`. of: the value of an immutable name.
    """

    by: str
    key: str | None
    of: str | None
    kind: Kind
    identity: str


class Get(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read `key` through the provider named `by`."""

    by: str
    key: str | None = None  # an immutable key in hex
    of: str | None = None  # or the immutable value itself
    kind: Kind = Kind.AUTHENTICATED
    owner: str | None = None  # whose signed key; else that of the workload's key, else `by`
    min_version: int | None = None  # a session token: do not accept an older seq


class Remove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take back what was put: a signed tombstone, or an unauthenticated entry by the secret that it was put with."""

    by: str
    key: str
    kind: Kind = Kind.AUTHENTICATED
    identity: str | None = msgspec.field(name="as", default=None)  # who signs; else the name in `by`
    value: str | None = None  # of the entry to be removed
    secret: str | None = None


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The identity becomes a customer of provider `to`, and takes along what it has put (protocol section 5.13)."""

    identity: str = msgspec.field(name="as")
    to: str


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two providers peer from now on; link fields left out are those of `[link]`."""

    between: tuple[str, str]
    latency: float | None = None
    jitter: float | None = None
    loss: float | None = None
    bandwidth: float | None = None
    duplicate: float | None = None
    reorder: float | None = None
    corrupt: float | None = None


class Unpeer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two providers peer no more, and drop what came that way."""

    between: tuple[str, str]


class SetLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Change a link that is there (verb `link`): take it down or up, or change its fields. None: as it is."""

    between: tuple[str, str]
    up: bool | None = None
    latency: float | None = None
    jitter: float | None = None
    loss: float | None = None
    bandwidth: float | None = None
    duplicate: float | None = None
    reorder: float | None = None
    corrupt: float | None = None


class Attach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider without a parent becomes the local-mode child of `to`; the link is that of `[link]`."""

    provider: str
    to: str


class Detach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A local-mode child leaves its parent and is a top from now on."""

    provider: str


class Crash(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider stops at once; what it had stored survives, all else is lost."""

    provider: str


class Restart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A crashed provider comes back with what it had stored."""

    provider: str


class Partition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing passes between the groups; whoever is in none of them is a group of their own."""

    groups: tuple[tuple[str, ...], ...]


class Heal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of every partition."""


class Misbehave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Switch a provider's misbehaviour on or off (protocol section 5.14). None: as it is."""

    provider: str
    refuse_external_gets: bool | None = None
    drop_external_puts: bool | None = None
    no_forward: bool | None = None
    corrupt_value: bool | None = None
    stretch_ttl: bool | float | None = None  # the factor; true: 10
    under_report: bool | float | None = None  # the share that is left unsaid; true: 0.5
    replay_old: bool | None = None
    refuse_own_customers: bool | None = None


class AddProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider that is there from now on, as a row of `[[provider]]` says; its links are those of `[link]`.

    peers: "all" (the tops that are there then; nobody, where it has a parent) or names; () is nobody.
    """

    provider: str
    customers: int = 100
    position: tuple[float, float] | None = None
    lookup_delay: float = 0.002
    parent: str | None = None
    attach: Hang = Hang.LOCAL
    peers: str | tuple[str, ...] = "all"


class AddOrganisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation that is there from now on, as a row of `[[organisation]]` says."""

    organisation: str
    at: str
    customers: int = 20
    store: bool = True
    latency: float | None = None
    position: tuple[float, float] | None = None


class Leave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider or an organisation says goodbye to everybody around, and is gone for good."""

    provider: str


class SetProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Change a provider or an organisation that is there (verb `provider`). None: as it is."""

    provider: str
    lookup_delay: float | None = None
    customers: int | None = None


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A remark at a time, shown in the log and on the time line."""

    text: str


Command = (
    Put | Get | Remove | Move | Peer | Unpeer | SetLink | Attach | Detach | Crash | Restart | Partition | Heal
    | Misbehave | AddProvider | AddOrganisation | Leave | SetProvider | Note
)  # fmt: skip
ANEW = (AddProvider, AddOrganisation)  # a run has to be made anew with these: nodes are numbered when it is made
VERBS: dict[str, type[msgspec.Struct]] = {
    "put": Put, "get": Get, "remove": Remove, "move": Move, "peer": Peer, "unpeer": Unpeer, "link": SetLink,
    "attach": Attach, "detach": Detach, "crash": Crash, "restart": Restart, "partition": Partition, "heal": Heal,
    "misbehave": Misbehave, "add-provider": AddProvider, "add-organisation": AddOrganisation, "leave": Leave,
    "provider": SetProvider, "note": Note,
}  # fmt: skip
_WORDS = {kind: word for word, kind in VERBS.items()}


def verb(command: Command) -> str:
    """The word of a command in scenario files."""
    return _WORDS[type(command)]
