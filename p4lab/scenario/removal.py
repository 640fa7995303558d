"""Taking providers, organisations and peerings out of a scenario, and mending what named them.

Rules: what has to go as well is said, a sentence each; the result passes the checks, or a ScenarioError is raised.
Children become top-level providers. An organisation goes with its provider, and to what it was at with a proxy between.
A workload without owners goes; one without readers stays, for its puts.
"""

import math
from collections.abc import Collection

import msgspec

from p4lab.core.options import Attach, Options, Quorum
from p4lab.scenario import verbs
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError, nearest, shown
from p4lab.scenario.mentions import command_without, expects_after, expects_without, made_by
from p4lab.scenario.model import Do, Organisation, ParentLink, Provider, Scenario, Workload, tops
from p4lab.scenario.organisations import provider_of
from p4lab.scenario.peerings import ended, without
from p4lab.scenario.ranges import MAX_RATE


class Change(msgspec.Struct, frozen=True):
    """A scenario after an edit, and what else had to change, a sentence each."""

    scenario: Scenario
    says: tuple[str, ...] = ()


def remove(scenario: Scenario, names: Collection[str]) -> Change:
    """Without these providers and organisations."""
    for name in names:
        known(scenario, name)
    says: list[str] = []
    houses = _houses(scenario, names, says)
    gone = {*names, *(row.name for row in scenario.organisation if row.name not in houses)}
    rows = tuple(_unhung(row, gone, says) for row in scenario.provider if row.name not in gone)
    workloads = _workloads(scenario, gone, bool(rows), says)
    do = tuple(_commands(scenario.do, gone))
    if (lost := len(scenario.do) - len(do)) > 0:
        says.append("1 command that named it is gone." if lost == 1 else f"{lost:,} commands that named it are gone.")
    dropped = {row.name for row in scenario.workload} - {row.name for row in workloads}
    expects = expects_without(scenario.expect, {"provider": gone, "organisation": gone, "workload": dropped})
    found = msgspec.structs.replace(
        scenario,
        provider=rows,
        organisation=tuple(houses.values()),
        peering=without(scenario.peering, gone),
        underlay=tuple(row for row in scenario.underlay if not gone & set(row.between)),
        workload=workloads,
        do=do,
        expect=expects_after(expects, scenario.do, do),
    )
    return mended(scenario, found, says)


def attach(scenario: Scenario, child: str, parent: str) -> Change:
    """Below this parent; an organisation becomes a customer of it. Only tops peer: a child leaves its peers."""
    known(scenario, child)
    known(scenario, parent)
    if any(row.name == child for row in scenario.organisation):
        houses = [
            msgspec.structs.replace(row, at=parent) if row.name == child else row for row in scenario.organisation
        ]
        return mended(scenario, msgspec.structs.replace(scenario, organisation=tuple(houses)), [])
    if all(row.name != parent for row in scenario.provider):
        raise ScenarioError(f"{shown(parent)} is an organisation", "a provider hangs below a provider")
    providers = tuple(
        msgspec.structs.replace(row, parent=parent) if row.name == child else row for row in scenario.provider
    )
    rows = without(scenario.peering, [child])
    says = [f"{child} peers with nobody any more: only top-level providers do."] if rows != scenario.peering else []
    return mended(scenario, msgspec.structs.replace(scenario, provider=providers, peering=rows), says)


def detach(scenario: Scenario, child: str) -> Scenario:
    """Without its parent, as a top-level provider with a lookup service of its own."""
    known(scenario, child)
    if any(row.name == child and row.parent is None for row in scenario.provider):
        raise ScenarioError(f"{shown(child)} has no parent", "it is a top-level provider already")
    if any(row.name == child for row in scenario.organisation):
        raise ScenarioError(
            f"{shown(child)} is an organisation", "it is always a customer of somebody: attach it elsewhere"
        )
    rows = tuple(_top(row) if row.name == child else row for row in scenario.provider)
    return mended(scenario, msgspec.structs.replace(scenario, provider=rows), []).scenario


def end_peering(scenario: Scenario, a: str, b: str) -> Scenario:
    """These two peer no more; `among = "all"` becomes a list of names where it has to."""
    known(scenario, a)
    known(scenario, b)
    rows = ended(scenario, a, b)
    if rows == scenario.peering:
        raise ScenarioError(f"{shown(a)} and {shown(b)} do not peer")
    return mended(scenario, msgspec.structs.replace(scenario, peering=rows), []).scenario


