"""`p4lab node`, `put` and `get` between real processes on loopback, as contracts section 5 has them."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from p4lab.cli import main
from p4lab.live.client import Result
from p4lab.live_cli import _print, visible

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


class Node:
    """A `p4lab node` on loopback."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "p4lab", "node", "--listen", "127.0.0.1:0", "--json"]
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT,
            env=ENVIRONMENT,
        )  # fmt: skip
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first, f"no card: {self.said()}"
        self.card: dict[str, str] = json.loads(first)

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.wait()
        self.close()

    def wait(self) -> float:
        """How long it takes to end."""
        began = perf_counter()
        self.process.wait(20)
        return perf_counter() - began

    def close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Any]:
    started: list[Node] = []

    def start(name: str, *words: str) -> Node:
        (tmp_path / name).mkdir(exist_ok=True)
        started.append(Node(tmp_path / name, "--name", name, "--profile", str(tmp_path / name / "p"), *words))
        return started[-1]

    try:
        yield start
    finally:
        for node in started:
            if node.process.poll() is None:
                node.end(signal.SIGKILL)


@pytest.fixture
def watch() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a `p4lab get greeting --watch`; whatever becomes of the test, none goes on behind it."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "p4lab", "get", "greeting", "--watch", *words]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=ENVIRONMENT))
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            if each.poll() is None:
                each.kill()
            each.communicate()


