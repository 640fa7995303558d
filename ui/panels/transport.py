"""The transport: play and pause, steps, the time, the speed on a log scale, and the time line with what belongs to it.

Rules: shows the player and asks the player. It makes what hangs together here: the notes, the strip, the slip on which
a note is written, the menu of a branch.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from p4lab.scenario.model import COLOURS
from ui.actions import Actions
from ui.buttons import SignButton
from ui.elided import ElidedLabel
from ui.focus import Focus
from ui.marks import Marks, named
from ui.menus import passing_menu
from ui.modes import EXPRESS, RUN
from ui.panels.future import Future
from ui.panels.slip import Slip
from ui.panels.speed import SpeedSlider, from_slider, to_slider
from ui.panels.strip import Strip
from ui.panels.timeline import Timeline
from ui.panels.until import UntilSlip
from ui.plain import as_entry, as_tip, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.words import clock, grouped, speed

WIDEST, MOST = "event 999 999 of 999 999 so far", 0.32  # of the bar's width
AUTO = "Slow while messages of the selected key fly, quick in between (A)"
NO_AUTO = "Only Run has a pace of its own: Fast and Express do not show single messages."
LIVE = "Slower than real time falls behind live, faster catches up with it."
UNLIMITED = "Express goes as fast as the engine makes events."


class Transport(QFrame):
    """The bar at the bottom of the window.

    compareAsked: the branch shown and another one, by their numbers. failed, said: a sentence.
    """

    compareAsked = Signal(int, int)
    failed = Signal(str)
    said = Signal(str)

    def __init__(
        self, player: Player, focus: Focus, actions: Actions, theme: ThemeSwitch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._player, self._actions, self._theme = player, actions, theme
        self._showing = False  # the slider is moved by us, not by a person
        self._room_for = 0.0  # the duration whose times fit
        self.marks = Marks(player, focus.span, self)
        self.timeline = Timeline(player, self.marks, theme)
        self.strip = Strip(player, focus, actions, theme)
        self.future = Future(player, focus, theme)
        self.slip = Slip(theme, self)
        self.until = UntilSlip(player, focus, theme, self)
        self.until.found.connect(self.said)
        self._play = SignButton("play", 46, theme, round_=True)
        self._back = SignButton("back", 34, theme)
        self._forward = SignButton("forward", 34, theme)
        for button, name in ((self._play, "toggle"), (self._back, "step-back"), (self._forward, "step")):
            _obey(button, actions, name)
        self._time = plain_label()
        self._event = ElidedLabel(60)
        self._slider = SpeedSlider(theme)
        self._slider.valueChanged.connect(self._chosen)
        self._auto = QPushButton("auto")
        self._auto.setCheckable(True)
        self._auto.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._auto.setProperty("role", "chip")
        self._auto.clicked.connect(actions["auto"].trigger)
        self._factor = plain_label()
        self._achieved = plain_label()
        for label in (self._event, self._achieved):
            label.setProperty("role", "muted")
        self._lay_out()
        player.playingChanged.connect(self._show_playing)
        player.moved.connect(self._show_time)
        player.sampled.connect(self._show_counts)
        player.progressed.connect(self._show_counts)
        player.sessionChanged.connect(self._show_all)
        player.speedChanged.connect(self._show_speed)
        player.modeChanged.connect(self._show_speed)
        focus.eyes.changed.connect(lambda: self.timeline.see_as(focus.eyes.as_node))
        self.timeline.opPicked.connect(focus.select_op)
        self.timeline.markOpened.connect(self.open_mark)
        self.timeline.menuRequested.connect(self._offer)
        theme.changed.connect(self._dress)
        self._dress()
        self._show_all()

    def mark(self, write: bool = False) -> None:
        """Mark the playhead, or the interval that is selected. write: say something about it at once."""
        if self._try(self.marks.add) and write and self.marks.chosen is not None:
            self.open_mark(self.marks.chosen)

    def list_marks(self) -> None:
        """The menu of all marks, to go to one."""
        self.marks_menu().popup(self.timeline.mapToGlobal(QPoint(0, 0)))

    def marks_menu(self) -> QMenu:
        """The bookmarks and notes, by their time."""
        menu = passing_menu(self)
        for number, mark in enumerate(self.marks.all):
            menu.addAction(as_entry(named(mark)), partial(self.marks.go, number))
        return menu

    def open_mark(self, number: int) -> None:
        """Let a note be written and coloured."""
        marks, mark = self.marks, self.marks.all[number]
        self.slip.write(
            self.timeline.mapToGlobal(self.timeline.place_of_mark(number)), "What is to be remembered here", mark.text,
            lambda text, colour: self._try(partial(marks.change, number, text, colour)),
            ("", *COLOURS), mark.colour, lambda: self._try(partial(marks.remove, number)),
        )  # fmt: skip

    def rename(self, number: int) -> None:
        """Let a branch be called something else."""
        self.slip.write(
            self.timeline.mapToGlobal(self.timeline.place_of_branch(number)), "Name of the branch",
            self._player.branches.of(number).name,
            lambda text, _: self._try(partial(self._player.rename, number, text)),
        )  # fmt: skip

    def branch_menu(self, number: int) -> QMenu:
        """What can be done with a branch."""
        player, others = self._player, [each for each in self._player.branches.all if each.number != number]
        name, shown = player.branches.of(number).name, number == player.branches.number
        menu = passing_menu(self)

        def add(text: str, do: Callable[[], Any], why_not: str = "") -> None:
            action = menu.addAction(text, do)
            action.setEnabled(not why_not)
            action.setToolTip(as_tip(why_not or text))

        add(f"Show branch {name}", partial(player.switch, number), "It is shown already." if shown else "")
        add("Rename…", partial(self.rename, number))
        for other in others if shown else [player.branches.current]:
            beside = other.number if shown else number
            add(f"Compare with {other.name}", partial(self.compareAsked.emit, player.branches.number, beside))
        alone = "" if others else "It is the only one: F begins another."
        add("Forget this branch", partial(self._try, partial(player.drop, number)), alone)
        add(
            "Save this branch as…",
            self._actions["save-as"].trigger,
            "" if shown else "Show it first: what is shown is saved.",
        )
        menu.addSeparator()
        hidden = [each for each in others if each.number not in self.timeline.shown]
        for other in hidden:  # beyond the rows that there are
            add(f"Show branch {other.name}", partial(player.switch, other.number))
        menu.addAction(self._actions["fork"])
        return menu

    def _offer(self, number: int, at: QPoint) -> None:
        self.branch_menu(number).popup(at)

    def _try(self, do: Callable[[], object]) -> bool:
        """Do it, or say why it cannot be."""
        try:
            do()
        except ValueError as fault:
            self.failed.emit(str(fault))
            return False
        return True

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(self._time)
        words.addWidget(self._event)
        words.addStretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._play)
        buttons.addSpacing(6)
        buttons.addWidget(self._back)
        buttons.addWidget(self._forward)
        buttons.addSpacing(10)
        buttons.addLayout(words, 1)
        caption = plain_label("Speed")
        caption.setProperty("role", "muted")
        pace = QGridLayout()
        pace.setHorizontalSpacing(8)
        pace.setVerticalSpacing(0)
        pace.addWidget(caption, 0, 0)
        pace.addWidget(self._slider, 0, 1)
        pace.addWidget(self._auto, 0, 2)
        pace.addWidget(self._factor, 0, 3)
        pace.addWidget(self._achieved, 1, 1, 1, 3)
        pace.setColumnStretch(1, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 8, 18, 6)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.future, 0, 0, 1, 2)
        grid.addLayout(buttons, 1, 0)
        grid.addLayout(pace, 2, 0)
        grid.addWidget(self.timeline, 1, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.strip, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)

    def _dress(self) -> None:
        self._time.setFont(font("number"))
        for label in (self._event, self._achieved):
            label.setFont(font("small"))
        self._factor.setMinimumWidth(self._factor.fontMetrics().horizontalAdvance("1/1 000"))
        self._achieved.setFixedHeight(self._achieved.fontMetrics().height())
        self._make_room()

    def _make_room(self) -> None:
        """The count of events may grow without moving what is beside it, as long as there is room."""
        wide = self._event.fontMetrics().horizontalAdvance(WIDEST)
        self._event.setFixedWidth(round(min(wide, self.width() * MOST)))
        self._room_for = self._player.duration
        # Of one size, or the window would be laid out anew with each frame. Room for the longest time of the run.
        longest = self._time.fontMetrics().horizontalAdvance(clock(self._room_for, 0.001))
        self._time.setFixedSize(max(self._event.width(), longest), self._time.sizeHint().height())

    def _show_all(self) -> None:
        self._show_playing(self._player.playing)
        self._show_time(self._player.playhead)
        self._show_counts()
        self._show_speed()

    def _show_playing(self, playing: bool) -> None:
        self._play.set_sign("pause" if playing else "play")
        self._play.setAccessibleName("Pause" if playing else "Play")

    def _show_time(self, t: float) -> None:
        # Three decimals where a hop may be drawn out over a second, two where time only runs.
        slow = (self._player.speed is None or self._player.speed < 0.2) and self._player.duration < 1000
        self._time.setText(clock(t, 0.001 if slow else 0.01))

    def _show_counts(self) -> None:
        if self._room_for != self._player.duration:  # a live run has more of it as it goes on
            self._make_room()
        trace = self._player.trace
        now, total = trace.index_at(self._player.playhead), len(trace)
        more = "" if self._player.complete else " so far"
        self._event.set_text(f"event {grouped(now)} of {grouped(total)}{more}" if total else "")
        achieved = self._player.achieved
        self._achieved.setText(f"achieved {speed(achieved)}" if self._player.playing and achieved > 0 else "")

    def _show_speed(self) -> None:
        player, mode = self._player, self._player.mode
        auto, free = mode is RUN and player.speed is None, mode is EXPRESS
        self._auto.setChecked(auto)
        self._auto.setEnabled(mode is RUN)
        self._auto.setToolTip(AUTO if mode is RUN else NO_AUTO)
        self._showing = True
        self._slider.reach(mode.speeds)
        self._slider.setValue(self._slider.maximum() if free else to_slider(player.factor, mode.speeds))
        self._showing = False
        self._slider.setEnabled(not free)
        self._slider.set_calm(auto)
        self._factor.setText("free" if free else speed(player.factor))
        tip = f"{speed(player.factor)} of real time"
        self._slider.setToolTip(as_tip(UNLIMITED if free else f"{tip}. {LIVE}" if player.run.live else tip))
        self._show_time(player.playhead)

    def _chosen(self, value: int) -> None:
        if not self._showing:
            self._player.setSpeed(from_slider(value))

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._make_room()


def _obey(button: SignButton, actions: Actions, name: str) -> None:
    """The button is a picture of an action."""
    action = actions[name]

    def show() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text())

    button.clicked.connect(action.trigger)
    action.changed.connect(show)
    show()
