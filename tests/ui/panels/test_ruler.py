"""The rows of branches, and where times lie."""

from dataclasses import dataclass

import pytest

from ui.panels.ruler import Ruler, lanes, row_at


@dataclass
class Twig:
    number: int
    parent: int | None = None
    forked_at: float = 0.0
    why: str = ""

    @property
    def name(self) -> str:
        return str(self.number)


TREE = (
    Twig(1),
    Twig(2, 1, 20.0),
    Twig(3, 2, 30.0),
    Twig(4, 3, 25.0),
    Twig(5, 1, 5.0),
    Twig(6, 5, 8.0),
    Twig(7, 1, 9.0),
)


def test_a_branch_hangs_where_its_past_comes_from() -> None:
    rows = lanes(TREE[:4], 4)
    assert [(lane.number, lane.start, lane.above, lane.current) for lane in rows] == [
        (1, 0.0, None, False), (2, 20.0, 0, False), (3, 30.0, 1, False), (4, 25.0, 1, True),
    ]  # fmt: skip


def test_of_many_branches_the_one_shown_its_forebears_and_the_newest_have_rows() -> None:
    assert [lane.number for lane in lanes(TREE, 6)] == [1, 4, 5, 6, 7]
    assert [lane.number for lane in lanes(TREE, 3)] == [1, 2, 3, 6, 7]


def test_a_height_means_the_nearest_branch_that_has_begun() -> None:
    rows = lanes(TREE[:3], 1)
    assert [row_at(rows, y, 40.0, 16.0, t) for y, t in ((0, 50.0), (55, 50.0), (80, 50.0), (80, 25.0), (80, 1.0))] == [
        0, 1, 2, 1, 0,
    ]  # fmt: skip


def test_places_and_times_are_each_others_inverse() -> None:
    ruler = Ruler(10.0, 210.0, 20.0)
    assert [ruler.place(t) for t in (0.0, 5.0, 20.0)] == [10.0, 60.0, 210.0]
    assert [ruler.time(x) for x in (0.0, 60.0, 500.0)] == pytest.approx([0.0, 5.0, 20.0])
