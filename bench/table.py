"""The rows of a benchmark: collected, printed as a table, written to a file that scripts may read.

Rules: a ratio above 1 means that P4 Lab is better, whichever way the unit points. Where there is nothing to compare
with, the other side is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table


class Row(msgspec.Struct, frozen=True):
    """One measured thing beside another. Made by `more`, `less` or `alone`, which know what is better."""

    name: str
    value: float
    unit: str
    against: str | None = None
    against_value: float | None = None
    ratio: float | None = None


def more(name: str, value: float, unit: str, against: str, against_value: float) -> Row:
    """A comparison in which more is better (messages per second)."""
    return Row(name, value, unit, against, against_value, value / against_value)


def less(name: str, value: float, unit: str, against: str, against_value: float) -> Row:
    """A comparison in which less is better (milliseconds per frame, bytes)."""
    return Row(name, value, unit, against, against_value, against_value / value)


def alone(name: str, value: float, unit: str) -> Row:
    """A measurement with nothing beside it."""
    return Row(name, value, unit)


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the rows as one table."""
    table = Table("measured", title="P4 Lab, side by side", title_justify="left")
    for heading in ("P4 Lab", "unit", "against", "theirs", "times better"):
        table.add_column(heading, justify="left" if heading in ("unit", "against") else "right")
    for row in rows:
        theirs = "" if row.against_value is None else readable(row.against_value)
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
        table.add_row(row.name, readable(row.value), row.unit, row.against or "", theirs, ratio)
    console.print(table)


def write(rows: Sequence[Row], path: Path) -> None:
    """Keep the rows as JSON, one object each, with all their fields."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(list(rows)), indent=2) + b"\n")


def readable(value: float) -> str:
    """Three digits that count, and no more than are needed: 471,000; 43.1; 0.29."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"
