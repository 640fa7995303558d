"""Event streams written by hand or drawn by Hypothesis, for the tests of what reads a trace.

Rules: Events as the engine emits them (a customer's events carry its provider's number, a put is acknowledged by its
Stored in L), through the trace's own writers, so times never fall and ids are places.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from p4lab.core import messages
from p4lab.core.events import (
    Adopted,
    Attached,
    Dropped,
    GetFinished,
    GetStarted,
    Joined,
    Lost,
    Noted,
    Peered,
    PutFinished,
    PutStarted,
    Stored,
    Unpeered,
)
from p4lab.core.names import Kind, digest, name_id
from p4lab.trace import CORRUPT, DUPLICATE, LOST, Slice, Trace

NAMES = ("Aster", "Birch", "Cedar", "Dahlia", "Elm")
KINDS = {kind.value: kind for kind in Kind}
REGIMES = ("get-broadcast", "put-broadcast-key", "put-broadcast-value")
FATES = (0, 0, LOST, DUPLICATE, CORRUPT, CORRUPT | DUPLICATE)
DELAY = 0.04


def nid_of(key: str, kind: str = "authenticated") -> bytes:
    """The id under which a Run files a key."""
    owner = digest(b"owner") if kind == "authenticated" else b""
    return name_id(KINDS[kind], digest(key.encode()) if kind == "immutable" else key.encode(), owner)


def version_digest(seq: int) -> str:
    """The digest that a Run gives to a version."""
    return digest(f"v{seq}".encode()).hex()


@dataclass
class Open:
    """A get under way."""

    op: int
    node: int
    nid: bytes
    started: float
    event: int


class Run:
    """A trace in the making. Providers are 0..n-1, their customers' nodes n..2n-1, all peer with all."""

    def __init__(self, providers: int = 3) -> None:
        self.trace = Trace()
        self.size = providers
        self.ops = 0
        for node in range(providers):
            self.trace.emit(Joined(node=node, name=NAMES[node], customers=100), 0.0, 0)
            self.trace.emit(Attached(node=providers + node, provider=node), 0.0, 0)
        for node in range(providers - 1):
            peers = tuple(range(node + 1, providers))
            self.trace.emit(Peered(node=node, peers=peers, latency=(DELAY,) * len(peers)), 0.0, 0)

    def put(
        self, t: float, node: int, key: str, seq: int = 0, *, kind: str = "authenticated", entry: str = "",
        regime: str = "get-broadcast", until: float | None = None, workload: str = "news", ttl: float = 10.0,
        deleted: bool = False,
    ) -> int:  # fmt: skip
        """An accepted put, answered at once; deleted: a removal. Returns its Stored event."""
        self.ops += 1
        nid, value = nid_of(key, kind), entry or f"v{seq}"
        start = self.trace.emit(
            PutStarted(
                node=node, op=self.ops, nid=nid, kind=kind, key=key, owner=NAMES[0] if kind == "authenticated" else "",
                workload=workload, regime=regime, ttl=ttl, lease=0.0 if until is None else until - t, seq=seq,
                value="" if deleted else value, removes=deleted,
            ), t, 0,
        )  # fmt: skip
        self.access(t, self.size + node, node, messages.PUT, start)
        stored = self.store(
            t,
            node,
            key,
            "L",
            seq,
            kind=kind,
            entry=entry,
            until=until,
            regime=regime,
            op=self.ops,
            cause=start,
            deleted=deleted,
        )
        self.access(t, node, self.size + node, messages.ANSWER, start)
        self.trace.emit(
            PutFinished(node=node, op=self.ops, nid=nid, outcome="OK", latency=0.0, seq=seq), t, start
        )  # fmt: skip
        return stored

    def refused(self, t: float, node: int, key: str, code: str, workload: str = "news") -> None:
        """A put that is refused."""
        self.ops += 1
        nid = nid_of(key)
        start = self.trace.emit(
            PutStarted(
                node=node, op=self.ops, nid=nid, kind="authenticated", key=key, owner=NAMES[0], workload=workload,
                regime="get-broadcast", ttl=1.0,
            ), t, 0,
        )  # fmt: skip
        self.trace.emit(PutFinished(node=node, op=self.ops, nid=nid, outcome=code, latency=0.0), t, start)

    def store(
        self, t: float, node: int, key: str, store: str, seq: int = 0, *, kind: str = "authenticated", entry: str = "",
        until: float | None = None, regime: str = "get-broadcast", op: int = 0, cause: int = 0, origin: int = 0,
        via: int | None = None, deleted: bool = False,
    ) -> int:  # fmt: skip
        """A copy comes to lie in a store. Returns its Stored event."""
        signed = kind == "authenticated"
        return self.trace.emit(
            Stored(
                node=node, op=op, nid=nid_of(key, kind), store=store, seq=seq, entry=entry, regime=regime,
                digest=version_digest(seq) if signed else "", until=until, origin=origin, via=via, deleted=deleted,
            ), t, cause,
        )  # fmt: skip

    def drop(
        self, t: float, node: int, key: str, store: str, *, kind: str = "authenticated", entry: str = "",
        why: str = "replaced",
    ) -> int:  # fmt: skip
        """A copy is given up."""
        return self.trace.emit(Dropped(node=node, op=0, nid=nid_of(key, kind), store=store, entry=entry, why=why), t, 0)

    def get(self, t: float, node: int, key: str, *, kind: str = "authenticated", workload: str = "news") -> Open:
        """A get begins."""
        self.ops += 1
        nid = nid_of(key, kind)
        start = self.trace.emit(
            GetStarted(
                node=node, op=self.ops, nid=nid, kind=kind, key=key, owner=NAMES[0] if kind == "authenticated" else "",
                workload=workload,
            ), t, 0,
        )  # fmt: skip
        self.access(t, self.size + node, node, messages.GET, start)
        return Open(self.ops, node, nid, t, start)

    def finish(
        self, t: float, get: Open, source: str = "", seq: int = 0, *, outcome: str = "OK", copy: int = 0,
        entries: tuple[str, ...] = (), silent: tuple[int, ...] = (), stale: bool = False,
    ) -> int:  # fmt: skip
        """A get ends; with a source it returned version `seq`, or these entries."""
        self.access(t, get.node, self.size + get.node, messages.ANSWER, get.event, get.op)
        values = (entries or (f"v{seq}",)) if source else ()
        return self.trace.emit(
            GetFinished(
                node=get.node, op=get.op, nid=get.nid, outcome=outcome, source=source, latency=t - get.started, seq=seq,
                digest=version_digest(seq) if seq else "", entries=entries, values=values, silent=silent, copy=copy,
                stale=stale,
            ), t, get.event,
        )  # fmt: skip

    def send(
        self, t: float, src: int, dst: int, code: int, op: int = 0, *, status: int = 0, size: int = 112, cause: int = 0,
        lost: bool = False, delay: float = DELAY, fate: int = 0,
    ) -> int:  # fmt: skip
        """A message leaves."""
        return self.trace.sent(t, t + delay, cause, op, size, src, dst, code, status, LOST if lost else fate)

    def relate(self, t: float, node: int, other: int, apart: bool) -> None:
        """Two peer, or peer no more; the lower one is a top without a parent, or has the other as its parent."""
        a, b = min(node, other), max(node, other)
        self.trace.emit(Unpeered(node=a, peer=b) if apart else Peered(node=a, peers=(b,), latency=(0.5,)), t, 0)
        self.trace.emit(Adopted(node=a, parent=b if apart else None, latency=0.5 if apart else None), t, 0)

    def access(self, t: float, src: int, dst: int, code: int, cause: int, op: int = 0) -> int:
        """A message between a customer and its provider."""
        return self.send(t, src, dst, code, op or self.ops, size=80, cause=cause, delay=0.0)

    def note(self, t: float, text: str = "a remark") -> None:
        """A remark."""
        self.trace.emit(Noted(text=text), t, 0)


