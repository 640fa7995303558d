"""A provider in an inspector: what it is, its six stores, its neighbours, what it has sent and received.

Rules: the words are `inspector_text`'s; only the tab in front is worked out. A row of the stores leads to its key, one
of the neighbours to the link.
"""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from p4lab.world import World
from p4lab.world.owed import role
from p4lab.world.stock import Entry, behind
from p4lab.world.traffic import Both
from ui import words
from ui.focus import Focus
from ui.panels import inspector_text as text
from ui.panels.details import DetailsPanel
from ui.panels.inspector_reads import Reads
from ui.panels.table import Column, Rows, Table
from ui.plain import as_entry, plain_label
from ui.player import Player
from ui.subject import Subject, What
from ui.theme import ThemeSwitch

ALL = "all stores"
FRESH = 3  # the column of what is behind
LINK = 3  # the column of its conditions
OWES = 6  # the column of what it has still to tell


@dataclass(frozen=True)
class _Near:
    """One neighbour."""

    node: int
    name: str
    role: str
    session: str
    link: str
    both: Both
    owes: str


class ProviderPage(QWidget):
    """wanted: something else was asked for."""

    wanted = Signal(Subject)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, reads: Reads) -> None:
        super().__init__()
        self._player, self._reads, self._themes, self._focus = player, reads, themes, focus
        self._node = -1
        self.overview = DetailsPanel(player, focus, themes)
        self.stores = self._store_table()
        self.near = self._near_table()
        self.kinds = self._kind_table()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Only names that contain …")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter of names")
        self.filter.textChanged.connect(self.refresh)
        self.store = QComboBox()
        self.store.setAccessibleName("Which store")
        self.store.addItem(ALL, "")
        for letter, word in text.STORES.items():
            self.store.addItem(f"{letter}  {word}", letter)
            self.store.setItemData(self.store.count() - 1, text.STORE_SAYS[letter], Qt.ItemDataRole.ToolTipRole)
        self.store.currentIndexChanged.connect(self.refresh)
        self.totals, self.asked, self.empty = plain_label(), plain_label(), plain_label()
        for label in (self.totals, self.asked, self.empty):
            label.setWordWrap(True)
            label.setProperty("role", "muted")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Pages of the inspector")
        self.tabs.setDocumentMode(True)
        self.eyes = QPushButton("See as this provider")
        self.eyes.setToolTip("Map, log and inspector show only what it can observe; once more to see everything")
        self.eyes.setCheckable(True)
        self.eyes.clicked.connect(self._see)
        focus.eyes.changed.connect(self._tell_eyes)
        self.tabs.addTab(self._overview(), "Overview")
        self.tabs.addTab(self._with(self.stores, self._bar(), self.totals, self.empty), "Stores")
        self.alone = plain_label("Nobody peers with it, and it has no parent and no children.")
        self.alone.setProperty("role", "muted")
        self.alone.setWordWrap(True)
        self.tabs.addTab(self._with(self.near, self.alone), "Neighbours")
        self.tabs.addTab(self._with(self.kinds, self.asked), "Traffic")
        self.tabs.currentChanged.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)

    def look(self, subject: Subject) -> None:
        """Tell of another provider."""
        if subject.a != self._node:
            self._node = subject.a
            self.overview.look(provider=subject.a)
            self._tell_eyes()
        self.refresh()

    def refresh(self) -> None:
        """As the playhead sees it."""
        world = self._player.world
        if self._node not in world.called:
            return
        match self.tabs.currentIndex():
            case 0:
                self.overview.refresh()
            case 1:
                self._show_stores(world)
            case 2:
                rows = self._neighbours(world)
                self.alone.setVisible(not rows)
                self.near.show_rows(rows)
                self.near.setColumnHidden(OWES, not any(each.owes for each in rows))
                self.near.setColumnHidden(LINK, self._focus.eyes.as_node is not None)
            case 3:
                self._show_traffic()

    # Stores

    def _show_stores(self, world: World) -> None:
        t, stock = self._player.playhead, self._reads.stock
        wanted, store = self.filter.text().casefold().strip(), self.store.currentData()
        found = stock.at(self._node, t, self._reads.moment())
        rows = [each for each in found if store in ("", each.store) and _matches(world, each, wanted)]
        self.stores.show_rows(rows)
        said = text.totals(stock.totals(self._node, t))
        if len(rows) < len(found):
            said = f"{words.grouped(len(rows))} of {words.plural(len(found), 'line')} · {said}"
        if self._node in world.state(t).crashed:
            said = f"Crashed: what is stored waits for the restart. {said}"
        self.totals.setText(said)
        self.stores.setColumnHidden(FRESH, self._focus.eyes.as_node is not None)
        self.empty.setVisible(not rows)
        self.empty.setText(
            "No name here is like that. Change the filter above." if found else
            "It has nothing yet: a put by its customers, a broadcast of another or an answer would fill this."
        )  # fmt: skip

    def _store_table(self) -> Table:
        world, now = (lambda: self._player.world), (lambda: self._player.playhead)

        def kind(entry: Entry) -> str:
            return world().names[entry.name].kind

        def stale(entry: Entry) -> str:
            if self._focus.eyes.as_node is not None:  # whether anybody has a newer one, it cannot know
                return ""
            return words.behind(behind(world(), entry, now()), kind(entry))

        def fresh(entry: Entry) -> str:
            known = self._focus.eyes.as_node is None and entry.store != "T" and not entry.gone
            return "yes" if known else ""

        def remaining(entry: Entry) -> float | None:
            if entry.until is None or not entry.ttl:
                return None
            return (entry.until - now()) / entry.ttl

        columns = (
            Column("Name", lambda each: world().known_as(each.name)),
            Column("Store", lambda each: text.STORES[each.store], lambda each: "LSRPCT".find(each.store),
                   says="own, from below, a copy, a pointer, cached, or taken back"),
            Column("Has", lambda each: text.held(world(), each), lambda each: (each.seq, len(each.entries)),
                   right=True),
            Column("Fresh", lambda each: stale(each) or fresh(each),
                   bad=lambda each: bool(stale(each)), says="Whether anybody has a newer one"),
            Column("Stays for", lambda each: text.left(each, now()), lambda each: each.until or 1e18, right=True,
                   share=remaining, says="The TTL of a cached copy, or its lease, running down"),
            Column("From", lambda each: text.via(world(), each)),
            Column("Bytes", lambda each: "" if each.size is None or each.store in "PT" else words.grouped(each.size),
                   lambda each: each.size or 0, right=True),
        )  # fmt: skip
        rows = Rows(columns, lambda each: (each.store, each.name), lambda each: each.changed and not each.gone,
                    lambda each: bool(each.gone))  # fmt: skip
        table = Table(rows, self._themes, "What it has stored")
        table.picked.connect(lambda each: self.wanted.emit(Subject(What.KEY, each.name)))
        return table

    # Neighbours

    def _neighbours(self, world: World) -> list[_Near]:
        node, t = self._node, self._player.playhead
        state, traffic = world.state(t), self._reads.traffic.neighbours(node, t)
        found, judged = [], self._focus.eyes.as_node is None
        for other in sorted(world.states.neighbours(node, t)):
            pair = (min(node, other), max(node, other))
            usual = self._reads.usual(node, other)
            how = world.states.session(node, other, t)[1]
            session = text.session(state, node, other, how)
            link = text.faults(state.links.get(pair, usual), usual)
            found.append(
                _Near(
                    node=other,
                    name=world.called.get(other, ""),
                    role=text.ROLES[role(world, node, other, t)],
                    session=session if judged else session.partition(":")[0],
                    link=link if judged else "",
                    both=traffic.get(other, Both(0, 0, 0, 0, peer=other)),
                    owes=text.owes(world, self._reads.owing.names(node, other, t)),
                )
            )
        return found

    def _near_table(self) -> Table:
        columns = (
            Column("Neighbour", lambda each: each.name),
            Column("Is its", lambda each: each.role),
            Column("Session", lambda each: each.session, bad=lambda each: each.session != "up"),
            Column("Link", lambda each: each.link, says="Latency one way, and what goes wrong on it"),
            Column("Sent", lambda each: words.grouped(each.both.sent), lambda each: each.both.sent, right=True,
                   says="Messages to it"),
            Column("Received", lambda each: words.grouped(each.both.received), lambda each: each.both.received,
                   right=True, says="Messages from it"),
            Column("Still to tell", lambda each: each.owes,
                   says="Names that it is to hear of once their session is up again"),
        )  # fmt: skip
        table = Table(Rows(columns, lambda each: each.node), self._themes, "Its neighbours")
        table.picked.connect(lambda each: self.wanted.emit(Subject(What.LINK, *sorted((self._node, each.node)))))
        return table

    # Traffic

    def _show_traffic(self) -> None:
        t = self._player.playhead
        kinds = self._reads.traffic.kinds(self._node, t)
        self.kinds.show_rows(kinds)
        sent, size = sum(each.sent for each in kinds), sum(each.sent_size for each in kinds)
        got, got_size = sum(each.received for each in kinds), sum(each.received_size for each in kinds)
        others = text.answered(self._reads.traffic.answered(self._node, t))
        self.asked.setText(
            f"Sent {words.plural(sent, 'message')}, {words.size(size)}; received {words.grouped(got)}, "
            f"{words.size(got_size)}. Answered for others: {others}."
        )

    def _kind_table(self) -> Table:
        columns = (
            Column("Kind", lambda each: words.MESSAGES.get(each.code, str(each.code)), lambda each: each.code),
            Column("Sent", lambda each: words.grouped(each.sent), lambda each: each.sent, right=True),
            Column("Bytes", lambda each: words.size(each.sent_size), lambda each: each.sent_size, right=True),
            Column("Received", lambda each: words.grouped(each.received), lambda each: each.received, right=True),
            Column("Bytes", lambda each: words.size(each.received_size), lambda each: each.received_size, right=True),
        )
        return Table(Rows(columns, lambda each: each.code), self._themes, "Messages by kind")

    # Making

    def _overview(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 8)
        column.addWidget(self.overview, 1)
        column.addWidget(self.eyes, 0, Qt.AlignmentFlag.AlignRight)
        return page

    def _see(self) -> None:
        """Look with this provider's eyes, or with everybody's again."""
        eyes = self._focus.eyes
        eyes.see_as(None if eyes.as_node == self._node else self._node)

    def _tell_eyes(self) -> None:
        world = self._player.world
        provider = self._node in world.called and world.houses.get(self._node) is None
        self.eyes.setVisible(provider)
        self.eyes.setText(f"See as {as_entry(world.called.get(self._node, 'this provider'))}")
        self.eyes.setChecked(self._focus.eyes.as_node == self._node)

    def _bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.filter, 1)
        row.addWidget(self.store)
        return bar

    def _with(self, table: Table, *above: QWidget) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 10, 8, 6)
        column.setSpacing(6)
        for each in above:
            column.addWidget(each)
        column.addWidget(table, 1)
        return page


def _matches(world: World, entry: Entry, wanted: str) -> bool:
    name: Any = world.names[entry.name]
    return not wanted or wanted in name.key.casefold() or wanted in name.owner.casefold()
