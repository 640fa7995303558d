"""Parents in a scenario: what is refused, in one line, and how links fall back."""

import pytest

from p4lab.core.options import Attach
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Link, links, parent_links, tops
from p4lab.scenario.read import parse
from p4lab.scenario.settings import apply

TOP = 'format = 1\ntitle = "x"\nduration = 9.0\n'


def rows(*given: str) -> str:
    """Providers such as "A", "a<A" (local) or "b<!B" (redirect)."""
    text = TOP
    for each in given:
        name, _, above = each.partition("<")
        text += f'[[provider]]\nname = "{name}"\n'
        text += f'parent = "{above.lstrip("!")}"\n' if above else ""
        text += 'attach = "redirect"\n' if above.startswith("!") else ""
    return text


ONLY_TOPS = '"b" is a child of "B", and only top-level providers peer; name "B", or give "b" no parent'
FAULTS = {
    rows("Aster", "b<Astre"): 'line 8, provider.b.parent: there is no provider "Astre"; did you mean "Aster"?',
    rows("A<A"): 'line 6, provider.A.parent: "A" is its own parent; name another, or leave it out',
    rows("A<B", "B<C", "C<A", "D"): (
        "line 6, provider.A.parent: parents in a circle: A is below B, B is below C, C is below A; "
        "one of them must be a top, without a parent"
    ),
    rows("A", "b<!A", "c<b"): (
        'line 12, provider.c.parent: "b" is a redirect child and has no lookup service to exchange updates with; '
        'write attach = "redirect" here, or attach = "local" at b'
    ),
    rows("A") + 'attach = "redirect"': (
        "line 6, provider.A.attach: attach is for a child; name its parent, or leave it out"
    ),
    rows("A") + "link = { loss = 0.1 }": (
        "line 6, provider.A.link: link is for a child; name its parent, or leave it out"
    ),
    rows("A", "b<A") + "link = { loss = 1 }": (
        "line 9, provider.b.link.loss: 1.0 is out of range; it may be at least 0 and less than 1"
    ),
    rows("A", "b<A") + "link = { lost = 1 }": (
        'line 9, provider.b.link: there is no field "lost"; did you mean "loss"?'
    ),
    rows("A", "b<A") + 'attach = "locl"': (
        'line 9, provider.b.attach: "locl" is not "local" or "redirect"; did you mean "local"?'
    ),
    rows("A", "B", "b<B") + '[[peering]]\nbetween = ["A", "b"]': f"line 12, peering.1.between.2: {ONLY_TOPS}",
    rows("A", "B", "b<B") + '[[peering]]\namong = ["A", "b"]': f"line 12, peering.1.among.2: {ONLY_TOPS}",
}


@pytest.mark.parametrize(("text", "says"), FAULTS.items(), ids=map(str, range(len(FAULTS))))
def test_a_fault_is_said_in_one_line(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as fault:
        parse(text)
    assert str(fault.value) == says


def test_all_peer_means_all_tops_and_a_link_falls_back() -> None:
    text = rows("A", "a<A", "B", "b<!B", "C") + '[link]\nlatency = 0.3\njitter = 0.1\n[[peering]]\namong = "all"'
    scenario = apply(parse(text), "provider.b.link.latency", "0.2")
    assert tops(scenario) == [0, 2, 4]
    assert [(pair.a, pair.b) for pair in links(scenario)] == [(0, 2), (0, 4), (2, 4)]
    assert parent_links(scenario) == [(1, 0, Link(0.3, 0.1)), (3, 2, Link(0.2, 0.1))]
    assert apply(scenario, "provider.b.attach", '"local"').provider[3].attach is Attach.LOCAL
    assert apply(scenario, "options.mesh", '"strict"').options.mesh.value == "strict"
