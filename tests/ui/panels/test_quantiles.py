"""Running quantiles: what numpy says of each window, worked out once, up to the playhead alone."""

import numpy as np
import pytest

from ui.panels.quantiles import WINDOW, Quantiles


def gets(count):
    """`count` gets over a minute, the slow ones among them in no order."""
    made = np.zeros(count, dtype=[("t", float), ("latency", float)])
    made["t"] = np.linspace(0.6, 60.0, count)
    made["latency"] = np.arange(count) * 7 % count / 1000
    return made


def upto(made, t):
    return made[: np.searchsorted(made["t"], t, side="right")]


def test_each_place_looks_back_over_its_window():
    made = gets(100)
    at, values = Quantiles((0.5, 0.95)).lines(made, 0.0, 60.0, 60.0)
    assert len(at) == 121
    for place in (0, 1, 5, 60, 120):
        near = made["latency"][(made["t"] > at[place] - WINDOW * 0.5) & (made["t"] <= at[place])]
        if len(near):
            np.testing.assert_allclose(values[:, place], np.quantile(near, [0.5, 0.95]))
        else:
            assert np.isnan(values[:, place]).all()


def test_playing_and_scrubbing_show_the_same_line():
    made = gets(100)
    whole = Quantiles((0.5,)).lines(made, 0.0, 60.0, 60.0)
    growing = Quantiles((0.5,))
    for playhead in (0.0, 12.3, 40.0, 20.0, 60.0):
        at, values = growing.lines(upto(made, playhead), 0.0, 60.0, playhead)
        assert at[-1] <= playhead
        np.testing.assert_array_equal(at, whole[0][: len(at)])
        np.testing.assert_array_equal(values, whole[1][:, : len(at)])


def test_another_stretch_or_another_run_is_worked_out_anew():
    lines = Quantiles((0.5,))
    first = lines.lines(gets(100), 0.0, 60.0, 60.0)[1]
    zoomed = lines.lines(gets(100), 10.0, 20.0, 60.0)
    assert (zoomed[0][0], zoomed[0][-1]) == (10.0, 20.0)
    lines.forget()
    other = lines.lines(gets(10), 0.0, 60.0, 60.0)[1]
    assert not np.array_equal(first, other, equal_nan=True)


@pytest.mark.parametrize("count", [50_000])
def test_many_gets_are_told_by_a_part_of_them(count):
    made = gets(count)
    _, values = Quantiles((0.5,)).lines(made, 0.0, 60.0, 60.0)
    near = made["latency"][(made["t"] > 54.0) & (made["t"] <= 60.0)]
    assert values[0, -1] == pytest.approx(np.median(near), rel=0.05)
