"""The durable store: what its nodes persist, in one SQLite file, written by one thread.

Rules: `done(True)` comes after the commit and never before; what waits while one commit runs is committed together with
the next (group commit), in order. On any error nothing of the batch is acknowledged; a full disk refuses writes until
there is room, and what is stored is served. A row's place is found in memory, so that a write touches few pages. What
nobody is promised is committed too, but the disk is not waited for: it outlives a kill, and perhaps not a power cut.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

from p4lab.live.rows import DamagedError, Row, Times, pack, promises, unpack
from p4lab.live.storefile import COLUMNS, Key, StoreError, connect, open_file, primary

MOST = 256  # turns of the loop whose writes share one commit
CLOSING = 3.0  # s that the last commit may take
PATIENCE = 30.0  # s that what was written before may take until all can be read
AGAIN = 1.0  # s after which a full disk is tried again
AT_ONCE = (1, 2, 4, 8, 16, 32, 64)  # rows in one statement: each gives the interpreter's lock away and waits for it

Rows = tuple[Row, ...]
Done = Callable[[bool], None]
_Change = tuple[Key, bytes | None]
_SELECT = f"SELECT {COLUMNS} FROM rows WHERE node = ?"
_INSERT = {
    count: f"REPLACE INTO rows(n, {COLUMNS}) VALUES " + ", ".join(["(?,?,?,?,?,?)"] * count) for count in AT_ONCE
}
_DELETE = {count: f"DELETE FROM rows WHERE n IN ({', '.join('?' * count)})" for count in AT_ONCE}
_WAITS = {True: "PRAGMA synchronous = FULL", False: "PRAGMA synchronous = NORMAL"}
_Statement = tuple[str, list[object]]


class _Write:
    """changes: the rows, packed. vital: somebody is promised that they are stored."""

    __slots__ = ("changes", "done", "vital")

    def __init__(self, changes: list[_Change], done: Done, vital: bool) -> None:
        self.changes = changes
        self.done = done
        self.vital = vital


class Store:
    """Of one process; `open` makes one. said: what was found and done at opening, in sentences.

    trouble: why the last write failed, "" where it did not. bytes: of all rows, packed.
    """

    def __init__(self, path: Path, wall: Callable[[], float], clock: Callable[[], float]) -> None:
        opened = open_file(path)
        self.path = path
        self.said = tuple(opened.said)
        self._full_until = -inf
        self.trouble = ""
        self.bytes = sum(size for _, size in opened.index.values())
        self._wall = wall
        self._clock = clock
        self._index = opened.index
        self._next = max((n for n, _ in opened.index.values()), default=0) + 1
        self._connection: sqlite3.Connection | None = opened.connection
        self._waits = True  # it waits for the disk
        self._using = threading.Lock()  # the connection
        self._queue: queue.SimpleQueue[list[_Write] | threading.Event | None] = queue.SimpleQueue()
        self._gathered: list[_Write] = []  # in this turn of the loop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._writer = threading.Thread(target=self._run, name="store", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, path: Path, wall: Callable[[], float], clock: Callable[[], float]) -> "Store":
        """The store in this file. wall: the wall clock; clock: the host's, as in `now`. Raises StoreError."""
        return cls(path, wall, clock)

    @property
    def full(self) -> bool:
        """Whether the disk was full a moment ago; after that it is worth another try."""
        return self._clock() < self._full_until

    @property
    def keys(self) -> int:
        """How many rows are stored."""
        return len(self._index)

    def load(self, node: int) -> dict[tuple[str, bytes, bytes], object]:
        """What this node has stored, as `Provider.restore` takes it; what is still being written is waited for."""
        written = threading.Event()
        self._hand_over()
        self._queue.put(written)
        if self._closed or not written.wait(PATIENCE):
            raise StoreError(f"the store {self.path} is closed, or its disk does not answer")
        times = self._times()
        found: dict[tuple[str, bytes, bytes], object] = {}
        with self._using:
            if self._connection is None:
                raise StoreError(f"the store {self.path} cannot be read: {self.trouble or 'it is closed'}")
            rows = self._connection.execute(_SELECT, (node,)).fetchall()
        for _, store, nid, entry, data in rows:
            try:
                found[store, nid, entry] = unpack(node, store, nid, entry, data, times)
            except DamagedError:  # of another format; damage was found, and told of, when the file was opened
                continue
        return found

    def write(self, node: int, rows: Rows, done: Done) -> None:
        """Store these rows of a node; done(whether they are stored) is called in this event loop, in order.

        Rows that nobody is promised, the version floors that reads raise, hold nobody up: a full disk serves reads.
        """
        self._loop = asyncio.get_running_loop()
        if self._closed:
            self._loop.call_soon(done, False)
            return
        times = self._times()
        changes: list[_Change] = [
            ((node, *row[:3]), None if row[3] is None else pack(node, row, times)) for row in rows
        ]
        if not self._gathered:
            self._loop.call_soon(self._hand_over)  # all writes of one turn wake the writer once, and share a commit
        self._gathered.append(_Write(changes, done, promises(rows)))

    def close(self) -> None:
        """Commit what waits, and let go of the file."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._queue.put(None)
        self._writer.join(CLOSING)

    def _hand_over(self) -> None:
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    def _times(self) -> Times:
        now = self._clock()
        return Times(now, self._wall() - now)

    # In the writer's thread

    def _run(self) -> None:
        going = True
        while going:
            waiting = [self._queue.get()]
            while len(waiting) < MOST:
                try:
                    waiting.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            writes = [write for each in waiting if isinstance(each, list) for write in each]
            if writes:
                ok = self._commit(writes)
                self._deliver(deque((each.done, ok or not each.vital) for each in writes))
            for each in waiting:
                if isinstance(each, threading.Event):
                    each.set()
                elif each is None:
                    going = False
        with self._using:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _commit(self, writes: Sequence[_Write]) -> bool:
        """Whether all of these are stored now; else none is."""
        changes: dict[Key, bytes | None] = {}
        for write in writes:
            changes.update(write.changes)
        index, number = self._index, self._next
        puts: list[tuple[Key, int, bytes]] = []
        gone: list[tuple[Key, int]] = []
        for key, data in changes.items():
            known = index.get(key)
            if data is not None:
                if known is None:
                    puts.append((key, number, data))
                    number += 1
                else:
                    puts.append((key, known[0], data))
            elif known is not None:
                gone.append((key, known[0]))
        statements = _statements(_INSERT, [(n, *key, data) for key, n, data in puts])
        statements += _statements(_DELETE, [(n,) for _, n in gone])
        try:
            with self._using:
                self._perform(statements, any(write.vital for write in writes))
        except sqlite3.Error as error:
            if primary(error) == sqlite3.SQLITE_FULL:
                self._full_until = self._clock() + AGAIN
            self.trouble = str(error)
            return False
        self._full_until, self.trouble, self._next = -inf, "", number
        for key, n, data in puts:
            self.bytes += len(data) - index.get(key, (0, 0))[1]
            index[key] = n, len(data)
        for key, _ in gone:
            self.bytes -= index.pop(key)[1]
        return True

    def _perform(self, statements: list[_Statement], vital: bool) -> None:
        """All of them or none, in one transaction, which a statement alone is by itself. vital: wait for the disk."""
        if self._connection is None:
            self._connection, self._waits = connect(self.path), True  # it was given up after an error
        connection = self._connection
        try:
            if self._waits is not vital:
                connection.execute(_WAITS[vital])
                self._waits = vital
            if len(statements) == 1:
                connection.execute(*statements[0])
                return
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(*statement)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo(connection, primary(error) == sqlite3.SQLITE_FULL)
            raise

    def _undo(self, connection: sqlite3.Connection, keep: bool) -> None:
        """Take back what was begun. Unless all that was missing is room, what SQLite has in memory is not trusted."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            keep = False
        if not keep:
            connection.close()
            self._connection = None

    def _deliver(self, dones: deque[tuple[Done, bool]]) -> None:
        loop = self._loop
        assert loop is not None  # somebody has written
        try:
            loop.call_soon_threadsafe(_tell, loop, dones)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more


def _tell(loop: asyncio.AbstractEventLoop, dones: deque[tuple[Done, bool]]) -> None:
    try:
        while dones:
            done, ok = dones.popleft()
            done(ok)
    finally:
        if dones:  # one of them has failed, which is no reason not to tell the others
            loop.call_soon(_tell, loop, dones)


def _statements(sql: dict[int, str], rows: list[tuple[object, ...]]) -> list[_Statement]:
    """As few as possible. The last is filled up with its last row: to write or delete that twice is to do it once."""
    made: list[_Statement] = []
    most = AT_ONCE[-1]
    for at in range(0, len(rows), most):
        some = rows[at : at + most]
        count = next(count for count in AT_ONCE if count >= len(some))
        some += some[-1:] * (count - len(some))
        made.append((sql[count], [value for row in some for value in row]))
    return made
