"""The command line from outside: what it prints where, with which exit status (contracts section 1)."""

from __future__ import annotations

import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p4lab import __version__
from p4lab.cli import main
from p4lab.scenario.read import read
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from p4lab.summary import summary

TEXT = """format = 1
title = "Two providers"
duration = 10.0
seed = 5

[options]
signatures = "modelled"

[[provider]]
name = "Aster"
[[provider]]
name = "Birch"
[[peering]]
among = "all"

[[workload]]
name = "news"
keys = 2
ttl = 1.0
gets_per_second = 4.0
updates_per_second = 0.5

[[do]]
at = 2.0
put = { by = "Aster", key = "k", value = "v", kind = "unauthenticated" }
[[do]]
at = 3.0
get = { by = "Birch", key = "k", kind = "unauthenticated" }

[[expect]]
metric = "puts.ok"
where = { workload = "by hand" }
equals = 1
says = "The put by hand is accepted."
"""
GRAPH = """graph [
  node [ id 0 label "Oslo" Longitude 10.75 Latitude 59.9 ]
  node [ id 1 label "Bergen" Longitude 5.3 Latitude 60.4 ]
  edge [ source 0 target 1 ]
]
"""


class Told(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The one JSON object on stdout, and nothing else there or on stderr."""
        assert (self.status, self.err, self.out.count("\n")) == (0, "", 1)
        return msgspec.json.decode(self.out, type=dict[str, Any])


class Shell:
    """p4lab, called in a folder of its own with a scenario in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.file = folder / "two.toml"
        self.file.write_text(TEXT)
        self._capsys = capsys

    def __call__(self, *words: object) -> Told:
        status = main([str(word) for word in words])
        out, err = self._capsys.readouterr()
        return Told(status, out, err)

    def scenario(self, text: str) -> Path:
        """Another scenario file."""
        path = self.folder / "other.toml"
        path.write_text(text)
        return path


@pytest.fixture
def p4lab(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, capsys)


def complaint(told: Told, *parts: str) -> None:
    """Status 2, nothing on stdout, and one line on stderr that says these things and is no traceback."""
    assert (told.status, told.out, told.err.count("\n"), told.err.startswith("p4lab: ")) == (2, "", 1, True), told
    assert [part for part in parts if part not in told.err] == [], told.err
    assert len(told.err) < 400


# run


def test_run_tells_the_same_in_words_and_as_json(p4lab: Shell) -> None:
    report = p4lab("run", p4lab.file, "--json").report
    assert (report["scenario"], report["seed"], report["time"]) == ("Two providers", 5, 10.0)
    assert report["commands"][1] | {"latency": 0} == {
        "at": 3.0, "verb": "get", "code": "OK", "source": "remote", "latency": 0, "seq": None, "values": ["v"],
        "lag": 0, "stale": False, "silent": [],
    }  # fmt: skip
    session = Simulated(read(p4lab.file))
    while session.advance(10.0) < 10.0:
        pass
    assert report["digest"] == session.trace.digest()
    assert p4lab("run", p4lab.file) == Told(0, "\n".join(summary(report)) + "\n", "")


def test_seeds_and_settings(p4lab: Shell) -> None:
    first = p4lab("run", p4lab.file, "--json").report
    assert p4lab("run", p4lab.file, "--json").report == first
    other = p4lab("run", p4lab.file, "--seed", 6, "--json").report
    assert (other["seed"], other["digest"] != first["digest"]) == (6, True)
    assert p4lab("run", p4lab.file, "--set", "seed=6", "--json").report == other
    assert p4lab("run", p4lab.file, "--set", "seed=9", "--seed", 6, "--json").report == other  # the option wins
    changed = p4lab(
        "run", p4lab.file, "--json", "--set", "workload.news.keys=7", "--set", 'do.1.put.value = "w"',
        "--set", "workload.news.gets_per_second=0", "--set", "workload.news.keys = 8",
    ).report  # fmt: skip
    news = changed["by_workload"]["news"]
    assert (changed["commands"][1]["values"], news["gets"]["total"], news["puts"]["total"] >= 8) == (["w"], 0, True)


def test_until_is_the_same_run_up_to_there(p4lab: Shell) -> None:
    p4lab("run", p4lab.file, "--record", "whole.p4rec")
    part = p4lab("run", p4lab.file, "--until", 4, "--record", "part.p4rec", "--json").report
    whole, four = (Replayed(p4lab.folder / f"{name}.p4rec").trace for name in ("whole", "part"))
    assert (part["time"], four.end <= 4.0) == (4.0, True)
    assert list(four.slice(0, len(four))) == list(whole.slice(0, whole.index_at(4.0)))
    assert p4lab("replay", "part.p4rec", "--json").report == part
    assert p4lab("run", p4lab.file, "--until", 0, "--json").report["gets"]["total"] == 0


@pytest.mark.parametrize("changes", [[], ["link.loss=0.2", "link.jitter=0.01"], ["link.bandwidth=1e-300"]])
def test_a_replay_has_the_counters_and_the_digest_of_its_run(p4lab: Shell, changes: list[str]) -> None:
    given = [word for change in changes for word in ("--set", change)]
    run = p4lab("run", p4lab.file, "--seed", 8, *given, "--record", "run.p4rec", "--json").report
    assert p4lab("replay", "run.p4rec", "--json").report == run
    words = p4lab("replay", "run.p4rec")
    assert words == Told(0, "\n".join(summary(run)) + "\n", "")
    again = p4lab("run", p4lab.file, "--seed", 8, *given, "--record", "run.p4rec", "--json").report
    assert again == run  # over the recording that was there


def test_a_damaged_recording_is_one_line_that_says_what_can_be_done(p4lab: Shell) -> None:
    p4lab("run", p4lab.file, "--record", "run.p4rec")
    with closing(sqlite3.connect("run.p4rec")) as db, db:
        (n,) = db.execute("SELECT min(n) FROM events WHERE kind = 'GetStarted' AND n > 50").fetchone()
        db.execute("UPDATE events SET data = json_set(data, '$.nid', 'xyz') WHERE n = ?", (n,))
        (t,) = db.execute("SELECT t FROM events WHERE n = ?", (n - 1,)).fetchone()
    assert p4lab("replay", "run.p4rec") == Told(
        2, "", f"p4lab: run.p4rec: event {n}: its nid is 'xyz', not a number in hex; "
        f"p4lab gui run.p4rec shows what stands before that, up to {t:.3f} s\n",
    )  # fmt: skip


def test_what_happened_on_a_network_has_no_seed(p4lab: Shell) -> None:
    report = p4lab("run", p4lab.file, "--record", "run.p4rec", "--json").report
    with closing(sqlite3.connect("run.p4rec")) as db, db:
        db.execute("INSERT INTO meta VALUES ('happened', '1')")
    assert p4lab("replay", "run.p4rec").out.splitlines()[0] == "Two providers: 10 s, modelled signatures"
    assert p4lab("replay", "run.p4rec", "--json").report == report


def test_a_large_recording_is_known_as_one(p4lab: Shell) -> None:
    p4lab("run", p4lab.file, "--record", "run.p4rec")
    with Path("run.p4rec").open("ab") as file:
        file.truncate(9_000_000)
    says = "p4lab: run.p4rec: this is a recording; p4lab replay or p4lab gui opens it\n"
    assert p4lab("run", "run.p4rec") == p4lab("check", "run.p4rec") == Told(2, "", says)


def test_tables_have_a_row_for_each(p4lab: Shell) -> None:
    report = p4lab("run", p4lab.file, "--csv", "made/here", "--json").report
    folder = p4lab.folder / "made/here"
    tables = {path.stem: list(csv.reader(path.read_text().splitlines())) for path in folder.iterdir()}
    assert {name: len(rows) - 1 for name, rows in tables.items()} == {
        "gets": report["gets"]["total"] - report["gets"]["unfinished"],
        "puts": report["puts"]["total"] - report["puts"]["unfinished"],
        "messages": report["messages"]["total"],
    }


# check


def test_check_says_what_is_sound(p4lab: Shell) -> None:
    assert p4lab("check", p4lab.file, p4lab.file) == Told(0, f"{p4lab.file}: sound\n" * 2, "")


def test_check_runs_and_judges(p4lab: Shell) -> None:
    told = p4lab("check", "--run", p4lab.file)
    assert (told.status, told.err, told.out.splitlines()[0]) == (0, "", f"{p4lab.file}: 1 of 1 expectations hold")
    wrong = p4lab.scenario(TEXT.replace("equals = 1", "equals = 2"))
    told = p4lab("check", "--run", wrong, p4lab.file)
    assert (told.status, told.err, told.out.splitlines()[0]) == (1, "", f"{wrong}: 0 of 1 expectations hold")
    assert "FAILS" in told.out.splitlines()[1] and "puts.ok" in told.out.splitlines()[1]
    assert p4lab("check", wrong) == Told(0, f"{wrong}: sound\n", "")  # not run


def test_check_goes_on_after_a_bad_file(p4lab: Shell) -> None:
    wrong = p4lab.scenario(TEXT.replace("equals = 1", "equals = 2"))
    told = p4lab("check", "--run", "none.toml", wrong, p4lab.file)
    assert (told.status, told.err.count("\n"), told.out.count("expectations hold")) == (2, 1, 2)


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("staleness.sharee", 'staleness has no "sharee"; did you mean "share"?'),
        ("gets[tottal]", 'gets has no "tottal"; did you mean "total"?'),
        ("by_regime.none.puts.okay", 'by_regime.none.puts has no "okay"; did you mean "ok"?'),
        ("harm.own.shares.harm", 'harm.own.shares has no "harm"; did you mean "harmed"?'),
    ],
)
def test_check_finds_a_misspelt_metric_without_a_run(p4lab: Shell, metric: str, says: str) -> None:
    row = f'\n[[expect]]\nmetric = "{metric}"\nequals = 1\n'
    wrong = p4lab.scenario(TEXT + row)
    assert p4lab("check", wrong) == Told(2, "", f"p4lab: {wrong}: expect.2.metric: {says}\n")


