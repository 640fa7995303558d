"""The get-broadcast workload as a user of SimPy would write it: the peer that the engine is measured against.

Rules: idiomatic SimPy 4 (a process per provider, per source of customers, per get and per message under way, the last
as in "Event Latency" of SimPy's own examples; a Store as inbox, an Event per pending get) and nothing slow on purpose:
messages are plain tuples with names, nothing is logged. It has no sizes, timers, signatures or trace, which the engine
has. Nearly all its time is SimPy's own. Arrival as a callback of a bare Timeout, which that example does not use, makes
it about 1.6 times faster.
"""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any, NamedTuple

import simpy

KEYS_PER_PROVIDER = 10
GETS_PER_SECOND = (
    1000.0  # of all customers together, so that as many gets are under way in a small mesh as in a large one
)
LATENCY = (0.02, 0.06)  # seconds one way, drawn once for each link

Process = Generator[simpy.Event, Any, None]


class Query(NamedTuple):
    """Have you this key?"""

    origin: int
    number: int
    key: str


class Reply(NamedTuple):
    """The answer to the query of that number: the value, or None."""

    number: int
    value: str | None


class Pending:
    """A get that waits for its peers' replies."""

    __slots__ = ("answer", "missing")

    def __init__(self, answer: simpy.Event, missing: int) -> None:
        self.answer = answer
        self.missing = missing


class Provider:
    """Holds its own keys, asks all peers for others, answers what peers ask."""

    def __init__(self, env: simpy.Environment, number: int, data: dict[str, str]) -> None:
        self.env = env
        self.number = number
        self.data = data
        self.inbox = simpy.Store(env)
        self.links: dict[int, tuple[float, simpy.Store]] = {}
        self.pending: dict[int, Pending] = {}
        self.asked = 0
        self.sent = 0
        env.process(self.serve())

    def connect(self, other: Provider, latency: float) -> None:
        """Peer with another provider, both ways."""
        self.links[other.number] = (latency, other.inbox)
        other.links[self.number] = (latency, self.inbox)

    def get(self, key: str) -> simpy.Event:
        """An event that succeeds with the value: at once if it is here, else with the first HIT; None if all miss."""
        answer = self.env.event()
        if key in self.data:
            return answer.succeed(self.data[key])
        self.asked += 1
        self.pending[self.asked] = Pending(answer, len(self.links))
        query = Query(self.number, self.asked, key)
        for peer in self.links:
            self.send(peer, query)
        return answer

    def send(self, peer: int, message: Query | Reply) -> None:
        """Put the message into the peer's inbox after the link's latency."""
        self.sent += 1
        self.env.process(self.carry(message, *self.links[peer]))

    def carry(self, message: Query | Reply, latency: float, inbox: simpy.Store) -> Process:
        """One message under way."""
        yield self.env.timeout(latency)
        inbox.put(message)

    def serve(self) -> Process:
        """Take one message after the other."""
        while True:
            message = yield self.inbox.get()
            if isinstance(message, Query):
                self.send(message.origin, Reply(message.number, self.data.get(message.key)))
            else:
                self.settle(message)

    def settle(self, reply: Reply) -> None:
        """The first HIT answers the get; the last reply ends it."""
        pending = self.pending[reply.number]
        pending.missing -= 1
        if reply.value is not None and not pending.answer.triggered:
            pending.answer.succeed(reply.value)
        if pending.missing == 0:
            if not pending.answer.triggered:
                pending.answer.succeed(None)
            del self.pending[reply.number]


def run(providers: int, gets: int, seed: int) -> int:
    """Simulate `gets` gets among `providers` providers in full mesh; returns how many messages crossed links."""
    env, mesh = build(providers, seed)
    keys = [key for provider in mesh for key in provider.data]
    latencies: list[float] = []
    for number, provider in enumerate(mesh):
        share = gets // providers + (number < gets % providers)
        rate = GETS_PER_SECOND / providers
        env.process(customers(env, provider, share, rate, keys, Random(f"{seed}:customers:{number}"), latencies))
    env.run()
    assert len(latencies) == gets, "every get was answered"
    return sum(provider.sent for provider in mesh)


def build(providers: int, seed: int) -> tuple[simpy.Environment, list[Provider]]:
    """The mesh, every key at one provider."""
    env = simpy.Environment()
    names = [[f"{number}/{i}" for i in range(KEYS_PER_PROVIDER)] for number in range(providers)]
    mesh = [Provider(env, number, {key: f"value of {key}" for key in keys}) for number, keys in enumerate(names)]
    rng = Random(f"{seed}:links")
    for i, provider in enumerate(mesh):
        for other in mesh[:i]:
            provider.connect(other, rng.uniform(*LATENCY))
    return env, mesh


def customers(
    env: simpy.Environment,
    provider: Provider,
    gets: int,
    rate: float,
    keys: list[str],
    rng: Random,
    latencies: list[float],
) -> Process:
    """The customers of one provider: gets at Poisson times for keys drawn evenly, each waiting for its own answer."""
    for _ in range(gets):
        yield env.timeout(rng.expovariate(rate))
        env.process(customer(env, provider, rng.choice(keys), latencies))


def customer(env: simpy.Environment, provider: Provider, key: str, latencies: list[float]) -> Process:
    """One get: asks, waits, notes how long it took."""
    start = env.now
    value = yield provider.get(key)
    assert value == f"value of {key}"
    latencies.append(env.now - start)
