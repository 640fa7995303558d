"""Edits of the `[[peering]]` rows: who peers with whom changes, and all the other pairs keep their links.

Rules: rows in, rows out; pairs are names. A row among many is divided only where a pair of it goes; later rows win.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from p4lab.scenario.model import Link, Peering, Scenario, filled, tops

Rows = tuple[Peering, ...]
LINK_FIELDS = Link.__struct_fields__


def names_of_tops(scenario: Scenario) -> tuple[str, ...]:
    """Those that `among = "all"` stands for."""
    return tuple(scenario.provider[i].name for i in tops(scenario))


def link_of(scenario: Scenario, a: str, b: str) -> Link | None:
    """The link of two that peer: the last row that has both says how it is. A full mesh is not written out for it."""
    tops_named: frozenset[str] | None = None
    for row in reversed(scenario.peering if a != b else ()):
        if row.between is not None:
            here = set(row.between) == {a, b}
        elif isinstance(row.among, tuple):
            here = a in row.among and b in row.among
        else:
            tops_named = tops_named if tops_named is not None else frozenset(names_of_tops(scenario))
            here = a in tops_named and b in tops_named
        if here:
            return filled(row, scenario.link)
    return None


def given(link: Link, usual: Link) -> dict[str, Any]:
    """The fields of a link that a row has to name, because they are not those of `[link]`."""
    return {name: value for name in LINK_FIELDS if (value := getattr(link, name)) != getattr(usual, name)}


def without(rows: Rows, names: Collection[str]) -> Rows:
    """Nobody of these peers. "all" stays: it is for whoever is a top."""
    kept: list[Peering] = []
    for row in rows:
        if row.between is not None:
            if not any(name in names for name in row.between):
                kept.append(row)
        elif isinstance(row.among, tuple):
            among = tuple(name for name in row.among if name not in names)
            if len(among) > 1:
                kept.append(row if among == row.among else msgspec.structs.replace(row, among=among))
        else:
            kept.append(row)
    return tuple(kept)


def ended(scenario: Scenario, a: str, b: str) -> Rows:
    """These two peer no more. Where a row among many has both, `b` leaves it and has a row for each of the others."""
    kept: list[Peering] = []
    for row in scenario.peering:
        among = names_of_tops(scenario) if row.among == "all" else row.among
        if row.between is not None and set(row.between) == {a, b}:
            continue
        if not isinstance(among, tuple) or not {a, b} <= set(among):
            kept.append(row)
            continue
        rest = tuple(name for name in among if name != b)
        if len(rest) > 1:
            kept.append(msgspec.structs.replace(row, among=rest))
        kept += [msgspec.structs.replace(row, among=None, between=(name, b)) for name in rest if name != a]
    return tuple(kept)


def relinked(scenario: Scenario, a: str, b: str, link: Link) -> Rows:
    """The link of a pair that peers becomes this one."""
    here = [i for i, row in enumerate(scenario.peering) if row.between is not None and set(row.between) == {a, b}]
    rows = [row for i, row in enumerate(scenario.peering) if i not in here]
    if link_of(msgspec.structs.replace(scenario, peering=tuple(rows)), a, b) == link:
        return tuple(rows)
    row = Peering(between=(a, b), **given(link, scenario.link))
    if here:
        row = msgspec.structs.replace(row, between=scenario.peering[here[-1]].between)
        tried = (*scenario.peering[: here[-1]], row, *scenario.peering[here[-1] + 1 :])
        if link_of(msgspec.structs.replace(scenario, peering=tried), a, b) == link:
            return tuple(each for i, each in enumerate(tried) if i == here[-1] or i not in here)
    return (*rows, row)


def with_one(scenario: Scenario, name: str, peers: str | Iterable[str]) -> Rows:
    """The rows for a top that is new (it is in the scenario, and not yet named in any row)."""
    rows, others = scenario.peering, tuple(each for each in names_of_tops(scenario) if each != name)
    everybody = next((i for i, row in enumerate(rows) if row.among == "all"), None)
    if isinstance(peers, str):
        if everybody is not None:
            return rows
        if not rows and len(others) < 2:
            return (Peering(among="all"),)
        for i, row in enumerate(rows):
            if row.among is not None and set(row.among) == set(others):
                return (*rows[:i], msgspec.structs.replace(row, among=(*row.among, name)), *rows[i + 1 :])
        peers = others
    peers = tuple(peers)
    if everybody is not None:
        if set(peers) == set(others):
            return rows
        named = [msgspec.structs.replace(row, among=others) if row.among == "all" else row for row in rows]
        rows = tuple(row for row in named if row.among is None or len(row.among) > 1)
    return (*rows, *(Peering(between=(other, name)) for other in peers))


def renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    """The same with other names."""
    found: list[Peering] = []
    for row in rows:
        if row.between is not None:
            a, b = row.between
            row = msgspec.structs.replace(row, between=(names.get(a, a), names.get(b, b)))
        elif isinstance(row.among, tuple):
            row = msgspec.structs.replace(row, among=tuple(names.get(name, name) for name in row.among))
        found.append(row)
    return tuple(found)


def copied(rows: Rows, copies: Mapping[str, str]) -> Rows:
    """The copies peer as their originals do, and among one another where the originals do."""
    found: list[Peering] = []
    for row in rows:
        if isinstance(row.among, tuple):
            more = tuple(copies[name] for name in row.among if name in copies)
            row = msgspec.structs.replace(row, among=(*row.among, *more)) if more else row
        found.append(row)
        if row.between is not None and any(name in copies for name in row.between):
            a, b = row.between
            found.append(msgspec.structs.replace(row, between=(copies.get(a, a), copies.get(b, b))))
    return tuple(found)


def quiet(row: Any, fields: Collection[str]) -> Any:
    """A row, or `[link]`, without these conditions."""
    none = 0.0 if isinstance(row, Link) else None
    changed = {name: none for name in fields if getattr(row, name)}
    return msgspec.structs.replace(row, **changed) if changed else row
