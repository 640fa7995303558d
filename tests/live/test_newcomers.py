"""A class behind one address comes in within a minute; 226 more do not, however they try; the teacher hears of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.newcomers import REMEMBERED, Newcomers

AT_ONCE, PER_MINUTE = 40, 8


class Door:
    """Newcomers with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.newcomers = Newcomers(lambda: self.now, AT_ONCE, PER_MINUTE)

    def came(self, count: int, address: str = "a") -> int:
        return sum(self.newcomers.comes(address) for _ in range(count))


def test_a_class_comes_in_and_a_crowd_does_not() -> None:
    door = Door()
    assert door.came(30) == 30
    door.now = 50.0
    assert (door.came(226), door.came(30, "another address")) == (40 - 30 + 6, 30)
    assert (door.newcomers.to_tell("a"), door.newcomers.to_tell("a")) == (210, 0)
    for minute in range(1, 4):
        door.now = 50.0 + 60.0 * minute
        assert door.came(100) == 8
    assert door.newcomers.to_tell("a") == 3 * 92


@given(st.lists(st.tuples(st.floats(0, 120), st.integers(1, 60)), max_size=30))
def test_in_any_stretch_of_time_no_more_come_than_was_said(tries: list[tuple[float, int]]) -> None:
    door, came = Door(), list[tuple[float, int]]()
    for wait, count in tries:
        door.now += wait
        came.append((door.now, door.came(count)))
    for i, (begin, _) in enumerate(came):
        for j in range(i, len(came)):
            within = sum(count for _, count in came[i : j + 1])
            assert within <= AT_ONCE + (came[j][0] - begin) / 60 * PER_MINUTE + 1e-6


def test_addresses_are_forgotten_and_not_kept_without_end() -> None:
    door = Door()
    assert door.came(50) == 40
    for number in range(REMEMBERED):
        door.came(1, str(number))
    assert len(door.newcomers._known) == REMEMBERED
