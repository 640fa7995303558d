"""World: the fold that the map, the lanes and the details of an operation read.

Rules: `step` only files events away; what a question needs is worked out when it is first asked, and kept.
"""

from collections import Counter
from typing import Protocol

import msgspec
import numpy as np

from p4lab.core.events import (
    Adopted,
    Attached,
    Crashed,
    Dropped,
    Event,
    GetFinished,
    GetStarted,
    Gone,
    Housed,
    Joined,
    LateBetter,
    Lost,
    Peered,
    PutFinished,
    PutStarted,
    Restarted,
    Stored,
    pair_of,
)
from p4lab.core.history import History
from p4lab.core.names import Kind, Regime
from p4lab.hidden import seen
from p4lab.world.copies import Copies, Filed, Holding, Segment
from p4lab.world.houses import House, Houses
from p4lab.world.load import link_load
from p4lab.world.ops import Op, Ops
from p4lab.world.states import CHANGES, State, States
from p4lab.world.traced import Rows

READS = np.dtype([("t", "<f8"), ("node", "<i4"), ("op", "<i8"), ("lag", "<i8"), ("name", "<i4")])
_CHANGES = frozenset(CHANGES)
_REGIMES = {regime.value: regime.code for regime in Regime}
_HASH = 64  # hex digits: a key this long is an immutable one


class Slice(Protocol):
    """Events i..j of a trace: `records` are all but the messages."""

    records: list[Event]

    def __len__(self) -> int:
        """How many Events."""


class Provider(msgspec.Struct, frozen=True):
    """One provider, by its number; a child with its parent and how it is attached: local or redirect.

    As it came, at `since`; `State` has what changed.
    """

    node: int
    name: str
    customers: int
    parent: int | None = None
    attach: str = ""
    since: float = 0.0


class Name(msgspec.Struct, frozen=True):
    """One name, numbered in the order of first appearance. kind: the word."""

    index: int
    nid: bytes
    kind: str
    key: str
    owner: str

    @property
    def label(self) -> str:
        """The key as people read it: a hash is cut short, and nothing in it hides or turns what stands beside it."""
        return f"{self.key[:8]}…" if len(self.key) >= _HASH and self.kind == Kind.IMMUTABLE.value else seen(self.key)


