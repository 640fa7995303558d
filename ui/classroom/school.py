"""The class's place in the window: its panel, its menu's deeds, and the sentences it says over everything else.

Rules: what is asked of a class goes through `ClassWatch.room`; names and messages come from others and stay plain text.
"""

import getpass
from functools import partial
from itertools import combinations

from PySide6.QtCore import QObject, QSettings, QTimer

from p4lab.session.classroom import HERE, LATE, Classroom, ClassState, member, why_not
from ui.acts.context import Context
from ui.classroom.code import Projection
from ui.classroom.panel import ClassroomPanel
from ui.classroom.watch import ClassWatch
from ui.words import short

PANEL, PERSON = "class", "class/person"
OPENED = "The class is open: show its code, and whoever joins appears on the map."
AGAIN = "This class was opened here before: its code and its seats are as they were. Another name opens a new one."
JOINED = "You are in the class. Draw a line from your provider to another to peer with it."
LEFT_ALONE = (
    "You are in the class, but the teacher’s computer cannot be reached now; it is tried again by itself. Meanwhile "
    "you put and get through your own provider, and those you peered with before are looked for."
)
AWAY = "The teacher’s computer is not connected. It is tried again by itself, and you go on with the others."
BACK = "The teacher’s computer is there again."
NO_CLASS = "Open a class or join one first, in the menu File."
NOT_SHOWN = "The class goes on as branch {}, which is not shown: go live (L) first."
CLOSE = "Close the class?"
GO_ON = (
    "{count} here. They stay connected to each other and go on without you; opened again by the same name, the class "
    "has its code and its seats. What happened is kept only where you save a recording."
)
SHOWN = 160  # characters of a message in the slip; all of it stands in the panel


