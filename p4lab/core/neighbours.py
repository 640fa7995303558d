"""Whom one provider knows, what each of them is to it, and with whom a session is up (protocol sections 5.2, 5.12).

Rules: told by the driver; a provider learns of nobody by itself. Tops peer, children have one parent. Who is known and
has no session is down: it is told nothing and asked nothing until it is back.
"""

import enum
from collections.abc import Iterable


class Role(enum.Enum):
    """What a neighbour is."""

    PEER = "peer"
    PARENT = "parent"
    CHILD = "child"  # with a lookup service of its own
    PROXY = "proxy"  # a redirect child: it asks as its customers do


OPPOSITE = {Role.PEER: Role.PEER, Role.PARENT: Role.CHILD, Role.CHILD: Role.PARENT, Role.PROXY: Role.PARENT}
# what a provider with stores is to a neighbour that is this to it; a redirect child is a PROXY to its parent


class Neighbours:
    """roles: of everybody known, by node number. peers, children: those with a session. down: those without.

    below: all children, down or not. around: whom an own put is told to by its regime, down or not. parent: down or
    not, None at a top. ancestors: the parent, its parent and so on, as far as known.
    """

    def __init__(self, me: int, parent: int | None = None, ancestors: tuple[int, ...] = ()) -> None:
        self.me = me
        self.parent = parent
        self.ancestors = ancestors if parent is None or ancestors else (parent,)
        self.peers: tuple[int, ...] = ()
        self.children: tuple[int, ...] = ()
        self.below: tuple[int, ...] = ()
        self.around: tuple[int, ...] = ()
        self.down: dict[int, None] = {}  # ordered
        self.roles: dict[int, Role] = {} if parent is None else {parent: Role.PARENT}

    def add(self, role: Role, others: Iterable[int]) -> None:
        """Know these from now on; their sessions are up."""
        for other in others:
            self.roles[other] = role
            self.down.pop(other, None)
        self._sort()

    def know(self, role: Role, other: int) -> None:
        """Know this one from now on; it is down until it is `add`ed."""
        self.roles[other] = role
        self.down[other] = None
        self._sort()

    def lower(self, other: int) -> None:
        """The session with this one is over."""
        self.down[other] = None
        self._sort()

    def forget(self, other: int) -> None:
        """It is no neighbour any more."""
        if self.roles.pop(other, None) is Role.PARENT:
            self.ancestors = ()
        self.down.pop(other, None)
        self._sort()

    def up(self, other: int) -> bool:
        """Whether there is a session with it."""
        return other in self.roles and other not in self.down

    def all(self, role: Role) -> tuple[int, ...]:
        """Everybody who is this, down or not, in order."""
        return tuple(sorted(other for other, what in self.roles.items() if what is role))

    def _sort(self) -> None:
        peers, children, down = self.all(Role.PEER), self.all(Role.CHILD), self.down
        self.peers = tuple([other for other in peers if other not in down])
        self.children = tuple([other for other in children if other not in down])
        self.below = children
        self.around = peers + children
        self.parent = next((other for other, what in self.roles.items() if what is Role.PARENT), None)

    @property
    def related(self) -> bool:
        """Whether there is a parent or a child; a top of a flat market has peers alone."""
        return any(role is not Role.PEER for role in self.roles.values())
