"""What became of each operation: 54 bytes in columns by its number, where its two Events are eight hundred.

Rules: the first start of a number counts, and the first end that fits it. Words and values that were read are kept once
each, puts as the Events that they are, and what only few operations have apart.
"""

import struct
from math import inf
from typing import cast

import msgspec
import numpy as np
from msgspec.structs import replace

from p4lab.core.distinct import Words
from p4lab.core.events import GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.core.history import REGIME_WORDS
from p4lab.packed import Packed

ROWS = 4_096  # of a chunk
_START = struct.Struct("<BdIHI")  # flags, t, id, node, and of a put its place among them
_END = struct.Struct("<dIIIIH")  # latency, id, seq, copy, values, and what was said
_WIDTH = _START.size + _END.size
_THERE, _PUT, _DONE, _ODD = 1, 2, 4, 8  # flags; the last: it has numbers for which there is no room
_MOST, _WORDS = 2**32 - 1, 2**16 - 1
_NOTHING = bytearray()


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
    """`start` and `finish` say whether they took what they were given; ask `get` about all of it.

    count: one more than the highest number so far. Of all below it names, regimes and ends say which name it was about
    (-1 unknown), the code of the regime that was in force, and when it was answered (inf while it runs).
    """

    def __init__(self) -> None:
        self._columns = np.full(1024, -1, np.int32), np.zeros(1024, np.uint8), np.full(1024, inf)
        self.count = 1
        self._chunks: dict[int, bytearray] = {}
        self._puts = Packed()
        self._said: Words[tuple[str, str]] = Words(("", ""))
        self._values: Words[tuple[str, ...]] = Words(())
        self._silent: dict[int, tuple[int, ...]] = {}
        self._judged: dict[int, tuple[int, float]] = {}  # of the stale ones
        self._odd: dict[int, PutFinished | GetFinished] = {}

    @property
    def names(self) -> np.ndarray:
        return self._columns[0][: self.count]

    @property
    def regimes(self) -> np.ndarray:
        return self._columns[1][: self.count]

    @property
    def ends(self) -> np.ndarray:
        return self._columns[2][: self.count]

    def start(self, event: PutStarted | GetStarted, name: int, regime: int) -> bool:
        """An operation on a name was asked for; regime: the code of that in force."""
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
        if op >= self.count:
            self._reach(op + 1)
        names, regimes, _ = self._columns
        names[op], regimes[op] = name, regime
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
        self._columns[2][op] = event.t
        if event.seq > _MOST or copy > _MOST or said > _WORDS:
            chunk[at] |= _ODD
            self._odd[op] = event
        else:
            _END.pack_into(chunk, at + _START.size, event.latency, event.id, event.seq, copy, values, said)
        return True

    def judge(self, op: int, lag: int, age: float) -> None:
        """How stale what a get returned was: of those alone that were not the newest."""
        self._judged[op] = lag, age

    def put(self, op: int) -> PutStarted | None:
        """The put with this number."""
        chunk, at = self._chunks.get(op // ROWS, _NOTHING), op % ROWS * _WIDTH
        return self._put(chunk, at) if chunk and chunk[at] & _PUT else None

    def get(self, op: int) -> Op | None:
        """All about one operation; its end may lie after the playhead."""
        chunk, at = self._chunks.get(op // ROWS, _NOTHING), op % ROWS * _WIDTH
        if not chunk or not chunk[at]:
            return None
        flags, started, started_id, node, _ = _START.unpack_from(chunk, at)
        put = self._put(chunk, at) if flags & _PUT else None
        names, regimes, ends = self._columns
        found = Op(op, "get", node, int(names[op]), started, started_id, REGIME_WORDS[regimes[op]])
        if put is not None:
            found = replace(found, verb="put", seq=put.seq, values=(put.value,), removes=put.removes)
        if not flags & _DONE:
            return found
        t, odd = float(ends[op]), self._odd.get(op) if flags & _ODD else None
        if odd is None:
            latency, number, seq, copy, place, said = _END.unpack_from(chunk, at + _START.size)
            (outcome, source), values = self._said[said], self._values[place]
        else:
            latency, number, seq, outcome = odd.latency, odd.id, odd.seq, odd.outcome
            get = odd if isinstance(odd, GetFinished) else None
            source, values, copy = (get.source, get.values, get.copy) if get is not None else ("", (), 0)
        found = replace(found, finished=t, finished_id=number, outcome=outcome, latency=latency, seq=seq)
        if put is not None:
            return found
        lag, age = self._judged.get(op, (0, 0.0)) if source else (None, None)
        return replace(
            found, source=source, lag=lag, age=age, copy=copy, silent=self._silent.get(op, ()), values=values
        )

    def _reach(self, count: int) -> None:
        """Have columns for so many. What is not written to takes no memory yet."""
        if count > len(self._columns[0]):
            size = max(count, 2 * len(self._columns[0]))
            before, new = self._columns, (np.empty(size, np.int32), np.empty(size, np.uint8), np.empty(size))
            for number in range(3):
                new[number][: self.count] = before[number][: self.count]
            self._columns = new
        names, regimes, ends = self._columns
        names[self.count : count], regimes[self.count : count], ends[self.count : count] = -1, 0, inf
        self.count = count

    def _put(self, chunk: bytearray, at: int) -> PutStarted:
        return cast(PutStarted, self._puts[_START.unpack_from(chunk, at)[4]])
