"""From the tables of a TOML file to a Scenario: names and types, strictly.

Rules: an unknown table or field is refused with the nearest known one; ranges and names of providers are `check.py`'s.
The first fault is the one that is told.
"""

import enum
import re
import typing
from typing import Any

import msgspec

from p4lab.core.commands import VERBS
from p4lab.core.options import Options
from p4lab.scenario.errors import Path, ScenarioError, nearest, shown
from p4lab.scenario.model import (
    Branch,
    Do,
    Expect,
    Link,
    Mark,
    Organisation,
    Peering,
    Provider,
    Scenario,
    Underlay,
    View,
    Workload,
)  # fmt: skip

FORMAT = 1
TABLES: dict[str, type[msgspec.Struct]] = {"options": Options, "view": View, "link": Link}
ROWS: dict[str, type[msgspec.Struct]] = {
    "provider": Provider,
    "organisation": Organisation,
    "peering": Peering,
    "underlay": Underlay,
    "workload": Workload,
    "do": Do,
    "mark": Mark,
    "expect": Expect,
    "branch": Branch,
}
SCALARS = {"format": int, "title": str, "about": str, "seed": int, "duration": float}
MAX_ROWS = {
    "provider": 10_000,
    "organisation": 10_000,
    "do": 10_000,
    "mark": 10_000,
    "branch": 1_000,
}  # contracts section 2
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotes",
    "array": "a list",
    "object": "a table",
    "bool": "true or false",
    "datetime": "a date",
    "date": "a date",
    "time": "a time of day",
}
_EXPECTED = re.compile(r"Expected `([^`]*)`(?: of length (\d+))?, got `?([^`]*)`?")


def from_tables(data: dict[str, Any]) -> Scenario:
    """The scenario that these tables say, or a ScenarioError with the path of the first fault."""
    for name in data:
        if name not in SCALARS and name not in TABLES and name not in ROWS:
            raise ScenarioError(
                f"there is no table or field {shown(name)}", nearest(name, (*SCALARS, *TABLES, *ROWS)), path=(name,)
            )
    _format(data)
    fields: dict[str, Any] = {name: convert(data[name], SCALARS[name], (name,)) for name in SCALARS if name in data}
    del fields["format"]
    for name in ("title", "duration"):
        if name not in fields:
            raise ScenarioError(f"{name} is missing", f"write `{_example(name)}` at the top", path=(name,))
    for name, record in TABLES.items():
        if name in data:
            fields[name] = _table(data[name], record, (name,))
    for name, record in ROWS.items():
        if name in data:
            fields[name] = tuple(_row(row, record, (name, i)) for i, row in enumerate(_rows(data[name], name)))
    return Scenario(**fields)


