"""What organisations must satisfy: a name of their own, somebody to be a customer of, and no circle of proxies.

Rules: as in `check.py`, which calls this; the names of providers are known to be unique.
"""

from collections.abc import Mapping
from types import MappingProxyType

from p4lab.scenario.errors import Path, ScenarioError, nearest, shown
from p4lab.scenario.model import Organisation, Scenario
from p4lab.scenario.ranges import check_position, check_ranges
from p4lab.scenario.shape import MAX_ROWS
from p4lab.scenario.texts import MAX_NAME, check_text

Houses = Mapping[str, Organisation]  # by name
NO_HOUSES: Houses = MappingProxyType({})


def check_organisations(scenario: Scenario, index: Mapping[str, int]) -> dict[str, Organisation]:
    """Raise a ScenarioError for the first fault, or return the organisations by name. index: of the providers."""
    rows = scenario.organisation
    if len(rows) > MAX_ROWS["organisation"]:
        found = f"at most {MAX_ROWS['organisation']:,} organisations are allowed, here are {len(rows):,}"
        raise ScenarioError(found, path=("organisation",))
    houses: dict[str, Organisation] = {}
    for i, row in enumerate(rows):
        path: Path = ("organisation", i)
        check_text(row.name, (*path, "name"), MAX_NAME)
        if row.name in index or row.name in houses:
            what = "a provider" if row.name in index else "an organisation before it"
            found = f"{shown(row.name)} is already the name of {what}"
            raise ScenarioError(found, "each needs a name of its own", path=(*path, "name"))
        check_ranges(row, path)
        check_position(row.position, path)
        houses[row.name] = row
    for i, row in enumerate(rows):
        _above(row, i, index, houses)
    return houses


def keeper(name: str, houses: Houses) -> str | None:
    """The nearest organisation with a store on the way up from here, itself included."""
    while (row := houses.get(name)) is not None:
        if row.store:
            return name
        name = row.at
    return None


def provider_of(name: str, houses: Houses) -> str:
    """The provider at the end of a chain of proxies; of a provider itself."""
    while (row := houses.get(name)) is not None:
        name = row.at
    return name


def _above(row: Organisation, i: int, index: Mapping[str, int], houses: Houses) -> None:
    """Whether a provider is reached from here."""
    path: Path = ("organisation", i, "at")
    if row.at not in index and row.at not in houses:
        found = f"there is no provider or organisation {shown(row.at)}"
        raise ScenarioError(found, nearest(row.at, [*index, *houses]), path=path)
    seen, at = [row.name], row.at
    while at in houses:
        if at in seen:
            right = "one of them must be at a provider"
            raise ScenarioError(f"organisations in a circle: {' is at '.join([*seen, at])}", right, path=path)
        seen.append(at)
        at = houses[at].at
        if at not in index and at not in houses:
            return  # its own row says so
