"""What would have avoided a stale, slow, partial or failed answer: changes of the recipe, those that fit best first.

Rules: pure; goes by what the events say went wrong (the copy served, what was missed, what `blame` finds, what got
lost), never by trying. A remedy is a guess that a person can have judged: the same run with the change. Changes are
plain values that name keys and providers; who knows scenarios carries them out, and leaves out what cannot be.
"""

from collections.abc import Callable

import msgspec
import numpy as np

from p4lab.core import messages
from p4lab.core.events import (
    Crashed,
    Event,
    GetFinished,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    Stored,
    Unpeered,
    pair_of,
)  # fmt: skip
from p4lab.core.names import Kind, Regime
from p4lab.world.blame import AT_HOME, blame, former
from p4lab.world.fold import Name, World
from p4lab.world.ops import Op
from p4lab.world.traced import Trace
from p4lab.world.why import KEPT, LOST, sent_for
from p4lab.world.words import DOES, listed, span

MOST = 5
MOMENT = 0.1  # s: a version missed by less than that: no TTL but 0 would have helped
PATIENCE = 1.5  # times what the last answer took
STALE, PARTIAL, FAILED, MISSING, SLOW, FINE = "stale", "partial", "failed", "missing", "slow", "fine"


class Broadcast(msgspec.Struct, frozen=True):
    """The key is put in another regime from the start."""

    key: str
    regime: Regime


class Lifetime(msgspec.Struct, frozen=True):
    """Others may keep the key's copies for another time, in seconds."""

    key: str
    ttl: float


class Without(msgspec.Struct, frozen=True):
    """What an event tells of is not done."""

    event: int


class Sound(msgspec.Struct, frozen=True):
    """The link between two providers, by name, loses, doubles, delays and corrupts nothing."""

    a: str
    b: str


class Peering(msgspec.Struct, frozen=True):
    """Two providers, by name, peer from the start."""

    a: str
    b: str


class Option(msgspec.Struct, frozen=True):
    """An option of all providers: its word in files, and its value."""

    name: str
    value: str | float


Change = Broadcast | Lifetime | Without | Sound | Peering | Option


class Remedy(msgspec.Struct, frozen=True):
    """sentence: "If ...". says: in a few words, for a branch. fit: 0..1, how well it fits what went wrong."""

    sentence: str
    says: str
    change: Change
    fit: float


def verdict(world: World, op: Op) -> str:
    """What was wrong with an answer: stale, partial, failed, missing (though somebody has it), slow, or fine."""
    if op.verb != "get" or op.finished is None:
        return FINE
    if op.outcome in ("PARTIAL", "TIMEOUT"):
        return PARTIAL
    if op.outcome == "NOT_FOUND":
        held = [each for each in world.holdings(op.name, op.finished) if each.store in KEPT and not each.deleted]
        return MISSING if held else FINE
    if op.outcome != "OK":
        return FAILED
    if op.lag:
        return STALE
    return FINE if op.source in AT_HOME else SLOW


def remedies(trace: Trace, world: World, op: Op) -> list[Remedy]:
    """What would have avoided it, best first; nothing for what was fine."""
    finished = trace[op.finished_id - 1] if op.finished is not None else None
    if not isinstance(finished, GetFinished):
        return []
    found = _Search(trace, world, op, finished).all()
    best: dict[Change, Remedy] = {}
    for each in sorted(found, key=lambda one: -one.fit):
        best.setdefault(each.change, each)
    return list(best.values())[:MOST]


