"""Who ever comes: the scenario with a row for everybody whom a command brings in.

Rules: newcomers stand behind those of the scenario, in the order of their coming, so that a row's place is a number
that a run keeps. Whom a newcomer hangs below is said when it comes: here it has no parent.
"""

from collections.abc import Iterable

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider
from p4lab.scenario.model import Do, Provider, Scenario
from p4lab.scenario.verbs import as_row


def with_newcomers(scenario: Scenario, by_hand: Iterable[Do] = ()) -> Scenario:
    """The scenario itself where nobody comes. by_hand: commands beyond its own."""
    taken = {row.name for row in scenario.provider} | {row.name for row in scenario.organisation}
    providers, houses = list(scenario.provider), list(scenario.organisation)
    for row in sorted([*scenario.do, *by_hand], key=lambda row: row.at):
        match row.command:
            case AddProvider() as command if command.provider not in taken:
                taken.add(command.provider)
                providers.append(_provider(command))
            case AddOrganisation() as command if command.organisation not in taken:
                taken.add(command.organisation)
                houses.append(as_row(command))
    if len(taken) == len(scenario.provider) + len(scenario.organisation):
        return scenario
    return msgspec.structs.replace(scenario, provider=tuple(providers), organisation=tuple(houses))


def _provider(command: AddProvider) -> Provider:
    return Provider(
        command.provider, command.customers, command.position, lookup_delay=command.lookup_delay, attach=command.attach
    )
