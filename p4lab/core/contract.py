"""The contract between a node and its driver: Inputs in, Effects out, time an argument (architecture section 3).

Rules: a node never reads a clock, draws a global random number, logs or raises on what a peer sent: it emits. Effects
are performed in order. Not frozen, because these are made for each message; nobody changes them afterwards.
"""

from typing import Protocol

import msgspec

from p4lab.core.commands import Get, Move, Put, Remove, Renew
from p4lab.core.events import Event
from p4lab.core.messages import Message
from p4lab.core.neighbours import Role


class Received(msgspec.Struct, gc=False):
    """A message arrived. event: the id of its Sent event, the cause of whatever follows."""

    src: int
    message: Message
    event: int


class Requested(msgspec.Struct, gc=False):
    """Somebody asks a customer node for an operation, number `op`.

    A Move is told to the customers of the new provider, who put all that the identity has stored (as many operations
    as it has belongings, from `op` on), and to those of the old one, who tell it of `node`, the new one's number.
    """

    command: Put | Get | Remove | Move | Renew
    op: int
    workload: str
    event: int = 0
    node: int = -1


class Woke(msgspec.Struct, gc=False):
    """The time that the node asked for in `wake_at` has come."""

    event: int = 0


class Linked(msgspec.Struct, gc=False):
    """The way to a neighbour is open: for a provider to begin a session, for a customer its provider is there.

    role: what the neighbour is to this node; None for a customer.
    """

    node: int
    role: Role | None = None
    event: int = 0


class Unlinked(msgspec.Struct, gc=False):
    """The way to a neighbour is cut. gone: it is no neighbour any more, so what came from it is dropped.

    why: link, crash, silence, unpeered, detached.
    """

    node: int
    why: str
    gone: bool = False
    event: int = 0


Input = Received | Requested | Woke | Linked | Unlinked


class Send(msgspec.Struct, gc=False):
    """Send to one node, `after` seconds of the node's own work. cause: an event id, 0 = that of the input."""

    dst: int
    message: Message
    after: float = 0.0
    cause: int = 0


class SendAll(msgspec.Struct, gc=False):
    """The same message to each of `dsts`: one effect per broadcast."""

    dsts: tuple[int, ...]
    message: Message
    after: float = 0.0
    cause: int = 0


class Emit(msgspec.Struct, gc=False):
    """Append an Event to the stream. leads: the effects that follow in the same list are caused by this Event."""

    event: Event
    leads: bool = False
    cause: int = 0


class Persist(msgspec.Struct, gc=False):
    """Store these rows for good: (store, nid, entry, what), what = None where it is gone.

    The effects that follow wait until this is done: nothing is acknowledged, or told to others, that a crash undoes.
    """

    rows: tuple[tuple[str, bytes, bytes, object], ...]


Effect = Send | SendAll | Emit | Persist
NOTHING: list[Effect] = []  # shared by every input that has no effect; never append to it
NEVER = float("inf")


class Node(Protocol):
    """A provider or a customer. wake_at: when it wants a Woke, seconds; NEVER if it does not."""

    wake_at: float

    def handle(self, data: Input, now: float) -> list[Effect]:
        """Take one input at time `now` (seconds) and say what is to be done."""
