"""A run told by hand, second by second, so that tests can say exactly what a panel must show.

Three providers, 40 ms apart. news/1 (get-broadcast) is cached at Cedar and goes stale there; wiki/1 is broadcast with
its value, chat/1 as a key; wall/1 is a set to which Birch and Cedar add.
"""

import msgspec

from p4lab.core.commands import Command
from p4lab.core.events import (
    Attached,
    Event,
    GetFinished,
    GetStarted,
    Joined,
    Noted,
    Peered,
    PutFinished,
    PutStarted,
    Stored,
)  # fmt: skip
from p4lab.core.names import Kind, Regime
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import Abilities
from p4lab.trace import Trace
from tests.ui import runs
from ui.focus import Focus
from ui.panels.log_text import LogText
from ui.player import Player

ASTER, BIRCH, CEDAR = range(3)
UPDATE, GETQ, GETR = 3, 4, 5
HIT, MISS = 1, 2
NEWS, WIKI, CHAT, WALL = (bytes([letter]) * 32 for letter in b"nwcs")
KEYS = {NEWS: "news/1", WIKI: "wiki/1", CHAT: "chat/1", WALL: "wall/1"}
DURATION = 20.0
REGIME = Regime.GET_BROADCAST


class Told:
    """A Session whose Events are there from the start. known: whether it says so, as a recording does."""

    lag = 0.0

    def __init__(self, trace: Trace, known: bool = False, **scenario: object) -> None:
        self.trace = trace
        self.abilities = Abilities(submit=False, fork=False, known=known, why_not="This is a tale.")
        self.scenario = msgspec.structs.replace(Scenario(title="A tale", duration=DURATION), **scenario)
        self.commands: list[Do] = []

    def advance(self, until: float) -> float:
        return until

    def submit(self, command: Command, t: float) -> float:
        raise ValueError(self.abilities.why_not)

    def fork(self, t: float) -> "Told":
        return self

    def close(self) -> None:
        pass


def opened(qtbot, known: bool = False, trace: Trace | None = None, **scenario: object) -> tuple[Player, Focus]:
    """A player at the end of the tale, with news/1 selected."""
    session = Told(trace or tale(), known, **scenario)
    player = Player(lambda _: session)
    player.open(session)
    player.seek(DURATION)
    runs.settle(qtbot, player)
    focus = Focus()
    name = player.world.find("news/1")
    focus.select_name(None if name is None else name.index)
    return player, focus


def tale() -> Trace:
    """The run."""
    trace = Trace()
    for node, name in enumerate(("Aster", "Birch", "Cedar")):
        trace.emit(Joined(node=node, name=name, customers=100), 0.0, 0)
    for node in range(3):
        trace.emit(Attached(node=node + 3, provider=node), 0.0, 0)
    trace.emit(Peered(node=ASTER, peers=(BIRCH, CEDAR), latency=(0.04, 0.04)), 0.0, 0)
    trace.emit(Peered(node=BIRCH, peers=(CEDAR,), latency=(0.04,)), 0.0, 0)
    _put(trace, 1.0, 1, ASTER, NEWS, 1)
    cached = _broadcast_get(trace, 2.82, 2, CEDAR, ASTER, BIRCH)
    _put(trace, 3.1, 3, ASTER, NEWS, 2)
    _put(trace, 4.4, 4, ASTER, NEWS, 3)
    _get(trace, 5.018, 5, CEDAR, NEWS, "cached", 1, cached)
    _missing(trace, 6.0, 6, BIRCH)
    copy = _put(trace, 7.0, 7, BIRCH, WIKI, 1, Regime.VALUE)
    for node in (ASTER, CEDAR):
        sent = trace.sent(7.0, 7.04, copy, 7, 324, BIRCH, node, UPDATE, 0, 0)
        _store(trace, 7.04, 7, node, WIKI, "R", 1, Regime.VALUE, cause=sent, via=BIRCH, origin=copy)
    for seq in (1, 2):
        at = 7.5 + 0.5 * seq
        copy = _put(trace, at, 7 + seq, ASTER, CHAT, seq, Regime.KEY)
        for node in (BIRCH, CEDAR):
            _store(trace, at + 0.04, 7 + seq, node, CHAT, "P", seq, Regime.KEY, cause=copy, via=ASTER, origin=copy)
    _add(trace, 9.0, 10, BIRCH, "aa")
    _add(trace, 9.5, 11, CEDAR, "bb")
    _read_set(trace, 10.0, 12, BIRCH, ("aa",))
    trace.emit(Noted(text="That is all."), 11.0, 0)
    return trace


def text(player: Player) -> LogText:
    """The words of its rows."""
    return LogText(player.trace, player.world)


