"""Where somebody stands on the map, in whatever brought them there: a row of the scenario, or a command since.

Rules: no Qt; values in, values out.
"""

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider
from p4lab.scenario.changes import set_place
from p4lab.scenario.model import Do, Scenario

Place = tuple[float, float]
DECIMALS = 4


def placed(
    scenario: Scenario, commands: tuple[Do, ...], name: str, place: Place
) -> tuple[Scenario, str, tuple[Do, ...]]:
    """The scenario and the commands with this one moved, and what to call it."""
    says = f"moving {name}"
    if name in {row.name for row in scenario.provider} | {row.name for row in scenario.organisation}:
        return set_place(scenario, {name: place}), says, commands
    at = (round(place[0], DECIMALS), round(place[1], DECIMALS))
    do = tuple(_placed(row, name, at) for row in scenario.do)
    return msgspec.structs.replace(scenario, do=do), says, tuple(_placed(row, name, at) for row in commands)


def _placed(row: Do, name: str, at: Place) -> Do:
    match row.command:
        case AddProvider(provider=added) | AddOrganisation(organisation=added) if added == name:
            return Do(row.at, msgspec.structs.replace(row.command, position=at))
    return row
