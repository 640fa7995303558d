"""What stands in a row of the event log, in words, for one Event at a time.

Rules: no Qt. A row depends on its Event and on what happened before it alone; nothing is kept but names.
"""

import msgspec

from p4lab.core.events import (
    Attached,
    Dropped,
    Equivocated,
    Event,
    GetFinished,
    GetStarted,
    Housed,
    Joined,
    LateBetter,
    Lost,
    Noted,
    Noticed,
    Peered,
    PutFinished,
    PutStarted,
    Rejected,
    Sent,
    Stored,
)  # fmt: skip
from p4lab.trace import Trace
from p4lab.world import World
from ui import words
from ui.panels import log_faults

REGIME_WORDS = ("none", "get-broadcast", "put-broadcast-key", "put-broadcast-value", "mixed")  # by regime code
KINDS: dict[type[Event], str] = {
    Joined: "provider", Housed: "organisation", Attached: "customers", Peered: "peering", Noted: "note",
    PutStarted: "put asked", PutFinished: "put answered", GetStarted: "get asked", GetFinished: "get answered",
    Stored: "stored", Dropped: "dropped", Rejected: "refused", LateBetter: "newer, but late",
    Noticed: "noticed", Equivocated: "two versions", **log_faults.KINDS,
}  # fmt: skip
FILLING = 3  # more dots than this at the end of a value are there to make it long
OWN, CUSTOMERS = "customers", "’s customers"
DROPS = {
    "replaced": "replaced", "superseded": "a newer one came", "expired": "its time was over",
    "unpeered": "its provider is a peer no more", "detached": "its provider is no relative any more",
    "moved": "its owner has moved", "removed": "it was removed",
    "unseen": "it was gone when its provider was seen again",
}  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """number from 1; time and delta in seconds; latency in ms, None where there is none; regime: its code, 0 none."""

    number: int
    time: float
    delta: float
    source: str
    target: str
    kind: str
    key: str
    regime: int
    result: str
    latency: float | None
    op: int
    code: int = 0  # of a message
    stale: bool = False

    @property
    def between(self) -> str:
        """From whom to whom, or who. A provider's own customers are just that."""
        if not self.target:
            return self.source
        source = OWN if self.source == f"{self.target}{CUSTOMERS}" else self.source
        target = OWN if self.target == f"{self.source}{CUSTOMERS}" else self.target
        return f"{source} → {target}"

    @property
    def regime_words(self) -> str:
        """As the legend calls it; empty where there is none."""
        return words.regime(REGIME_WORDS[self.regime]) if self.regime else ""


