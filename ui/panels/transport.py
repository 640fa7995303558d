"""The transport: play and pause, steps, the time, the speed on a log scale, and the time line.

Rules: shows the player and asks the player; the speed slider's value is round(100 log10(speed)), as in OMNeT++'s Qtenv.
"""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from ui.actions import Actions
from ui.buttons import SignButton
from ui.panels.timeline import Timeline
from ui.player import SPEEDS, Player
from ui.theme import ThemeSwitch, font
from ui.words import clock, grouped, speed

SNAP = 6  # slider units: this near to real speed means real speed
NARROW_DECADES = range(-2, 4)


def to_slider(factor: float) -> int:
    """Where a factor stands on the slider."""
    low, high = (round(math.log10(limit) * 100) for limit in SPEEDS)
    return min(max(round(math.log10(max(factor, 1e-9)) * 100), low), high)


def from_slider(value: int) -> float:
    """The factor at a place of the slider; real speed catches what is near."""
    return 1.0 if abs(value) <= SNAP else 10 ** (value / 100)


class Transport(QFrame):
    """The bar at the bottom of the window."""

    def __init__(self, player: Player, actions: Actions, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._player = player
        self._theme = theme
        self._showing = False  # the slider is moved by us, not by a person
        self.timeline = Timeline(player, theme)
        self._play = SignButton("play", 46, theme, round_=True)
        self._back = SignButton("back", 34, theme)
        self._forward = SignButton("forward", 34, theme)
        for button, name in ((self._play, "toggle"), (self._back, "step-back"), (self._forward, "step")):
            _obey(button, actions, name)
        self._time = QLabel()
        self._event = QLabel()
        self._slider = SpeedSlider(theme)
        self._slider.valueChanged.connect(self._chosen)
        self._auto = QPushButton("auto")
        self._auto.setCheckable(True)
        self._auto.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._auto.setProperty("role", "chip")
        self._auto.clicked.connect(actions["auto"].trigger)
        self._auto.setToolTip("Slow while messages of the selected key fly, quick in between (A)")
        self._factor = QLabel()
        self._achieved = QLabel()
        for label in (self._event, self._achieved):
            label.setProperty("role", "muted")
        self._lay_out()
        player.playingChanged.connect(self._show_playing)
        player.moved.connect(self._show_time)
        player.sampled.connect(self._show_counts)
        player.sessionChanged.connect(self._show_all)
        player.speedChanged.connect(self._show_speed)
        theme.changed.connect(self._dress)
        self._dress()
        self._show_all()

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
        caption = QLabel("Speed")
        caption.setProperty("role", "muted")
        pace = QHBoxLayout()
        pace.setSpacing(8)
        pace.addWidget(caption)
        pace.addWidget(self._slider, 1)
        pace.addWidget(self._auto)
        pace.addWidget(self._factor)
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 8, 18, 8)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(2)
        grid.addLayout(buttons, 0, 0)
        grid.addWidget(self.timeline, 0, 1)
        grid.addLayout(pace, 1, 0)
        grid.addWidget(self._achieved, 1, 1)
        grid.setColumnStretch(1, 1)

    def _dress(self) -> None:
        self._time.setFont(font("number"))
        for label in (self._event, self._achieved):
            label.setFont(font("small"))
        self._factor.setMinimumWidth(self._factor.fontMetrics().horizontalAdvance("1/1 000"))
        self._event.setMinimumWidth(self._event.fontMetrics().horizontalAdvance("event 99 999 of 99 999 so far"))

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
        trace = self._player.trace
        now, total = trace.index_at(self._player.playhead), len(trace)
        more = "" if self._player.complete else " so far"
        self._event.setText(f"event {grouped(now)} of {grouped(total)}{more}" if total else "")
        if self._player.playing:
            self._achieved.setText(f"achieved {speed(self._player.achieved)}")
        else:
            self._achieved.setText("")

    def _show_speed(self) -> None:
        auto = self._player.speed is None
        self._auto.setChecked(auto)
        self._showing = True
        self._slider.setValue(to_slider(self._player.factor))
        self._showing = False
        self._slider.set_calm(auto)
        self._factor.setText(speed(self._player.factor))
        self._slider.setToolTip(f"{speed(self._player.factor)} of real time")
        self._show_time(self._player.playhead)

    def _chosen(self, value: int) -> None:
        if not self._showing:
            self._player.setSpeed(from_slider(value))


class SpeedSlider(QSlider):
    """0.01 to 1000 times real time, with a dot at each decade. Calm: it only shows a pace that nobody chose."""

    def __init__(self, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setRange(*(round(math.log10(limit) * 100) for limit in SPEEDS))
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setMinimumSize(110, 28)
        self.setAccessibleName("Speed")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def set_calm(self, calm: bool) -> None:
        """Whether the knob only follows."""
        if self.property("calm") != calm:
            self.setProperty("calm", calm)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = self.width() - 16
        for decade in NARROW_DECADES:
            share = (decade * 100 - self.minimum()) / (self.maximum() - self.minimum())
            big = decade == 0
            painter.setBrush(self._theme.current.muted if big else self._theme.current.outline)
            radius = 1.8 if big else 1.2
            painter.drawEllipse(QPointF(8 + share * room, self.height() / 2 + 9), radius, radius)
        painter.end()
        super().paintEvent(event)


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
