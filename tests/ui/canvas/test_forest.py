"""Subtrees fold and unfold; children stand below their parents, whatever the depth and the number."""

import numpy as np
import pytest

from p4lab.scenario.model import Provider
from ui.canvas.forest import READABLE, Folds, by_depth
from ui.canvas.layout import place, spacing

PARENTS = {0: None, 1: None, 2: 0, 3: 2, 4: 2, 5: 1}


def test_who_is_drawn_for_whom() -> None:
    folds = Folds()
    folds.begin(6, PARENTS)
    assert folds.hosts(6, PARENTS).tolist() == [0, 1, 2, 3, 4, 5]
    folds.toggle(2)
    assert folds.hosts(6, PARENTS).tolist() == [0, 1, 2, 2, 2, 5]
    folds.toggle(0)
    assert folds.hosts(6, PARENTS).tolist() == [0, 1, 0, 0, 0, 5]
    folds.toggle(0)
    assert folds.hosts(6, PARENTS).tolist() == [0, 1, 2, 2, 2, 5]  # what is folded inside stays so
    assert folds.hosts(6, PARENTS | {2: None}).tolist() == [0, 1, 2, 2, 2, 5]
    assert by_depth(6, PARENTS) == [0, 1, 2, 5, 3, 4]


def wide(count: int) -> dict[int, int | None]:
    """Four tops, eight children each, all others below those."""
    parents: dict[int, int | None] = dict.fromkeys(range(4))
    parents |= {node: node % 4 for node in range(4, 36)}
    return parents | {node: 4 + node % 32 for node in range(36, count)}


@pytest.mark.parametrize(("count", "drawn"), [(36, 36), (READABLE, READABLE), (61, 36), (3000, 36)])
def test_a_crowd_opens_as_far_as_it_is_readable(count: int, drawn: int) -> None:
    folds = Folds()
    folds.begin(count, wide(count))
    assert len(np.unique(folds.hosts(count, wide(count)))) == drawn


def rows(parents: dict[int, int | None]) -> list[Provider]:
    return [Provider(f"P{i}", parent=None if parent is None else f"P{parent}") for i, parent in parents.items()]


def test_tops_keep_their_ring_and_each_level_is_lower() -> None:
    deep = {0: None, 1: None, 2: None, 3: 0, 4: 3, 5: 4, 6: 0, 7: 1}
    points = place(rows(deep), [(0, 1), (0, 2), (1, 2)]).points
    for node, parent in deep.items():
        if parent is not None:
            assert points[node, 1] > points[parent, 1] + 0.1
    assert points[:3, 1].max() < points[3:, 1].min()
    assert (points >= 0).all() and (points <= 1).all()
    assert spacing(points * (1.75, 1.0)).min() > 0.1


@pytest.mark.parametrize("below", [1, 8, 30, 200])
def test_many_children_do_not_lie_on_each_other(below: int) -> None:
    forest: dict[int, int | None] = {0: None, 1: None} | dict.fromkeys(range(2, 2 + below), 0)
    forest |= {2 + below: 1, 3 + below: 2 + below}
    points = place(rows(forest), [(0, 1)]).points
    assert spacing(points * (1.75, 1.0)).min() > 0.2 / below**0.6
    assert (points >= 0).all() and (points <= 1).all()


def test_below_tops_that_have_places_children_stand_below_them() -> None:
    given = [Provider("A", position=(0.2, 0.3)), Provider("B", position=(0.8, 0.1))]
    given += [Provider("C", parent="A"), Provider("D", parent="A"), Provider("E", parent="B", position=(0.9, 0.9))]
    points = place(given, [(0, 1)]).points
    assert points[[0, 1, 4]].tolist() == [[0.2, 0.3], [0.8, 0.1], [0.9, 0.9]]
    assert points[2:4].mean(axis=0) == pytest.approx([0.2, 0.5])
    assert points[2, 0] < points[3, 0]


def test_who_is_folded_is_where_its_host_is() -> None:
    folds = Folds()
    folds.toggle(2)
    points = place(rows(PARENTS), [(0, 1)], folds.hosts(6, PARENTS)).points
    assert points[3].tolist() == points[4].tolist() == points[2].tolist()
    left = folds.hosts(6, PARENTS | {4: None})  # out of a folded subtree: it is drawn, and needs a place
    points = place(rows(PARENTS), [(0, 1)], left).points
    assert not np.isnan(points).any()
    assert points[4].tolist() != points[2].tolist()


def test_who_was_moved_by_hand_stays_there_and_the_others_keep_their_rows() -> None:
    deep = {0: None, 1: None, 2: None, 3: 0, 4: 0, 5: 1}
    free = place(rows(deep), [(0, 1)]).points
    moved = rows(deep)
    moved[0], moved[3] = Provider("P0", position=(0.3, 0.9)), Provider("P3", parent="P0", position=(0.6, 0.05))
    points = place(moved, [(0, 1)]).points
    assert points[[0, 3]].tolist() == [[0.3, 0.9], [0.6, 0.05]]
    assert points[[1, 2]].tolist() == free[[1, 2]].tolist()
    assert points[[4, 5], 1].tolist() == free[[4, 5], 1].tolist()
