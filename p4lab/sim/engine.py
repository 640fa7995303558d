"""The simulator: one heap of what is due, nodes that answer with effects, and a trace that hears of everything.

Rules: the engine knows neither speed nor pause. Heap entries are (due, n, dst, src, what), n the id of the Event behind
it, so that equal times keep the order of the stream; what is no message has a ticket in place of `src`, below zero.
This is the hot path: one row and one heap entry a message, and what a loop uses is hoisted out of it. So a message that
will not arrive, because its link was cut under way, is made a ticket at the cut, and nobody looks at each that does.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import repeat
from math import inf
from typing import Any

from p4lab.core.contract import Effect, Emit, Input, Node, Persist, Received, Send, SendAll, Woke
from p4lab.core.customer import Customer
from p4lab.core.events import Attached, Event, Housed, Joined, Lost, Noted, Peered
from p4lab.core.options import Attach, Signatures
from p4lab.core.provider import Provider
from p4lab.core.proxy import Proxy
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Ed25519, Modelled, Signer
from p4lab.core.wallet import Wallet
from p4lab.scenario.model import Do, Scenario
from p4lab.sim.arrivals import Arrivals
from p4lab.sim.crashes import Crashes, Nobody
from p4lab.sim.houses import Houses
from p4lab.sim.liars import Liars
from p4lab.sim.network import Network
from p4lab.sim.operations import Operations
from p4lab.sim.reach import Hold, Reach
from p4lab.sim.roster import Roster
from p4lab.sim.verbs import Verbs
from p4lab.sim.workload import joining, sources
from p4lab.trace import LOST, Tally, Trace

WAKE, DELAYED, SOURCE, COMMAND, LOSS, COMMIT, HOLD = range(7)  # what a ticket is for: its lowest three bits
KINDS = 8
OF_A_NODE = (WAKE, DELAYED, COMMIT)  # what goes with a node that crashes
FIRST_TICKET = -(2**62)
FIRST_COMMAND = -(2**31)  # commands come before all else that is due at the same time


class Engine:
    """A run of a scenario. Providers are nodes 0..N-1, their customers N..2N-1, organisations follow (`houses.py`).

    N is how many ever come, those of `[[provider]]` first (`roster.py`); by_hand: the commands beyond the scenario's.

    watch: is told of each provider that is made, at the start and at each restart, before it is used.
    """

    def __init__(
        self, scenario: Scenario, trace: Trace | Tally, by_hand: list[Do] | None = None,
        watch: Callable[[int, Provider | Redirect], None] = lambda number, provider: None,
    ) -> None:  # fmt: skip
        self.trace = trace
        self._watch = watch
        self.nodes: list[Node] = []
        self._begins = scenario
        self._roster = roster = Roster(scenario, by_hand or ())
        self._scenario = everybody = roster.scenario
        self._houses = houses = Houses(everybody, roster.later)
        self._network = network = Network(scenario, scenario.seed, houses)
        redirect = {i for i in network.parents if scenario.provider[i].attach is Attach.REDIRECT}
        self._reach = reach = Reach(self, network, redirect, len(everybody.provider), scenario.options.hold_time)
        self._crashes = crashes = Crashes(self, reach, houses.total)
        self._delays = [row.lookup_delay for row in everybody.provider]
        self._liars = liars = Liars(self, self._delays)
        arrivals = Arrivals(everybody, roster, houses, self, network, reach, crashes, self._delays)
        self._verbs = Verbs(everybody, houses, self, network, reach, crashes, liars, arrivals, roster.away)
        self._heap: list[tuple[float, int, int, int, object]] = []
        self._armed: list[float] = []
        self._commands = 0
        self._ticket = FIRST_TICKET
        self._build()
        for row in [*scenario.do, *(by_hand or [])]:
            self.add(row)

    def _build(self) -> None:
        scenario, everybody, emit = self._begins, self._scenario, self.trace.emit
        count, declared = len(everybody.provider), self._roster.declared
        houses, later = self._houses, self._roster.later
        self._signer: Signer = Ed25519() if scenario.options.signatures is Signatures.REAL else Modelled()
        wallet = Wallet(self._signer)
        self._roster.away.update(houses.index[name] for name in later)
        self._operations = Operations(self, houses, wallet, self._roster.away)
        providers = self._providers()
        absent = [Nobody() for _ in range(count - declared)]
        customers = [Customer(count + i, i, row.name, wallet) for i, row in enumerate(everybody.provider)]
        proxies = [Nobody() if row.name in later else self.made(node) for node, row in houses.rows.items()]
        inside = [Customer(houses.customers(node), node, row.name, wallet) for node, row in houses.rows.items()]
        self.nodes = [*providers, *absent, *customers, *proxies, *inside]
        self._handles = [node.handle for node in self.nodes]
        self._armed = [inf] * len(self.nodes)
        for number, row in enumerate(scenario.provider):
            parent, link = self._network.parents.get(number, (None, None))
            attach, latency = ("", None) if link is None else (row.attach.value, link.latency)
            emit(Joined(number, row.name, row.customers, parent, attach, latency), 0.0, 0)
        here = {node: house for node, house in houses.rows.items() if house.name not in later}
        for node, house in here.items():
            above = houses.above(node)
            latency = self._network.rows[node][above]
            emit(Housed(node, house.name, above, house.customers, house.store, latency), 0.0, 0)
        for node in [*range(declared), *here]:
            emit(Attached(houses.customers(node), node), 0.0, 0)
        around: list[list[tuple[int, float]]] = [[] for _ in range(declared)]
        for pair in self._network.pairs:
            around[pair.a].append((pair.b, pair.link.latency))
        peers: list[list[int]] = [[] for _ in range(declared)]
        for a, row_of_a in enumerate(around):
            if row_of_a:
                emit(Peered(a, tuple(b for b, _ in row_of_a), tuple(latency for _, latency in row_of_a)), 0.0, 0)
            for b, _ in row_of_a:
                peers[a].append(b)
                peers[b].append(a)
        for provider, others in zip(providers, peers, strict=True):
            if isinstance(provider, Provider):
                provider.peer_with(others)
        for source in sources(scenario, scenario.seed):
            self._operations.know(source.keys)
            self._push(source.next_at, -1, SOURCE, source)

    def begin(self, name: str, t: float) -> None:
        """The customers of a provider that comes follow the workloads from now on."""
        for source in joining(self._begins, self._begins.seed, name, t):
            self._push(source.next_at, -1, SOURCE, source)

    def _providers(self) -> list[Provider | Redirect]:
        """The providers, each knowing its parent and its children."""
        made = [self._provider(i) for i in range(self._roster.declared)]
        children: dict[Attach, dict[int, list[int]]] = {Attach.LOCAL: {}, Attach.REDIRECT: {}}
        for child, parent in self._reach.parents.items():
            children[self._scenario.provider[child].attach].setdefault(parent, []).append(child)
        for number, provider in enumerate(made):
            local, redirect = children[Attach.LOCAL].get(number, []), children[Attach.REDIRECT].get(number, [])
            if isinstance(provider, Provider):
                provider.adopt(local, redirect)
            else:
                provider.adopt(redirect)
        return made

    def made(self, number: int, epoch: int = 0) -> Provider | Redirect | Proxy:
        """A new provider, or proxy of an organisation; epoch: how often it has been started."""
        if number in self._houses.rows:
            return self._houses.made(number, self._scenario.options, self._signer)
        return self._provider(number, epoch)

    def _provider(self, number: int, epoch: int = 0) -> Provider | Redirect:
        """A new provider as the scenario has it, at first with its parent; epoch: how often it has been started."""
        options, reach = self._scenario.options, self._reach
        above = reach.above(number) if epoch == 0 else ()
        parent = above[0] if above else None
        provider: Provider | Redirect
        if number in reach.redirect:
            provider = Redirect(number, options, parent, epoch)
        else:
            provider = Provider(number, options, self._signer, self._delays[number], parent, above, epoch)
        self._watch(number, provider)
        return provider

    def add(self, row: Do) -> None:
        """Schedule a command; it comes before everything else at its time, after earlier commands of the same time."""
        self._commands += 1
        self._ticket += KINDS
        entry = (row.at, FIRST_COMMAND + self._commands, -1, self._ticket + COMMAND, row.command)
        heappush(self._heap, entry)

    def _push(self, due: float, dst: int, kind: int, what: object) -> None:
        self._ticket += KINDS
        heappush(self._heap, (due, len(self.trace), dst, self._ticket + kind, what))

    @property
    def next_at(self) -> float:
        """When the next thing is due, inf = never."""
        return self._heap[0][0] if self._heap else inf

    def run(self, until: float, most: int = 1_000_000_000) -> float:
        """Do what is due up to and including `until`; after `most` things stop at the end of the current time.

        Returns the time up to which everything has happened.
        """
        heap, pop, push, sent = self._heap, heappop, heappush, self.trace.sent
        handles, even = self._handles, self._network.even
        for _ in repeat(None, most):
            if not heap:
                return until
            now, number, dst, src, what = pop(heap)
            if now > until:
                push(heap, (now, number, dst, src, what))
                return until
            if src < 0:
                self._other(src & 7, dst, what, now)
                continue
            effects = handles[dst](Received(src, what, number), now)  # type: ignore[arg-type]  # entries of the heap are not typed
            if not effects:
                continue
            effect = effects[0]
            row = even[dst]
            if (
                type(effect) is Send
                and not effect.after
                and not effect.cause
                and len(effects) == 1
                and effect.dst in row
                and effect.message.status
            ):
                # What most messages lead to: one answer (they alone have a status), straight away, over an even link.
                back, message = effect.dst, effect.message
                due = now + row[back]
                event = sent(now, due, number, message.op, message.size, dst, back, message.code, message.status, 0)
                push(heap, (due, event, back, dst, message))
            else:
                self._perform(dst, effects, number, now)
                self._arm(dst)
        return self.run(now)  # what else is due at the same time

    def _arm(self, node: int) -> None:
        """See to it that a node is woken when it wants to be; entries that came to nothing are rare and harmless."""
        wake_at = self.nodes[node].wake_at
        if wake_at < self._armed[node]:
            self._armed[node] = wake_at
            self._push(wake_at, node, WAKE, None)

    def _other(self, kind: int, dst: int, what: Any, t: float) -> None:
        """What is due and is no message."""
        if kind == DELAYED:
            self._send(dst, what[0], what[1], t)
        elif kind == WAKE:
            self._armed[dst] = inf
            self.tell(dst, Woke(), 0, t)
        elif kind == SOURCE:
            command = what.fire()
            if what.next_at < inf:
                self._push(what.next_at, -1, SOURCE, what)
            self._operations.request(command, what.keys.row.name, t)
        elif kind == LOSS:
            self.trace.emit(what, t, what.message)
        elif kind == COMMIT:
            done, effects, cause = what
            self._crashes.disks[dst].write(done.rows)
            self._perform(dst, effects, cause, t)
        elif kind == HOLD:
            self._reach.held(what, t)
        elif why := self._roster.missing(what):
            self.emit(Noted(text=why), t)
        elif not self._verbs.do(what, t):
            self._operations.do(what, t)

    # What verbs and links ask for

    def emit(self, event: Event, t: float) -> int:
        """Append an Event that a command causes, and return its id."""
        return self.trace.emit(event, t, 0)

    def tell(self, node: int, data: Input, cause: int, t: float) -> None:
        """Hand an input to a node, and do what it asks for."""
        self._perform(node, self.nodes[node].handle(data, t), cause, t)
        self._arm(node)

    def lose(self, ways: set[tuple[int, int]], why: str) -> None:
        """What is under way from src to dst, of these (src, dst), does not arrive: it is Lost when it would."""
        heap = self._heap
        for place, (due, number, dst, src, what) in enumerate(heap):
            if src >= 0 and (src, dst) in ways:
                message: Any = what  # entries of the heap are not typed
                lost = Lost(message=number, dst=dst, why=why, src=src, code=message.code, op=message.op)
                self._ticket += KINDS
                heap[place] = (due, number, dst, self._ticket + LOSS, lost)
        heapify(heap)

    def hold(self, due: float, what: Hold) -> None:
        """Call `Reach.held` at `due`."""
        self._push(due, -1, HOLD, what)

    def swap(self, number: int, node: Node) -> None:
        """This node in the place of the one before, of which nothing that is due remains."""
        heap = self._heap
        heap[:] = [entry for entry in heap if entry[2] != number or entry[3] >= 0 or entry[3] & 7 not in OF_A_NODE]
        heapify(heap)
        self._armed[number] = inf
        self.replace(number, self._liars.behind(number, node))
        self._arm(number)

    def configure(self, node: int, lookup_delay: float) -> None:
        """The lookup service of a provider takes so long from now on."""
        self._delays[node] = lookup_delay
        self._liars.delay(node, lookup_delay)
        provider = self._liars.honest(node)
        if isinstance(provider, Provider):
            provider.set_lookup_delay(lookup_delay)

    def replace(self, number: int, node: Node) -> None:
        """This node in the place of the one before, for all that is due."""
        self.nodes[number], self._handles[number] = node, node.handle

    # What nodes ask for

    def _perform(self, src: int, effects: list[Effect], cause: int, t: float) -> None:
        """Do what a node asks for, in its order."""
        for place, effect in enumerate(effects):
            if isinstance(effect, Emit):
                event = self.trace.emit(effect.event, t, effect.cause or cause)
                if effect.leads:
                    cause = event
            elif isinstance(effect, Persist):
                if delay := self._scenario.options.commit_delay:
                    self._push(t + delay, src, COMMIT, (effect, effects[place + 1 :], cause))
                    return
                self._crashes.disks[src].write(effect.rows)
            elif effect.after:
                self._push(t + effect.after, src, DELAYED, (effect, effect.cause or cause))
            else:
                self._send(src, effect, effect.cause or cause, t)

    def _send(self, src: int, effect: Send | SendAll, cause: int, t: float) -> None:
        """Put a message on its link, a broadcast on each of its links."""
        heap, even, message = self._heap, self._network.even[src], effect.message
        op, size, code, status = message.op, message.size, message.code, message.status
        if isinstance(effect, Send):
            dst = effect.dst
            if dst in even:
                due = t + even[dst]
                event = self.trace.sent(t, due, cause, op, size, src, dst, code, status, 0)
                heappush(heap, (due, event, dst, src, message))
                return
            dsts: tuple[int, ...] = (dst,)
        else:
            dsts = effect.dsts
            try:
                dues = [t + even[dst] for dst in dsts]
            except KeyError:  # one of the links is uneven, or shut
                dues = []
            if dues:
                event = self.trace.sent_all(t, dues, cause, op, size, src, dsts, code, status)
                for due, dst in zip(dues, dsts, strict=True):
                    heappush(heap, (due, event, dst, src, message))
                    event += 1
                return
        for dst in dsts:
            event = cause
            for due, fate, arrives in self._network.transit(src, dst, message, t):
                event = self.trace.sent(t, due, event, op, size, src, dst, code, status, fate)
                if not fate & LOST:
                    heappush(heap, (due, event, dst, src, arrives))