class School(QObject):
    """watch: the class that is open, if one is."""

    def __init__(self, ctx: Context, settings: QSettings) -> None:
        super().__init__(ctx.view)
        self._ctx, self._settings = ctx, settings
        self.watch = ClassWatch(ctx.player, self)
        self._frozen, self._out = False, ""
        self._taught: bool | None = None  # whether the teacher is connected; None: not yet
        self._had = self._placed = False
        make = partial(ClassroomPanel, self.watch, ctx.focus, ctx.sheets, ctx.taste.switch)
        ctx.view.docks.add(PANEL, make)
        ctx.view.status.tell_also(self._fact)
        self._raise = QTimer(self, singleShot=True, interval=0)  # the bench takes its place first
        self._raise.setObjectName("class panel")
        self._raise.timeout.connect(self._offer_panel)
        ctx.player.scenarioChanged.connect(self._make_room)
        ctx.document.asks_too.append(self.may_leave)
        self.watch.said.connect(self._say)
        self.watch.asked.connect(self._ask)
        self.watch.answered.connect(ctx.view.notice.news)
        self.watch.changed.connect(self._look)

    def begin(self, opens: bool) -> None:
        """Open a class of our own, or join one; what was open is left."""
        document = self._ctx.document
        if not document.may_leave():
            return
        before = str(self._settings.value(PERSON) or getpass.getuser()).strip()
        made = self._ctx.sheets.school(opens, before[:1].upper() + before[1:])
        if made is None:
            return
        session, person = made
        self._settings.setValue(PERSON, person)
        document.open_session(session, OPENED if opens else "" if _taught(self.state) is False else JOINED)
        if _taught(self.state) is False:
            self._taught = False
            self._ctx.view.notice.fault(LEFT_ALONE)
        if opens and self.state is not None and len(self.state.members) > 1:
            self._ctx.view.notice.news(AGAIN)

    def may_leave(self) -> bool:
        """Whether the class may be left: a teacher whose class is here is asked, since a slip of the hand ends it."""
        state = self.state
        others = (
            [] if state is None else [each for each in state.members if each.seat != state.me and each.state == HERE]
        )
        if state is None or not state.authority or not others:
            return True
        count = f"{others[0].name} is" if len(others) == 1 else f"{len(others)} others are"
        return self._ctx.sheets.sure(CLOSE, GO_ON.format(count=count), "Close the class")

    @property
    def state(self) -> ClassState | None:
        """The class now."""
        return self.watch.state

    def why_not(self, act: str) -> str:
        """Why this cannot be asked of the class now, as `classroom.why_not` says."""
        state = self.state
        return self._no_class() if state is None else why_not(state, act)

    def no_code(self) -> str:
        """Why there is no code to show."""
        state = self.state
        if state is None:
            return self._no_class()
        return "" if state.code else "Only the teacher, who opened the class, has the code."

    def no_ask(self) -> str:
        """Why there is nobody to answer."""
        state = self.state
        return self._no_class() if state is None else "" if state.asks else "Nobody asks to peer with you."

    def do(self, what: str, *arguments: object) -> None:
        """A method of `Classroom`, by name."""
        room: Classroom | None = self.watch.room
        if room is not None:
            getattr(room, what)(*arguments)
            self.watch.look()

    def pairs(self) -> list[tuple[int, int]]:
        """Of members who could peer."""
        state = self.state
        seats = [] if state is None else [each.seat for each in state.members]
        return [pair for pair in combinations(seats, 2) if state is not None and not why_not(state, "propose", *pair)]

    def no_pairs(self) -> str:
        """Why nobody can be brought together."""
        return self.why_not("freeze") or ("" if self.pairs() else "Two providers have to be here first.")

    def mesh(self) -> None:
        """Suggest to all that they peer with all: the full mesh that the paper takes for granted."""
        for a, b in self.pairs():
            self.do("propose", a, b, True)

    def show_code(self) -> None:
        """Over the whole window."""
        state = self.state
        if state is not None and state.code:
            Projection(state, self._ctx.view).exec()

    def answer(self, yes: bool) -> None:
        """The one who has waited longest."""
        state = self.state
        if state is not None and state.asks:
            self.do("answer", state.asks[0].number, yes)

    def write(self) -> None:
        """A message to everybody: the panel's field."""
        self._show_panel()
        panel = self._ctx.view.docks[PANEL]
        if isinstance(panel, ClassroomPanel):
            panel.talk.setCurrentWidget(panel.talk.spoken_page)
            panel.talk.field.setFocus()

    def test(self) -> None:
        """Begin the self-test, in sight."""
        self._show_panel()
        panel = self._ctx.view.docks[PANEL]
        if isinstance(panel, ClassroomPanel):
            panel.talk.setCurrentWidget(panel.talk.tests)
        self.do("self_test")

    def close(self) -> None:
        """The window goes."""
        self.watch.close()
        self._raise.stop()

    def _no_class(self) -> str:
        elsewhere = self.watch.elsewhere
        return NOT_SHOWN.format(elsewhere) if elsewhere else NO_CLASS

    def _make_room(self) -> None:
        """Somebody has come: all of the map stays in sight where all of it was. We ask at our own provider."""
        view, state = self._ctx.view.map, self.state
        if state is None:
            return
        if view.camera.fitted:
            view.fit()
        me = member(state, state.me)
        if not self._placed and me is not None:
            self._placed = self._ctx.view.bar.stand_at(me.name)

    def _offer_panel(self) -> None:
        """A class is shown: its panel too, where that does not take the map's place."""
        docks = self._ctx.view.docks
        docks.show(PANEL) if docks.has_room() else docks.uncover()

    def _show_panel(self) -> None:
        self._ctx.view.docks.show(PANEL)

    def _look(self) -> None:
        state, notice = self.state, self._ctx.view.notice
        if (state is not None) is not self._had:
            self._had, self._placed = state is not None, False
            if self._had:
                self._raise.start()
        self._ctx.view.acts.refresh()
        frozen, out = (False, "") if state is None else (state.frozen, state.out)
        if frozen is not self._frozen:
            self._frozen = frozen
            if state is not None and not state.authority:
                notice.news(
                    "The teacher has frozen the class: nobody can put or get until it goes on." if frozen
                    else "The class goes on."
                )  # fmt: skip
        taught = _taught(state)
        if self._taught is not None and taught is not None and taught is not self._taught:
            notice.news(BACK) if taught else notice.fault(AWAY)
        if state is None or taught or self._taught is not None:  # while we join nobody is missed yet
            self._taught = taught
        if out != self._out:
            self._out = out
            if out:
                notice.fault(out)
        self._ctx.view.status.refresh()

    def _say(self, text: str) -> None:
        self._ctx.view.notice.news(f"To everybody: {short(text, SHOWN)}", "Show", self._show_panel)

    def _ask(self, name: str) -> None:
        self._ctx.view.notice.news(f"{name} asks to peer with you.", "Answer", self._show_panel)

    def _fact(self) -> str:
        state = self.state
        if state is None:
            return ""
        here = sum(member.state == "here" for member in state.members)
        more = "no longer in it" if state.out else "without the teacher" if _taught(state) is False else ""
        return ", ".join(filter(None, (f"{state.name}: {here} here", more, "frozen" if state.frozen else "")))


def _taught(state: ClassState | None) -> bool | None:
    """Whether we are connected to the teacher; None where that is no question."""
    if state is None or state.authority or state.out:
        return None
    return any(each.teacher and each.state in (HERE, LATE) for each in state.members)
