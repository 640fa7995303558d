"""The numbers one by one: gets.csv, puts.csv and messages.csv, with the words of the report as columns.

Rules: rows are made one after the other and written as they come; what is undefined is left empty. Gets and puts are in
the order of their start, messages (those between providers) in the order of sending.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from p4lab.core.history import REGIME_WORDS
from p4lab.core.messages import ACCESS, CODE_NAMES, STATUS_NAMES
from p4lab.metrics.columns import KIND_WORDS, KLASSES
from p4lab.metrics.fold import Metrics
from p4lab.metrics.messages import CORRUPT, DUPLICATE, LOST

Row = tuple[Any, ...]
CHUNK = 65_536  # messages at a time

_OP = ("at", "op", "provider", "workload", "kind", "key", "owner", "regime")
GET_COLUMNS = (*_OP, "code", "class", "latency", "seq", "lag", "age")
PUT_COLUMNS = (*_OP, "code", "latency", "seq")
MESSAGE_COLUMNS = (
    "at",
    "due",
    "event",
    "cause",
    "op",
    "kind",
    "status",
    "from",
    "to",
    "bytes",
    "lost",
    "duplicate",
    "corrupt",
)


class Rows(Protocol):
    """The message rows of a trace."""

    @property
    def messages(self) -> int:
        """How many."""

    def rows(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows start..stop."""


def save_tables(folder: Path, metrics: Metrics, trace: Rows) -> list[Path]:
    """Write the three files into `folder`, made where it is missing, and return their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _save(folder / "gets.csv", GET_COLUMNS, get_rows(metrics)),
        _save(folder / "puts.csv", PUT_COLUMNS, put_rows(metrics)),
        _save(folder / "messages.csv", MESSAGE_COLUMNS, message_rows(metrics, trace)),
    ]


def get_rows(metrics: Metrics) -> Iterator[Row]:
    """GET_COLUMNS of each get; the class of one that has no answer is "unfinished"."""
    answers = {row["op"]: row for row in metrics.gets()}
    for start in metrics.starts():
        if start["put"]:
            continue
        end = answers.get(start["op"])
        if end is None:
            yield (*_who(metrics, start), None, "unfinished", None, None, None, None)
            continue
        read = (end["lag"], end["age"]) if end["returned"] else (None, None)
        code, klass = metrics.outcomes[end["outcome"]], KLASSES[end["klass"]]
        yield (*_who(metrics, start), code, klass, end["latency"], end["seq"] or None, *read)


def put_rows(metrics: Metrics) -> Iterator[Row]:
    """PUT_COLUMNS of each put."""
    answers = {row["op"]: row for row in metrics.puts()}
    for start in metrics.starts():
        if not start["put"]:
            continue
        end = answers.get(start["op"])
        if end is None:
            yield (*_who(metrics, start), None, None, None)
        else:
            yield (*_who(metrics, start), metrics.outcomes[end["outcome"]], end["latency"], end["seq"] or None)


def message_rows(metrics: Metrics, trace: Rows) -> Iterator[Row]:
    """MESSAGE_COLUMNS of each message between providers."""
    for first in range(0, trace.messages, CHUNK):
        rows = trace.rows(first, first + CHUNK)
        for row in rows[rows["code"] < ACCESS].tolist():
            t, due, event, cause, op, size, src, dst, code, status, fate, _ = row
            lost = int(bool(fate & LOST) or event in metrics.lost)
            yield (
                t, due, event, cause, op, CODE_NAMES.get(code, code), STATUS_NAMES.get(status, status),
                metrics.providers.get(src, src), metrics.providers.get(dst, dst), size, lost,
                int(bool(fate & DUPLICATE)), int(bool(fate & CORRUPT)),
            )  # fmt: skip


def _who(metrics: Metrics, start: np.void) -> Row:
    name = metrics.spelled[start["name"]]
    return (
        start["t"], start["op"], metrics.called(int(start["node"])),
        metrics.workloads[start["workload"]], KIND_WORDS[start["kind"]], name.key, name.owner,
        REGIME_WORDS[start["regime"]],
    )  # fmt: skip


def _save(path: Path, columns: tuple[str, ...], rows: Iterator[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
