"""Commands together: nobody is named before they come, nobody comes twice, and whoever has left is named in vain."""

from __future__ import annotations

import pytest

from p4lab.core.commands import AddOrganisation, AddProvider, Attach, Command, Crash, Get, Leave, Peer, SetProvider
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.read import parse
from p4lab.scenario.timeline import in_vain
from tests.scenario.test_read import TWO

ZED = 'at = 5\nadd-provider = { provider = "Zed" }'
STRICT = f'{TWO}[[peering]]\namong = "all"\n[options]\nmesh = "strict"\n'


def rows(*given: str, top: str = TWO) -> str:
    return top + "".join(f"[[do]]\n{row}\n" for row in given)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rows(ZED, 'at = 4\ncrash = { provider = "Zed" }'), 'do.2.crash: "Zed" is not there yet; name it later'),
        (rows(ZED, ZED), 'do.2.add-provider: "Zed" is already the name of a provider'),
        (rows('at = 1\nadd-organisation = { organisation = "Birch", at = "Aster" }'), '"Birch" is already the name of'),
        (rows('at = 1\nadd-provider = { provider = "Z", peers = "some" }'), '"some" is not a list; write "all" or'),
        (rows('at = 1\nadd-provider = { provider = "Z", peers = ["Z"] }'), '"Z" stands on both sides'),
        (rows('at = 1\nadd-provider = { provider = "Z", attach = "redirect" }'), "attach is for a child"),
        (rows('at = 1\nadd-provider = { provider = "Z", parent = "Y" }'), 'there is no provider "Y"'),
        (rows('at = 1\nprovider = { provider = "Aster" }'), "nothing is changed; name lookup_delay or customers"),
        (rows('at = 1\nleave = { provider = "Asta" }'), 'there is no provider "Asta"; did you mean "Aster"?'),
        (
            rows(ZED.replace('"Zed"', '"Zed", peers = []'), top=STRICT),
            'mesh = "strict" allows no holes',
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    assert says in str(caught.value)


def test_newcomers_are_named_from_then_on_and_in_expectations() -> None:
    later = 'at = 6\nget = { by = "Zed", key = "k" }'
    left = 'at = 7\nleave = { provider = "Zed" }', 'at = 8\ncrash = { provider = "Zed" }'
    text = rows(ZED, later, *left) + '[[expect]]\nmetric = "gets.total"\nequals = 1\nwhere = { provider = "Zed" }\n'
    assert in_vain(parse(text)) == ["do.4: Zed has left at 7 s, so crash does nothing"]


def test_a_command_by_hand_knows_who_came_by_hand() -> None:
    scenario, zed = parse(TWO), AddProvider("Zed")
    fine: list[Command] = [Get("Zed", "k"), Peer(("Zed", "Aster")), Attach("Zed", "Aster"), AddOrganisation("H", "Zed")]
    for command in [*fine, Crash("Zed"), SetProvider("Zed", customers=1), Leave("Zed")]:
        check_command(command, scenario, [zed])
        with pytest.raises(ScenarioError, match="there is no provider"):
            check_command(command, scenario)
    check_command(zed, scenario)
    with pytest.raises(ScenarioError, match="already the name"):
        check_command(zed, scenario, [zed])
