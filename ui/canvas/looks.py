"""What each provider shows of the selected key, in words and signs, at one time.

Rules: no Qt, nothing drawn. A function of (world, trace, key, t). A provider with several copies shows the one that it
would answer with: the freshest, a copy before a pointer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from p4lab.core.names import Regime
from p4lab.trace import Trace
from p4lab.world import Holding, Name, World
from ui import words

CODES = {regime.value: regime.code for regime in Regime} | {"mixed": 4}
ORDER = "LSRCP"
SHORTER = {"": ("–",), "P": ("pointer", "→"), "removed": ("×",)}  # where there is no room for all of it


@dataclass(frozen=True)
class Look:
    """store: L R C P, "" nothing. version, what: "v3" and "own"; "" and "asks Aster". badge: how stale, full and short.

    since, until: of a copy that expires, else None. code: of the regime, 0 none.
    """

    store: str = ""
    version: str = ""
    what: str = ""
    badge: tuple[str, str] = ("", "")
    code: int = 0
    since: float | None = None
    until: float | None = None
    removed: bool = False  # it is a tombstone

    @property
    def texts(self) -> tuple[str, ...]:
        """What it holds, from full to short; empty where no key is selected."""
        if not self.what:
            return ()
        if not self.version:
            return (self.what, *SHORTER.get("removed" if self.removed else self.store, ()))
        number = self.version.split(" ")[0]
        return tuple(dict.fromkeys((f"{self.version} · {self.what}", f"{number} · {self.what}", number)))

    @property
    def stale(self) -> bool:
        return bool(self.badge[0])

    def left(self, t: float) -> float | None:
        """How much of its life a copy has before it, 1..0; None if it does not expire."""
        if self.until is None or self.since is None or self.until <= self.since:
            return None
        return min(1.0, max(0.0, (self.until - t) / (self.until - self.since)))


UNKNOWN = Look()
NOTHING = Look(what="nothing")
DOWN = Look(what="crashed")


class Looks:
    """Of one trace, moment by moment: worked out anew when something of the key has changed, and not once a frame."""

    def __init__(self, trace: Trace, world: World) -> None:
        self._trace, self._world = trace, world
        self._held: dict[int, Look] = {}
        self._for: tuple[int, int] = -1, -1  # the name, and how many events of it there were
        self._steady = 0.0, 0.0  # until when what is held stays so
        self._all: tuple[object, list[Look]] | None = None

    def at(self, name: int | None, t: float, count: int) -> list[Look]:
        """One for each provider 0..count-1; the same list until something changes.

        name: a place in `world.names`, None = no key is selected.
        """
        self._look(name, t)
        state = self._world.state(t)
        asked = self._held, state, count
        if self._all is None or not _same(self._all[0], asked):
            otherwise = UNKNOWN if self._unknown(name) else NOTHING
            shown = [self._held.get(node, otherwise) for node in range(count)]
            for node in state.crashed:  # what it has stored is there, and nobody gets at it
                if node < count:
                    shown[node] = DOWN
            self._all = asked, shown
        return self._all[1]

    def held(self, name: int | None, t: float, nodes: Sequence[int]) -> list[Look]:
        """What these nodes hold, crashed or not."""
        self._look(name, t)
        otherwise = UNKNOWN if self._unknown(name) else NOTHING
        return [self._held.get(node, otherwise) for node in nodes]

    def _unknown(self, name: int | None) -> bool:
        return name is None or name >= len(self._world.names)

    def _look(self, name: int | None, t: float) -> None:
        """Have what is held of a name at t in `_held`, a new dictionary where it has changed."""
        world = self._world
        if name is None or name >= len(world.names):
            if self._for != (-1, 0):
                self._for, self._held = (-1, 0), {}
            return
        asked = name, world.changes(name)
        if self._for == asked and self._steady[0] <= t < self._steady[1]:
            return
        best: dict[int, Holding] = {}
        for holding in world.holdings(name, t):
            known = best.get(holding.node)
            if known is None or _rank(holding) < _rank(known):
                best[holding.node] = holding
        called = world.names[name]
        self._for, self._steady = asked, world.steady(name, t)
        self._held = {node: _look(one, called, self._trace, world.called) for node, one in best.items()}


def _same(one: object, other: tuple[object, ...]) -> bool:
    return isinstance(one, tuple) and one[0] is other[0] and one[1] is other[1] and one[2] == other[2]


def sentence(look: Look, key: str, t: float) -> str:
    """For tooltips and screen readers: "news/1: v1 · cached, 2 behind, expires in 3.20 s"."""
    if look is DOWN:
        return "crashed"
    if not look.texts:
        return ""
    parts = [f"{key}: {look.texts[0]}", look.badge[0]]
    if look.until is not None and look.store:
        parts.append(f"expires in {words.time(max(0.0, look.until - t))}")
    return ", ".join(filter(None, parts))


def _rank(holding: Holding) -> tuple[int, int]:
    return holding.behind, ORDER.find(holding.store)


def _look(holding: Holding, name: Name, trace: Trace, names: dict[int, str]) -> Look:
    count = holding.entries if name.kind == "unauthenticated" else holding.seq
    badge = words.behind(holding.behind, name.kind)
    what = words.STORES.get(holding.store, holding.store)
    pointer = holding.store == "P"
    if holding.deleted:
        return Look(store=holding.store, what="removed", badge=(badge, badge.split(" ")[0]), removed=True)
    if pointer:
        via = getattr(trace[holding.event - 1], "via", None)
        what = f"asks {names[via]}" if via in names else what
    return Look(
        store=holding.store,
        version="" if pointer else words.version(count, name.kind),
        what=what,
        badge=(badge, badge.split(" ")[0]),
        code=CODES.get(holding.regime, 0),
        since=None if holding.until is None or holding.ttl is None else round(holding.until - holding.ttl, 6),
        until=holding.until,
    )
