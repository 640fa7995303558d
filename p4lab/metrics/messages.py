"""Messages counted by group, by sender and by time, without a second look at them all.

Rules: kept in columns of their own, 20 bytes each (a trace's rows have 40, and a fold knows no trace), with running
totals before each chunk: a count up to any time adds less than one chunk to such a total. What the network made of a
message (DUPLICATE) nobody sent: it is counted apart.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from p4lab.core.events import Lost
from p4lab.core.messages import ACCESS
from p4lab.metrics.columns import Table

CHUNK = 131_072  # messages between running totals
CODES = 32  # message codes from here on count as the last one
LOST, DUPLICATE, CORRUPT = 1, 2, 4  # fates of a row, as a trace writes them
MESSAGE = np.dtype([("t", "<f8"), ("op", "<u4"), ("size", "<u4"), ("src", "<u2"), ("code", "u1"), ("fate", "u1")])


class Counts(NamedTuple):
    """Messages (0), bytes (1), losses (2), duplicates (3) and corrupted ones (4), each [group, code].

    by_sender: as [sender, code], without access.
    """

    by_group: np.ndarray
    by_sender: np.ndarray

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]  # counts add up, they do not concatenate
        return Counts(*(_sum(mine, theirs) for mine, theirs in zip(self, other, strict=True)))


COUNTS = 5
NOTHING = Counts(np.zeros((COUNTS, 0, CODES), np.int64), np.zeros((COUNTS, 0, ACCESS), np.int64))


class Messages:
    """All messages, in order of time. A group is what `groups[op]` says; 0 where the op is unknown."""

    def __init__(self) -> None:
        self._chunks: list[np.ndarray] = []
        self._starts: list[float] = []  # time of each chunk's first message
        self._before: list[Counts] = []  # all that came before each chunk
        self._filled = CHUNK  # of the last chunk
        self._copies: set[int] = set()  # the ids of duplicates
        self.lost: set[int] = set()  # the ids of those that were lost under way
        self._losses = Table(MESSAGE)  # the same, by the time at which they would have arrived

    def append(self, rows: np.ndarray, groups: np.ndarray) -> None:
        """Take message rows of a trace."""
        copies = rows["fate"] & DUPLICATE > 0
        if copies.any():
            self._copies.update(rows["id"][copies].tolist())
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

    def lose(self, event: Lost) -> None:
        """A message under way did not arrive; its row has been taken."""
        self.lost.add(event.message)
        if event.message not in self._copies:
            self._losses.append((event.t, event.op, 0, event.src, event.code, LOST))

    def counts(self, t: float, groups: np.ndarray) -> Counts:
        """All messages sent at or before t."""
        chunk = bisect_right(self._starts, t) - 1
        if chunk < 0:
            return NOTHING
        rows = self._rows(chunk)
        found = self._before[chunk] + count(rows[: np.searchsorted(rows["t"], t, side="right")], groups)
        lost = count(self._losses.upto(t), groups)
        for table in lost:
            table[0] = 0  # they were counted when they were sent
        return found + lost

    def histogram(self, t0: float, t1: float, bins: int, weigh: bool = False) -> np.ndarray:
        """Messages by code and by equal parts of [t0, t1), as [code, bin]. weigh: their bytes instead."""
        found = np.zeros(CODES * bins, np.int64)
        for rows, place in self._placed(t0, t1, bins):
            weights = rows["size"] if weigh else None
            found += np.bincount(_codes(rows) * bins + place, weights, CODES * bins).astype(np.int64)
        return found.reshape(CODES, bins)

    def senders(self, t0: float, t1: float, bins: int) -> np.ndarray:
        """Messages between providers by sender and by equal parts of [t0, t1), as [node, bin]."""
        found = np.zeros((0, bins), np.int64)
        for rows, place in self._placed(t0, t1, bins):
            between = rows["code"] < ACCESS
            src = rows["src"][between].astype(np.int64)
            count = max(len(found), int(src.max(initial=-1)) + 1)
            more = np.bincount(src * bins + place[between], minlength=count * bins).reshape(count, bins)
            more[: len(found)] += found
            found = more
        return found

    def _placed(self, t0: float, t1: float, bins: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """What was sent in [t0, t1), and in which of its equal parts."""
        for chunk in range(max(0, bisect_right(self._starts, t0) - 2), bisect_right(self._starts, t1)):
            rows = self._rows(chunk)
            rows = rows[slice(*np.searchsorted(rows["t"], (t0, t1)))]
            doubled = rows["fate"] & DUPLICATE > 0
            if doubled.any():  # a copy of the rows is dear
                rows = rows[~doubled]
            yield rows, np.minimum(((rows["t"] - t0) * (bins / (t1 - t0))).astype(np.int64), bins - 1)

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
    fates = rows["fate"]
    sent, every = fates & DUPLICATE == 0, keys
    keys = every[sent]
    volume = np.bincount(keys, weights=rows["size"][sent], minlength=size)  # exact: sums stay below 2^53
    chosen = keys, keys[fates[sent] & LOST > 0], every[~sent], keys[fates[sent] & CORRUPT > 0]
    numbers, losses, copies, corrupt = (np.bincount(each, minlength=size) for each in chosen)
    return np.stack([numbers, volume, losses, copies, corrupt]).astype(np.int64).reshape(COUNTS, height, width)


def _sum(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.shape[1] < b.shape[1]:
        a, b = b, a
    found = a.copy()
    found[:, : b.shape[1]] += b
    return found
