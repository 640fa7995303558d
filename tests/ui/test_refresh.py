"""When pictures are due, turn by turn, with drawing that costs little and drawing that costs much."""

from itertools import pairwise

import pytest

from ui.refresh import LEAST, LONGEST, MOST, Refresh

FRAME = 0.016


def _turns(refresh: Refresh, every: float, draw: float, seconds: float) -> tuple[list[float], float]:
    """When pictures were drawn, and the longest time without an answer, if a picture takes `draw`."""
    clock, gap, worked, drawn, longest = 0.0, FRAME, 0.0, [], 0.0
    while clock < seconds:
        refresh.turn(gap, worked)
        worked = refresh.budget(0.04)
        cost = draw if refresh.due(every) else 0.0
        if cost:
            drawn.append(clock)
        gap = max(FRAME, worked + cost)
        clock += gap
        longest = max(longest, worked + cost)
    return drawn, longest


def test_cheap_pictures_come_as_often_as_they_are_wanted() -> None:
    drawn, longest = _turns(Refresh(FRAME), 0.2, 0.005, 4.0)
    assert len(drawn) == pytest.approx(20, abs=2)
    assert longest == pytest.approx(0.045)


@pytest.mark.parametrize("draw", [0.2, 1.0])
def test_dear_pictures_come_seldom_but_twice_a_second_at_least(draw: float) -> None:
    drawn, longest = _turns(Refresh(FRAME), 0.2, draw, 10.0)
    gaps = [b - a for a, b in pairwise(drawn[-8:])]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), abs=MOST)
    assert LONGEST * 0.9 <= gaps[0] <= max(LONGEST, draw) + 2 * MOST
    assert longest <= max(0.1, draw + LEAST) + 0.04  # the first picture is not expected to be dear


def test_each_turn_has_a_picture_where_all_is_animated_and_none_in_express() -> None:
    assert len(_turns(Refresh(FRAME), 0.0, 0.03, 1.0)[0]) == pytest.approx(1.0 / 0.07, abs=3)
    assert _turns(Refresh(FRAME), float("inf"), 0.03, 5.0)[0] == []
