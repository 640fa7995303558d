"""Changing a scenario's text where the scenario changed and nowhere else, so that comments and order survive.

Rules: works on spans of the text (`layout.py`); a row is recognised by what names it, so that a changed row keeps its
place; the caller compares what the result says with what it should say.
"""

import bisect
import difflib
import itertools
from typing import Any

import msgspec

from p4lab.scenario.errors import Path
from p4lab.scenario.layout import Statement, statements
from p4lab.scenario.model import Do, Expect, Peering, Scenario
from p4lab.scenario.shape import ROWS, SCALARS, TABLES
from p4lab.scenario.toml import block, fields, inline, line, plain

_ORDER = [*TABLES, *ROWS]
_MANY = 2_000  # rows; beyond it looking for the best match of old and new rows takes longer than it is worth


def edited(text: str, old: Scenario, new: Scenario) -> str:
    """The text of `old`, changed to say `new`."""
    editor = _Editor(text)
    top = [name for name in SCALARS if name != "format" and getattr(old, name) != getattr(new, name)]
    for name in top:
        editor.set_field((), name, getattr(new, name))
    for name in TABLES:
        editor.change_table((name,), getattr(old, name), getattr(new, name))
    for name in ROWS:
        _rows(editor, name, getattr(old, name), getattr(new, name))
    return editor.result()


