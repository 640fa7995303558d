"""The file of a store: opened, checked and, where it is damaged, set aside; never deleted.

Rules: exactly one connection per file, held exclusively (SQLite before 3.51.3 can corrupt a WAL database when two
connections write and checkpoint at once), so there is no shared memory file either. What was done about damage is told
in sentences. SQLite passes silently over damage in its log, and does not look into values: both are checked here.
"""

import contextlib
import os
import shutil
import sqlite3
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from p4lab.live.rows import sound

VERSION = 1  # of the tables
MAGIC = 0x70340000  # "p4", and the version once more: so that one changed bit is not taken for a newer version
PATIENCE = 5.0  # s that somebody else may hold the file: an antivirus on Windows, or a node that is just ending
PAUSE = 0.1  # s between two attempts
LOG = 1_100 * 4_120  # bytes: what the log grows to between two checkpoints, 1,000 pages of SQLite's, and one commit
PLENTY = 268_435_456  # bytes that are free where those of the log do not matter
LOG_LIMIT = 16_777_216  # bytes that the log keeps of the disk between two checkpoints
Key = tuple[int, str, bytes, bytes]  # node, store, nid, entry

_HEADER, _FRAME = 32, 24  # bytes of the log's header, and of that of each frame (sqlite.org/fileformat2.html, 4.1)
_MAGIC = (0x377F0682, 0x377F0683)
_PAGE = 4096  # bytes, SQLite's default
_ELSEWHERE = (  # what keeps a file from being read and is not the file; all else is
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_AUTH,
)  # fmt: skip
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_SCHEMA = """CREATE TABLE rows(
    n INTEGER PRIMARY KEY, node INTEGER NOT NULL, store TEXT NOT NULL, nid BLOB NOT NULL, entry BLOB NOT NULL,
    data BLOB NOT NULL)"""


class StoreError(Exception):
    """The store cannot be used, and why, in a sentence."""


COLUMNS = "node, store, nid, entry, data"


class Opened:
    """index: of each row its number and its bytes. said: what was found damaged, and what was done about it."""

    def __init__(self, connection: sqlite3.Connection, said: list[str]) -> None:
        self.connection = connection
        self.said = said
        self.index: dict[Key, tuple[int, int]] = {}
        self.unsound: list[int] = []
        for n, node, store, nid, entry, data in connection.execute(f"SELECT n, {COLUMNS} FROM rows ORDER BY n"):
            if _typed(node, store, nid, entry, data) and sound(node, store, nid, entry, data):
                self.index[node, store, nid, entry] = n, len(data)
            else:
                self.unsound.append(n)


def open_file(path: Path) -> Opened:
    """The file, whole: a damaged one is set aside and a fresh one begun. Raises StoreError where there can be none."""
    said: list[str] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    logged = _commits(_beside(path, "-wal"))
    try:
        opened = _begin(path, said)
    except sqlite3.DatabaseError as error:
        if primary(error) in _ELSEWHERE:
            raise StoreError(f"the store {path} cannot be opened: {error}") from error
        aside = _set_aside(path, os.replace)
        said.append(f"The store {path.name} was damaged ({error}). It is kept as {aside.name}; a fresh one was begun.")
        return _begin(path, said)
    lost = _lost(opened.connection, logged)
    if lost:
        said.append(
            f"The log of the store {path.name} was damaged: its last {lost} commits are lost, what came before is "
            f"served. {_copied(path)}"
        )
    if opened.unsound:
        count = len(opened.unsound)
        said.append(f"Damaged rows of the store {path.name} are left out: {count}. {_copied(path)}")
        with contextlib.suppress(sqlite3.OperationalError):  # on a full disk they stay, and are left out again
            opened.connection.executemany("DELETE FROM rows WHERE n = ?", [(n,) for n in opened.unsound])
    _widen(_beside(path, "-wal"))
    return opened


