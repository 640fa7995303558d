"""Organisations in a run: which nodes stand for them, who is above whom, and on whose side of a partition.

Rules: with N providers and M organisations, nodes 2N..2N+M-1 are the proxies, those nearer to a provider first, and
2N+M..2N+2M-1 their customers. So whoever is above has the lower number, as a provider has against its customers.
"""

from collections.abc import Collection

from p4lab.core.options import Options
from p4lab.core.proxy import Proxy
from p4lab.core.signing import Signer
from p4lab.scenario.model import Link, Organisation, Scenario
from p4lab.stage.roster import PLACE


class Houses:
    """index: nodes of providers and proxies, by name. rows: of each proxy, by its node. total: how many nodes.

    later: the names of those who are not there at the start.
    """

    def __init__(self, scenario: Scenario, later: Collection[str] = ()) -> None:
        self._later = later
        self._providers = count = len(scenario.provider)
        self._usual = scenario.options.access_latency
        self.index = {row.name: node for node, row in enumerate(scenario.provider)}
        by_name = {row.name: row for row in scenario.organisation}
        self._depths = {name: _depth(row, by_name) for name, row in by_name.items()}
        nearest_first = sorted(
            scenario.organisation, key=lambda row: (row.name.startswith(PLACE), self._depths[row.name])
        )
        self.rows: dict[int, Organisation] = dict(enumerate(nearest_first, 2 * count))
        self.index |= {row.name: node for node, row in self.rows.items()}
        self.names = {node: name for name, node in self.index.items()}
        self.total = 2 * count + 2 * len(self.rows)

    def rename(self, place: str, name: str) -> int:
        """Whoever takes this place has this name; returns the node."""
        node = self.index.pop(place)
        self.index[name], self.names[node] = node, name
        return node

    def settle(self, node: int, row: Organisation) -> None:
        """The proxy of this organisation stands here."""
        self.rows[node] = row
        self._depths[row.name] = 1 + self._depths.get(row.at, -1)

    def customers(self, node: int) -> int:
        """The node of the customers of a provider or a proxy."""
        return node + (self._providers if node < self._providers else len(self.rows))

    def above(self, node: int) -> int:
        """What a proxy is a customer of."""
        return self.index[self.rows[node].at]

    def links(self) -> list[tuple[int, int, Link]]:
        """Every link of customers and proxies at the start: who is above, who is below, how it is."""
        nodes = [node for node in [*range(self._providers), *self.rows] if self.names[node] not in self._later]
        return [way for node in nodes for way in self.ways(node)]

    def ways(self, node: int) -> list[tuple[int, int, Link]]:
        """Those of one: to what a proxy is at, and to its customers."""
        access = Link(latency=self._usual)
        own = (node, self.customers(node), access)
        if (row := self.rows.get(node)) is None:
            return [own]
        return [(self.above(node), node, access if row.latency is None else Link(latency=row.latency)), own]

    def made(self, node: int, options: Options, signer: Signer) -> Proxy:
        """A new proxy."""
        row = self.rows[node]
        return Proxy(node, self.above(node), options, signer, row.store, self._depths[row.name])

    def sides(self, groups: list[int], named: dict[int, int]) -> list[int]:
        """The group of every node: customers are where theirs are, and so is a proxy that no group names.

        groups: of the providers; named: of the proxies that are named.
        """
        found = [*groups, *groups]
        for node in self.rows:
            found.append(named.get(node, found[self.above(node)]))
        return found + found[2 * self._providers :]


def _depth(row: Organisation, by_name: dict[str, Organisation]) -> int:
    """How many proxies there are further up."""
    depth = 0
    while row.at in by_name:
        row = by_name[row.at]
        depth += 1
    return depth
