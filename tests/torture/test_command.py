"""`p4lab torture` as people and scripts call it (contracts sections 1 and 3)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from p4lab import cli
from p4lab.scenario.read import read
from p4lab.scenario.write import write
from p4lab.torture.torture import Found, Report, drawn
from p4lab.torture.violation import Violation


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(["torture", *words])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_a_campaign_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "--seed", "5", "--hours", "0.1", "--providers", "4")
    lines = out.splitlines()
    assert (status, len(lines), lines[-1], err) == (0, 4, "no invariant violated", "")
    status, out, _ = call(capsys, "--seed", "5", "--hours", "0.1", "--providers", "4", "--json")
    report = json.loads(out)
    assert (status, report["seed"], report["violations"], report["hours"]) == (0, 5, [], 896 / 3600)
    assert list(report) == ["seed", "hours", "speedup", "operations", "faults", "violations"]
    assert f"{report['operations']:,} operations" in lines[1]


def test_a_violation_is_told_and_written_and_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scenario = drawn(5, 4).whole()
    found = Found(Violation(4, 2.5, "Aster forgot what it had promised"), 8, scenario)

    def fake(seed: int, hours: float, providers: int | None, tell: Any) -> Report:
        report = Report(seed, 896.0, 1.0, 10, Counter(crash=3), [found])
        tell(report)
        return report

    monkeypatch.setattr(cli, "torment", fake)
    monkeypatch.chdir(tmp_path)
    status, out, err = call(capsys, "--json")
    assert (status, err.splitlines()) == (
        1, ["seed 8, invariant 4 at 2.500 s: Aster forgot what it had promised", "  p4lab torture torture-8-4.toml"],
    )  # fmt: skip
    assert json.loads(out)["violations"] == [
        {"invariant": 4, "seed": 8, "time": 2.5, "says": "Aster forgot what it had promised"}
    ]
    assert read(tmp_path / "torture-8-4.toml") == scenario


def test_a_scenario_is_watched_instead(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "sound.toml"
    write(drawn(5, 4).scenario, file)
    assert call(capsys, str(file)) == (0, f"{file}: no invariant violated\n", "")
    assert call(capsys, str(tmp_path / "none.toml"))[0] == 2
