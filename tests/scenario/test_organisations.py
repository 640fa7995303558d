"""Organisations in a scenario: what is refused, in one line, where their names may stand, and who is above them."""

import pytest

from p4lab.core.commands import Put, SetLink
from p4lab.core.names import Scope
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Organisation
from p4lab.scenario.organisations import keeper, provider_of
from p4lab.scenario.read import parse
from p4lab.scenario.settings import apply
from p4lab.scenario.write import dumps

TOP = 'format = 1\ntitle = "x"\nduration = 9.0\n[[provider]]\nname = "Aster"\n[[provider]]\nname = "Birch"\n'


def house(name: str, at: str, *lines: str) -> str:
    return "\n".join(["[[organisation]]", f'name = "{name}"', f'at = "{at}"', *lines, ""])


ACME = TOP + house("Acme", "Aster") + house("Lab", "Acme", "store = false") + house("Pipe", "Birch", "store = false")
FAULTS = {
    TOP + house("Acme", "Astre"): (
        'line 10, organisation.Acme.at: there is no provider or organisation "Astre"; did you mean "Aster"?'
    ),
    TOP + house("Aster", "Birch"): (
        'line 9, organisation.1.name: "Aster" is already the name of a provider; each needs a name of its own'
    ),
    TOP + house("Acme", "Aster") + house("Acme", "Birch"): (
        'line 12, organisation.2.name: "Acme" is already the name of an organisation before it; '
        "each needs a name of its own"
    ),
    TOP + house("Acme", "Lab") + house("Lab", "Acme"): (
        "line 10, organisation.Acme.at: organisations in a circle: Acme is at Lab is at Acme; "
        "one of them must be at a provider"
    ),
    TOP + house("Acme", "Aster", "latency = -1.0"): (
        "line 11, organisation.Acme.latency: -1.0 is out of range; it may be from 0 to 86,400 seconds"
    ),
    TOP + house("Acme", "Aster", "position = [0.5, 2.0]"): (
        "line 11, organisation.Acme.position: a position is out of range; two numbers from 0 to 1, y down"
    ),
    ACME + '[[do]]\nat = 1.0\nput = { by = "Acne", key = "k", value = "v" }': (
        'line 21, do.1.put.by: there is no provider or organisation "Acne"; did you mean "Acme"?'
    ),
    ACME + '[[do]]\nat = 1.0\nput = { by = "Pipe", key = "k", value = "v", scope = "organisation" }': (
        'line 21, do.1.put.scope: "Pipe" is an organisation without a store, nothing can stay in it; '
        "put it by one with a store: Acme, Lab"
    ),
    TOP + '[[do]]\nat = 1.0\nput = { by = "Aster", key = "k", value = "v", scope = "organisation" }': (
        'line 10, do.1.put.scope: "Aster" is no organisation, nothing can stay in it; add one with [[organisation]]'
    ),
    ACME + '[[do]]\nat = 1.0\nlink = { between = ["Acme", "Birch"], up = false }': (
        'line 21, do.1.link.between: "Acme" and "Birch" have no link; it has one link, to "Aster"'
    ),
    ACME + '[[do]]\nat = 1.0\npeer = { between = ["Acme", "Birch"] }': (
        'line 21, do.1.peer.between.1: there is no provider "Acme"; known here: Aster, Birch'
    ),
    ACME + '[[peering]]\namong = ["Acme", "Birch"]': (
        'line 20, peering.1.among.1: there is no provider "Acme"; known here: Aster, Birch'
    ),
    ACME + '[[expect]]\nmetric = "gets.total"\nequals = 1\nwhere = { organisation = "Acne" }': (
        'line 22, expect.1.where.organisation: there is no organisation "Acne"; did you mean "Acme"?'
    ),
}


@pytest.mark.parametrize(("given", "says"), FAULTS.items(), ids=map(str, range(len(FAULTS))))
def test_a_fault_is_said_in_one_line(given: str, says: str) -> None:
    with pytest.raises(ScenarioError) as fault:
        parse(given)
    assert str(fault.value) == says


def test_an_organisation_is_read_set_and_written() -> None:
    scenario = apply(parse(ACME), "organisation.Acme.latency", "0.02")
    assert scenario.organisation == (
        Organisation("Acme", "Aster", latency=0.02), Organisation("Lab", "Acme", store=False),
        Organisation("Pipe", "Birch", store=False),
    )  # fmt: skip
    assert parse(dumps(scenario)) == scenario


def test_who_keeps_and_who_provides_is_found_on_the_way_up() -> None:
    houses = {row.name: row for row in parse(ACME).organisation}
    assert [keeper(name, houses) for name in ("Acme", "Lab", "Pipe", "Aster")] == ["Acme", "Acme", None, None]
    assert [provider_of(name, houses) for name in ("Lab", "Pipe", "Birch")] == ["Aster", "Birch", "Birch"]


def test_a_workload_and_a_command_by_hand_may_name_one() -> None:
    scenario = parse(ACME + '[[workload]]\nname = "news"\nowners = ["Acme"]\nreaders = ["Lab", "Aster"]\n')
    check_command(Put("Lab", "v", "k", scope=Scope.ORGANISATION), scenario)
    check_command(SetLink(("Aster", "Acme"), up=False), scenario)
    check_command(SetLink(("Acme", "Lab"), up=False), scenario)
    with pytest.raises(ScenarioError, match='there is no provider or organisation "Oak"'):
        check_command(Put("Oak", "v", "k"), scenario)
