"""The edits that a person makes of how a network begins: pure functions from a scenario to a scenario.

Rules: an edit gives a scenario that passes the checks, or raises a ScenarioError with a sentence. What takes something
out is in `removal.py`, and given on here; what may have to change more than it was asked to gives a Change.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

from p4lab.core.commands import Command, Put
from p4lab.core.names import Kind, Regime
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError, nearest, shown
from p4lab.scenario.mentions import command_renamed, expects_renamed, made_by, named
from p4lab.scenario.model import (
    Do,
    Link,
    Organisation,
    ParentLink,
    Peering,
    Provider,
    Scenario,
    Workload,
    every_link,
)  # fmt: skip
from p4lab.scenario.peerings import copied, given, link_of, quiet, relinked, renamed, with_one
from p4lab.scenario.removal import Change, attach, detach, end_peering, known, remove
from p4lab.scenario.shape import names_of

__all__ = [
    "FAULTS", "PLACES", "Change", "add_organisation", "add_peering", "add_provider", "attach", "beside", "detach",
    "duplicate", "end_peering", "free_name", "put_with", "remove", "rename", "reset_faults", "set_link", "set_place",
    "set_provider", "stem", "with_regime", "with_regime_in",
]  # fmt: skip

FAULTS = ("loss", "duplicate", "reorder", "corrupt")  # of a link; its latency, jitter and bandwidth are how it is
POOL = (
    "Aster", "Birch", "Cedar", "Dahlia", "Elm", "Fern", "Gorse", "Hazel", "Iris", "Juniper", "Kale", "Larch", "Maple",
    "Nettle", "Oak", "Poplar", "Quince", "Rowan", "Sage", "Thyme", "Umber", "Violet", "Willow", "Xylia", "Yarrow",
    "Zinnia",
)  # fmt: skip
BESIDE = 0.04  # of the map's box, from an original to its copy; in degrees a hundred times as much
PLACES = 4  # decimals of a place on the map: finer than a pixel


def free_name(scenario: Scenario, stem: str = "", also: Collection[str] = ()) -> str:
    """A name that nobody has: the next of the pool, or "Aster 2" for the stem "Aster". also: further names taken."""
    return next(_free(scenario, stem, also))


def add_provider(scenario: Scenario, name: str, *, peers: str | tuple[str, ...] = "all", **fields: Any) -> Scenario:
    """One more, with the fields of a `[[provider]]` row. peers: "all", or names; a child has none."""
    row = Provider(name, **fields)
    found = msgspec.structs.replace(scenario, provider=(*scenario.provider, row))
    if row.parent is None:
        found = msgspec.structs.replace(found, peering=with_one(found, name, peers))
    return _checked(found)


def add_organisation(scenario: Scenario, name: str, at: str, **fields: Any) -> Scenario:
    """One more, a customer of `at`, with the fields of an `[[organisation]]` row."""
    rows = (*scenario.organisation, Organisation(name, at, **fields))
    return _checked(msgspec.structs.replace(scenario, organisation=rows))


def add_peering(scenario: Scenario, a: str, b: str, **link: float) -> Scenario:
    """These two peer. link: the fields that are not those of `[link]`."""
    for name in (a, b):
        if not isinstance(known(scenario, name), Provider):
            raise ScenarioError(f"{shown(name)} is an organisation", "providers peer")
    if link_of(scenario, a, b) is not None:
        raise ScenarioError(f"{shown(a)} and {shown(b)} peer already")
    row = msgspec.structs.replace(Peering(between=(a, b)), **link)
    return _checked(msgspec.structs.replace(scenario, peering=(*scenario.peering, row)))


def set_link(scenario: Scenario, a: str, b: str, link: Link) -> Scenario:
    """The link of two peers, of a child and its parent, or of an organisation and what it is at (its latency alone)."""
    rows = (known(scenario, a), known(scenario, b))
    for row, above in (rows, rows[::-1]):
        if isinstance(row, Organisation) and row.at == above.name:
            if link != Link(latency=link.latency):
                raise ScenarioError(f"the link of {shown(row.name)} has a latency alone", "leave the rest at 0")
            return set_provider(scenario, row.name, latency=link.latency)
        if isinstance(row, Provider) and row.parent == above.name:
            return set_provider(scenario, row.name, link=ParentLink(**given(link, scenario.link)))
    if link_of(scenario, a, b) is None:
        raise ScenarioError(f"{shown(a)} and {shown(b)} have no link", "let them peer first")
    return _checked(msgspec.structs.replace(scenario, peering=relinked(scenario, a, b, link)))


def reset_faults(scenario: Scenario) -> Scenario:
    """Every link without loss, duplication, reordering and corruption; commands of the run stay."""
    providers = tuple(
        msgspec.structs.replace(row, link=quiet(row.link, FAULTS)) if row.parent is not None else row
        for row in scenario.provider
    )
    peerings = tuple(quiet(row, FAULTS) for row in scenario.peering)
    link = quiet(scenario.link, FAULTS)
    return _checked(msgspec.structs.replace(scenario, provider=providers, peering=peerings, link=link))


def faulty(scenario: Scenario) -> bool:
    """Whether any link begins with a fault."""
    return any(getattr(link, fault) for link in every_link(scenario).values() for fault in FAULTS)


def set_provider(scenario: Scenario, name: str, **fields: Any) -> Scenario:
    """Fields of a provider's or an organisation's row; its name and whom it hangs below have functions of their own."""
    row = known(scenario, name)
    known_fields = [each for each in names_of(type(row)) if each not in ("name", "parent", "at")]
    for field in fields:
        if field not in known_fields:
            raise ScenarioError(f"{shown(name)} has no field {shown(field)}", nearest(field, known_fields))
    return _checked(_replaced(scenario, {name: msgspec.structs.replace(row, **fields)}))


def rename(scenario: Scenario, old: str, new: str) -> Scenario:
    """Another name for a provider or an organisation, wherever the scenario names it; its identity goes with it."""
    known(scenario, old)
    taken = next((name for name in _taken(scenario) if name == new != old), None)
    if taken is not None:
        raise ScenarioError(f"{shown(new)} is the name of another", "each needs a name of its own")
    names = {old: new}

    def other(name: Any) -> Any:
        return names.get(name, name)

    def others(many: str | tuple[str, ...]) -> str | tuple[str, ...]:
        return many if isinstance(many, str) else tuple(map(other, many))

    put = msgspec.structs.replace
    return _checked(
        put(
            scenario,
            provider=tuple(put(row, name=other(row.name), parent=other(row.parent)) for row in scenario.provider),
            organisation=tuple(put(row, name=other(row.name), at=other(row.at)) for row in scenario.organisation),
            peering=renamed(scenario.peering, names),
            underlay=tuple(put(row, between=tuple(map(other, row.between))) for row in scenario.underlay),
            workload=tuple(
                put(row, owners=others(row.owners), readers=others(row.readers)) for row in scenario.workload
            ),
            do=tuple(Do(row.at, command_renamed(row.command, names)) for row in scenario.do),
            expect=expects_renamed(scenario.expect, names),
        )
    )


def set_place(scenario: Scenario, places: Mapping[str, tuple[float, float]]) -> Scenario:
    """Where some stand on the map, x and y from 0 to 1; what lies outside is put at the edge."""
    rows: dict[str, Provider | Organisation] = {}
    for name, place in places.items():
        row = known(scenario, name)
        x, y = (round(min(1.0, max(0.0, float(part))), PLACES) for part in place)
        geo = {"geo": None} if isinstance(row, Provider) else {}
        rows[name] = msgspec.structs.replace(row, position=(x, y), **geo)
    return _checked(_replaced(scenario, rows))


def duplicate(scenario: Scenario, names: Collection[str]) -> tuple[Scenario, dict[str, str]]:
    """A copy of each beside it, and the names of the copies. They hang, peer and read as the originals do.

    Among copies the links are those among the originals. Nobody's keys change their owner: copies own none.
    """
    copies: dict[str, str] = {}
    for name in names:
        known(scenario, name)
        copies[name] = free_name(scenario, stem(name), copies.values())
    providers = [_beside(row, copies) for row in scenario.provider if row.name in copies]
    houses = [_beside(row, copies) for row in scenario.organisation if row.name in copies]
    found = msgspec.structs.replace(
        scenario,
        provider=(*scenario.provider, *providers),
        organisation=(*scenario.organisation, *houses),
        peering=copied(scenario.peering, copies),
        workload=tuple(_also_read(row, copies) for row in scenario.workload),
    )
    return _checked(found), copies


def with_regime(scenario: Scenario, key: str, regime: Regime) -> Scenario:
    """The key is put in this regime from the start: a workload's key, and what `[[do]]` rows put under that name."""
    name = key.rpartition("/")[0]
    workloads = tuple(_with_regime(row, key, regime) if row.name == name else row for row in scenario.workload)
    do = with_regime_in(scenario.do, key, regime)
    found = msgspec.structs.replace(scenario, workload=workloads, do=do)
    mine = any(row.name == name for row in scenario.workload)
    if not mine and not any(isinstance(row.command, Put) and row.command.key == key for row in scenario.do):
        raise ScenarioError(f"nobody puts {shown(key)}", "name a workload's key, such as news/1")
    return _checked(found)


