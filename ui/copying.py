"""Copies of providers and organisations while the network runs: the commands that add them.

Rules: no Qt; values in, commands out. How copies are made of a network that has not begun is `p4lab.scenario.changes`'.
"""

from collections.abc import Collection, Mapping

from p4lab.core.commands import AddOrganisation, AddProvider, Command
from p4lab.scenario.changes import beside, free_name, stem
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Organisation, Provider, Scenario
from p4lab.world import World


def copied(whole: Scenario, names: Collection[str]) -> dict[str, str]:
    """The names that copies get, by original."""
    found: dict[str, str] = {}
    for name in names:
        found[name] = free_name(whole, stem(name), found.values())
    return found


def copies_of(whole: Scenario, copies: Mapping[str, str], world: World, t: float) -> list[Command]:
    """The commands that add copies of who is there at t, originals before those who are at them."""
    found: list[Command] = []
    for name, copy in copies.items():
        row = _row(whole, name)
        at = beside(row.position or (0.5, 0.5))
        if isinstance(row, Organisation | AddOrganisation):
            host = copies.get(row.at, row.at)
            found.append(AddOrganisation(copy, host, row.customers, row.store, row.latency, at))
        else:
            node = next(node for node, called in world.called.items() if called == name)
            above = world.states.parent(node, t)
            peers = [] if above is not None else _peers(world, node, t)
            added = [copies[each] for each in peers if each in copies and copies[each] in _made(found)]
            parent = None if above is None else world.called[above]
            everyone = tuple(dict.fromkeys((*peers, *added)))
            hang = AddProvider(copy).attach if parent is None else row.attach
            found.append(
                AddProvider(copy, row.customers, at, row.lookup_delay,
                            copies.get(parent, parent) if parent else None, hang, everyone)
            )  # fmt: skip
    return sorted(found, key=lambda command: isinstance(command, AddOrganisation))


def _peers(world: World, node: int, t: float) -> list[str]:
    states = world.states
    near = sorted(states.neighbours(node, t) - set(states.children(node, t)))
    return [world.called[each] for each in near if world.houses.get(each) is None]


def _made(commands: Collection[Command]) -> set[str]:
    return {command.provider for command in commands if isinstance(command, AddProvider)}


def _row(whole: Scenario, name: str) -> Provider | AddProvider | Organisation | AddOrganisation:
    rows: list[Provider | Organisation] = [*whole.provider, *whole.organisation]
    for row in rows:
        if row.name == name:
            return row
    for done in whole.do:
        command = done.command
        if isinstance(command, AddProvider) and command.provider == name:
            return command
        if isinstance(command, AddOrganisation) and command.organisation == name:
            return command
    raise ScenarioError(f"nobody is called {name!r}")
