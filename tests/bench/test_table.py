"""A row says who is better, whichever way its unit points, and reads well."""

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bench.table import Row, alone, less, more, readable, show, write

ROWS = [
    more("engine, 20 providers, trace kept", 471_234.0, "messages/s", "SimPy", 80_000.0),
    less("frame, 10,000 messages", 2.5, "ms", "QGraphicsItem", 100.0),
    alone("trace, per message", 29.0, "bytes"),
]


def test_a_ratio_above_one_means_better() -> None:
    assert ROWS == [
        Row("engine, 20 providers, trace kept", 471_234.0, "messages/s", "SimPy", 80_000.0, 5.890425),
        Row("frame, 10,000 messages", 2.5, "ms", "QGraphicsItem", 100.0, 40.0),
        Row("trace, per message", 29.0, "bytes", None, None, None),
    ]


def test_the_file_holds_every_field_of_every_row(tmp_path: Path) -> None:
    write(ROWS, tmp_path / "latest.json")
    assert msgspec.json.decode((tmp_path / "latest.json").read_bytes())[1:] == [
        {
            "name": "frame, 10,000 messages",
            "value": 2.5,
            "unit": "ms",
            "against": "QGraphicsItem",
            "against_value": 100.0,
            "ratio": 40.0,
        },
        {
            "name": "trace, per message",
            "value": 29.0,
            "unit": "bytes",
            "against": None,
            "against_value": None,
            "ratio": None,
        },
    ]


def test_the_table_shows_both_sides() -> None:
    printed = StringIO()
    show(ROWS, Console(width=120, file=printed))
    lines = printed.getvalue().splitlines()
    assert [part.strip() for part in lines[4].split("│")[1:-1]] == [
        "engine, 20 providers, trace kept",
        "471,000",
        "messages/s",
        "SimPy",
        "80,000",
        "5.9",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (471_234.0, "471,000"), (999.6, "1,000"), (43.14, "43.1"), (0.2884, "0.288"), (-1234.0, "-1,230")],
)
def test_numbers_keep_three_digits(value: float, text: str) -> None:
    assert readable(value) == text
