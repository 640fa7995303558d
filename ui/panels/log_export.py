"""Writing the rows of the event log to a CSV file, a slice at a time, so that a large log does not freeze the window.

Rules: writes what the model shows when it starts; the file is complete or, when writing fails, said to be not.
"""

import csv
from pathlib import Path
from time import perf_counter
from typing import TextIO

from PySide6.QtCore import QObject, QTimer, Signal

from ui import words
from ui.panels.log_model import LogModel
from ui.plain import as_cell

BUDGET = 0.008  # s of writing between two looks at other work
HEADER = ("number", "time", "delta", "source", "target", "kind", "key", "regime", "result", "latency_ms", "op")


class Export(QObject):
    """says: how far it is, or how it ended."""

    went_on = Signal()

    def __init__(self, model: LogModel, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._path = model, path
        self._next = 0
        self._stop = model.rowCount()
        self._file: TextIO | None = None
        self.says = ""
        self._timer = QTimer(self, interval=0)
        self._timer.setObjectName("log export")
        self._timer.timeout.connect(self._write)
        model.modelReset.connect(self._give_up)

    def start(self) -> None:
        """Begin."""
        try:
            self._file = self._path.open("w", newline="", encoding="utf-8")
            csv.writer(self._file).writerow(HEADER)
        except OSError as fault:
            self._end(f"{self._path.name} cannot be written: {fault.strerror}")
            return
        self._timer.start()

    def _write(self) -> None:
        end = perf_counter() + BUDGET
        if self._file is None:
            return
        self._stop = min(self._stop, self._model.rowCount())  # the playhead went back
        try:
            writer = csv.writer(self._file)
            while self._next < self._stop and perf_counter() < end:
                row = self._model.row(self._next)
                latency = "" if row.latency is None else f"{row.latency:.3f}"
                said = map(as_cell, (row.source, row.target, row.kind, row.key, row.regime_words, row.result))
                writer.writerow((row.number, f"{row.time:.6f}", f"{row.delta:.6f}", *said, latency, row.op or ""))
                self._next += 1
        except OSError as fault:
            self._end(f"{self._path.name} is not complete: {fault.strerror}")
            return
        if self._next >= self._stop:
            self._end(f"{words.plural(self._next, 'event')} in {self._path.name}")
        else:
            self.says = f"writing, {words.share(self._next / self._stop)}"
            self.went_on.emit()

    def _give_up(self) -> None:
        if self._timer.isActive():
            self._end(f"{self._path.name} is not complete: the list changed")

    def _end(self, says: str) -> None:
        self._timer.stop()
        if self._file is not None:
            self._file.close()
            self._file = None
        self.says = says
        self.went_on.emit()
