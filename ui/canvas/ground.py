"""What the map shows besides copies and messages: which links there are, and what is the matter with whom.

Rules: no Qt, nothing drawn. A function of (state, plan, folds); worked out when one of them changes. What happens to
providers inside a folded subtree is shown at the provider that they are folded into.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from p4lab.core.events import LinkChanged, Pair, pair_of
from p4lab.scenario.model import Link
from p4lab.world import State
from ui import words

FEW = 12  # links with faults that say which; more only wear the sign
MANY = 4  # links from which on a fault of all of them is told once
NO_PAIRS = np.empty((0, 2), np.int64)
CRASHED, CUT, PARTITION, FAULTS, CATCHING, LIAR, FOLDED, REMOVED = (
    "crashed", "cut", "partition", "faults", "catching", "liar", "folded", "removed",
)  # fmt: skip
SIGNS = {  # for the legend, in its order
    CRASHED: "crashed", CUT: "no session", PARTITION: "parted", FAULTS: "link faults", CATCHING: "catching up",
    LIAR: "misbehaves", FOLDED: "folded", REMOVED: "removed: not found",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ground:
    """lines: links that are drawn, rows (a, b). line_of: by link of the plan its place in lines, -1 where none is.

    open: of each line whether something can pass.

    up: rows (child, parent). cut: of the lines, those over which nothing passes, and why. faults: what is wrong with a
    line that is open, in few words. liars: by provider, how many misbehaviours. sides: the number of the side of a
    partition. inside: how many providers are folded into one; down: how many of these are crashed.
    """

    state: State
    hosts: np.ndarray
    lines: np.ndarray
    line_of: np.ndarray
    open: np.ndarray
    up: np.ndarray = field(default_factory=lambda: NO_PAIRS)
    cut: dict[Pair, str] = field(default_factory=dict)
    faults: dict[Pair, str] = field(default_factory=dict)
    catching: frozenset[Pair] = frozenset()
    crashed: frozenset[int] = frozenset()
    liars: dict[int, int] = field(default_factory=dict)
    sides: dict[int, int] = field(default_factory=dict)
    inside: dict[int, int] = field(default_factory=dict)
    down: dict[int, int] = field(default_factory=dict)

    @cached_property
    def ends(self) -> frozenset[Pair]:
        """The lines as pairs."""
        return frozenset((a, b) for a, b in self.lines.tolist())

    @cached_property
    def silenced(self) -> list[Pair]:
        """The cut lines that wear a sign: those of a crashed provider need none."""
        return [line for line in self.cut if not self.crashed.intersection(line)]

    @cached_property
    def everywhere(self) -> str:
        """The fault that all links have alike, or empty: one sentence says more than a mark on each."""
        texts = set(self.faults.values())
        return texts.pop() if len(texts) == 1 and MANY <= len(self.faults) == int(self.open.sum()) else ""

    @cached_property
    def _all(self) -> bool:
        """Whether each link is a line, in the same order."""
        return np.array_equal(self.line_of, np.arange(len(self.lines)))

    @property
    def signs(self) -> tuple[str, ...]:
        """What the legend must explain; after a colon, in which words, where not in those of SIGNS."""
        mute = [self.cut[line] for line in self.silenced]
        occurs = {
            CRASHED: self.crashed, CUT: set(mute) - {"partition"}, PARTITION: self.sides, FAULTS: self.faults,
            CATCHING: self.catching, LIAR: self.liars, FOLDED: self.inside,
        }  # fmt: skip
        found = tuple(sign for sign in SIGNS if occurs.get(sign))
        every = f"{FAULTS}:{self.everywhere} on every link"
        return tuple(every if sign == FAULTS and self.everywhere else sign for sign in found)

    def carried(self, by_link: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Bytes by line from bytes by link, a row there and a row back, as the ends stand in `lines` and in `pairs`."""
        if self._all:
            return by_link
        known = self.line_of >= 0
        ends = self.hosts[pairs[known]]
        back = ends[:, 0] > ends[:, 1]  # who is folded into somebody may change sides
        of, count = self.line_of[known], len(self.lines)
        there, home = np.where(back, by_link[::-1, known], by_link[:, known])
        return np.stack([np.bincount(of, weights=each, minlength=count) for each in (there, home)])


class Links:
    """All links of a run, rows (a, b) in `pairs`. usual: how they are in the scenario; default: those it has not."""

    def __init__(self, pairs: Sequence[Pair], usual: Sequence[Link], default: Link) -> None:
        self.pairs = np.array(pairs, np.int64).reshape(-1, 2)
        self.usual, self.default = usual, default
        self._places = {(a, b): place for place, (a, b) in enumerate(pairs)}
        wrong = [fault(usual[place]) if place < len(usual) else fault(default) for place in range(len(pairs))]
        self.faulty = {place: text for place, text in enumerate(wrong) if text}

    def places(self, pairs: Iterable[Pair]) -> list[int]:
        """Where some of them are among all."""
        return [place for pair in pairs if (place := self._places.get(pair)) is not None]


