"""Who can reach whom: what opens and cuts a link, and when its two ends learn of it.

Rules: a link is open while it is up, nobody cuts it by a partition, and neither end is crashed. Ends are told at once,
but for a partition: there nothing passes, and what that means the silence tells after `hold_time`. What is under way
when a link is cut never arrives, so nothing of an old session comes into a new one. Of a customer and its provider, the
customer alone is told.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from p4lab.core.contract import Input, Linked, Unlinked
from p4lab.core.events import Pair, pair_of
from p4lab.core.neighbours import Role
from p4lab.stage.network import Network

LINK, CRASH, PARTITION, LEFT = "link", "crash", "partition", "left"  # why a link is cut; of a partition nobody is told


class Stage(Protocol):
    """What a run does for whoever changes its world."""

    def tell(self, node: int, data: Input, cause: int, t: float) -> None:
        """Hand an input to a node, and do what it asks for."""

    def lose(self, ways: set[tuple[int, int]], why: str) -> None:
        """What is under way from src to dst, of these (src, dst), does not arrive."""

    def hold(self, due: float, what: "Hold") -> None:
        """Call `Reach.held` at `due`."""


class Hold(msgspec.Struct, frozen=True):
    """Links that a partition cut, and its event."""

    pairs: tuple[Pair, ...]
    event: int


class _Unaware(msgspec.Struct):
    """The ends of a cut link that have not been told yet, and the event that cut it."""

    ends: list[int]
    event: int


class Reach:
    """parents, redirect: who is whose child now, and which of them have no lookup service of their own.

    down: links that are taken down, crashed: providers that are, both ordered. partitions: of each the group of every
    provider.
    """

    def __init__(self, stage: Stage, network: Network, redirect: set[int], providers: int, hold_time: float) -> None:
        self.parents = {child: parent for child, (parent, _) in network.parents.items()}
        self.redirect = redirect
        self.down: dict[Pair, None] = {}
        self.crashed: dict[int, None] = {}
        self.partitions: list[list[int]] = []
        self._stage = stage
        self._network = network
        self._providers = providers
        self._hold_time = hold_time
        self._unaware: dict[Pair, _Unaware] = {}

    def passes(self, a: int, b: int) -> bool:
        """Whether a link between them, where there is one, is open."""
        if pair_of(a, b) in self.down or a in self.crashed or b in self.crashed:
            return False
        return all(groups[a] == groups[b] for groups in self.partitions)

    def role(self, node: int, other: int) -> Role | None:
        """What `other` is to `node`; None between customers and providers."""
        if max(node, other) >= self._providers:
            return None
        if self.parents.get(node) == other:
            return Role.PARENT
        if self.parents.get(other) == node:
            return Role.PROXY if other in self.redirect else Role.CHILD
        return Role.PEER

    def above(self, node: int) -> tuple[int, ...]:
        """Its parent, the parent of that, and so on."""
        found: list[int] = []
        while (parent := self.parents.get(node)) is not None:
            found.append(parent)
            node = parent
        return tuple(found)

    def roles(self, node: int) -> dict[int, Role]:
        """What everybody around a provider is to it, whether it reaches them or not."""
        found = {other: self.role(node, other) for other in self._network.around(node)}
        return {other: role for other, role in found.items() if role is not None}

    def peers(self, node: int) -> list[int]:
        """Whom a provider peers with, likewise."""
        return [other for other, role in self.roles(node).items() if role is Role.PEER]

    def crash(self, node: int, event: int, t: float, why: str = CRASH) -> None:
        """Whoever can still reach it sees it go; who has LEFT never comes back."""
        self.crashed[node] = None
        for unaware in self._unaware.values():
            unaware.ends = [end for end in unaware.ends if end != node]
        self.settle(self._around(node), why, event, t)

    def restart(self, node: int, event: int, t: float) -> None:
        """It is back."""
        del self.crashed[node]
        self.settle(self._around(node), CRASH, event, t)

    def settle(self, pairs: Iterable[Pair], why: str, event: int, t: float) -> None:
        """Open what is open now of these links and cut what is not, because of `event`, and tell the ends."""
        cut: list[Pair] = []
        opened: list[Pair] = []
        for a, b in sorted(pairs):
            passes = self.passes(a, b)
            if passes is not (b in self._network.rows[a]):
                (opened if passes else cut).append((a, b))
            elif not passes and why == LINK:
                self._learn((a, b), why, event, t)
        for a, b in cut:
            self._network.close(a, b)
            self._unaware[a, b] = _Unaware(self._told(a, b), event)
        self._stage.lose({way for a, b in cut for way in ((a, b), (b, a))}, why)
        if why != PARTITION:
            for pair in cut:
                self._learn(pair, why, event, t)
        elif cut:
            self._stage.hold(t + self._hold_time, Hold(tuple(cut), event))
        for pair in opened:
            self._open(pair, event, t)

    def held(self, hold: Hold, t: float) -> None:
        """Silence has lasted: who is still cut off learns of it."""
        for pair in hold.pairs:
            if (unaware := self._unaware.get(pair)) is not None and unaware.event == hold.event:
                self._learn(pair, "silence", hold.event, t)

    def forget(self, pair: Pair, why: str, event: int, t: float) -> None:
        """These two are no neighbours any more, and are told so; a crashed end is not."""
        a, b = pair
        self._network.remove(a, b)
        self.down.pop(pair, None)
        self._unaware.pop(pair, None)
        self._stage.lose({(a, b), (b, a)}, why)
        for end, other in ((a, b), (b, a)):
            if end not in self.crashed:
                self._stage.tell(end, Unlinked(other, why, True, event), event, t)

    def _open(self, pair: Pair, event: int, t: float) -> None:
        """A new session: an end that never heard of the cut lost messages all the same."""
        self._learn(pair, "silence", event, t)
        self._network.open(*pair)
        for end in self._told(*pair):
            other = pair[0] if end == pair[1] else pair[1]
            self._stage.tell(end, Linked(other, self.role(end, other), event), event, t)

    def _learn(self, pair: Pair, why: str, event: int, t: float) -> None:
        unaware = self._unaware.pop(pair, None)
        for end in () if unaware is None else unaware.ends:
            if end not in self.crashed:
                other = pair[0] if end == pair[1] else pair[1]
                self._stage.tell(end, Unlinked(other, why, False, event), event, t)

    def _around(self, node: int) -> list[Pair]:
        return [pair_of(node, other) for other in self._network.around(node)]

    def _told(self, a: int, b: int) -> list[int]:
        return [a, b] if b < self._providers else [b]
