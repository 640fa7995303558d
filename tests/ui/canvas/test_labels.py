"""Labels find room beside providers, or are left out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ui.canvas.labels import Room, Wish, arrange


def overlap(one: Wish, at: tuple[float, float], two: Wish, there: tuple[float, float]) -> bool:
    return (
        at[0] < there[0] + two.width and there[0] < at[0] + one.width
        and at[1] < there[1] + two.height and there[1] < at[1] + one.height
    )  # fmt: skip


def test_below_is_the_usual_place():
    wish = Wish(3, 100, 100, rim=20, width=40, height=10)
    assert arrange([wish], Room(300, 300)) == {3: (80, 124)}


def test_another_side_is_taken_where_the_first_is_not_free():
    room = Room(300, 300)
    room.take(80, 120, 40, 20)
    ((x, y),) = arrange([Wish(3, 100, 100, rim=20, width=40, height=10)], room).values()
    assert room.free(x, y, 40, 10) is False  # it is taken now, by the label
    assert x > 100 or x + 40 < 100


def test_who_finds_no_room_is_left_out_unless_it_must_be_seen():
    full = Room(300, 300)
    full.take(0, 0, 300, 300)
    wish = Wish(3, 100, 100, rim=20, width=40, height=10)
    assert arrange([wish], full) == {}
    assert arrange([Wish(3, 100, 100, 20, 40, 10, must=True)], full) == {3: (80, 124)}


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), min_size=1, max_size=40, unique=True))
def test_no_label_lies_on_another_nor_on_a_disc_nor_outside(places):
    wishes = [Wish(node, x, y, 8, 60, 14) for node, (x, y) in enumerate(places)]
    room = Room(500, 300)
    room.take_discs(np.array(places, float), np.full(len(places), 8.0))
    placed = arrange(wishes, room)
    for node, (x, y) in placed.items():
        assert 0 <= x <= 440 and 0 <= y <= 286
        assert not any(x < cx < x + 60 and y < cy < y + 14 for cx, cy in places)
        assert not any(
            overlap(wishes[node], (x, y), wishes[other], there) for other, there in placed.items() if other != node
        )
