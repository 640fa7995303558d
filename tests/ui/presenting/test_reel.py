"""The moments of a film: evenly spaced at a fixed speed; at the pace auto slow while messages of the key fly."""

from pathlib import Path

import numpy as np
import pytest

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.presenting.reel import MOST, Film, stills
from ui.run import Run
from ui.tempo import Tempo


def film(start: float, end: float, speed: float | None, fps: float = 10.0) -> Film:
    return Film(Path("film.mp4"), start, end, speed, fps)


@pytest.fixture(scope="module")
def run() -> Run:
    made = Run(Simulated(runs.scenario()))
    made.advance(made.duration, 10.0)
    return made


def test_a_fixed_speed(run: Run) -> None:
    found = list(stills(film(2.0, 3.0, 2.0), run, Tempo()))
    assert [round(still.t, 6) for still in found] == [2.0, 2.2, 2.4, 2.6, 2.8, 3.0]
    assert {still.factor for still in found} == {2.0}
    assert len(list(stills(film(0.0, 20.0, 1e-6), run, Tempo()))) == MOST


def test_auto_is_slow_while_messages_fly_and_ends_with_the_stretch(run: Run) -> None:
    tempo = Tempo()
    tempo.watched = next(i for i, name in enumerate(run.world.names) if name.key == "news/1")
    found = list(stills(film(0.0, 20.0, None, 25.0), run, tempo))
    times = np.array([still.t for still in found])
    flies = np.array([tempo.hop(run, t) is not None for t in times.tolist()])
    assert (times[0], times[-1], bool((np.diff(times) >= 0).all())) == (0.0, 20.0, True)
    assert flies.any()
    assert np.diff(times)[flies[:-1]].mean() < 0.2 * np.diff(times)[~flies[:-1]].mean()
    leaving = [
        row["t"] for row in run.trace.rows() if run.world.op_name()[row["op"]] == tempo.watched and row["code"] == 4
    ]
    assert all(np.abs(times - t).min() < 0.01 for t in leaving), "no question is missed between two frames"
