"""The simulator: one heap of what is due, nodes that answer with effects, and a trace that hears of everything.

Rules: the engine knows neither speed nor pause. Heap entries are (due, n, dst, src, what), n the id of the Event behind
it, so that equal times keep the order of the stream; what is no message has a ticket in place of `src`, below zero.
This is the hot path: one row and one heap entry a message, and what a loop uses is hoisted out of it.
"""

from heapq import heappop, heappush
from itertools import repeat
from math import inf
from typing import Any

import msgspec

from p4lab.core.commands import BY_HAND, Get, Note, Put
from p4lab.core.contract import Effect, Emit, Node, Persist, Received, Requested, Send, SendAll, Woke
from p4lab.core.customer import Customer
from p4lab.core.events import Attached, Joined, Noted, Peered
from p4lab.core.options import Attach, Signatures
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Ed25519, Modelled, Signer
from p4lab.core.wallet import Wallet
from p4lab.scenario.model import Do, Scenario
from p4lab.sim.network import Network
from p4lab.sim.workload import Keys, sources
from p4lab.trace import LOST, Tally, Trace

WAKE, DELAYED, SOURCE, COMMAND = 0, 1, 2, 3  # what a ticket is for: its lowest two bits
FIRST_TICKET = -(2**62)
FIRST_COMMAND = -(2**31)  # commands come before all else that is due at the same time


