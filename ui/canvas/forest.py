"""Which subtrees of the forest are folded into their root, and who is drawn instead of whom.

Rules: no Qt. A forest is given as parents by node. What a person folds or unfolds stays so as long as the same scenario
is shown. A crowd opens folded as far as it must be to be readable.
"""

from collections.abc import Mapping

import numpy as np

READABLE = 60  # providers: up to so many a map opens with all of them

Parents = Mapping[int, int | None]


class Folds:
    """closed: whose subtrees are folded, if they have any."""

    def __init__(self) -> None:
        self.closed: set[int] = set()

    def begin(self, count: int, parents: Parents) -> None:
        """Open a map: whole levels are unfolded while all of it stays readable."""
        below = _children(parents)
        self.closed = set()
        if count <= READABLE:
            return
        self.closed = set(below)
        level = [node for node in range(count) if parents.get(node) is None]
        shown = len(level)
        while True:
            following = [child for node in level for child in below.get(node, ())]
            shown += len(following)
            if not following or shown > READABLE:
                return
            self.closed.difference_update(level)
            level = following

    def toggle(self, node: int) -> None:
        """Fold or unfold what is below a provider."""
        self.closed.symmetric_difference_update({node})

    def hosts(self, count: int, parents: Parents) -> np.ndarray:
        """By provider the one that is drawn for it: itself, or the highest folded one above it."""
        hosts = np.arange(count)
        for node in by_depth(count, parents):
            parent = parents.get(node)
            if parent is not None:
                hidden = hosts[parent] != parent
                hosts[node] = hosts[parent] if hidden else parent if parent in self.closed else node
        return hosts


def by_depth(count: int, parents: Parents) -> list[int]:
    """All providers, each after its parent; in order of their numbers within a level."""
    below = _children(parents)
    order = [node for node in range(count) if parents.get(node) is None]
    for node in order:
        order.extend(below.get(node, ()))
    return order


def _children(parents: Parents) -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    for child, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, []).append(child)
    return below
