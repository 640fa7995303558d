"""Opening a recording: whether a file is one, and what was run in it.

Rules: nothing is believed. What is wrong is said in a sentence, with what would be right; whoever names the file to the
person adds its name.
"""

import sqlite3
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from p4lab.core.commands import VERBS, Command
from p4lab.recording.shape import FORMAT

MADE = "a recording is made with p4lab run SCENARIO --record FILE.p4rec"
LARGEST = 16_000_000  # bytes of one text in it: a scenario has at most 8 MB


class Recording(msgspec.Struct, frozen=True):
    """What was run. end: the time up to which the run had got; commands: what was done by hand, and when.

    happened: on a network, not in a simulation, so that nothing was drawn and there is no seed.
    """

    scenario: str
    seed: int
    version: str
    end: float
    commands: list[tuple[float, Command]]
    happened: bool = False


class BadFileError(Exception):
    """What is wrong, and what would be right; the file is not named yet."""

    def __init__(self, what: str, right: str = "") -> None:
        super().__init__(what)
        self.right = right


def is_recording(path: Path) -> bool:
    """Whether this is a recording, of any format, damaged or not behind its first pages."""
    try:
        with closing(opened(path)) as db:
            _tables(db)
    except (BadFileError, sqlite3.Error):
        return False
    return True


def opened(path: Path) -> sqlite3.Connection:
    """The database. Raises BadFileError."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise BadFileError("there is no such file") from None
    except IsADirectoryError:
        raise BadFileError("this is a folder", "name a recording in it") from None
    except (OSError, ValueError) as fault:  # ValueError: a null character in the path
        raise BadFileError(f"cannot be read: {getattr(fault, 'strerror', None) or fault}") from None
    if head != b"SQLite format 3\0":
        raise BadFileError("this is no recording", MADE)
    # A run that was killed within a batch left a journal; only a connection that may write can take that batch back.
    killed = path.with_name(path.name + "-journal").exists()
    db = sqlite3.connect(f"file:{quote(str(path))}?mode={'rw' if killed else 'ro'}", uri=True)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def what_was_run(db: sqlite3.Connection) -> Recording:
    """All but the events. Raises BadFileError."""
    _tables(db)
    meta = {key: value for key, value in db.execute("SELECT key, value FROM meta") if isinstance(value, str)}
    version = meta.get("version", "")
    number = _number(meta, "format")
    if number > FORMAT:
        right = f"open it with P4 Lab {version[:20]} or later" if version else "open it with a newer P4 Lab"
        raise BadFileError(f"its format {number} is newer than this P4 Lab reads ({FORMAT})", right)
    if number < 1:
        raise BadFileError(f"its format is {number}", f"this P4 Lab reads 1 to {FORMAT}")
    if "scenario" not in meta:
        raise BadFileError("the scenario is missing", MADE)
    end = _float(meta.get("end", "0"))
    commands = _commands(meta.get("commands", "[]"))
    return Recording(meta["scenario"], _number(meta, "seed"), version, end, commands, meta.get("happened") == "1")


def _tables(db: sqlite3.Connection) -> None:
    found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "events"} <= found:
        raise BadFileError("this SQLite database is no recording", MADE)


def _number(meta: dict[str, str], key: str) -> int:
    if key not in meta:
        raise BadFileError(f"its {key} is missing", MADE)
    text = meta[key]
    if not text.removeprefix("-").isdecimal() or len(text) > 20:
        raise BadFileError(f"its {key} is {text[:20]!r}", "a whole number belongs there")
    return int(text)


def _float(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = inf
    if not 0 <= found < inf:
        raise BadFileError(f"its end is {text[:20]!r}", "a number of seconds belongs there")
    return found


def _commands(text: str) -> list[tuple[float, Command]]:
    """Commands as they were given; verbs and fields that this version does not know are passed over."""
    found: list[tuple[float, Command]] = []
    try:
        for row in msgspec.json.decode(text, type=list[dict[str, Any]]):
            for word in VERBS.keys() & row.keys():
                kind = VERBS[word]
                known = {field.encode_name for field in msgspec.structs.fields(kind)}
                fields = {name: value for name, value in msgspec.convert(row[word], dict).items() if name in known}
                command: Any = msgspec.convert(fields, kind)  # one of VERBS
                found.append((msgspec.convert(row.get("at"), float), command))
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadFileError(f"the commands in it cannot be read: {fault}") from None
    return found
