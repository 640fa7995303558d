"""What is built is complete: the wheel, made from the source archive, has all scenarios and assets inside."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

import p4lab
from p4lab.resources import asset, scenario_files

ROOT = Path(__file__).parent.parent
LOCATE = "from p4lab.resources import scenario_files; print(*[path.name for path in scenario_files()])"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def relative_files(folder: str, pattern: str = "*") -> set[str]:
    found = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob(pattern) if path.is_file()}
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def test_the_wheel_has_everything_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    files = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert files == (
        {f"p4lab/{name}" for name in relative_files("p4lab")}
        | {f"ui/{name}" for name in relative_files("ui")}
        | {f"p4lab/data/scenarios/{name}" for name in relative_files("scenarios")}
        | {f"p4lab/data/assets/{name}" for name in relative_files("assets")}
    )


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    [info] = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    said = message_from_bytes(wheel.read(f"{info}/METADATA"))
    named = {key: said[key] for key in ("Name", "Version", "License-Expression", "Requires-Python")}
    assert named == {
        "Name": "p4lab",
        "Version": p4lab.__version__,
        "License-Expression": "MIT",
        "Requires-Python": ">=3.11",
    }
    assert wheel.read(f"{info}/entry_points.txt").decode().split("\n\n") == [
        "[console_scripts]\np4lab = p4lab.__main__:main",
        "[p4lab.commands]\nfilm = ui.commands:film\ngui = ui.commands:gui\nscreenshot = ui.commands:screenshot",
        "[p4lab.window]\nwindow = ui.start:start\n",
    ]


def test_an_installed_copy_finds_its_scenarios(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    command = [sys.executable, "-c", LOCATE]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.split() == sorted(relative_files("scenarios", "*.toml"))


def test_the_source_archive_can_be_worked_with(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    expected = {"Makefile", "constraints.txt", "pyproject.toml", ".ci/run", ".ci/venv", "tests/conftest.py"}
    assert expected - files == set()


def test_a_checkout_finds_its_scenarios() -> None:
    assert [path.parent for path in scenario_files()] == [ROOT / "scenarios"] * len(
        relative_files("scenarios", "*.toml")
    )


def test_a_missing_asset_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"'no-such\.svg' is missing"):
        asset("no-such.svg")