def known(scenario: Scenario, name: str) -> Provider | Organisation:
    """The row of this name, or a ScenarioError."""
    rows: list[Provider | Organisation] = [*scenario.provider, *scenario.organisation]
    for row in rows:
        if row.name == name:
            return row
    everybody = [row.name for row in rows]
    raise ScenarioError(f"there is no provider or organisation {shown(name)}", nearest(name, everybody))


def mended(old: Scenario, new: Scenario, says: list[str]) -> Change:
    """`new`, put right where an edit of `old` left it out of range: a quorum, commands that can no longer be given."""
    options = _options(new.options, len(tops(new)), says)
    index, houses = verbs.everybody(new)
    do: list[Do] = []
    for row in new.do:
        try:
            verbs.check_command(row.command, index, (), houses)
            do.append(row)
        except ScenarioError as fault:
            says.append(f"The command at {row.at:g} s is gone: {fault.what}.")
    found = msgspec.structs.replace(new, options=options)
    if len(do) < len(new.do):
        found = msgspec.structs.replace(found, do=tuple(do), expect=expects_after(found.expect, new.do, tuple(do)))
    if (lost := len(old.expect) - len(found.expect)) > 0:
        says.append("1 expectation about it is gone." if lost == 1 else f"{lost:,} expectations about it are gone.")
    check(found)
    return Change(found, tuple(says))


def _houses(scenario: Scenario, names: Collection[str], says: list[str]) -> dict[str, Organisation]:
    """The organisations that stay, each at the first on its way up that does."""
    rows = {row.name: row for row in scenario.organisation}
    kept: dict[str, Organisation] = {}
    for name, row in rows.items():
        if name in names:
            continue
        if (top := provider_of(name, rows)) in names:
            says.append(f"{name} was a customer of {top} and is gone too.")
            continue
        at = row.at
        while at in names:
            at = rows[at].at
        if at != row.at:
            says.append(f"{name} is at {at} now.")
        kept[name] = row if at == row.at else msgspec.structs.replace(row, at=at)
    return kept


def _unhung(row: Provider, gone: Collection[str], says: list[str]) -> Provider:
    if row.parent not in gone:
        return row
    says.append(f"{row.name} was below {row.parent} and is a top-level provider now.")
    return _top(row)


def _top(row: Provider) -> Provider:
    return msgspec.structs.replace(row, parent=None, attach=Attach.LOCAL, link=ParentLink())


def _workloads(scenario: Scenario, gone: Collection[str], anybody: bool, says: list[str]) -> tuple[Workload, ...]:
    kept: list[Workload] = []
    left = sum(row.name not in gone for row in scenario.provider)
    for row in scenario.workload:
        owners, readers = (_left(each, gone) for each in (row.owners, row.readers))
        if not owners or (owners == "all" and not anybody):
            says.append(f"Nobody is left to put the keys of {row.name}: that workload is gone.")
            continue
        if row.readers and not readers:
            says.append(f"Nobody reads {row.name} any more.")
        most = MAX_RATE / math.ceil(row.keys / (left if owners == "all" else len(owners)))
        if row.updates_per_second > most:
            says.append(f"The fewer owners of {row.name} update each key {most:g} times per second at most.")
        rate = min(row.updates_per_second, most)
        kept.append(msgspec.structs.replace(row, owners=owners, readers=readers, updates_per_second=rate))
    return tuple(kept)


def _left(names: str | tuple[str, ...], gone: Collection[str]) -> str | tuple[str, ...]:
    return names if isinstance(names, str) else tuple(name for name in names if name not in gone)


def _commands(rows: tuple[Do, ...], gone: Collection[str]) -> list[Do]:
    """Those that stay; whoever is brought in by one that goes is gone as well."""
    gone = set(gone)
    while True:
        kept = [(row, command_without(row.command, gone)) for row in rows]
        more = {name for row, left in kept if left is None and (name := made_by(row.command)) is not None}
        if more <= gone:
            return [row if left is row.command else Do(row.at, left) for row, left in kept if left is not None]
        gone |= more


def _options(options: Options, count: int, says: list[str]) -> Options:
    gets = options.authenticated_gets
    most = max(1, count - 1)
    if not isinstance(gets, Quorum) or gets.quorum <= most:
        return options
    says.append(f"A quorum of {gets.quorum} is more than there are peers: it is {most} now.")
    return msgspec.structs.replace(options, authenticated_gets=Quorum(most))
