"""What a command must satisfy, in a `[[do]]` row and given by hand: names that exist, a name to be about, ranges.

Rules: as in `check.py`. Whether it can be done at its time (peers that do not peer, a crash of what is down) is the
run's to say: it notes it and goes on.
"""

from p4lab.core.commands import (
    AddOrganisation,
    AddProvider,
    Attach,
    Command,
    Crash,
    Detach,
    Get,
    Leave,
    Misbehave,
    Move,
    Partition,
    Peer,
    Put,
    Remove,
    Restart,
    SetLink,
    SetProvider,
    Unpeer,
)  # fmt: skip
from p4lab.core.names import ID_SIZE, Kind, Scope
from p4lab.core.options import Attach as Hang
from p4lab.scenario.errors import Path, ScenarioError, nearest, shown
from p4lab.scenario.model import Organisation, Scenario
from p4lab.scenario.organisations import NO_HOUSES, Houses, keeper
from p4lab.scenario.ranges import Range, check_position, check_ranges
from p4lab.scenario.texts import MAX_NAME, check_text

_FACTORS = {"stretch_ttl": Range(1, 1000), "under_report": Range(0, 1)}  # of misbehaviours that have a measure


def check_command(command: Command, index: dict[str, int], path: Path, houses: Houses = NO_HOUSES) -> None:
    """Raise a ScenarioError for the first fault, or return. index, houses: providers and organisations, by name."""
    check_ranges(command, path)
    match command:
        case Put() | Get() | Remove():
            known(command.by, index, (*path, "by"), houses)
            _about(command, path)
            _scope(command, houses, path)
        case SetLink() if any(name in houses for name in command.between):
            _way_up(command, houses, (*path, "between"))
        case Peer() | Unpeer() | SetLink():
            two_providers(command.between, index, (*path, "between"))
        case Move():
            known(command.to, index, (*path, "to"), houses)
        case Attach():
            two_providers((command.provider, command.to), index, path)
        case AddProvider():
            _new_provider(command, index, path)
        case AddOrganisation():
            known(command.at, index, (*path, "at"), houses)
            check_text(command.organisation, (*path, "organisation"), MAX_NAME)
            check_position(command.position, path)
        case SetProvider():
            known(command.provider, index, (*path, "provider"), houses)
            _changes(command, houses, path)
        case Crash() | Restart() | Leave():
            known(command.provider, index, (*path, "provider"), houses)
        case Detach():
            known(command.provider, index, (*path, "provider"))
        case Misbehave():
            known(command.provider, index, (*path, "provider"))
            _switches(command, path)
        case Partition():
            _groups(command, index, (*path, "groups"), houses)


def everybody(scenario: Scenario, *more: Command) -> tuple[dict[str, int], dict[str, Organisation]]:
    """Providers by name with their numbers, and organisations: those there at the start, and those that join later.

    more: commands beyond those of the scenario that may bring somebody in.
    """
    index = {row.name: i for i, row in enumerate(scenario.provider)}
    houses = {row.name: row for row in scenario.organisation}
    for command in (*(row.command for row in scenario.do), *more):
        match command:
            case AddProvider(provider=name):
                index.setdefault(name, len(index))
            case AddOrganisation(organisation=name):
                houses.setdefault(name, as_row(command))
    return index, houses


def as_row(command: AddOrganisation) -> Organisation:
    """The row that an organisation would have, had it been there from the start."""
    return Organisation(
        command.organisation, command.at, command.customers, command.store, command.latency, command.position
    )


def known(name: str, index: dict[str, int], path: Path, houses: Houses = NO_HOUSES) -> None:
    """Raise a ScenarioError where no provider, or organisation where it may stand, has this name."""
    if name not in index and name not in houses:
        right = nearest(name, [*index, *houses]) if index else "the file has no [[provider]]"
        what = "provider or organisation" if houses else "provider"
        raise ScenarioError(f"there is no {what} {shown(name)}", right, path=path)


def two_providers(names: tuple[str, str], index: dict[str, int], path: Path) -> None:
    """Raise a ScenarioError unless these are two different providers."""
    for i, name in enumerate(names):
        known(name, index, (*path, i))
    if names[0] == names[1]:
        raise ScenarioError(f"{shown(names[0])} stands on both sides", "name two providers", path=path)


def _scope(command: Put | Get | Remove, houses: Houses, path: Path) -> None:
    """Whether there is an organisation for a put to stay in."""
    scoped = isinstance(command, Put) and command.scope is Scope.ORGANISATION
    if scoped and keeper(command.by, houses) is None:
        what = "an organisation without a store" if command.by in houses else "no organisation"
        stores = [name for name in houses if keeper(name, houses) is not None]
        right = f"put it by one with a store: {', '.join(stores[:5])}" if stores else "add one with [[organisation]]"
        raise ScenarioError(f"{shown(command.by)} is {what}, nothing can stay in it", right, path=(*path, "scope"))


