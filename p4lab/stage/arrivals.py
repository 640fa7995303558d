"""Who comes, who leaves for good, and who changes while the run goes on (protocol section 5.19).

Rules: as in `verbs.py`. Who comes is there at once and has customers; its sessions are opened in full, as after a
restart. Who cannot hang below its parent comes as a top, so that nobody who has a number never comes.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from p4lab.core.commands import AddOrganisation, AddProvider, Leave, SetProvider
from p4lab.core.events import (
    Adopted,
    Attached,
    Gone,
    Housed,
    Joined,
    LinkChanged,
    Noted,
    Pair,
    Peered,
    ProviderChanged,
    Unpeered,
    pair_of,
)
from p4lab.core.neighbours import Role
from p4lab.core.options import Attach
from p4lab.scenario.model import Link, Organisation, Provider, Scenario
from p4lab.stage.crashes import Crashes, Machines, Nobody
from p4lab.stage.houses import Houses
from p4lab.stage.network import Network
from p4lab.stage.reach import LEFT, LINK, Reach
from p4lab.stage.roster import Roster


class Doors(Machines, Protocol):
    """What a run does for whoever comes."""

    def begin(self, name: str, t: float) -> None:
        """Its customers follow the workloads from now on."""

    def configure(self, node: int, lookup_delay: float) -> None:
        """Its lookup service takes so long from now on."""


class Arrivals:
    """delays: of the providers' lookup services, seconds. houses: the nodes of providers and organisations, by name."""

    def __init__(
        self, scenario: Scenario, roster: Roster, houses: Houses, doors: Doors, network: Network, reach: Reach,
        crashes: Crashes, delays: Sequence[float],
    ) -> None:  # fmt: skip
        self._link = scenario.link
        self._roster = roster
        self._houses = houses
        self._index = houses.index
        self._names = houses.names
        self._doors = doors
        self._network = network
        self._reach = reach
        self._crashes = crashes
        self._delays = delays
        rows: list[Provider | Organisation] = [*scenario.provider, *scenario.organisation]
        self._customers = {self._index[row.name]: row.customers for row in rows}

    def expect(self, node: int, customers: int) -> None:
        """Somebody of whom nobody knew at the start will come here."""
        self._customers[node] = customers

    def add_provider(self, command: AddProvider, t: float) -> None:
        """A provider comes."""
        name = command.provider
        if not self._may_come("add-provider", name, t):
            return
        node, link = self._index[name], self._link
        parent = self._parent(command, t)
        attach = "" if parent is None else command.attach.value
        latency = None if parent is None else link.latency
        self._roster.come(name, node)
        event = self._doors.emit(Joined(node, name, command.customers, parent, attach, latency), t)
        self._doors.emit(Attached(self._houses.customers(node), node), t)
        pairs = self._ways(node)
        if parent is not None:
            self._reach.parents[node] = parent
            if command.attach is Attach.REDIRECT:
                self._reach.redirect.add(node)
            self._network.add(*pair_of(node, parent), link)
            pairs.append(pair_of(node, parent))
        self._crashes.begin(node, t)
        for other in [] if parent is not None else self._peers(command, t):
            pairs.append(pair_of(node, other))
            self.peer(pairs[-1], link, t)
        self._reach.settle(pairs, LINK, event, t)
        self._doors.begin(name, t)

    def add_organisation(self, command: AddOrganisation, t: float) -> None:
        """An organisation comes, as a customer of whoever it is at."""
        name = command.organisation
        if not self._may_come("add-organisation", name, t):
            return
        node = self._index[name]
        above = self._houses.above(node)
        latency = next(link.latency for a, b, link in self._houses.ways(node) if (a, b) == (above, node))
        self._roster.come(name, node)
        house = Housed(node, name, above, command.customers, command.store, latency)
        event = self._doors.emit(house, t)
        self._doors.emit(Attached(self._houses.customers(node), node), t)
        pairs = self._ways(node)
        self._crashes.begin(node, t)
        if why := self._roster.why_not(command.at):
            self._note(f"add-organisation {name}: {why}, so it is cut off", t)
        self._reach.settle(pairs, LINK, event, t)

    def leave(self, command: Leave, t: float) -> None:
        """It parts from everybody, as with `unpeer` and `detach`, and is gone; its children are tops from now on."""
        node, reach = self._index[command.provider], self._reach
        self._doors.swap(node, Nobody())  # it says nothing about those it parts from
        if node < len(self._delays):
            for peer in reach.peers(node):
                self.part(pair_of(node, peer), t)
            children = sorted(child for child, parent in reach.parents.items() if parent == node)
            for child in [*children, *([node] if node in reach.parents else [])]:
                self.detach(child, t)
        self._roster.leave(command.provider, node)
        event = self._doors.emit(Gone(node=node), t)
        reach.crash(node, event, t, LEFT)

    def change(self, command: SetProvider, t: float) -> None:
        """How many customers it has, and how long its lookup service takes."""
        node = self._index[command.provider]
        delay = self._delays[node] if node < len(self._delays) else 0.0
        before = self._customers[node], delay
        customers = before[0] if command.customers is None else command.customers
        delay = delay if command.lookup_delay is None else float(command.lookup_delay)
        if (customers, delay) == before:
            self._note(f"provider {command.provider}: it is like this already", t)
            return
        self._customers[node] = customers
        self._doors.emit(ProviderChanged(node=node, customers=customers, lookup_delay=delay), t)
        if delay != before[1]:
            self._doors.configure(node, delay)

    # What the verbs about neighbours do, too

    def peer(self, pair: Pair, link: Link, t: float) -> int:
        """There is this peering; it is shut until it is settled. Returns its event."""
        event = self._doors.emit(Peered(node=pair[0], peers=(pair[1],), latency=(link.latency,)), t)
        self._network.add(*pair, link)
        if link != Link(latency=link.latency):
            self.changed(pair, link, t)
        return event

    def changed(self, pair: Pair, link: Link, t: float) -> int:
        """The link is like this now. Returns the event."""
        # As floats, whatever a file says: 0 and 0.0 are the same in a recording, and so must their digests be.
        fields: dict[str, Any] = {name: float(getattr(link, name)) for name in link.__struct_fields__}
        return self._doors.emit(LinkChanged(a=pair[0], b=pair[1], up=pair not in self._reach.down, **fields), t)

    def part(self, pair: Pair, t: float) -> None:
        """These two peer no more."""
        event = self._doors.emit(Unpeered(node=pair[0], peer=pair[1]), t)
        for node, other in (pair, pair[::-1]):
            if node in self._reach.crashed:
                self._crashes.missed(node, other, Role.PEER, "unpeered")
        self._reach.forget(pair, "unpeered", event, t)

    def detach(self, child: int, t: float) -> None:
        """This child has no parent any more."""
        parent = self._reach.parents[child]
        event = self._doors.emit(Adopted(node=child), t)
        del self._reach.parents[child]
        below = Role.PROXY if child in self._reach.redirect else Role.CHILD
        for node, other, role in ((child, parent, Role.PARENT), (parent, child, below)):
            if node in self._reach.crashed:
                self._crashes.missed(node, other, role, "detached")
        self._reach.forget(pair_of(child, parent), "detached", event, t)

    def _may_come(self, what: str, name: str, t: float) -> bool:
        if self._roster.why_not(name) and not self._roster.has_left(name):
            return True
        left = self._roster.has_left(name)
        self._note(f"{what} {name}: {'it has left for good' if left else 'there is one of this name'}", t)
        return False

    def _parent(self, command: AddProvider, t: float) -> int | None:
        """Whom it hangs below; who cannot be hung below is no parent."""
        if command.parent is None:
            return None
        why = self._roster.why_not(command.parent)
        parent = self._index.get(command.parent, -1)
        if not why and parent in self._reach.redirect and command.attach is Attach.LOCAL:
            why = f"{command.parent} is a redirect child and has no lookup service"
        if why:
            self._note(f"add-provider {command.provider} below {command.parent}: {why}, so it is a top", t)
            return None
        return parent

    def _peers(self, command: AddProvider, t: float) -> list[int]:
        """The tops that it peers with. "all": everybody who may peer."""
        tops = {name: node for name, node in self._index.items() if self._peers_at_all(node)}
        names = [name for name in tops if name != command.provider] if command.peers == "all" else command.peers
        for name in names:
            if name not in tops:
                why = self._roster.why_not(name) or f"{name} is no top-level provider"
                self._note(f"add-provider {command.provider}, a peer of {name}: {why}", t)
        return sorted(tops[name] for name in names if name in tops)

    def _peers_at_all(self, node: int) -> bool:
        here = not self._roster.why_not(self._names[node])
        lone = node in self._reach.parents or node in self._reach.redirect
        return here and not lone and node < len(self._delays)

    def _ways(self, node: int) -> list[Pair]:
        """Its links to customers, and of an organisation to what it is at: there, and shut until they are settled."""
        ways = self._houses.ways(node)
        for above, below, link in ways:
            self._network.add(above, below, link)
        return [(above, below) for above, below, _ in ways]

    def _note(self, text: str, t: float) -> None:
        self._doors.emit(Noted(text=text), t)