class _Search:
    """Collects what fits."""

    def __init__(self, trace: Trace, world: World, op: Op, finished: GetFinished) -> None:
        self.trace, self.world, self.op, self.finished = trace, world, op, finished
        self.name: Name = world.names[op.name]
        self.wrong = verdict(world, op)
        self.label = world.known_as(op.name)
        self.found: list[Remedy] = []
        rows = sent_for(op.op, trace.slice(op.started_id, op.finished_id))
        self.rows = rows[rows["code"] < messages.ACCESS]

    def all(self) -> list[Remedy]:
        match self.wrong:
            case "stale":
                self.events()
                self.stale()
            case "partial" | "failed":
                self.events()
                self.losses()
                self.late()
                if not self.way_up():
                    self.broadcast(0.6, self.copied())
            case "missing":
                self.events()
                self.unreached()
            case "slow":
                self.losses()
                self.broadcast(0.8, self.copied())
                self.longer()
        return self.found

    def who(self, node: int) -> str:
        return self.world.called.get(node, f"node {node}")

    def add(self, sentence: str, says: str, change: Change, fit: float) -> None:
        self.found.append(Remedy(f"If {sentence}", says, change, fit))

    # What happened to the network

    def events(self) -> None:
        """What `blame` finds, undone."""
        asked = list(dict.fromkeys(self.rows["dst"][self.rows["src"] == self.op.node].tolist()))
        for finding in blame(self.world, self.finished, asked, self.who):
            if finding.bad:
                self.without(finding.event, 1.0)
        move = former(self.world, self.op) if self.wrong == STALE else None
        if move is not None:
            self.without(move, 0.95)

    def way_up(self) -> bool:
        """Whether an organisation was cut off from its provider: then no regime would have brought a copy."""
        world, t, house = self.world, self.finished.t, self.world.houses.get(self.op.node)
        while house is not None and not world.cut_off(house, t):
            house = world.houses.get(house.at)
        if house is None:
            return False
        both = pair_of(house.node, house.at)
        matters: dict[str, Callable[[Event], bool]] = {
            "link": lambda one: isinstance(one, LinkChanged) and pair_of(one.a, one.b) == both,
            "partition": lambda one: isinstance(one, Partitioned),
            "crash": lambda one: isinstance(one, Crashed) and one.node in both,
        }
        why = world.cut_off(house, t)
        found = world.states.last(t, matters[why]) if why in matters else None
        if found is not None:
            self.without(found, 1.0)
        return True

    def copied(self) -> str:
        """Where a put-broadcast of the value leaves a copy: with a provider, whose organisations ask it."""
        at = self.world.houses.provider(self.op.node)
        if at == self.op.node:
            return "a copy would have been here, with nobody to ask"
        return f"a copy would have been at {self.who(at)}, with nobody else to ask"

    def without(self, event: Event, fit: float) -> None:
        at, gone = f"at {event.t:.2f} s", Without(event.id)
        match event:
            case Crashed(node=node):
                self.add(f"{self.who(node)} had not crashed {at}", f"{self.who(node)} does not crash", gone, fit)
            case LinkChanged(a=a, b=b, up=False):
                ends = f"{self.who(a)} and {self.who(b)}"
                self.add(f"the link between {ends} had not been cut {at}", f"no cut between {ends}", gone, fit)
            case Partitioned():
                self.add(f"there had been no partition {at}", "no partition", gone, fit)
            case Misbehaving(node=node, switches=switches):
                what = listed([DOES.get(word := each.partition("=")[0], word) for each in switches])
                who = self.who(node)
                self.add(f"{who} had behaved: since {event.t:.2f} s it {what}", f"{who} behaves", gone, fit)
            case Moved(identity=identity):
                self.add(f"{identity} had not moved {at}", f"{identity} does not move", gone, fit)
            case Unpeered(node=a, peer=b):
                ends = f"{self.who(a)} and {self.who(b)}"
                self.add(f"{ends} still peered", f"{ends} still peer", gone, fit)

    # Stale

    def stale(self) -> None:
        copy = self.trace[self.op.copy - 1] if 0 < self.op.copy <= len(self.trace) else None
        served = copy if isinstance(copy, Stored) else None
        if self.name.kind == Kind.UNAUTHENTICATED.value and self.op.regime == Regime.GET_BROADCAST.value:
            self.add(
                "every get of a set waited for all the others", "sets are asked of all",
                Option("unauthenticated_gets", "wait_all"), 0.7 if self.op.source == "cached" else 0.9,
            )  # fmt: skip
        if served is not None and served.store == "C":
            self.broadcast(0.85, "every provider would have been told of each version, and nobody had to cache it")
            self.broadcast(0.75, f"every get would have asked {self.home()} for the value", Regime.KEY)
            self.lifetime(served)
        elif former(self.world, self.op) is not None and self.op.source not in AT_HOME:
            self.add(
                "every answer had been waited for, and the newest taken", "all answers are waited for",
                Option("authenticated_gets", "all"), 0.9,
            )  # fmt: skip
        elif self.op.source in ("replica", "cached", "local"):
            self.broadcast(0.5, f"every get would have asked {self.home()} for the value", Regime.KEY)
        elif served is None or served.store != "L":
            self.broadcast(0.6, "every provider would have been told of each version")

    def lifetime(self, served: Stored) -> None:
        """Every copy served would have been younger than the newest version, not only this one."""
        put = self.world.put_of(self.op_of_origin(served))
        old = None if put is None else put.ttl
        get, asked = self.finished, self.finished.t - self.finished.latency
        age = asked - served.t
        newer = [ack.t for ack in self.world.history.newer(get.nid, get.seq, get.digest, get.entries, get.t)]
        fresh = min(age, asked - max(newer, default=served.t))
        ttl = 0.0 if fresh < MOMENT else _round(0.5 * fresh)
        if served.until is None or (old is not None and ttl >= old):
            return
        before = "" if old is None else f" instead of {span(old)}"
        how = f"its TTL had been {span(ttl)}{before}" if ttl else "nobody had been allowed to cache it (TTL 0)"
        newest = f", what it missed {span(fresh)}" if 0 < fresh < age else ""
        self.add(f"{how}: this copy was {span(age)} old{newest}", f"TTL {span(ttl)}", Lifetime(self.name.key, ttl), 0.7)

    def longer(self) -> None:
        """A copy that would not have run out yet."""
        started, node = self.op.started, self.op.node
        kept = [event for event in self.world.filed(self.op.name) if isinstance(event, Stored) and event.t < started]
        mine = [event for event in kept if (event.node, event.store) == (node, "C") and event.until is not None]
        put = self.world.put_of(self.op_of_origin(mine[-1])) if mine else None
        if put is not None:
            ttl = _round(PATIENCE * (started - mine[-1].t) + 0.5 * put.ttl)
            how = f"its TTL had been {span(ttl)} instead of {span(put.ttl)}"
            age = f"what {self.who(node)} had cached {span(started - mine[-1].t)} before had run out"
            self.add(f"{how}: {age}", f"TTL {span(ttl)}", Lifetime(self.name.key, ttl), 0.6)

    def op_of_origin(self, event: Stored) -> int:
        """The put that a copy goes back to."""
        seen = 0
        while 0 < event.origin <= len(self.trace) and seen < MOST:
            origin = self.trace[event.origin - 1]
            if not isinstance(origin, Stored):
                break
            event, seen = origin, seen + 1
        return event.op

    def home(self) -> str:
        """Who has the key as its own data."""
        held = self.world.holdings(self.op.name, self.finished.t)
        return listed([self.who(node) for node in dict.fromkeys(each.node for each in held if each.store == "L")])

    def broadcast(self, fit: float, because: str, regime: Regime = Regime.VALUE) -> None:
        if self.op.regime == regime.value or self.name.kind == Kind.IMMUTABLE.value:
            return
        what = "value" if regime is Regime.VALUE else "key"
        self.add(
            f"{self.label} had been put-broadcast with its {what}: {because}", f"{self.label} put-broadcast, {what}",
            Broadcast(self.name.key, regime), fit,
        )  # fmt: skip

    # Partial, failed, missing

    def losses(self) -> None:
        """Links on which the network lost a question or an answer of this get."""
        lost = self.rows[(self.rows["fate"] & LOST) > 0]
        cut = {event.message for event in self.world.lost}
        for row in lost[:MOST]:
            a, b = sorted((int(row["src"]), int(row["dst"])))
            if int(row["id"]) not in cut and (a, b) not in self.world.state(float(row["t"])).cut:
                ends = f"{self.who(a)} and {self.who(b)}"
                self.add(
                    f"the link between {ends} had lost nothing", f"no loss between {ends}",
                    Sound(self.who(a), self.who(b)), 0.95,
                )  # fmt: skip

    def late(self) -> None:
        """Answers that were still on their way when the customer was answered."""
        stop = self.trace.rows_at(self.finished.t)
        rows = self.trace.rows(max(0, stop - 65_536), stop)
        mine = rows[(rows["op"] == self.op.op) & (rows["dst"] == self.op.node) & (rows["due"] > self.finished.t)]
        mine = mine[np.isin(mine["code"], (messages.GETR, messages.FETCHR, messages.CRESP))]
        if len(mine):
            needed = float(mine["due"].max()) - (self.finished.t - self.finished.latency)
            wait = _round(PATIENCE * needed)
            self.add(
                f"it had waited for {span(wait)}: the last answer was on its way", f"patience {span(wait)}",
                Option("query_timeout", wait), 0.85,
            )  # fmt: skip

    def unreached(self) -> None:
        """Who has it, and is no peer."""
        t = self.finished.t
        near = self.world.states.neighbours(self.op.node, t)
        held = [each for each in self.world.holdings(self.op.name, t) if each.store == "L" and not each.deleted]
        holders = [each.node for each in held if self.world.houses.get(each.node) is None]  # none reaches what stays in
        tops = [node for node in dict.fromkeys(holders) if self.world.states.parent(node, t) is None]
        for node in tops:
            if node not in near and node != self.op.node and self.world.states.parent(self.op.node, t) is None:
                me, other = self.who(self.op.node), self.who(node)
                self.add(f"{me} and {other} peered", f"{me} and {other} peer", Peering(me, other), 0.9)


def _round(seconds: float) -> float:
    """Two figures, so that it can be read out."""
    return float(f"{seconds:.1g}") if seconds >= 1 else float(f"{seconds:.2g}")
