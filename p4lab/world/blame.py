"""What the network had to do with a get that ended badly: who was down or cut off, who misbehaves, who had moved away.

Rules: looked for only where an answer is stale, late or missing. Each finding names the event that it goes back to;
nothing is guessed: a provider counts only if it was asked, had the value, or accepted what was missed.
"""

from collections.abc import Callable, Iterable

import msgspec

from p4lab.core.events import (
    Crashed,
    Dropped,
    Event,
    GetFinished,
    LinkChanged,
    Misbehaving,
    Moved,
    Partitioned,
    SessionDown,
    SessionRefused,
    Stored,
    pair_of,
)  # fmt: skip
from p4lab.core.history import Ack
from p4lab.core.names import Regime
from p4lab.world.fold import World
from p4lab.world.ops import Op
from p4lab.world.words import DOES, listed

AT_HOME = ("local", "replica", "cached")  # sources of an answer for which nobody was asked
HAVE = ("L", "R", "S")
MOST = 6  # providers that are told of
SO = ", so its word did not come through"
WHYS = {
    "silence": "it had been silent too long", "link": "the link was cut", "crash": "it had crashed",
    "unpeered": "they peered no more", "detached": "they had parted", "left": "it had left",
}  # fmt: skip


class Finding(msgspec.Struct, frozen=True):
    """event: what it goes back to. bad: part of why the get ended badly, else only worth knowing."""

    event: Event
    text: str
    bad: bool = True


def blame(world: World, finished: GetFinished, asked: Iterable[int], who: Callable[[int], str]) -> list[Finding]:
    """What the network had to do with it; asked: the providers that were."""
    name = world.named(finished.nid)
    lag = world.op(finished.op)
    fine = finished.outcome == "OK" and not (lag and lag.lag)
    found = [] if fine else _Search(world, finished, who).all(list(asked))
    ghost = None if fine or lag is None else former(world, lag)
    if ghost is not None:
        stays = f"{who(ghost.src)} answered with what it still had"
        found.append(Finding(ghost, f"{name.owner} had moved from {who(ghost.src)} to {who(ghost.dst)}: {stays}"))
    if finished.outcome == "NOT_FOUND":
        removal = removed(world, name.index, finished.t)
        if removal is not None:
            found.append(Finding(removal, f"{who(removal.node)} had removed it", False))
    return found


def former(world: World, get: Op) -> Moved | None:
    """The move that made a former provider's own data the source of what was read: it was a ghost read."""
    owner = world.names[get.name].owner
    if not owner or get.finished is None or not world.states.moves:
        return None
    source, end = _own(world, get), get.finished
    if source is None:
        return None
    moves = (move for move in world.states.moves if source.t < move.t <= end)
    return next((move for move in moves if (move.identity, move.src) == (owner, source.node)), None)


def gone(world: World, identity: str, node: int, t: float) -> Moved | None:
    """The move with which an identity left a provider, where it has not come back by t."""
    last = [move for move in world.states.moves if move.identity == identity and move.t <= t][-1:]
    left = [move for move in world.states.moves if (move.identity, move.src) == (identity, node) and move.t <= t]
    return left[-1] if left and last[0].dst != node else None


def removed(world: World, name: int, t: float) -> Stored | Dropped | None:
    """The last removal of a name by t, where nothing was put since."""
    last: Stored | Dropped | None = None
    for event in world.filed(name):
        if event.t > t or event.store != "L":
            continue
        if isinstance(event, Stored):
            last = event if event.deleted else None
        elif event.why == "removed":
            last = event
    return last


def _own(world: World, get: Op) -> Stored | None:
    """The own data that the copy served was made from."""
    by_id = {event.id: event for event in world.filed(get.name) if isinstance(event, Stored)}
    event = by_id.get(get.copy)
    while event is not None and event.store != "L" and event.origin:
        event = by_id.get(event.origin)
    return event if event is not None and event.store == "L" else None


