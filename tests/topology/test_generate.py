"""Networks of a kind: the graph that the kind promises, equal for equal seeds, sound, and alive when played."""

from __future__ import annotations

from collections import Counter

import networkx
import pytest

from p4lab.core.options import Mesh, Signatures
from p4lab.metrics import Metrics
from p4lab.scenario.check import check
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Scenario, links, parent_links
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.session.simulated import Simulated
from p4lab.topology.generate import KINDS, generate


def graph(scenario: Scenario) -> networkx.Graph:
    found = networkx.Graph((each.a, each.b) for each in links(scenario))
    found.add_nodes_from(range(len(scenario.provider)))
    found.add_edges_from((child, parent) for child, parent, _ in parent_links(scenario))
    return found


def degrees(kind: str, count: int) -> list[int]:
    return sorted(degree for _, degree in graph(generate(kind, count)).degree)


def test_each_kind_is_the_graph_that_it_is_called() -> None:
    assert degrees("full mesh", 30) == [29] * 30
    assert degrees("ring", 30) == [2] * 30
    assert degrees("star", 30) == [1] * 29 + [29]
    assert sum(degrees("random", 60)) >= 240  # 120 links, and those that join what was apart
    assert sum(degrees("small world", 30)) == 120
    assert len(graph(generate("preferential attachment", 30)).edges) == 2 * 28
    assert degrees("preferential attachment", 100)[-1] > 3 * 4  # hubs: three times the mean
    forest = generate("forest", 30, tops=3, children=2)
    counts = Counter(row.parent for row in forest.provider)
    assert (counts.pop(None), max(counts.values())) == (3, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2, 3, 27, 110])
def test_any_number_gives_a_sound_scenario_where_everybody_has_a_place(kind: str, count: int) -> None:
    if count < KINDS[kind].least:
        with pytest.raises(ScenarioError, match=f"it takes {KINDS[kind].least} to 1,000"):
            generate(kind, count)
        return
    scenario = generate(kind, count, 3)
    check(scenario)
    assert parse(dumps(scenario)) == scenario == generate(kind, count, 3)
    assert networkx.is_connected(graph(scenario))
    assert len({row.position for row in scenario.provider}) == count
    complete = kind in ("full mesh", "forest")
    assert scenario.options.mesh is (Mesh.MESH if complete else Mesh.RELAY)
    assert scenario.options.signatures is (Signatures.MODELLED if count > 100 else Signatures.REAL)


@pytest.mark.parametrize("kind", KINDS)
def test_it_plays_at_once_and_what_is_asked_for_is_found(kind: str) -> None:
    scenario = generate(kind, 20)
    session, metrics = Simulated(scenario), Metrics("", 0)
    while session.advance(scenario.duration) < scenario.duration:
        pass
    metrics.step(session.trace.slice(0, len(session.trace)))
    gets = metrics.report()["gets"]
    assert gets["total"] > 400 and gets["remote"] > 50
    assert gets["not_found"] == gets["partial"] == gets["timeout"] == gets["error"] == 0


@pytest.mark.parametrize(
    ("kind", "count", "given", "says"),
    [
        ("rnig", 5, {}, 'there is no kind "rnig"; did you mean "ring"?'),
        ("ring", 1001, {}, "a ring of 1,001 providers; it takes 3 to 1,000"),
        ("ring", 5, {"peers": 3}, 'a ring has no parameter "peers"'),
        ("small world", 5, {"peers": 2.5}, "peers = 2.5 is out of range; a whole number from 2 to 4 among 5 providers"),
        ("small world", 5, {"peers": 99}, "peers = 99 is out of range; a whole number from 2 to 4 among 5 providers"),
        ("random", 5, {"peers": 4.5}, "peers = 4.5 is out of range; a number from 1 to 4 among 5 providers"),
        ("forest", 5, {"tops": 6}, "tops = 6 is out of range; a whole number from 1 to 5 among 5 providers"),
        ("small world", 1000, {"peers": 999}, "peers = 999 is out of range; a whole number from 2 to 998"),
        ("small world", 5, {"rewired": 2}, "rewired = 2 is out of range; a number from 0 to 1"),
    ],
)
def test_what_cannot_be_made_is_said(kind: str, count: int, given: dict[str, float], says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        generate(kind, count, **given)
    assert str(caught.value) == says
