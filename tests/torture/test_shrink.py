"""What is left when everything that is not needed is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p4lab.torture.shrink import shrink


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_only_what_is_needed_is_left(drawn: tuple[int, set[int]]) -> None:
    size, needed = drawn
    assert shrink(range(size), lambda parts: needed <= set(parts), 60.0) == sorted(needed)


def test_time_ends_it() -> None:
    assert shrink(range(9), lambda parts: 3 in parts, 0.0) == list(range(9))
