"""What is the matter with providers and links at a time: crashes, cuts, partitions, sessions, misbehaviour, moves.

Rules: fed with the events of `CHANGES` in order. Between two of them nothing changes, so a `State` is worked out once
per change that is asked about, and only what differs from the start of the run is looked at. A link is a pair (a, b)
with a < b, a peering or the link of a child to its parent.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import inf
from operator import itemgetter
from typing import TypeVar

import msgspec

from p4lab.core.events import (
    Adopted,
    CaughtUp,
    Crashed,
    Event,
    Gone,
    Healed,
    Housed,
    Joined,
    LinkChanged,
    Misbehaving,
    Moved,
    Pair,
    Partitioned,
    Peered,
    ProviderChanged,
    Restarted,
    SessionDown,
    SessionRefused,
    SessionUp,
    Unpeered,
    pair_of,
)  # fmt: skip

CHANGES = (
    Adopted, CaughtUp, Crashed, Gone, Healed, Housed, Joined, LinkChanged, Misbehaving, Moved, Partitioned, Peered,
    ProviderChanged, Restarted, SessionDown, SessionRefused, SessionUp, Unpeered,
)  # fmt: skip
KEPT = 256  # states
CATCHING = "catching up"
T = TypeVar("T")
_time = itemgetter(0)


class State(msgspec.Struct, frozen=True, eq=False):
    """From one change to the next. since: when it began. cut: links that are there and carry nothing, and why:

    link, crash, partition, or as the session ended (silence, a refusal such as CYCLE). catching: links over which a
    session is being filled. links: those that were changed, as they are. absent: links that others times have.
    parents: of the providers whose parent has changed. switches: the misbehaviours in force. gone: who has left, in a
    class perhaps not for good. coming: who comes later; neither are there, providers and organisations alike. changed:
    who is not as it came.
    """

    since: float = 0.0
    crashed: frozenset[int] = frozenset()
    switches: dict[int, tuple[str, ...]] = {}
    groups: tuple[frozenset[int], ...] = ()
    cut: dict[Pair, str] = {}
    catching: frozenset[Pair] = frozenset()
    links: dict[Pair, LinkChanged] = {}
    absent: frozenset[Pair] = frozenset()
    parents: dict[int, int | None] = {}
    gone: frozenset[int] = frozenset()
    coming: frozenset[int] = frozenset()
    changed: dict[int, ProviderChanged] = {}

    def there(self, node: int) -> bool:
        """Whether a provider or an organisation has come and not left."""
        return node not in self.gone and node not in self.coming

    def group(self, node: int) -> int:
        """The number of a provider's side of the partition, from 0; -1 while there is none."""
        return next((number for number, group in enumerate(self.groups) if node in group), -1)

    def catching_up(self, node: int) -> list[int]:
        """With whom a provider is filling a session."""
        return [b if a == node else a for a, b in sorted(self.catching) if node in (a, b)]

    @property
    def calm(self) -> bool:
        """Whether nothing is the matter."""
        return not (self.crashed or self.switches or self.groups or self.cut or self.catching or self.links)


