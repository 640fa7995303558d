"""Reading a recording: what was run, and its events into a trace, with the numbers that they had.

Rules: nothing is believed: ids must be 1, 2, 3, ..., times must not fall, causes must be earlier, numbers must fit.
Kinds of events and fields that this version does not know are passed over, the former leaving a remark, so ids stay.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from math import inf, isfinite
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from p4lab.core.commands import VERBS, Command
from p4lab.core.events import Event, Noted
from p4lab.recording.shape import COLUMNS, FORMAT, KINDS, RecordingError, SentData, event_of

MADE = "a recording is made with p4lab run SCENARIO --record FILE.p4rec"
LARGEST = 16_000_000  # bytes of one text in it: a scenario has at most 8 MB

_message = msgspec.json.Decoder(SentData).decode


class Recording(msgspec.Struct, frozen=True):
    """What was run. end: the time up to which the run had got; commands: what was done by hand, and when."""

    scenario: str
    seed: int
    version: str
    end: float
    commands: list[tuple[float, Command]]


class Writer(Protocol):
    """Where the events go: a trace."""

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """Write a message and return its id."""

    def emit(self, event: Event, t: float, cause: int) -> int:
        """Write a record and return its id."""


class _FileError(Exception):
    """What is wrong, and what would be right; the file is not named yet."""

    def __init__(self, what: str, right: str = "") -> None:
        super().__init__(what)
        self.right = right


def load(path: Path | str, trace: Writer) -> Recording:
    """Read the file, its events into an empty trace. Raises RecordingError."""
    try:
        with closing(_open(Path(path))) as db:
            meta = _meta(db)
            end = _events(db, trace)
            return msgspec.structs.replace(meta, end=max(end, meta.end))
    except _FileError as bad:
        raise RecordingError(path, str(bad), bad.right) from None
    except (sqlite3.Error, OverflowError, UnicodeError) as fault:
        raise RecordingError(path, f"the recording is damaged ({fault})", "is there a copy of it?") from None


def is_recording(path: Path) -> bool:
    """Whether this is a recording, of any format, damaged or not behind its first pages."""
    try:
        with closing(_open(path)) as db:
            _tables(db)
    except (_FileError, sqlite3.Error):
        return False
    return True


def _open(path: Path) -> sqlite3.Connection:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise _FileError("there is no such file") from None
    except IsADirectoryError:
        raise _FileError("this is a folder", "name a recording in it") from None
    except (OSError, ValueError) as fault:  # ValueError: a null character in the path
        raise _FileError(f"cannot be read: {getattr(fault, 'strerror', None) or fault}") from None
    if head != b"SQLite format 3\0":
        raise _FileError("this is no recording", MADE)
    # A run that was killed within a batch left a journal; only a connection that may write can take that batch back.
    killed = path.with_name(path.name + "-journal").exists()
    db = sqlite3.connect(f"file:{quote(str(path))}?mode={'rw' if killed else 'ro'}", uri=True)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def _tables(db: sqlite3.Connection) -> None:
    found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "events"} <= found:
        raise _FileError("this SQLite database is no recording", MADE)


def _meta(db: sqlite3.Connection) -> Recording:
    _tables(db)
    meta = {key: value for key, value in db.execute("SELECT key, value FROM meta") if isinstance(value, str)}
    version = meta.get("version", "")
    number = _number(meta, "format")
    if number > FORMAT:
        right = f"open it with P4 Lab {version[:20]} or later" if version else "open it with a newer P4 Lab"
        raise _FileError(f"its format {number} is newer than this P4 Lab reads ({FORMAT})", right)
    if number < 1:
        raise _FileError(f"its format is {number}", f"this P4 Lab reads 1 to {FORMAT}")
    if "scenario" not in meta:
        raise _FileError("the scenario is missing", MADE)
    end = _float(meta.get("end", "0"))
    return Recording(meta["scenario"], _number(meta, "seed"), version, end, _commands(meta.get("commands", "[]")))


def _number(meta: dict[str, str], key: str) -> int:
    if key not in meta:
        raise _FileError(f"its {key} is missing", MADE)
    text = meta[key]
    if not text.removeprefix("-").isdecimal() or len(text) > 20:
        raise _FileError(f"its {key} is {text[:20]!r}", "a whole number belongs there")
    return int(text)


def _float(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = inf
    if not 0 <= found < inf:
        raise _FileError(f"its end is {text[:20]!r}", "a number of seconds belongs there")
    return found


def _commands(text: str) -> list[tuple[float, Command]]:
    """Commands as they were given; verbs and fields that this version does not know are passed over."""
    found: list[tuple[float, Command]] = []
    try:
        for row in msgspec.json.decode(text, type=list[dict[str, Any]]):
            for word in VERBS.keys() & row.keys():
                kind = VERBS[word]
                known = {field.encode_name for field in msgspec.structs.fields(kind)}
                fields = {name: value for name, value in msgspec.convert(row[word], dict).items() if name in known}
                command: Any = msgspec.convert(fields, kind)  # one of VERBS
                found.append((msgspec.convert(row.get("at"), float), command))
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise _FileError(f"the commands in it cannot be read: {fault}") from None
    return found


def _events(db: sqlite3.Connection, trace: Writer) -> float:
    """All events into the trace, in order; returns the time of the last."""
    (count,) = db.execute("SELECT max(n) FROM events").fetchone()
    last, end = 0, 0.0
    for n, t, cause, kind, node, op, data in _rows(db):
        if n != last + 1:
            raise _FileError(f"event {last + 1} is missing")
        last = n
        try:
            end = _time(t, end)
            number = 0 if op is None else _whole("op", op, count)  # each operation began with an event of its own
            _write(trace, end, _whole("cause", cause, n - 1), kind, node, number, data)
        except (ValueError, msgspec.MsgspecError) as fault:
            raise _FileError(f"event {n}: {str(fault)[:200]}") from None
    return end


def _rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    cursor = db.execute(f"SELECT {COLUMNS} FROM events ORDER BY n")
    cursor.arraysize = 1000
    while rows := cursor.fetchmany():
        yield from rows


def _write(trace: Writer, t: float, cause: int, kind: object, node: object, op: int, data: object) -> None:
    if not isinstance(kind, str) or not isinstance(data, str):
        raise ValueError("its kind and its data are texts")
    if kind == "Sent":
        sent = _message(data)
        due = inf if sent.due is None else sent.due
        trace.sent(t, due, cause, op, sent.size, _node(node), sent.dst, sent.code, sent.status, sent.fate)
    elif kind in KINDS:
        trace.emit(event_of(KINDS[kind], None if node is None else _node(node), op, data), t, cause)
    else:
        trace.emit(Noted(text=f"({kind[:40]}: not known to this P4 Lab)"), t, cause)


def _time(t: object, last: float) -> float:
    if not isinstance(t, float) or not isfinite(t):
        raise ValueError("its time is no number of seconds")
    if t < last:
        raise ValueError(f"its time {t:g} s is before that of the event before it, {last:g} s")
    return t


def _whole(name: str, value: object, largest: int) -> int:
    if type(value) is not int or not 0 <= value <= largest:
        raise ValueError(f"its {name} is {str(value)[:20]!r}, not a whole number from 0 to {largest}")
    return value


def _node(value: object) -> int:
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 5 or int(value) >= 2**16:
        raise ValueError(f"its node is {str(value)[:20]!r}, not the number of a node")
    return int(value)