@pytest.mark.parametrize(
    "metric",
    [
        "puts.by_code.E_KEY", "by_workload.news.gets.local", "messages.by_kind.other", "commands[0].code",
        "harm.reports.none.observed", "coherence.share", "ghost_reads",
    ],
)  # fmt: skip
def test_check_takes_what_a_run_may_have(p4lab: Shell, metric: str) -> None:
    fine = p4lab.scenario(TEXT + f'\n[[expect]]\nmetric = "{metric}"\nequals = 1\n')
    assert p4lab("check", fine) == Told(0, f"{fine}: sound\n", "")


# import


def test_an_imported_map_runs(p4lab: Shell) -> None:
    (p4lab.folder / "map.gml").write_text(GRAPH)
    told = p4lab("import", "map.gml", "-o", "map.toml", "--title", "Norway")
    assert (told.status, told.err) == (0, "")
    assert told.out.splitlines()[-1] == "map.toml: 2 providers; p4lab gui map.toml opens it"
    report = p4lab("run", "map.toml", "--json").report
    assert (report["scenario"], set(report["by_provider"]), report["gets"]["total"] > 0) == (
        "Norway", {"Oslo", "Bergen"}, True,
    )  # fmt: skip
    p4lab("import", "map.gml", "-o", "map.toml")
    files = sorted(path.name for path in p4lab.folder.iterdir() if "map.toml" in path.name)
    assert (len(files), p4lab("check", *files).status) == (2, 0)  # it keeps one backup


