"""Changing one field of a scenario by its path: `--set workload.news.ttl=5`.

Rules: the names are those of the file, rows by name or by number from 1; the value is TOML; the result is checked
like a file.
"""

import re
import tomllib
from typing import Any

from p4lab.scenario.check import check
from p4lab.scenario.errors import SHOWN, ScenarioError, nearest, shown
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.read import place
from p4lab.scenario.shape import ROWS, SCALARS, TABLES, from_tables, names_of
from p4lab.scenario.toml import tables

_NAMED = ("provider", "organisation", "workload")  # rows that have a name
_SOURCE = 80  # characters of a setting that an error repeats


def apply(scenario: Scenario, path: str, value_text: str) -> Scenario:
    """The scenario with the field at `path` set to this TOML value, or a ScenarioError."""
    source = f"--set {path}={value_text}"
    data = tables(scenario)
    try:
        _set(data, _steps(path), _value(path, value_text))
        changed = from_tables(data)
        check(changed)
    except ScenarioError as fault:
        where = place(fault.path, data)
        short = source if len(source) <= _SOURCE else f"{source[: _SOURCE - 1]}…"
        raise ScenarioError(
            fault.what, fault.right, path=fault.path, where="" if where == path else where, file=short
        ) from None
    return changed


def _steps(path: str) -> list[str]:
    """The parts of a path; a part with a dot or a space may stand in quotes."""
    parts = [quoted[1:-1] if quoted else bare for quoted, bare in re.findall(r"(\"[^\"]*\"|'[^']*')|([^.\"']+)", path)]
    if not parts:
        raise ScenarioError("the path is empty", "write PATH=VALUE, such as link.latency=0.1")
    known = (*SCALARS, *TABLES, *ROWS)
    if parts[0] not in known:
        raise ScenarioError(f"there is no table or field {shown(parts[0])}", nearest(parts[0], known))
    return parts


def _value(path: str, text: str) -> Any:
    try:
        data = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        data = {}
    if list(data) == ["value"]:
        return data["value"]
    right = 'write a number, true, "text" or a list'
    if len(text) <= SHOWN and re.fullmatch(r"[\w/.+ -]+", text):
        right = f"a text needs quotes that the shell leaves in place: --set '{path}=\"{text}\"'"
    raise ScenarioError(f"the value {shown(text)} is not TOML", right)


def _set(data: dict[str, Any], steps: list[str], value: Any) -> None:
    """Put the value into the tables of a file."""
    head, rest = steps[0], steps[1:]
    if head in SCALARS:
        if rest:
            raise ScenarioError(f"{head} is one value", f"write {head}=VALUE")
        data[head] = value
    elif len(rest) < (2 if head in ROWS else 1):
        row = f".{'NAME' if head in _NAMED else 'NUMBER'}" if head in ROWS else ""
        raise ScenarioError("the path ends too early", f"write {head}{row}.FIELD=VALUE")
    elif head in TABLES:
        _into(data.setdefault(head, {}), rest, value, head, names_of(TABLES[head]))
    else:
        number, rest = _row(data, head, rest)
        row = data[head][number]
        _into(row, rest, value, head, tuple(row) if ROWS[head] is Do else names_of(ROWS[head]))


def _into(table: dict[str, Any], steps: list[str], value: Any, head: str, known: tuple[str, ...]) -> None:
    if steps[0] not in known:
        raise ScenarioError(f"{head} has no field {shown(steps[0])}", nearest(steps[0], known))
    for step in steps[:-1]:
        inner = table.get(step)
        if not isinstance(inner, dict):
            table[step] = inner = {}
        table = inner
    table[steps[-1]] = value


def _row(data: dict[str, Any], head: str, steps: list[str]) -> tuple[int, list[str]]:
    """Which row the first of these steps names, and the steps after it. A name may hold dots."""
    rows = data.get(head, [])
    names = [str(row["name"]) for row in rows] if head in _NAMED else [str(i + 1) for i in range(len(rows))]
    for count in range(len(steps) - 1, 0, -1):
        name = ".".join(steps[:count])
        if name in names:
            return names.index(name), steps[count:]
    if len(steps[0]) < 9 and steps[0].isdecimal() and 1 <= int(steps[0]) <= len(names):
        return int(steps[0]) - 1, steps[1:]
    if not names:
        right = "add it in the file"
    elif head in _NAMED:
        right = nearest(steps[0], names)
    else:
        right = f"they are numbered 1 to {len(names)}"
    raise ScenarioError(f"there is no {head} {shown(steps[0])}", right)
