"""What a crash would lose, kept in a file of this window from the first change until it is saved or given up.

Rules: knows texts, not scenarios. A copy is written whole or not at all, within INTERVAL of a change. Every window has
a copy and a lock of its own; a copy whose lock is free belongs to nobody who still runs, and is offered. That it cannot
be written is said once.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

INTERVAL = 300  # ms from a change to the copy
HEAD = "# P4 Lab keeps this until it is saved: "
SUFFIX = ".toml"


@dataclass(frozen=True)
class Left:
    """text: of the scenario. path: where it was saved last. source: what it was read from. file: the copy itself."""

    title: str
    text: str
    path: Path | None = None
    source: Path | None = None
    file: Path = field(default=Path(), compare=False)


class Recovery(QObject):
    """folder: where copies are; None: none is kept. content: what would be lost now."""

    failed = Signal(str)
    changed = Signal()  # what is left of other windows

    def __init__(self, folder: Path | None, content: Callable[[], Left], parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._content = content
        self._lock: QLockFile | None = None
        self._file: Path | None = None
        self._told = False
        self._left: dict[Path, tuple[Left, QLockFile]] = {}
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.setObjectName("recovery")
        self._timer.timeout.connect(self._write)
        if folder is not None:
            self._find(folder)

    @property
    def left(self) -> list[Left]:
        """What windows that ended without a word had not saved."""
        return [left for left, _ in self._left.values()]

    def keep(self, unsaved: bool) -> None:
        """Something has changed. unsaved: there is something to lose."""
        if self._folder is None:
            return
        if unsaved:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()
            self._drop()

    def discard(self, left: Left) -> None:
        """Nobody wants it."""
        _, lock = self._left.pop(left.file)
        left.file.unlink(missing_ok=True)
        lock.unlock()
        self.changed.emit()

    def replace(self, left: Left) -> None:
        """It is open in this window now, whose own copy takes its place."""
        if self._write() and left.file in self._left:
            self.discard(left)

    def _find(self, folder: Path) -> None:
        for file in sorted(folder.glob(f"*{SUFFIX}")):
            lock = _lock(file)
            if lock.tryLock(0):
                left = _read(file)
                if left is None:
                    lock.unlock()
                else:
                    self._left[file] = left, lock

    def _write(self) -> bool:
        left = self._content()
        told = {"title": left.title, "path": _plain(left.path), "source": _plain(left.source)}
        try:
            file = self._own()
            fresh = file.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as out:
                out.write(f"{HEAD}{json.dumps(told)}\n{left.text}")
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(file)
        except OSError as fault:
            if not self._told:
                reason = fault.strerror or str(fault)
                self.failed.emit(f"What you change cannot be kept for the case of a crash: {reason}. Save it soon.")
            self._told = True
            return False
        self._told = False
        return True

    def _own(self) -> Path:
        if self._file is None:
            assert self._folder is not None, "asked only where copies are kept"
            self._folder.mkdir(parents=True, exist_ok=True)
            number = 1
            while True:
                file = self._folder / f"{os.getpid()}-{number}{SUFFIX}"
                lock = _lock(file)
                if not file.exists() and lock.tryLock(0):
                    break
                if lock.error() not in (QLockFile.LockError.NoError, QLockFile.LockError.LockFailedError):
                    raise OSError(0, f"{self._folder} cannot be written to")
                number += 1
            self._file, self._lock = file, lock
        return self._file

    def _drop(self) -> None:
        if self._file is not None and self._lock is not None:
            self._file.unlink(missing_ok=True)
            self._lock.unlock()
        self._file = self._lock = None


def _lock(file: Path) -> QLockFile:
    lock = QLockFile(str(file.with_suffix(".lock")))
    lock.setStaleLockTime(0)  # only the end of its process frees it, not age
    return lock


def _read(file: Path) -> Left | None:
    """A copy, or None where this is none."""
    try:
        head, _, text = file.read_text(encoding="utf-8").partition("\n")
        told = json.loads(head.removeprefix(HEAD)) if head.startswith(HEAD) else None
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("title"), str):
        return None
    return Left(told["title"], text, _path(told.get("path")), _path(told.get("source")), file)


def _plain(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(found: object) -> Path | None:
    return Path(found) if isinstance(found, str) else None