class LogText:
    """Rows of one run."""

    def __init__(self, trace: Trace, world: World) -> None:
        self.trace, self.world = trace, world
        self.judged = True  # whether what is stale is said: not where it is seen with a provider's eyes
        self._nodes: dict[int, str] = {}
        self._names: dict[bytes, int] = {}

    def row(self, index: int) -> Row:
        """The row of Event number `index`, counted from 0."""
        event = self.trace[index]
        assert isinstance(event, Event)
        return self.row_of(event, event.t - self.trace.time_of(index - 1) if index else 0.0)

    def row_of(self, event: Event, delta: float) -> Row:
        """The row of an Event that came `delta` seconds after the one before it."""
        source, target = self.who(event)
        return Row(
            event.id, event.t, delta, source, target, self.kind(event), self.key(event)[0], self.regime(event),
            self.result(event), self.latency(event), getattr(event, "op", 0),
            code=event.code if isinstance(event, Sent) else 0,
            stale=isinstance(event, GetFinished) and self._lag(event) > 0,
        )  # fmt: skip

    def node(self, node: int) -> str:
        """A provider, or the customers of one."""
        if node not in self._nodes:
            world = self.world
            self._nodes |= world.called
            for other, provider in world.provider_of.items():
                if other != provider and provider in self._nodes:
                    self._nodes[other] = f"{self._nodes[provider]}{CUSTOMERS}"
        return self._nodes.get(node, f"node {node}")

    def who(self, event: Event) -> tuple[str, str]:
        """From whom, to whom."""
        match event:
            case Sent(src=src, dst=dst):
                return self.node(src), self.node(dst)
            case Rejected(node=node, src=src) | Noticed(node=node, src=src):
                return self.node(src), self.node(node)
            case Noted():
                return "", ""
            case Lost(message=number) if 0 < number <= len(self.trace):
                return self.node(getattr(self.trace[number - 1], "src", -1)), self.node(event.dst)
            case _:
                both = log_faults.between(event, self.node)
                return both if both is not None else (self.node(getattr(event, "node", -1)), "")

    def kind(self, event: Event) -> str:
        """What it is."""
        if isinstance(event, Sent):
            return words.message(event.code)
        return "removal asked" if isinstance(event, PutStarted) and event.removes else KINDS[type(event)]

    def key(self, event: Event) -> tuple[str, str]:
        """The label of the name that the Event is about, and what kind of name it is."""
        op = getattr(event, "op", 0)
        if (nid := getattr(event, "nid", None)) is not None:
            if nid not in self._names:
                self._names |= {name.nid: name.index for name in self.world.names}
            index = self._names.get(nid, -1)
        else:
            names = self.world.op_name()
            index = int(names[op]) if 0 < op < len(names) else -1
        if index < 0:
            return "", ""
        name = self.world.names[index]
        return name.label, name.kind

    def regime(self, event: Event) -> int:
        """The code of the regime in force, 0 = none."""
        op = getattr(event, "op", 0)
        if isinstance(event, Stored | PutStarted):
            return REGIME_WORDS.index(event.regime) if event.regime in REGIME_WORDS else 0
        regimes = self.world.op_regime()
        return int(regimes[op]) if 0 < op < len(regimes) else 0

    def result(self, event: Event) -> str:
        """What came of it, or what it says."""
        kind = self.key(event)[1]
        match event:
            case Sent():
                lost = event.lost and self.judged
                return words.arrival(event.status, lost, event.duplicate and self.judged, event.corrupt and self.judged)
            case PutStarted() if event.removes:
                return f"“{shown_value(event.value)}”" if event.value else ""
            case PutStarted():
                return _listed(_version(event.seq, kind), f"“{shown_value(event.value)}”")
            case PutFinished():
                return _listed(_version(event.seq, kind), words.outcome(event.outcome))
            case GetFinished():
                return self._got(event, kind)
            case Stored():
                goes = f"asks {self.node(event.via)}" if event.store == "P" and event.via is not None else ""
                lasts = f"for {words.time(event.until - event.t)}" if event.until is not None else ""
                what = f"{words.STORES.get(event.store, event.store)} {_version(event.seq, kind)}"
                return _listed(what, "removed" if event.deleted else "", goes, lasts)
            case Dropped():
                return _listed(words.STORES.get(event.store, event.store), DROPS.get(event.why, event.why))
            case Rejected():
                return words.outcome(event.code)
            case Noticed():
                return words.NOTICES.get(event.code, event.code)
            case LateBetter():
                return _version(event.seq, kind)
            case Joined():
                return words.plural(event.customers, "customer")
            case Peered():
                return f"with {', '.join(map(self.node, event.peers))}"
            case Noted():
                return event.text
            case Equivocated():
                return f"two of {_version(event.seq, kind) or 'one version'}: {event.winner[:8]} wins"
            case _:
                return log_faults.said(event, self.node)

    def _got(self, event: GetFinished, kind: str) -> str:
        if event.outcome != "OK":
            return words.outcome(event.outcome)
        what = words.version(len(event.entries), kind) if kind == "unauthenticated" else _version(event.seq, kind)
        behind = words.behind(self._lag(event), kind)
        return _listed(what or "the value", event.source, f"stale: {behind}" if behind else "")

    def _lag(self, event: GetFinished) -> int:
        op = self.world.op(event.op) if self.judged else None
        return (op.lag or 0) if op is not None else 0

    def latency(self, event: Event) -> float | None:
        """How long it took, in ms."""
        match event:
            case PutFinished() | GetFinished():
                return event.latency * 1000
            case Sent() if not event.lost and self.judged:
                return (event.due - event.t) * 1000
            case _:
                return None


def shown_value(value: str) -> str:
    """A value cut short, and without the dots that fill up the values of a workload."""
    bare = value.rstrip(".")
    return words.short(f"{bare}…" if len(value) - len(bare) > FILLING else value)


def _version(seq: int, kind: str) -> str:
    return words.version(seq, kind) if kind == "authenticated" and seq else ""


def _listed(*parts: str) -> str:
    return ", ".join(part.strip() for part in parts if part.strip())
