"""Commands: what a person or a scenario asks of a run. The same records stand in `[[do]]` rows.

Rules: imperative names; fields as in contracts section 2; a command says who by name, never by node number.
"""

import msgspec

from p4lab.core.names import Kind, Regime

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


class Get(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read `key` through the provider named `by`."""

    by: str
    key: str | None = None  # an immutable key in hex
    of: str | None = None  # or the immutable value itself
    kind: Kind = Kind.AUTHENTICATED
    owner: str | None = None  # whose signed key; else that of the workload's key, else `by`
    min_version: int | None = None  # a session token: do not accept an older seq


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A remark at a time, shown in the log and on the time line."""

    text: str


Command = Put | Get | Note
VERBS: dict[str, type[Put] | type[Get] | type[Note]] = {"put": Put, "get": Get, "note": Note}


def verb(command: Command) -> str:
    """The word of a command in scenario files."""
    return type(command).__name__.lower()
