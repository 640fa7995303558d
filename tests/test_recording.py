"""Recordings: what is written reads back to the digest, and whatever the bytes are the answer is one line at worst."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.commands import Get, Note, Put
from p4lab.core.events import Event, Noted, Stored
from p4lab.core.names import Kind
from p4lab.metrics import Metrics
from p4lab.recording import FORMAT, Recorder, Recording, RecordingError, load
from p4lab.scenario.model import Do
from p4lab.trace import Trace
from p4lab.world import World
from tests.streams import Run, news, nid_of, runs

TEXT = 'format = 1\ntitle = "T"\nduration = 20.0\n'
DONE = [
    Do(5.0, Put("Aster", "hello", key="k42", kind=Kind.UNAUTHENTICATED, identity="Aster's editor")),
    Do(6.5, Get("Birch", key="k42", min_version=3)),
    Do(7.0, Note("look here")),
]


def record(path: Path, trace: Trace, step: int = 1000) -> Path:
    recorder = Recorder(path, TEXT, 7, "0.2.0")
    for start in range(0, max(len(trace), 1), step):
        recorder.write(trace.slice(start, start + step), 20.0)
    recorder.commands(DONE)
    recorder.close()
    return path


def read(path: Path) -> tuple[Recording, Trace]:
    trace = Trace()
    return load(path, trace), trace


def refused(path: Path) -> str:
    """What is said of a file that cannot be read: one line that begins with its name."""
    with pytest.raises(RecordingError) as info:
        read(path)
    line = str(info.value)
    assert line.startswith(f"{path}: ")
    assert len(line) < 400
    assert line.isprintable()
    return line.removeprefix(f"{path}: ")


def change(path: Path, statement: str, *values: Any) -> Path:
    db = sqlite3.connect(path)
    db.execute(statement, values)
    db.commit()
    db.close()
    return path


# What is written reads back


@given(runs(), st.integers(1, 30))
def test_a_trace_reads_back_to_its_digest(tmp_path_factory: pytest.TempPathFactory, run: Run, step: int) -> None:
    path = record(tmp_path_factory.mktemp("rec") / "run.p4rec", run.trace, step)
    recording, trace = read(path)
    assert trace.digest() == run.trace.digest()
    assert list(trace.slice(0, len(trace))) == list(run.trace.slice(0, len(run.trace)))
    assert recording == Recording(TEXT, 7, "0.2.0", max(20.0, run.trace.end), [(row.at, row.command) for row in DONE])


def test_any_tool_reads_the_tables(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    db = sqlite3.connect(path)
    meta = dict(db.execute("SELECT key, value FROM meta"))
    first = db.execute("SELECT * FROM events WHERE kind = 'Stored' AND t < 2").fetchall()
    sent = db.execute("SELECT * FROM events WHERE kind = 'Sent' AND data LIKE '%lost%'").fetchall()
    plan = db.execute("EXPLAIN QUERY PLAN SELECT * FROM events WHERE t BETWEEN 2 AND 3").fetchone()[-1]
    files = [path.name for path in tmp_path.iterdir()]
    db.close()
    assert {key: meta[key] for key in ("format", "seed", "scenario", "version")} == {
        "format": str(FORMAT), "seed": "7", "scenario": TEXT, "version": "0.2.0",
    }  # fmt: skip
    nid = nid_of("news/1").hex()
    digest = '"digest":"' + next(event.digest for event in news().trace.slice(0, 20) if isinstance(event, Stored)) + '"'
    assert first == [
        (11, 1.0, 9, "Stored", "0", 1, f'{{"nid":"{nid}","store":"L","seq":1,{digest},"regime":"get-broadcast"}}')
    ]
    assert [row[3:] for row in sent] == [("Sent", "2", 7, '{"dst":0,"code":4,"size":112,"due":14.04,"lost":true}')]
    assert "INDEX" in plan
    assert files == ["run.p4rec"]


def test_a_message_that_never_arrives(tmp_path: Path) -> None:
    run = Run(2)
    run.trace.sent(1.0, float("inf"), 0, 0, 9, 0, 1, 3, 0, 1)
    _, trace = read(record(tmp_path / "run.p4rec", run.trace))
    assert trace.digest() == run.trace.digest()


def test_a_killed_program_leaves_a_file_that_opens_up_to_the_last_batch(tmp_path: Path) -> None:
    path = tmp_path / "run.p4rec"
    program = f"""
import os, signal
from pathlib import Path
from p4lab.recording import Recorder
from tests.streams import news
trace = news().trace
recorder = Recorder(Path({str(path)!r}), "", 7, "0.2.0")
recorder.write(trace.slice(0, 30), 5.0)
recorder.flush()
recorder._db.execute("PRAGMA cache_size = 1")
for _ in range(200):
    recorder._db.execute("INSERT INTO meta VALUES (hex(randomblob(9)), hex(randomblob(2000)))")  # spills into the file
