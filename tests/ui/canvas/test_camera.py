"""The camera fits, zooms about the pointer, and comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.canvas.camera import LEAST, MOST, Camera

CORNERS = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])


def test_a_box_is_drawn_in_to_the_margin():
    assert Camera(1000, 600, margin=(100, 50)).to_window(CORNERS).tolist() == [[100, 50], [900, 550], [500, 300]]


def test_what_is_inside_the_margin_lies_where_the_scenario_says():
    points = np.array([[0.2, 0.1], [0.8, 0.6], [0.5, 0.5]])
    camera = Camera(1000, 600, margin=(100, 50)).showing(points)
    assert camera.to_window(points) == pytest.approx(points * (1000, 600))
    outside = np.array([[0.2, 0.01], [0.99, 0.61], [0.5, 0.31]])
    drawn_in = Camera(1000, 600, margin=(100, 60)).showing(outside).to_window(outside)
    assert drawn_in[:2] == pytest.approx(np.array([[200, 60], [900, 366]]))


def test_a_map_on_earth_fills_the_window_and_keeps_its_proportions():
    camera = Camera(1000, 600, aspect=2.0, margin=(100, 50))
    assert camera.to_window(CORNERS).tolist() == [[100, 100], [900, 500], [500, 300]]
    part = camera.showing(np.array([[0.0, 0.5], [0.5, 1.0]]))
    assert part.to_window(np.array([[0.0, 0.5], [0.5, 1.0]])) == pytest.approx(np.array([[100, 100], [900, 500]]))


def test_a_fitted_camera_fits_again_after_a_resize():
    small = Camera(1000, 600, margin=(100, 50)).sized(600, 400)
    assert small.fitted
    assert small.to_window(CORNERS)[:2].tolist() == [[100, 50], [500, 350]]
    narrow = small.sized(300, 400)
    assert narrow.to_window(CORNERS)[:2].tolist() == [[57, 50], [243, 350]]  # a narrow window has a narrow margin


@given(st.floats(0, 1000), st.floats(0, 600), st.lists(st.floats(0.5, 2.0), max_size=8))
def test_zooming_holds_what_is_under_the_pointer(x, y, factors):
    camera = Camera(1000, 600)
    for factor in factors:
        before = camera.to_box(x, y)
        camera = camera.zoomed(factor, x, y)
        assert LEAST <= camera.zoom <= MOST
        inside = all(-0.3 < value < 1.3 for value in camera.middle)
        if inside:
            assert camera.to_box(x, y) == pytest.approx(before, abs=1e-9)


def test_panning_moves_the_paper_and_fit_undoes_it():
    camera = Camera(1000, 600).zoomed(2, 0, 0).panned(30, -20)
    before = Camera(1000, 600).zoomed(2, 0, 0).to_window(CORNERS)
    assert camera.to_window(CORNERS) == pytest.approx(before + np.array((30, -20)))
    assert not camera.fitted
    assert camera.fit() == Camera(1000, 600)


def test_the_box_is_the_inverse_of_the_window():
    camera = Camera(800, 500, aspect=1.6).zoomed(3, 100, 400)
    (x, y) = camera.to_window(np.array([[0.3, 0.8]]))[0]
    assert camera.to_box(x, y) == pytest.approx((0.3, 0.8))


def test_few_that_stand_close_are_not_blown_up():
    alone = Camera(1000, 600, aspect=1.0, margin=(100, 50)).showing(np.array([[0.9, 0.9]]))
    assert alone.to_window(np.array([[0.9, 0.9], [1.15, 1.15]])) == pytest.approx(np.array([[500, 300], [750, 550]]))
    assert Camera(1000, 600).showing(np.empty((0, 2))) == Camera(1000, 600)
