"""Customers that follow a workload: Poisson puts and gets, Zipf popularity.

Rules: one random stream per (workload, provider, puts or gets), so that adding a provider disturbs no other. Gaps are
rounded to a microsecond. A source makes one request at a time and says when it wants the next.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from heapq import heappop, heappush
from itertools import accumulate, chain
from math import inf, log
from random import Random

from p4lab.core.commands import Get, Put, Renew
from p4lab.core.names import Kind
from p4lab.scenario.model import Scenario, Workload


class Keys:
    """The keys of one workload: key i belongs to the customers of `owners[i % len(owners)]`."""

    def __init__(self, row: Workload, owners: list[int], names: list[str]) -> None:
        self.row = row
        self.owners = owners
        self.names = names
        self._puts: dict[int, int] = {}
        self._regimes = {int(key.rpartition("/")[2]) - 1: regime for key, regime in row.regimes.items()}

    def key(self, index: int) -> str:
        """The key's text, from `name/1`."""
        return f"{self.row.name}/{index + 1}"

    @cached_property
    def heights(self) -> list[float]:
        """The summed weights of the keys, by which readers draw one; empty where all are equal."""
        row = self.row
        return list(accumulate((rank + 1) ** -row.popularity for rank in range(row.keys))) if row.popularity else []

    def index(self, key: str) -> int | None:
        """The number of the key spelt like this, or None."""
        number = key.rpartition("/")[2]
        if not (number.isdecimal() and len(number) <= len(str(self.row.keys))):
            return None
        index = int(number) - 1
        return index if 0 <= index < self.row.keys and self.key(index) == key else None

    def owner(self, index: int) -> str:
        """The identity that signs it: that of its owner provider's customers."""
        return self.names[self.owners[index % len(self.owners)]]

    def put(self, index: int) -> Put:
        """The next put of a key. An immutable key has one value for ever; putting it again renews it."""
        row, number = self.row, self._puts.get(index, 0) + 1
        self._puts[index] = number
        owner = self.owner(index)
        key = None if row.kind is Kind.IMMUTABLE else self.key(index)
        regime = self._regimes.get(index, row.regime)
        return Put(owner, self._value(index, number), key, row.kind, regime, row.ttl, row.lease, owner)

    def renew(self, index: int) -> Renew:
        """The record stored last of a key, once more."""
        row, owner = self.row, self.owner(index)
        if row.kind is Kind.IMMUTABLE:
            return Renew(owner, None, self._value(index, 1), row.kind, owner)
        return Renew(owner, self.key(index), None, row.kind, owner)

    def get(self, index: int, reader: str) -> Get:
        """A get of a key at provider `reader`."""
        kind = self.row.kind
        if kind is Kind.IMMUTABLE:
            return Get(reader, None, self._value(index, 1), kind)
        return Get(reader, self.key(index), None, kind, self.owner(index))

    def _value(self, index: int, number: int) -> str:
        row = self.row
        text = f"{index + 1} of {row.name}" if row.kind is Kind.IMMUTABLE else f"{number} {self.key(index)}"
        text = text.encode()[: row.value_bytes].decode(errors="ignore")  # a name need not be ASCII
        return text + "." * (row.value_bytes - len(text.encode()))


class Source:
    """One stream of requests of one workload. next_at: when `fire` wants to be called, inf = never."""

    def __init__(self, keys: Keys, requests: Iterator[tuple[float, Put | Get | Renew]]) -> None:
        self.keys = keys
        self._requests = requests
        self.next_at = 0.0
        self._command: Put | Get | Renew | None = None
        self._step()

    def fire(self) -> Put | Get | Renew:
        """The request that is due now."""
        command = self._command
        assert command is not None, "a source fires only where next_at is finite"
        self._step()
        return command

    def _step(self) -> None:
        self.next_at, self._command = next(self._requests, (inf, None))


