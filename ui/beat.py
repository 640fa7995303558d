"""The beat of the window: the one frame timer, how long a frame took, and how long ago the panels saw anything.

Rules: knows nothing of runs. It stops only when it is told to; who stops it wakes it again.
"""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

FRAME = 16  # ms
IDLE = 100  # ms from one turn to the next while only a live run goes on, out of sight


class Beat:
    """turn: called for each frame."""

    def __init__(self, turn: Callable[[], None], parent: QObject) -> None:
        self._timer = QTimer(parent, interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.setObjectName("player")
        self._timer.timeout.connect(turn)
        self._frame, self._sample = QElapsedTimer(), QElapsedTimer()
        self._sample.start()

    @property
    def since_sample(self) -> int:
        """ms since the panels saw where things are."""
        return self._sample.elapsed()

    def sampled(self) -> None:
        """They see it now."""
        self._sample.restart()

    def frame(self) -> float:
        """A frame begins: how long the last one took, in seconds."""
        wall = self._frame.elapsed() / 1000 if self._frame.isValid() else FRAME / 1000
        self._frame.start()
        return wall

    def rest(self, begin: bool = False) -> None:
        """What has passed since the last frame does not count. begin: the next one begins now."""
        if begin:
            self._frame.restart()
        else:
            self._frame.invalidate()

    def wake(self) -> None:
        """Frames are wanted."""
        if not self._timer.isActive():
            self._timer.start()

    def pace(self, interval: int) -> None:
        """Milliseconds from one frame to the next."""
        if self._timer.interval() != interval:
            self._timer.setInterval(interval)

    def stop(self) -> None:
        """Nothing is wanted."""
        self._timer.stop()
