"""The classroom as a panel: how to join, who is here, what was said, and whoever asks to peer.

Rules: shows `ClassWatch.state` and hands what a person asks for to `ClassWatch.room`; what cannot be done is disabled
with its reason. A narrow panel leaves the code to its button, and the roster is a tab beside the messages, with who may
peer next to it; in a low one what can be done about a member stands in its menu alone, and a question to a student
takes the place of the heading.
"""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from p4lab.session.classroom import POLICIES, Classroom, ClassState, MemberRow, member, why_not
from ui.classroom import roster
from ui.classroom.code import CodeCard
from ui.classroom.talk import Talk
from ui.classroom.watch import ClassWatch
from ui.dialogs import Dialogs
from ui.elided import ElidedLabel
from ui.flow import FlowLayout
from ui.focus import Focus
from ui.menus import passing_menu
from ui.panels.table import Table
from ui.plain import as_tip, plain_label
from ui.theme import ThemeSwitch, font

LOW = 190  # px at 100 %: a question, the tabs and two lines
HIGH = 215  # px at 100 %: there is room for the buttons below the roster
BESIDE = 12  # px left and right of it all
ROSTER = 720  # px at 100 %: below this there is no room for all columns
SPARED = ("heard", "round trip", "clock")  # columns that a narrow roster does without, so that the key is in sight
ASKED = 60  # px at 100 %: of a question above it
CALLED = 240  # px at 100 %: less is no room for the class’s name; what stands beside it goes into another line then
NARROW = 900  # px at 100 %: below this there is no room for the code beside the roster
EMPTY = (
    "No class is open. Open a class… in the menu File makes this computer the teacher’s and shows a code; "
    "Join a class… takes part with a code."
)
ELSEWHERE = "The class goes on as branch {}. What is shown now is a branch of your own, of which nobody there knows."
WORDS = {"ask": "ask me", "class": "the class may", "open": "everybody may"}


