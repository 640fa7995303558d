"""Providers are as large as their place and their customers allow, and never lie on each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.canvas.figures import FULL, LEAST, figures

FAR = np.array([[100.0, 100.0], [600.0, 100.0], [100.0, 500.0]])


def test_with_room_customers_decide(qapp):
    shown = figures(("A", "B", "C"), (100, 10_000, 1), FAR, 1.0)
    assert shown.radii == pytest.approx([FULL, FULL * 1.16, FULL * 0.84])
    assert all(shown.name_sizes)


def test_text_size_makes_them_larger(qapp):
    assert figures(("A",), (100,), FAR[:1], 1.5).radii.tolist() == [1.5 * FULL]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 500)), min_size=2, max_size=60, unique=True))
def test_discs_do_not_overlap(qapp, places):
    centres = np.array(places, float)
    shown = figures([f"P{i}" for i in range(len(places))], [100] * len(places), centres, 1.0)
    for node, (x, y) in enumerate(places):
        away = np.hypot(centres[:, 0] - x, centres[:, 1] - y)
        away[node] = np.inf
        assert (away >= shown.radii + shown.radii[node]).all() or shown.radii[node] == LEAST


def test_a_long_name_stands_outside_and_most_decide_for_all(qapp):
    long = "Northern Lights Peering Association Ltd"
    assert figures(("A", "B", long), (100,) * 3, FAR, 1.0).name_sizes[2] == 0
    assert figures(("A", long, long), (100,) * 3, FAR, 1.0).name_sizes == (0.0, 0.0, 0.0)


def test_customers_are_hinted_by_doublings(qapp):
    shown = figures(("A", "B", "C"), (1, 100, 0), FAR, 1.0)
    assert [len(shown.customer_places(node)) for node in range(3)] == [1, 8, 0]
    places = np.array(shown.customer_places(1))
    assert (np.hypot(*(places - FAR[1]).T) > shown.rims[1]).all()


def test_pointing_at_a_provider(qapp):
    shown = figures(("A", "B", "C"), (100,) * 3, FAR, 1.0)
    assert [shown.at(100, 100), shown.at(640, 120), shown.at(350, 300)] == [0, 1, None]
    assert figures((), (), np.empty((0, 2)), 1.0).at(1, 1) is None
