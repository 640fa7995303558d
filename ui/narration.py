"""The narration: tells what happens while time runs, for a screen reader and for whoever likes to read along.

Rules: tells what `telling` finds between the last telling and the playhead; after a jump it says where one is now.
Never quicker than one can listen: what comes meanwhile waits, and of too much the last is told. The one timer runs only
while something waits.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum

from PySide6 import QtGui
from PySide6.QtCore import QElapsedTimer, QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from ui.focus import Focus
from ui.player import Player
from ui.story import seen
from ui.telling import Told, told
from ui.words import clock

KEPT = 100  # sentences
MOST_EVENTS = 4_000  # told of one by one; at high speed it is said where one is instead
STEP = 0.5  # s: so far ahead without playing is a step, further is a jump
SETTING = "narration"


class Level(Enum):
    """How much is told; pause: ms between two tellings at least; most: sentences at a time."""

    OFF = "off"
    BRIEF = "brief"
    FULL = "full"

    @property
    def pause(self) -> int:
        return 2_500 if self is Level.BRIEF else 1_500

    @property
    def most(self) -> int:
        return 2 if self is Level.BRIEF else 4


class Narrator(QObject):
    """log: the last sentences with their times, the newest last. speak: how it is said aloud."""

    changed = Signal()  # the log, or the level

    def __init__(
        self,
        player: Player,
        focus: Focus,
        settings: QSettings,
        speak: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.log: deque[Told] = deque(maxlen=KEPT)
        self._player, self._focus, self._settings, self._speak = player, focus, settings, speak
        self.level = _level(settings.value(SETTING, ""))
        self._heard = 0.0
        self._waiting: list[Told] = []
        self._since = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.setObjectName("narration")
        self._timer.timeout.connect(self._tell)
        player.sampled.connect(self._listen)
        player.sessionChanged.connect(self._start_anew)

    def choose(self, level: Level) -> None:
        """How much is told from now on."""
        self.level = level
        self._settings.setValue(SETTING, level.value)
        self._waiting.clear()
        self._timer.stop()
        self._heard = self._player.playhead
        self.changed.emit()

    def as_text(self) -> str:
        """The log, a line for each sentence."""
        return "\n".join(f"{clock(t, 0.001)}  {text}" for t, text in self.log)

    def _start_anew(self) -> None:
        self._waiting.clear()
        self._timer.stop()
        self._heard = self._player.playhead
        if self._player.empty:
            self.log.clear()
            self.changed.emit()

    def _listen(self) -> None:
        start, end = self._heard, self._player.playhead
        if start == end:
            return
        self._heard = end
        if self.level is Level.OFF or self._player.empty:
            return
        self._waiting += self._found(start, end)
        if self._waiting and not self._timer.isActive():
            left = self.level.pause - self._since.elapsed() if self._since.isValid() else 0
            if left > 0:
                self._timer.start(left)
            else:
                self._tell()

    def _found(self, start: float, end: float) -> list[Told]:
        player = self._player
        world, trace, name = player.world, player.trace, self._focus.name
        eyes = self._focus.eyes.as_node
        jumped = end < start or (not player.playing and end - start > STEP)
        if jumped or trace.index_at(end) - trace.index_at(start) > MOST_EVENTS:
            self._waiting.clear()
            where = seen(world, trace, end, name, eyes)
            return [(end, f"At {clock(end)}. {where}".strip())]
        return told(world, trace, start, end, name, self.level is Level.FULL, eyes)

    def _tell(self) -> None:
        """Say what waits, as far as one can listen to it; the log has all of it."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self.log.extend(waiting)
        most = self.level.most
        left_out = len(waiting) - most
        more = f"{left_out} more before this. " if left_out > 0 else ""
        self._speak(more + " ".join(text for _, text in waiting[-most:]))
        self._since.restart()
        self.changed.emit()


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say it: as an announcement where Qt knows that (6.8), else as the widget's name."""
    if not QAccessible.isActive():
        return
    event = getattr(QtGui, "QAccessibleAnnouncementEvent", None)
    if event is not None:
        QAccessible.updateAccessibility(event(widget, text))
    else:
        widget.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.NameChanged))


def _level(kept: object) -> Level:
    """As it was chosen; at first off, or brief where a screen reader is there."""
    chosen = next((level for level in Level if level.value == kept), None)
    return chosen or (Level.BRIEF if QAccessible.isActive() else Level.OFF)