def connect(path: Path) -> sqlite3.Connection:
    """The one connection. Raises sqlite3.OperationalError where somebody else has it."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    connection.text_factory = _text
    try:
        for pragma in (
            "locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL", "fullfsync = 1",
            "checkpoint_fullfsync = 1", "mmap_size = 0", "trusted_schema = 0", "cell_size_check = 1",
            f"journal_size_limit = {LOG_LIMIT}",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error, 0 where it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _begin(path: Path, said: list[str]) -> Opened:
    connection = _held(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        magic = connection.execute("PRAGMA application_id").fetchone()[0]
        if version > VERSION and magic == MAGIC + version:
            raise StoreError(f"the store {path} was written by a newer P4 Lab; use that one, or another --store")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found != "ok" or (tables and (version, magic) != (VERSION, MAGIC + VERSION)):
            raise _damage(f"quick_check: {found}" if found != "ok" else "it is not a store")
        if not tables:
            connection.execute("BEGIN")
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute(f"PRAGMA application_id = {MAGIC + VERSION}")
            connection.execute("COMMIT")
        return Opened(connection, said)
    except BaseException:
        connection.close()
        raise


def _widen(log: Path) -> None:
    """Make the log as long as it will be: a commit that makes a file longer takes twice as long as one that does not.

    What follows the log's last commit is nothing to SQLite, which checks every frame.
    """
    try:
        with log.open("r+b") as file:
            missing = LOG - file.seek(0, os.SEEK_END)
            if missing > 0 and shutil.disk_usage(log.parent).free > PLENTY:
                file.write(bytes(missing))
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        return  # then commits take longer


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")  # what is no text is damaged: that is for the checksum to tell


def _typed(*values: object) -> bool:
    """Whether these are of the types that were written; SQLite keeps any type in any column."""
    return tuple(map(type, values)) == (int, str, bytes, bytes, bytes)


def _held(path: Path) -> sqlite3.Connection:
    """A connection that holds the file; who holds it now is waited for."""
    pause = threading.Event()  # nobody sets it
    why: Exception | None = None
    for _ in range(int(PATIENCE / PAUSE)):
        try:
            return connect(path)
        except sqlite3.OperationalError as error:
            if primary(error) not in _LOCKED:
                raise
            why = error
        except OSError as error:
            why = error
        pause.wait(PAUSE)
    raise StoreError(f"the store {path} is in use or cannot be written ({why}); is there a node on it already?")


def _damage(found: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _copied(path: Path) -> str:
    try:
        return f"A copy is kept as {_set_aside(path, shutil.copy2).name}."
    except OSError as error:
        return f"No copy could be kept: {error.strerror}."


def _set_aside(path: Path, how: Callable[[Path, Path], object]) -> Path:
    """The file and its log under a name that is free."""
    number = 1
    while (aside := _beside(path, f".corrupt-{number}")).exists():
        number += 1
    for suffix in ("", "-wal", "-journal"):
        if _beside(path, suffix).exists():
            try:
                how(_beside(path, suffix), _beside(aside, suffix))
            except OSError:
                aside.unlink(missing_ok=True)  # half a copy is none
                raise
    return aside


def _commits(log: Path) -> list[int]:
    """After how many frames of the log each commit ends that belongs to it; SQLite stops at the first damaged frame."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return []
    if len(data) < _HEADER + _FRAME:
        return []
    magic, _, page, _, *salts = struct.unpack_from(">IIIIII", data)
    first = list(struct.unpack_from(">II", data, _HEADER + 8))
    if magic not in _MAGIC or _checksum(data, magic) != struct.unpack_from(">II", data, _HEADER - 8):
        salts, page = first, _PAGE  # SQLite takes nothing from it; its frames tell what it was
    commits = []
    for number, at in enumerate(range(_HEADER, len(data) - _FRAME + 1, _FRAME + page), start=1):
        _, pages, *of = struct.unpack_from(">IIII", data, at)
        if pages and of == salts:
            commits.append(number)
    return commits


def _checksum(data: bytes, magic: int) -> tuple[int, int]:
    """Of the log's header. The last bit of the magic number says in which order bytes are taken."""
    words = struct.unpack_from(">6I" if magic & 1 else "<6I", data)
    one = two = 0
    for at in range(0, len(words), 2):
        one = (one + words[at] + two) & 0xFFFFFFFF
        two = (two + words[at + 1] + one) & 0xFFFFFFFF
    return one, two


def _lost(connection: sqlite3.Connection, commits: list[int]) -> int:
    """How many commits that stand in the log were not taken from it."""
    if not commits:
        return 0
    try:
        _, taken, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.OperationalError:
        return 0  # a full disk, say: it is served all the same
    return sum(number > taken for number in commits)
