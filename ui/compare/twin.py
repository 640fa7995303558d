"""The same things in two runs: a key, a provider, an operation of one, and what they are in the other.

Rules: no Qt. Names, not numbers, are the same in two runs. An operation is the same where the same customers asked for
the same name at the same time, which they do in branches, because every random stream has a seed of its own.
"""

from typing import Protocol

import numpy as np

from p4lab.metrics import Metrics
from p4lab.world import World

SAME = 1e-9  # s


class Told(Protocol):
    """A run, or what shows one."""

    @property
    def world(self) -> World: ...
    @property
    def metrics(self) -> Metrics: ...


def same_name(index: int | None, here: World, there: World) -> int | None:
    """The name's number there; None where nobody there has used it yet."""
    if index is None or index >= len(here.names):
        return None
    try:
        return there.named(here.names[index].nid).index
    except KeyError:
        return None


def same_node(node: int | None, here: World, there: World) -> int | None:
    """The provider or organisation of that name there."""
    called = None if node is None else here.called.get(node)
    return next((other for other, name in there.called.items() if name == called), None) if called else None


def same_op(op: int | None, here: Told, there: Told) -> int | None:
    """The operation that the same customers began at the same time, about the same name."""
    found = None if op is None else here.world.op(op)
    if found is None:
        return None
    name = same_name(found.name, here.world, there.world)
    node = same_node(found.node, here.world, there.world)
    rows = there.metrics.starts()
    near = rows[np.searchsorted(rows["t"], found.started - SAME) : np.searchsorted(rows["t"], found.started + SAME)]
    for candidate in near["op"].tolist():
        other = there.world.op(candidate)
        if other is not None and (other.verb, other.node, other.name) == (found.verb, node, name):
            return candidate
    return None
