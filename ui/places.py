"""Where somebody stands on the map, in whatever brought them there: a row of the scenario, or a command since.

Rules: no Qt; values in, values out.
"""

from collections.abc import Mapping

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider
from p4lab.scenario.changes import PLACES, set_place
from p4lab.scenario.model import Do, Scenario

Place = tuple[float, float]


def placed(
    scenario: Scenario, commands: tuple[Do, ...], places: Mapping[str, Place]
) -> tuple[Scenario, str, tuple[Do, ...]]:
    """The scenario and the commands with these moved, and what to call it."""
    rows = {row.name for row in scenario.provider} | {row.name for row in scenario.organisation}
    begun = set_place(scenario, {name: place for name, place in places.items() if name in rows})
    later = {name: (round(x, PLACES), round(y, PLACES)) for name, (x, y) in places.items() if name not in rows}
    do = tuple(_placed(row, later) for row in begun.do)
    says = f"moving {next(iter(places))}" if len(places) == 1 else f"moving {len(places)}"
    return msgspec.structs.replace(begun, do=do), says, tuple(_placed(row, later) for row in commands)


def _placed(row: Do, places: Mapping[str, Place]) -> Do:
    match row.command:
        case AddProvider(provider=name) | AddOrganisation(organisation=name) if name in places:
            return Do(row.at, msgspec.structs.replace(row.command, position=places[name]))
    return row