def test_a_class_at_the_command_line(
    nodes: Any, watch: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(*words: str, profile: str = "c") -> tuple[int, Any]:
        """The status and what was printed, of a put or get in this process."""
        status = main([*words, "--node", at, "--join", code, "--profile", str(tmp_path / profile), "--json"])
        out = capsys.readouterr()
        return status, json.loads(out.out) if out.out else out.err

    teacher = nodes("Teacher", "--new-class", "Networks")
    at, code = teacher.card["listen"], teacher.card["code"]
    assert list(teacher.card) == ["name", "id", "listen", "class", "code"]
    assert (teacher.card["name"], teacher.card["class"]) == ("Teacher", "Networks")
    assert re.fullmatch(r"127\.0\.0\.1:\d+/[A-Z2-7]{12}-[A-Z2-7]{4}", code)
    assert code.startswith(at + "/")

    # A put takes the next seq; the profile keeps the key and the ticket
    status, said = ask("put", "greeting", "hello")
    assert (status, said["code"], said["version"], said["values"]) == (0, "OK", 1, [])
    assert list(said) == ["code", "nid", "version", "values", "source", "latency", "silent", "key"]
    assert ask("put", "greeting", "hello again")[1]["version"] == 2
    status, said = ask("get", "greeting")
    assert (status, said["code"], said["version"], said["values"], said["source"]) == (
        0, "OK", 2, ["hello again"], "local",
    )  # fmt: skip
    assert ask("put", "greeting", "old", "--seq", "1")[1]["code"] == "E_SEQ_OLD"
    words = ["put", "greeting", "old", "--seq", "1", "--node", at, "--join", code, "--profile", str(tmp_path / "c")]
    assert main(words) == 5
    assert capsys.readouterr().out.startswith("E_SEQ_OLD: greeting, refused: a newer version is stored, version 1, ")
    assert (tmp_path / "c" / "profile.json").stat().st_mode & 0o777 == 0o600

    # What the codes come to
    assert [ask("get", "nothing")[0], ask("put", "k", "x" * 2_000)[0], ask("put", "k", "x" * 20_000)[0]] == [4, 5, 5]
    status, said = ask("put", "-", "fixed", "--kind", "immutable")
    assert (status, ask("get", said["key"], "--kind", "immutable")[1]["values"]) == (0, ["fixed"])
    status, said = ask("get", "aa", "--kind", "immutable")
    assert (status, said["code"]) == (5, "E_KEY")

    # Another person's key, by the name in the class and by its hash
    name = json.loads((tmp_path / "Teacher" / "p" / "profile.json").read_text())["classes"]
    customer = next(iter(next(iter(name.values()))["seats"].values()))["name"]
    assert ask("get", "greeting", profile="d")[1]["code"] == "NOT_FOUND"
    assert ask("get", "greeting", "--owner", customer, profile="d")[1]["values"] == ["hello again"]
    status, said = ask("get", "greeting", "--owner", "Nobody", profile="d")
    assert (status, "neither this profile nor the class knows this name" in said) == (2, True)

    # A name that this profile has, and the class too: the profile's own is taken, and it says so
    mine = ["--node", at, "--join", code, "--profile", str(tmp_path / "d")]
    assert main(["put", "greeting", "mine", "--as", "Teacher", *mine]) == 0
    assert "A member of the class is called Teacher too" in capsys.readouterr().err
    assert main(["get", "greeting", "--owner", "Teacher", *mine]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("mine\n")
    key = re.search(r"write --owner ([0-9a-f]{64})$", told.err.strip())
    assert key is not None
    assert main(["get", "greeting", "--owner", key[1], *mine]) == 4  # the teacher has put nothing there
    assert main(["get", "greeting", *mine]) == 4
    assert capsys.readouterr().err == ""

    # What cannot be is said as it is, and leaves no profile behind
    bare, other = code.partition("/")[2], nodes("Other", "--new-class", "Physics")
    student = nodes("Student", "--join", code)
    elsewhere = ["--join", bare, "--profile", str(tmp_path / "new")]
    assert main(["get", "greeting", "--node", other.card["listen"], *elsewhere]) == 7
    assert f"{other.card['listen']} is of another class than this code" in capsys.readouterr().err
    assert (
        main(["node", "--name", "X", "--listen", "127.0.0.1:0", "--join", "127.0.0.1:1/" + bare, *elsewhere[2:]]) == 7
    )
    assert main(["node", "--name", "X", "--listen", "127.0.0.1:0", "--join", "hello", *elsewhere[2:]]) == 2
    assert not (tmp_path / "new").exists()
    capsys.readouterr()

    # Each new version, until Ctrl+C
    where = ["--node", at, "--join", code, "--profile", str(tmp_path / "c")]
    watcher = watch(*where)
    assert watcher.stdout.readline() == "hello again\n"
    assert watcher.stdout.readline().startswith("OK: greeting, version 2, source local, ")
    assert ask("put", "greeting", "bye")[1]["version"] == 3
    assert watcher.stdout.readline() == "bye\n"
    watcher.send_signal(signal.SIGINT)
    _, err = watcher.communicate(timeout=20)
    assert (watcher.returncode, err) == (130, "p4lab: stopped\n")

    # Killed at once, it serves what it has acknowledged
    watcher = watch(*where)
    assert watcher.stdout.readline() == "bye\n"
    teacher.end(signal.SIGKILL)
    _, err = watcher.communicate(timeout=60)
    assert (watcher.returncode, f"{at} was lost while we watched" in err) == (7, True)
    teacher = nodes("Teacher", "--new-class", "Networks")
    at, code = teacher.card["listen"], teacher.card["code"]
    assert ask("get", "greeting")[1]["values"] == ["bye"]

    # Nobody else runs a node on this profile, and the wrong code is refused in a sentence
    assert main(["node", "--name", "B", "--new-class", "C", "--profile", str(tmp_path / "Teacher" / "p")]) == 2
    assert f"in use by process {teacher.process.pid}" in capsys.readouterr().err
    code = code[:-4] + ("AAAA" if not code.endswith("AAAA") else "BBBB")
    status, said = ask("get", "greeting", profile="e")
    assert (status, said) == (7, "p4lab: This join code is not right: look at the teacher's screen again.\n")
    teacher.process.send_signal(signal.SIGINT)
    assert teacher.wait() < 10.0  # 3 s on a quiet machine
    assert teacher.process.returncode == 0
    assert " ".join(re.findall(r'cause=stop says="(.*)"', teacher.said())) == "SIGINT was received: leaving the class"
    teacher.close()
    status, said = ask("get", "greeting", profile="c")
    assert (status, "cannot be reached" in said) == (7, True)
    for where in (bare, f"{at}/{bare}"):
        words = [
            "get",
            "greeting",
            "--node",
            student.card["listen"],
            "--join",
            where,
            "--profile",
            str(tmp_path / "new"),
        ]
        assert main(words) == 7
        assert "Somebody new is let in by" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_who_was_silent_is_called_by_its_name_and_by_its_seat_where_that_is_all_that_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = Result("PARTIAL", "00", 3, ("old",), "remote", 0.25, (1, 9), "")
    _print(result, "news", False, {1: "Birch"})
    _print(result, "news", True, {})
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [
        "old", "PARTIAL: news, only some answered in time, version 3, source remote, 250.0 ms, silent: Birch, seat 9",
    ]  # fmt: skip
    assert json.loads(out[2])["silent"] == [1, 9]


def test_a_value_does_not_give_orders_to_a_terminal() -> None:
    assert visible("Zürich\n\x1b[2J\x07\u202e\x9b") == "Zürich\n\\x1b[2J\\x07\\u202e\\x9b"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["node", "--name", "", "--new-class", "C"], "--name '': a name is missing"),
        (["node", "--name", "A", "--new-class", " "], "--new-class ' ': a name is missing"),
        (["node", "--name", "A\u202e", "--new-class", "C"], "some of these characters cannot be shown"),
        (["node", "--name", "A"], "either open a class (--new-class NAME) or join one (--join CODE)"),
        (["node", "--name", "A", "--new-class", "C", "--join", "AAAABBBBCCCCDDDD"], "either open a class"),
        (["node", "--name", "A", "--new-class", "C", "--listen", "4711"], "--listen takes HOST:PORT"),
        (["node", "--name", "A", "--new-class", "C", "--policy", "all"], "; p4lab node --help lists what there is"),
        (["node", "--name", "A", "--new-class", "C", "--peer", "foo"], "an address is HOST:PORT, as"),
        (
            ["node", "--name", "A", "--new-class", "C", "--listen", "192.0.2.1:0"],
            "--listen 192.0.2.1:0: cannot assign requested address; port 0",
        ),
        (["put", "k", "v", "--node", "127.0.0.1:1", "--join", "ABC"], "A join code has 16 characters"),
        (["put", "k", "v", "--node", "nowhere", "--join", "AAAABBBBCCCCDDDD"], "an address is HOST:PORT"),
        (["put", "k", "v", "--node", "127.0.0.1:1"], "--join"),
        (["put", "k", "v", "--node", "127.0.0.1:1", "--join", "x", "--as", ""], "--as '': a name is missing"),
        (["put", "k", "v", "--node", "127.0.0.1:1", "--join", "x", "--ttl", "nan"], "--ttl"),
        (["get", "k", "--node", "127.0.0.1:1", "--join", "x", "--kind", "new"], "--kind"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--profile", str(tmp_path / "p")]) == 2
    assert not (tmp_path / "p").exists() or "192.0.2.1:0" in words  # a class was opened there, and is kept
    out = capsys.readouterr()
    assert (out.out, out.err.count("\n")) == ("", 1)
    assert says in out.err