class World:
    """Give it the trace slice by slice, of any size; ask about any time up to what it has seen.

    links: latency in seconds by (a, b), a < b, of peerings and of links to parents; the latter are `parent_links`.
    """

    def __init__(self) -> None:
        self.seen = 0
        self.providers: list[Provider] = []
        self.provider_of: dict[int, int] = {}  # of each node: whose customers it stands for, a provider or organisation
        self.houses = Houses()
        self.called: dict[int, str] = {}  # providers and organisations, by node
        self.links: dict[tuple[int, int], float] = {}
        self.parent_links: set[tuple[int, int]] = set()
        self._children: dict[int, list[int]] = {}
        self.names: list[Name] = []
        self.history = History()
        self.states = States()
        self.late: dict[int, LateBetter] = {}  # by op: a better answer that came after it was done
        self.kept: list[Filed] = []  # what was stored and dropped, and who crashed, came back and left, in order
        self.lost: list[Lost] = []  # messages that did not arrive, in order
        self._index: dict[bytes, int] = {}
        self._uses: list[int] = []  # operations of each name
        self._called: Counter[str] = Counter()  # how many names have a key
        self._filed: list[list[Filed]] = []  # by name
        self._tombstones: set[tuple[int, int]] = set()  # (name, seq)
        self._copies: dict[int, tuple[Copies, int]] = {}  # of names asked about, and how many of their events went in
        self._operations = Ops()
        self._reads = np.empty(0, READS)
        self._new_reads: list[tuple[float, int, int, int, int]] = []

    def step(self, events: Slice) -> None:
        """Take the next events."""
        history, states = self.history, self.states
        for event in events.records:
            kind = type(event)
            if kind in history.wants:  # to be turned away there takes five times as long
                history.step(event)
            if kind in _CHANGES:
                states.step(event)
            match event:
                case GetFinished() | PutFinished():
                    self._finish(event)
                case GetStarted() | PutStarted():
                    self._start(event)
                case Stored() | Dropped():
                    spelt = event.spelt if type(event) is Stored else None
                    name = self._name(event.nid) if spelt is None else self._name(event.nid, *spelt[:3])
                    self._filed[name].append(event)
                    self.kept.append(event)
                    if type(event) is Stored and event.deleted:
                        self._tombstones.add((name, event.seq))
                case Crashed() | Restarted() | Gone():
                    self.kept.append(event)
                    for filed in self._filed:
                        filed.append(event)
                case LateBetter():
                    self.late[event.op] = event
                case Lost():
                    self.lost.append(event)
                case Joined():
                    self._join(event)
                case Housed():
                    self.houses.step(event)
                    self.called.setdefault(event.node, event.name)
                    self.provider_of.setdefault(event.node, event.node)
                case Attached():
                    self.provider_of[event.node] = event.provider
                case Peered():
                    for peer, latency in zip(event.peers, event.latency, strict=False):
                        self.links[pair_of(event.node, peer)] = latency
                case Adopted(node=node, parent=parent) if parent is not None:
                    self._link_up(node, parent, event.latency)
        self.seen += len(events)

    def children(self, node: int) -> list[int]:
        """The providers directly below one, in order of their numbers."""
        return sorted(self._children.get(node, ()))

    def state(self, t: float) -> State:
        """What is the matter with providers and links at t."""
        return self.states.at(t)

    def cut_off(self, house: House, t: float) -> str:
        """Why an organisation cannot reach what it is at: link, crash, partition; empty where it can."""
        return self.houses.cut(house, self.states.at(t))

    # Names

    def find(self, key: str, owner: str | None = None) -> Name | None:
        """The first name with this key (and owner, where given)."""
        return next((name for name in self.names if name.key == key and owner in (None, name.owner)), None)

    def named(self, nid: bytes) -> Name:
        """The name with this id, which some Event so far has had."""
        return self.names[self._index[nid]]

    def place(self, nid: bytes) -> int | None:
        """The place in `names` of the name with this id."""
        return self._index.get(nid)

    def put_of(self, op: int) -> PutStarted | None:
        """The put with this number."""
        return self._operations.put(op)

    def known_as(self, name: int) -> str:
        """The label of a name, with its owner where another name has the same key: "news/1 of Birch"."""
        one = self.names[name]
        alike = self._called[one.key] > 1 and one.kind == Kind.AUTHENTICATED.value and one.owner
        return f"{one.label} of {one.owner}" if alike else one.label

    def busiest(self) -> Name | None:
        """The name with the most operations."""
        return self.names[max(range(len(self._uses)), key=self._uses.__getitem__)] if self.names else None

    def newest(self, name: int, t: float) -> int:
        """The newest seq at t; of an unauthenticated name how many entries, of an immutable one 1. 0 = nothing yet."""
        return self.history.newest(self.names[name].nid, t)

    def removed(self, name: int, t: float) -> bool:
        """Whether the newest version at t is a tombstone."""
        return bool(self._tombstones) and (name, self.newest(name, t)) in self._tombstones

    # Operations

    def op_name(self) -> np.ndarray:
        """Name index by op, -1 unknown."""
        return self._operations.names

    def op_regime(self) -> np.ndarray:
        """Regime code by op: that of the newest put of its name when it started (0 none, 4 mixed), a put's own."""
        return self._operations.regimes

    def op_end(self) -> np.ndarray:
        """When it was answered by op, inf while it runs or is unknown."""
        return self._operations.ends

    def op(self, op: int) -> Op | None:
        """All about one operation; its end may lie after the playhead."""
        return self._operations.get(op)

    def stale_reads(self, name: int | None = None) -> np.ndarray:
        """The gets that returned what was no longer the newest, by the time of their answer, as READS."""
        if self._new_reads:
            self._reads = np.concatenate([self._reads, np.array(self._new_reads, READS)])
            self._new_reads.clear()
        return self._reads if name is None else self._reads[self._reads["name"] == name]

    # Copies

    def holdings(self, name: int, t: float) -> list[Holding]:
        """What each store of each provider holds of a name at t."""
        return self._of(name).holdings(t, self.history)

    def steady(self, name: int, t: float) -> tuple[float, float]:
        """From when to when, around t, the holdings of a name are the same, as long as `changes` are."""
        return self._of(name).steady(t)

    def changes(self, name: int) -> int:
        """How many Events so far have changed what is held of a name."""
        return len(self._filed[name])

    def filed(self, name: int) -> list[Stored | Dropped]:
        """All that was stored and dropped of a name, in order."""
        return [event for event in self._filed[name] if isinstance(event, Stored | Dropped)]

    def lanes(self, name: int, since: float = 0.0) -> list[Segment]:
        """What each provider would have answered with, over time; segments may end after the last event, by expiry.

        since: those that ended before are left out, and one that is going on then may begin later than it did.
        """
        return self._of(name).lanes(since)

    def link_load(self, trace: Rows, t: float, window: float) -> tuple[np.ndarray, np.ndarray]:
        """Rows (source, target) of the ways on which something was sent in (t - window, t], and how many bytes."""
        return link_load(trace, t, window)

    def _of(self, name: int) -> Copies:
        copies, fed = self._copies.get(name) or (Copies(self.names[name].nid), 0)
        filed = self._filed[name]
        copies.feed(filed[fed:])
        self._copies[name] = copies, len(filed)
        return copies

    def _join(self, event: Joined) -> None:
        if event.node not in self.provider_of:
            self.providers.append(
                Provider(event.node, event.name, event.customers, event.parent, event.attach, event.t)
            )
            self.provider_of[event.node] = event.node
            self.called[event.node] = event.name
            if event.parent is not None:
                self._children.setdefault(event.parent, []).append(event.node)
                self._link_up(event.node, event.parent, event.latency)

    def _link_up(self, node: int, parent: int, latency: float | None) -> None:
        self.parent_links.add(pair_of(node, parent))
        self.links[pair_of(node, parent)] = 0.0 if latency is None else latency

    def _name(self, nid: bytes, kind: str = "", key: str = "", owner: str = "") -> int:
        index = self._index.get(nid)
        if index is None:
            index = self._index[nid] = len(self.names)
            self.names.append(Name(index, nid, kind, key or nid.hex()[:8], owner))
            self._called[self.names[index].key] += 1
            self._uses.append(0)
            self._filed.append([])
        elif kind and not self.names[index].kind:  # who watches from the middle on learns what it is called later
            self._called[self.names[index].key] -= 1
            self._called[key] += 1
            self.names[index] = Name(index, nid, kind, key, owner)
        return index

    def _start(self, event: PutStarted | GetStarted) -> None:
        name = self._name(event.nid, event.kind, event.key, event.owner)
        self._uses[name] += 1
        if isinstance(event, PutStarted):
            regime = _REGIMES.get(event.regime, 0)
        else:
            regime = self.history.regime(event.nid, event.t)
        self._operations.start(event, name, regime)

    def _finish(self, event: PutFinished | GetFinished) -> None:
        if not self._operations.finish(event):
            return
        if isinstance(event, GetFinished) and event.source:
            lag, age = self.history.judge(event.nid, event.seq, event.digest, event.entries, event.t)
            if lag:
                self._operations.judge(event.op, lag, age)
                self._new_reads.append((event.t, event.node, event.op, lag, self._index[event.nid]))
