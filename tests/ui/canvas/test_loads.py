"""Loads are counted at whole steps of time: the same moment shows the same widths, whichever way it was reached."""

import numpy as np

from p4lab.world import World
from tests.streams import news
from ui.canvas.loads import WINDOW, Counter

PAIRS = np.array([[0, 1], [0, 2], [1, 2]])


def counter() -> Counter:
    run = news()
    world = World()
    world.step(run.trace[:])
    return Counter(run.trace, world, PAIRS)


def test_what_each_link_carried_in_the_window():
    loads = counter().at(3.0, 0.05)
    assert loads.window == WINDOW
    assert loads.carried.tolist() == [[0.0, 210.0, 48.0], [0.0, 112.0, 112.0]]
    assert counter().at(5.5, 0.05).carried.tolist() == [[0.0, 0.0, 0.0]] * 2


def test_a_faster_pace_looks_back_further():
    loads = counter().at(16.0, 30.0)
    assert loads.window == 15.0
    assert loads.carried.sum(axis=0).tolist() == [0.0, 322.0 + 112, 160.0 + 112 + 48]


def test_it_is_counted_anew_only_after_a_step_and_going_back_shows_the_same():
    counts = counter()
    first = counts.at(3.01, 0.05)
    assert counts.at(3.02, 0.05) is first
    assert counts.at(3.51, 0.05) is not first
    assert counts.at(3.01, 0.05).carried.tolist() == first.carried.tolist()