def news() -> Run:
    """Aster puts three versions; Cedar caches the first, answers from it when it is old, and later asks again."""
    run = Run(3)
    first = run.put(1.0, 0, "news/1", 1)
    get = run.get(2.9, 2, "news/1")
    for peer in (0, 1):
        run.send(2.9, 2, peer, messages.GETQ, get.op, cause=get.event)
    run.send(2.94, 0, 2, messages.GETR, get.op, status=messages.HIT, size=210)
    run.send(2.94, 1, 2, messages.GETR, get.op, status=messages.MISS, size=48)
    cached = run.store(2.98, 2, "news/1", "C", 1, until=12.98, op=get.op, cause=get.event, origin=first)
    run.finish(2.98, get, "remote", 1, copy=first)
    run.put(3.1, 0, "news/1", 2)
    run.put(4.5, 0, "news/1", 3)
    stale = run.get(5.02, 2, "news/1")
    run.finish(5.02, stale, "cached", 1, copy=cached)
    own = run.get(6.0, 0, "news/1", workload="by hand")
    run.finish(6.0, own, "local", 3, copy=first)
    lost = run.get(14.0, 2, "news/1")
    for peer in (0, 1):
        run.send(14.0, 2, peer, messages.GETQ, lost.op, cause=lost.event, lost=peer == 0)
    run.send(14.04, 1, 2, messages.GETR, lost.op, status=messages.MISS, size=48)
    run.finish(16.0, lost, outcome="PARTIAL", silent=(0,))
    run.get(17.0, 1, "other")
    return run


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any stream that an engine might emit, sense apart: puts, copies, drops, gets, messages in any order."""
    run = Run(draw(st.integers(1, 4)))
    t, node, open_gets = 0.0, st.integers(0, run.size - 1), []
    until = st.one_of(st.none(), st.sampled_from((0.0, 0.5, 1.0, 4.0)))
    words = st.sampled_from(REGIMES)
    for _ in range(draw(st.integers(0, 40))):
        t = round(t + draw(st.sampled_from((0.0, 0.0, 0.1, 0.5, 2.0))), 6)
        at, key, entry = draw(node), draw(st.sampled_from(("a", "b"))), draw(st.sampled_from(("x", "y", "z")))
        seq, life, work = draw(st.integers(1, 5)), draw(until), draw(st.sampled_from(("news", "by hand")))
        end = None if life is None else t + life
        match word := draw(st.integers(0, 11)):
            case 0:
                run.put(t, at, key, seq, until=end, regime=draw(words), workload=work)
            case 1:
                run.put(t, at, key, kind="unauthenticated", entry=entry, until=end, regime=draw(words), workload=work)
            case 2:
                run.put(t, at, key, kind="immutable", until=end, regime=draw(words))
            case 3:
                run.store(t, at, key, draw(st.sampled_from("RCP")), seq, until=end)
            case 4:
                run.store(t, at, key, draw(st.sampled_from("RCP")), kind="unauthenticated", entry=entry, until=end)
            case 5:
                unsigned = draw(st.booleans())
                run.drop(
                    t, at, key, draw(st.sampled_from("LRCP")),
                    kind="unauthenticated" if unsigned else "authenticated", entry=entry if unsigned else "",
                )  # fmt: skip
            case 6:
                kind = draw(st.sampled_from(("authenticated", "unauthenticated", "immutable")))
                open_gets.append((kind, run.get(t, at, key, kind=kind, workload=work)))
            case 7 if open_gets:
                kind, get = open_gets.pop(draw(st.integers(0, len(open_gets) - 1)))
                if draw(st.booleans()):
                    run.finish(t, get, outcome=draw(st.sampled_from(("NOT_FOUND", "PARTIAL", "TIMEOUT", "E_AGAIN"))))
                else:
                    source = draw(st.sampled_from(("local", "replica", "cached", "joined", "remote")))
                    some = tuple(sorted(draw(st.sets(st.sampled_from(("x", "y", "z")), min_size=1))))
                    run.finish(
                        t, get, source, seq if kind == "authenticated" else 0,
                        entries=some if kind == "unauthenticated" else (),
                    )  # fmt: skip
            case 8:
                run.refused(t, at, key, "E_SEQ_OLD", work)
            case _ if run.size > 1:
                to = (at + draw(st.integers(1, run.size - 1))) % run.size
                code = draw(st.sampled_from((messages.UPDATE, messages.GETQ, messages.GETR, messages.FETCH)))
                if word == 11:
                    run.relate(t, at, to, draw(st.booleans()))
                    continue
                fate, op = draw(st.sampled_from(FATES)), draw(st.integers(0, run.ops))
                sent = run.send(t, at, to, code, op, fate=fate)
                if word == 10 and not fate & LOST:
                    lost = Lost(message=sent, dst=to, why="link", src=at, code=code, op=op)
                    t = round(t + 0.04, 6)  # the next one must not step back by a last bit
                    run.trace.emit(lost, t, sent)
    return run


@st.composite
def cut(draw: st.DrawFn, trace: Trace) -> list[Slice]:
    """The whole trace in slices of any sizes, empty ones too."""
    marks = sorted(draw(st.lists(st.integers(0, len(trace)), max_size=12)))
    return [trace.slice(a, b) for a, b in zip([0, *marks], [*marks, len(trace)], strict=True)]
