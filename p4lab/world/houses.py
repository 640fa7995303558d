"""Organisations between customers and providers: where each stands, and whether its way up is cut at a time.

Rules: an organisation has the node number of its proxy, above those of all providers and their customers.
"""

import msgspec

from p4lab.core.events import Housed, pair_of
from p4lab.world.states import State


class House(msgspec.Struct, frozen=True):
    """at: the node that it is a customer of, a provider or another organisation; latency: to that, one way, seconds.

    store: whether it keeps and serves data of its own. since: when it came.
    """

    node: int
    name: str
    at: int
    customers: int
    store: bool
    latency: float
    since: float = 0.0


class Houses:
    """rows: in the order of their nodes."""

    def __init__(self) -> None:
        self.rows: list[House] = []
        self._by_node: dict[int, House] = {}

    def step(self, event: Housed) -> None:
        """Take the next one."""
        if event.node not in self._by_node:
            house = House(event.node, event.name, event.at, event.customers, event.store, event.latency, event.t)
            self.rows.append(house)
            self._by_node[event.node] = house

    def get(self, node: int) -> House | None:
        """The organisation of this node, if it is one."""
        return self._by_node.get(node)

    def provider(self, node: int) -> int:
        """The provider at the end of the way up; of a provider itself."""
        seen: set[int] = set()
        while (house := self._by_node.get(node)) is not None and node not in seen:
            seen.add(node)
            node = house.at
        return node

    def cut(self, house: House, state: State) -> str:
        """Why nothing passes between an organisation and what it is at: link, crash, partition, left; empty: open."""
        if not state.there(house.node) or not state.there(house.at):
            return "left"
        if house.node in state.crashed or house.at in state.crashed:
            return "crash"
        link = state.links.get(pair_of(house.at, house.node))
        if link is not None and not link.up:
            return "link"
        return "partition" if state.groups and self._side(house.node, state) != self._side(house.at, state) else ""

    def _side(self, node: int, state: State) -> int:
        """An organisation that no group names is on the side of what it is at."""
        while (group := state.group(node)) < 0 and (house := self._by_node.get(node)) is not None:
            node = house.at
        return group
