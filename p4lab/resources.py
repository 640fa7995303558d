"""Finds the files that come with P4 Lab: the scenarios and the assets.

Rules: the standard library alone. Installed, they lie in `p4lab/data`; in a checkout, beside the packages.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def scenario_files() -> list[Path]:
    """All scenarios that come along, by name."""
    return sorted((_home() / "scenarios").glob("*.toml"))


def asset(name: str) -> Path:
    """The file `name` (a path within assets/, with forward slashes). Raises FileNotFoundError if there is none."""
    path = _home() / "assets" / name
    if not path.is_file():
        raise FileNotFoundError(f"P4 Lab's own file {name!r} is missing: expected it at {path}. Please reinstall.")
    return path


def _home() -> Path:
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent
