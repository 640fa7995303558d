"""What a provider has still to tell a neighbour that it has no session with, by the export rule.

Rules: worked out from what was stored since the session went down (protocol sections 5.5, 5.6 and 5.12), not read out
of a node: the names are those that its outbox keeps or, where a lease, a tombstone or a crash was in between, that
catching up will bring. Where the option `child_up`
is none, a parent is told of nothing that is get-broadcast; that is not looked at here.
"""

from bisect import bisect_left, bisect_right
from math import inf

from p4lab.core.events import Dropped, Stored
from p4lab.core.names import Regime
from p4lab.world.fold import World
from p4lab.world.states import CATCHING
from p4lab.world.stock import WITHDRAWN

PEER, PARENT, CHILD, PROXY = "peer", "parent", "child", "redirect child"
_WIDE = (Regime.KEY.value, Regime.VALUE.value)


def role(world: World, node: int, other: int, t: float) -> str:
    """What a neighbour is to a provider at t."""
    if world.states.parent(node, t) == other:
        return PARENT
    if world.states.parent(other, t) != node:
        return PEER
    attach = next((each.attach for each in world.providers if each.node == other), "")
    return PROXY if attach == "redirect" else CHILD


class Owing:
    """Of every provider of one run. relay: peers pass on what peers tell (the option `mesh`)."""

    def __init__(self, world: World, relay: bool = False) -> None:
        self._world, self._relay = world, relay
        self._read = 0
        self._mine: dict[int, list[Stored | Dropped]] = {}  # what each stored and dropped
        self._wide: dict[tuple[int, int], set[bytes]] = {}  # (node, news before) -> the names it knew as broadcast

    def names(self, node: int, other: int, t: float) -> list[int]:
        """Names that `other` is to hear of once it is back, in the order of their news; none while a session is up."""
        world = self._world
        since, how = world.states.session(node, other, t)
        to = role(world, node, other, t)
        if not how or how == CATCHING or to == PROXY:  # a redirect child has no store: there is nothing to tell
            return []
        for event in world.kept[self._read :]:
            if isinstance(event, Stored | Dropped):
                self._mine.setdefault(event.node, []).append(event)
        self._read = len(world.kept)
        mine = self._mine.get(node, [])
        first = 0 if since == -inf else bisect_left(mine, since, key=_time)
        wide = self._known_as_wide(node, mine, first).copy()
        found: dict[int, None] = {}
        for event in mine[first : bisect_right(mine, t, key=_time)]:
            if _goes(world, event, other, to, wide, self._relay):
                name = world.place(event.nid)
                assert name is not None, "the world has numbered it"
                found.setdefault(name)
            if isinstance(event, Stored) and event.regime in _WIDE:
                wide.add(event.nid)
        return list(found)

    def _known_as_wide(self, node: int, mine: list[Stored | Dropped], first: int) -> set[bytes]:
        kept = self._wide.get((node, first))
        if kept is None:
            kept = {each.nid for each in mine[:first] if isinstance(each, Stored) and each.regime in _WIDE}
            self._wide[node, first] = kept
        return kept


def _goes(world: World, event: Stored | Dropped, other: int, to: str, wide: set[bytes], relay: bool) -> bool:
    """Whether this news is one for that neighbour (the table of protocol section 5.6)."""
    if isinstance(event, Dropped):
        if event.why.startswith(WITHDRAWN):  # who told of it is above, or a peer
            return to == CHILD
        return event.store == "L" and event.why == "removed" and bool(event.entry)
    if event.store == "C" or event.via == other:
        return False
    told = event.regime in _WIDE or event.nid in wide
    if event.store in "LS":
        return to == PARENT or told
    source = None if event.via is None else role(world, event.node, event.via, event.t)
    if source == CHILD:  # a pointer into the own subtree
        return to == PARENT or told
    return to == CHILD or (relay and to == PEER and source == PEER)


def _time(event: Stored | Dropped) -> float:
    return event.t