def _put(
    trace: Trace, t: float, op: int, node: int, nid: bytes, seq: int, regime: Regime = Regime.GET_BROADCAST
) -> int:
    started = trace.emit(
        PutStarted(
            node=node, op=op, nid=nid, kind=Kind.AUTHENTICATED.value, key=KEYS[nid], owner="Aster", workload="w",
            regime=regime.value, ttl=10.0, seq=seq, value=f"edition {seq}",
        ), t, 0,
    )  # fmt: skip
    copy = _store(trace, t, op, node, nid, "L", seq, regime, cause=started)
    trace.emit(PutFinished(node=node, op=op, nid=nid, outcome="OK", latency=0.0, seq=seq), t, copy)
    return copy


def _store(
    trace: Trace, t: float, op: int, node: int, nid: bytes, store: str, seq: int, regime: Regime, cause: int,
    until: float | None = None, via: int | None = None, origin: int = 0, entry: str = "",
) -> int:  # fmt: skip
    digest = f"{seq:02x}" if seq else ""
    event = Stored(
        node=node, op=op, nid=nid, store=store, seq=seq, digest=digest, entry=entry, regime=regime.value, until=until,
        via=via, origin=origin,
    )  # fmt: skip
    return trace.emit(event, t, cause)


def _asked(trace: Trace, t: float, op: int, node: int, nid: bytes, key: str, kind: Kind = Kind.AUTHENTICATED) -> int:
    event: Event = GetStarted(node=node, op=op, nid=nid, kind=kind.value, key=key, owner="Aster", workload="w")
    return trace.emit(event, t, 0)


def _broadcast_get(trace: Trace, t: float, op: int, node: int, holder: int, other: int) -> int:
    """Asks both, one of which has it; the answer is cached for 10 s. Returns the cached copy's Stored event."""
    started = _asked(trace, t, op, node, NEWS, "news/1")
    to_holder = trace.sent(t, t + 0.04, started, op, 112, node, holder, GETQ, 0, 0)
    to_other = trace.sent(t, t + 0.04, started, op, 112, node, other, GETQ, 0, 0)
    answer = trace.sent(t + 0.04, t + 0.08, to_holder, op, 260, holder, node, GETR, HIT, 0)
    trace.sent(t + 0.04, t + 0.08, to_other, op, 48, other, node, GETR, MISS, 0)
    cached = _store(
        trace, t + 0.08, op, node, NEWS, "C", 1, Regime.GET_BROADCAST, cause=answer, until=t + 10.08, origin=10
    )
    trace.emit(
        GetFinished(
            node=node, op=op, nid=NEWS, outcome="OK", source="remote", latency=0.08, seq=1, digest="01",
            values=("edition 1",), copy=cached,
        ), t + 0.08, cached,
    )  # fmt: skip
    return cached


def _get(trace: Trace, t: float, op: int, node: int, nid: bytes, source: str, seq: int, copy: int) -> None:
    started = _asked(trace, t, op, node, nid, KEYS[nid])
    trace.emit(
        GetFinished(
            node=node, op=op, nid=nid, outcome="OK", source=source, latency=0.002, seq=seq, digest=f"{seq:02x}",
            values=(f"edition {seq}",), copy=copy,
        ), t + 0.002, started,
    )  # fmt: skip


def _missing(trace: Trace, t: float, op: int, node: int) -> None:
    started = _asked(trace, t, op, node, b"?" * 32, "nothing")
    trace.emit(
        GetFinished(node=node, op=op, nid=b"?" * 32, outcome="NOT_FOUND", source="", latency=0.1), t + 0.1, started
    )


def _add(trace: Trace, t: float, op: int, node: int, entry: str) -> None:
    started = trace.emit(
        PutStarted(
            node=node, op=op, nid=WALL, kind=Kind.UNAUTHENTICATED.value, key="wall/1", owner="", workload="w",
            regime=Regime.GET_BROADCAST.value, ttl=10.0, value=entry,
        ), t, 0,
    )  # fmt: skip
    copy = _store(trace, t, op, node, WALL, "L", 0, Regime.GET_BROADCAST, cause=started, entry=entry)
    trace.emit(PutFinished(node=node, op=op, nid=WALL, outcome="OK", latency=0.0), t, copy)


def _read_set(trace: Trace, t: float, op: int, node: int, entries: tuple[str, ...]) -> None:
    started = _asked(trace, t, op, node, WALL, "wall/1", Kind.UNAUTHENTICATED)
    trace.emit(
        GetFinished(
            node=node, op=op, nid=WALL, outcome="OK", source="local", latency=0.002, entries=entries, values=entries
        ), t + 0.002, started,
    )  # fmt: skip