def sources(scenario: Scenario, seed: int) -> list[Source]:
    """Every source of the scenario that ever fires, workload by workload: puts first."""
    everybody = len(scenario.provider)  # "all": the providers
    names = [*(row.name for row in scenario.provider), *(row.name for row in scenario.organisation)]
    found: list[Source] = []
    for row in scenario.workload:
        owners, readers = (_members(given, names, everybody) for given in (row.owners, row.readers))
        stop = scenario.duration if row.stop is None else row.stop
        keys = Keys(row, owners, names)
        for place, owner in enumerate(owners):
            rng = Random(f"{seed}:workload:{row.name}:puts:{names[owner]}")
            mine = range(place, row.keys, len(owners))
            # Entries of a set are put once: their lease is how long they stay.
            renewed = row.lease > 0 and row.kind is not Kind.UNAUTHENTICATED
            found.append(Source(keys, _puts(keys, _times(keys, mine, stop, rng), stop, renewed)))
        for reader in readers:
            rng = Random(f"{seed}:workload:{row.name}:gets:{names[reader]}")
            found.append(Source(keys, _gets(keys, names[reader], stop, rng)))
    return [source for source in found if source.next_at < inf]


def joining(scenario: Scenario, seed: int, name: str, t: float) -> list[Source]:
    """The sources of a provider that comes at t: it reads what everybody reads. It owns no key of a workload."""
    names = [*(row.name for row in scenario.provider), *(row.name for row in scenario.organisation)]
    found: list[Source] = []
    for row in scenario.workload:
        if isinstance(row.readers, str):
            stop = scenario.duration if row.stop is None else row.stop
            keys = Keys(row, _members(row.owners, names, len(scenario.provider)), names)
            rng = Random(f"{seed}:workload:{row.name}:gets:{name}")
            found.append(Source(keys, _gets(keys, name, stop, rng, t)))
    return [source for source in found if source.next_at < inf]


def _puts(
    keys: Keys, times: Iterator[tuple[float, int]], stop: float, renewed: bool
) -> Iterator[tuple[float, Put | Renew]]:
    """Puts, and with `renewed` the same again of each key whenever half its lease has gone by without one.

    DHCP renews at half the lease (RFC 2131, T1). No number is drawn for renewals.
    """
    half = keys.row.lease / 2
    due: list[tuple[float, int, int]] = []  # (when, key, how often it had been put by then)
    counts: dict[int, int] = {}
    for t, index in chain(times, ((stop, -1),)):
        while due and due[0][0] < t:
            when, key, count = heappop(due)
            if count == counts[key]:
                yield when, keys.renew(key)
                heappush(due, (round(when + half, 6), key, count))
        if index >= 0:
            yield t, keys.put(index)
            if renewed:
                counts[index] = counts.get(index, 0) + 1
                heappush(due, (round(t + half, 6), index, counts[index]))


def _times(keys: Keys, mine: range, stop: float, rng: Random) -> Iterator[tuple[float, int]]:
    """All keys at `start`, then a Poisson update at a time: one stream of the summed rate, its key drawn evenly."""
    t, rate = keys.row.start, keys.row.updates_per_second * len(mine)
    if t < stop:
        for index in mine:
            yield t, index
    while rate > 0 and (t := t + _gap(rng, rate)) < stop:
        yield t, mine[int(rng.random() * len(mine))]


def _gets(
    keys: Keys, reader: str, stop: float, rng: Random, since: float = 0.0
) -> Iterator[tuple[float, Get]]:  # fmt: skip
    row = keys.row
    t, rate = max(row.start, since), row.gets_per_second
    heights = keys.heights
    while rate > 0 and (t := t + _gap(rng, rate)) < stop:
        if heights:
            index = min(bisect_right(heights, rng.random() * heights[-1]), row.keys - 1)
        else:
            index = int(rng.random() * row.keys)
        yield t, keys.get(index, reader)


def _gap(rng: Random, rate: float) -> float:
    return round(-log(1.0 - rng.random()) / rate, 6)


def _members(given: str | tuple[str, ...], names: list[str], everybody: int) -> list[int]:
    return list(range(everybody)) if isinstance(given, str) else [names.index(name) for name in given]