# generate


def test_a_generated_network_runs(p4lab: Shell) -> None:
    told = p4lab("generate", "small-world", "9", "-o", "small.toml", "--with", "peers=2", "--seed", "5")
    assert told == Told(0, "small.toml: 9 providers; p4lab gui small.toml opens it\n", "")
    report = p4lab("run", "small.toml", "--json").report
    assert (report["scenario"], report["seed"], report["gets"]["total"] > 0) == ("Small world of 9 providers", 5, True)


# Bad usage and bad input


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run"], "scenario"),
        (["run", "none.toml"], "none.toml"),
        (["run", "."], "folder"),
        (["run", "two.toml", "more"], "more"),
        (["run", "two.toml", "--seed", "x"], "--seed"),
        (["run", "two.toml", "--seed", "9" * 30], "seed"),
        (["run", "two.toml", "--until", "nan"], "--until"),
        (["run", "two.toml", "--until", "11"], "10 s"),
        (["run", "two.toml", "--until", "-0.1"], "10 s"),
        (["run", "two.toml", "--until", "1e999"], "10 s"),
        (["run", "two.toml", "--set"], "--set"),
        (["run", "two.toml", "--set", "duration"], "PATH=VALUE"),
        (["run", "two.toml", "--set", "=1"], "--set"),
        (["run", "two.toml", "--set", "link.lateny=1"], 'did you mean "latency"'),
        (["run", "two.toml", "--set", "link.latency=slow"], "TOML"),
        (["run", "two.toml", "--set", "workload.nws.ttl=1"], 'did you mean "news"'),
        (["run", "two.toml", "--set", "duration=1e400"], "out of range"),
        (["run", "two.toml", "--set", "link.loss=1"], "out of range"),
        (["run", "two.toml", "--set", "workload.news.updates_per_second=100001"], "out of range"),
        (["run", "two.toml", "--set", "workload.news.keys=900000"], "updates_per_second"),
        (["run", "two.toml", "--record", "two.toml"], "two.toml"),
        (["run", "two.toml", "--record", "."], "."),
        (["run", "two.toml", "--record", "none/run.p4rec"], "none/run.p4rec"),
        (["run", "two.toml", "--csv", "two.toml"], "two.toml"),
        (["check"], "FILE"),
        (["check", "none.toml"], "none.toml"),
        (["replay"], "recording"),
        (["replay", "none.p4rec"], "none.p4rec"),
        (["replay", "two.toml"], "no recording"),
        (["replay", "."], "folder"),
        (["import", "two.toml"], "--out"),
        (["generate", "rnig", "5", "-o", "x.toml"], "ring"),
        (["generate", "ring", "5", "-o", "x.toml", "--with", "peers"], "--with"),
        (["import", "none.gml", "-o", "x.toml"], "none.gml"),
        (["import", "two.toml", "-o", "x.toml"], "two.toml"),
        (["import", ".", "-o", "x.toml"], "."),
        (["sweep-up"], "sweep-up"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_bad_usage_is_one_helpful_line(p4lab: Shell, words: list[str], says: str) -> None:
    complaint(p4lab(*words), says)
    assert (p4lab.file.read_text(), sorted(path.name for path in p4lab.folder.iterdir())) == (TEXT, ["two.toml"])


HUGE = "9" * 6000
FILES: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("binary", random.Random(1).randbytes(5000)),
    ("utf-16", TEXT.encode("utf-16")),
    ("truncated", TEXT.encode()[:333]),
    ("zeros", bytes(1000)),
    ("nested", (TEXT + "x = " + "[" * 50_000).encode()),
    ("huge integer", TEXT.replace("10.0", HUGE).encode()),
    ("huge float", TEXT.replace("10.0", "1e999").encode()),
    ("not a number", TEXT.replace("10.0", "nan").encode()),
    ("endless loss", TEXT.replace("[options]", "[link]\nloss = 1.0\n[options]").encode()),
    ("another type", TEXT.replace('name = "Aster"', "name = 7").encode()),
    ("unknown field", TEXT.replace("keys = 2", "kays = 2").encode()),
    ("a newer format", TEXT.replace("format = 1", "format = 2").encode()),
    ("too large", TEXT.encode() + b"#" * 9_000_000),
]