class _Search:
    """Goes through the providers that matter."""

    def __init__(self, world: World, finished: GetFinished, who: Callable[[int], str]) -> None:
        self._world, self._states = world, world.states
        self._get, self._me, self._who = finished, finished.node, who
        self._found: dict[tuple[int, str], Finding] = {}  # by event and text: once each

    def all(self, asked: list[int]) -> list[Finding]:
        get, state = self._get, self._states.at(self._get.t)
        if self._me in state.crashed:
            self._say(self._last(get.t, Crashed, self._me), f"{self._who(self._me)} had crashed")
        index = self._world.named(get.nid).index
        holders = [held.node for held in self._world.holdings(index, get.t) if held.store in HAVE]
        near = self._states.neighbours(self._me, get.t)
        outside = [] if get.source in AT_HOME else [*get.silent, *holders, *asked]
        matter = [node for node in dict.fromkeys(outside) if node in near]
        for node in matter[:MOST]:
            self._out_of_reach(node, get.t)
        for ack in self._world.history.newer(get.nid, get.seq, get.digest, get.entries, get.t) if get.source else []:
            self._not_told(ack)
        served = next((event.node for event in self._world.filed(index) if event.id == get.copy), self._me)
        for node in dict.fromkeys([self._me, served, *asked, *get.silent]):
            switches = state.switches.get(node)
            if switches:
                what = " and ".join(DOES.get(name := each.partition("=")[0], name) for each in switches)
                self._say(self._last(get.t, Misbehaving, node), f"{self._who(node)} misbehaves: it {what}")
        return self._together(list(self._found.values()))

    def _together(self, found: list[Finding]) -> list[Finding]:
        """One partition is told in one sentence, whomever it parts."""
        before = f"a partition lay between {self._who(self._me)} and "
        parted = [each for each in found if each.text.startswith(before) and SO not in each.text]
        if len({each.event.id for each in parted}) != 1 or len(parted) == 1:
            return found
        whom = listed([each.text.removeprefix(before) for each in parted])
        told = Finding(parted[0].event, before + whom)
        return [told if each is parted[0] else each for each in found if each is parted[0] or each not in parted]

    def _out_of_reach(self, node: int, t: float, so: str = "") -> bool:
        """Say why nothing passed between a provider and the one that was asked; so: what came of it."""
        state, me, other = self._states.at(t), self._who(self._me), self._who(node)
        both = pair_of(self._me, node)
        why = state.cut.get(both)
        if why is None:
            return False
        if node in state.crashed:
            self._say(self._last(t, Crashed, node), f"{other} had crashed{so}")
        elif why == "partition":
            self._say(self._last(t, Partitioned), f"a partition lay between {me} and {other}{so}")
        elif why == "link":
            event = self._states.last(t, lambda one: isinstance(one, LinkChanged) and (one.a, one.b) == both)
            self._say(event, f"the link between {me} and {other} was cut{so}")
        else:
            event = self._states.last(
                t,
                lambda one: isinstance(one, SessionDown | SessionRefused) and pair_of(one.node, one.peer) == both,
            )
            self._say(event, f"{me} had no session with {other}: {WHYS.get(why, why)}{so}")
        return True

    def _not_told(self, ack: Ack) -> None:
        """A broadcast that did not come because nothing passed when it was put, or has not passed since."""
        if ack.regime in (0, Regime.GET_BROADCAST.code) or ack.node == self._me:
            return
        so = SO
        for t in (ack.t, self._get.t):
            if self._out_of_reach(ack.node, t, so):
                return

    def _last(self, t: float, kind: type[Event], node: int | None = None) -> Event | None:
        return self._states.last(t, lambda one: type(one) is kind and node in (None, getattr(one, "node", None)))

    def _say(self, event: Event | None, text: str) -> None:
        if event is not None:
            self._found.setdefault((event.id, text), Finding(event, text))