recorder.write(trace.slice(30, len(trace)), 20.0)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent.parent, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "run.p4rec-journal").exists()
    recording, trace = read(path)
    assert (len(trace), recording.end) == (30, 5.0)
    assert [path.name for path in tmp_path.iterdir()] == ["run.p4rec"]


def test_a_run_stopped_within_a_slice_keeps_the_slices_before(tmp_path: Path) -> None:
    trace = news().trace
    recorder = Recorder(tmp_path / "run.p4rec", TEXT, 7, "0.2.0")
    recorder.write(trace.slice(0, 20), 3.0)
    part = trace.slice(20, 40)
    part.records = Interrupted(part.records)
    with pytest.raises(KeyboardInterrupt):
        recorder.write(part, 6.0)
    recorder.close()
    recording, read_back = read(tmp_path / "run.p4rec")
    assert (len(read_back), recording.end) == (20, 3.0)


class Interrupted(list[Event]):
    """Records that Ctrl+C cuts off after the second."""

    def __iter__(self) -> Iterator[Event]:
        yield from self[:2]
        raise KeyboardInterrupt


def test_a_recording_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    record(path, Run(1).trace)
    assert len(read(path)[1]) == 2
    other = tmp_path / "scenario.toml"
    other.write_text(TEXT)
    with pytest.raises(RecordingError, match=r"scenario.toml: this file is there already and is no recording"):
        Recorder(other, TEXT, 7, "0.2.0")
    assert other.read_text() == TEXT
    (tmp_path / "empty.p4rec").touch()
    record(tmp_path / "empty.p4rec", Run(1).trace)


@pytest.mark.parametrize("place", ["missing/run.p4rec", "", "file/run.p4rec"])
def test_where_nothing_can_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError) as info:
        Recorder(tmp_path / place, TEXT, 7, "0.2.0")
    assert str(info.value).startswith(f"{tmp_path / place}: ")
    assert "\n" not in str(info.value)


# Older and newer files


def test_what_this_version_does_not_know_is_passed_over(tmp_path: Path) -> None:
    run = news()
    path = record(tmp_path / "run.p4rec", run.trace)
    change(path, "UPDATE events SET data = json_insert(data, '$.colour', 'red', '$.list', json('[1]'))")
    change(path, "INSERT INTO meta VALUES ('weather', 'fine')")
    change(
        path,
        "UPDATE meta SET value = json_insert(value, '$[0].put.tint', 3, '$[3]', json('{}')) WHERE key = 'commands'",
    )
    recording, trace = read(path)
    assert trace.digest() == run.trace.digest()
    assert [command for _, command in recording.commands] == [row.command for row in DONE]


