"""Whom one provider knows, and what each of them is to it (protocol section 5.2).

Rules: told by the driver; a provider learns of nobody by itself. Tops peer, children have one parent.
"""

import enum
from collections.abc import Iterable


class Role(enum.Enum):
    """What a neighbour is."""

    PEER = "peer"
    PARENT = "parent"
    CHILD = "child"  # with a lookup service of its own
    PROXY = "proxy"  # a redirect child: it asks as its customers do


class Neighbours:
    """roles: by node number. around: whom an own put is told to by its regime, peers and children."""

    def __init__(self, me: int, parent: int | None = None) -> None:
        self.me = me
        self.parent = parent
        self.peers: tuple[int, ...] = ()
        self.children: tuple[int, ...] = ()
        self.around: tuple[int, ...] = ()
        self.roles: dict[int, Role] = {} if parent is None else {parent: Role.PARENT}

    def add(self, role: Role, others: Iterable[int]) -> None:
        """Know these from now on."""
        for other in others:
            self.roles[other] = role
        self.peers = tuple(sorted(other for other, what in self.roles.items() if what is Role.PEER))
        self.children = tuple(sorted(other for other, what in self.roles.items() if what is Role.CHILD))
        self.around = self.peers + self.children

    @property
    def related(self) -> bool:
        """Whether there is a parent or a child; a top of a flat market has peers alone."""
        return any(role is not Role.PEER for role in self.roles.values())
