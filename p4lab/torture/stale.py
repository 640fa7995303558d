"""How stale an answer may be (invariant 22), judged over the records of a run.

Rules: as in `told.py`. Only names that one provider holds and whose regime never changed are judged: of a get-broadcast
name nothing older than TTL + delays + waits is answered, faults or not; of a put-broadcast one nothing older than the
way and the last outage. Answers that are flagged STALE have said so themselves.
"""

from bisect import bisect_right
from itertools import combinations
from math import inf

import msgspec

from p4lab.core.events import (
    Adopted,
    Crashed,
    Event,
    GetFinished,
    Gone,
    Healed,
    Joined,
    LinkChanged,
    Misbehaving,
    Partitioned,
    Peered,
    PutFinished,
    PutStarted,
    Restarted,
    SessionDown,
    SessionRefused,
    SessionUp,
    Stored,
    Unpeered,
    pair_of,
)  # fmt: skip
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Mesh
from p4lab.scenario.model import Link, Scenario, every_link
from p4lab.torture.told import ACCEPTED, WAITS
from p4lab.torture.violation import Violation

HOPS = 8  # links that an update or an answer may cross in a forest of this depth, both ways
TAIL = 6  # standard deviations


class _Name(msgspec.Struct):
    regime: str
    ttl: float = 0.0  # the longest of its puts
    holders: set[int] = set()
    acks: list[tuple[int, float]] = []  # (seq, when acknowledged), rising in both
    judged: bool = True  # one holder, one regime, no lease, no removal


class Stale:
    """Fold with `step`; `found` has the violations. everybody: the scenario with those who come later, if any do."""

    def __init__(self, scenario: Scenario, everybody: Scenario | None = None) -> None:
        everybody = everybody or scenario
        options = scenario.options
        self.found: list[Violation] = []
        rows = list(every_link(scenario).values())
        self._way = HOPS * max((_longest(link) for link in [scenario.link, *rows]), default=0.0)
        lookup = max((row.lookup_delay for row in everybody.provider), default=0.0)
        self._waits = WAITS * (options.query_timeout + lookup + options.commit_delay) + 2 * options.access_latency
        self._relay = options.mesh is Mesh.RELAY
        self._tops: set[int] = set()
        self._redirect: set[int] = set()
        self._pairs: set[tuple[int, int]] = set()
        self._faults = {("link", -1, -1) for link in rows if link.loss or link.corrupt}  # those that last
        self._calm = 0.0  # since when nothing has changed between providers
        self._names: dict[bytes, _Name] = {}
        self._puts: dict[int, PutStarted] = {}
        self._lies = False

    def step(self, event: Event) -> None:
        """Take the next record of the run."""
        match event:
            case PutStarted():
                self._put(event)
            case PutFinished():
                started = self._puts.pop(event.op, None)
                if started is not None and event.outcome in ACCEPTED:
                    acks = self._names[event.nid].acks
                    if not acks or event.seq > acks[-1][0]:
                        acks.append((event.seq, event.t))
            case Stored(store="L"):
                name = self._names.get(event.nid)
                if name is not None:
                    name.holders.add(event.node)
                    name.judged = name.judged and len(name.holders) == 1
            case GetFinished():
                self._judge(event)
            case Misbehaving():
                self._lies = self._lies or bool(event.switches)
            case _:
                self._changed(event)

    def _put(self, event: PutStarted) -> None:
        if event.kind != Kind.AUTHENTICATED.value:
            return
        self._puts[event.op] = event
        name = self._names.setdefault(event.nid, _Name(event.regime, holders=set(), acks=[]))
        name.ttl = max(name.ttl, event.ttl)
        if event.lease or event.removes or event.regime != name.regime:
            name.judged = False

    def _judge(self, event: GetFinished) -> None:
        name = self._names.get(event.nid)
        if name is None or not name.judged or self._lies or event.stale or event.outcome != "OK":
            return
        newer = bisect_right(name.acks, (event.seq, inf))
        if newer == len(name.acks):
            return
        since = name.acks[newer][1]
        if name.regime == Regime.GET_BROADCAST.value:
            age, most = event.t - since, name.ttl + self._way + self._waits
        elif self._outage():
            return
        else:
            age, most = event.t - max(since, self._calm), self._way + self._waits
        if age > most:
            said = (
                f"version {event.seq} was answered by node {event.node} {age:g} s after version {name.acks[newer][0]}"
            )
            self.found.append(Violation(22, event.t, f"{said} had been acknowledged; {most:g} s is the bound"))

    def _outage(self) -> bool:
        holes = any(pair not in self._pairs for pair in combinations(sorted(self._tops), 2))
        return bool(self._faults) or (holes and not self._relay)

    def _changed(self, event: Event) -> None:
        """Follow what stands between providers: it is calm since the last change, unless a fault still lasts."""
        faults, pairs = self._faults, self._pairs
        match event:
            case Joined():
                if event.parent is None:
                    self._tops.add(event.node)
                elif event.attach == "redirect":
                    self._redirect.add(event.node)
            case Peered():
                for peer in event.peers:
                    pairs.add(pair_of(event.node, peer))
                    faults.discard(("session", *pair_of(event.node, peer)))
            case Unpeered():
                pair = pair_of(event.node, event.peer)
                pairs.discard(pair)
                faults.discard(("session", *pair))
            case Adopted(parent=None) if event.node in self._redirect:
                pass  # it has nothing of its own, and no peers
            case Gone():
                self._tops.discard(event.node)
                faults -= {fault for fault in faults if fault[0] == "crash" and fault[1] == event.node}
                faults -= {fault for fault in faults if fault[0] != "crash" and event.node in fault[1:]}
            case Adopted():
                (self._tops.add if event.parent is None else self._tops.discard)(event.node)
            case LinkChanged():
                self._way = max(self._way, HOPS * _longest(event))
                bad = not event.up or event.loss > 0 or event.corrupt > 0
                (faults.add if bad else faults.discard)(("link", event.a, event.b))
            case Crashed():
                faults.add(("crash", event.node, 0))
            case Restarted():
                faults.discard(("crash", event.node, 0))
            case Partitioned():
                faults.add(("partition", 0, 0))
            case Healed():
                faults.discard(("partition", 0, 0))
            case SessionDown() if event.why in ("unpeered", "detached"):
                pass
            case SessionDown() | SessionRefused():
                faults.add(("session", *pair_of(event.node, event.peer)))
            case SessionUp():
                faults.discard(("session", *pair_of(event.node, event.peer)))
            case _:
                return
        self._calm = event.t


def _longest(link: Link | LinkChanged) -> float:
    """How long a message may take over a link at the most: one that queues has no bound."""
    return inf if link.bandwidth else 2 * (link.latency + TAIL * link.jitter)
