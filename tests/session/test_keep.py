"""A run is kept in parts: what is written reads back, and nothing is there before all of it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from p4lab.recording import RecordingError
from p4lab.scenario.read import parse
from p4lab.session.keep import Keeping
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from tests.session.runs import TEXT, finish, record


def test_what_is_kept_is_the_run(tmp_path: Path) -> None:
    run, path = Simulated(parse(TEXT)), record(tmp_path / "kept.p4rec", TEXT.replace("seed = 11", "seed = 12"))
    before, known = path.read_bytes(), finish(run)
    keeping, shares = Keeping(run, path, known, "0.1.0"), []
    while not keeping.work(0.0):
        shares.append(keeping.share)
        assert path.read_bytes() == before
    assert shares == sorted(shares) and 0.0 <= shares[0] < 1.0
    kept = Replayed(path)
    assert (kept.trace.digest(), kept.abilities.end, kept.scenario) == (run.trace.digest(), known, run.scenario)
    assert [each.name for each in tmp_path.iterdir()] == ["kept.p4rec"]


def test_a_run_that_is_half_known_is_kept_up_to_there(tmp_path: Path) -> None:
    run, path = Simulated(parse(TEXT)), tmp_path / "half.p4rec"
    known = 0.0
    while known < 7.0:
        known = run.advance(7.0)
    assert Keeping(run, path, known, "0.1.0").work(10.0)
    assert Replayed(path).abilities.end == known


def test_what_is_given_up_leaves_everything_as_it_was(tmp_path: Path) -> None:
    run, path = Simulated(parse(TEXT)), tmp_path / "kept.p4rec"
    known = finish(run)
    keeping = Keeping(run, path, known, "0.1.0")
    keeping.work(0.0)
    keeping.give_up()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RecordingError, match=r"notes\.txt: this file is there already and is no recording"):
        Keeping(run, tmp_path / "notes.txt", known, "0.1.0")
    with pytest.raises(RecordingError, match="cannot be written"):
        Keeping(run, tmp_path / "none" / "x.p4rec", known, "0.1.0")
