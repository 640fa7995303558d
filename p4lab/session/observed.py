"""A scenario made from what was observed of a live run: its providers, their links as slow as measured, what was asked.

Rules: a model, and its title and text say so. Who came later, or went, does so in it; what nobody can know from
watching (the loads of machines) is left out. So is what a scenario cannot have, which is counted. What was held before
is put at its start (stood.py).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import ceil
from statistics import median

import numpy as np
from msgspec.structs import replace

from p4lab.core.commands import Command, Crash, Get, Leave, Peer, Put, Remove, Restart, Unpeer
from p4lab.core.events import (
    Crashed,
    Event,
    GetStarted,
    Gone,
    Joined,
    Pair,
    Peered,
    PutStarted,
    Restarted,
    Unpeered,
    pair_of,
)
from p4lab.core.messages import ACCESS
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Link, Peering, Provider, Scenario
from p4lab.scenario.texts import MAX_TITLE, check_text
from p4lab.session.stood import News, Spelt, Stood, stood
from p4lab.trace import Trace

SOON = 1.0  # s: a peering that is told so soon after the first event was there when the watching began
AFTER = 10.0  # s that a simulation goes on beyond what was observed, to see what comes of it
MOST = 9_000  # commands: a scenario has at most 10,000, and a person adds some
SAMPLE = 65_536  # messages that latencies are measured by: the newest
MICRO = 1_000_000
PIECE = 8_192  # events read at a time: of a long run all together would fill the memory
USED = frozenset((Joined, Peered, Unpeered, Crashed, Gone, Restarted, PutStarted, GetStarted))


def observed(trace: Trace, t: float, title: str, options: Options | None = None) -> Scenario:
    """What was observed up to `t`, as a model that runs. options: of the providers, where they are known."""
    began, events, gets = _told(trace, trace.index_at(t))
    names = _names(events)
    owners = _Owners(names)
    before, nameless = stood(events, names, owners.of)
    slow = _latencies(trace, t, set(names))
    link = Link(latency=_rounded(median(slow.values())) if slow else Link().latency)
    peerings, rows, left_out = _happened(events, began, names, slow, link, owners, before)
    left_out += sum(gets[node] for node in names)
    providers = tuple(
        Provider(names[node], customers, lookup_delay=0.0) for node, customers in sorted(_customers(events).items())
    )
    called = title.strip()[: MAX_TITLE - 20].strip() or "A class"
    scenario = Scenario(
        title=f"{called}, as observed",
        duration=float(ceil(max(0.0, t - began) + AFTER)),
        options=options or Options(),
        link=link,
        provider=providers,
        peering=tuple(peerings),
    )
    kept = [row for row in rows if _fits(row, scenario)]
    about = _about(called, t - began, left_out + len(rows) - len(kept), nameless)
    return replace(scenario, do=tuple(kept), about=about)


def _about(title: str, seconds: float, left_out: int, nameless: int) -> str:
    about = (
        f"A model, made from watching {title} for {max(0.0, seconds):.0f} s: the same providers, links as slow as was "
        "measured, and the same puts and gets at the same times. What was stored before is put at its start, by "
        "whoever held it. It does not know how busy the machines were, or what was not shown."
    )
    if nameless:
        several = "1 name is" if nameless == 1 else f"{nameless:,} names are"
        about += f" {several} left out: only copies were seen, and whoever has put them was not here."
    return about + (f" {_so_many(left_out)} did not fit into it." if left_out else "")


def _so_many(commands: int) -> str:
    return "1 command" if commands == 1 else f"{commands:,} commands"


def _fits(row: Do, scenario: Scenario) -> bool:
    try:
        check_command(row.command, scenario)
    except ScenarioError:
        return False
    return row.at <= scenario.duration


def _told(trace: Trace, stop: int) -> tuple[float, list[Event], Counter[int]]:
    """When it began, the Events that a model is made of, and by node how many gets there is no room for."""
    began: float | None = None
    events, gets, more, news = list[Event](), 0, Counter[int](), News()
    for start in range(0, stop, PIECE):
        records = trace.slice(start, min(start + PIECE, stop)).records
        began = records[0].t if began is None and records else began
        for event in records:
            if type(event) is GetStarted:
                gets += 1
                if gets > MOST:
                    more[event.node] += 1
                    continue
            if news.new(event) or type(event) in USED:
                events.append(event)
    return began or 0.0, events, more


def _names(events: list[Event]) -> dict[int, str]:
    """By node; each is one that a scenario may have, and nobody else's."""
    found: dict[int, str] = {}
    for event in events:
        if isinstance(event, Joined) and event.node not in found:
            name = event.name.strip()
            try:
                check_text(name, (), 40)
            except ScenarioError:
                name = ""
            found[event.node] = name if name and name not in found.values() else f"Seat {event.node}"
    return found


def _customers(events: list[Event]) -> dict[int, int]:
    return {event.node: max(1, event.customers) for event in reversed(events) if isinstance(event, Joined)}