class States:
    """Ask `at` any time up to the last event."""

    def __init__(self) -> None:
        self.moves: list[Moved] = []
        self.parents: dict[int, int | None] = {}  # at the start
        self._redirects: set[int] = set()  # children with nothing to catch up with
        self._nodes: set[int] = set()
        self._times: list[float] = []
        self._events: list[Event] = []  # aligned with the times
        self._down: dict[int, list[tuple[float, bool]]] = {}
        self._switches: dict[int, list[tuple[float, tuple[str, ...]]]] = {}
        self._groups: list[tuple[float, tuple[frozenset[int], ...]]] = []
        self._parted: list[tuple[frozenset[int], ...]] = []  # what each partition in force names
        self._came: dict[int, float] = {}  # who was not there at the start
        self._left: dict[int, list[tuple[float, bool]]] = {}
        self._changed: dict[int, list[tuple[float, ProviderChanged]]] = {}
        self._there: dict[Pair, list[tuple[float, bool]]] = {}
        self._of: dict[int, list[Pair]] = {}  # all links of a provider
        self._comes: dict[Pair, list[tuple[float, bool]]] = {}  # of these the links that are not there all the time
        self._links: dict[Pair, list[tuple[float, LinkChanged]]] = {}
        self._parents: dict[int, list[tuple[float, int | None]]] = {}
        self._sessions: dict[Pair, list[tuple[float, str]]] = {}  # (node, peer), both ways: "", CATCHING, or why not
        self._kept: dict[int, State] = {}

    def step(self, event: Event) -> None:
        """Take the next change."""
        t = event.t
        match event:
            case Joined(node=node, parent=parent, attach=attach):
                self._nodes.add(node)
                self.parents[node] = parent
                if attach == "redirect":
                    self._redirects.add(node)
                if t > 0:
                    self._came[node] = t
                    if self._parted:
                        self._groups.append((t, self._sides()))
                if parent is not None:
                    self._present(t, node, parent, True)
            case Housed(node=node) if t > 0:
                self._came[node] = t
            case Gone(node=node):
                self._left.setdefault(node, []).append((t, True))
                self._down.setdefault(node, []).append((t, False))
                self._switches.setdefault(node, []).append((t, ()))
            case ProviderChanged(node=node):
                self._changed.setdefault(node, []).append((t, event))
            case Peered(node=node, peers=peers):
                for peer in peers:
                    self._present(t, node, peer, True)
            case Unpeered(node=node, peer=peer):
                self._present(t, node, peer, False)
            case Adopted(node=node, parent=parent):
                before = _at(self._parents.get(node, ()), t, self.parents.get(node))
                if before is not None:
                    self._present(t, node, before, False)
                if parent is not None:
                    self._present(t, node, parent, True)
                self._parents.setdefault(node, []).append((t, parent))
            case LinkChanged(a=a, b=b):
                self._links.setdefault(pair_of(a, b), []).append((t, event))
            case Crashed(node=node) | Restarted(node=node):
                self._down.setdefault(node, []).append((t, isinstance(event, Crashed)))
                if node in self._left:
                    self._left[node].append((t, False))
            case Partitioned(groups=groups):
                self._parted.append(tuple(frozenset(group) for group in groups if group))
                self._groups.append((t, self._sides()))
            case Healed():
                self._parted.clear()
                self._groups.append((t, ()))
            case SessionUp(node=node, peer=peer):
                self._session(t, node, peer, "" if {node, peer} & self._redirects else CATCHING)
            case CaughtUp(node=node, peer=peer):
                self._session(t, node, peer, "")
            case SessionDown(node=node, peer=peer, why=why) | SessionRefused(node=node, peer=peer, why=why):
                self._session(t, node, peer, why or "silence")
            case Misbehaving(node=node, switches=switches):
                self._switches.setdefault(node, []).append((t, switches))
            case Moved():
                self.moves.append(event)
        if t > 0 or not isinstance(event, Joined | Housed | Peered):
            if isinstance(event, Joined | Housed | Peered | Adopted):
                self._kept.clear()  # times before knew nothing of what is not there yet
            self._times.append(t)
            self._events.append(event)

    def at(self, t: float) -> State:
        """What is the matter at t: the same object until something changes."""
        return self._after(bisect_right(self._times, t))

    def pairs(self) -> Iterable[Pair]:
        """Every link of the run, whenever it is there, in the order of their coming."""
        return self._there.keys()

    def count(self) -> int:
        """How many links there are in all."""
        return len(self._there)

    def parent(self, node: int, t: float) -> int | None:
        """A provider's parent at t."""
        return _at(self._parents.get(node, ()), t, self.parents.get(node))

    def children(self, node: int, t: float) -> list[int]:
        """The providers directly below one at t, in order of their numbers."""
        return sorted(child for child in self.parents if self.parent(child, t) == node)

    def neighbours(self, node: int, t: float) -> set[int]:
        """Peers, children and parent at t, whether or not something passes."""
        absent = self.at(t).absent
        return {b if a == node else a for a, b in self._of.get(node, ()) if (a, b) not in absent}

    def session(self, node: int, peer: int, t: float) -> tuple[float, str]:
        """Since when a provider's session with a neighbour is as it is at t, and how: "" up, CATCHING, or why not.

        From -inf on where nothing was heard of it, and it was there from the start.
        """
        track = self._sessions.get((node, peer), ())
        place = bisect_right(track, t, key=_time)
        return track[place - 1] if place else (-inf, "")

    def linked(self, a: int, b: int, t: float) -> bool:
        """Whether there is a link between two providers at t."""
        return pair_of(a, b) in self._there and pair_of(a, b) not in self.at(t).absent

    def last(self, t: float, wanted: Callable[[Event], bool]) -> Event | None:
        """The last change by t that is wanted."""
        place = bisect_right(self._times, t)
        return next((event for event in reversed(self._events[:place]) if wanted(event)), None)

    def stopped(self, a: int, b: int, sent: float, due: float) -> float:
        """When a message between two providers came to its end: at the first cut after it was sent, or when due."""
        both = pair_of(a, b)
        for number in range(bisect_right(self._times, sent), bisect_right(self._times, due)):
            state = self._after(number + 1)
            if both in state.cut or both in state.absent:
                return self._times[number]
        return due

    def _present(self, t: float, a: int, b: int, there: bool) -> None:
        if pair_of(a, b) not in self._there:
            for node in (a, b):
                self._of.setdefault(node, []).append(pair_of(a, b))
        track = self._there.setdefault(pair_of(a, b), [])
        if not track and not there:
            track.append((-inf, True))  # whoever goes was there
        if not track or track[-1][1] is not there:
            track.append((t, there))
        if len(track) > 1 or t > 0:
            self._comes[pair_of(a, b)] = track
        for way in ((a, b), (b, a)):
            if way in self._sessions:  # a new link begins without the old one's session
                self._sessions[way].append((t, ""))

    def _sides(self) -> tuple[frozenset[int], ...]:
        """Who is on whose side of all partitions in force: whom one does not name is with the rest, its last side."""
        everybody = self._nodes.union(frozenset.intersection(*(frozenset().union(*each) for each in self._parted)))
        found: dict[tuple[int, ...], set[int]] = {}
        for node in everybody:
            place = [next((i for i, side in enumerate(each) if node in side), len(each)) for each in self._parted]
            found.setdefault(tuple(place), set()).add(node)
        return tuple(frozenset(found[place]) for place in sorted(found))

    def _session(self, t: float, node: int, peer: int, how: str) -> None:
        self._sessions.setdefault((node, peer), []).append((t, how))

    def _after(self, number: int) -> State:
        """The state after so many changes."""
        state = self._kept.get(number)
        if state is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            state = self._kept[number] = self._made(self._times[number - 1] if number else 0.0)
        return state

    def _made(self, t: float) -> State:
        crashed = frozenset(node for node, track in self._down.items() if _at(track, t, False))
        groups = _at(self._groups, t, ())
        absent = frozenset(each for each, track in self._comes.items() if not _at(track, t, False))
        links = {
            each: link for each, track in self._links.items() if each not in absent and (link := _at(track, t, None))
        }
        sessions = {way: how for way, track in self._sessions.items() if (how := _at(track, t, ""))}
        switches = {node: on for node, track in self._switches.items() if (on := _at(track, t, ()))}
        return State(
            since=t,
            crashed=crashed,
            switches=switches,
            groups=groups,
            cut=self._cut(crashed, groups, absent, links, sessions),
            catching=frozenset(pair_of(*way) for way, how in sessions.items() if how is CATCHING),
            links=links,
            absent=absent,
            gone=frozenset(node for node, track in self._left.items() if _at(track, t, False)),
            coming=frozenset(node for node, came in self._came.items() if t < came),
            changed={node: now for node, track in self._changed.items() if (now := _at(track, t, None))},
            parents={node: _at(track, t, self.parents.get(node)) for node, track in self._parents.items()},
        )

    def _cut(
        self,
        crashed: frozenset[int],
        groups: tuple[frozenset[int], ...],
        absent: frozenset[Pair],
        links: dict[Pair, LinkChanged],
        sessions: dict[Pair, str],
    ) -> dict[Pair, str]:
        cut = {pair_of(*way): how for way, how in sessions.items() if how is not CATCHING}
        if groups:
            side = {node: number for number, group in enumerate(groups) for node in group}
            cut |= {(a, b): "partition" for a, b in self._there if side.get(a) != side.get(b)}
        cut |= {each: "crash" for node in sorted(crashed) for each in self._of.get(node, ())}
        cut |= {each: "link" for each, link in links.items() if not link.up}
        return {each: why for each, why in cut.items() if each not in absent}


def _at(track: Sequence[tuple[float, T]], t: float, before: T) -> T:
    """The value of a track at t."""
    place = bisect_right(track, t, key=_time)
    return track[place - 1][1] if place else before