class ClassroomPanel(QFrame):
    """sheets: whom to ask for a second member."""

    def __init__(self, watch: ClassWatch, focus: Focus, sheets: Dialogs, theme: ThemeSwitch) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._watch, self._focus, self._sheets, self._theme = watch, focus, sheets, theme
        self._seat: int | None = None  # whom the buttons are about
        self.empty = plain_label(EMPTY)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.back = QPushButton("Back to the class")
        self.back.clicked.connect(watch.go_back)
        self.title, self.rung = ElidedLabel(), ElidedLabel()
        self.rung.setProperty("role", "muted")
        self.card = CodeCard(theme)
        self.large = QPushButton("Show the code")
        self.large.clicked.connect(self.card.open)
        self.policy = QComboBox()
        self.policy.setAccessibleName("Who may peer with me")
        for word, says in POLICIES.items():
            self.policy.addItem(f"Peering: {WORDS[word]}", word)
            self.policy.setItemData(self.policy.count() - 1, says, Qt.ItemDataRole.ToolTipRole)
        self.policy.activated.connect(lambda at: self._do(lambda room: room.policy(list(POLICIES)[at])))
        self.freeze = QPushButton("Freeze all")
        self.freeze.setCheckable(True)
        self.freeze.clicked.connect(lambda on: self._do(lambda room: room.freeze(on)))
        self.ask = QFrame()
        self.ask.setProperty("role", "offer")
        self.asks = plain_label()
        self.asks.setWordWrap(True)
        self.yes, self.no = QPushButton("Peer"), QPushButton("Not now")
        for button, yes in ((self.yes, True), (self.no, False)):
            button.clicked.connect(lambda _, yes=yes: self._answer(yes))
        row = QHBoxLayout(self.ask)
        row.setContentsMargins(9, 3, 9, 3)
        row.addWidget(self.asks, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self._rows = roster.rows()
        self.table = Table(self._rows, theme, "Members of the class")
        self.table.picked.connect(self._pick)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.peer, self.part = QPushButton("Peer with…"), QPushButton("Part from…")
        self.kick, self.revoke = QPushButton("Send out"), QPushButton("Revoke…")
        self.peer.clicked.connect(lambda: self._propose(True))
        self.part.clicked.connect(lambda: self._propose(False))
        self.kick.clicked.connect(lambda: self._do(lambda room: room.kick(self._chosen)))
        self.revoke.clicked.connect(self._revoke)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self.open_menu)
        self.talk = Talk(theme)
        self.talk.spoken.connect(lambda text: self._do(lambda room: room.say(text)))
        self.talk.tested.connect(lambda: self._do(lambda room: room.self_test()))
        self._lay_out()
        watch.changed.connect(self._show)
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _lay_out(self) -> None:
        self.called, self.head = QWidget(), QWidget()
        self.called.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        names = QHBoxLayout(self.called)
        names.setContentsMargins(0, 0, 0, 0)
        names.addWidget(self.title)
        names.addWidget(self.rung, 1000)  # what is left, as far as it needs it
        names.addStretch(1)
        head = FlowLayout(parent=self.head)
        head.setContentsMargins(0, 0, 0, 0)
        for part in (self.called, self.large, self.freeze, self.policy):
            head.addWidget(part)
        self.people, self.deeds = QWidget(), QWidget()
        buttons = FlowLayout(parent=self.deeds)
        buttons.setContentsMargins(0, 0, 0, 0)
        for part in (self.peer, self.part, self.kick, self.revoke):
            buttons.addWidget(part)
        column = QVBoxLayout(self.people)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.deeds)
        self.parts = QSplitter()
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.people)
        self.parts.addWidget(self.talk)
        self.parts.setStretchFactor(0, 3)
        self.parts.setStretchFactor(1, 2)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self.card, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.parts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.head)
        column.addWidget(self.ask)
        column.addLayout(below, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.back, 1, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    @property
    def _chosen(self) -> int:
        return -1 if self._seat is None else self._seat

    def open_menu(self, place: QPoint) -> None:
        """What can be done about the member under the pointer, or the one chosen."""
        self.menu().popup(self.table.viewport().mapToGlobal(place))

    def menu(self) -> QMenu:
        """The buttons below the roster, as a menu."""
        menu = passing_menu(self)
        for button in (self.peer, self.part, self.kick, self.revoke):
            action = menu.addAction(button.text(), button.click)
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
        return menu

    def _show(self) -> None:
        state = self._watch.state
        for part in (self.title, self.rung, self.policy, self.parts):
            part.setVisible(state is not None)
        elsewhere = self._watch.elsewhere
        self.empty.setText(ELSEWHERE.format(elsewhere) if elsewhere else EMPTY)
        self.empty.setAlignment(
            Qt.AlignmentFlag.AlignHCenter
            | (Qt.AlignmentFlag.AlignBottom if elsewhere else Qt.AlignmentFlag.AlignVCenter)
        )
        self.empty.setVisible(state is None)
        self.back.setVisible(bool(elsewhere))
        self.setMinimumHeight(0 if state is None else LOW)
        self.ask.setVisible(state is not None and bool(state.asks))
        teaches = state is not None and state.authority
        self.freeze.setVisible(teaches)
        self._make_room()
        if state is None:
            return
        me = member(state, state.me)
        who = "" if me is None else f" · you are {me.name}, {roster.digits(me)}"
        self.title.set_text(f"{state.name}{who}")
        self.rung.set_text(state.out or " ".join(state.troubles[:1]) or state.rung)
        self.card.show_state(state)
        self.policy.setCurrentIndex(list(POLICIES).index(state.policy))
        self.policy.setToolTip(as_tip(POLICIES[state.policy]))
        self.freeze.setChecked(state.frozen)
        self.freeze.setText("Go on" if state.frozen else "Freeze all")
        self.freeze.setToolTip(
            "Everybody’s customers may put and get again" if state.frozen
            else "Nobody’s customers can put or get until you let them go on"
        )  # fmt: skip
        if state.asks:
            one, others = state.asks[0], len(state.asks) - 1
            more = f" {others} more wait." if others else ""
            self.asks.setText(f"{_called(state, one.seat, one.name)} asks to peer with you.{more}")
        lines = self._watch.lines
        self.table.show_rows([replace(each, peers=lines(each.seat)) for each in state.members])
        self.talk.show_state(state)
        self._offer(state)

    def _offer(self, state: ClassState) -> None:
        chosen = None if self._seat is None else member(state, self._seat)
        acts: tuple[tuple[QPushButton, str, str], ...] = (
            (self.peer, "propose", "Suggest to this member and another that they peer; each of them decides"),
            (self.part, "propose", "Suggest to this member and another that they peer no more"),
            (self.kick, "kick", "Cut this member off; its person may bring it back"),
            (self.revoke, "revoke", "Cut this member off for good; its ticket is worth nothing from now on"),
        )
        for button, act, says in acts:
            if chosen is None:
                no = "Choose a member first." if state.authority else why_not(state, act)
            elif act == "propose":
                no = _no_partner(state, chosen.seat)
            else:
                no = why_not(state, act, chosen.seat)
            button.setEnabled(not no)
            button.setToolTip(as_tip(no or says))

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._rows.rows):
            self._seat = self._rows.rows[row].seat
        if (state := self._watch.state) is not None:
            self._offer(state)

    def _pick(self, chosen: MemberRow) -> None:
        """On the map too."""
        self._seat = chosen.seat
        if (state := self._watch.state) is not None:
            self._offer(state)
        self._focus.choose((chosen.seat,))

    def _propose(self, on: bool) -> None:
        state = self._watch.state
        if state is None or self._seat is None:
            return
        others = {_called(state, each.seat, each.name): each.seat for each in _partners(state, self._seat)}
        title = "Peer" if on else "Part"
        name = self._sheets.one_of(title, "With whom?", list(others))
        if name is not None:
            self._do(lambda room: room.propose(self._chosen, others[name], on))

    def _revoke(self) -> None:
        state = self._watch.state
        one = None if state is None or self._seat is None else member(state, self._seat)
        if one is None:
            return
        says = f"{one.name} cannot come back with this ticket, and needs a new key to join again."
        if self._sheets.sure(f"Revoke {one.name}?", says, "Revoke"):
            self._do(lambda room: room.revoke(one.seat))

    def _answer(self, yes: bool) -> None:
        state = self._watch.state
        if state is not None and state.asks:
            number = state.asks[0].number
            self._do(lambda room: room.answer(number, yes))

    def _do(self, what: Callable[[Classroom], None]) -> None:
        if self._watch.room is not None:
            what(self._watch.room)
            self._watch.look()

    def _make_room(self) -> None:
        state = self._watch.state
        shown = state is not None and bool(state.code)
        wide = self.width() >= NARROW * self._theme.scale
        high = self.height() >= HIGH * self._theme.scale
        narrow = self.width() < ROSTER * self._theme.scale
        self.deeds.setVisible(state is not None and state.authority and (wide or high))
        self.card.setVisible(shown and wide)
        self.large.setVisible(shown and not wide)
        tabbed = self.talk.indexOf(self.people) >= 0
        if wide and tabbed:
            self.talk.removeTab(self.talk.indexOf(self.people))
            self.parts.insertWidget(0, self.people)
            self.people.show()
        elif not wide and not tabbed:
            self.talk.insertTab(0, self.people, "Members")
            self.talk.setCurrentIndex(0)
        self.table.spare(SPARED if narrow else ())
        self._place_policy(not wide)
        crowded = state is not None and bool(state.asks) and self.height() < (HIGH + ASKED) * self._theme.scale
        told = self.talk.cornerWidget() is self.policy and not (state is not None and state.authority)
        self.head.setVisible(state is not None and not (crowded and told))  # nothing that can be done is in it then

    def _place_policy(self, beside: bool) -> None:
        """Beside the tabs, if they leave room for it; else in the heading."""
        needed = self.talk.tabBar().sizeHint().width() + self.policy.sizeHint().width() + 2 * BESIDE
        beside = beside and needed <= self.width()
        if beside is (self.talk.cornerWidget() is self.policy):
            return
        shown = not self.policy.isHidden()
        layout = self.head.layout()
        assert layout is not None, "made with one"
        if beside:
            layout.removeWidget(self.policy)
            self.talk.setCornerWidget(self.policy)
        else:
            self.talk.setCornerWidget(None)  # type: ignore[arg-type]  # None: the corner is empty again
            layout.addWidget(self.policy)
        self.policy.setVisible(shown)

    def _dress(self) -> None:
        self.title.setFont(font("strong"))
        self.rung.setFont(font("small"))
        self.called.setMinimumWidth(round(CALLED * self._theme.scale))
        self._make_room()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()


def _partners(state: ClassState, seat: int) -> list[MemberRow]:
    return [each for each in state.members if not why_not(state, "propose", seat, each.seat)]


def _no_partner(state: ClassState, seat: int) -> str:
    """Why a member has nobody to peer with, or the empty string."""
    if _partners(state, seat):
        return ""
    others = [each.seat for each in state.members if each.seat != seat]
    return why_not(state, "propose", seat, others[0]) if others else "Nobody else is in the class."


def _called(state: ClassState, seat: int, name: str) -> str:
    """A member as a person tells it from another of the same name."""
    one = member(state, seat)
    return name if one is None else f"{name} ({roster.digits(one)})"
