"""Edits: a valid scenario stays valid and reads back as written; what else had to go is said; nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.commands import Crash, Get, Note, Partition, Put
from p4lab.core.names import Regime
from p4lab.core.options import Attach, Options, Quorum
from p4lab.scenario import changes
from p4lab.scenario.changes import Change
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import (
    Do,
    Expect,
    Link,
    Organisation,
    Peering,
    Provider,
    Scenario,
    Underlay,
    Workload,
    every_link,
    links,
)  # fmt: skip
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from tests.scenario.strategies import scenarios

VALUE = Regime.VALUE
replace = msgspec.structs.replace


def mesh(*names: str, **fields: object) -> Scenario:
    fields = {"peering": (Peering(among="all"),), **fields}
    return Scenario("t", 60.0, provider=tuple(map(Provider, names)), **fields)  # type: ignore[arg-type]  # fields of any


def peerings(scenario: Scenario) -> dict[str, Link]:
    rows = scenario.provider
    return {f"{rows[each.a].name}-{rows[each.b].name}": each.link for each in links(scenario)}


FULL = Scenario(
    "t",
    60.0,
    options=Options(authenticated_gets=Quorum(2)),
    provider=(Provider("A", position=(0.99, 0.5)), Provider("B b"), Provider("C"), Provider("a1", parent="A")),
    organisation=(Organisation("O", "A"), Organisation("P", "O", store=False), Organisation("Q", "C")),
    peering=(Peering(among=("A", "B b", "C"), latency=0.1), Peering(between=("A", "C"), loss=0.5)),
    underlay=(Underlay(("A", "C")),),
    workload=(Workload("w", 4, ("A", "C"), ("O", "a1")), Workload("x", 1, ("A",), regimes={"x/1": VALUE})),
    do=(
        Do(1.0, Put("A", "v", "k")),
        Do(2.0, Get("C", "k", owner="C")),
        Do(3.0, Partition((("A", "C"), ("B b",)))),
        Do(4.0, Crash("A")),
    ),
    expect=(
        Expect("commands[0].code", equals="OK"),
        Expect("commands[1].code", equals="OK"),
        Expect("gets.total", {"provider": "A"}, equals=3),
        Expect("by_workload.x.gets.total", equals=3),
    ),
)


def test_removing_a_provider_mends_what_named_it_and_says_so() -> None:
    check(FULL)
    found = changes.remove(FULL, ["A"])
    assert found.scenario == Scenario(
        "t",
        60.0,
        options=Options(authenticated_gets=Quorum(2)),
        provider=(Provider("B b"), Provider("C"), Provider("a1")),
        organisation=(Organisation("Q", "C"),),
        peering=(Peering(among=("B b", "C"), latency=0.1),),
        workload=(Workload("w", 4, ("C",), ("a1",)),),
        do=(Do(2.0, Get("C", "k", owner="C")), Do(3.0, Partition((("C",), ("B b",))))),
        expect=(Expect("commands[0].code", equals="OK"),),
    )
    assert found.says == (
        "O was a customer of A and is gone too.",
        "P was a customer of A and is gone too.",
        "a1 was below A and is a top-level provider now.",
        "Nobody is left to put the keys of x: that workload is gone.",
        "2 commands that named it are gone.",
        "3 expectations about it are gone.",
    )
    fewer = changes.remove(found.scenario, ["C"])
    assert fewer.scenario.options.authenticated_gets == Quorum(1)
    assert "A quorum of 2 is more than there are peers: it is 1 now." in fewer.says
    assert changes.remove(FULL, ["O"]).scenario.organisation == (
        Organisation("P", "A", store=False),
        FULL.organisation[2],
    )
    nobody = changes.remove(FULL, [row.name for row in FULL.provider]).scenario
    assert (nobody.provider, nobody.organisation, nobody.workload, nobody.do) == ((), (), (), ())


def test_one_peering_ends_and_all_others_stay_as_they_are() -> None:
    scenario = mesh(
        "A", "B", "C", "D", peering=(Peering(among="all", latency=0.1), Peering(between=("C", "B"), loss=0.1))
    )
    before = peerings(scenario)
    for pair in before:
        found = changes.end_peering(scenario, *pair.split("-"))
        assert peerings(found) == {each: link for each, link in before.items() if each != pair}
    with pytest.raises(ScenarioError, match='"A" and "D" do not peer'):
        changes.end_peering(changes.end_peering(scenario, "D", "A"), "A", "D")


def test_a_new_provider_peers_with_whom_it_should() -> None:
    scenario = mesh("A", "B", "C")
    more = changes.add_provider(scenario, "D")
    assert (more.peering, len(peerings(more))) == (scenario.peering, 6)
    assert "B-D" not in peerings(changes.add_provider(scenario, "D", peers=("A",)))
    assert len(peerings(changes.add_provider(scenario, "D", peers=()))) == 3
    listed = mesh("A", "B", "C", peering=(Peering(among=("A", "B", "C")),))
    assert changes.add_provider(listed, "D").peering == (Peering(among=("A", "B", "C", "D")),)
    ring = mesh("A", "B", "C", peering=(Peering(between=("A", "B")),))
    assert {*peerings(changes.add_provider(ring, "D"))} == {"A-B", "A-D", "B-D", "C-D"}
    assert peerings(changes.add_provider(scenario, "D", parent="A", attach=Attach.REDIRECT)) == peerings(scenario)
    alone = changes.add_provider(Scenario("t", 1.0), "A")
    assert peerings(changes.add_provider(alone, "B")) == {"A-B": Link()}


def test_links_of_every_sort_are_set_and_their_faults_reset() -> None:
    bad = Link(latency=0.01, loss=0.2)
    among = changes.set_link(FULL, "C", "B b", bad)
    assert peerings(among) == {**peerings(FULL), "B b-C": bad}
    again = changes.set_link(among, "B b", "C", Link(latency=0.1))
    assert again.peering == FULL.peering  # what the row among many says anyhow needs no row
    assert changes.set_link(FULL, "A", "C", bad).peering[1] == Peering(between=("A", "C"), latency=0.01, loss=0.2)
    below = changes.set_link(FULL, "A", "a1", bad)
    assert every_link(below)[0, 3] == bad
    assert changes.set_link(FULL, "O", "A", Link(latency=0.3)).organisation[0].latency == 0.3
    with pytest.raises(ScenarioError, match="latency alone"):
        changes.set_link(FULL, "O", "A", bad)
    with pytest.raises(ScenarioError, match="have no link"):
        changes.set_link(FULL, "a1", "C", bad)
    assert changes.faulty(below)
    assert not changes.faulty(changes.reset_faults(replace(below, link=Link(loss=0.1, jitter=0.1))))


def test_children_and_organisations_go_elsewhere() -> None:
    found = changes.attach(FULL, "C", "B b")
    assert peerings(found.scenario) == {"A-B b": Link(latency=0.1)}
    assert (found.scenario.provider[2].parent, found.says[0]) == (
        "B b",
        "C peers with nobody any more: only top-level providers do.",
    )
    assert changes.detach(FULL, "a1").provider[3] == Provider("a1")
    assert changes.attach(FULL, "O", "C").scenario.organisation[0].at == "C"
    for child, parent, says in (("A", "a1", "circle"), ("O", "P", "circle"), ("A", "O", "is an organisation")):
        with pytest.raises(ScenarioError, match=says):
            changes.attach(FULL, child, parent)
    with pytest.raises(ScenarioError, match="has no parent"):
        changes.detach(FULL, "A")


def test_a_copy_hangs_peers_and_reads_as_its_original() -> None:
    found, copies = changes.duplicate(FULL, ["A", "a1", "O"])
    assert copies == {"A": "A 2", "a1": "a1 2", "O": "O 2"}
    assert found.provider[4:] == (Provider("A 2", position=(0.95, 0.54)), Provider("a1 2", parent="A 2"))
    assert found.organisation[3:] == (Organisation("O 2", "A 2"),)
    assert peerings(found)["C-A 2"] == peerings(FULL)["A-C"]
    assert [(row.owners, row.readers) for row in found.workload] == [
        (("A", "C"), ("O", "a1", "O 2", "a1 2")),
        (("A",), "all"),
    ]
    assert changes.duplicate(found, ["A 2"])[1] == {"A 2": "A 3"}


def test_names_places_fields_and_regimes() -> None:
    assert [changes.free_name(mesh("Aster", "Cedar")), changes.free_name(mesh("Aster"), "Aster")] == [
        "Birch",
        "Aster 2",
    ]
    assert changes.free_name(mesh(*changes.POOL), also=["Aster 2"]) == "Birch 2"
    assert changes.set_place(FULL, {"C": (2.0, 0.33333)}).provider[2].position == (1.0, 0.3333)
    assert changes.set_provider(FULL, "C", customers=3).provider[2] == Provider("C", customers=3)
    with pytest.raises(ScenarioError, match="did you mean"):
        changes.set_provider(FULL, "C", custmers=3)
    regimes = changes.with_regime(FULL, "w/3", VALUE).workload[0].regimes
    assert regimes == {"w/3": VALUE}
    assert changes.with_regime(FULL, "x/1", Regime.GET_BROADCAST).workload[1].regimes == {}
    assert changes.with_regime(FULL, "k", VALUE).do[0] == Do(1.0, Put("A", "v", "k", regime=VALUE))
    for key in ("w/5", "nothing"):
        with pytest.raises(ScenarioError):
            changes.with_regime(FULL, key, VALUE)


def test_a_new_name_goes_everywhere_and_back() -> None:
    found = changes.rename(FULL, "A", "Ann E.")
    assert "Ann E." in dumps(found)
    assert '"A"' not in dumps(found)
    assert changes.rename(found, "Ann E.", "A") == FULL
    with pytest.raises(ScenarioError, match="the name of another"):
        changes.rename(FULL, "A", "O")


def test_a_file_keeps_its_comments_through_an_edit() -> None:
    text = dumps(mesh("A", "B", "C", do=(Do(1.0, Note("n")),))).replace("[[peering]]", "# who peers\n[[peering]]")
    found = dumps(changes.with_regime(changes.add_provider(
        replace(parse(text), workload=(Workload("w"),)), "D", position=(0.1, 0.2)), "w/2", VALUE), text)  # fmt: skip
    assert found == text.replace("\n# who", '\n[[provider]]\nname = "D"\nposition = [0.1, 0.2]\n\n# who').replace(
        "[[do]]", '[[workload]]\nname = "w"\nregimes = { "w/2" = "put-broadcast-value" }\n\n[[do]]'
    )


EDITS: list[Callable[[Scenario, str, str], Scenario | Change]] = [
    lambda old, a, b: changes.add_provider(old, changes.free_name(old)),
    lambda old, a, b: changes.add_provider(old, changes.free_name(old), peers=()),
    lambda old, a, b: changes.add_provider(old, changes.free_name(old), parent=a),
    lambda old, a, b: changes.add_organisation(old, changes.free_name(old, a), a),
    lambda old, a, b: changes.add_peering(old, a, b, loss=0.1),
    changes.end_peering,
    lambda old, a, b: changes.set_link(old, a, b, Link(jitter=0.5)),
    lambda old, a, b: changes.reset_faults(old),
    lambda old, a, b: changes.remove(old, [a]),
    lambda old, a, b: changes.remove(old, [a, b]),
    lambda old, a, b: changes.rename(old, a, changes.free_name(old)),
    changes.attach,
    lambda old, a, b: changes.detach(old, a),
    lambda old, a, b: changes.set_place(old, {a: (0.5, 0.5)}),
    lambda old, a, b: changes.duplicate(old, [a, b])[0],
]
NEVER_REFUSED = (0, 1, 7, 8, 9, 10, 13, 14)


@given(scenarios(), st.integers(0, len(EDITS) - 1), st.data())
@settings(max_examples=60, deadline=None)
def test_any_edit_of_a_valid_scenario_gives_a_valid_one(old: Scenario, number: int, data: st.DataObject) -> None:
    everybody = [row.name for row in old.provider] + [row.name for row in old.organisation]
    a, b = data.draw(st.permutations(everybody))[:2]
    try:
        found = EDITS[number](old, a, b)
    except ScenarioError:
        assert number not in NEVER_REFUSED
        return
    new = found.scenario if isinstance(found, Change) else found
    check(new)
    assert parse(dumps(new)) == new
    assert parse(dumps(new, dumps(old))) == new
