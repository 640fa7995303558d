"""Writing scenario files: `dumps` gives the text, `write` puts it on disk, atomically and with one backup.

Rules: what is written reads back as the same scenario, or it is not written; a text from a person's hand keeps its
comments and its order.
"""

import os
import shutil
import tomllib
from pathlib import Path as FilePath

from p4lab.scenario.check import check
from p4lab.scenario.edit import edited
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Scenario
from p4lab.scenario.read import MAX_FILE, place
from p4lab.scenario.shape import from_tables
from p4lab.scenario.toml import document, tables


def dumps(scenario: Scenario, original_text: str | None = None) -> str:
    """The scenario as TOML; with the text it came from, that text with only the changes made in it."""
    if original_text is not None:
        old = _said(original_text)
        text = edited(original_text, old, scenario) if old is not None else ""
        if old is not None and _said(text) == scenario:
            return text
    return document(tables(scenario))


def write(scenario: Scenario, path: FilePath | str, original_text: str | None = None) -> None:
    """Replace the file, keeping the one before as `name~`. A scenario that could not be read again is not written."""
    try:
        check(scenario)
    except ScenarioError as fault:
        where = place(fault.path, tables(scenario))
        raise ScenarioError(fault.what, fault.right, path=fault.path, where=where, file=str(path)) from None
    text = dumps(scenario, original_text)
    size = len(text.encode())
    if size > MAX_FILE:
        found = f"it would take {size / 1e6:.1f} MB, and a scenario may have {MAX_FILE / 1e6:g} MB"
        raise ScenarioError(found, "take fewer providers or peerings", file=str(path))
    replace(path, text.encode())


def replace(path: FilePath | str, data: bytes) -> None:
    """Write a file so that at every moment the old or the new one is there whole, and the old one stays as `name~`."""
    try:
        target = FilePath(os.path.realpath(path))
        fresh = target.with_name(f".{target.name[:200]}.{os.getpid()}.new")
        if target.is_dir():
            raise ScenarioError("this is a folder", "name a file in it", file=str(path))
        try:
            _put(fresh, data)
            if target.exists():
                shutil.copymode(target, fresh)
                _keep(target)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    except (OSError, ValueError) as fault:  # ValueError: a null character in the path
        reason = getattr(fault, "strerror", None) or str(fault)
        raise ScenarioError(f"cannot be written: {reason}", file=str(path)) from None


def _put(path: FilePath, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _keep(target: FilePath) -> None:
    copy = target.with_name(f".{target.name[:200]}.{os.getpid()}.old")
    try:
        shutil.copy2(target, copy)
        copy.replace(target.with_name(f"{target.name}~"))
    finally:
        copy.unlink(missing_ok=True)


def _said(text: str) -> Scenario | None:
    """What a text says, whether or not it passes the checks."""
    try:
        return from_tables(tomllib.loads(text.removeprefix("\ufeff")))
    except (ScenarioError, ValueError, RecursionError):
        return None
