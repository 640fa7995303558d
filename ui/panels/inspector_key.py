"""A key in an inspector: who has which version, the history of its versions, and who read it.

Rules: the words are `inspector_text`'s; only the tab in front is worked out. A row leads to its provider, or to the
put or get that it tells of.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from p4lab.core.events import Stored
from p4lab.world import World
from ui import words
from ui.focus import Focus
from ui.panels import inspector_text as text
from ui.panels.inspector_reads import Reads
from ui.panels.table import Column, Rows, Table
from ui.plain import plain_label
from ui.player import Player
from ui.subject import Subject, What
from ui.theme import ThemeSwitch, font


@dataclass(frozen=True)
class _Edition:
    """A version that was accepted, or an entry."""

    event: int
    t: float
    what: str
    node: int
    at: str
    regime: str
    op: int
    ttl: float | None


@dataclass(frozen=True)
class _Reader:
    """A provider whose customers read it."""

    node: int
    name: str
    gets: int
    stale: int
    failed: int
    last: str
    op: int


class KeyPage(QWidget):
    """wanted: something else was asked for."""

    wanted = Signal(Subject)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, reads: Reads) -> None:
        super().__init__()
        self._player, self._themes, self._reads = player, themes, reads
        self._name = -1
        self.says = plain_label()
        self.says.setWordWrap(True)
        self.says.setProperty("role", "muted")
        self.says.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copies = self._copy_table()
        self.editions = self._edition_table()
        self.readers = self._reader_table()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Pages of the inspector")
        self.tabs.setDocumentMode(True)
        for table, title in ((self.copies, "Copies"), (self.editions, "Versions"), (self.readers, "Readers")):
            self.tabs.addTab(table, title)
        self.tabs.currentChanged.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 6)
        column.setSpacing(6)
        column.addWidget(self.says)
        column.addWidget(self.tabs, 1)

    def look(self, subject: Subject) -> None:
        """Tell of another key."""
        self._name = subject.a
        self.refresh()

    def refresh(self) -> None:
        """As the playhead sees it."""
        world, t = self._player.world, self._player.playhead
        if not 0 <= self._name < len(world.names):
            return
        self.says.setFont(font("body"))
        self.says.setText(self._about(world, t))
        match self.tabs.currentIndex():
            case 0:
                self.copies.show_rows(world.holdings(self._name, t))
            case 1:
                self.editions.show_rows(self._editions(world, t))
            case 2:
                self.readers.show_rows(self._readers(world, t))

    def _about(self, world: World, t: float) -> str:
        name = world.names[self._name]
        newest = world.newest(self._name, t)
        owner = f", owned by {name.owner}" if name.owner and name.kind == "authenticated" else ""
        what = "nothing was put yet" if not newest else words.version(newest, name.kind) or "it is there"
        if world.removed(self._name, t):
            what = f"removed with v{newest}"
        elif newest and name.kind == "authenticated":
            what += " is the newest"
        editions = self._editions(world, t)
        regimes = list(dict.fromkeys(each.regime for each in reversed(editions)))
        said = f"{name.kind}{owner}: {what}. "
        if regimes:
            before = f" (before: {', '.join(map(words.regime, regimes[1:]))})" if regimes[1:] else ""
            said += f"Regime: {words.regime(regimes[0])}{before}"
            ttl = next((each.ttl for each in reversed(editions) if each.ttl is not None), None)
            said += f", TTL {words.time(ttl)}." if ttl is not None else "."
        reads = self._reads_of(world, t)
        if len(reads):
            stale = int(((reads["lag"] > 0) & reads["returned"]).sum())
            said += f" {words.plural(len(reads), 'get')} answered, {words.grouped(stale)} of them stale."
        return said[:1].upper() + said[1:]

    def _editions(self, world: World, t: float) -> list[_Edition]:
        """Every version that some provider accepted from a customer; the same one again is not another."""
        name, found, seen = world.names[self._name], [], set()
        for event in world.filed(self._name):
            if event.t > t:
                break
            if not isinstance(event, Stored) or event.store != "L":
                continue
            what = (event.node, event.seq, event.digest, event.entry, event.deleted)
            if what in seen:
                continue
            seen.add(what)
            put = world.put_of(event.op)
            value = put.value if put is not None else ""
            said = "removed" if event.deleted else words.version(event.seq, name.kind) if not event.entry else ""
            shown = f"“{words.short(value.rstrip('.'))}”" if value else ""
            found.append(
                _Edition(
                    event.id, event.t, " ".join(filter(None, (said, shown))) or "the value", event.node,
                    world.called.get(event.node, ""), event.regime, event.op, put.ttl if put is not None else None,
                )
            )  # fmt: skip
        return found

    def _reads_of(self, world: World, t: float) -> np.ndarray:
        gets, names = self._player.metrics.gets(t), world.op_name()
        known = np.minimum(gets["op"], max(0, len(names) - 1))
        return np.asarray(gets[(gets["op"] < len(names)) & (names[known] == self._name)]) if len(names) else gets[:0]

    def _readers(self, world: World, t: float) -> list[_Reader]:
        gets, found = self._reads_of(world, t), []
        for node in np.unique(gets["node"]).tolist():
            mine = gets[gets["node"] == node]
            op = world.op(int(mine["op"][-1]))
            last = "" if op is None else f"{text.read(op, world)} at {words.clock(float(mine['t'][-1]))}"
            stale = int(((mine["lag"] > 0) & mine["returned"]).sum())
            failed = int((~mine["returned"]).sum())
            found.append(
                _Reader(node, world.called.get(node, ""), len(mine), stale, failed, last, -1 if op is None else op.op)
            )
        return found

    # Tables

    def _copy_table(self) -> Table:
        world, now = (lambda: self._player.world), (lambda: self._player.playhead)

        def kind() -> str:  # another run may be open already, and this table not yet filled from it
            names = world().names
            return names[self._name].kind if self._name < len(names) else ""

        def remaining(each: object) -> float | None:
            until, ttl = getattr(each, "until", None), getattr(each, "ttl", None)
            return (until - now()) / ttl if until is not None and ttl else None

        columns = (
            Column("Who", lambda each: world().called.get(each.node, "")),
            Column("Store", lambda each: text.STORES[each.store], lambda each: "LSRCP".find(each.store)),
            Column("Has", lambda each: (words.version(each.entries or each.seq, kind()) or "it")
                   + (" removed" if each.deleted else ""), lambda each: (each.seq, each.entries), right=True),
            Column("Fresh", lambda each: words.behind(each.behind, kind()) or "yes", lambda each: each.behind,
                   bad=lambda each: each.behind > 0),
            Column("Since", lambda each: words.clock(each.since), lambda each: each.since, right=True),
            Column("Stays for", lambda each: "" if each.until is None else words.time(max(0.0, each.until - now())),
                   lambda each: each.until or 1e18, right=True, share=remaining),
            Column("By", lambda each: words.regime(each.regime)),
        )  # fmt: skip
        changed = Rows(columns, lambda each: (each.node, each.store), lambda each: each.since == self._reads.moment())
        table = Table(changed, self._themes, "Who has what of this key")
        table.picked.connect(lambda each: self.wanted.emit(Subject(What.PROVIDER, each.node)))
        return table

    def _edition_table(self) -> Table:
        columns = (
            Column("Accepted at", lambda each: words.clock(each.t), lambda each: each.t, right=True),
            Column("What", lambda each: each.what),
            Column("At", lambda each: each.at),
            Column("Regime", lambda each: words.regime(each.regime)),
            Column("TTL", lambda each: words.time(each.ttl), lambda each: each.ttl or 0.0, right=True),
        )
        table = Table(Rows(columns, lambda each: each.event), self._themes, "Its versions")
        table.picked.connect(lambda each: self.wanted.emit(Subject(What.ANSWER, each.op)))
        return table

    def _reader_table(self) -> Table:
        columns = (
            Column("Customers of", lambda each: each.name),
            Column("Gets", lambda each: words.grouped(each.gets), lambda each: each.gets, right=True),
            Column("Stale", lambda each: words.grouped(each.stale), lambda each: each.stale, right=True,
                   bad=lambda each: each.stale > 0),
            Column("Got nothing", lambda each: words.grouped(each.failed), lambda each: each.failed, right=True),
            Column("Read last", lambda each: each.last),
        )  # fmt: skip
        table = Table(Rows(columns, lambda each: each.node), self._themes, "Who read it")
        table.picked.connect(lambda each: self.wanted.emit(Subject(What.ANSWER, each.op)))
        return table