def _latencies(trace: Trace, t: float, nodes: set[int]) -> dict[Pair, float]:
    """How long messages took between two providers, one way: the median, which a few late ones do not move."""
    stop = trace.rows_at(t)
    rows = trace.rows(max(0, stop - SAMPLE), stop)
    rows = rows[(rows["code"] < ACCESS) & (rows["fate"] == 0) & (rows["due"] <= t) & (rows["src"] != rows["dst"])]
    taken: dict[Pair, list[float]] = defaultdict(list)
    pairs = zip(rows["src"].tolist(), rows["dst"].tolist(), (rows["due"] - rows["t"]).tolist(), strict=True)
    for src, dst, took in pairs:
        if src in nodes and dst in nodes:
            taken[pair_of(src, dst)].append(took)
    return {pair: float(np.median(each)) for pair, each in taken.items()}


def _happened(
    events: list[Event],
    began: float,
    names: dict[int, str],
    slow: dict[Pair, float],
    link: Link,
    owners: "_Owners",
    before: dict[int, Stood],
) -> tuple[list[Peering], list[Do], int]:
    """The peerings of the beginning, what was done since, and how much there was no room for."""
    peerings: list[Peering] = []
    first = [Do(0.0, each.put) for each in before.values() if each.first]
    rows = first[:MOST]
    left_out = len(first) - len(rows)
    returns = {event.node: event.t for event in events if isinstance(event, Restarted)}  # the last one of each
    for place, event in enumerate(events):
        at = round((event.t - began) * MICRO) / MICRO
        if isinstance(event, Peered) and event.t - began <= SOON:
            for peer, latency in _peers(event, names, slow):
                peerings.append(Peering(between=(names[event.node], names[peer]), latency=_unless(latency, link)))
            continue
        if isinstance(event, Gone) and event.t <= returns.get(event.node, -1.0):
            event = Crashed(node=event.node)  # a scenario knows no leaving but for good
        again = [before[place].put] if place in before and not before[place].first else ()
        for command in again or _commands(event, names, slow, owners):
            if len(rows) < MOST:
                rows.append(Do(at, command))
            else:
                left_out += 1
    return peerings, rows, left_out


def _commands(event: Event, names: dict[int, str], slow: dict[Pair, float], owners: "_Owners") -> Iterator[Command]:
    match event:
        case Peered():
            for peer, latency in _peers(event, names, slow):
                yield Peer((names[event.node], names[peer]), latency=_rounded(latency))
        case Unpeered(node=a, peer=b) if a in names and b in names:
            yield Unpeer((names[a], names[b]))
        case Crashed(node=node) if node in names:
            yield Crash(names[node])
        case Gone(node=node) if node in names:
            yield Leave(names[node])
        case Restarted(node=node) if node in names:
            yield Restart(names[node])
        case PutStarted(node=node) if node in names:
            yield _put(event, names[node], owners)
        case GetStarted(node=node) if node in names:
            kind = Kind(event.kind)
            owner = owners.of(event) if kind is Kind.AUTHENTICATED else None
            yield Get(names[node], key=event.key, kind=kind, owner=owner)


def _put(event: PutStarted, by: str, owners: "_Owners") -> Command:
    kind = Kind(event.kind)
    identity = owners.of(event) if kind is Kind.AUTHENTICATED else None
    if event.removes:
        return Remove(by, event.key, kind, identity, event.value or None, "secret" if event.value else None)
    return Put(
        by,
        event.value,
        None if kind is Kind.IMMUTABLE else event.key,
        kind,
        Regime(event.regime) if event.regime else Regime.GET_BROADCAST,
        event.ttl,
        event.lease,
        identity,
        secret="secret" if kind is Kind.UNAUTHENTICATED else None,
    )


def _peers(event: Peered, names: dict[int, str], slow: dict[Pair, float]) -> Iterator[tuple[int, float]]:
    for peer, latency in zip(event.peers, event.latency, strict=False):
        if peer in names and event.node in names:
            yield peer, slow.get(pair_of(event.node, peer), latency)


def _unless(latency: float, link: Link) -> float | None:
    found = _rounded(latency)
    return None if found == link.latency else found


def _rounded(latency: float) -> float:
    return round(max(0.0, latency), 6)


class _Owners:
    """Identities of the model: in a simulation a key belongs to a name, and two people may go by one name."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._of: dict[bytes, str] = {}
        self._taken: dict[tuple[str, str], Counter[str]] = {}

    def of(self, event: PutStarted | GetStarted | Spelt) -> str:
        """Whose name the event is about, by which the model's name is another for another."""
        found = self._of.get(event.nid)
        if found is None:
            called = event.owner or self._names[event.node]
            taken = self._taken.setdefault((event.key, called), Counter())
            taken[called] += 1
            found = called if taken[called] == 1 else f"{called} {taken[called]}"
            self._of[event.nid] = found
        return found
