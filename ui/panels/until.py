"""Run until …: a slip over the time line in which one says what to wait for.

Rules: never modal; it stays until it is closed, so that one can go from stale get to stale get. What is found moves the
playhead, what is not is said. The looking is an errand of the player, which can be cancelled here.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui import until
from ui.buttons import SignButton
from ui.errands import Errand
from ui.focus import Focus
from ui.plain import as_entry, as_tip, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.until import Goal
from ui.words import clock, grouped

MOST = 2_000_000_000  # the highest event number that can be asked for
STALE, EVENT, DELIVERED = "The next stale get", "The next event at {}", "The message delivered"
NO_PROVIDER = "Choose a provider on the map first."
NO_JUDGE = "A provider does not know which answers are stale: show everything."
NO_MESSAGE = "Choose a message first: click one on the map, or its line in the log."


class UntilSlip(QFrame):
    """Hidden until asked for; it lies above the bar that it belongs to. found: a sentence on what was found, or not."""

    found = Signal(str)

    def __init__(self, player: Player, focus: Focus, theme: ThemeSwitch, bar: QWidget) -> None:
        super().__init__(bar)
        self.setObjectName("until")
        self.setAccessibleName("Run until")
        self._player, self._focus, self._theme, self._bar = player, focus, theme, bar
        self._errand: Errand | None = None
        self._home: QWidget = bar  # where the focus was
        self._time = QDoubleSpinBox()
        self._time.setDecimals(3)
        self._time.setSuffix(" s")
        self._time.setAccessibleName("Time to run to")
        self._number = QSpinBox()
        for box in (self._time, self._number):
            box.lineEdit().setTextMargins(6, 0, 0, 0)  # which a stylesheet's padding does not reach
        self._number.setRange(1, MOST)
        self._number.setAccessibleName("Number of the event to run to")
        self.buttons: dict[str, QPushButton] = {}
        self._says = plain_label()
        self._says.setProperty("role", "muted")
        self._says.setWordWrap(True)
        self._share = QProgressBar()
        self._share.setRange(0, 1000)
        self._share.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(player.cancel)
        self._lay_out()
        bar.installEventFilter(self)
        player.workChanged.connect(self._show_work)
        player.sessionChanged.connect(self._refresh)
        focus.choiceChanged.connect(self._refresh)
        focus.eyes.changed.connect(self._refresh)
        focus.messageChanged.connect(self._refresh)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def text(self) -> str:
        """What it says was found, or not."""
        return self._says.text()

    def ask(self) -> None:
        """Show it, with what is likely wanted filled in; shown already: close it."""
        if self.isVisible():
            self.close_up()
            return
        player = self._player
        self.setParent(self._bar.window())  # above all that lies there
        self._time.setRange(0.0, player.run.edge)
        self._time.setToolTip(as_tip(f"It is {clock(player.run.edge)} now" if player.run.live else ""))
        if self._time.value() <= player.playhead:
            self._time.setValue(min(player.run.edge, player.playhead + player.duration / 10))
        self._number.setValue(max(self._number.value(), player.trace.index_at(player.playhead) + 100))
        self._say("")
        self._refresh()
        self._home = QApplication.focusWidget() or self._bar
        self.show()
        self._place()
        self._time.setFocus()
        self._time.selectAll()

    def close_up(self) -> None:
        """Away with it; time can be let run again."""
        self.hide()
        (self._home if isValid(self._home) else self._bar).setFocus()  # it may have been rebuilt meanwhile

    def seek_event(self, direction: int) -> None:
        """The next (+1) or the last (-1) event at the chosen provider."""
        node = self._focus.provider
        if node is None:
            return
        if direction > 0:
            self._go(partial(until.event_at, self._player.run, node, self._player.playhead))
            return
        t = until.event_before(self._player.run, node, self._player.playhead)
        if t is None:
            who = self._player.world.called.get(node, "the chosen provider")  # which comes later, or in another branch
            self._tell(f"Nothing happened at {who} before.")
        else:
            self._player.seek(t)

    def next_stale(self) -> None:
        """The next stale get."""
        self._go(partial(until.stale_get, self._player.run, self._player.playhead))

    def to_message(self) -> None:
        """The arrival of the chosen message."""
        self._go(partial(until.delivered, self._player.run, self._focus.message or 0))

    def _to_time(self) -> None:
        self._say("")
        self._player.seek(self._time.value())

    def _to_number(self) -> None:
        self._go(partial(until.event_number, self._player.run, self._number.value()))

    def _go(self, make: Callable[[], Goal]) -> None:
        self._player.pause()
        try:
            goal = make()
        except ValueError as fault:
            self._tell(str(fault))
            return
        run = self._player.run
        before = len(run.trace)

        def told(t: float | None) -> None:
            if t is None:
                self._tell(f"{goal.missing}: not found until the end, at {clock(run.duration)}.")
            else:
                searched = len(run.trace) - before
                after = f", {grouped(searched)} events made on the way" if searched > 0 else ""
                self._tell(f"Found {goal.says} at {clock(t, 0.001)}{after}.", quiet=True)

        self._errand = until.until(run, goal, told)
        self._player.begin(self._errand)

    def _tell(self, text: str, quiet: bool = False) -> None:
        """quiet: nobody needs to be told who sees the playhead move."""
        self._say(text)
        if self.isVisible():
            self._place()
        elif not quiet:
            self.found.emit(text)

    def _say(self, text: str) -> None:
        self._says.setText(text)
        self._says.setVisible(bool(text))

    def _lay_out(self) -> None:
        heading = plain_label("Run until")
        heading.setProperty("role", "heading")
        close = SignButton("close", 24, self._theme)
        close.setAccessibleName("Close")
        close.clicked.connect(self.close_up)
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(close)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for row, (label, field, do) in enumerate((("Time", self._time, self._to_time),
                                                  ("Event number", self._number, self._to_number))):  # fmt: skip
            grid.addWidget(plain_label(label), row, 0)
            grid.addWidget(field, row, 1)
            button = QPushButton("Go")
            button.setAccessibleName(f"Go to this {label.lower()}")
            button.clicked.connect(do)
            grid.addWidget(button, row, 2)
        for name, do in (("stale", self.next_stale), ("event", partial(self.seek_event, 1)),
                         ("message", self.to_message)):  # fmt: skip
            button = self.buttons[name] = QPushButton()
            button.clicked.connect(do)
            grid.addWidget(button, grid.rowCount(), 0, 1, 3)
        grid.setColumnStretch(1, 1)
        work = QHBoxLayout()
        work.addWidget(self._share, 1)
        work.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 12, 12)
        column.addLayout(top)
        column.addLayout(grid)
        column.addLayout(work)
        column.addWidget(self._says)
        for part in (self._share, self._cancel, self._says):
            part.hide()

    def _refresh(self) -> None:
        focus, world = self._focus, self._player.world
        node = focus.provider
        called = world.called.get(node, "the chosen provider") if node is not None else "the chosen provider"
        for name, text, why_not in (
            ("stale", STALE, "" if focus.eyes.as_node is None else NO_JUDGE),
            ("event", EVENT.format(called), "" if node is not None else NO_PROVIDER),
            ("message", DELIVERED, "" if focus.message is not None else NO_MESSAGE),
        ):
            button = self.buttons[name]
            button.setText(as_entry(text))
            button.setEnabled(not why_not)
            button.setToolTip(as_tip(why_not))

    def _show_work(self) -> None:
        work = self._player.work
        mine = work is not None and work is self._errand
        if mine != self._share.isVisibleTo(self):
            self._share.setVisible(mine)
            self._cancel.setVisible(mine)
            self._place()
        if work is not None and mine:
            self._share.setValue(round(work.share() * 1000))

    def _place(self) -> None:
        """Above the left end of the bar, as high as its sentence needs."""
        if not self.isVisible():
            return
        width = round(300 * self._theme.scale)
        layout = self.layout()
        assert layout is not None, "made with one"
        height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        foot = self._bar.mapTo(self._bar.window(), QPoint(16, -8))
        self.setGeometry(foot.x(), max(8, foot.y() - height), min(width, self._bar.width() - 32), height)
        self.raise_()

    def _dress(self) -> None:
        theme = self._theme.current
        self.setStyleSheet(
            f"QFrame#until {{ background: {theme.window.name()}; border: 1px solid {theme.outline.name()};"
            " border-radius: 10px; }"
        )
        self._says.setFont(font("small"))
        self._place()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._time.hasFocus():
                self._to_time()
            elif self._number.hasFocus():
                self._to_number()
            else:
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QEvent) -> None:
        self._place()
