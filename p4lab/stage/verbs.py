"""The verbs that change the world of a run: who is linked to whom, and what is up.

Rules: a verb that does not apply at its time is answered by a Noted event that says why. The Event comes first, then
what the nodes are told because of it.
"""

from collections.abc import Collection

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Crash,
    Detach,
    Heal,
    Leave,
    Misbehave,
    Partition,
    Peer,
    Restart,
    SetLink,
    SetProvider,
    Unpeer,
)  # fmt: skip
from p4lab.core.events import Adopted, Healed, Noted, Pair, Partitioned, pair_of
from p4lab.core.options import Mesh
from p4lab.scenario.model import Scenario, filled
from p4lab.stage.arrivals import Arrivals
from p4lab.stage.crashes import Crashes, Machines
from p4lab.stage.houses import Houses
from p4lab.stage.liars import Liars
from p4lab.stage.network import Network
from p4lab.stage.reach import LINK, PARTITION, Reach


class Verbs:
    """houses: the nodes of providers and organisations, by name."""

    def __init__(
        self, scenario: Scenario, houses: Houses, machines: Machines, network: Network, reach: Reach, crashes: Crashes,
        liars: Liars, arrivals: Arrivals, away: Collection[int],
    ) -> None:  # fmt: skip
        self._arrivals = arrivals
        self._away = away
        self._scenario = scenario
        self._houses = houses
        self._names = houses.names
        self._index = houses.index
        self._machines = machines
        self._network = network
        self._reach = reach
        self._crashes = crashes
        self._liars = liars

    def do(self, command: Command, t: float) -> bool:
        """Do it, if it is one of these verbs."""
        match command:
            case Peer():
                self._peer(command, t)
            case Unpeer():
                self._unpeer(command, t)
            case SetLink():
                self._set_link(command, t)
            case Attach():
                self._attach(command, t)
            case Detach():
                self._detach(self._index[command.provider], t)
            case Crash():
                self._crash(self._index[command.provider], t)
            case Restart():
                self._restart(self._index[command.provider], t)
            case Partition():
                self._partition(command, t)
            case Heal():
                self._heal(t)
            case Misbehave():
                self._misbehave(command, t)
            case AddProvider():
                self._arrivals.add_provider(command, t)
            case AddOrganisation():
                self._arrivals.add_organisation(command, t)
            case Leave():
                self._arrivals.leave(command, t)
            case SetProvider():
                self._arrivals.change(command, t)
            case _:
                return False
        return True

    # Neighbours

    def _peer(self, command: Peer, t: float) -> None:
        one, other = command.between
        pair = a, b = self._pair(command.between)
        child = next((node for node in (a, b) if node in self._reach.parents), None)
        if child is not None:
            parent = self._names[self._reach.parents[child]]
            why = f"{self._names[child]} is a child of {parent}, and only top-level providers peer"
            return self._note(f"peer {one} and {other}: {why}", t)
        lone = next((node for node in (a, b) if node in self._reach.redirect), None)
        if lone is not None:
            why = f"{self._names[lone]} is a redirect child and has no lookup service"
            return self._note(f"peer {one} and {other}: {why}", t)
        if self._network.link(a, b) is not None:
            return self._note(f"peer {one} and {other}: they peer already", t)
        link = filled(command, self._scenario.link)
        event = self._arrivals.peer(pair, link, t)
        self._reach.settle([pair], LINK, event, t)
        return None

    def _unpeer(self, command: Unpeer, t: float) -> None:
        a, b = self._pair(command.between)
        one, other = command.between
        if b not in self._reach.peers(a):
            return self._note(f"unpeer {one} and {other}: they do not peer", t)
        if self._scenario.options.mesh is Mesh.STRICT:
            return self._note(f'unpeer {one} and {other}: mesh = "strict" allows no holes', t)
        return self._arrivals.part((a, b), t)

    def _attach(self, command: Attach, t: float) -> None:
        """Only tops peer: whoever becomes a child leaves its peers (protocol section 5.2)."""
        child, parent = self._index[command.provider], self._index[command.to]
        what, reach = f"attach {command.provider} to {command.to}", self._reach
        if child in reach.parents:
            above = self._names[reach.parents[child]]
            return self._note(f"{what}: {command.provider} is a child of {above} already; detach it first", t)
        if parent in reach.redirect:
            return self._note(f"{what}: {command.to} is a redirect child and has no lookup service", t)
        if child in reach.above(parent):
            return self._note(f"{what}: {command.to} is below {command.provider}", t)
        if self._scenario.options.mesh is Mesh.STRICT and reach.peers(child):
            return self._note(f'{what}: mesh = "strict" allows no holes, and only top-level providers peer', t)
        for peer in reach.peers(child):
            self._arrivals.part(pair_of(child, peer), t)
        link = self._scenario.link
        event = self._emit(Adopted(node=child, parent=parent, latency=link.latency), t)
        reach.parents[child] = parent
        pair = pair_of(child, parent)
        self._network.add(*pair, link)
        reach.settle([pair], LINK, event, t)
        return None

    def _detach(self, child: int, t: float) -> None:
        name, parent = self._names[child], self._reach.parents.get(child)
        if parent is None:
            return self._note(f"detach {name}: it has no parent", t)
        if child in self._reach.redirect:
            return self._note(f"detach {name}: a redirect child has no lookup service of its own to go on with", t)
        return self._arrivals.detach(child, t)

    # Links

    def _set_link(self, command: SetLink, t: float) -> None:
        pair = self._pair(command.between)
        what = f"link {command.between[0]} and {command.between[1]}"
        link, down = self._network.link(*pair), self._reach.down
        if link is None:
            return self._note(f"{what}: there is no link between them", t)
        changed, up = filled(command, link), command.up
        if changed == link and (up is None or up is (pair not in down)):
            word = {None: "like this", True: "up", False: "down"}[up]
            return self._note(f"{what}: it is {word} already", t)
        if up is True:
            down.pop(pair, None)
        elif up is False:
            down[pair] = None
        self._network.change(*pair, changed)
        event = self._arrivals.changed(pair, changed, t)
        self._reach.settle([pair], LINK, event, t)
        return None

    def _partition(self, command: Partition, t: float) -> None:
        """Providers that no group names are the rest, on one side; such an organisation is where it is a customer."""
        groups = [-1] * len(self._scenario.provider)
        houses: dict[int, int] = {}  # those that are named
        told = tuple([tuple([self._index[name] for name in group]) for group in command.groups if group])
        for number, group in enumerate(told):
            for node in group:
                if node < len(groups):
                    groups[node] = number
                else:
                    houses[node] = number
        groups = self._houses.sides(groups, houses)
        if len({group for node, group in enumerate(groups) if node not in self._away}) < 2:
            return self._note("partition: everybody is in one group", t)
        event = self._emit(Partitioned(groups=told), t)
        self._reach.partitions.append(groups)
        rows = self._network.rows
        across = [(a, b) for a in range(len(groups)) for b in rows[a] if a < b < len(groups) and groups[a] != groups[b]]
        self._reach.settle(across, PARTITION, event, t)
        return None

    def _heal(self, t: float) -> None:
        if not self._reach.partitions:
            return self._note("heal: there is no partition", t)
        event = self._emit(Healed(), t)
        self._reach.partitions.clear()
        self._reach.settle([*self._network.shut], PARTITION, event, t)
        return None

    # Providers

    def _crash(self, node: int, t: float) -> None:
        if node in self._reach.crashed:
            return self._note(f"crash {self._names[node]}: it is down already", t)
        return self._crashes.crash(node, t)

    def _restart(self, node: int, t: float) -> None:
        if node not in self._reach.crashed:
            return self._note(f"restart {self._names[node]}: it is up", t)
        return self._crashes.restart(node, t)

    def _misbehave(self, command: Misbehave, t: float) -> None:
        node, what = self._index[command.provider], f"misbehave {command.provider}"
        if node in self._reach.crashed:
            return self._note(f"{what}: it is down", t)
        if not self._liars.switch(node, command, t):
            return self._note(f"{what}: it does just that already", t)
        return None

    def _pair(self, between: tuple[str, str]) -> Pair:
        return pair_of(self._index[between[0]], self._index[between[1]])

    def _note(self, text: str, t: float) -> None:
        self._emit(Noted(text=text), t)

    def _emit(self, event: Adopted | Partitioned | Healed | Noted, t: float) -> int:
        return self._machines.emit(event, t)
