"""From AS relationships to a forest: the clique peers in full mesh, everybody else is a child of one of its providers.

Rules: as for other maps, nothing is dropped or chosen without a note. Latencies are those of `[link]`. Nobody is
given a place: the window lays out what of the forest is unfolded.
"""

from collections import Counter
from typing import Literal

import msgspec

from p4lab.core.names import Regime
from p4lab.scenario.model import Provider, Workload
from p4lab.topology.as_rel import Relations

Parents = Literal["nearest", "largest", "first"]

OWNERS, READERS = 4, 24  # ASes of the workload, evenly spread over the file's order
GETS = 0.5  # 1/s at each reader
TTL = 30.0  # s
RULES = {
    "nearest": "nearest the top, then with the most customers, then with the lowest number",
    "largest": "with the most customers, then nearest the top, then with the lowest number",
    "first": "that the file names first",
}


class Forest(msgspec.Struct, frozen=True):
    """parents: of every AS that is kept its parent, None for the tops. depth: 0 for a top."""

    parents: dict[int, int | None]
    depth: dict[int, int]
    notes: list[str]


def forest(relations: Relations, rule: Parents) -> Forest:
    """Give each AS below the clique one parent; a multi-homed one keeps the provider that `rule` says."""
    below: dict[int, list[int]] = {}
    for child, above in relations.providers.items():
        for provider in above:
            below.setdefault(provider, []).append(child)
    parents: dict[int, int | None] = dict.fromkeys(relations.clique)
    depth = dict.fromkeys(relations.clique, 0)
    level = list(relations.clique)
    while level:  # breadth first, so that the distance to the top is known
        following: dict[int, None] = {}
        for node in level:
            for child in below.get(node, ()):
                if child not in depth:
                    following[child] = None
        for child in following:
            depth[child] = depth[level[0]] + 1
        level = sorted(following)
    near = dict(depth)
    for child in sorted(depth, key=lambda each: (near[each], each)):
        if child not in parents:
            parents[child] = _parent(child, relations, near, rule)
    if rule != "nearest":
        _break_circles(parents, relations, near)
        depth = _depths(parents)
    return Forest(parents, depth, _notes(relations, parents, depth, rule))


def _parent(child: int, relations: Relations, near: dict[int, int], rule: Parents) -> int:
    known = [provider for provider in relations.providers[child] if provider in near]
    if rule == "first":
        return known[0]
    size = relations.customers
    if rule == "largest":
        return min(known, key=lambda each: (-size.get(each, 0), near[each], each))
    return min(known, key=lambda each: (near[each], -size.get(each, 0), each))


def _break_circles(parents: dict[int, int | None], relations: Relations, near: dict[int, int]) -> None:
    """Real relationships go round here and there: whoever would be below itself takes the provider nearest the top.

    Each round makes some of the choices anew, and none twice: those nearest the top cannot go round.
    """
    while circle := next((found for start in parents if (found := _circle(start, parents))), None):
        for node in circle:
            parents[node] = _parent(node, relations, near, "nearest")


def _circle(start: int, parents: dict[int, int | None]) -> set[int]:
    """Those on the circle that the way up from `start` ends in; nobody if it ends at the top."""
    way: dict[int, int] = {}
    at: int | None = start
    while at is not None and at not in way:
        way[at] = len(way)
        at = parents[at]
    return set() if at is None else {node for node, place in way.items() if place >= way[at]}


def _depths(parents: dict[int, int | None]) -> dict[int, int]:
    depth: dict[int, int] = {}
    for start in parents:
        way: list[int] = []
        at: int | None = start
        while at is not None and at not in depth:
            way.append(at)
            at = parents[at]
        base = -1 if at is None else depth[at]
        for steps, node in enumerate(reversed(way), 1):
            depth[node] = base + steps
    return depth


def _notes(
    relations: Relations, parents: dict[int, int | None], depth: dict[int, int], rule: Parents
) -> list[str]:  # fmt: skip
    tops = set(relations.clique)
    everybody = relations.everybody
    named = "as its comments say" if relations.named else "the ASes without a provider that peer with one another"
    notes = [
        f"Top-level providers: the clique of {len(tops):,} ({named}), peering all with all.",
        f"Children: {len(parents) - len(tops):,}, attached local, to a depth of {max(depth.values(), default=0)}: "
        + ", ".join(f"{count:,} at {level}" for level, count in sorted(Counter(depth.values()).items()) if level) + ".",
    ]  # fmt: skip
    given = [len(above) for child, above in relations.providers.items() if child in parents and child not in tops]
    many = sum(count > 1 for count in given)
    if many:
        extra = sum(given) - len(given)
        notes.append(
            f"{many:,} with several providers keep one, the one {RULES[rule]} (--parents {rule}); "
            f"{_links(extra, 'link')} to the others dropped."
        )
    ups = sum(len(above) for child, above in relations.providers.items() if child in tops)
    if ups:
        notes.append(f"{_links(ups, 'link')} that make{'s' if ups == 1 else ''} one of the clique a customer dropped.")
    across = sum(not (a in tops and b in tops) for a, b in relations.peers)
    if across:
        notes.append(f"{_links(across, 'peer link')} outside the clique dropped: only top-level providers peer.")
    lost = [each for each in everybody if each not in parents]
    if lost:
        shown = ", ".join(f"AS{each}" for each in lost[:4]) + (" and others" if len(lost) > 4 else "")
        notes.append(f"{len(lost):,} ASes that no way leads to from the clique dropped: {shown}.")
    notes.append("The file has no latencies: every link has that of [link].")
    return notes


def _links(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def providers(found: Forest) -> tuple[Provider, ...]:
    """The rows, tops first."""
    order = sorted(found.parents, key=lambda each: (found.depth[each], each))
    return tuple(
        Provider(name=f"AS{each}", parent=None if (up := found.parents[each]) is None else f"AS{up}") for each in order
    )


def workload(rows: tuple[Provider, ...], name: str) -> Workload:
    """A few keys at some ASes, read at some others, so that it plays at once and quickly."""
    owners = tuple(row.name for row in _spread(rows, OWNERS))
    readers = tuple(row.name for row in _spread(rows, READERS))
    return Workload(name, len(owners), owners, readers, regime=Regime.GET_BROADCAST, ttl=TTL, gets_per_second=GETS)


def _spread(rows: tuple[Provider, ...], count: int) -> list[Provider]:
    count = min(count, len(rows))
    return [rows[(2 * i + 1) * len(rows) // (2 * count)] for i in range(count)]
