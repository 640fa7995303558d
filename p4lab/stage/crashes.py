"""Crashes: a provider is gone at once, and comes back with what its disk had.

Rules: the node object is dropped, and everything due at it. What it asked to persist counts as stored once
`commit_delay` is over; a node that is down hears nothing and says nothing.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from p4lab.core.contract import NEVER, NOTHING, Effect, Input, Node, Unlinked
from p4lab.core.events import Crashed, Event, Restarted
from p4lab.core.neighbours import Role
from p4lab.stage.reach import Reach, Stage

Key = tuple[str, bytes, bytes]  # store, nid, entry
Rows = tuple[tuple[str, bytes, bytes, object], ...]


class Disk:
    """What one node has stored for good, kept in memory. rows: by store, nid and entry."""

    def __init__(self) -> None:
        self.rows: dict[Key, object] = {}

    def write(self, rows: Rows) -> None:
        """What is None is gone."""
        for store, nid, entry, what in rows:
            if what is None:
                self.rows.pop((store, nid, entry), None)
            else:
                self.rows[store, nid, entry] = what


class Nobody:
    """In the place of a node that is down."""

    wake_at = NEVER

    def handle(self, data: Input, now: float) -> list[Effect]:
        """Nothing comes of it."""
        return NOTHING


@runtime_checkable
class Restorable(Protocol):
    """A node that stores something: a provider with a lookup service."""

    def restore(self, rows: Mapping[Key, object], roles: Mapping[int, Role], now: float) -> int:
        """Begin again with these rows and these neighbours, all down; returns how many copies still count."""


class Machines(Stage, Protocol):
    """What a run does for crashes."""

    def emit(self, event: Event, t: float) -> int:
        """Append an Event, and return its id."""

    def swap(self, number: int, node: Node) -> None:
        """This node in the place of the one before, of which nothing that is due remains."""

    def made(self, number: int, epoch: int) -> Node:
        """A new provider, as the scenario has it; epoch: how often it has been started before."""


class Crashes:
    """stored: what there is on the disk of a node that starts again."""

    def __init__(
        self, machines: Machines, reach: Reach, nodes: int, stored: Callable[[int, float], Mapping[Key, object]]
    ) -> None:  # fmt: skip
        self._stored = stored
        self._machines = machines
        self._reach = reach
        self._epochs = [0] * nodes
        self._missed: dict[int, list[tuple[int, Role, str]]] = {}  # who left while a provider was down, and why

    def crash(self, node: int, t: float) -> None:
        """Down it goes."""
        event = self._machines.emit(Crashed(node=node), t)
        self._machines.swap(node, Nobody())
        self._reach.crash(node, event, t)

    def restart(self, node: int, t: float) -> None:
        """Up again, with its disk; then its links open, and sessions begin."""
        self._epochs[node] += 1
        reach, missed = self._reach, self._missed.pop(node, [])
        provider = self._machines.made(node, self._epochs[node])
        copies = 0
        if isinstance(provider, Restorable):
            roles = reach.roles(node) | {other: role for other, role, _ in missed}
            copies = provider.restore(self._stored(node, t), roles, t)
        self._machines.swap(node, provider)
        event = self._machines.emit(Restarted(node=node, copies=copies), t)
        for other, _, why in missed:
            self._machines.tell(node, Unlinked(other, why, True, event), event, t)
        reach.restart(node, event, t)

    def begin(self, node: int, t: float) -> None:
        """The first start of one who comes later; nobody is told of it yet, and its disk is empty."""
        self._epochs[node] += 1
        provider = self._machines.made(node, self._epochs[node])
        if isinstance(provider, Restorable):
            provider.restore({}, {}, t)
        self._machines.swap(node, provider)

    def missed(self, node: int, other: int, role: Role, why: str) -> None:
        """`node` is crashed, and has yet to learn that `other`, which was this to it, is no neighbour any more."""
        self._missed.setdefault(node, []).append((other, role, why))
