"""A link in an inspector: its conditions now against usual, what it carried each way, and what is under way on it.

Rules: the words are `inspector_text`'s. A message under way leads to its own page, an end to the provider's.
"""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from p4lab.core.events import pair_of
from p4lab.world import World
from p4lab.world.owed import role
from ui import words
from ui.focus import Focus
from ui.panels import inspector_text as text
from ui.panels.inspector_reads import Reads
from ui.panels.links import LinkButton
from ui.panels.table import Column, Rows, Table
from ui.plain import plain_label
from ui.player import Player
from ui.subject import Subject, What
from ui.theme import ThemeSwitch, font

WINDOW = 1.0  # s over which the rate is counted
LOAD = ("Messages", "Bytes", "Rate", "Under way", "Lost", "Doubled", "Corrupted")


@dataclass(frozen=True)
class _Line:
    """What, now, usually; or what, one way, the other way."""

    what: str
    one: str
    other: str
    bad: bool = False


@dataclass(frozen=True)
class _Flying:
    event: int
    what: str
    way: str
    due: float
    key: str


class LinkPage(QWidget):
    """wanted: something else was asked for."""

    wanted = Signal(Subject)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, reads: Reads) -> None:
        super().__init__()
        self._player, self._themes, self._reads = player, themes, reads
        self._ends = (-1, -1)
        self.says = plain_label()
        self.says.setWordWrap(True)
        self.says.setProperty("role", "muted")
        self._to = QHBoxLayout()
        self._to.setSpacing(12)
        self.conditions = Table(
            Rows(
                (
                    Column("Conditions", lambda each: each.what),
                    Column("Now", lambda each: each.one, bad=lambda each: each.bad),
                    Column("Usually", lambda each: each.other),
                ), lambda each: each.what,
            ), themes, "Conditions of the link, now and usually", whole=True,
        )  # fmt: skip
        self._ways: Rows = Rows(self._way_columns("→", "←"), lambda each: each.what)
        self.load = Table(self._ways, themes, "What it carried each way", whole=True)
        self.flying = Table(
            Rows(
                (
                    Column("Under way", lambda each: each.what),
                    Column("From → to", lambda each: each.way),
                    Column("Key", lambda each: each.key),
                    Column("There in", lambda each: words.time(each.due - player.playhead), lambda each: each.due,
                           right=True),
                ), lambda each: each.event,
            ), themes, "Messages under way", whole=True,
        )  # fmt: skip
        self.flying.picked.connect(lambda each: self.wanted.emit(Subject(What.MESSAGE, each.event)))
        themes.changed.connect(self._lead_on)
        inner, scroll = QWidget(), QScrollArea()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 8, 8, 6)
        column.setSpacing(6)
        column.addWidget(self.says)
        column.addLayout(self._to)
        for table in (self.conditions, self.load, self.flying):
            column.addWidget(table)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.calm = plain_label("Nothing is under way between them.")
        self.calm.setProperty("role", "muted")
        column.addWidget(self.calm)
        column.addStretch(1)

    def look(self, subject: Subject) -> None:
        """Tell of another link."""
        if (subject.a, subject.b) != self._ends:
            self._ends = pair_of(subject.a, subject.b)
            a, b = (self._player.world.called.get(end, "") for end in self._ends)
            self._ways.columns = self._way_columns(f"{a} → {b}", f"{b} → {a}")
            self._lead_on()
        self.refresh()

    def _lead_on(self) -> None:
        """Links to both ends."""
        a, b = (self._player.world.called.get(end, "") for end in self._ends)
        while (item := self._to.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for end, name in zip(self._ends, (a, b), strict=True):
            self._to.addWidget(LinkButton(name, self._themes.current, partial(self._want, end), f"All about {name}"))
        self._to.addStretch(1)

    def refresh(self) -> None:
        """As the playhead sees it."""
        world, t, (a, b) = self._player.world, self._player.playhead, self._ends
        if a not in world.called or b not in world.called:
            return
        usual = self._reads.usual(a, b)
        link = world.state(t).links.get(pair_of(a, b), usual)
        self.says.setFont(font("body"))
        self.says.setText(self._state(world, t))
        rows = [_Line(*row) for row in text.conditions(link, usual)]
        self.conditions.show_rows(rows)
        ways = [text.load(self._reads.traffic.way(*way, t, WINDOW), WINDOW) for way in ((a, b), (b, a))]
        bad = ("Lost", "Corrupted")
        self.load.show_rows(
            [_Line(what, one, other, what in bad and (one, other) != ("0", "0"))
             for what, one, other in zip(LOAD, *ways, strict=True)]
        )  # fmt: skip
        under_way = self._under_way(world, t)
        self.flying.show_rows(under_way)
        self.flying.setVisible(bool(under_way))
        self.calm.setVisible(not under_way)

    def _state(self, world: World, t: float) -> str:
        a, b = self._ends
        if not world.states.linked(a, b, t):
            return "There is no link between them now."
        what = text.ROLES[role(world, a, b, t)]
        says = f"{world.called[b]} is {world.called[a]}’s {what}."
        how = text.session(world.state(t), a, b, world.states.session(a, b, t)[1])
        return f"{says} Their session is {how}."

    def _under_way(self, world: World, t: float) -> list[_Flying]:
        found, names = [], world.op_name()
        a, b = self._ends
        for row in self._reads.traffic.flying(a, b, t)[:200]:
            src, dst = (a, b) if row["out"] else (b, a)
            name = int(names[row["op"]]) if row["op"] < len(names) else -1
            way = f"{world.called[src]} → {world.called[dst]}"
            said = words.message(int(row["code"]), int(row["status"]))
            key = world.known_as(name) if name >= 0 else ""
            found.append(_Flying(int(row["id"]), said, way, float(row["due"]), key))
        return found

    def _way_columns(self, one: str, other: str) -> tuple[Column, ...]:
        return (
            Column("Carried", lambda each: each.what, says=f"Rate: over the last {words.time(WINDOW)}"),
            Column(one, lambda each: each.one, right=True, bad=lambda each: each.bad and each.one != "0"),
            Column(other, lambda each: each.other, right=True, bad=lambda each: each.bad and each.other != "0"),
        )

    def _want(self, node: int) -> None:
        self.wanted.emit(Subject(What.PROVIDER, node))