@pytest.mark.parametrize("command", ["run", "check", "replay", "import"])
@pytest.mark.parametrize("content", [content for _, content in FILES], ids=[name for name, _ in FILES])
def test_a_hostile_file_is_one_helpful_line(p4lab: Shell, command: str, content: bytes) -> None:
    (p4lab.folder / "file").write_bytes(content)
    complaint(p4lab(command, "file", *(["-o", "x.toml"] if command == "import" else [])), "file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", ["run", "check", "replay", "import"])
def test_a_file_that_may_not_be_read(p4lab: Shell, command: str) -> None:
    p4lab.file.chmod(0)
    complaint(p4lab(command, p4lab.file, *(["-o", "x.toml"] if command == "import" else [])), "two.toml")


def test_a_truncated_recording(p4lab: Shell) -> None:
    p4lab("run", p4lab.file, "--record", "run.p4rec")
    whole = (p4lab.folder / "run.p4rec").read_bytes()
    for size in (1, 100, 5000, len(whole) // 2):
        (p4lab.folder / "cut.p4rec").write_bytes(whole[:size])
        complaint(p4lab("replay", "cut.p4rec"), "cut.p4rec")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.binary(max_size=3)), min_size=1, max_size=3), st.booleans())
def test_a_mutated_scenario_is_answered_never_suffered(
    p4lab: Shell, changes: list[tuple[int, bytes]], insert: bool
) -> None:
    data = bytearray(TEXT.encode())
    for at, new in changes:
        data[at : at if insert else at + len(new)] = new
    (p4lab.folder / "file").write_bytes(data)
    told = p4lab("check", "file")
    if told.status:
        complaint(told, "file")


