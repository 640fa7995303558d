"""What a frame brings in each mode, on a real run."""

import pytest

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.drive import Drive
from ui.modes import EXPRESS, FAST, RUN
from ui.run import Run


@pytest.fixture
def run() -> Run:
    return Run(Simulated(runs.scenario()))


def test_each_mode_has_its_speed_and_keeps_it() -> None:
    drive = Drive()
    seen = [(drive.mode.word, drive.speed, drive.factor)]
    drive.set_speed(1e9)
    for mode in (FAST, EXPRESS, RUN):
        drive.choose(mode)
        seen.append((drive.mode.word, drive.speed, drive.factor))
    drive.choose(FAST)
    drive.set_speed(0.2)
    seen.append((drive.mode.word, drive.speed, drive.factor))
    assert seen == [
        ("run", None, 1.0), ("fast", 1000.0, 1000.0), ("express", None, 1000.0), ("run", 100.0, 100.0),
        ("fast", 1.0, 1.0),
    ]  # fmt: skip


def test_fast_follows_its_speed_and_says_what_it_achieves() -> None:
    run, drive = Run(Simulated(runs.scenario(duration=100_000.0))), Drive()
    drive.choose(FAST)
    drive.set_speed(10.0)
    assert drive.forward(run, 0.0, 0.02) == pytest.approx(0.2)
    assert drive.achieved == pytest.approx(10.0)
    drive.set_speed(1e6)
    at = drive.forward(run, 0.2, 0.02)
    assert at == run.known
    assert (drive.achieved < 1e6, drive.lags) == (True, True)


def test_express_makes_events_that_no_fold_has_looked_at(run: Run) -> None:
    drive = Drive()
    drive.choose(EXPRESS)
    while drive.reached(run) < run.duration:
        assert drive.forward(run, 0.0, 0.02) == 0.0
    assert (run.known, run.world.seen, len(run.trace) > 400) == (0.0, 0, True)
    whole = Run(Simulated(runs.scenario()))
    assert whole.advance(20.0, 60.0)
    assert run.advance(20.0, 60.0)
    assert (run.world.seen, run.digest()) == (whole.world.seen, whole.digest())