def _rows(editor: "_Editor", name: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
    if old == new:
        return
    if editor.has_value((name,)) or not old:
        editor.write_rows(name, [fields(row) for row in new])
        return
    for op, i1, i2, j1, j2 in _matches([_token(row) for row in old], [_token(row) for row in new]):
        both = 0 if op in ("insert", "delete") else min(i2 - i1, j2 - j1)
        for i in range(both):
            editor.change_table((name, i1 + i), old[i1 + i], new[j1 + i])
        for i in range(i1 + both, i2):
            editor.delete_row((name, i))
        if j1 + both < j2:
            editor.insert_rows(name, i1 + both, [fields(row) for row in new[j1 + both : j2]])


def _matches(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    middle: list[tuple[str, int, int, int, int]] = [("replace", 0, len(a), 0, len(b))]
    if len(a) + len(b) <= _MANY:
        middle = list(difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes())
    return [
        ("equal", 0, head, 0, head),
        *((op, i1 + head, i2 + head, j1 + head, j2 + head) for op, i1, i2, j1, j2 in middle),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]


def _token(row: msgspec.Struct) -> str:
    """What names a row: two rows with the same token are the same row, changed."""
    match row:
        case Do():
            return inline(fields(row))
        case Peering(among=among, between=between):
            return f"{among} {between}"
        case Expect(metric=metric, where=where):
            return f"{metric} {where}"
        case _:
            return str(getattr(row, "name", row))


class _Editor:
    """The text, its statements, and the splices that are to be made."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._statements = statements(text)
        self._at = {each.path: i for i, each in enumerate(self._statements)}
        self._ends = [each.end for each in self._statements]
        self._below: dict[Path, list[Statement]] = {}
        for each in self._statements:
            for depth in range(1, min(2, len(each.path)) + 1):
                self._below.setdefault(each.path[:depth], []).append(each)
        self._splices: list[tuple[int, int, str]] = []

    def result(self) -> str:
        """The text with all splices made."""
        parts: list[str] = []
        at = 0
        open_end = bool(self._text) and not self._text.endswith("\n")
        for start, end, new in sorted(self._splices, key=lambda splice: splice[0]):
            if new and open_end and start == len(self._text):
                new = f"\n{new}"
                open_end = False
            if "\r\n" in self._text:
                new = new.replace("\n", "\r\n")
            parts += (self._text[at:start], new)
            at = max(at, end)
        return "".join([*parts, self._text[at:]])

    def has_value(self, path: Path) -> bool:
        """Whether this table or list stands in one value (`options = { ... }`)."""
        return path in self._at and not self._statements[self._at[path]].is_header

    def change_table(self, path: Path, old: msgspec.Struct, new: msgspec.Struct) -> None:
        """Write what differs between two records of the table or row at this path."""
        if old == new:
            return
        if self.has_value(path):
            self._replace_value(self._statements[self._at[path]], fields(new))
        elif isinstance(new, Do):
            before, after = fields(old), fields(new)
            for name in {**after, **before}:
                if before.get(name) != after.get(name):
                    self.set_field(path, name, after.get(name))
        elif not self._of(path):
            self._insert_block(path[0], block(f"[{path[0]}]", fields(new)))
        else:
            for field in msgspec.structs.fields(new):
                value = getattr(new, field.name)
                if getattr(old, field.name) != value:
                    self.set_field(path, field.encode_name, plain(value))

    def set_field(self, path: Path, name: str, value: Any) -> None:
        """Write one field, or take it out if the value is None."""
        full = (*path, name)
        if self.has_value(full) and value is not None:
            self._replace_value(self._statements[self._at[full]], value)
            return
        for each in self._of(full):
            self._cut(each.start, each.end)
        if value is not None:
            self._insert_field(path, name, value)

    def delete_row(self, path: Path) -> None:
        """Take out a row with the comments directly above it."""
        own = self._of(path)
        for i, each in enumerate(own):
            if each.is_header:
                section = [later for later in own[i:] if later.path[: len(each.path)] == each.path]
                end = section[-1].end
                while end < len(self._text) and self._text[end] in "\r\n":
                    end += 1
                self._cut(self._lead(each), end)

    def insert_rows(self, name: str, at: int, rows: list[dict[str, Any]]) -> None:
        """Put rows before the one that is number `at` now, or after the last."""
        blocks = [block(f"[[{name}]]", row) for row in rows]
        if (name, at - 1) in self._at:
            end = self._of((name, at - 1))[-1].end
            self._splices.append((end, end, "".join(f"\n{each}" for each in blocks)))
        else:
            start = self._lead(self._statements[self._at[name, at]])
            self._splices.append((start, start, "".join(f"{each}\n" for each in blocks)))

    def write_rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        """All rows of a table that has none yet, or has them in one value."""
        if self.has_value((name,)):
            each = self._statements[self._at[name,]]
            body = "".join(f"  {inline(row)},\n" for row in rows)
            self._splices.append((*_span(each), f"[\n{body}]"))
        elif rows:
            self._insert_block(name, "\n".join(block(f"[[{name}]]", row) for row in rows))

    def _of(self, path: Path) -> list[Statement]:
        """The statements at and below a path."""
        return [each for each in self._below.get(path[:2], ()) if each.path[: len(path)] == path]

    def _insert_field(self, path: Path, name: str, value: Any) -> None:
        header = self._at.get(path)
        section = self._of(path) if path else self._statements
        own = list(itertools.takewhile(lambda each: not each.is_header or each.path == path, section))
        end = own[-1].end if own else 0
        dotted = ".".join([*map(str, path), name]) if header is None and path else name
        new = line(dotted, value)
        self._splices.append((end, end, new))

    def _insert_block(self, name: str | int, text: str) -> None:
        later = _ORDER[_ORDER.index(str(name)) + 1 :]
        for each in self._statements:
            if each.is_header and each.path[0] in later:
                start = self._lead(each)
                self._splices.append((start, start, f"{text}\n"))
                return
        self._splices.append((len(self._text), len(self._text), f"\n{text}"))

    def _replace_value(self, each: Statement, value: Any) -> None:
        self._splices.append((*_span(each), line("", value).removeprefix(" = ").rstrip("\n")))

    def _cut(self, start: int, end: int) -> None:
        self._splices.append((start, end, ""))

    def _lead(self, header: Statement) -> int:
        """Where the comments directly above a header begin."""
        start = header.start
        before = bisect.bisect_right(self._ends, start)
        floor = self._ends[before - 1] if before else 0
        while start > floor:
            above = self._text.rfind("\n", 0, start - 1) + 1
            if above < floor or not self._text[above:start].lstrip().startswith("#"):
                break
            start = above
        return start


def _span(each: Statement) -> tuple[int, int]:
    assert each.value is not None, "only fields have a value"
    return each.value
