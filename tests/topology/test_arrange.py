"""Arrangements: everybody has a place in the box, nobody stands on anybody, and the shape is what was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Organisation, Peering, Provider, Scenario
from p4lab.topology.arrange import MARGIN, WAYS, arrange
from p4lab.topology.generate import generate


def apart(places: dict[str, tuple[float, float]]) -> float:
    points = np.array(list(places.values()))
    distance = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return float(distance[~np.eye(len(points), dtype=bool)].min())


@pytest.mark.parametrize("how", WAYS[:3])
@pytest.mark.parametrize(("kind", "count"), [("full mesh", 8), ("preferential attachment", 60), ("forest", 120)])
def test_everybody_has_room_in_the_box(how: str, kind: str, count: int) -> None:
    scenario = generate(kind, count)
    places = arrange(scenario, how)
    assert places == arrange(scenario, how)
    assert list(places) == [row.name for row in scenario.provider]
    low, high = (getattr(np.array(list(places.values())), each)(axis=0) for each in ("min", "max"))
    assert (low >= MARGIN - 1e-6).all() and (high <= 1 - MARGIN + 1e-6).all()
    assert apart(places) > 0.2 / count


def test_a_forest_has_each_child_below_its_parent_and_subtrees_side_by_side() -> None:
    rows = [Provider("A"), Provider("B"), *(Provider(f"a{i}", parent="A") for i in range(3)), Provider("b", parent="B")]
    scenario = Scenario("t", 1.0, provider=(*rows, Provider("c", parent="b")))
    places = arrange(scenario, "forest")
    for row in scenario.provider:
        if row.parent:
            assert places[row.name][1] > places[row.parent][1]
    assert max(places[name][0] for name in ("A", "a0", "a1", "a2")) < min(places[name][0] for name in "Bbc")
    assert places["A"][0] == pytest.approx(places["a1"][0])


def test_forces_put_a_ring_on_a_ring_and_a_hub_in_the_middle() -> None:
    ring = arrange(generate("ring", 40), "force")
    order = np.unwrap([np.arctan2(y - 0.5, x - 0.5) for x, y in ring.values()])
    assert abs(order[-1] - order[0]) == pytest.approx(2 * np.pi * 39 / 40, rel=0.05)
    star = arrange(generate("star", 20), "force")
    assert np.hypot(*(np.array(star["Aster"]) - 0.5)) < 0.1


def test_the_globe_needs_somebody_on_it() -> None:
    north, south = Provider("N", geo=(0.0, 50.0)), Provider("S", geo=(0.0, 40.0))
    scenario = Scenario("t", 1.0, provider=(south, north, Provider("X")), peering=(Peering(between=("N", "X")),))
    places = arrange(scenario, "geographic")
    assert places["N"][1] < places["S"][1]
    assert np.hypot(*(np.array(places["X"]) - places["N"])) < 0.1
    with pytest.raises(ScenarioError, match="nobody here has a place on Earth"):
        arrange(Scenario("t", 1.0, provider=(Provider("A"),)), "geographic")


def test_an_organisation_that_was_placed_goes_with_its_provider() -> None:
    house = Organisation("O", "A", position=(0.55, 0.5))
    scenario = Scenario("t", 1.0, provider=(Provider("A", position=(0.5, 0.5)), Provider("B")), organisation=(house,))
    places = arrange(scenario, "ring")
    assert places["O"] == (pytest.approx(places["A"][0] + 0.05), places["A"][1])
    assert arrange(Scenario("t", 1.0), "ring") == {}
