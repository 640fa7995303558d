"""The shape of a recording: its tables, and an event as a row of columns and JSON.

Rules: t, cause, kind, node and op have columns of their own, `data` the other fields by name, those at their default
left out; bytes are hex, as nids are shown everywhere. A message is a row of kind Sent, its node the sender.
"""

import typing
from math import inf
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from p4lab.core import events
from p4lab.core.events import Event, Joined, Sent

FORMAT = 1
LOST, DUPLICATE, CORRUPT = 1, 2, 4  # fates of a row, as a trace writes them
SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE events(n INTEGER PRIMARY KEY, t REAL, cause INTEGER, kind TEXT, node TEXT, op INTEGER, data TEXT);
CREATE INDEX events_by_time ON events(t);
"""
COLUMNS = "n, t, cause, kind, node, op, data"
KINDS: dict[str, type[Event]] = {
    kind.__name__: kind for kind in typing.get_args(events.AnyEvent) if kind is not Sent
}  # fmt: skip

_OWN_COLUMNS = {"t", "id", "cause", "node", "op"}
_FIELDS = {
    kind: [field for field in msgspec.structs.fields(kind) if field.name not in _OWN_COLUMNS]
    for kind in KINDS.values()
}  # fmt: skip
_HEX = {kind: [field.name for field in fields if field.type is bytes] for kind, fields in _FIELDS.items()}
_NODES = {  # fields that hold numbers of nodes
    "node", "at", "provider", "via", "src", "dst", "peer", "peers", "parent", "a", "b", "groups", "silent",
}  # fmt: skip
_LARGEST = {True: 2**16 - 1, False: 2**63 - 1}  # of a node's number, of any other

_encode = msgspec.json.Encoder().encode

Row = tuple[int, float, int, str, str | None, int | None, str]


class RecordingError(Exception):
    """Why a recording cannot be read or written: the file, what is wrong and, where that helps, what would be right."""

    def __init__(self, path: Path | str, what: str, right: str = "") -> None:
        text = f"{path}: {what}; {right}" if right else f"{path}: {what}"
        super().__init__("".join(c if c.isprintable() else " " for c in text))


class SentData(msgspec.Struct):
    """The data of a message, within what a trace's columns hold. due: None = never."""

    dst: Annotated[int, Meta(ge=0, le=2**16 - 1)]
    code: Annotated[int, Meta(ge=0, le=255)]
    size: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    due: float | None
    status: Annotated[int, Meta(ge=0, le=255)] = 0
    lost: bool = False
    duplicate: bool = False
    corrupt: bool = False

    @property
    def fate(self) -> int:
        """As in a trace's row."""
        return self.lost * LOST | self.duplicate * DUPLICATE | self.corrupt * CORRUPT


def row_of(event: Event) -> Row:
    """A record as a row."""
    kind = type(event)
    data = {
        field.name: value.hex() if type(value) is bytes else value
        for field in _FIELDS[kind]
        if (value := getattr(event, field.name)) != field.default
    }
    node, op = getattr(event, "node", None), getattr(event, "op", None)
    text = None if node is None else str(node)
    return event.id, event.t, event.cause, kind.__name__, text, op, _encode(data).decode()


def row_of_message(row: tuple[Any, ...]) -> Row:
    """A message row of a trace, as a tuple, as a row."""
    t, due, number, cause, op, size, src, dst, code, status, fate, _ = row
    data = f'{{"dst":{dst},"code":{code},"size":{size},"due":{due if due < inf else "null"}'
    data += f',"status":{status}' if status else ""
    if fate:
        data += ',"lost":true' if fate & LOST else ""
        data += ',"duplicate":true' if fate & DUPLICATE else ""
        data += ',"corrupt":true' if fate & CORRUPT else ""
    return number, t, cause, "Sent", str(src), op, data + "}"


def event_of(kind: type[Event], node: int | None, op: int | None, data: str) -> Event:
    """The record that a row says; fields unknown to this version are ignored. Raises ValueError with what is wrong."""
    try:
        fields = msgspec.json.decode(data, type=dict[str, Any])
        for name in _HEX[kind]:
            fields[name] = _bytes(name, fields.get(name, ""))
        given = {field.name: fields[field.name] for field in _FIELDS[kind] if field.name in fields}
        own = {"node": node, "op": op}
        given |= {name: value for name, value in own.items() if name in kind.__struct_fields__}
        event = msgspec.convert(given, kind)
    except msgspec.ValidationError as fault:
        raise ValueError(str(fault)) from None
    except (msgspec.MsgspecError, TypeError, RecursionError):
        raise ValueError("its data is not what a recording has there") from None
    for name in kind.__struct_fields__:
        _check(name, getattr(event, name))
    if isinstance(event, Joined) and not event.name.isprintable():
        raise ValueError("a name is not plain text in one line")
    return event


def _bytes(name: str, text: object) -> bytes:
    try:
        return bytes.fromhex(text)  # type: ignore[arg-type]  # what is no text is refused below
    except (TypeError, ValueError):
        raise ValueError(f"its {name} is {str(text)[:20]!r}, not a number in hex") from None


def _check(name: str, value: object) -> None:
    """What the types alone do not say: whole numbers fit the columns that they go to."""
    if isinstance(value, tuple):
        for each in value:
            _check(name, each)
    elif type(value) is int and not 0 <= value <= _LARGEST[name in _NODES]:
        raise ValueError(f"{name} is {value if abs(value) < 10**20 else 'a huge number'}")
