"""Reading a recording: its events into a trace, with the numbers that they had, at once or in parts.

Rules: nothing is believed: ids must be 1, 2, 3, ..., times must not fall, causes must be earlier, numbers must fit.
Kinds of events and fields that this version does not know are passed over, the former leaving a remark, so ids stay.
Whatever is wrong, what stands before it is read.
"""

import sqlite3
from itertools import compress
from math import inf, isfinite, nextafter
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from p4lab.core.events import Event, Noted
from p4lab.recording.opened import BadFileError, Recording, opened, what_was_run
from p4lab.recording.shape import COLUMNS, KINDS, RecordingError, SentData, event_of

PART = 4_096  # events read at a time
MADE_ANEW = "is there a copy of it? p4lab run SCENARIO --record FILE.p4rec makes it anew"
QUERY = f"SELECT {COLUMNS} FROM events WHERE n > ? ORDER BY n LIMIT ?"
_message = msgspec.json.Decoder(SentData).decode
_messages = msgspec.json.Decoder(list[SentData]).decode
_WHOLE = {int}


class Writer(Protocol):
    """Where the events go: a trace."""

    def __len__(self) -> int:
        """How many there are."""

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """Write a message and return its id."""

    def emit(self, event: Event, t: float, cause: int) -> int:
        """Write a record and return its id."""

    def extend(self, messages: dict[str, np.ndarray], records: list[Event]) -> None:
        """Write what follows, messages as columns, with the ids, times and causes that they have."""


class Reader:
    """One file. Raises RecordingError where it is no recording, or says nothing of what was run.

    recording: what was run; its `end` is that of the last event, or later. reached: the time up to which everything is
    read, -1 at first. done: all is read.
    """

    def __init__(self, path: Path | str, trace: Writer) -> None:
        self.reached = -1.0
        self.done = False
        self._path, self._trace = path, trace
        self._last = 0.0  # the time of the last event read
        db: sqlite3.Connection | None = None
        try:
            self._db = db = opened(Path(path))
            self.recording = what_was_run(db)
            (count,) = db.execute("SELECT max(n) FROM events").fetchone()
            self._count: int = count or 0
            last = db.execute("SELECT t FROM events WHERE n = ?", (self._count,)).fetchone()
            if last is not None and isinstance(last[0], float) and isfinite(last[0]):
                self.recording = msgspec.structs.replace(self.recording, end=max(self.recording.end, last[0]))
        except (BadFileError, sqlite3.Error, OverflowError, UnicodeError) as fault:
            if db is not None:
                db.close()
            raise _named(path, fault) from None
        self._finish_at(0)

    def read(self, most: int = PART) -> None:
        """The next events, at most so many. Raises RecordingError where one cannot be read; those before it are."""
        if self.done:
            return
        before = len(self._trace)
        try:
            if not self._quickly(before, most):
                self._one_by_one(before, most)
            if len(self._trace) < min(before + most, self._count):
                raise BadFileError(f"event {len(self._trace) + 1} is missing")
        except (BadFileError, sqlite3.Error, OverflowError, UnicodeError) as fault:
            self.reached = self._last
            self.close()
            raise _named(self._path, fault) from None
        self._finish_at(len(self._trace))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        self.done = True

    def _finish_at(self, count: int) -> None:
        if count >= self._count:
            self.reached = self.recording.end
            self.close()
        elif count:
            self.reached = nextafter(self._last, -inf)  # another event may have the same time

    def _quickly(self, before: int, most: int) -> bool:
        """All of a part at once, if nothing is wrong with it."""
        try:
            rows = self._db.execute(QUERY, (before, most)).fetchall()
        except (sqlite3.Error, UnicodeError):
            return False  # what stands before the fault is still to be read
        if not rows:
            return True
        ids, times, causes, kinds, nodes, ops, data = zip(*rows, strict=True)
        last = before + len(rows)
        if ids != tuple(range(before + 1, last + 1)) or last > self._count or set(map(type, times)) != {float}:
            return False
        t = np.array(times)
        if not np.isfinite(t).all() or t[0] < self._last or (np.diff(t) < 0).any():
            return False
        sent = [kind == "Sent" for kind in kinds]
        records: list[Event] = []
        try:
            if not all(sent):
                records = [_record(row, self._count) for row in rows if row[3] != "Sent"]
                causes, nodes, ops, data = (tuple(compress(each, sent)) for each in (causes, nodes, ops, data))
            at = np.flatnonzero(sent)
            messages = _columns(t[at], at + before + 1, causes, nodes, ops, data, self._count)
        except (ValueError, msgspec.MsgspecError, OverflowError):
            return False
        if messages is None:
            return False
        self._trace.extend(messages, records)
        self._last = float(t[-1])
        return True

    def _one_by_one(self, before: int, most: int) -> None:
        """The same, to find the first event that is wrong and to keep those before it."""
        for n, t, cause, kind, node, op, data in self._db.execute(QUERY, (before, most)):
            if n != len(self._trace) + 1:
                raise BadFileError(f"event {len(self._trace) + 1} is missing")
            try:
                at = _time(t, self._last)
                number = 0 if op is None else _whole("op", op, self._count)  # each began with an event of its own
                _write(self._trace, at, _whole("cause", cause, n - 1), kind, node, number, data)
            except (ValueError, msgspec.MsgspecError) as fault:
                raise BadFileError(f"event {n}: {_words(fault)}") from None
            self._last = at


