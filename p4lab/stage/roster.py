"""Who is in a run: those of the scenario from the start, and those that commands bring in, until they leave for good.

Rules: everybody who ever comes has a number from the start, behind those of the scenario, in the order of their coming;
so two runs are the same up to the moment at which somebody comes in one of them, but for the numbers of customers and
organisations, which follow those of all providers.
"""

from collections.abc import Iterable

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider, Command, Partition, verb
from p4lab.scenario.later import with_newcomers
from p4lab.scenario.model import Do, Organisation, Provider, Scenario


class Spare(msgspec.Struct, frozen=True):
    """How many places are kept free for those of whom nobody knows at the start."""

    providers: int = 0
    organisations: int = 0


NOBODY = Spare()
PLACE = " "  # names of free places begin with it, and no name of a file does
_NAMING = ("by", "provider", "to")  # fields of commands that name somebody who has to be there


class Roster:
    """scenario: with a row for everybody who ever comes. declared: how many providers are there at the start.

    later: the names of those who are not. away: the nodes of those who are not there now; `Operations` looks at it.
    """

    def __init__(self, scenario: Scenario, by_hand: Iterable[Do] = (), spare: Spare = NOBODY) -> None:
        self.declared = len(scenario.provider)
        self.away: set[int] = set()
        self._free = [f"{PLACE}provider {n}" for n in range(spare.providers)]
        self._houses = [f"{PLACE}organisation {n}" for n in range(spare.organisations)]
        self.scenario = self._with_places(with_newcomers(scenario, by_hand))
        self._names = _everybody(scenario)
        self._gone: set[str] = set()
        self.later = _everybody(self.scenario) - self._names

    def why_not(self, name: str) -> str:
        """Why nothing can be asked of this one now; empty where it is there."""
        if name in self._names:
            return ""
        return f"{name} has left" if name in self._gone else f"{name} is not there yet"

    def has_left(self, name: str) -> bool:
        """Whether it was there and is gone for good."""
        return name in self._gone

    def missing(self, command: Command) -> str:
        """Why a command cannot be done, in a sentence: somebody whom it names is not there. Empty: it can."""
        if isinstance(command, AddProvider | AddOrganisation | Partition):
            return ""
        names = [getattr(command, field, None) for field in _NAMING]
        names += getattr(command, "between", ())
        why = next((why for name in names if name is not None and (why := self.why_not(name))), "")
        return f"{verb(command)}: {why}" if why else ""

    def seat(self, command: AddProvider | AddOrganisation) -> str | None:
        """The name of a place that is free, and is so no more; None: there is none."""
        free = self._free if isinstance(command, AddProvider) else self._houses
        return free.pop(0) if free else None

    def come(self, name: str, node: int) -> None:
        """There it is."""
        self._names.add(name)
        self.away.discard(node)

    def leave(self, name: str, node: int) -> None:
        """It is gone for good."""
        self._names.discard(name)
        self._gone.add(name)
        self.away.add(node)

    def _with_places(self, known: Scenario) -> Scenario:
        """The scenario with a row for each free place: behind all others, so that who comes is below who is there."""
        providers = [Provider(place) for place in self._free]
        houses = [Organisation(place, known.provider[0].name) for place in self._houses]
        rows = (*known.provider, *providers), (*known.organisation, *houses)
        return msgspec.structs.replace(known, provider=rows[0], organisation=rows[1])


def _everybody(scenario: Scenario) -> set[str]:
    return {row.name for row in scenario.provider} | {row.name for row in scenario.organisation}
