"""A replay is the run: its digest, numbers, pictures, scenario and commands; and old recordings keep opening."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from p4lab.core.commands import Get, Put
from p4lab.metrics import Metrics
from p4lab.recording import Recorder
from p4lab.scenario.model import Do
from p4lab.scenario.read import parse
from p4lab.session.base import Session
from p4lab.session.replay import RecordingError, Replayed
from p4lab.session.simulated import Simulated
from p4lab.world import World
from tests.session.runs import TEXT, finish, record

DATA = Path(__file__).parent.parent / "data"


def report(session: Session) -> dict[str, object]:
    metrics, known = Metrics(session.scenario.title, session.scenario.seed), finish(session)
    metrics.step(session.trace.slice(0, len(session.trace)))
    return metrics.report(known, session.trace.digest())


def test_a_replay_has_the_runs_numbers_and_pictures(tmp_path: Path) -> None:
    run, replay = Simulated(parse(TEXT)), Replayed(record(tmp_path / "run.p4rec"))
    assert finish(run) == finish(replay) == 20.0
    assert report(replay) == report(run)
    assert (replay.scenario, replay.commands, replay.version) == (run.scenario, [], "0.1.0")
    worlds = World(), World()
    for world, session in zip(worlds, (run, replay), strict=True):
        world.step(session.trace.slice(0, len(session.trace)))
    for name in worlds[0].names:
        assert worlds[0].lanes(name.index) == worlds[1].lanes(name.index)
        assert worlds[0].holdings(name.index, 12.3) == worlds[1].holdings(name.index, 12.3)


def test_what_was_done_by_hand_and_the_seed_come_along(tmp_path: Path) -> None:
    scenario = msgspec.structs.replace(parse(TEXT), seed=5)
    run, path = Simulated(scenario), tmp_path / "hand.p4rec"
    recorder = Recorder(path, TEXT, run.scenario.seed, "0.1.0")
    run.advance(2.0)
    run.submit(Put("Aster", "by hand", key="k1", ttl=9.0), 2.0)
    run.submit(Get("Cedar", key="k1", owner="Aster"), 3.0)
    known = finish(run)
    recorder.write(run.trace.slice(0, len(run.trace)), known)
    recorder.commands(run.commands)
    recorder.close()
    replay = Replayed(path)
    assert replay.commands == run.commands
    assert [row.at for row in replay.commands] == [2.000001, 3.000001]
    assert replay.scenario == scenario
    again = Simulated(replay.scenario, replay.commands)
    finish(again)
    assert again.trace.digest() == replay.trace.digest()
    commands = report(replay)["commands"]
    assert isinstance(commands, list)
    assert [row["verb"] for row in commands] == ["put", "get", "put", "get"]


def test_a_scenario_that_does_not_read_is_said_in_one_line(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec")
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = 'format = 1' WHERE key = 'scenario'")
    db.commit()
    db.close()
    with pytest.raises(RecordingError, match=r"run\.p4rec: the scenario in it cannot be read: .*title"):
        Replayed(path)


def test_the_recordings_of_format_1_keep_opening() -> None:
    """Made by the first version. What it read then is written here; a later version must read the same."""
    replay = Replayed(DATA / "format-1.p4rec")
    assert replay.commands == [Do(at=4.000001, command=Get("Birch", key="news/1", owner="Aster"))]
    assert [provider.name for provider in replay.scenario.provider] == ["Aster", "Birch", "Cedar"]
    metrics, known = Metrics("", 0), finish(replay)
    metrics.step(replay.trace.slice(0, len(replay.trace)))
    numbers = metrics.report(known)
    assert (replay.scenario.seed, numbers["time"], len(replay.trace)) == (3, 6.0, 458)
    assert numbers["gets"] == {
        "total": 70, "local": 24, "replica": 6, "cached": 12, "joined": 3, "remote": 19, "not_found": 0, "partial": 0,
        "timeout": 6, "error": 0, "unfinished": 0,
    }  # fmt: skip
    assert numbers["puts"] == {"total": 14, "ok": 13, "unfinished": 0, "by_code": {"E_SEQ_OLD": 1, "OK": 13}}
    kinds = {"UPDATE": 10, "GETQ": 32, "GETR": 29, "FETCH": 6, "FETCHR": 4, "CREQ": 0, "CRESP": 0} | dict.fromkeys(
        ("HELLO", "BYE", "SYNC_D", "SYNC_I"), 0
    )
    assert numbers["messages"] == {"total": 81, "lost": 6, "duplicated": 0, "corrupted": 0, "by_kind": kinds}
    assert numbers["staleness"]["share"] == 6 / 64
    assert [row["seq"] for row in numbers["commands"]] == [4, 2, 2]


def test_a_changed_link_has_the_digest_of_the_run(tmp_path: Path) -> None:
    """Its fields are numbers as they stand in files, 0 as well as 0.0."""
    text = TEXT + '\n[[do]]\nat = 5.0\nlink = { between = ["Aster", "Birch"], up = false }\n'
    run, replay = Simulated(parse(text)), Replayed(record(tmp_path / "run.p4rec", text))
    assert finish(run) == finish(replay)
    assert replay.trace.digest() == run.trace.digest()


def damaged(path: Path, statement: str) -> Path:
    db = sqlite3.connect(record(path))
    db.execute(statement)
    db.commit()
    db.close()
    return path


def test_what_is_read_in_parts_is_what_is_read_at_once(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec")
    parts, whole = Replayed(path, first=5), Replayed(path)
    assert (len(parts.trace), parts.abilities) == (5, whole.abilities)
    assert parts.abilities.end == 20.0
    for t in (0.0, 3.0, 12.5, 20.0):
        known = parts.advance(t)
        while known < t:
            known = parts.advance(t)
        upto = whole.trace.index_at(t)
        assert list(parts.trace.slice(0, upto)) == list(whole.trace.slice(0, upto))
    assert parts.trace.digest() == whole.trace.digest()
    assert (parts.fault, parts.abilities.short) == (None, "")


def test_a_file_that_is_closed_early_is_a_recording_up_to_there(tmp_path: Path) -> None:
    part = Replayed(record(tmp_path / "run.p4rec"), first=700)
    known = part.advance(0.0)
    part.close()
    assert 0.0 < known < 20.0
    assert part.advance(20.0) == known == part.abilities.end
    assert len(part.trace) == 700
    assert part.abilities.short == f"The rest of the recording was not read: of 20.000 s there are {known:.3f} s."
    part.close()
    assert len(part.trace) == 700


@pytest.mark.parametrize("first", [5, 100_000])
def test_a_file_that_is_damaged_further_on_is_a_recording_up_to_there(tmp_path: Path, first: int) -> None:
    path = damaged(tmp_path / "run.p4rec", "UPDATE events SET cause = 5000 WHERE n = 1001")
    session, whole = Replayed(path, first), Replayed(record(tmp_path / "whole.p4rec"))
    while not session.fault:
        session.advance(20.0)
    end = whole.trace.time_of(999)
    assert str(session.fault) == f"{path}: event 1001: its cause is '5000', not a whole number from 0 to 1000"
    assert list(session.trace[:]) == list(whole.trace[:1000])
    assert session.abilities.end == session.advance(20.0) == end
    assert session.abilities.short == f"{session.fault}. What stands before that is here, up to {end:.3f} s."


def test_nothing_to_play_is_no_session(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"run\.p4rec: event 1 is missing"):
        Replayed(damaged(tmp_path / "run.p4rec", "DELETE FROM events WHERE n = 1"))
