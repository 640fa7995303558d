"""The pace is numbers only: a hop takes 0.8 s on screen, quiet passes quickly, and a sending slows at once."""

import itertools

import pytest

from ui.pace import HOP_ON_SCREEN, cruise, for_hop, next_factor

FRAME = 1 / 60


def _quiet_for(factor: float, simulated: float, fastest: float) -> float:
    """The wall time in which so much quiet passes."""
    wall = passed = 0.0
    while passed < simulated:
        factor = next_factor(factor, FRAME, None, fastest)
        passed += factor * FRAME
        wall += FRAME
    return wall


def test_a_hop_is_seen_for_eight_tenths_of_a_second() -> None:
    assert [round(0.04 / for_hop(0.04), 9), round(0.2 / for_hop(0.2), 9)] == [HOP_ON_SCREEN, HOP_ON_SCREEN]


def test_a_leaving_message_slows_in_one_frame() -> None:
    assert next_factor(60.0, FRAME, 0.04, 60.0) == for_hop(0.04) == pytest.approx(0.05)


def test_from_one_hop_to_the_next_the_pace_changes_smoothly() -> None:
    factors = [0.05]
    for _ in range(60):
        factors.append(next_factor(factors[-1], FRAME, 0.08, 60.0))
    steps = [after / before for before, after in itertools.pairwise(factors)]
    assert max(steps) < 1.06
    assert 0.97 < factors[-1] / for_hop(0.08) <= 1.0


def test_ten_quiet_seconds_pass_in_little_more_than_one() -> None:
    assert 0.8 < _quiet_for(0.05, 10.0, cruise(60.0)) < 2.2


def test_a_long_quiet_run_takes_seconds_not_minutes() -> None:
    assert _quiet_for(0.05, 3600.0, cruise(3600.0)) < 8.0


def test_quiet_never_goes_faster_than_allowed() -> None:
    assert next_factor(9.9, 1.0, None, 10.0) == 10.0
