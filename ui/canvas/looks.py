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


def looks(world: World, trace: Trace, name: int | None, t: float, count: int) -> list[Look]:
    """One for each provider 0..count-1. name: a place in `world.names`, None = no key is selected."""
    shown = held(world, trace, name, t, range(count))
    for node in world.state(t).crashed:  # what it has stored is there, and nobody gets at it
        if node < count:
            shown[node] = DOWN
    return shown


def held(world: World, trace: Trace, name: int | None, t: float, nodes: Sequence[int]) -> list[Look]:
    """What these nodes hold, crashed or not."""
    if name is None or name >= len(world.names):
        return [UNKNOWN] * len(nodes)
    best: dict[int, Holding] = {}
    for holding in world.holdings(name, t):
        known = best.get(holding.node)
        if known is None or _rank(holding) < _rank(known):
            best[holding.node] = holding
    called = world.names[name]
    return [_look(best[node], called, trace, world.called) if node in best else NOTHING for node in nodes]


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
