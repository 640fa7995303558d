"""Carries out a remedy: the recipe (scenario and commands) with the one change that it asks for.

Rules: no Qt; pure. `applied` gives None where this recipe has nothing to change that way.
"""

from math import inf
from typing import Any

import msgspec

from p4lab.core.commands import Command, Crash, Misbehave, Move, Partition, Put, Remove, Restart, SetLink, Unpeer
from p4lab.core.events import Crashed, Event, LinkChanged, Misbehaving, Moved, Partitioned, Unpeered, pair_of
from p4lab.scenario.changes import add_peering, put_with, set_link
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Scenario, every_link
from p4lab.world import World
from p4lab.world.remedy import Broadcast, Change, Lifetime, Option, Peering, Sound, Without

MICRO = 2e-6  # s: an event happens at its command's time, rounded
Recipe = tuple[Scenario, tuple[Do, ...]]
TOLD: dict[type[Event], type] = {
    Crashed: Crash, LinkChanged: SetLink, Partitioned: Partition, Misbehaving: Misbehave, Moved: Move, Unpeered: Unpeer,
}  # fmt: skip
NO_FAULTS = {"loss": 0.0, "duplicate": 0.0, "reorder": 0.0, "corrupt": 0.0}


def applied(change: Change, recipe: Recipe, world: World, event: Event | None = None) -> Recipe | None:
    """The recipe with the change. event: that of Without."""
    scenario, commands = recipe
    try:
        match change:
            case Broadcast(key=key, regime=regime):
                found = put_with(scenario, commands, key, regime)
            case Lifetime(key=key, ttl=ttl):
                found = _lasting(scenario, key, ttl), _puts(commands, key, ttl)
            case Without():
                found = _without(recipe, world, event)
            case Sound(a=a, b=b):
                found = _sound(recipe, a, b)
            case Peering(a=a, b=b):
                found = add_peering(scenario, a, b), commands
            case Option(name=name, value=value):
                found = _option(scenario, name, value), commands
    except (ScenarioError, ValueError):
        return None
    return None if found == recipe else found


def _lasting(scenario: Scenario, key: str, ttl: float) -> Scenario:
    name = key.rpartition("/")[0]
    workloads = tuple(msgspec.structs.replace(row, ttl=ttl) if row.name == name else row for row in scenario.workload)
    return msgspec.structs.replace(scenario, workload=workloads, do=_puts(scenario.do, key, ttl))


def _puts(rows: tuple[Do, ...], key: str, ttl: float) -> tuple[Do, ...]:
    return tuple(
        Do(row.at, msgspec.structs.replace(row.command, ttl=ttl))
        if isinstance(row.command, Put) and row.command.key == key else row
        for row in rows
    )  # fmt: skip


def _without(recipe: Recipe, world: World, event: Event | None) -> Recipe:
    """Without the command that an event tells of; a crash that does not happen needs no restart."""
    scenario, commands = recipe
    if event is None:
        return recipe
    rows: list[Do] = [*scenario.do, *commands]
    gone = [row for row in rows if abs(row.at - event.t) < MICRO and _is_of(row.command, event, world)]
    if not gone:
        return recipe
    if isinstance(event, Crashed):
        name = world.called.get(event.node)
        again = [row for row in rows if isinstance(row.command, Restart) and row.command.provider == name]
        gone += [row for row in again if row.at > event.t][:1]
    left = tuple(row for row in scenario.do if row not in gone)
    later = tuple(row for row in commands if row not in gone)
    if isinstance(event, Moved):
        home = world.called.get(event.src, "")
        until = min((row.at for row in rows if _moves(row, event.identity, event.t)), default=inf)
        left, later = (tuple(_stays(row, event, home, until) for row in part) for part in (left, later))
    return msgspec.structs.replace(scenario, do=left), later


def _moves(row: Do, identity: str, t: float) -> bool:
    return isinstance(row.command, Move) and row.command.identity == identity and row.at > t + MICRO


def _stays(row: Do, event: Moved, home: str, until: float) -> Do:
    """Who has not moved goes on putting where they were."""
    one = row.command
    if isinstance(one, Put | Remove) and one.identity == event.identity and event.t <= row.at < until:
        return Do(row.at, msgspec.structs.replace(one, by=home))
    return row


def _is_of(command: Command, event: Event, world: World) -> bool:
    """Whether this command made that event happen."""
    if type(command) is not TOLD.get(type(event)):
        return False
    one: Any = command
    match event:
        case Crashed(node=node) | Misbehaving(node=node):
            return bool(one.provider == world.called.get(node))
        case LinkChanged(a=a, b=b):
            return set(one.between) == {world.called.get(a), world.called.get(b)}
        case Unpeered(node=a, peer=b):
            return set(one.between) == {world.called.get(a), world.called.get(b)}
        case Moved(identity=identity):
            return bool(one.identity == identity)
    return True


def _sound(recipe: Recipe, a: str, b: str) -> Recipe:
    """The link as it begins, and what was done to it later, without faults."""
    scenario, commands = recipe
    index = {row.name: place for place, row in enumerate(scenario.provider)}
    link = every_link(scenario)[pair_of(index[a], index[b])] if a in index and b in index else scenario.link
    made = set_link(scenario, a, b, msgspec.structs.replace(link, **NO_FAULTS))
    made = msgspec.structs.replace(made, do=tuple(_quiet(row, {a, b}) for row in made.do))
    return made, tuple(_quiet(row, {a, b}) for row in commands)


def _quiet(row: Do, ends: set[str]) -> Do:
    """A command that sets this link's conditions, without its faults."""
    if not isinstance(row.command, SetLink) or set(row.command.between) != ends:
        return row
    return Do(row.at, msgspec.structs.replace(row.command, **NO_FAULTS))


def _option(scenario: Scenario, name: str, value: str | float) -> Scenario:
    options = msgspec.to_builtins(scenario.options) | {name: value}
    return msgspec.structs.replace(scenario, options=msgspec.convert(options, type(scenario.options)))
