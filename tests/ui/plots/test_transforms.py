"""What is made of values over time."""

import numpy as np
import pytest

from ui.plots.transforms import CUMULATIVE, MAX, MEAN, P50, P95, RATE, numbers, over_time, places

T = np.array([1.0, 2.0, 3.0, 4.0])
V = np.array([10.0, 20.0, 60.0, 0.0])


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (MEAN, [np.nan, 10.0, 15.0, 40.0, 30.0]),
        (P50, [np.nan, 10.0, 15.0, 40.0, 30.0]),
        (P95, [np.nan, 10.0, 19.5, 58.0, 57.0]),
        (MAX, [np.nan, 10.0, 20.0, 60.0, 60.0]),
        (RATE, [0.0, 10.0, 15.0, 40.0, 30.0]),  # of 1 s there was only that second
        (CUMULATIVE, [0.0, 10.0, 30.0, 90.0, 90.0]),
    ],
)
def test_a_window_ends_at_its_place(kind, found):
    at = np.array([0.0, 1.0, 2.0, 3.0, 4.5])
    window = 2.0
    assert over_time(kind, T, V, at, window).tolist() == pytest.approx(found, nan_ok=True)


def test_places_lie_on_a_grid_of_the_stretch_and_at_the_playhead():
    assert places(10.0, 20.0, 13.0, steps=5).tolist() == [10.0, 12.0, 13.0]
    assert places(10.0, 20.0, 12.0, steps=5).tolist() == [10.0, 12.0]
    assert places(10.0, 20.0, 20.0, steps=5).tolist() == [10.0, 12.0, 14.0, 16.0, 18.0, 20.0]
    assert places(10.0, 20.0, 9.0, steps=5).tolist() == []


def test_figures_of_an_interval():
    assert numbers(V) == {"least": 0.0, "mean": 22.5, "greatest": 60.0, "p50": 15.0, "p99": pytest.approx(58.8)}
    assert all(value != value for value in numbers(V[:0]).values())
