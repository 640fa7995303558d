"""The activity strip counts each message once and keeps kinds apart."""

import numpy as np
import pytest

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.panels.activity import KINDS, LEAST, Activity
from ui.run import Run


def test_bars_are_divided_as_the_kinds_are() -> None:
    run = Run(Simulated(runs.scenario()))
    strip = Activity()
    for until in (7.0, 20.0):  # in two parts, as the run grows
        assert run.advance(until, 60.0)
        strip.count(run.trace, 20.0)
    rows = run.trace.rows()
    bars = np.minimum((rows["t"] / 20.0 * 10).astype(int), 9)
    counts = np.array([np.bincount(bars[np.isin(rows["code"], codes)], minlength=10) for _, codes in KINDS])
    tall = strip.heights(10, 26.0)
    total = counts.sum(axis=0)
    assert tall.sum(axis=0) == pytest.approx(np.maximum(LEAST, np.log1p(total) / np.log1p(total.max()) * 26.0))
    assert tall / tall.sum(axis=0) == pytest.approx(counts / total)
    strip.forget()
    assert not strip.heights(10, 26.0).any()


def test_when_time_doubles_bins_are_joined_to_what_a_fresh_count_gives() -> None:
    run = Run(Simulated(runs.scenario()))
    grown, fresh = Activity(), Activity()
    for until, whole in ((4.0, 5.0), (9.0, 10.0), (20.0, 20.0)):
        assert run.advance(until, 60.0)
        grown.count(run.trace, whole)
    fresh.count(run.trace, 20.0)
    assert grown.heights(64, 26.0) == pytest.approx(fresh.heights(64, 26.0))
