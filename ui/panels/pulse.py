"""When a panel redraws: only while it is seen, and never so often that drawing would crowd out the run.

Rules: a refresh that cost c seconds is followed by a pause of SHARE * c, at most MOST; what is asked for after that is
done at once, and where panels take turns when the turn comes. What was asked for out of sight is done when the panel is
seen.
"""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from ui.turns import Turns

SHARE = 5.0  # a panel takes about a sixth of the time, unless that would be late
LEAST = 15  # ms: what is asked for within them is one refresh
MOST = 60  # ms: a seek is seen in a tenth of a second, whatever a panel once cost


class Pulse(QObject):
    """Calls `refresh` of `widget` some time after `ask`. cost: of the last time, in seconds."""

    def __init__(self, widget: QWidget, refresh: Callable[[], None], turns: Turns) -> None:
        super().__init__(widget)
        self._widget, self._refresh, self._turns = widget, refresh, turns
        self.cost = 0.0
        self._next = 0.0  # not before
        self._asked = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.setObjectName("pulse")
        self._timer.timeout.connect(self.redraw)
        widget.installEventFilter(self)

    def ask(self) -> None:
        """Something changed."""
        self._asked = True
        if not self._timer.isActive() and self._widget.isVisible() and not self._turns.ask(self):
            self._timer.start(max(LEAST, round((self._next - perf_counter()) * 1000)))

    def redraw(self) -> None:
        """The time has come."""
        if self._asked and self._widget.isVisible():
            self._asked = False
            began = perf_counter()
            self._refresh()
            ended = perf_counter()
            self.cost = ended - began
            self._next = ended + min(self.cost * SHARE, MOST / 1000)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What was asked for out of sight is done when it is seen."""
        if event.type() == QEvent.Type.Show and self._asked and not self._timer.isActive():
            self._timer.start(0)
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
            self._turns.leave(self)
        return super().eventFilter(watched, event)
