"""Providers stand where the scenario says, where they are on earth, or evenly; equal input gives equal places."""

import numpy as np
import pytest

from p4lab.scenario.model import Provider
from p4lab.topology.places import APART, MAP_ASPECT, earth, part
from ui.canvas.layout import RING, automatic, place, spacing

ABILENE = [(-122.3, 47.6), (-118.25, 34.05), (-74.0, 40.7), (-95.37, 29.76)]


def providers(count: int, **given: object) -> list[Provider]:
    return [Provider(f"P{i}", **given) for i in range(count)]


def full(count: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(count) for b in range(a + 1, count)]


def test_positions_are_taken_as_they_are():
    layout = place([Provider("A", position=(0.2, 0.4)), Provider("B", position=(1.0, 0.0))], [(0, 1)])
    assert layout.points.tolist() == [[0.2, 0.4], [1.0, 0.0]]
    assert layout.aspect is None


def test_earth_keeps_directions_and_proportions():
    points = earth(np.array(ABILENE))
    seattle, angeles, york, houston = points
    assert seattle[1] < york[1] < angeles[1] < houston[1] and seattle[0] < angeles[0] < houston[0] < york[0]
    assert points.min() >= 0 and points.max() <= 1
    # At the middle latitude a degree east is cos(latitude) degrees north, and the box is MAP_ASPECT wide.
    middle = np.cos(np.radians((47.6 + 29.76) / 2))
    east, south = (york - seattle) * [MAP_ASPECT, 1.0]
    assert east / south == pytest.approx((122.3 - 74.0) * middle / (47.6 - 40.7))


def test_a_map_over_the_date_line_is_not_torn():
    fiji, samoa, auckland = earth(np.array([(178.0, -18.0), (-172.0, -14.0), (174.8, -36.8)]))
    assert auckland[0] < fiji[0] < samoa[0]
    assert samoa[0] - auckland[0] < 1.0


def test_who_has_no_place_on_earth_stands_by_its_neighbours():
    mixed = [Provider("A", geo=(0.0, 0.0)), Provider("B", geo=(10.0, 5.0)), Provider("C"), Provider("D")]
    points = place(mixed, [(0, 1), (0, 2), (1, 2)]).points
    assert np.abs(points[2] - points[:2].mean(axis=0)).max() < 0.06
    assert points[3, 1] == 1.0  # it has no neighbours: at the lower edge


@pytest.mark.parametrize("count", [0, 1, 2, 5, RING])
def test_a_ring_is_even(count):
    points = automatic(count, full(count))
    assert points.shape == (count, 2)
    assert (points >= 0).all() and (points <= 1).all()
    if count > 2:
        gaps = np.hypot(*(np.diff(np.vstack([points, points[:1]]), axis=0) * [MAP_ASPECT, 1.0]).T)
        assert gaps.max() / gaps.min() < 1.2  # chords of equal arcs


@pytest.mark.parametrize(("count", "links"), [(60, "chain"), (60, "full"), (900, "chain")])
def test_many_are_spread_and_always_in_the_same_way(count, links):
    edges = full(count) if links == "full" else [(i, i + 1) for i in range(count - 1)]
    one, two = automatic(count, edges), automatic(count, edges)
    assert one.tolist() == two.tolist()
    assert spacing(one).min() > 0.2 / count
    assert (one >= 0).all() and (one <= 1).all()


def test_neighbours_in_one_town_are_parted():
    together = np.array([[0.5, 0.5], [0.5, 0.5], [0.9, 0.1]])
    parted = part(together, MAP_ASPECT)
    assert spacing(parted * [MAP_ASPECT, 1.0])[:2].min() >= APART
    assert parted[2] == pytest.approx(together[2], abs=1e-5)


def test_spacing_is_the_distance_to_the_nearest():
    assert spacing(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]])).tolist() == [5.0, 1.0, 1.0]
    assert spacing(np.zeros((1, 2))).tolist() == [np.inf]