def with_regime_in(rows: tuple[Do, ...], key: str, regime: Regime) -> tuple[Do, ...]:
    """The same commands, with every put of this key in this regime."""
    return tuple(
        Do(row.at, msgspec.structs.replace(row.command, regime=regime))
        if isinstance(row.command, Put) and row.command.key == key and row.command.kind is not Kind.IMMUTABLE
        else row
        for row in rows
    )


def put_with(
    scenario: Scenario, rows: tuple[Do, ...], key: str, regime: Regime
) -> tuple[Scenario, tuple[Do, ...]]:  # fmt: skip
    """The key is put in this regime by the scenario and by these commands, whichever of them puts it at all.

    Raises ScenarioError where none does.
    """
    changed = with_regime_in(rows, key, regime)
    try:
        return with_regime(scenario, key, regime), changed
    except ScenarioError:
        if not any(isinstance(row.command, Put) and row.command.key == key for row in rows):
            raise
        return scenario, changed


def stem(name: str) -> str:
    """What a copy is called before its number: "Aster" of "Aster 2"."""
    head, _, number = name.rpartition(" ")
    return (head if head and number.isdecimal() else name)[:32].strip()  # a name has 40 characters


def beside(place: tuple[float, float]) -> tuple[float, float]:
    """Where on the map a copy stands, of whom stands there."""
    x, y = (round(part + (BESIDE if part + BESIDE <= 1 else -BESIDE), PLACES) for part in place)
    return x, y