PATHS = ("link.latency", "do", "do.1.at", "workload.news", "options", "provider.Aster", "title", "")
VALUES = st.sampled_from(("1", "-1", "nan", "[]", "{}", "'x'", "[[1]]", "1979-05-27", "{ a = 1 }", "inf", HUGE))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30) | st.builds("{}={}".format, st.sampled_from(PATHS), VALUES | st.text(max_size=9)))
def test_any_setting_is_answered_never_suffered(p4lab: Shell, setting: str) -> None:
    told = p4lab("run", p4lab.file, "--until", 0, f"--set={setting}")
    if told.status:
        complaint(told, "--set")


# Faults and interruption


def test_a_fault_of_ours_says_so(p4lab: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(session: Simulated, until: float) -> float:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Simulated, "advance", break_down)
    told = p4lab("run", p4lab.file, "--json")
    assert (told.status, told.out) == (3, "")
    assert "RuntimeError: a bug" in told.err and "please report" in told.err.splitlines()[-1]


def test_a_run_that_is_stopped_keeps_what_was_recorded(p4lab: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    advance, steps = Simulated.advance, iter((1.0, 2.5, 5.5))

    def stop_half_way(session: Simulated, until: float) -> float:
        for step in steps:
            return advance(session, step)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Simulated, "advance", stop_half_way)
        assert p4lab("run", p4lab.file, "--record", "run.p4rec", "--json") == Told(130, "", "p4lab: stopped\n")
    replayed = p4lab("replay", "run.p4rec", "--json").report
    assert replayed == p4lab("run", p4lab.file, "--until", 5.5, "--json").report


def heed_ctrl_c() -> None:
    """A test run in the background was started to ignore Ctrl+C, and what it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent otherwise there")
def test_ctrl_c_in_a_real_process(p4lab: Shell) -> None:
    """The whole recording up to there is a run: its digest is that of the same run stopped at the same time."""
    command = [sys.executable, "-m", "p4lab", "run", "two.toml", "--set", "duration=1e6", "--record", "run.p4rec"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 it only sets a signal, and no thread of ours runs
    ) as process:
        recording, patience = p4lab.folder / "run.p4rec", time.perf_counter() + 30
        while not (recording.exists() and recording.stat().st_size > 300_000) and time.perf_counter() < patience:
            threading.Event().wait(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "p4lab: stopped\n")
    recorded = Replayed(recording)
    assert len(recorded.trace) > 1000
    known = recorded.advance(1e6)
    again = Simulated(recorded.scenario)
    while again.advance(known) < known:
        pass
    assert again.trace.digest() == recorded.trace.digest()


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe breaks otherwise there")
@pytest.mark.parametrize("words", [["--version"], ["run", "two.toml", "--json"], ["check", *["two.toml"] * 5000]])
def test_a_reader_that_stops_reading_is_no_failure(p4lab: Shell, words: list[str]) -> None:
    """As `| head` does, with a word or with more to say than fits into a pipe."""
    command = [sys.executable, "-m", "p4lab", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", [["--version"], ["run", "two.toml", "--json"]])
def test_a_full_disk_is_answered(p4lab: Shell, words: list[str]) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "p4lab", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env=buffered,
        )  # fmt: skip
    assert (told.returncode, told.stderr.count("\n"), "No space left" in told.stderr) == (2, 1, True)


# Help


@pytest.mark.parametrize("command", ["run", "check", "replay", "import", "generate"])
def test_help_has_an_example(p4lab: Shell, command: str) -> None:
    told = p4lab(command, "--help")
    assert (told.status, told.err, f"Example: p4lab {command} " in told.out) == (0, "", True)


def test_version_and_help(p4lab: Shell) -> None:
    assert p4lab("--version") == Told(0, f"p4lab {__version__}\n", "")
    told = p4lab("--help")
    missing = [word for word in ("run", "check", "replay", "import", "generate") if f"  {word} " not in told.out]
    assert (told.status, missing) == (0, [])
