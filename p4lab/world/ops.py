"""What became of each operation: 65 bytes in a row by its number, where its two Events are six hundred.

Rules: the first start of a number counts, and the first end that fits it. Words and values that were read are kept once
each, puts as the Events that they are, and what only few gets have apart.
"""

import struct
from typing import Generic, TypeVar, cast

import msgspec
from msgspec.structs import replace

from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.packed import Packed

ROWS = 4_096  # of a chunk
_START = struct.Struct("<BdIiI")  # flags, t, id, node, and of a put its place among them
_END = struct.Struct("<ddqIqII")  # t, latency, seq, id, copy, values, and what was said
_WIDTH = _START.size + _END.size
_THERE, _PUT, _DONE = 1, 2, 4  # flags
_NOTHING = bytearray()
T = TypeVar("T")


class Op(msgspec.Struct, frozen=True):
    """One operation. finished, latency, lag and age are None, and outcome and source empty, while it runs.

    seq: the version read or put. lag, age: of a get that returned a value. node: the provider asked.
    copy: the Stored event of the copy that was served. removes: a put that takes back what was put.
    """

    op: int
    verb: str
    node: int
    name: int
    started: float
    started_id: int
    regime: str
    finished: float | None = None
    finished_id: int = 0
    outcome: str = ""
    source: str = ""
    seq: int = 0
    lag: int | None = None
    age: float | None = None
    latency: float | None = None
    copy: int = 0
    silent: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    removes: bool = False


class Ops:
    """`start` and `finish` say whether they took what they were given; ask `get` about all of it."""

    def __init__(self) -> None:
        self._chunks: dict[int, bytearray] = {}
        self._puts = Packed()
        self._said: _Once[tuple[str, str]] = _Once(("", ""))
        self._values: _Once[tuple[str, ...]] = _Once(())
        self._silent: dict[int, tuple[int, ...]] = {}
        self._judged: dict[int, tuple[int, float]] = {}  # of the stale ones

    def start(self, event: PutStarted | GetStarted) -> bool:
        """An operation was asked for."""
        op = event.op
        if op < 1:
            return False
        chunk = self._chunks.get(op // ROWS)
        if chunk is None:
            chunk = self._chunks[op // ROWS] = bytearray(ROWS * _WIDTH)
        at = op % ROWS * _WIDTH
        if chunk[at]:
            return False
        if isinstance(event, PutStarted):
            _START.pack_into(chunk, at, _THERE | _PUT, event.t, event.id, event.node, len(self._puts))
            self._puts.append(event)
        else:
            _START.pack_into(chunk, at, _THERE, event.t, event.id, event.node, 0)
        return True

    def finish(self, event: PutFinished | GetFinished) -> bool:
        """It was answered."""
        op = event.op
        chunk = self._chunks.get(op // ROWS)
        if chunk is None:
            return False
        at = op % ROWS * _WIDTH
        copy, values, source = 0, 0, ""
        if isinstance(event, GetFinished):
            if chunk[at] != _THERE:  # it is none, was a put, or was answered before
                return False
            copy, values, source = event.copy, self._values.number(event.values), event.source
            if event.silent:
                self._silent[op] = event.silent
        elif chunk[at] != _THERE | _PUT:
            return False
        said = self._said.number((event.outcome, source))
        chunk[at] |= _DONE
        _END.pack_into(chunk, at + _START.size, event.t, event.latency, event.seq, event.id, copy, values, said)
        return True

    def judge(self, op: int, lag: int, age: float) -> None:
        """How stale what a get returned was: of those alone that were not the newest."""
        self._judged[op] = lag, age

    def put(self, op: int) -> PutStarted | None:
        """The put with this number."""
        chunk, at = self._chunks.get(op // ROWS, _NOTHING), op % ROWS * _WIDTH
        return self._put(chunk, at) if chunk and chunk[at] & _PUT else None

    def get(self, op: int, name: int, regime: str) -> Op | None:
        """All about one operation; name, regime: on what, and what was in force when it started."""
        chunk, at = self._chunks.get(op // ROWS, _NOTHING), op % ROWS * _WIDTH
        if not chunk or not chunk[at]:
            return None
        flags, started, started_id, node, _ = _START.unpack_from(chunk, at)
        put = self._put(chunk, at) if flags & _PUT else None
        found = Op(op, "get", node, name, started, started_id, regime)
        if put is not None:
            found = replace(found, verb="put", seq=put.seq, values=(put.value,), removes=put.removes)
        if not flags & _DONE:
            return found
        t, latency, seq, number, copy, values, said = _END.unpack_from(chunk, at + _START.size)
        outcome, source = self._said[said]
        found = replace(found, finished=t, finished_id=number, outcome=outcome, latency=latency, seq=seq)
        if put is not None:
            return found
        lag, age = self._judged.get(op, (0, 0.0)) if source else (None, None)
        silent = self._silent.get(op, ())
        return replace(found, source=source, lag=lag, age=age, copy=copy, silent=silent, values=self._values[values])

    def _put(self, chunk: bytearray, at: int) -> PutStarted:
        return cast(PutStarted, self._puts[_START.unpack_from(chunk, at)[4]])


class _Once(Generic[T]):
    """Things that are many times the same, each with a number."""

    def __init__(self, first: T) -> None:
        self._items, self._numbers = [first], {first: 0}

    def number(self, item: T) -> int:
        """Of a thing; a new one gets the next."""
        found = self._numbers.get(item)
        if found is None:
            found = self._numbers[item] = len(self._items)
            self._items.append(item)
        return found

    def __getitem__(self, number: int) -> T:
        return self._items[number]