def test_unknown_kinds_leave_a_remark_and_the_numbers_stay(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    change(path, "UPDATE events SET kind = 'Misbehaved' WHERE n = 20")
    _, trace = read(path)
    before = list(news().trace.slice(0, 100))
    expected: list[Event] = before.copy()
    noted = Noted(text="(Misbehaved: not known to this P4 Lab)")
    noted.t, noted.id, noted.cause = before[19].t, 20, before[19].cause
    expected[19] = noted
    assert list(trace.slice(0, 100)) == expected


def test_a_newer_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    change(path, "UPDATE meta SET value = '2' WHERE key = 'format'")
    change(path, "UPDATE meta SET value = '9.1.0' WHERE key = 'version'")
    assert refused(path) == "its format 2 is newer than this P4 Lab reads (1); open it with P4 Lab 9.1.0 or later"


# Bad files are answered


def test_no_recording_at_all(tmp_path: Path) -> None:
    made = "; a recording is made with p4lab run SCENARIO --record FILE.p4rec"
    junk, text, empty = tmp_path / "junk", tmp_path / "text", tmp_path / "empty"
    junk.write_bytes(bytes(range(256)) * 50)
    text.write_text(TEXT)
    empty.touch()
    other = change(tmp_path / "other.db", "CREATE TABLE meta(key, value)")
    assert refused(tmp_path / "missing") == "there is no such file"
    assert refused(tmp_path) == "this is a folder; name a recording in it"
    assert {refused(path) for path in (junk, text, empty)} == {"this is no recording" + made}
    assert refused(other) == "this SQLite database is no recording" + made


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a system with other permissions")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read everything, nobody may not
    try:
        assert refused(path) == "cannot be read: Permission denied"
    finally:
        if root:
            os.seteuid(0)


def test_a_truncated_file(tmp_path: Path) -> None:
    path = record(tmp_path / "run.p4rec", news().trace)
    path.write_bytes(path.read_bytes()[:6000])
    assert refused(path).startswith("the recording is damaged (")


CHANGES = [
    ("UPDATE meta SET value = 'one' WHERE key = 'format'", "its format is 'one'; a whole number belongs there"),
    ("UPDATE meta SET value = '0' WHERE key = 'format'", "its format is 0; this P4 Lab reads 1 to 1"),
    ("DELETE FROM meta WHERE key = 'seed'", "its seed is missing; "),
    ("DELETE FROM meta WHERE key = 'scenario'", "the scenario is missing; "),
    ("UPDATE meta SET value = 'inf' WHERE key = 'end'", "its end is 'inf'; a number of seconds belongs there"),
    ("UPDATE meta SET value = '[[' WHERE key = 'commands'", "the commands in it cannot be read: "),
    ("UPDATE meta SET value = '[{\"put\":{}}]' WHERE key = 'commands'", "the commands in it cannot be read: "),
    ("DELETE FROM events WHERE n = 12", "event 12 is missing"),
    ("UPDATE events SET t = 'soon' WHERE n = 12", "event 12: its time is no number of seconds"),
    ("UPDATE events SET t = 0.5 WHERE n = 20", "event 20: its time 0.5 s is before that of the event before it, "),
    ("UPDATE events SET t = 9e999 WHERE n = 20", "event 20: its time is no number of seconds"),
    ("UPDATE events SET cause = 20 WHERE n = 20", "event 20: its cause is '20', not a whole number from 0 to 19"),
    (
        "UPDATE events SET op = 4000000000 WHERE n = 20",
        "event 20: its op is '4000000000', not a whole number from 0 to ",
    ),
    ("UPDATE events SET node = '70000' WHERE n = 20", "event 20: its node is '70000', not the number of a node"),
    ("UPDATE events SET node = NULL WHERE n = 11", "event 11: Expected `int`, got `null` - at `$.node`"),
    ("UPDATE events SET kind = x'00ff' WHERE n = 20", "event 20: its kind and its data are texts"),
    ("UPDATE events SET data = '[]' WHERE n = 11", "event 11: Expected `object`, got `array`"),
    ('UPDATE events SET data = \'{"nid":"xyz"}\' WHERE n = 11', "event 11: its nid is 'xyz', not a number in hex"),
    ("UPDATE events SET data = json_set(data, '$.seq', 1e30) WHERE n = 11", "event 11: "),
    ("UPDATE events SET data = json_set(data, '$.seq', -1) WHERE n = 11", "event 11: seq is -1"),
    ("UPDATE events SET data = json_set(data, '$.via', 65536) WHERE n = 11", "event 11: via is 65536"),
    (
        "UPDATE events SET data = json_set(data, '$.name', 'A' || char(8238) || 'b') WHERE kind = 'Joined'",
        "event 1: a name is not plain text in one line",
    ),
    ("UPDATE events SET data = json_set(data, '$.size', -1) WHERE kind = 'Sent'", "event 10: Expected `int` >= 0"),
    (
        "UPDATE events SET data = json_set(data, '$.dst', 'x') WHERE kind = 'Sent'",
        "event 10: Expected `int`, got `str`",
    ),
]


@pytest.mark.parametrize(("statement", "says"), CHANGES, ids=[says for _, says in CHANGES])
def test_a_wrong_value_is_named(tmp_path: Path, statement: str, says: str) -> None:
    path = change(record(tmp_path / "run.p4rec", news().trace), statement)
    assert refused(path).startswith(says)


@given(st.data())
def test_mutated_bytes_are_answered_never_suffered(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One line, or a recording that everything which reads recordings can take."""
    folder = tmp_path_factory.getbasetemp()
    good = folder / "good.p4rec"
    if not good.exists():
        record(good, news().trace)
    content = bytearray(good.read_bytes())
    place = st.integers(0, len(content) - 1)
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(("byte", "cut", "swap", "text"))):
            case "byte":
                content[data.draw(place) % len(content)] = data.draw(st.integers(0, 255))
            case "cut":
                del content[data.draw(place) % len(content) + 1 :]
            case "swap":
                a, b = (data.draw(place) % len(content) for _ in range(2))
                content[a : a + 16], content[b : b + 16] = content[b : b + 16], content[a : a + 16]
            case _:
                word = data.draw(st.sampled_from((b'"seq":', b'"store":"L', b'"latency":', b"Stored", b'"peers":[')))
                content = content.replace(word, word[:-1] + bytes([data.draw(st.integers(32, 126))]))
    path = folder / "bad.p4rec"
    path.write_bytes(content)
    trace = Trace()
    try:
        load(path, trace)
    except RecordingError as fault:
        assert str(fault).startswith(f"{path}: ") and str(fault).isprintable()
        return
    metrics, world = Metrics("T", 7), World()
    metrics.step(trace.slice(0, len(trace)))
    world.step(trace.slice(0, len(trace)))
    metrics.report()
    for name in world.names:
        world.lanes(name.index)
        world.holdings(name.index, 5.0)
    world.link_load(trace, 20.0, 20.0)