def names_of(record: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a record as files name them (`as`, not `identity`)."""
    return record.__struct_encode_fields__


def convert(value: Any, kind: Any, path: Path) -> Any:
    """The value as this type, or a ScenarioError in words."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        raise _explained(str(fault), value, kind, path) from None
    except OverflowError:
        raise ScenarioError("this number is too large", path=path) from None


def _format(data: dict[str, Any]) -> None:
    if "format" not in data:
        raise ScenarioError("format is missing", f"write `format = {FORMAT}` at the top", path=("format",))
    found = convert(data["format"], int, ("format",))
    if found != FORMAT:
        right = "take a newer P4 Lab" if found > FORMAT else f"write `format = {FORMAT}`"
        raise ScenarioError(f"this version reads format {FORMAT}, not {shown(found)}", right, path=("format",))


def _rows(rows: Any, name: str) -> list[Any]:
    if not isinstance(rows, list):
        raise ScenarioError(f"{name} must be a list of tables", f"write [[{name}]], in two brackets", path=(name,))
    if len(rows) > MAX_ROWS.get(name, len(rows)):
        raise ScenarioError(
            f"at most {MAX_ROWS[name]:,} rows of {name} are allowed, here are {len(rows):,}", path=(name,)
        )
    return rows


def _row(row: Any, record: type[msgspec.Struct], path: Path) -> Any:
    if record is Do:
        return _do(row, path)
    if record is Branch:
        return _branch(row, path)
    return _table(row, record, path)


def _table(row: Any, record: type[msgspec.Struct], path: Path) -> Any:
    known = names_of(record)
    for name in _fields(row, path):
        if name not in known:
            where = str(path[-2] if isinstance(path[-1], int) else path[-1])
            raise ScenarioError(f"{where} has no field {shown(name)}", nearest(name, known), path=(*path, name))
    return convert(row, record, path)


def _branch(row: Any, path: Path) -> Branch:
    """Field by field, since what it does is written as `[[do]]` rows are."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(Branch)}
    fields: dict[str, Any] = {}
    for name, value in _fields(row, path).items():
        if name not in kinds:
            raise ScenarioError(f"branch has no field {shown(name)}", nearest(name, kinds), path=(*path, name))
        if name == "do":
            fields[name] = tuple(_do(each, (*path, name, i)) for i, each in enumerate(_rows(value, name)))
        else:
            fields[name] = convert(value, kinds[name], (*path, name))
    if "name" not in fields:
        raise ScenarioError("name is missing", path=path)
    return Branch(**fields)


def _do(row: Any, path: Path) -> Do:
    verbs: list[str] = []
    for name in _fields(row, path):
        if name in VERBS:
            verbs.append(name)
        elif name != "at":
            raise ScenarioError(f"there is no verb {shown(name)}", nearest(name, ("at", *VERBS)), path=(*path, name))
    if "at" not in row:
        raise ScenarioError("at is missing", "write when it happens, such as `at = 5.0`", path=path)
    if len(verbs) != 1:
        found = f"{' and '.join(verbs)} stand together" if verbs else "the verb is missing"
        raise ScenarioError(found, f"one row does one thing: {', '.join(VERBS)}", path=path)
    at = convert(row["at"], float, (*path, "at"))
    return Do(at, _table(row[verbs[0]], VERBS[verbs[0]], (*path, verbs[0])))


def _fields(row: Any, path: Path) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ScenarioError(f"expected a table, got {_kind_of(row)}", path=path)
    return row


def _explained(fault: str, value: Any, kind: Any, path: Path) -> ScenarioError:
    """One of msgspec's messages in our words."""
    what, _, below = fault.partition(" - at `$")
    if "[...]" in below:  # an entry of a table whose names are free: which one, msgspec does not say
        return _in_table(below.partition("[...]")[0].removeprefix("."), value, kind, path)
    steps: Path = tuple(
        int(number) if number else name for name, number in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", below.rstrip("`"))
    )
    for step in steps:
        kind = _kind_below(kind, step)
        value = value[step]
    full = (*path, *steps)
    if found := _EXPECTED.match(what):
        wanted, length, got = found.groups()
        if length:
            return ScenarioError(f"expected {length} values, got {got}", path=full)
        right = " or ".join(_WORDS[word] for word in wanted.split(" | ") if word in _WORDS)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            right = _choices(kind)
        return ScenarioError(f"expected {right or wanted}, got {_kind_of(value)}", path=full)
    if what.startswith("Invalid enum value") and isinstance(kind, type) and issubclass(kind, enum.Enum):
        words = [str(each.value) for each in kind]
        return ScenarioError(f"{shown(value)} is not {_choices(kind)}", _meant(str(value), words), path=full)
    if what.startswith("Object missing required field"):
        return ScenarioError(f"{what.split('`')[1]} is missing", path=full)
    if what.startswith("Object contains unknown field") and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        name = what.split("`")[1]
        return ScenarioError(f"there is no field {shown(name)}", nearest(name, names_of(kind)), path=full)
    return ScenarioError("this number is too large" if "out of range" in what else what, path=full)


def _in_table(name: str, value: Any, kind: Any, path: Path) -> ScenarioError:
    """The fault of the first entry that has one, of the table that is this field."""
    record = typing.get_type_hints(kind)[name]
    for key, each in value[name].items():
        try:
            convert(each, typing.get_args(record)[1], (*path, name, key))
        except ScenarioError as fault:
            return fault
    return ScenarioError("this is no such table", path=(*path, name))


def _kind_below(kind: Any, step: str | int) -> Any:
    """The type of a field or an element, as far as a message needs it."""
    if isinstance(step, str) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
        kind = typing.get_type_hints(kind).get(names.get(step, step))
        structs = [
            each for each in typing.get_args(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)
        ]
        return structs[0] if structs else kind
    return None


def _choices(kind: type[enum.Enum]) -> str:
    words = [shown(each.value) for each in kind]
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _meant(word: str, words: list[str]) -> str:
    near = nearest(word, words)
    return near if near.startswith("did") else ""


def _kind_of(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return shown(value)


def _example(name: str) -> str:
    return {"title": 'title = "My first run"', "duration": "duration = 60.0"}[name]