def load(path: Path | str, trace: Writer) -> Recording:
    """Read the whole file, its events into an empty trace. Raises RecordingError."""
    reader = Reader(path, trace)
    while not reader.done:
        reader.read()
    return reader.recording


def _named(path: Path | str, fault: Exception) -> RecordingError:
    if isinstance(fault, BadFileError):
        return RecordingError(path, str(fault), fault.right)
    return RecordingError(path, f"the recording is damaged ({fault})", MADE_ANEW)


def _words(fault: Exception) -> str:
    """What is wrong with an event; of text that is no JSON the parser's own words would help nobody."""
    parser = isinstance(fault, msgspec.DecodeError) and not isinstance(fault, msgspec.ValidationError)
    return "its data is not what a recording has there" if parser else str(fault)[:200]


def _columns(
    t: np.ndarray, ids: np.ndarray, causes: Any, nodes: Any, ops: Any, data: Any, most: int
) -> dict[str, np.ndarray] | None:
    """Messages as columns; None where something is wrong with one."""
    found = _decoded(data)
    if found is None or not _WHOLE >= set(map(type, causes)) | set(map(type, ops)):
        return None
    senders = {text: _node(text) for text in set(nodes)}
    cause, op = np.array(causes, np.int64), np.array(ops, np.int64)
    if ((cause < 0) | (cause >= ids)).any() or ((op < 0) | (op > most)).any():
        return None
    return {
        "t": t,
        "due": np.array([inf if each.due is None else each.due for each in found], float),
        "id": ids,
        "cause": cause,
        "op": op,
        "size": np.array([each.size for each in found], np.int64),
        "src": np.array([senders[text] for text in nodes], np.int64),
        "dst": np.array([each.dst for each in found], np.int64),
        "code": np.array([each.code for each in found], np.int64),
        "status": np.array([each.status for each in found], np.int64),
        "fate": np.array([each.fate for each in found], np.int64),
    }


def _decoded(data: Any) -> list[SentData] | None:
    """All of them as one JSON text, ten times as fast as one by one. None where a text is no flat object by itself."""
    if not data:
        return []
    if set(map(type, data)) != {str}:
        return None
    text = ",\n".join(data)
    alone = len(data) - 1
    # Each begins with its only brace, so none can reach into the next.
    flat = text[:1] == "{" and text.count("\n") == text.count(",\n{") == alone and text.count("{") == alone + 1
    found = _messages(f"[{text}]") if flat else []
    return found if len(found) == len(data) else None


def _record(row: tuple[Any, ...], most: int) -> Event:
    """Any event but a message, with its id, time and cause."""
    n, t, cause, kind, node, op, data = row
    if not isinstance(kind, str) or not isinstance(data, str):
        raise ValueError("its kind and its data are texts")
    number = 0 if op is None else _whole("op", op, most)
    event: Event
    if kind in KINDS:
        event = event_of(KINDS[kind], None if node is None else _node(node), number, data)
    else:
        event = Noted(text=f"({kind[:40]}: not known to this P4 Lab)")
    event.t, event.id, event.cause = t, n, _whole("cause", cause, n - 1)
    return event


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