def _way_up(command: SetLink, houses: Houses, path: Path) -> None:
    """Whether these two are an organisation and what it is at."""
    first, second = command.between
    if not any(a in houses and houses[a].at == b for a, b in ((first, second), (second, first))):
        name = first if first in houses else second
        right = f"it has one link, to {shown(houses[name].at)}"
        raise ScenarioError(f"{shown(first)} and {shown(second)} have no link", right, path=path)


def _new_provider(command: AddProvider, index: dict[str, int], path: Path) -> None:
    check_text(command.provider, (*path, "provider"), MAX_NAME)
    check_position(command.position, path)
    if command.parent is None:
        if command.attach is not Hang.LOCAL:
            right = "name its parent, or leave it out"
            raise ScenarioError("attach is for a child", right, path=(*path, "attach"))
    else:
        two_providers((command.provider, command.parent), index, path)
        if command.peers not in ("all", ()):
            right = "leave out parent, or peers"
            raise ScenarioError("only top-level providers peer", right, path=(*path, "peers"))
    if isinstance(command.peers, str):
        if command.peers != "all":
            right = 'write "all" or a list of names'
            raise ScenarioError(f"{shown(command.peers)} is not a list", right, path=(*path, "peers"))
        return
    for i, name in enumerate(command.peers):
        two_providers((command.provider, name), index, (*path, "peers"))
        if name in command.peers[:i]:
            raise ScenarioError(f"{shown(name)} stands here twice", path=(*path, "peers", i))


def _changes(command: SetProvider, houses: Houses, path: Path) -> None:
    if command.lookup_delay is None and command.customers is None:
        raise ScenarioError("nothing is changed", "name lookup_delay or customers", path=path)
    if command.lookup_delay is not None and command.provider in houses:
        what = f"{shown(command.provider)} is an organisation and has no lookup service"
        raise ScenarioError(what, "name its provider", path=(*path, "lookup_delay"))


def _about(command: Put | Get | Remove, path: Path) -> None:
    """Whether it says which name it is about."""
    if isinstance(command, Put):
        if command.key is None and command.kind is not Kind.IMMUTABLE:
            raise ScenarioError("key is missing", "only an immutable put may leave it out", path=path)
    elif isinstance(command, Remove):
        if command.kind is Kind.IMMUTABLE:
            right = "its lease ends, or it stays"
            raise ScenarioError("an immutable value cannot be removed", right, path=(*path, "kind"))
        if command.kind is Kind.UNAUTHENTICATED and (command.value is None or command.secret is None):
            right = "say which value, and the secret that it was put with"
            raise ScenarioError("an entry is removed by its value and its secret", right, path=path)
    elif (command.key is None) == (command.of is None):
        right = "name the key, or for an immutable value what it is `of`"
        raise ScenarioError("a get has either key or of", right, path=path)
    elif command.of is not None and command.kind is not Kind.IMMUTABLE:
        right = 'write kind = "immutable" beside it'
        raise ScenarioError("of is for immutable values: their key is their hash", right, path=(*path, "of"))
    if command.kind is Kind.IMMUTABLE and command.key is not None and not _is_hash(command.key):
        right = f"{2 * ID_SIZE} hex digits, the hash of the value"
        raise ScenarioError(f"{shown(command.key)} is not an immutable key", right, path=(*path, "key"))


def _is_hash(key: str) -> bool:
    return len(key) == 2 * ID_SIZE and all(c in "0123456789abcdefABCDEF" for c in key)


def _groups(command: Partition, index: dict[str, int], path: Path, houses: Houses) -> None:
    if not any(command.groups):
        right = 'such as groups = [["Aster", "Birch"], ["Cedar"]]'
        raise ScenarioError("a partition needs a group", right, path=path)
    seen: set[str] = set()
    for i, group in enumerate(command.groups):
        for j, name in enumerate(group):
            known(name, index, (*path, i, j), houses)
            if name in seen:
                raise ScenarioError(f"{shown(name)} stands here twice", "one group each", path=(*path, i, j))
            seen.add(name)


def _switches(command: Misbehave, path: Path) -> None:
    names = [name for name in command.__struct_fields__ if name != "provider"]
    if all(getattr(command, name) is None for name in names):
        raise ScenarioError("no misbehaviour is named", f"one of {', '.join(names)}", path=path)
    for name, allowed in _FACTORS.items():
        value = getattr(command, name)
        if value is not None and not isinstance(value, bool) and not allowed.holds(value):
            raise ScenarioError(f"{shown(value)} is out of range", f"true, false, or {allowed}", path=(*path, name))
