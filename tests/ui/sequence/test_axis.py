"""The axis: places of times, times of places, and where time stands still."""

import pytest

from tests.ui.panels import tale
from ui.sequence.axis import EVENTS, TIME, Axis, time_of, unit_of

TRACE = tale.tale()  # Events 12 to 14 at 2.82 s, 15 and 16 at 2.86 s


@pytest.mark.parametrize(("t", "unit"), [(2.82, 14.0), (2.84, 14.5), (2.86, 16.0), (99.0, float(len(TRACE)))])
def test_between_two_events_lies_the_time_between_them(t, unit):
    assert unit_of(EVENTS, TRACE, t) == pytest.approx(unit)
    assert unit_of(TIME, TRACE, t) == t


@pytest.mark.parametrize(("unit", "t"), [(13.0, 2.82), (13.5, 2.82), (14.5, 2.84), (15.9, 2.86), (0.0, 0.0)])
def test_time_stands_still_between_events_of_one_moment(unit, t):
    assert time_of(EVENTS, TRACE, unit) == pytest.approx(t)


def test_what_is_at_the_pointer_stays_there_and_nothing_before_the_start_is_shown():
    axis = Axis(TIME)
    axis.set_whole(20.0)
    axis.show(4.0, 8.0)
    axis.zoom(5.0, 0.5)
    assert (axis.low, axis.high) == (4.5, 6.5)
    axis.move(-100.0)
    assert (axis.low, axis.high) == (0.0, 2.0)
    axis.zoom(0.0, 1e9)
    assert (axis.low, axis.high) == (0.0, 20.0)


def test_the_page_is_turned_when_the_playhead_comes_to_its_end():
    axis = Axis(EVENTS)
    axis.set_whole(1000.0)
    axis.show(0.0, 100.0)
    assert (axis.follow(80.0, True), axis.low) == (False, 0.0)
    assert (axis.follow(90.0, True), axis.low) == (True, 78.0)
    assert (axis.follow(500.0, False), axis.high) == (True, 512.0)
