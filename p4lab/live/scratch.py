"""The disk of a lab: one file for all its nodes, in a folder that goes with it.

Rules: nobody outlives it, so its wall clock is the lab's own. What comes back from a disk has no event numbers, since a
node that starts again elsewhere tells of its copies anew; here the Events are still in the same stream, and are known
again.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from p4lab.core.events import Stored
from p4lab.core.stores import Copy, Mark
from p4lab.live.store import Store
from p4lab.stage.crashes import Key, Rows


class Scratch:
    """clock: the lab's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._folder = TemporaryDirectory(prefix="p4lab-", ignore_cleanup_errors=True)
        self._store = Store.open(Path(self._folder.name) / "lab.db", clock, clock)
        self._events: dict[int, dict[Key, Stored]] = {}

    @property
    def trouble(self) -> str:
        """Why the last write failed; empty where it did not."""
        return self._store.trouble

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None:
        """Keep these rows for good; `done` is called in this loop when they are kept, in order."""
        events = self._events.setdefault(node, {})
        for store, nid, entry, what in rows:
            if (event := _event(what)) is not None:
                events[store, nid, entry] = event
            else:
                events.pop((store, nid, entry), None)
        self._store.write(node, rows, done)

    def load(self, node: int) -> dict[Key, object]:
        """What this node has."""
        found, events = self._store.load(node), self._events.get(node, {})
        for key, what in found.items():
            mine, event = _event(what), events.get(key)
            if mine is not None and event is not None and (mine.seq, mine.digest) == (event.seq, event.digest):
                mine.id, mine.t, mine.cause = event.id, event.t, event.cause
        return found

    def close(self) -> None:
        """Let go of the file, and of the folder."""
        self._store.close()
        self._folder.cleanup()


def _event(what: object) -> Stored | None:
    if isinstance(what, Copy):
        return what.event
    return what.stored if isinstance(what, Mark) else None
