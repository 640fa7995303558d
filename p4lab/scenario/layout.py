"""Where each table, row and field stands in the text of a scenario.

Rules: reads text that `tomllib` has accepted, so it checks nothing; it knows lines and spans, not what they mean. It
serves to name the line of a fault and to change a file without touching the rest of it.
"""

import re
import tomllib
from typing import Any

import msgspec

from p4lab.scenario.errors import Path

_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_REST_OF_LINE = re.compile(r"[^\n]*\n?")
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})'
    r"|\'\'\'[\s\S]*?\'\'\'(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_NESTED = re.compile(r"[^\"'#\[\]{}]+")
_SCALAR = re.compile(r"[^\n#]*")
_DOTTED = re.compile(r"(?<![\w.-])(?:(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){20}")


class Statement(msgspec.Struct, frozen=True):
    """A header or a `key = value`. Offsets into the text: all its lines, and the value (empty for a header)."""

    path: Path
    start: int
    end: int
    value: tuple[int, int] | None

    @property
    def is_header(self) -> bool:
        return self.value is None


def statements(text: str) -> list[Statement]:
    """Every header and field of the text, in order, with rows numbered from 0."""
    found: list[Statement] = []
    rows: dict[Path, int] = {}
    prefix: Path = ()
    at = 0
    while at < len(text):
        start = at
        at = _after(_SPACE, text, at)
        if at < len(text) and text[at] == "[":
            brackets = 2 if text.startswith("[[", at) else 1
            names, at = _key(text, at + brackets)
            prefix = _header(names, rows, brackets == 2)
            at = _after(_REST_OF_LINE, text, at)
            found.append(Statement(prefix, start, at, None))
        elif at < len(text) and text[at] not in "#\r\n\ufeff":
            names, at = _key(text, at)
            value = _after(_SPACE, text, at + 1)
            end = _value_end(text, value)
            at = _after(_REST_OF_LINE, text, end)
            found.append(Statement((*prefix, *names), start, at, (value, end)))
        else:
            at = at + 1 if text.startswith("\ufeff", at) else _after(_REST_OF_LINE, text, at)
    return found


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the statement nearest to this path: itself, else the table it is in."""
    best: Statement | None = None
    for each in statements(text):
        if each.path == path[: len(each.path)] and (best is None or len(each.path) > len(best.path)):
            best = each
    return text.count("\n", 0, best.start) + 1 if best else None


def deep_key(text: str) -> int | None:
    """The line of a key of twenty parts or more. `tomllib` takes quadratic time over those, and no scenario has any."""
    found = _DOTTED.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _key(text: str, at: int) -> tuple[list[str], int]:
    """The parts of a dotted key, and where it ends."""
    parts: list[str] = []
    while True:
        at = _after(_SPACE, text, at)
        if at < len(text) and text[at] in "\"'":
            end = _after(_STRING, text, at)
            value: Any = tomllib.loads(f"k = {text[at:end]}")
            parts.append(value["k"])
        else:
            end = _after(_BARE, text, at)
            parts.append(text[at:end])
        at = _after(_SPACE, text, end)
        if not text.startswith(".", at):
            return parts, at
        at += 1


def _header(names: list[str], rows: dict[Path, int], is_row: bool) -> Path:
    path: Path = ()
    for i, name in enumerate(names):
        path = (*path, name)
        if is_row and i == len(names) - 1:
            rows[path] = rows.get(path, -1) + 1
        if path in rows:
            path = (*path, rows[path])
    return path


def _value_end(text: str, at: int) -> int:
    if text[at] in "\"'":
        return _after(_STRING, text, at)
    if text[at] not in "[{":
        return at + len(text[at : _after(_SCALAR, text, at)].rstrip())
    depth = 0
    while at < len(text):
        char = text[at]
        if char in "\"'":
            at = _after(_STRING, text, at)
        elif char == "#":
            at = _after(_REST_OF_LINE, text, at)
        elif char in "[]{}":
            depth += 1 if char in "[{" else -1
            at += 1
            if depth == 0:
                break
        else:
            at = _after(_NESTED, text, at)
    return at