def survey(state: State, links: Links, up: np.ndarray, hosts: np.ndarray) -> Ground:
    """Look at everything anew. up: the (child, parent) rows of the start.

    A mesh of hundreds has links by the ten thousand, so only those that differ are looked at one by one.
    """
    ends = np.sort(hosts[links.pairs], axis=1)
    there = ends[:, 0] != ends[:, 1]
    there[links.places(state.absent)] = False
    line_of = np.full(len(links.pairs), -1, np.int64)
    if np.array_equal(hosts, np.arange(len(hosts))):  # nothing is folded: each link is a line
        lines, line_of[there] = ends[there], np.arange(int(there.sum()))
    else:
        keys, line_of[there] = np.unique(ends[there] @ (len(hosts), 1), return_inverse=True)
        lines = np.column_stack(np.divmod(keys, len(hosts)))
    silent = np.zeros(len(links.pairs), bool)
    silent[links.places(state.cut)] = True
    passing = np.zeros(len(lines), bool)
    passing[line_of[there & ~silent]] = True
    cut: dict[Pair, str] = {}
    for both, why in state.cut.items():
        for at in links.places((both,)):
            if there[at] and not passing[line_of[at]]:
                cut[_pair(ends[at])] = why
    wrong = dict(links.faulty)
    for both, changed in state.links.items():
        wrong |= dict.fromkeys(links.places((both,)), fault(changed))
    faults = {_pair(ends[at]): text for at, text in wrong.items() if text and there[at] and not silent[at]}
    drawn = hosts[hosts >= 0]  # the others are not there
    seen = {int(node) for node in np.unique(drawn)}
    inside = {node: count - 1 for node, count in enumerate(np.bincount(drawn).tolist()) if count > 1}
    liars: dict[int, int] = {}
    for node, switches in state.switches.items():
        liars[int(hosts[node])] = liars.get(int(hosts[node]), 0) + len(switches)
    hidden = sorted(node for node in state.crashed - seen if node < len(hosts))  # not houses: nothing folds these
    return Ground(
        state=state,
        hosts=hosts,
        lines=lines,
        line_of=line_of,
        open=passing,
        up=_upwards(state, up, hosts),
        cut=cut,
        faults=faults,
        catching=frozenset(_ends(hosts, each) for each in state.catching if hosts[each[0]] != hosts[each[1]]),
        crashed=frozenset(node for node in state.crashed if node in seen),
        liars=liars,
        sides={node: side for node in sorted(seen) if (side := state.group(node)) >= 0} if state.groups else {},
        inside=inside,
        down=dict(Counter(int(hosts[node]) for node in hidden)),
    )


def kept(ground: Ground, keep: np.ndarray) -> Ground:
    """The same with some of its lines alone. keep: by line."""
    number = np.where(keep, np.cumsum(keep) - 1, -1)
    lines, count = ground.lines[keep], len(ground.hosts)
    codes = lines @ (count, 1)

    def left(pairs: Iterable[Pair]) -> set[Pair]:
        rows = np.array(list(pairs), np.int64).reshape(-1, 2)
        return {(a, b) for a, b in rows[np.isin(rows @ (count, 1), codes)].tolist()} if len(rows) else set()

    cut, faults = left(ground.cut), left(ground.faults)
    return replace(
        ground,
        lines=lines,
        line_of=np.where(ground.line_of >= 0, number[ground.line_of], -1) if len(number) else ground.line_of,
        open=ground.open[keep],
        up=ground.up[np.isin(np.sort(ground.up, axis=1) @ (count, 1), codes)] if len(ground.up) else ground.up,
        cut={line: why for line, why in ground.cut.items() if line in cut},
        faults={line: text for line, text in ground.faults.items() if line in faults},
        catching=frozenset(left(ground.catching)),
    )


def fault(link: Link | LinkChanged) -> str:
    """What is wrong with a link, in a word or two; jitter and a bandwidth are no faults."""
    parts = [
        (link.loss, "lost"), (link.duplicate, "doubled"), (link.reorder, "overtaken"), (link.corrupt, "corrupted"),
    ]  # fmt: skip
    wrong = [(part, what) for part, what in parts if part]
    if not wrong:
        return ""
    return f"{words.share(wrong[0][0])} {wrong[0][1]}" if len(wrong) == 1 else f"{len(wrong)} faults"


def divide(points: np.ndarray, sides: np.ndarray) -> tuple[float, float, float] | None:
    """A line a x + b y = c with all points of side 0 on one hand and all of side 1 on the other, the widest gap.

    None where there is none, or where there are more than two sides.
    """
    one, other = points[sides == 0], points[sides == 1]
    if not len(one) or not len(other) or len(one) + len(other) < len(points):
        return None
    best: tuple[float, tuple[float, float, float]] | None = None
    for angle in np.arange(0, 2 * np.pi, np.pi / 36).tolist():
        a, b = float(np.cos(angle)), float(np.sin(angle))
        low, high = float((one @ (a, b)).max()), float((other @ (a, b)).min())
        if high > low and (best is None or high - low > best[0] + 1e-6):
            best = high - low, (a, b, (low + high) / 2)
    return None if best is None else best[1]


def _upwards(state: State, up: np.ndarray, hosts: np.ndarray) -> np.ndarray:
    parents: dict[int, int | None] = dict(up.tolist()) | state.parents
    rows = [(child, int(hosts[parent])) for child, parent in parents.items() if parent is not None]
    return np.array([row for row in rows if hosts[row[0]] == row[0]], np.int64).reshape(-1, 2)


def _pair(ends: np.ndarray) -> Pair:
    a, b = ends.tolist()
    return a, b


def _ends(hosts: np.ndarray, pair: Pair) -> Pair:
    return pair_of(int(hosts[pair[0]]), int(hosts[pair[1]]))
