"""The inspector: one panel that tells of what was clicked last, with a way back, and a pin that holds it.

Rules: it picks the page and keeps the history; what a page says is the page's. It refreshes only the page in front, as
the playhead moves. A floating one is pinned to its subject.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ui.elided import ElidedLabel
from ui.focus import Focus
from ui.panels.details import DetailsPanel
from ui.panels.inspector_answer import AnswerPage
from ui.panels.inspector_key import KeyPage
from ui.panels.inspector_link import LinkPage
from ui.panels.inspector_message import MessagePage
from ui.panels.inspector_provider import ProviderPage
from ui.panels.inspector_reads import Reads
from ui.panels.inspector_veil import Veil, veiled
from ui.panels.pulse import Pulse
from ui.plain import as_tip
from ui.player import Player
from ui.story import Tone
from ui.subject import NOTHING, Subject, What
from ui.theme import ThemeSwitch, font

MOST = 100  # subjects remembered
Page = DetailsPanel | AnswerPage | ProviderPage | LinkPage | KeyPage | MessagePage
MAKE: dict[What, Callable[..., AnswerPage | ProviderPage | LinkPage | KeyPage | MessagePage]] = {
    What.ANSWER: AnswerPage, What.PROVIDER: ProviderPage, What.LINK: LinkPage, What.KEY: KeyPage,
    What.MESSAGE: MessagePage,
}  # fmt: skip


class Inspector(QWidget):
    """shown: another subject is in front. floated: the person wants this one in a window of its own."""

    shown = Signal()
    floated = Signal(Subject)
    tried = Signal(int, object)  # a remedy, on an operation
    imagined = Signal(int, QPoint)  # an operation whose key could have been put otherwise, and where to offer it

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, fixed: Subject | None = None) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self._reads = Reads(player)
        self._pages: dict[What, Page] = {}
        self._past: list[Subject] = [NOTHING]
        self._place = 0
        self.pinned = fixed is not None
        self._stack = QStackedWidget()
        self._veil = Veil(themes)
        self._stack.addWidget(self._veil)
        self.title = ElidedLabel()
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.back_button = _button("‹", "Back to what was shown before (Alt+Left)", self.back)
        self.forward_button = _button("›", "Forward again (Alt+Right)", self.forward)
        self.pin = _button("Pin", "Stay with this, whatever is clicked", self._set_pin)
        self.pin.setCheckable(True)
        self.float_button = _button("↗", "Open in a window of its own (Ctrl+Shift+I)", self._float)
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 6, 8, 4)
        row.setSpacing(4)
        for each in (self.back_button, self.forward_button):
            row.addWidget(each)
        row.addWidget(self.title, 1)
        for each in (self.pin, self.float_button):
            row.addWidget(each)
            each.setVisible(fixed is None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)
        self._pulse = Pulse(self, self.refresh, player.turns)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self._another_run)
        focus.nameChanged.connect(self._follow_key)
        themes.changed.connect(self._restyle)
        focus.eyes.changed.connect(self._show)
        if fixed is None:
            focus.pointed.connect(self._follow)
            for signal in (focus.opChanged, focus.choiceChanged, focus.messageChanged):
                signal.connect(self._let_go)
        self._restyle()
        self._show()
        if fixed is not None:
            self.look(fixed)
        else:
            self._catch_up()

    @property
    def subject(self) -> Subject:
        """What is told of."""
        return self._past[self._place]

    def look(self, subject: Subject) -> None:
        """Tell of something else; what was told of is one step back."""
        if subject == self.subject or not subject.known(self._player.world, self._player.trace):
            return
        del self._past[self._place + 1 :]
        self._past = [*self._past, subject][-MOST:]
        self._place = len(self._past) - 1
        self._show()

    def back(self) -> None:
        """What was told of before."""
        self._step(-1)

    def forward(self) -> None:
        """What was gone back from."""
        self._step(1)

    def can_step(self, by: int) -> bool:
        """Whether there is anything before (-1) or after (+1)."""
        return self._next(by) is not None

    def refresh(self) -> None:
        """As the playhead sees it."""
        self._tell_title()
        page = self._pages.get(self.subject.what)
        if page is not None and self._stack.currentWidget() is page:
            page.refresh()

    def judge(self, op: int, sentence: str, tone: Tone) -> None:
        """What became of an operation in this future."""
        page = self.page(What.ANSWER)
        if isinstance(page, AnswerPage):
            page.story.judge(op, sentence, tone)

    def page(self, what: What) -> Page:
        """The page for a kind of subject, made when it is first needed."""
        if what not in self._pages:
            made: Page
            if what is What.NOTHING:
                made = DetailsPanel(self._player, self._focus, self._themes)
            else:
                one = MAKE[what](self._player, self._focus, self._themes, self._reads)
                one.wanted.connect(self.look)
                if isinstance(one, AnswerPage):
                    one.tried.connect(self.tried)
                    one.imagined.connect(self.imagined)
                made = one
            self._pages[what] = made
            self._stack.addWidget(made)
        return self._pages[what]

    def forget(self) -> None:
        """Another scenario is open: nothing was shown before."""
        self._past, self._place = [NOTHING], 0
        self._show()

    # Private

    def _show(self) -> None:
        subject = self.subject
        page = self.page(subject.what)
        veil = veiled(subject, self._player, self._focus)
        self._veil.setText(veil)
        self._stack.setCurrentWidget(self._veil if veil else page)
        self._tell_title()
        if isinstance(page, DetailsPanel):
            page.look()
        else:
            page.look(subject)
        self.back_button.setEnabled(self.can_step(-1))
        self.forward_button.setEnabled(self.can_step(1))
        self.float_button.setEnabled(subject != NOTHING)
        self._pulse.ask()
        self.shown.emit()

    def _tell_title(self) -> None:
        self.title.set_text(self.subject.title(self._player.world, self._player.trace) or "Inspector")

    def _step(self, by: int) -> None:
        place = self._next(by)
        if place is not None:
            self._place = place
            self._show()

    def _next(self, by: int) -> int | None:
        """The nearest place, before or after, that this run still knows."""
        world, trace = self._player.world, self._player.trace
        places = range(self._place + by, -1 if by < 0 else len(self._past), by)
        return next((place for place in places if self._past[place].known(world, trace)), None)

    def _follow(self, subject: Subject) -> None:
        if not self.pinned:
            self.look(subject)

    def _follow_key(self) -> None:
        if not self.pinned and self.subject.what is What.KEY and self._focus.name is not None:
            self.look(Subject(What.KEY, self._focus.name))
        self._pulse.ask()

    def _let_go(self) -> None:
        """What was told of is selected no more: there is nothing to tell, or what is selected still."""
        focus, subject = self._focus, self.subject
        gone = {
            What.ANSWER: focus.op is None, What.PROVIDER: focus.provider is None, What.LINK: focus.link is None,
            What.MESSAGE: focus.message is None,
        }.get(subject.what, False)  # fmt: skip
        if gone and not self.pinned and self._past[self._place :] == [subject]:
            self._catch_up()

    def _catch_up(self) -> None:
        """What is selected already, or nothing."""
        focus = self._focus
        wanted = NOTHING
        if focus.message is not None:
            wanted = Subject(What.MESSAGE, focus.message)
        elif focus.op is not None:
            wanted = Subject(What.ANSWER, focus.op)
        elif focus.provider is not None:
            wanted = Subject(What.PROVIDER, focus.provider)
        elif focus.link is not None:
            wanted = Subject(What.LINK, *focus.link)
        self.look(wanted)

    def _another_run(self) -> None:
        """Numbers may mean something else: what this run does not know is told no more."""
        if not self.subject.known(self._player.world, self._player.trace) and not self.pinned:
            self._past, self._place = [NOTHING], 0
            self._show()
        self._pulse.ask()

    def _set_pin(self) -> None:
        self.pinned = self.pin.isChecked()

    def _float(self) -> None:
        if self.subject != NOTHING:
            self.floated.emit(self.subject)

    def _restyle(self) -> None:
        self.title.setFont(font("heading"))
        self._pulse.ask()


def _button(sign: str, says: str, do: Callable[[], None]) -> QToolButton:
    made = QToolButton()
    made.setText(sign)
    made.setProperty("role", "flat")
    made.setToolTip(as_tip(says))
    made.setAccessibleName(says.partition(" (")[0])
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(partial(_call, do))
    return made


def _call(do: Callable[[], None], _: bool = False) -> None:
    do()
