"""`python -m bench [NAME]...` runs the benchmarks and prints their rows; without names, all, kept in bench/latest.json.

Rules: a benchmark is a module of this package with `rows()`, a generator of rows, so that progress can be told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from rich.console import Console

from bench.table import Row, show, write

BENCHES: tuple[str, ...] = (
    "engine",
    "forest",
    "catchup",
    "frame",
    "recorded",
    "start",
    "express",
    "live_frames",
    "channel",
    "live_dht",
)
LATEST = Path(__file__).parent / "latest.json"


class Bench(Protocol):
    """What a benchmark's module offers."""

    def rows(self) -> Iterator[Row]:
        """Measure, and give each row as soon as it is known."""
        ...


def main(names: list[str]) -> int:
    """Run what is named. Returns the exit status."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"bench: no benchmark is called {unknown[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    progress = Console(stderr=True)
    rows: list[Row] = []
    for name in names or BENCHES:
        progress.print(f"{name}...", style="dim")
        for row in cast(Bench, import_module(f"bench.{name}")).rows():
            progress.print(f"  {row.name}", style="dim")
            rows.append(row)
    show(rows, Console())
    if not names:
        write(rows, LATEST)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
