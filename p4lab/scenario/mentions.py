"""Which providers and organisations a command or an expectation names, and the same without them or with other names.

Rules: records in, records out; None where nothing is left of one. An identity counts as named: by default it is called
like its provider.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider, Command, Get, Move, Partition, Put, Remove
from p4lab.scenario.model import Do, Expect

_PLACES = ("by", "provider", "organisation", "to", "at", "parent")
_ONE = (*_PLACES, "owner", "identity")
_MANY = ("between", "peers")
_GROUPS = ("provider", "organisation")  # of expectations


def needed(command: Command) -> set[str]:
    """Everybody who has to be there already when a command is done."""
    return _named(command, _PLACES) - {made_by(command)}


def named(command: Command) -> set[str]:
    """Everybody whom a command names, identities too."""
    return _named(command, _ONE)


def _named(command: Command, fields: tuple[str, ...]) -> set[str]:
    found = {name for field in fields if isinstance(name := getattr(command, field, None), str)}
    for field in _MANY:
        if isinstance(names := getattr(command, field, None), tuple):
            found.update(names)
    if isinstance(command, Partition):
        found.update(name for group in command.groups for name in group)
    return found


def made_by(command: Command) -> str | None:
    """Whom a command brings into the run."""
    match command:
        case AddProvider(provider=name) | AddOrganisation(organisation=name):
            return name
    return None


def command_without(command: Command, gone: Collection[str]) -> Command | None:
    """Without these: a partition of the others, a provider that peers with the others; else nothing."""
    if not named(command) & set(gone):
        return command
    if isinstance(command, Partition):
        groups = tuple(tuple(name for name in group if name not in gone) for group in command.groups)
        return Partition(tuple(filter(None, groups))) if any(groups) else None
    if isinstance(command, AddProvider) and command.provider not in gone and command.parent not in gone:
        return msgspec.structs.replace(command, peers=tuple(name for name in command.peers if name not in gone))
    return None


def command_renamed(command: Command, names: Mapping[str, str]) -> Command:
    """With other names."""
    changed: dict[str, Any] = {}
    for field in _ONE:
        if isinstance(name := getattr(command, field, None), str) and name in names:
            changed[field] = names[name]
    for field in _MANY:
        if isinstance(many := getattr(command, field, None), tuple):
            changed[field] = tuple(names.get(name, name) for name in many)
    if isinstance(command, Partition):
        changed["groups"] = tuple(tuple(names.get(name, name) for name in group) for group in command.groups)
    return msgspec.structs.replace(command, **changed) if changed else command


def expects_without(expects: tuple[Expect, ...], groups: Mapping[str, Collection[str]]) -> tuple[Expect, ...]:
    """Those that are about none of these. groups: names by the group of metrics that they stand in."""

    def about(expect: Expect) -> bool:
        heads = [f"by_{group}.{name}" for group, names in groups.items() for name in names]
        return any(name in groups.get(group, ()) for group, name in expect.where.items()) or any(
            expect.metric == head or expect.metric.startswith((f"{head}.", f"{head}[")) for head in heads
        )

    return tuple(expect for expect in expects if not about(expect))


def expects_renamed(expects: tuple[Expect, ...], names: Mapping[str, str]) -> tuple[Expect, ...]:
    """With other names."""
    return tuple(
        msgspec.structs.replace(
            expect,
            where={group: names.get(name, name) if group in _GROUPS else name for group, name in expect.where.items()},
        )
        for expect in expects
    )


def expects_after(expects: tuple[Expect, ...], old: tuple[Do, ...], new: tuple[Do, ...]) -> tuple[Expect, ...]:
    """Those about hand-driven operations (`commands[2].code`) by their numbers now; `new` is part of `old`.

    Those of operations that are gone go too, and all behind a move, which makes a number of operations of its own.
    """
    before, after = _operations(old), _operations(new)
    if before == after:
        return expects
    left, numbers = list(enumerate(after)), dict[int, int]()
    for i, row in enumerate(before):
        if left and left[0][1] is row:
            numbers[i] = left.pop(0)[0]
    moved = next((i for i, row in enumerate(before) if isinstance(row.command, Move)), len(before))
    kept: list[Expect] = []
    for expect in expects:
        head, _, rest = expect.metric.replace("[", ".").replace("]", "").partition(".")
        number, _, field = rest.partition(".")
        if head != "commands" or not number.isdecimal() or int(number) >= len(before):
            kept.append(expect)
        elif int(number) < moved and int(number) in numbers:
            metric = f"commands[{numbers[int(number)]}]" + (f".{field}" if field else "")
            kept.append(
                expect if numbers[int(number)] == int(number) else msgspec.structs.replace(expect, metric=metric)
            )
    return tuple(kept)


def _operations(rows: tuple[Do, ...]) -> list[Do]:
    """What stands under `commands` in the metrics, in its order; and moves."""
    return [row for row in sorted(rows, key=lambda row: row.at) if isinstance(row.command, Put | Get | Remove | Move)]
