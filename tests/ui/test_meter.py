"""The rates that the strip shows."""

import pytest

from ui.meter import Meter


def test_rates_are_those_of_the_last_second_and_a_half() -> None:
    meter = Meter()
    assert (meter.events_per_second, meter.speed, meter.density, meter.left(100.0)) == (None, None, None, None)
    for tenth in range(31):  # first slowly, then ten times as fast
        slow, fast = min(tenth, 10), max(tenth - 10, 0)
        meter.add(tenth / 10, 100 * slow + 1000 * fast, 0.5 * slow + 5.0 * fast)
    rates = (meter.events_per_second, meter.speed, meter.density, meter.left(205.0))
    assert rates == pytest.approx((10_000, 50, 200, 2.0))


def test_going_back_begins_anew() -> None:
    meter = Meter()
    meter.add(0.0, 100, 10.0)
    meter.add(1.0, 200, 20.0)
    meter.add(2.0, 50, 5.0)
    assert meter.speed is None