def _checked(scenario: Scenario) -> Scenario:
    check(scenario)
    return scenario


def _replaced(scenario: Scenario, rows: Mapping[str, Provider | Organisation]) -> Scenario:
    """With these rows in the places of those of the same name."""
    return msgspec.structs.replace(
        scenario,
        provider=tuple(rows.get(row.name, row) for row in scenario.provider),
        organisation=tuple(rows.get(row.name, row) for row in scenario.organisation),
    )


def _taken(scenario: Scenario) -> set[str]:
    """Every name of somebody who is or will be there, or whom a command expects."""
    found = {row.name for row in scenario.provider} | {row.name for row in scenario.organisation}
    commands: list[Command] = [row.command for row in scenario.do]
    return found.union(*(named(command) for command in commands)) | {
        name for command in commands if (name := made_by(command)) is not None
    }


def _free(scenario: Scenario, stem: str, also: Collection[str]) -> Iterator[str]:
    taken = {*_taken(scenario), *also}
    count = len(taken) + 2
    names = (f"{stem} {i}" for i in range(2, count + 2)) if stem else (
        name if turn == 1 else f"{name} {turn}" for turn in range(1, count + 2) for name in POOL
    )  # fmt: skip
    yield from (name for name in chain(names) if name not in taken)


def _beside(row: Any, copies: Mapping[str, str]) -> Any:
    fields: dict[str, Any] = {"name": copies[row.name]}
    if row.position is not None:
        fields["position"] = beside(row.position)
    if isinstance(row, Organisation):
        fields["at"] = copies.get(row.at, row.at)
    elif row.parent is not None:
        fields["parent"] = copies.get(row.parent, row.parent)
    if isinstance(row, Provider) and row.geo is not None:
        east, north = row.geo
        fields["geo"] = (round(east + (1.0 if east <= 179 else -1.0), PLACES), round(max(-90.0, north - 1.0), PLACES))
    return msgspec.structs.replace(row, **fields)


def _also_read(row: Workload, copies: Mapping[str, str]) -> Workload:
    if isinstance(row.readers, str):
        return row
    return msgspec.structs.replace(
        row, readers=(*row.readers, *(copies[name] for name in row.readers if name in copies))
    )


def _with_regime(row: Workload, key: str, regime: Regime) -> Workload:
    regimes = {name: each for name, each in row.regimes.items() if name != key}
    return msgspec.structs.replace(row, regimes=regimes if regime is row.regime else {**regimes, key: regime})
