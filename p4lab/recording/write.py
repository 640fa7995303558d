"""Writing a recording while the run goes on.

Rules: a batch is a transaction, under SQLite's rollback journal (no WAL): a program killed at any moment leaves a file
that opens up to the last batch. A file that is there already is replaced only where it is a recording itself.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from p4lab.core.commands import Command, verb
from p4lab.core.events import Event
from p4lab.recording.opened import is_recording
from p4lab.recording.shape import COLUMNS, FORMAT, SCHEMA, RecordingError, row_of, row_of_message

BATCH = 10_000  # events: a tenth of a second of writing, and little to lose
INSERT = f"INSERT INTO events({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Slice(Protocol):
    """Events i..j of a trace: the message rows among them and all others."""

    rows: np.ndarray
    records: list[Event]


class Timed(Protocol):
    """A command and when it took effect."""

    @property
    def at(self) -> float:
        """Seconds since the run began."""

    @property
    def command(self) -> Command:
        """What was done."""


def may_replace(path: Path) -> None:
    """Raises RecordingError where something stands that is no recording."""
    try:
        if path.is_dir():
            raise RecordingError(path, "this is a folder", "name a file in it, such as run.p4rec")
        if path.exists() and path.stat().st_size and not is_recording(path):
            raise RecordingError(path, "this file is there already and is no recording", "give another name")
    except OSError as fault:
        raise RecordingError(path, f"cannot be written: {fault.strerror or fault}") from None


class Recorder:
    """One recording in the making. scenario: the whole text of what was run; version: the program's.

    happened: on a network, where nothing is drawn.
    """

    def __init__(self, path: Path | str, scenario: str, seed: int, version: str, happened: bool = False) -> None:
        self._path = Path(path)
        self._pending = 0
        may_replace(self._path)
        self._remove_old()
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.executescript(SCHEMA)
            self._db.execute("BEGIN")
            self._meta(format=str(FORMAT), scenario=scenario, seed=str(seed), commands="[]", version=version, end="0.0")
            if happened:
                self._meta(happened="1")
            self.flush()
        except sqlite3.Error as fault:
            raise self._fault(fault) from None

    def write(self, events: Slice, known: float) -> None:
        """Keep the next events of the trace; `known` is the time up to which the run has got."""
        try:
            self._db.execute("SAVEPOINT slice")
            try:
                self._db.executemany(INSERT, map(row_of_message, events.rows.tolist()))
                self._db.executemany(INSERT, map(row_of, events.records))
                self._meta(end=repr(known))
                self._db.execute("RELEASE slice")
            except BaseException:  # Ctrl+C too: a slice is kept whole or not at all, or ids would be missing
                with suppress(sqlite3.OperationalError):  # it came after RELEASE, or SQLite has rolled back itself
                    self._db.execute("ROLLBACK TO slice")
                raise
            self._pending += len(events.rows) + len(events.records)
            if self._pending >= BATCH:
                self.flush()
        except sqlite3.Error as fault:
            raise self._fault(fault) from None

    def commands(self, done: Sequence[Timed]) -> None:
        """Keep what has been done by hand so far: all of it, in order."""
        rows = [{"at": each.at, verb(each.command): msgspec.to_builtins(each.command)} for each in done]
        try:
            self._meta(commands=msgspec.json.encode(rows).decode())
        except sqlite3.Error as fault:
            raise self._fault(fault) from None

    def flush(self) -> None:
        """End the batch: what has been written so far is safe."""
        try:
            self._db.execute("COMMIT")
            self._db.execute("BEGIN")
        except sqlite3.Error as fault:
            raise self._fault(fault) from None
        self._pending = 0

    def close(self) -> None:
        """End the last batch and let go of the file."""
        try:
            if self._db.in_transaction:  # Ctrl+C may have come right after a batch had ended
                self._db.execute("COMMIT")
        except sqlite3.Error as fault:
            raise self._fault(fault) from None
        finally:
            self._db.close()

    def _meta(self, **values: Any) -> None:
        self._db.executemany("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", values.items())

    def _remove_old(self) -> None:
        try:
            for path in (self._path, self._path.with_name(self._path.name + "-journal")):
                path.unlink(missing_ok=True)
        except OSError as fault:
            raise RecordingError(self._path, f"cannot be written: {fault.strerror or fault}") from None

    def _fault(self, fault: sqlite3.Error) -> RecordingError:
        return RecordingError(self._path, f"cannot be written: {fault}", "is there a folder with room in it?")
