"""The faults of a campaign: each a short list of commands that begins something and ends it again.

Rules: a fault is drawn as a whole, so that leaving it out leaves all others as they were; two faults that would undo
each other's end are never drawn at once. Whatever begins ends by `until`.
"""

from collections.abc import Callable, Collection
from math import inf
from random import Random

import msgspec

from p4lab.core.commands import Attach, Crash, Detach, Heal, Misbehave, Move, Partition, Peer, Restart, SetLink, Unpeer
from p4lab.core.options import Attach as How
from p4lab.scenario.model import Do, Scenario, links, parent_links

LATENCY = 0.02  # s, of every link where nothing is wrong
SHORT, LONG = 0.3, 9.0  # s that a fault lasts
ANSWERED = 5.0  # s after which a put has an answer
TICK = 3  # decimals of a second in times that are drawn


class Fault(msgspec.Struct, frozen=True):
    """kind: as the report counts it."""

    kind: str
    rows: tuple[Do, ...]


class Faults:
    """Draw faults for one scenario. homes: whose customer each identity is; moves change it. put_at: its last put."""

    def __init__(
        self, scenario: Scenario, rng: Random, homes: dict[str, str], put_at: dict[str, float], lies: bool
    ) -> None:  # fmt: skip
        self._rng = rng
        self._homes = homes
        self._put_at = put_at
        self._names = [row.name for row in scenario.provider]
        self._redirect = {row.name for row in scenario.provider if row.attach is How.REDIRECT and row.parent}
        self._parents = {row.name: row.parent for row in scenario.provider if row.parent is not None}
        self._peers = [(self._names[pair.a], self._names[pair.b]) for pair in links(scenario)]
        above = [(self._names[child], self._names[parent]) for child, parent, _ in parent_links(scenario)]
        self._links = [*self._peers, *above]
        self._busy: dict[object, float] = {}  # until when a provider or a link has its fault
        self._kinds: list[tuple[Callable[[float, float], Fault | None], int]] = [
            (self._crash, 12), (self._cut, 3), (self._partition, 2), (self._drop, 3), (self._delay, 2),
            (self._duplicate, 2), (self._reorder, 2), (self._corrupt, 2), (self._slow, 2), (self._leave, 2),
            (self._adopt, 1), (self._move, 2),
        ]  # fmt: skip
        if lies:
            self._kinds.append((self._lie, 4))

    def draw(self, t: float, until: float) -> Fault | None:
        """One that begins at t and has ended at `until`; None where what was drawn is not possible now."""
        makers, weights = zip(*self._kinds, strict=True)
        maker: Callable[[float, float], Fault | None] = self._rng.choices(makers, weights)[0]
        return maker(t, min(until, t + self._rng.uniform(SHORT, LONG)))

    # Providers

    def _crash(self, t: float, end: float) -> Fault | None:
        name = self._rng.choice(self._names)
        if not self._take(("up", name), t, end):
            return None
        return _fault("crash", (t, Crash(name)), (end, Restart(name)))

    def _slow(self, t: float, end: float) -> Fault | None:
        name = self._rng.choice(self._names)
        mine = [pair for pair in self._links if name in pair]
        if not mine or not all(self._free(pair, t) for pair in mine):
            return None
        latency = round(self._rng.uniform(0.1, 1.5), TICK)
        begin = [(t, SetLink(pair, latency=latency)) for pair in mine if self._take(pair, t, end)]
        return _fault("slow node", *begin, *[(end, SetLink(pair, latency=LATENCY)) for pair in mine])

    def _lie(self, t: float, end: float) -> Fault | None:
        tellers = [name for name in self._names if name not in self._redirect]
        name = self._rng.choice(tellers)
        if not self._take(("honest", name), t, end):
            return None
        switch = self._rng.choice([field for field in Misbehave.__struct_fields__ if field != "provider"])
        on, off = Misbehave(name, **{switch: True}), Misbehave(name, **{switch: False})
        return _fault("lie", (t, on), (end, off))

    # Links

    def _cut(self, t: float, end: float) -> Fault | None:
        return self._on_link("link down", t, end, up=False)

    def _drop(self, t: float, end: float) -> Fault | None:
        return self._on_link("drop", t, end, loss=round(self._rng.uniform(0.05, 0.9), 2))

    def _delay(self, t: float, end: float) -> Fault | None:
        latency = round(self._rng.uniform(0.1, 3.0), TICK)
        return self._on_link("delay", t, end, latency=latency, jitter=round(latency / 3, TICK))

    def _duplicate(self, t: float, end: float) -> Fault | None:
        return self._on_link("duplicate", t, end, duplicate=round(self._rng.uniform(0.2, 1.0), 2))

    def _reorder(self, t: float, end: float) -> Fault | None:
        return self._on_link("reorder", t, end, reorder=round(self._rng.uniform(0.2, 1.0), 2))

    def _corrupt(self, t: float, end: float) -> Fault | None:
        """Not below a redirect child: what its customers say is beyond the checks of providers (A27)."""
        return self._on_link("corrupt", t, end, self._redirect, corrupt=round(self._rng.uniform(0.05, 0.9), 2))

    def _on_link(
        self, kind: str, t: float, end: float, spared: Collection[str] = (), **fields: float
    ) -> Fault | None:  # fmt: skip
        pairs = [pair for pair in self._links if pair[0] not in spared]
        if not pairs:
            return None
        pair = self._rng.choice(pairs)
        if not self._take(pair, t, end):
            return None
        back = {name: {"up": True, "latency": LATENCY}.get(name, 0.0) for name in fields}
        return _fault(kind, (t, SetLink(pair, **fields)), (end, SetLink(pair, **back)))  # type: ignore[arg-type]  # `up` is a bool

    # Neighbours

    def _partition(self, t: float, end: float) -> Fault | None:
        if not self._take("partition", t, end):
            return None
        names = self._rng.sample(self._names, len(self._names))
        cut = self._rng.randrange(1, len(names))
        return _fault("partition", (t, Partition((tuple(names[:cut]), tuple(names[cut:])))), (end, Heal()))

    def _leave(self, t: float, end: float) -> Fault | None:
        if not self._peers:
            return None
        pair = self._rng.choice(self._peers)
        if not self._take(pair, t, end):
            return None
        return _fault("leave and join", (t, Unpeer(pair)), (end, Peer(pair)))

    def _adopt(self, t: float, end: float) -> Fault | None:
        """A child goes off on its own and comes back."""
        local = [child for child in self._parents if child not in self._redirect]
        if not local:
            return None
        child = self._rng.choice(local)
        parent = self._parents[child]
        if not self._take((child, parent), t, end):
            return None
        return _fault("leave and join", (t, Detach(child)), (end, Attach(child, parent)))

    def _move(self, t: float, end: float) -> Fault | None:
        """Once its puts are answered, and to a provider that is sure to take the records that come along."""
        identity, to = self._rng.choice(sorted(self._homes)), self._rng.choice(self._names)
        answered = self._put_at.get(identity, -inf) < t - ANSWERED
        if not answered or to in self._redirect or not self._free(("up", to), t):
            return None
        self._homes[identity] = to
        return _fault("move", (t, Move(identity, to)))

    def _free(self, what: object, t: float) -> bool:
        return self._busy.get(what, 0.0) < t

    def _take(self, what: object, t: float, end: float) -> bool:
        if not self._free(what, t):
            return False
        self._busy[what] = end
        return True


def _fault(kind: str, *rows: tuple[float, object]) -> Fault:
    return Fault(kind, tuple([Do(round(at, TICK), command) for at, command in rows]))  # type: ignore[arg-type]  # each is a Command
