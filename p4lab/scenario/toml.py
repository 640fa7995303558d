"""A scenario as tables, and tables as tidy TOML text.

Rules: only what differs from its default is written; the same scenario always gives the same text; `shape.py` reads the
tables back.
"""

import enum
import re
from typing import Any

import msgspec

from p4lab.core.commands import verb
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.shape import FORMAT, ROWS, SCALARS, TABLES

_QUOTES = re.compile(r'"(?="|\Z)')  # those that could be taken for the end of the text
_BARE = re.compile(r"[A-Za-z0-9_-]+")  # a name that needs no quotes
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def tables(scenario: Scenario) -> dict[str, Any]:
    """The scenario as the tables of its file, in the order in which they are written."""
    data: dict[str, Any] = {"format": FORMAT}
    defaults = {field.name: field.default for field in msgspec.structs.fields(Scenario)}
    for name in SCALARS:
        if name != "format" and getattr(scenario, name) != defaults[name]:
            data[name] = getattr(scenario, name)
    for name in TABLES:
        if table := fields(getattr(scenario, name)):
            data[name] = table
    for name in ROWS:
        if rows := getattr(scenario, name):
            data[name] = [fields(row) for row in rows]
    return data


def fields(record: msgspec.Struct) -> dict[str, Any]:
    """A record's fields as its table has them: those that are required, and those that are not at their default."""
    if isinstance(record, Do):
        return {"at": record.at, verb(record.command): fields(record.command)}
    table: dict[str, Any] = {}
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        if field.required or value != _default(field):
            table[field.encode_name] = plain(value)
    return table


def plain(value: Any) -> Any:
    """A value as TOML has it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, msgspec.Struct):
        return fields(value)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, tuple | list) else value


def document(data: dict[str, Any]) -> str:
    """The text of a whole file."""
    blocks = ["".join(line(name, value) for name, value in data.items() if name not in TABLES and name not in ROWS)]
    blocks += [block(f"[{name}]", data[name]) for name in TABLES if name in data]
    blocks += [block(f"[[{name}]]", row) for name in ROWS if name in data for row in data[name]]
    return "\n".join(blocks)


def block(header: str, table: dict[str, Any]) -> str:
    """A header and its fields."""
    return f"{header}\n{''.join(line(name, value) for name, value in table.items())}"


def line(name: str, value: Any) -> str:
    """`name = value` and a line break. Text of several lines keeps them."""
    return f"{name} = {_paragraphs(value) if isinstance(value, str) and chr(10) in value else inline(value)}\n"


def inline(value: Any) -> str:
    """A value in one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_escaped(value)}"'
        case dict():
            pairs = ", ".join(f"{_name(name)} = {inline(each)}" for name, each in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list():
            return f"[{', '.join(inline(each) for each in value)}]"
        case _:
            return repr(value)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else inline(name)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    made = field.default_factory
    return made() if made is not msgspec.NODEFAULT else field.default


def _paragraphs(text: str) -> str:
    body = "\n".join(_escaped(each).replace('\\"', '"') for each in text.split("\n"))
    body = _QUOTES.sub(r'\\"', body)
    return f'"""\n{body}"""'


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text)
