"""Columns that grow, and which columns there are.

Rules: every table is ordered by its field t, so that any time is a prefix of it.
"""

import struct
from bisect import bisect_right
from typing import Any

import numpy as np

from p4lab.core.history import REGIME_WORDS
from p4lab.core.names import Kind

KLASSES = ("local", "replica", "cached", "joined", "remote", "not_found", "partial", "timeout", "error")
KIND_WORDS = ("unknown", *(kind.value for kind in Kind))
REGIME_CODES = {word: code for code, word in enumerate(REGIME_WORDS)}
KIND_CODES = {word: code for code, word in enumerate(KIND_WORDS)}

_WHO = [
    ("node", "<i4"), ("name", "<i4"), ("op", "<i8"), ("workload", "<i4"), ("regime", "u1"), ("kind", "u1"),
]  # fmt: skip
_ANSWER = [("t", "<f8"), ("started", "<f8"), ("latency", "<f8"), ("outcome", "<i4"), ("seq", "<i8")]
START = np.dtype([("t", "<f8"), ("put", "?"), *_WHO])
PUT = np.dtype([*_ANSWER, *_WHO])
GET = np.dtype([*_ANSWER, *_WHO, ("klass", "u1"), ("returned", "?"), ("lag", "<i8"), ("age", "<f8")])

_CHARS = {"f8": "d", "i8": "q", "i4": "i", "u4": "I", "u2": "H", "u1": "B", "b1": "?"}  # numpy's words, and struct's


class Table:
    """Rows of one dtype; `rows` is a view that later rows do not disturb."""

    def __init__(self, dtype: np.dtype) -> None:
        # Written as bytes: numpy takes four times as long to put the values of a row into their fields.
        row = struct.Struct("<" + "".join(_CHARS[dtype[name].str[1:]] for name in dtype.names or ()))
        assert row.size == dtype.itemsize, "fields without gaps"
        self._pack_into, self._width = row.pack_into, row.size
        self._end = 0
        self._make_room(256 * self._width, dtype)

    @property
    def rows(self) -> np.ndarray:
        """All rows so far."""
        return self._data[: self._end // self._width]

    def append(self, row: tuple[Any, ...]) -> None:
        """One more row: a value for each field."""
        end = self._end
        if end == len(self._room):
            before = self._data
            self._make_room(2 * end, before.dtype)
            self._data[: len(before)] = before
        self._pack_into(self._room, end, *row)
        self._end = end + self._width

    def upto(self, t: float | None) -> np.ndarray:
        """The rows whose t is not later; all of them for None."""
        # Not numpy's own search, which copies a column of records first: a thousand times as slow.
        return self.rows if t is None else self.rows[: bisect_right(self.rows["t"], t)]

    def _make_room(self, size: int, dtype: np.dtype) -> None:
        """So many bytes. What is not written to takes no memory yet."""
        room = np.empty(size, np.uint8)
        self._data: np.ndarray = room.view(dtype)
        self._room = room.data
