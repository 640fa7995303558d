"""Everybody in a run: the nodes of a scenario, made and put in their places, with all that may change them.

Rules: a cast knows no time: whoever drives it says when, and does what has to be done later (`Driver`). Providers are
nodes 0..N-1, their customers N..2N-1, organisations follow (`houses.py`); N is how many ever come (`roster.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from p4lab.core.commands import ANEW, AddOrganisation, AddProvider, Command, verb
from p4lab.core.contract import Input, Node
from p4lab.core.customer import Customer
from p4lab.core.events import Attached, Event, Housed, Joined, Noted, Peered
from p4lab.core.options import Attach, Signatures
from p4lab.core.provider import Provider
from p4lab.core.proxy import Proxy
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Ed25519, Modelled, Signer
from p4lab.core.wallet import Wallet
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.verbs import as_row
from p4lab.stage.arrivals import Arrivals
from p4lab.stage.crashes import Crashes, Key, Nobody
from p4lab.stage.houses import Houses
from p4lab.stage.liars import Liars
from p4lab.stage.network import Network
from p4lab.stage.operations import Operations
from p4lab.stage.reach import Hold, Reach, Stage
from p4lab.stage.roster import NOBODY, Roster, Spare
from p4lab.stage.verbs import Verbs
from p4lab.stage.workload import Source, joining, sources

Watch = Callable[[int, Provider | Redirect], None]  # is told of each provider that is made, before it is used


class Driver(Stage, Protocol):
    """What a cast asks of whoever drives it."""

    def emit(self, event: Event, t: float) -> int:
        """Append an Event that a command causes, and return its id."""

    def follow(self, source: Source) -> None:
        """Ask for what this source wants, when it wants it."""

    def forget(self, number: int) -> None:
        """Nothing that is due of this node remains."""

    def arm(self, node: int) -> None:
        """See to it that a node is woken when it wants to be."""


class Cast:
    """nodes, handles: by number, and what each of them does with an input; both lists change in place."""

    def __init__(
        self, scenario: Scenario, by_hand: Sequence[Do], driver: Driver, watch: Watch,
        stored: Callable[[int, float], Mapping[Key, object]], spare: Spare = NOBODY,
    ) -> None:  # fmt: skip
        self.nodes: list[Node] = []
        self._driver = driver
        self._watch = watch
        self._begins = scenario
        self._roster = roster = Roster(scenario, by_hand, spare)
        self._scenario = everybody = roster.scenario
        self._houses = houses = Houses(everybody, roster.later)
        self.network = network = Network(scenario, scenario.seed, houses)
        redirect = {i for i in network.parents if scenario.provider[i].attach is Attach.REDIRECT}
        self.reach = reach = Reach(driver, network, redirect, len(everybody.provider), scenario.options.hold_time)
        crashes = Crashes(self, reach, houses.total, stored)
        self._delays = [row.lookup_delay for row in everybody.provider]
        self._liars = liars = Liars(self, self._delays)
        self._arrivals = arrivals = Arrivals(everybody, roster, houses, self, network, reach, crashes, self._delays)
        self._verbs = Verbs(everybody, houses, self, network, reach, crashes, liars, arrivals, roster.away)
        self._signer: Signer = Ed25519() if scenario.options.signatures is Signatures.REAL else Modelled()
        self._wallet = wallet = Wallet(self._signer)
        roster.away.update(houses.index[name] for name in roster.later)
        self.operations = Operations(driver, houses, wallet, roster.away)
        providers = self._providers()
        self._place(providers)
        self.handles = [node.handle for node in self.nodes]
        self._introduce()
        self._peer(providers)
        for source in sources(scenario, scenario.seed):
            self.operations.know(source.keys)
            driver.follow(source)

    def do(self, command: Command, t: float) -> None:
        """What a person or the scenario asks for; where it cannot be done, a Noted event says why."""
        if isinstance(command, ANEW) and (why := self._seat(command)):
            self.emit(Noted(text=why), t)
            return
        if why := self._roster.missing(command):
            self.emit(Noted(text=why), t)
        elif not self._verbs.do(command, t):
            self.operations.do(command, t)

    # What verbs ask for

    def emit(self, event: Event, t: float) -> int:
        """Append an Event that a command causes, and return its id."""
        return self._driver.emit(event, t)

    def tell(self, node: int, data: Input, cause: int, t: float) -> None:
        """Hand an input to a node, and do what it asks for."""
        self._driver.tell(node, data, cause, t)

    def lose(self, ways: set[tuple[int, int]], why: str) -> None:
        """What is under way from src to dst, of these (src, dst), does not arrive."""
        self._driver.lose(ways, why)

    def hold(self, due: float, what: Hold) -> None:
        """Call `Reach.held` at `due`."""
        self._driver.hold(due, what)

    def begin(self, name: str, t: float) -> None:
        """The customers of a provider that comes follow the workloads from now on."""
        for source in joining(self._begins, self._begins.seed, name, t):
            self._driver.follow(source)

    def made(self, number: int, epoch: int = 0) -> Provider | Redirect | Proxy:
        """A new provider, or proxy of an organisation; epoch: how often it has been started."""
        if number in self._houses.rows:
            return self._houses.made(number, self._scenario.options, self._signer)
        return self._provider(number, epoch)

    def swap(self, number: int, node: Node) -> None:
        """This node in the place of the one before, of which nothing that is due remains."""
        self._driver.forget(number)
        self.replace(number, self._liars.behind(number, node))
        self._driver.arm(number)

    def replace(self, number: int, node: Node) -> None:
        """This node in the place of the one before, for all that is due."""
        self.nodes[number], self.handles[number] = node, node.handle

    def configure(self, node: int, lookup_delay: float) -> None:
        """The lookup service of a provider takes so long from now on."""
        self._delays[node] = lookup_delay
        self._liars.delay(node, lookup_delay)
        provider = self._liars.honest(node)
        if isinstance(provider, Provider):
            provider.set_lookup_delay(lookup_delay)

    def _seat(self, command: AddProvider | AddOrganisation) -> str:
        """Give whoever comes, if nobody knew of them at the start, one of the places kept free; else why not."""
        if isinstance(command, AddProvider):
            name, customers = command.provider, command.customers
        else:
            name, customers = command.organisation, command.customers
        if name in self._houses.index:
            return ""
        place = self._roster.seat(command)
        if place is None:
            return f"{verb(command)} {name}: as many have come as a run has places for"
        node = self._houses.rename(place, name)
        if isinstance(command, AddProvider):
            self._delays[node] = command.lookup_delay
        else:
            self._houses.settle(node, as_row(command))
        self._arrivals.expect(node, customers)
        self.operations.expect(name, node)
        inside = self._houses.customers(node)
        self.replace(inside, Customer(inside, node, name, self._wallet))
        return ""

    # The start

    def _providers(self) -> list[Provider | Redirect]:
        """The providers, each knowing its parent and its children."""
        made = [self._provider(i) for i in range(self._roster.declared)]
        children: dict[Attach, dict[int, list[int]]] = {Attach.LOCAL: {}, Attach.REDIRECT: {}}
        for child, parent in self.reach.parents.items():
            children[self._scenario.provider[child].attach].setdefault(parent, []).append(child)
        for number, provider in enumerate(made):
            local, redirect = children[Attach.LOCAL].get(number, []), children[Attach.REDIRECT].get(number, [])
            if isinstance(provider, Provider):
                provider.adopt(local, redirect)
            else:
                provider.adopt(redirect)
        return made

    def _provider(self, number: int, epoch: int = 0) -> Provider | Redirect:
        """A new provider as the scenario has it, at first with its parent; epoch: how often it has been started."""
        options, reach = self._scenario.options, self.reach
        above = reach.above(number) if epoch == 0 else ()
        parent = above[0] if above else None
        provider: Provider | Redirect
        if number in reach.redirect:
            provider = Redirect(number, options, parent, epoch)
        else:
            provider = Provider(number, options, self._signer, self._delays[number], parent, above, epoch)
        self._watch(number, provider)
        return provider

    def _place(self, providers: list[Provider | Redirect]) -> None:
        """Everybody at their number; in the places of those who come later stands nobody."""
        rows, houses, later, wallet = self._scenario.provider, self._houses, self._roster.later, self._wallet
        count = len(rows)
        absent = [Nobody() for _ in range(count - self._roster.declared)]
        customers = [Customer(count + i, i, row.name, wallet) for i, row in enumerate(rows)]
        proxies = [Nobody() if row.name in later else self.made(node) for node, row in houses.rows.items()]
        inside = [Customer(houses.customers(node), node, row.name, wallet) for node, row in houses.rows.items()]
        self.nodes += [*providers, *absent, *customers, *proxies, *inside]

    def _introduce(self) -> None:
        """Tell who is there, and whose customers."""
        houses, later = self._houses, self._roster.later
        for number, row in enumerate(self._begins.provider):
            parent, link = self.network.parents.get(number, (None, None))
            attach, latency = ("", None) if link is None else (row.attach.value, link.latency)
            self.emit(Joined(number, row.name, row.customers, parent, attach, latency), 0.0)
        here = {node: house for node, house in houses.rows.items() if house.name not in later}
        for node, house in here.items():
            above = houses.above(node)
            latency = self.network.rows[node][above]
            self.emit(Housed(node, house.name, above, house.customers, house.store, latency), 0.0)
        for node in [*range(self._roster.declared), *here]:
            self.emit(Attached(houses.customers(node), node), 0.0)

    def _peer(self, providers: list[Provider | Redirect]) -> None:
        """Tell who peers with whom, and tell them."""
        around: list[list[tuple[int, float]]] = [[] for _ in providers]
        for pair in self.network.pairs:
            around[pair.a].append((pair.b, pair.link.latency))
        peers: list[list[int]] = [[] for _ in providers]
        for a, row in enumerate(around):
            if row:
                self.emit(Peered(a, tuple(b for b, _ in row), tuple(latency for _, latency in row)), 0.0)
            for b, _ in row:
                peers[a].append(b)
                peers[b].append(a)
        for provider, others in zip(providers, peers, strict=True):
            if isinstance(provider, Provider):
                provider.peer_with(others)