class Engine:
    """A run of a scenario. Providers are nodes 0..N-1, their customers N..2N-1."""

    def __init__(self, scenario: Scenario, trace: Trace | Tally, by_hand: list[Do] | None = None) -> None:
        self.trace = trace
        self.nodes: list[Node] = []
        self._scenario = scenario
        self._network = Network(scenario, scenario.seed)
        self._heap: list[tuple[float, int, int, int, object]] = []
        self._armed: list[float] = []
        self._last_op = 0
        self._commands = 0
        self._ticket = FIRST_TICKET
        self._build()
        for row in [*scenario.do, *(by_hand or [])]:
            self.add(row)

    def _build(self) -> None:
        scenario, emit = self._scenario, self.trace.emit
        count = len(scenario.provider)
        self._index = {row.name: number for number, row in enumerate(scenario.provider)}
        signer = Ed25519() if scenario.options.signatures is Signatures.REAL else Modelled()
        wallet = Wallet(signer)
        providers = self._providers(signer)
        customers = [Customer(count + i, i, row.name, wallet) for i, row in enumerate(scenario.provider)]
        self.nodes = [*providers, *customers]
        self._handles = [node.handle for node in self.nodes]
        self._armed = [inf] * len(self.nodes)
        for number, row in enumerate(scenario.provider):
            parent, link = self._network.parents.get(number, (None, None))
            attach, latency = ("", None) if link is None else (row.attach.value, link.latency)
            emit(Joined(number, row.name, row.customers, parent, attach, latency), 0.0, 0)
        for number in range(count):
            emit(Attached(count + number, number), 0.0, 0)
        around: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        for pair in self._network.pairs:
            around[pair.a].append((pair.b, pair.link.latency))
        peers: list[list[int]] = [[] for _ in range(count)]
        for a, row_of_a in enumerate(around):
            if row_of_a:
                emit(Peered(a, tuple(b for b, _ in row_of_a), tuple(latency for _, latency in row_of_a)), 0.0, 0)
            for b, _ in row_of_a:
                peers[a].append(b)
                peers[b].append(a)
        for provider, others in zip(providers, peers, strict=True):
            if isinstance(provider, Provider):
                provider.peer_with(others)
        self._keys: dict[str, Keys] = {}
        for source in sources(scenario, scenario.seed):
            self._keys[source.keys.row.name] = source.keys
            self._push(source.next_at, -1, SOURCE, source)

    def _providers(self, signer: Signer) -> list[Provider | Redirect]:
        """The providers, each knowing its parent and its children."""
        rows, options, parents = self._scenario.provider, self._scenario.options, self._network.parents
        made: list[Provider | Redirect] = []
        children: dict[Attach, dict[int, list[int]]] = {Attach.LOCAL: {}, Attach.REDIRECT: {}}
        for number, row in enumerate(rows):
            parent = parents[number][0] if number in parents else None
            if parent is not None:
                children[row.attach].setdefault(parent, []).append(number)
            if parent is not None and row.attach is Attach.REDIRECT:
                made.append(Redirect(number, options, parent))
            else:
                made.append(Provider(number, options, signer, row.lookup_delay, parent))
        for number, provider in enumerate(made):
            local, redirect = children[Attach.LOCAL].get(number, []), children[Attach.REDIRECT].get(number, [])
            if isinstance(provider, Provider):
                provider.adopt(local, redirect)
            else:
                provider.adopt(redirect)
        return made

    def add(self, row: Do) -> None:
        """Schedule a command; it comes before everything else at its time, after earlier commands of the same time."""
        self._commands += 1
        self._ticket += 4
        entry = (row.at, FIRST_COMMAND + self._commands, -1, self._ticket + COMMAND, row.command)
        heappush(self._heap, entry)

    def _push(self, due: float, dst: int, kind: int, what: object) -> None:
        self._ticket += 4
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
                self._other(src & 3, dst, what, now)
                continue
            effects = handles[dst](Received(src, what, number), now)  # type: ignore[arg-type]  # entries of the heap are not typed
            if not effects:
                continue
            effect = effects[0]
            if type(effect) is Send and not effect.after and not effect.cause and len(effects) == 1 and even[dst]:
                # What most messages lead to: one answer, straight away, over an even link.
                back, message = effect.dst, effect.message
                due = now + even[dst][back]
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
            self._perform(dst, self.nodes[dst].handle(Woke(), t), 0, t)
            self._arm(dst)
        elif kind == SOURCE:
            command = what.fire()
            if what.next_at < inf:
                self._push(what.next_at, -1, SOURCE, what)
            self._request(command, what.provider, what.keys.row.name, t)
        elif isinstance(what, Note):
            self.trace.emit(Noted(what.text), t, 0)
        elif isinstance(what, Put | Get):
            self._request(self._spelt_out(what), self._index[what.by], BY_HAND, t)

    def _request(self, command: Put | Get, provider: int, workload: str, t: float) -> None:
        self._last_op += 1
        node = len(self._scenario.provider) + provider
        self._perform(node, self.nodes[node].handle(Requested(command, self._last_op, workload), t), 0, t)
        self._arm(node)

    def _spelt_out(self, command: Put | Get) -> Put | Get:
        """A get of a workload's key without an owner asks for that of the workload (contracts section 2)."""
        if isinstance(command, Get) and command.owner is None and command.key is not None:
            keys = self._keys.get(command.key.rpartition("/")[0])
            index = None if keys is None else keys.index(command.key)
            if keys is not None and index is not None:
                return msgspec.structs.replace(command, owner=keys.owner(index))
        return command

    def _perform(self, src: int, effects: list[Effect], cause: int, t: float) -> None:
        """Do what a node asks for, in its order."""
        for effect in effects:
            if isinstance(effect, Emit):
                event = self.trace.emit(effect.event, t, effect.cause or cause)
                if effect.leads:
                    cause = event
            elif isinstance(effect, Persist):
                continue
            elif effect.after:
                self._push(t + effect.after, src, DELAYED, (effect, effect.cause or cause))
            else:
                self._send(src, effect, effect.cause or cause, t)

    def _send(self, src: int, effect: Send | SendAll, cause: int, t: float) -> None:
        """Put a message on its link, a broadcast on each of its links."""
        heap, message = self._heap, effect.message
        row, uneven = self._network.rows[src], self._network.uneven[src]
        op, size, code, status = message.op, message.size, message.code, message.status
        if isinstance(effect, Send):
            dst, lost = effect.dst, False
            if uneven:
                due, lost = self._network.transit(src, dst, message, t)
            else:
                due = t + row[dst]
            event = self.trace.sent(t, due, cause, op, size, src, dst, code, status, LOST if lost else 0)
            if not lost:
                heappush(heap, (due, event, dst, src, message))
            return
        dsts = effect.dsts
        if not uneven:
            dues = [t + row[dst] for dst in dsts]
            event = self.trace.sent_all(t, dues, cause, op, size, src, dsts, code, status)
            for due, dst in zip(dues, dsts, strict=True):
                heappush(heap, (due, event, dst, src, message))
                event += 1
            return
        for dst in dsts:
            due, lost = self._network.transit(src, dst, message, t)
            event = self.trace.sent(t, due, cause, op, size, src, dst, code, status, LOST if lost else 0)
            if not lost:
                heappush(heap, (due, event, dst, src, message))
