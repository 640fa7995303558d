"""All inspectors of a window: the one in its dock, and any number in windows of their own.

Rules: a floating one is pinned to its subject and is closed with Ctrl+W or Escape, and when another scenario is
opened. Text grows in all of them at once, and time is stopped and let run from each: they share the window's actions.
"""

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QBoxLayout, QDialog, QVBoxLayout, QWidget

from ui.acts.context import Context
from ui.banner import Banner
from ui.menus import regime_menu
from ui.panels.inspector import Inspector
from ui.story import Tone
from ui.subject import NOTHING, Subject, What
from ui.why import Why

SIZE = (540, 560)
STEP = QPoint(28, 28)  # px from one to the next
OWN_KEYS = ("close", "quit", "keys")  # of the window alone: Ctrl+W closes the inspector here


class Inspectors(QObject):
    """floating: in the order of their opening."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx.view)
        self._player, self._focus, self._themes, self._window = ctx.player, ctx.focus, ctx.taste.switch, ctx.view
        self.docked: Inspector | None = None
        self.floating: list[Floating] = []
        self.banner: Banner | None = None
        self.why = Why(ctx.player, ctx.focus, self)
        self.why.judged.connect(self._judge)
        self.why.failed.connect(ctx.view.tell_fault)
        for signal in (ctx.document.opened, ctx.document.closed):
            signal.connect(self.close_all)
        ctx.focus.eyes.changed.connect(self._look)

    def dock(self) -> Inspector:
        """The one that follows the last click."""
        self.docked = Inspector(self._player, self._focus, self._themes)
        self.docked.floated.connect(self.open)
        self.docked.tried.connect(self.why.try_it)
        self.docked.imagined.connect(self._offer_regimes)
        return self.docked

    def open(self, subject: Subject) -> None:
        """One more, in a window of its own; the same subject again brings its window to the front."""
        if subject == NOTHING or not subject.known(self._player.world, self._player.trace):
            return
        there = next((each for each in self.floating if each.inspector.subject == subject), None)
        if there is None:
            there = Floating(Inspector(self._player, self._focus, self._themes, subject), self._window)
            there.inspector.tried.connect(self.why.try_it)
            there.inspector.imagined.connect(self._offer_regimes)
            there.finished.connect(lambda _, one=there: self.floating.remove(one))
            acts = self._window.acts
            there.addActions([acts[row.id] for row in acts.rows if row.id not in OWN_KEYS])
            there.move(self._window.frameGeometry().topLeft() + STEP * (2 + len(self.floating) % 8))
            self.floating.append(there)
            there.show()
        there.raise_()
        there.activateWindow()

    def open_provider(self, node: int) -> None:
        """A provider in a window of its own."""
        self.open(Subject(What.PROVIDER, node))

    def _look(self) -> None:
        """The map is seen with other eyes: a banner above it says so."""
        around = self._window.map.parentWidget()
        column = None if around is None else around.layout()
        if self.banner is None and isinstance(column, QBoxLayout):
            self.banner = Banner(self._player, self._focus, self._themes)
            column.insertWidget(column.indexOf(self._window.map), self.banner)
            self.banner.look()
        self._window.map.update()
        self._window.acts.refresh()

    def tell_why(self) -> None:
        """The story of the selected operation, in front."""
        self._window.inspect()
        if self.docked is not None and self._focus.op is not None:
            self.docked.look(Subject(What.ANSWER, self._focus.op))
            self.why.light()

    def avoid(self) -> None:
        """Try the first remedy of the selected operation."""
        self.tell_why()
        if self._focus.op is not None and not self.why.avoid(self._focus.op):
            self._window.notice.news("Nothing is known that would have avoided it: it ended well.")

    def _judge(self, op: int, sentence: str, tone: Tone, before: int) -> None:
        """What became of it is told where the answer is, and in a notice with the way back."""
        if self.docked is not None and op >= 0:
            self.docked.judge(op, sentence, tone)
        branches = self._player.branches
        back = next((branch.name for branch in branches.all if branch.number == before), "")
        here, player = branches.number, self._player
        go = partial(player.switch, before)
        self._window.notice.news(sentence, f"Back to {back}", go, lambda: player.branches.number == here)

    def close_all(self) -> None:
        """Another scenario has other things in it."""
        for each in self.floating.copy():
            each.close()
        if self.docked is not None:
            self.docked.forget()

    def _offer_regimes(self, op: int, place: QPoint) -> None:
        """The regimes that the key of an operation could have been put in, above the button that asked."""
        self._focus.select_op(op)
        menu = regime_menu(self._window, self._window.acts)
        menu.popup(place - QPoint(0, menu.sizeHint().height()))


class Floating(QDialog):
    """One inspector in a window of its own."""

    def __init__(self, inspector: Inspector, window: QWidget) -> None:
        super().__init__(window)
        self.inspector = inspector
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(inspector)
        close = QShortcut(QKeySequence("Ctrl+W"), self)
        close.activated.connect(self.close)
        inspector.shown.connect(self._retitle)
        self._retitle()
        self.setFocus()  # no button: Space is the window's

    def _retitle(self) -> None:
        self.inspector.refresh()
        self.setWindowTitle(f"{self.inspector.title.text()} – P4 Lab")
