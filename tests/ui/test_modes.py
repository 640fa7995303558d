"""Which mode a speed asks for."""

from ui.modes import FAST, RUN, fitting


def test_what_run_cannot_reach_is_fast() -> None:
    assert [fitting(speed) for speed in (None, 0.01, 100.0, 100.1, 1e9)] == [RUN, RUN, RUN, FAST, FAST]
