"""Reading scenario files: `read(path)` and `parse(text)` give a Scenario or raise a ScenarioError of one helpful line.

Rules: opening a file runs no code; whatever the bytes are, the answer is one of those two.
"""

import re
import tomllib
from pathlib import Path as FilePath
from typing import Any

from p4lab.scenario.check import check
from p4lab.scenario.errors import Path, ScenarioError, one_line, shown
from p4lab.scenario.layout import deep_key, line_of
from p4lab.scenario.model import Scenario
from p4lab.scenario.shape import from_tables

MAX_FILE = 8_000_000  # bytes, contracts section 2
OPEN_TEXT = r"illegal character '\n'"  # what tomllib says of a line that ends inside a text


def read(path: FilePath | str) -> Scenario:
    """The scenario in this file."""
    return parse(load(path), str(path))


def load(path: FilePath | str) -> str:
    """The text of this file, whatever it says."""
    data = load_bytes(path, MAX_FILE)
    try:
        return data.decode("utf-8-sig")  # Windows editors put a byte order mark in front
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise ScenarioError(
            "this is not text (UTF-8)", "a scenario is a TOML file", line=line, file=str(path)
        ) from None


def load_bytes(path: FilePath | str, limit: int) -> bytes:
    """The bytes of a file that is not too large."""
    try:
        with FilePath(path).open("rb") as file:
            data = file.read(limit + 1)
    except IsADirectoryError:
        raise ScenarioError("this is a folder", "name a file in it", file=str(path)) from None
    except (OSError, ValueError) as fault:  # ValueError: a null character in the path
        reason = getattr(fault, "strerror", None) or str(fault)
        right = "was it moved, or is its name written otherwise?" if isinstance(fault, FileNotFoundError) else ""
        raise ScenarioError(f"cannot be read: {reason}", right, file=str(path)) from None
    if data.startswith(b"SQLite format 3\0"):  # however large it is
        raise ScenarioError("this is a recording", "p4lab replay or p4lab gui opens it", file=str(path))
    if len(data) > limit:
        raise ScenarioError(f"the file is larger than {limit / 1e6:g} MB", file=str(path))
    return data


def parse(text: str, source: str = "") -> Scenario:
    """The scenario that this text says; `source` names it in an error."""
    data: dict[str, Any] = {}
    try:
        if len(text) > MAX_FILE or len(text.encode("utf-8", "surrogatepass")) > MAX_FILE:
            raise ScenarioError(f"the text is larger than {MAX_FILE / 1e6:g} MB")
        data = _tables(text)
        scenario = from_tables(data)
        check(scenario)
    except ScenarioError as fault:
        line = fault.line or (line_of(text, fault.path) if fault.path else None)
        where = place(fault.path, data)
        raise ScenarioError(fault.what, fault.right, path=fault.path, where=where, line=line, file=source) from None
    return scenario


def place(path: Path, data: dict[str, Any]) -> str:
    """A path as `--set` writes it: rows by their name, else by number from 1."""
    parts: list[str] = []
    for i, step in enumerate(path):
        if isinstance(step, str):
            parts.append(step)
            continue
        rows = data.get(str(path[0]))
        row = rows[step] if i == 1 and isinstance(rows, list) and step < len(rows) else None
        name = row.get("name") if isinstance(row, dict) and path[-1] != "name" else None
        parts.append(one_line(name) if isinstance(name, str) and 0 < len(name) <= 64 else str(step + 1))
    return ".".join(part if len(part) <= 64 else shown(part) for part in parts)


def _tables(text: str) -> dict[str, Any]:
    line = deep_key(text)
    if line is not None:
        raise ScenarioError("a key of twenty parts or more", "a.b.c is as deep as a scenario goes", line=line)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        what, line = _split(str(fault))
        right = "is a quote missing at its end?" if what == OPEN_TEXT else ""
        raise ScenarioError(f"not TOML: {what}", right, line=line or text.count("\n") + 1) from None
    except RecursionError:
        raise ScenarioError("lists or tables are nested too deeply") from None
    except ValueError:  # Python refuses to read whole numbers of thousands of digits
        raise ScenarioError("a number of thousands of digits", "none here may have more than 19") from None


def _split(fault: str) -> tuple[str, int | None]:
    """tomllib's message without its place, and the line it names."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", fault, re.DOTALL)
    if not found:
        return fault, None
    what = found[1][0].lower() + found[1][1:]
    return what, int(found[2]) if found[2] else None
