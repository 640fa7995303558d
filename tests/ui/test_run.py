"""A run is made and read in slices of time, whatever session it comes from."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get
from p4lab.recording import Recorder
from p4lab.scenario.write import dumps
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.player import Player
from ui.run import Nothing, Run


def _recorded(folder: Path, until: float) -> Path:
    """A recording of the small run, stopped at `until`."""
    session = Simulated(runs.scenario())
    path = folder / "small.p4rec"
    while session.advance(until) < until:
        pass
    recorder = Recorder(path, dumps(session.scenario), session.scenario.seed, "test")
    recorder.write(session.trace.slice(0, len(session.trace)), until)
    recorder.close()
    return path


def test_slices_of_any_size_make_the_same_run() -> None:
    whole, sliced = Run(Simulated(runs.scenario())), Run(Simulated(runs.scenario()))
    while not whole.advance(20.0, 10.0):
        pass
    for step in range(2001):
        sliced.advance(step / 100, 0.0)
    while not sliced.advance(20.0, 0.0):
        pass
    assert (sliced.digest(), sliced.metrics.report(20.0)) == (whole.digest(), whole.metrics.report(20.0))


def test_a_run_that_is_not_over_has_no_digest() -> None:
    run = Run(Simulated(runs.scenario()))
    run.advance(5.0, 1.0)
    assert (run.complete, run.digest()) == (False, "")


def test_nothing_is_a_run_too() -> None:
    run = Run(Nothing())
    assert (run.advance(1.0, 0.1), run.complete, run.world.providers) == (True, True, [])
    with pytest.raises(ValueError, match="Open a scenario first"):
        run.session.submit(Get("Aster", "k"), 0.0)


@pytest.mark.parametrize("until", [20.0, 8.0])
def test_a_recording_plays_as_far_as_it_goes(qtbot: QtBot, tmp_path: Path, until: float) -> None:
    player = Player(Simulated)
    player.open(Replayed(_recorded(tmp_path, until)))
    runs.settle(qtbot, player)
    assert (player.duration, player.complete, player.playhead) == (until, True, 0.0)
    player.seek(until)
    player.reset()
    assert (player.playhead, player.complete) == (0.0, True)
    with pytest.raises(ValueError, match="recording"):
        player.submit(Get("Aster", "news/1"))
    player.close()


def test_a_recording_is_read_behind_what_a_person_does(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.works.BUDGET", 0.0)
    whole = Run(Replayed(_recorded(tmp_path, 20.0)))
    while not whole.advance(20.0, 1.0):
        pass
    player = Player(Simulated)
    session = Replayed(tmp_path / "small.p4rec", first=1)
    session.advance = _slowly(session)  # a part at a time, as of a large file
    player.open(session)
    assert (player.duration, player.complete, player.playhead) == (20.0, False, 0.0)
    assert player.work is not None and player.work.says == "Reading the recording"
    known = player.known
    player.seek(known / 2)
    assert (player.playhead, player.work is not None) == (known / 2, True)
    player.seek(known + 1.0)
    qtbot.waitUntil(lambda: player.playhead == known + 1.0)
    player.setSpeed(1.0)
    player.play()
    runs.settle(qtbot, player)
    assert (player.complete, player.digest(), session.abilities.short) == (True, whole.digest(), "")
    assert player.metrics.report(20.0) == whole.metrics.report(20.0)
    player.close()


def test_reading_is_given_up_with_what_is_there(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.works.BUDGET", 0.0)
    player = Player(Simulated)
    session = Replayed(_recorded(tmp_path, 20.0), first=1)
    session.advance = _slowly(session)
    player.open(session)
    player.cancel()
    runs.settle(qtbot, player)
    end = player.duration
    assert 0.0 < end < 20.0
    assert (player.complete, player.known) == (True, end)
    assert session.abilities.short == f"The rest of the recording was not read: of 20.000 s there are {end:.3f} s."
    player.seek(20.0)
    assert player.playhead == end
    player.close()


def _slowly(session: Replayed):
    """`advance` that has little time: some events in each call."""

    def advance(until: float) -> float:
        if session._reader.reached < until and not session._reader.done:
            session._read(60)
        return session._reader.reached

    return advance
