"""The speed's log scale."""

import pytest

from ui.modes import FAST, RUN
from ui.panels.speed import SNAP, from_slider, to_slider


@pytest.mark.parametrize(
    ("factor", "value"), [(0.001, -200), (0.01, -200), (0.05, -130), (1.0, 0), (2.0, 30), (1e4, 200)]
)
def test_a_factor_has_its_place(factor: float, value: int) -> None:
    assert to_slider(factor, RUN.speeds) == value


def test_every_place_means_the_factor_that_stands_there() -> None:
    places = [value for value in range(601) if abs(value) > SNAP]
    assert [to_slider(from_slider(value), FAST.speeds) for value in places] == places


def test_real_speed_catches_what_is_near() -> None:
    assert [from_slider(value) for value in (-SNAP, 0, SNAP)] == [1.0, 1.0, 1.0]
