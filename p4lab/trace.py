"""The Trace: one append-only stream of Events, ordered by time, that everything seen is computed from.

Rules: message rows live in columns (one row per message, written when it is sent, carrying `due`), the rarer Events as
records (packed.py); both share one id sequence, id = place in the stream + 1. Nobody outside this file knows how it is
kept: `trace[i]` and `trace[i:j]` present Events, `rows()` presents the message columns. An Event that is in a trace is
never changed, and read twice it may be two equal objects.
"""

import hashlib
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import overload

import msgspec
import numpy as np

from p4lab.core import events
from p4lab.core.events import Event, Sent
from p4lab.packed import Packed

CHUNK = 65_536  # rows per chunk
LOST, DUPLICATE, CORRUPT = events.LOST, events.DUPLICATE, events.CORRUPT  # also without numpy, at the events
BLOCK = 4_096  # rows per entry of the max(due) index that finds what is in flight

ROW = np.dtype(
    [
        ("t", "<f8"), ("due", "<f8"), ("id", "<u4"), ("cause", "<u4"), ("op", "<u4"), ("size", "<u4"),
        ("src", "<u2"), ("dst", "<u2"), ("code", "u1"), ("status", "u1"), ("fate", "u1"), ("spare", "u1"),
    ]
)  # fmt: skip
_ROW = struct.Struct("<ddIIIIHHBBBx")
_pack, _pack_into = _ROW.pack, _ROW.pack_into
_WIDTH = ROW.itemsize
_BLOB = np.dtype(f"V{_WIDTH}")  # numpy copies records field by field, blobs as memory: twenty times as fast
_FULL = CHUNK * _WIDTH
_encode = msgspec.json.Encoder().encode


class Slice:
    """Events i..j of a trace, in order. `rows`: the message rows among them (ROW), `records`: the other Events."""

    def __init__(self, rows: np.ndarray, records: list[Event]) -> None:
        self.rows = rows
        self.records = records

    def __len__(self) -> int:
        return len(self.rows) + len(self.records)

    def __iter__(self) -> Iterator[Event]:
        row, rows = 0, self.rows
        ids = rows["id"]
        for record in self.records:
            upto = int(np.searchsorted(ids, record.id))
            yield from map(sent, rows[row:upto])
            row = upto
            yield record
        yield from map(sent, rows[row:])


