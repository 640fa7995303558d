"""The strip under the time line: how time runs, and what that means now.

Rules: shows the player; the chips are pictures of actions. While each frame is drawn, or nothing moves, it names the
next event; in Fast and Express it says how fast events are made and how long the rest will take.
"""

from time import perf_counter

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from ui.actions import Actions
from ui.elided import ElidedLabel
from ui.focus import Focus
from ui.meter import Meter
from ui.modes import EXPRESS, MODES
from ui.panels.log_text import LogText
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.upcoming import sentence
from ui.words import NONE, THIN, clock, grouped, share, time

LIVE = "● Live"
FOLLOWS = "The picture keeps to what happens now. Pause, drag the time line or go slower, and it falls behind."
ROUND = 2  # figures of a rate: more of them only flicker


def rounded(value: float | None) -> str:
    """Two figures: "150 000", "34", "0.12"."""
    if value is None:
        return NONE
    text = f"{float(f'{value:.{ROUND}g}'):.10g}" if value < 10 else grouped(float(f"{value:.{ROUND}g}"))
    return text.replace(" ", THIN)


class Strip(QWidget):
    """One line."""

    def __init__(
        self, player: Player, focus: Focus, actions: Actions, theme: ThemeSwitch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._player, self._eyes, self._theme = player, focus.eyes, theme
        self._meter = Meter()
        self._text = LogText(player.trace, player.world)
        self.chips = {mode.word: _chip(actions, mode.word, mode.label) for mode in MODES}
        self._says = ElidedLabel(80)
        self._says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("How much of the run is made")
        self.update_button = QPushButton("Update now")
        self.update_button.setProperty("role", "chip")
        self.update_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.update_button.clicked.connect(actions["update"].trigger)
        self.update_button.setToolTip(actions["update"].toolTip())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addSpacing(10)
        row.addWidget(self._says, 1)
        row.addWidget(self._bar)
        row.addWidget(self.update_button)
        self.live_button = QPushButton(LIVE)
        self.live_button.setCheckable(True)
        self.live_button.setProperty("role", "chip")
        self.live_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live_button.clicked.connect(self._go_live)
        self._actions = actions
        row.addWidget(self.live_button)
        player.sessionChanged.connect(self._begin)
        player.sampled.connect(self._show)
        player.progressed.connect(self._show)
        player.edge.changed.connect(self._show)
        player.playingChanged.connect(self._restart)
        player.modeChanged.connect(self._restart)
        focus.eyes.changed.connect(self._show)
        theme.changed.connect(self._dress)
        self._dress()
        self._restart()

    @property
    def text(self) -> str:
        """What it says now."""
        return self._says.text()

    def _dress(self) -> None:
        self._says.setFont(font("small"))
        self._bar.setFixedWidth(round(90 * self._theme.scale))

    def _begin(self) -> None:
        self._text = LogText(self._player.trace, self._player.world)
        self._restart()

    def _restart(self) -> None:
        self._meter.clear()
        self._show()

    def _show(self) -> None:
        player = self._player
        for word, chip in self.chips.items():
            chip.setChecked(word == player.mode.word)
        hurries = player.playing and not player.mode.animates and not player.run.live
        self._show_live()
        self._bar.setVisible(hurries)
        self.update_button.setVisible(player.playing and player.mode is EXPRESS)
        if player.empty:
            self._says.set_text("")
        elif hurries:
            races = player.mode is EXPRESS  # what is made counts; else what is passed, made long ago or not
            reached = player.reached if races else player.playhead
            events = len(player.trace) if races else player.trace.index_at(reached)
            self._meter.add(perf_counter(), events, reached)
            self._bar.setValue(round(1000 * reached / player.duration))
            self._says.set_text(self._rates(reached))
        elif player.edge.following:
            self._meter.add(perf_counter(), len(player.trace), player.known)
            self._says.set_text(f"Live: {rounded(self._meter.events_per_second)} events/s")
        elif (me := player.world.called.get(-1 if self._eyes.as_node is None else self._eyes.as_node)) is not None:
            self._says.set_text(f"{me} does not know what happens next.")
        else:
            self._says.set_text(sentence(self._text, player.playhead, player.duration))

    def _show_live(self) -> None:
        """The way to what happens now, and how far behind it one is."""
        edge, behind = self._player.edge, self._player.edge.behind
        self.live_button.setVisible(edge.run is not None)
        self.live_button.setChecked(edge.following)
        text = (
            LIVE if edge.following else f"Go live · {clock(behind, 1)} behind" if self._player.run.live else "Go live"
        )
        self.live_button.setText(text)
        self.live_button.setAccessibleName("Live" if edge.following else text)
        self.live_button.setToolTip(FOLLOWS if edge.following else self._actions["go-live"].toolTip())

    def _go_live(self) -> None:
        self._player.edge.go()
        self._show_live()

    def _rates(self, reached: float) -> str:
        player, meter = self._player, self._meter
        left = meter.left(player.duration)
        parts = [
            f"{rounded(meter.events_per_second)} events/s",
            f"{rounded(meter.speed)} simulated s per s",
            f"{rounded(meter.density)} events per simulated s",
            f"{share(reached / player.duration)}, {time(left)} to go" if left is not None else "",
        ]
        if player.mode is EXPRESS:
            parts.insert(0, f"the picture is of {clock(player.playhead)}")
        return " · ".join(filter(None, parts))


def _chip(actions: Actions, name: str, label: str) -> QPushButton:
    """A picture of an action that is on or off."""
    action = actions[name]
    chip = QPushButton(label)
    chip.setCheckable(True)
    chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    chip.setProperty("role", "chip")
    chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show() -> None:
        chip.setEnabled(action.isEnabled())
        chip.setToolTip(action.toolTip())

    chip.clicked.connect(action.trigger)
    action.changed.connect(show)
    show()
    return chip
