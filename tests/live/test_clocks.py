"""Another's clock is known as well as the quickest batch and the shortest round trip tell, and no better is claimed."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.clocks import ClockOf

DELAYS = st.lists(st.floats(0.001, 0.3), min_size=1, max_size=60)


@given(st.floats(-1e6, 1e6), DELAYS, st.floats(0.001, 0.05))
def test_the_offset_is_right_within_what_is_said_where_ways_are_alike(
    skew: float, delays: list[float], least: float
) -> None:
    """Batches take at least `least` one way, and a round trip was seen that took twice as long."""
    clock = ClockOf()
    assert (clock.known, clock.uncertainty) == (False, inf)
    clock.round_trip(2 * least)
    now = 100.0
    for delay in [*delays, 0.0]:
        now += 0.3
        clock.heard(now - least - delay + skew, now)
    assert abs(clock.offset - skew) <= 1e-6
    assert least <= clock.uncertainty <= least + 0.0011
    assert abs(clock.mine(now + skew) - now) <= 1e-6


@given(DELAYS, st.floats(0.0, 0.05), st.floats(0.0, 0.05))
def test_ways_that_are_not_alike_are_within_the_uncertainty(delays: list[float], there: float, back: float) -> None:
    clock = ClockOf()
    clock.round_trip(there + back)
    for second, delay in enumerate([*delays[:10], 0.0]):
        clock.heard(second + 5.0 - there - delay, second + 5.0)
    assert abs(clock.offset) <= clock.uncertainty


def test_a_clock_that_runs_slow_is_followed() -> None:
    clock = ClockOf()
    clock.round_trip(0.0)
    for tenth in range(36_000):
        clock.heard(tenth / 10 * (1 - 50e-6), tenth / 10)
    assert abs(clock.offset + 3_600 * 50e-6) <= clock.uncertainty + 1e-9 < 0.0011


def test_a_machine_that_slept_is_known_after_some_seconds() -> None:
    clock = ClockOf()
    for second in range(10):
        clock.heard(float(second), float(second))
    for second in range(100, 106):
        clock.heard(second - 90.0, float(second))
    assert clock.offset == -90.0


def test_ours_is_ours() -> None:
    clock = ClockOf(own=True)
    clock.heard(5.0, 6.0)
    assert (clock.offset, clock.uncertainty, clock.mine(3.0), clock.known) == (0.0, 0.0, 3.0, True)
