"""Providers and their customers joined by hand: effects are performed in a queue, and the test decides what arrives.

Rules: providers are called A, B, C, ... and their customers stand beside them; what passes between the two arrives at
once. A message between providers waits in `flights` until it is delivered, dropped or delivered twice. Time stands
still but for `wait`. `log` says what happened in one line each, messages between providers and records alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from p4lab.core.commands import Get, Put
from p4lab.core.contract import (
    Effect,
    Emit,
    Input,
    Linked,
    Node,
    Persist,
    Received,
    Requested,
    Send,
    SendAll,
    Unlinked,
    Woke,
)
from p4lab.core.customer import Customer
from p4lab.core.events import (
    Event,
    GetFinished,
    GetStarted,
    PutFinished,
    PutStarted,
)
from p4lab.core.messages import ACCESS, CODE_NAMES, STATUS_NAMES, Update
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import Options, Signatures
from p4lab.core.provider import Provider
from p4lab.core.records import Record
from p4lab.core.signing import Ed25519, Modelled
from p4lab.core.wallet import Wallet
from p4lab.stage.crashes import Nobody
from tests.core.lines import line

GB, K, KV = Regime.GET_BROADCAST, Regime.KEY, Regime.VALUE
IMM, AUTH, UNAUTH = Kind.IMMUTABLE, Kind.AUTHENTICATED, Kind.UNAUTHENTICATED
LETTERS = "ABCDEFGH"
QUIET = Options(signatures=Signatures.MODELLED)


@dataclass
class Flight:
    """A message between two providers, under way. event: the id it was sent under."""

    src: int
    dst: int
    message: Any
    event: int

    @property
    def name(self) -> str:
        """Such as "A>B"."""
        return f"{LETTERS[self.src]}>{LETTERS[self.dst]}"


@dataclass
class Mesh:
    """size providers; holes: pairs such as "AB" that do not peer; lookup_delay: seconds, of each."""

    size: int = 3
    options: Options = QUIET
    holes: tuple[str, ...] = ()
    lookup_delay: float = 0.0
    now: float = 0.0
    flights: list[Flight] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: dict[int, PutFinished | GetFinished] = field(default_factory=dict)
    asked: dict[int, PutStarted | GetStarted] = field(default_factory=dict)
    causes: dict[int, int] = field(default_factory=dict)  # of every event and message, by id

    def __post_init__(self) -> None:
        signer = Ed25519() if self.options.signatures is Signatures.REAL else Modelled()
        self.signer = signer
        self.wallet = Wallet(signer)
        self.providers = [Provider(i, self.options, signer, self.lookup_delay) for i in range(self.size)]
        for i, provider in enumerate(self.providers):
            provider.peer_with(j for j in range(self.size) if j != i and not self._hole(i, j))
        customers = [Customer(self.size + i, i, LETTERS[i], self.wallet) for i in range(self.size)]
        self.nodes: list[Node] = [*self.providers, *customers]
        self.disks: list[dict[tuple[str, bytes, bytes], object]] = [{} for _ in range(self.size)]
        self._ids, self._ops = count(1), count(1)
        self._later: list[tuple[float, int, int, Effect, int]] = []

    def _hole(self, a: int, b: int) -> bool:
        return "".join(sorted(LETTERS[a] + LETTERS[b])) in self.holes

    # What customers do: by is the letter of their provider

    def put(self, by: str, key: str | None = "k", value: str = "v", regime: Regime = GB, **more: Any) -> str:
        """A put; its code."""
        answer = self.answers[self.request(Put(by, value, key, regime=regime, **more))]
        return answer.outcome

    def get(self, by: str, key: str | None = "k", owner: str = "A", kind: Kind = AUTH, **more: Any) -> int:
        """A get begins; its op. The answer, once there, is in `answers`."""
        return self.request(Get(by, key, kind=kind, owner=owner if kind is AUTH else None, **more))

    def request(self, command: Put | Get) -> int:
        """Any command; its op."""
        op = next(self._ops)
        node = self.size + LETTERS.index(command.by)
        self._perform(node, self.nodes[node].handle(Requested(command, op, "w"), self.now), 0)
        return op

    # What the network does

    def deliver(self, *names: str) -> list[str]:
        """Deliver the first message of each link named, such as "A>B"; without names everything, until all is quiet."""
        before = len(self.log)
        for name in names:
            self.arrive(self.take(name))
        while not names and self.flights:
            self.arrive(self.flights.pop(0))
        return self.log[before:]

    def take(self, name: str) -> Flight:
        """Take the first message of a link out of its flight."""
        flight = next(each for each in self.flights if each.name == name)
        self.flights.remove(flight)
        return flight

    def drop(self, *names: str) -> None:
        """Lose the first message of each link named."""
        for name in names:
            self.take(name)

    def arrive(self, flight: Flight) -> None:
        """Hand a message over, whether or not it was ever sent."""
        received = Received(flight.src, flight.message, flight.event)
        self._perform(flight.dst, self.nodes[flight.dst].handle(received, self.now), flight.event)

    def send(self, name: str, message: Any) -> None:
        """A message that its sender's provider never thought of arrives: "A>B"."""
        self.arrive(Flight(LETTERS.index(name[0]), LETTERS.index(name[2]), message, next(self._ids)))

    def tell(self, node: int, data: Input) -> list[str]:
        """Hand a node what no message carries."""
        before = len(self.log)
        self._perform(node, self.nodes[node].handle(data, self.now), 0)
        return self.log[before:]

    def wait(self, seconds: float) -> list[str]:
        """Let time pass, waking whoever wants it and doing what was put off."""
        before, end = len(self.log), self.now + seconds
        while True:
            wakes = [(node.wake_at, 0, n) for n, node in enumerate(self.nodes) if node.wake_at <= end]
            due = min([*wakes, *((at, 1, n) for n, (at, *_) in enumerate(self._later) if at <= end)], default=None)
            if due is None:
                break
            self.now = max(self.now, due[0])
            if due[1]:
                _, _, src, effect, cause = self._later.pop(due[2])
                self._send(src, effect, cause)
            else:
                self._perform(due[2], self.nodes[due[2]].handle(Woke(), self.now), 0)
        self.now = end
        return self.log[before:]

    def cut(self, pair: str, why: str = "link", gone: bool = False) -> list[str]:
        """The way between two is cut, "AB": what is under way is lost and both are told."""
        before = len(self.log)
        a, b = map(LETTERS.index, pair)
        self.flights = [each for each in self.flights if {each.src, each.dst} != {a, b}]
        for node, other in ((a, b), (b, a)):
            self._perform(node, self.nodes[node].handle(Unlinked(other, why, gone), self.now), 0)
        return self.log[before:]

    def join(self, *pairs: str) -> list[str]:
        """The way between two is open again, or for the first time; nothing is delivered yet."""
        before = len(self.log)
        for a, b in (map(LETTERS.index, pair) for pair in pairs):
            for node, other in ((a, b), (b, a)):
                self._perform(node, self.nodes[node].handle(Linked(other, Role.PEER), self.now), 0)
        return self.log[before:]

    def crash(self, letter: str) -> None:
        """A provider and all that is under way from and to it is gone; the others are told."""
        node = LETTERS.index(letter)
        self.flights = [each for each in self.flights if node not in (each.src, each.dst)]
        self._later = [each for each in self._later if each[2] != node]
        self.nodes[node] = Nobody()
        for other in range(self.size):
            if other != node:
                self._perform(other, self.nodes[other].handle(Unlinked(node, "crash"), self.now), 0)

    def restart(self, letter: str) -> int:
        """It is back with what it had stored, and joins all others; how many rows it found."""
        node = LETTERS.index(letter)
        others = [i for i in range(self.size) if i != node and not self._hole(node, i)]
        provider = Provider(node, self.options, self.signer, self.lookup_delay, epoch=1)
        found = provider.restore(self.disks[node], dict.fromkeys(others, Role.PEER), self.now)
        self.providers[node] = self.nodes[node] = provider
        self.join(*[letter + LETTERS[i] for i in others if not isinstance(self.nodes[i], Nobody)])
        return found

    # What there is

    def stores(self, letter: str) -> dict[str, list[tuple[Any, ...]]]:
        """What a provider holds: by store letter (version or value, until), nothing expired."""
        stores = self.providers[LETTERS.index(letter)].stores
        found: dict[str, list[tuple[Any, ...]]] = {}
        for store, table in (("L", stores.own), ("R", stores.replicas), ("P", stores.pointers), ("C", stores.cache)):
            held = [(_version(c.record), c.until) for copies in table.values() for c in copies if c.until > self.now]
            if held:
                found[store] = held
        return found

    def answer(self, op: int) -> str:
        """The answer to a get as one line."""
        return line(self.answers[op], LETTERS)

    def chain(self, event: Event) -> list[int]:
        """The ids of an event, of its cause, of the cause of that, and so on."""
        found = [event.id]
        while found[-1]:
            found.append(self.causes[found[-1]])
        return found[:-1]

    def _perform(self, src: int, effects: list[Effect], cause: int) -> None:
        for effect in effects:
            if isinstance(effect, Emit):
                number = self._emit(effect, effect.cause or cause)
                cause = number if effect.leads else cause
            elif isinstance(effect, Persist):
                self.disks[src].update({row[:3]: row[3] for row in effect.rows})
            elif effect.after:
                self._later.append((self.now + effect.after, 1, src, effect, effect.cause or cause))
                self._later.sort(key=lambda each: each[0])
            else:
                self._send(src, effect, effect.cause or cause)

    def _emit(self, effect: Emit, cause: int) -> int:
        event = effect.event
        event.t, event.id, event.cause = self.now, next(self._ids), cause
        self.causes[event.id] = cause
        self.events.append(event)
        if isinstance(event, PutFinished | GetFinished):
            self.answers[event.op] = event
        elif isinstance(event, PutStarted | GetStarted):
            self.asked[event.op] = event
            return event.id
        self.log.append(line(event, LETTERS))
        return event.id

    def _send(self, src: int, effect: Effect, cause: int) -> None:
        assert isinstance(effect, Send | SendAll)
        for dst in (effect.dst,) if isinstance(effect, Send) else effect.dsts:
            flight = Flight(src, dst, effect.message, next(self._ids))
            self.causes[flight.event] = cause
            if effect.message.code >= ACCESS:
                self.arrive(flight)
            else:
                self.flights.append(flight)
                self.log.append(f"{flight.name} {_spell(effect.message)}")


def _spell(message: Any) -> str:
    words = [CODE_NAMES[message.code]]
    if isinstance(message, Update):
        withdrawn = "W" if message.record.regime is GB else "A"
        words += ["V" if message.record.value is not None else withdrawn, _version(message.record)]
    return " ".join([*words, STATUS_NAMES[message.status]]).strip()


def _version(record: Record) -> str:
    if record.kind is AUTH:
        return f"v{record.version[0]}"
    return "v" if record.value is None else record.value.decode()
