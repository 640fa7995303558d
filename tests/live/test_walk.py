"""The README's walk "A class in five minutes", typed as it stands there on two hosts; and the service that it offers.

Rules: commands, and what must come of them, are the README's. What differs from its example (addresses, the code, keys,
times) is taken from the cards that the nodes print, as the README says. Nothing is told to a command but what it says.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from p4lab.live.limits import Limits
from tests.live.nets import Host, Net, need

ROOT = Path(__file__).parent.parent.parent
PROMPT = re.compile(r"(teacher|student)\$ (.*)")
CARD = re.compile(r"(.+) \(([0-9a-f]{8})\) of class (.+) listens at (\S+); join with (?:\S+/)?(\S+)")
MS = re.compile(r"[\d.]+ ms")
UNIT = ROOT / "packaging" / "p4lab-node@.service"


class Step(NamedTuple):
    """Something to type. says: the lines that must come."""

    who: str
    command: str
    says: list[str]


def section() -> str:
    """The walk in the README."""
    return (ROOT / "README.md").read_text("utf-8").split("\n## A class in five minutes\n")[1].split("\n## ")[0]


def steps() -> list[Step]:
    """What it has somebody type."""
    found: list[Step] = []
    for block in re.findall(r"^```\n(.*?)^```", section(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            typed = PROMPT.fullmatch(line)
            if typed:
                found.append(Step(typed[1], typed[2], []))
            elif line and "$ p4lab" in block:
                found[-1].says.append(line)
    return found


class Walk:
    """Two hosts and what runs there. meant: what stands in the README, and what it is here."""

    def __init__(self, net: Net, folder: Path) -> None:
        self.hosts: dict[str, Host] = {"teacher": net[0], "student": net[1]}
        self.meant: dict[str, str] = {}
        self.nodes: dict[tuple[str, str], subprocess.Popen[Any]] = {}
        self.folder = folder
        self.read = dict.fromkeys(self.hosts, 0)  # characters of each log, when the last node was started
        for who in self.hosts:
            (folder / who).mkdir()

    def here(self, text: str) -> str:
        """The same with what it is here, and without times."""
        for example, real in self.meant.items():
            text = text.replace(example, real)
        return MS.sub("... ms", text)

    def start(self, who: str, command: str) -> subprocess.Popen[Any]:
        home = self.folder / who
        environment = {name: value for name, value in os.environ.items() if name != "XDG_DATA_HOME"}
        environment |= {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        environment["PYTHONPATH"] = f"{os.environ.get('PYTHONPATH', '')}:{ROOT}"
        with (home / "log").open("a") as log:
            return self.hosts[who].popen(
                *shlex.split(self.here(command)), stdout=subprocess.PIPE, stderr=log, text=True, cwd=home,
                env=environment,
            )  # fmt: skip

    def node(self, step: Step) -> None:
        """A node: its card tells what its address and the code are here."""
        name = shlex.split(step.command)[3]
        self.read = {who: len(self.log(who)) if (self.folder / who / "log").exists() else 0 for who in self.hosts}
        before = self.nodes.get((step.who, name))
        if before is not None:
            began = time.perf_counter()
            before.send_signal(signal.SIGINT)
            assert (before.wait(20), time.perf_counter() - began < 10.0) == (0, True)  # 3 s on a quiet machine
        process = self.nodes[step.who, name] = self.start(step.who, step.command)
        assert process.stdout is not None
        [says] = step.says
        card, example = CARD.fullmatch(process.stdout.readline().rstrip()), CARD.fullmatch(says)
        assert card is not None, self.log(step.who)
        assert example is not None, f"no card: {says}"
        self.meant |= {example[4]: card[4], example[5]: card[5]}
        assert card[0].replace(card[2], example[2]) == self.here(says)

    def log(self, who: str) -> str:
        return (self.folder / who / "log").read_text()

    def wait_for(self, who: str, logged: str) -> None:
        """Until a node has logged this since the last one was started."""
        began = time.perf_counter()
        while logged not in self.log(who)[self.read[who] :]:
            assert time.perf_counter() - began < 20.0, self.log(who)
            time.sleep(0.02)  # noqa: TID251 no loop here, another process is waited for


def test_the_walk_of_the_readme(tmp_path: Path) -> None:
    need()
    watcher: subprocess.Popen[Any] | None = None
    watched: list[str] = []
    typed: list[str] = []
    with Net(2) as net:
        walk = Walk(net, tmp_path)
        for step in steps():
            words = shlex.split(step.command)
            typed.append(words[1])
            if "cedar" in words:
                net.flood(False)
            if words[1] == "node" and CARD.fullmatch(step.says[0]):
                walk.node(step)
                if "--peer" in words:
                    walk.wait_for("student", 'cause=peering says="peers with Aster"')
                    walk.wait_for("teacher", 'cause=peering says="peers with Birch"')
                continue
            process = walk.start(step.who, step.command)
            assert process.stdout is not None
            expected = [walk.here(line) for line in step.says]
            if "--watch" in words:
                watcher, watched = process, [walk.here(process.stdout.readline().rstrip())]
                assert watched == expected
                continue
            said = [walk.here(line) for line in process.stdout.read().splitlines()]
            if words[1] == "node":
                assert (process.wait(20), said) == (7, [])
                assert set(expected) <= set(walk.log(step.who).splitlines())
            else:
                assert (process.wait(20), said) == (0, expected), walk.log(step.who)
            if words[1] == "put" and watcher is not None and watcher.stdout is not None:
                watched += [walk.here(watcher.stdout.readline().rstrip()) for _ in range(2)]
    assert typed == ["node", "node", "put", "get", "get", "put", "node", "get", "node", "node"]
    assert watched[1:] == ["lunch at one", "OK: news, version 1, source replica, ... ms"]
    text = " ".join(section().split())
    assert all(f"`{says}`" in text for says in ("lunch at one", "source replica", "source remote"))
    assert '`cause=peering says="peers with Birch"`' in text


def test_the_service_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    shutil.copy(UNIT, tmp_path)
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "p4lab-node@Dogwood.service")], capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert f"sudo cp packaging/{UNIT.name} /etc/systemd/system/" in section()
    assert "RestartSec=15\n" in UNIT.read_text("utf-8")
    assert 60 / 15 < Limits().wrong_codes  # a wrong code does not shut out the right one