class Trace:
    """Append with `sent` and `emit`; read by index, by slice, by time. Not thread-safe: one thread writes and reads."""

    def __init__(self) -> None:
        self._length = 0  # Events
        self._chunk = bytearray()  # the one that is being filled
        self._chunks: list[bytearray] = []
        self._views: list[np.ndarray] = []
        self._chunk_starts: list[float] = []  # time of each chunk's first row
        self._offset = _FULL  # where the next row goes; full: make a chunk first
        self._records = Packed()
        self._record_ids = array("I")
        self._record_times = array("d")
        self._record_causes = array("I")
        self._block_due: list[float] = []  # max(due) of each complete block

    def __len__(self) -> int:
        return self._length

    @property
    def messages(self) -> int:
        """How many of the Events are message rows."""
        return self._length - len(self._records)

    @property
    def end(self) -> float:
        """Time of the last Event, 0 where there is none."""
        return self.time_of(self._length - 1) if self._length else 0.0

    @property
    def nbytes(self) -> int:
        """Memory of the message rows, room for rows to come not counted."""
        return self.messages * _WIDTH

    # Writing

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """Write one message row at time t and return its id. fate: 0 arrives at `due`, LOST never does, or others."""
        offset = self._offset
        if offset == _FULL:
            self._grow(t)
            offset = 0
        self._length = event = self._length + 1
        _pack_into(self._chunk, offset, t, due, event, cause, op, size, src, dst, code, status, fate)
        self._offset = offset + _WIDTH
        return event

    def sent_all(
        self, t: float, dues: list[float], cause: int, op: int, size: int, src: int, dsts: tuple[int, ...], code: int,
        status: int,
    ) -> int:  # fmt: skip
        """Write a broadcast, a row per `dsts`, and return the first id; the others follow it."""
        first = event = self._length + 1
        offset = self._offset
        for due, dst in zip(dues, dsts, strict=True):
            if offset == _FULL:
                self._grow(t)
                offset = 0
            _pack_into(self._chunk, offset, t, due, event, cause, op, size, src, dst, code, status, 0)
            offset += _WIDTH
            event += 1
        self._length = event - 1
        self._offset = offset
        return first

    def emit(self, event: Event, t: float, cause: int) -> int:
        """Append a record, filling in its t, id and cause, and return the id."""
        event.t = t
        self._length = event.id = number = self._length + 1
        event.cause = cause
        self._records.append(event)
        self._record_ids.append(number)
        self._record_times.append(t)
        self._record_causes.append(cause)
        return number

    def extend(self, messages: dict[str, np.ndarray], records: list[Event]) -> None:
        """Append Events that have their ids, times and causes already: messages as columns, and records, each in order.

        Their ids are those that follow the last one, each once.
        """
        rows = np.zeros(len(messages["id"]), ROW)
        for name, column in messages.items():
            rows[name] = column
        self._copy(rows.tobytes(), records)

    def append(self, batch: "Batch") -> None:
        """Append what a Writer has numbered and written down since the batch before."""
        self._copy(batch.rows, batch.records)

    def _copy(self, rows: bytes | bytearray, records: list[Event]) -> None:
        start = 0
        while start < len(rows):
            if self._offset == _FULL:
                self._grow(_ROW.unpack_from(rows, start)[0])
            stop = min(len(rows), start + _FULL - self._offset)
            end = self._offset + stop - start
            memoryview(self._chunk)[self._offset : end] = memoryview(rows)[start:stop]
            self._offset, start = end, stop
        self._records.extend(records)
        self._record_ids.extend(event.id for event in records)
        self._record_times.extend(event.t for event in records)
        self._record_causes.extend(event.cause for event in records)
        self._length += len(rows) // _WIDTH + len(records)

    def _grow(self, t: float) -> None:
        self._chunk = chunk = bytearray(_FULL)
        self._chunks.append(chunk)
        self._views.append(np.frombuffer(chunk, dtype=ROW))
        self._chunk_starts.append(t)
        self._offset = 0

    # Reading

    @overload
    def __getitem__(self, key: int) -> Event: ...

    @overload
    def __getitem__(self, key: slice) -> Slice: ...

    def __getitem__(self, key: int | slice) -> Event | Slice:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                raise ValueError("a trace is read forwards, without a step")
            return self.slice(start, stop)
        index = range(len(self))[key]
        before = bisect_left(self._record_ids, index + 1)
        if before < len(self._records) and self._record_ids[before] == index + 1:
            return self._records[before]
        return sent(self.rows(index - before, index - before + 1)[0])

    def slice(self, start: int, stop: int) -> Slice:
        """Events start..stop as one Slice."""
        first, last = bisect_right(self._record_ids, start), bisect_right(self._record_ids, stop)
        return Slice(self.rows(start - first, stop - last), self._records.slice(first, last))

    def rows(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Message rows start..stop (rows, not Events) as ROW; a view where they lie in one chunk."""
        stop = self.messages if stop is None else min(stop, self.messages)
        if start >= stop:
            return np.empty(0, dtype=ROW)
        first, last = start // CHUNK, (stop - 1) // CHUNK
        if first == last:
            return self._views[first][start - first * CHUNK : stop - first * CHUNK]
        parts = [self._views[first][start - first * CHUNK :], *self._views[first + 1 : last]]
        return _joined([*parts, self._views[last][: stop - last * CHUNK]])

    def rows_at(self, t: float) -> int:
        """How many message rows were written at or before t."""
        chunk = bisect_right(self._chunk_starts, t) - 1
        if chunk < 0:
            return 0
        filled = min(CHUNK, self.messages - chunk * CHUNK)
        # A run of equal times may cross a chunk's end: this is the last chunk that starts by t.
        # numpy's own search would copy the column first, which lies among the others.
        return chunk * CHUNK + bisect_right(self._views[chunk]["t"], t, 0, filled)

    def index_at(self, t: float) -> int:
        """How many Events happened at or before t; `trace[index_at(t) - 1]` is the last of them."""
        return self.rows_at(t) + bisect_right(self._record_times, t)

    def time_of(self, index: int) -> float:
        """When Event number `index` (from 0) happened."""
        before = bisect_left(self._record_ids, index + 1)
        if before < len(self._records) and self._record_ids[before] == index + 1:
            return self._record_times[before]
        row = index - before
        return float(self._views[row // CHUNK]["t"][row % CHUNK])

    def caused(self, number: int) -> list[int]:
        """The ids of the records, not of the messages, whose cause is Event `number`."""
        causes = np.frombuffer(self._record_causes, np.uint32) == number
        return [self._record_ids[place] for place in np.flatnonzero(causes).tolist()]

    def in_flight(self, t: float) -> np.ndarray:
        """The rows with sent <= t < due, in order of sending (performance.md: max(due) per block of 4,096 rows)."""
        stop = self.rows_at(t)
        whole = stop // BLOCK
        while len(self._block_due) < self.messages // BLOCK:
            block = len(self._block_due)
            self._block_due.append(float(self.rows(block * BLOCK, (block + 1) * BLOCK)["due"].max()))
        candidates = np.flatnonzero(np.array(self._block_due[:whole]) > t)
        parts = []
        for block in [*candidates.tolist(), whole]:
            rows = self.rows(block * BLOCK, min((block + 1) * BLOCK, stop))
            parts.append(picked(rows, rows["due"] > t))
        return _joined(parts)

    def digest(self) -> str:
        """Hex SHA-256 over every Event: equal runs have equal digests (contracts section 3)."""
        sha = hashlib.sha256()
        for number, chunk in enumerate(self._chunks):
            sha.update(memoryview(chunk)[: min(CHUNK, self.messages - number * CHUNK) * _WIDTH])
        for record in self._records:
            sha.update(_encode(record))
        return sha.hexdigest()


def picked(rows: np.ndarray, which: np.ndarray) -> np.ndarray:
    """`rows[which]`, by a mask or by places, of message rows, quickly."""
    found: np.ndarray = np.ascontiguousarray(rows).view(_BLOB)[which].view(ROW)
    return found


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    found: np.ndarray = np.concatenate([part.view(_BLOB) for part in parts]).view(ROW)
    return found


def sent(row: np.void) -> Sent:
    """A message row as the Event that it is."""
    t, due, number, cause, op, size, src, dst, code, status, fate, _ = row.item()
    return Sent(
        src=src, dst=dst, code=code, op=op, size=size, due=due, status=status, lost=bool(fate & LOST),
        duplicate=bool(fate & DUPLICATE), corrupt=bool(fate & CORRUPT), t=t, id=number, cause=cause,
    )  # fmt: skip


class Batch(msgspec.Struct, gc=False):
    """Events in the form in which a Trace keeps them, in order and without a gap behind those of the batch before."""

    rows: bytearray
    records: list[Event]


class Writer:
    """The writing end of a trace that another thread reads: numbers Events, and hands them on in batches."""

    def __init__(self) -> None:
        self._length = 0
        self._rows = bytearray()
        self._records: list[Event] = []

    def __len__(self) -> int:
        return self._length

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """As that of a Trace."""
        self._length = event = self._length + 1
        self._rows += _pack(t, due, event, cause, op, size, src, dst, code, status, fate)
        return event

    def sent_all(
        self, t: float, dues: list[float], cause: int, op: int, size: int, src: int, dsts: tuple[int, ...], code: int,
        status: int,
    ) -> int:  # fmt: skip
        """As that of a Trace."""
        first = self._length + 1
        for due, dst in zip(dues, dsts, strict=True):
            self.sent(t, due, cause, op, size, src, dst, code, status, 0)
        return first

    def emit(self, event: Event, t: float, cause: int) -> int:
        """As that of a Trace; from now on the Event is its reader's."""
        event.t = t
        self._length = event.id = number = self._length + 1
        event.cause = cause
        self._records.append(event)
        return number

    def take(self) -> Batch | None:
        """What was written since the last time, if anything was."""
        if not (self._rows or self._records):
            return None
        batch = Batch(self._rows, self._records)
        self._rows, self._records = bytearray(), []
        return batch


class Tally:
    """A trace that keeps nothing but the counts, for runs that want only speed (the bench's "no trace")."""

    def __init__(self) -> None:
        self.messages = 0
        self._events = 0

    def __len__(self) -> int:
        return self._events

    def sent(
        self, t: float, due: float, cause: int, op: int, size: int, src: int, dst: int, code: int, status: int,
        fate: int,
    ) -> int:  # fmt: skip
        """Count one message."""
        self.messages += 1
        self._events += 1
        return self._events

    def sent_all(
        self, t: float, dues: list[float], cause: int, op: int, size: int, src: int, dsts: tuple[int, ...], code: int,
        status: int,
    ) -> int:  # fmt: skip
        """Count a broadcast."""
        first = self._events + 1
        self.messages += len(dsts)
        self._events += len(dsts)
        return first

    def emit(self, event: Event, t: float, cause: int) -> int:
        """Number one Event."""
        event.t = t
        self._events += 1
        event.id = self._events
        event.cause = cause
        return self._events


Stream = Trace | Writer | Tally  # whoever takes Events
