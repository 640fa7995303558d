"""The stretch of time that plots share, and the numbers on their axes."""

import pytest

from ui.panels.span import TimeSpan, round_up, ticks


@pytest.mark.parametrize(
    ("low", "high", "about", "places"),
    [
        (0.0, 60.0, 6, [0, 10, 20, 30, 40, 50, 60]),
        (3.1, 4.4, 4, [3.5, 4.0]),
        (0.0, 150.0, 3, [0, 50, 100, 150]),
        (4.98, 5.02, 4, [4.98, 4.99, 5.0, 5.01, 5.02]),
        (1.0, 1.0, 4, [1.0]),
    ],
)
def test_ticks_are_round(low, high, about, places):
    assert ticks(low, high, about) == places


def test_round_up():
    assert [round_up(value) for value in (0.0, 0.9, 1.0, 101.0, 160.0, 2010.0)] == [1.0, 1.0, 1.0, 150.0, 200.0, 3000.0]


def test_a_span_stays_inside_the_run(qtbot):
    span = TimeSpan()
    span.set_whole(60.0)
    seen = []
    for low, high in ((10.0, 20.0), (-5.0, 5.0), (55.0, 75.0), (0.0, 900.0), (30.0, 30.0)):
        span.show(low, high)
        seen.append((span.low, round(span.high, 6), span.zoomed))
    assert seen == [
        (10.0, 20.0, True), (0.0, 10.0, True), (40.0, 60.0, True), (0.0, 60.0, False), (30.0, 30.0006, True),
    ]  # fmt: skip
    with qtbot.waitSignal(span.changed):
        span.reset()
    with qtbot.assertNotEmitted(span.changed):
        span.reset()


def test_a_zoomed_span_moves_on_with_the_playhead():
    span = TimeSpan()
    span.set_whole(60.0)
    span.follow(59.0)
    assert (span.low, span.high) == (0.0, 60.0)
    span.show(10.0, 20.0)
    span.follow(15.0)
    assert (span.low, span.high) == (10.0, 20.0)
    span.follow(21.0)
    assert (span.low, span.high) == (13.0, 23.0)
    span.follow(1.0)
    assert (span.low, span.high) == (0.0, 10.0)
    span.show(30.0, 40.0)
    span.follow(2.0)
    assert (span.low, span.high) == (30.0, 40.0)


def test_a_run_that_grows_is_shown_whole_until_it_is_longer_than_lately_and_then_around_now() -> None:
    span = TimeSpan()
    shown = []
    span.set_whole(30.0)
    for whole, t in ((60.0, 30.0), (120.0, 60.0), (240.0, 120.0)):
        span.grow(whole, t)
        shown.append((span.low, span.high, span.whole))
    assert shown == [(0.0, 60.0, 60.0), (30.0, 90.0, 120.0), (30.0, 90.0, 240.0)]
    span.reset()
    span.grow(480.0, 240.0)
    assert (span.low, span.high) == (0.0, 480.0)  # all of it was wanted
