"""Points, no more than pixels can show."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ui.panels.thinning import CELL, FEW, Points, Thinning, thinned

PLOT = (0.0, -1.0, 1.0 / CELL, 1.0 / CELL)  # left and bottom; a cell is one wide and one high


def test_the_last_point_of_each_style_in_each_cell_is_kept() -> None:
    x = np.array([0.0, 0.1, 0.2, 9.0, 9.1])
    y = np.array([0.0, 0.1, 0.0, 5.0, 5.1])
    style = np.array([1, 1, 7, 1, 1])
    assert thinned((x, y, style), *PLOT).tolist() == [1, 2, 4]
    assert thinned((x[:0], y[:0], style[:0]), *PLOT).tolist() == []


def table(seed: int, count: int) -> Points:
    rng = Random(f"thinning {seed}")
    x, y = (np.array([rng.uniform(low, high) for _ in range(count)]) for low, high in ((0, 40), (-1, 20)))
    return np.sort(x), y, np.array([rng.randrange(3) for _ in range(count)])


@given(st.integers(0, 9), st.lists(st.integers(0, 3 * FEW), min_size=1, max_size=6))
def test_a_table_that_grows_or_shrinks_is_thinned_as_one_that_is_seen_at_once(seed: int, counts: list[int]) -> None:
    whole, thinning = table(seed, 3 * FEW), Thinning()
    for count in counts:
        first = tuple(part[:count] for part in whole)
        found = thinning.points((seed,), count, lambda start, first=first: tuple(p[start:] for p in first), *PLOT)
        kept = thinned(first, *PLOT) if count > FEW else np.arange(count)
        assert all(np.array_equal(one, other[kept]) for one, other in zip(found, first, strict=True))


def test_only_what_is_new_is_asked_for_until_it_is_another_table_or_another_plot() -> None:
    whole, thinning, asked = table(1, 3 * FEW), Thinning(), []

    def made(start: int) -> Points:
        asked.append(start)
        return tuple(part[start:count] for part in whole)

    for of, count, high in (("a", 5_000, 1.0), ("a", 5_100, 1.0), ("b", 5_100, 1.0), ("b", 5_200, 2.0), ("b", 10, 2.0)):
        thinning.points((of,), count, made, *PLOT[:3], high)
    assert asked == [0, 5_000, 0, 0, 0]
