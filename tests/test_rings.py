"""The rings hold, and the tool that watches them notices: violations planted in a copy of the tree are all found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
IMPORT_ALL = """
import importlib, pkgutil, p4lab
for module in pkgutil.walk_packages(p4lab.__path__, "p4lab."):
    if module.name != "p4lab.__main__":
        importlib.import_module(module.name)
try:
    import PySide6
except ImportError:
    print("all imported, no Qt")
"""

# Which module gains an import of what, and the contract that this breaks. A module that does not exist is made.
VIOLATIONS = [
    ("p4lab.core.planted", "asyncio", "core-is-pure"),
    ("p4lab.core.planted", "time", "core-is-pure"),
    ("p4lab.core.planted", "numpy", "core-is-pure"),
    ("p4lab.core.planted", "p4lab.scenario", "rings"),
    ("p4lab.trace", "p4lab.scenario", "rings"),
    ("p4lab.metrics", "p4lab.trace", "rings"),
    ("p4lab.scenario.planted", "p4lab.topology", "rings"),
    ("p4lab.sim.planted", "p4lab.session", "rings"),
    ("p4lab.resources", "p4lab.core", "resources"),
    ("p4lab.session.planted", "PySide6", "no-window"),
    ("p4lab.session.planted", "ui", "no-window"),
    ("p4lab.session.planted", "p4lab.world", "session"),
    ("p4lab.sim.planted", "p4lab.metrics", "sim"),
    ("p4lab.sim.planted", "p4lab.torture", "rings"),
    ("p4lab.stage.planted", "p4lab.sim", "rings"),
    ("p4lab.stage.planted", "time", "stage"),
    ("p4lab.session.planted", "p4lab.torture", "rings"),
    ("p4lab.torture.planted", "p4lab.metrics", "torture"),
    ("p4lab.live.planted", "p4lab.sim", "rings"),
    ("p4lab.live.planted", "p4lab.recording", "live"),
    ("p4lab.cli", "p4lab.sim", "cli"),
    ("ui.planted", "p4lab.sim", "window"),
    ("ui.planted", "p4lab.live", "window"),
    ("ui.planted", "p4lab.stage", "window"),
    ("ui.planted", "p4lab.cli", "window"),
    ("ui.planted", "p4lab.core.stores", "window-core"),
    ("ui.canvas.planted", "threading", "window-loop"),
]


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-logo", "--no-cache", *options]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("rings")
    for name in ("p4lab", "ui"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def test_the_rings_hold() -> None:
    result = lint(ROOT)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout


@pytest.fixture(scope="module")
def found(copy: Path) -> dict[str, str]:
    for importer, imported, _ in VIOLATIONS:
        home = copy.joinpath(*importer.split("."))
        file = home / "__init__.py" if home.is_dir() else home.with_suffix(".py")
        with file.open("a") as text:
            text.write(f"\n\ndef planted():\n    import {imported}\n")
    contracts = sorted({contract for _, _, contract in VIOLATIONS})
    return {contract: " ".join(lint(copy, "--contract", contract).stdout.split()) for contract in contracts}


@pytest.mark.parametrize(("importer", "imported", "contract"), VIOLATIONS)
def test_a_planted_import_is_found(found: dict[str, str], importer: str, imported: str, contract: str) -> None:
    assert f"{importer} -> {imported} (l." in found[contract]


def test_a_new_module_needs_a_ring(copy: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(copy, tmp_path / "tree")
    (tree / "p4lab" / "novelty.py").write_text('"""New."""\n')
    assert "p4lab.novelty" in lint(tree, "--contract", "rings").stdout


def test_the_engine_imports_where_qt_is_absent() -> None:
    environment = {"PYTHONPATH": f"{ROOT}/tests/without_qt", "PATH": ""}
    command = [sys.executable, "-c", IMPORT_ALL]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("all imported, no Qt\n", "")
