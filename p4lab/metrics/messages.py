"""Messages counted by group, by sender and by time, without a second look at them all.

Rules: kept in columns of their own, 20 bytes each (a trace's rows have 40, and a fold knows no trace), with running
totals before each chunk: a count up to any time adds less than one chunk to such a total.
"""

from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from p4lab.core.messages import ACCESS

CHUNK = 131_072  # messages between running totals
CODES = 32  # message codes from here on count as the last one
LOST = 1  # fate of a row, as a trace writes it
MESSAGE = np.dtype([("t", "<f8"), ("op", "<u4"), ("size", "<u4"), ("src", "<u2"), ("code", "u1"), ("fate", "u1")])


class Counts(NamedTuple):
    """Messages (0), bytes (1) and losses (2), each as an array [group, code] and, without access, [sender, code]."""

    by_group: np.ndarray
    by_sender: np.ndarray

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]  # counts add up, they do not concatenate
        return Counts(*(_sum(mine, theirs) for mine, theirs in zip(self, other, strict=True)))


NOTHING = Counts(np.zeros((3, 0, CODES), np.int64), np.zeros((3, 0, ACCESS), np.int64))


class Messages:
    """All messages, in order of time. A group is what `groups[op]` says; 0 where the op is unknown."""

    def __init__(self) -> None:
        self._chunks: list[np.ndarray] = []
        self._starts: list[float] = []  # time of each chunk's first message
        self._before: list[Counts] = []  # all that came before each chunk
        self._filled = CHUNK  # of the last chunk

    def append(self, rows: np.ndarray, groups: np.ndarray) -> None:
        """Take message rows of a trace."""
        done = 0
        while done < len(rows):
            if self._filled == CHUNK:
                before = self._before[-1] + count(self._chunks[-1], groups) if self._chunks else NOTHING
                self._before.append(before)
                self._chunks.append(np.empty(CHUNK, MESSAGE))
                self._starts.append(float(rows["t"][done]))
                self._filled = 0
            some = rows[done : done + CHUNK - self._filled]
            place = self._chunks[-1][self._filled : self._filled + len(some)]
            for field in MESSAGE.names or ():
                place[field] = some[field]
            self._filled += len(some)
            done += len(some)

    def counts(self, t: float, groups: np.ndarray) -> Counts:
        """All messages sent at or before t."""
        chunk = bisect_right(self._starts, t) - 1
        if chunk < 0:
            return NOTHING
        rows = self._rows(chunk)
        return self._before[chunk] + count(rows[: np.searchsorted(rows["t"], t, side="right")], groups)

    def histogram(self, t0: float, t1: float, bins: int) -> np.ndarray:
        """Messages by code and by equal parts of [t0, t1), as [code, bin]."""
        found = np.zeros(CODES * bins, np.int64)
        for chunk in range(max(0, bisect_right(self._starts, t0) - 2), bisect_right(self._starts, t1)):
            rows = self._rows(chunk)
            rows = rows[slice(*np.searchsorted(rows["t"], (t0, t1)))]
            place = np.minimum(((rows["t"] - t0) * (bins / (t1 - t0))).astype(np.int64), bins - 1)
            found += np.bincount(_codes(rows) * bins + place, minlength=CODES * bins)
        return found.reshape(CODES, bins)

    def _rows(self, chunk: int) -> np.ndarray:
        return self._chunks[chunk][: self._filled] if chunk == len(self._chunks) - 1 else self._chunks[chunk]


def count(rows: np.ndarray, groups: np.ndarray) -> Counts:
    """Count rows by group, sender and code."""
    codes, ops = _codes(rows), rows["op"]
    group = np.where(ops < len(groups), groups[np.minimum(ops, len(groups) - 1)], 0).astype(np.int64)
    links = codes < ACCESS
    by_group = _cube(group, codes, rows, CODES)
    return Counts(by_group, _cube(rows["src"][links].astype(np.int64), codes[links], rows[links], ACCESS))


def _codes(rows: np.ndarray) -> np.ndarray:
    codes: np.ndarray = np.minimum(rows["code"], CODES - 1).astype(np.int64)
    return codes


def _cube(side: np.ndarray, codes: np.ndarray, rows: np.ndarray, width: int) -> np.ndarray:
    height = int(side.max()) + 1 if len(side) else 0
    keys, size = side * width + codes, height * width
    numbers = np.bincount(keys, minlength=size)
    volume = np.bincount(keys, weights=rows["size"], minlength=size)  # exact: sums stay below 2^53
    losses = np.bincount(keys[rows["fate"] == LOST], minlength=size)
    return np.stack([numbers, volume, losses]).astype(np.int64).reshape(3, height, width)


def _sum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.shape[1] < b.shape[1]:
        a, b = b, a
    found = a.copy()
    found[:, : b.shape[1]] += b
    return found
