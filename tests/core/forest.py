"""A forest joined by hand: as `mesh.py`, with parents, and everything delivered in the order in which it was sent.

Rules: a provider is called by its name in the table of parents, such as {"A": "", "a": "A", "b": "!A"}: tops peer all
with all, "!" hangs a redirect child. Time stands still but for `wait`. `log` has a line for each message between
providers and each record; customers' messages arrive at once and are not told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from p4lab.core.commands import Get, Move, Put, Remove
from p4lab.core.contract import Effect, Emit, Linked, Persist, Received, Requested, Send, Unlinked, Woke
from p4lab.core.customer import Customer
from p4lab.core.events import (
    Dropped,
    Event,
    GetFinished,
    GetStarted,
    Left,
    PutFinished,
    PutStarted,
)
from p4lab.core.messages import ACCESS, CODE_NAMES, STATUS_NAMES, UPDATE, Update
from p4lab.core.names import Kind, Regime
from p4lab.core.neighbours import Role
from p4lab.core.options import Options, Signatures
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect
from p4lab.core.signing import Modelled
from p4lab.core.wallet import Wallet
from p4lab.stage.crashes import Nobody
from tests.core.lines import line

QUIET = Options(signatures=Signatures.MODELLED)
THREE = {"A": "", "B": "", "C": "", "a": "A", "c": "C", "b": "!B"}  # the forest of protocol section 5.17


@dataclass
class Forest:
    """parents: who is below whom. silent: links such as "AB" on which questions and answers get lost."""

    parents: dict[str, str] = field(default_factory=lambda: dict(THREE))
    options: Options = QUIET
    silent: set[str] = field(default_factory=set)
    tells_ancestors: bool = True  # whether a provider knows at the start who stands above its parent
    now: float = 0.0
    log: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: dict[int, PutFinished | GetFinished] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = list(self.parents)
        number = {name: i for i, name in enumerate(self.names)}
        signer = Modelled()
        self.wallet = wallet = Wallet(signer)
        self.providers: list[Provider | Redirect | Nobody] = []
        for name, above in self.parents.items():
            if above.startswith("!"):
                self.providers.append(Redirect(number[name], self.options, number[above[1:]]))
            else:
                parent = number[above] if above else None
                ancestors = self._above(name, number) if self.tells_ancestors else ()
                self.providers.append(Provider(number[name], self.options, signer, 0.0, parent, ancestors))
        tops = [i for name, i in number.items() if not self.parents[name]]
        for i, provider in enumerate(self.providers):
            name = self.names[i]
            local = [number[child] for child, above in self.parents.items() if above == name]
            redirect = [number[child] for child, above in self.parents.items() if above == f"!{name}"]
            if isinstance(provider, Provider):
                provider.adopt(local, redirect)
                provider.peer_with(other for other in tops if i in tops and other != i)
            else:
                provider.adopt(redirect)
        self.size = len(self.names)
        self.customers = [Customer(self.size + i, i, name, wallet) for i, name in enumerate(self.names)]
        self.disks: list[dict[tuple[str, bytes, bytes], object]] = [{} for _ in range(self.size)]
        self._signer = signer
        self._ids, self._ops = count(1), count(1)
        self._flights: list[tuple[int, int, Any, int]] = []
        self._access: list[tuple[int, int, Any, int]] = []  # between a customer and its provider: these go first

    def _above(self, name: str, number: dict[str, int]) -> tuple[int, ...]:
        above = self.parents[name].strip("!")
        return (number[above], *self._above(above, number)) if above else ()

    def put(self, by: str, key: str | None = "k", value: str = "v", regime: Regime = Regime.GET_BROADCAST, **more: Any):
        """A put, and all that follows; what was logged."""
        more.setdefault("identity", "me" if more.get("kind", Kind.AUTHENTICATED) is Kind.AUTHENTICATED else None)
        return self.run(Put(by, value, key, regime=regime, **more))

    def get(self, by: str, key: str | None = "k", kind: Kind = Kind.AUTHENTICATED, **more: Any) -> list[str]:
        """A get, and all that follows; what was logged."""
        return self.run(Get(by, key, kind=kind, owner="me" if kind is Kind.AUTHENTICATED else None, **more))

    def run(self, *commands: Put | Get | Remove) -> list[str]:
        """Commands at the same moment, and all that follows without waiting; what was logged."""
        before = len(self.log)
        for command in commands:
            i = self.names.index(command.by)
            effects = self.customers[i].handle(Requested(command, next(self._ops), "w"), self.now)
            self._perform(self.size + i, effects, 0)
        self._settle()
        return self.log[before:]

    def move(self, identity: str, src: str, dst: str) -> list[str]:
        """An identity becomes a customer of another provider; what was logged."""
        before, old, new = len(self.log), self.names.index(src), self.names.index(dst)
        ops = [next(self._ops) for _ in self.wallet.belongings(identity, self.now)]
        command = Move(identity, dst)
        for i, asked in ((new, Requested(command, ops[0], "w")), (old, Requested(command, 0, "w", node=new))):
            self._perform(self.size + i, self.customers[i].handle(asked, self.now), 0)
            self._settle()
        return self.log[before:]

    def send(self, src: str, dst: str, message: Any) -> list[str]:
        """A message that its sender never thought of."""
        before = len(self.log)
        self._flights.append((self.names.index(src), self.names.index(dst), message, next(self._ids)))
        self._settle()
        return self.log[before:]

    def wait(self, seconds: float) -> list[str]:
        """Let time pass and wake whoever wants it."""
        before, end = len(self.log), self.now + seconds
        while (first := min((node.wake_at, i) for i, node in enumerate(self.providers)))[0] <= end:
            self.now = max(self.now, first[0])
            self._perform(first[1], self.providers[first[1]].handle(Woke(), self.now), 0)
            self._settle()
        self.now = end
        return self.log[before:]

    def cut(self, *pairs: str, why: str = "link", gone: bool = False) -> list[str]:
        """The way between two is cut, "AB"; both are told, and all that follows."""
        return self._tell([(one, Unlinked(other, why, gone)) for one, other in self._both(pairs)])

    def join(self, *pairs: str, roles: tuple[Role, Role] | None = None) -> list[str]:
        """The way between two is open. roles: what the second is to the first, and the first to the second."""
        told: list[tuple[int, Linked | Unlinked]] = []
        for i, (one, other) in enumerate(self._both(pairs)):
            role = self._role(one, other) if roles is None else roles[i % 2]
            if not isinstance(self.providers[other], Nobody) and not isinstance(self.providers[one], Nobody):
                told.append((one, Linked(other, role)))
        return self._tell(told)

    def crash(self, name: str) -> list[str]:
        """A provider is gone; its neighbours are told."""
        node = self.names.index(name)
        self.providers[node] = Nobody()
        near = [other for other in range(self.size) if other != node and self._role(other, node)]
        return self._tell([(other, Unlinked(node, "crash")) for other in near])

    def restart(self, name: str) -> list[str]:
        """It is back with what it had stored, and joins its neighbours."""
        node = self.names.index(name)
        roles = {other: role for other in range(self.size) if other != node and (role := self._role(node, other))}
        provider = Provider(node, self.options, self._signer, 0.0, epoch=1)
        provider.restore(self.disks[node], roles, self.now)
        self.providers[node] = provider
        return self.join(*[name + self.names[other] for other in roles])

    def _both(self, pairs: tuple[str, ...]) -> list[tuple[int, int]]:
        ways = [(self.names.index(pair[0]), self.names.index(pair[1])) for pair in pairs]
        return [each for a, b in ways for each in ((a, b), (b, a))]

    def _role(self, one: int, other: int) -> Role | None:
        """What `other` is to `one`."""
        mine, its = self.parents[self.names[one]], self.parents[self.names[other]]
        if mine.strip("!") == self.names[other]:
            return Role.PARENT
        if its.strip("!") == self.names[one]:
            return Role.PROXY if its.startswith("!") else Role.CHILD
        return Role.PEER if not mine and not its else None

    def _tell(self, inputs: list[tuple[int, Linked | Unlinked]]) -> list[str]:
        before = len(self.log)
        for node, data in inputs:
            self._perform(node, self.providers[node].handle(data, self.now), 0)
        self._settle()
        return self.log[before:]

    def held(self, name: str) -> dict[str, list[str]]:
        """What a provider holds: values, or versions of announcements, by store letter."""
        provider = self.providers[self.names.index(name)]
        if not isinstance(provider, Provider):
            return {}
        found: dict[str, list[str]] = {}
        for store in "LSRPC":
            table = provider.stores._tables[store]
            copies = [copy.record for nid in list(table) for copy in provider.stores.live(store, nid, self.now)]
            if copies:
                found[store] = sorted((c.value or b"").decode() or f"v{c.version[0]}" for c in copies)
        return found

    def _settle(self) -> None:
        while self._access or self._flights:
            src, dst, message, event = (self._access or self._flights).pop(0)
            node = self.providers[dst] if dst < self.size else self.customers[dst - self.size]
            self._perform(dst, node.handle(Received(src, message, event), self.now), event)

    def _perform(self, src: int, effects: list[Effect], cause: int) -> None:
        for effect in effects:
            if isinstance(effect, Emit):
                event = effect.event
                event.t, event.id, event.cause = self.now, next(self._ids), effect.cause or cause
                self.events.append(event)
                if isinstance(event, PutFinished | GetFinished):
                    self.answers[event.op] = event
                if not isinstance(event, PutStarted | GetStarted):
                    self.log.append(self._line(event))
                continue
            if isinstance(effect, Persist):
                self.disks[src].update({row[:3]: row[3] for row in effect.rows})
                continue
            for dst in (effect.dst,) if isinstance(effect, Send) else effect.dsts:
                flight = (src, dst, effect.message, next(self._ids))
                if effect.message.code >= ACCESS:
                    self._access.append(flight)
                    continue
                link = self.names[src] + self.names[dst]
                self.log.append(f"{link[0]}>{link[1]} {spell(effect.message)}")
                if effect.message.code == UPDATE or not {link, link[::-1]} & self.silent:
                    self._flights.append(flight)

    def _line(self, event: Event) -> str:
        """As everywhere, but in fewer words: why a copy goes, and in which order a set came, is told by none here."""
        match event:
            case Dropped():
                return f"{self.names[event.node]} drops {event.store}"
            case GetFinished():
                found = " ".join([event.outcome, event.source, *sorted(event.values)]).strip()
                silent = f" silent {''.join(self.names[node] for node in event.silent)}" if event.silent else ""
                return f"{self.names[event.node]} get {found}{silent}"
            case Left():
                return f"{self.names[event.node]} gives up {event.entries}"
        return line(event, self.names)


def messages(log: list[str]) -> int:
    """How many messages between providers a log has."""
    return sum(">" in line for line in log)


def spell(message: Any) -> str:
    """A message as one word or a few: "UPDATE W v3", "GETR hit"."""
    words = [CODE_NAMES[message.code]]
    if isinstance(message, Update):
        withdrawn = "W" if message.record.regime is Regime.GET_BROADCAST else "A"
        words.append("V" if message.record.value is not None else withdrawn)
        words.append(f"v{message.record.version[0]}" if message.record.kind is Kind.AUTHENTICATED else "")
    return " ".join(" ".join([*words, STATUS_NAMES[message.status]]).split())
