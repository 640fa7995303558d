"""Another run at the player's time: whatever shows the player's run can show this one beside it.

Rules: moves no time itself; its playhead is the player's, or as far as its own run is known by then. It makes its run
known in slices, on a timer of its own that runs only while it lags behind.
"""

from PySide6.QtCore import QObject, QTimer, Signal

from p4lab.metrics import Metrics
from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from p4lab.trace import Trace
from p4lab.world import World
from ui.modes import Mode
from ui.player import Player
from ui.run import Nothing, Run

FRAME = 16  # ms
BUDGET, CATCH_UP = 0.004, 0.012  # s of engine and folds: while time runs, and while this run is all that is waited for


class Follower(QObject):
    """A Viewed (viewed.py). Nothing at first; `follow` gives it a run."""

    sessionChanged = Signal()
    scenarioChanged = Signal()
    moved = Signal(float)
    sampled = Signal()
    playingChanged = Signal(bool)
    speedChanged = Signal()

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playhead = 0.0
        self._player = player
        self._run = Run(Nothing())
        self._scenario = self._run.session.scenario
        self._timer = QTimer(self, interval=FRAME)
        self._timer.setObjectName("follower")
        self._timer.timeout.connect(self._catch_up)
        player.moved.connect(self._follow)
        player.sampled.connect(self._sample)
        player.playingChanged.connect(self.playingChanged)
        player.speedChanged.connect(self.speedChanged)

    @property
    def session(self) -> Session:
        return self._run.session

    @property
    def scenario(self) -> Scenario:
        return self._scenario

    @property
    def trace(self) -> Trace:
        return self._run.trace

    @property
    def world(self) -> World:
        return self._run.world

    @property
    def metrics(self) -> Metrics:
        return self._run.metrics

    @property
    def known(self) -> float:
        return self._run.known

    @property
    def duration(self) -> float:
        return self._run.duration

    @property
    def complete(self) -> bool:
        return self._run.complete

    @property
    def empty(self) -> bool:
        return isinstance(self.session, Nothing)

    @property
    def playing(self) -> bool:
        return self._player.playing

    @property
    def mode(self) -> Mode:
        return self._player.mode

    @property
    def speed(self) -> float | None:
        return self._player.speed

    @property
    def factor(self) -> float:
        return self._player.factor

    @property
    def lagging(self) -> bool:
        """Whether it is not yet where the player is."""
        return not self.empty and self.playhead < min(self._player.playhead, self.duration)

    def seek(self, t: float) -> None:
        """There is one playhead: the player's."""
        self._player.seek(t)

    def play(self) -> None:
        """Likewise."""
        self._player.play()

    def follow(self, run: Run | None, scenario: Scenario | None = None) -> None:
        """Show this run, or nothing any more. scenario: with the places in force, where they are not the run's."""
        self._timer.stop()
        self._run = Run(Nothing()) if run is None else run
        self._scenario = scenario or self._run.session.scenario
        self.playhead = min(self._player.playhead, self._run.known)
        self.sessionChanged.emit()
        self._follow(self._player.playhead)
        self.sampled.emit()

    def dress(self, scenario: Scenario) -> None:
        """The same run with other places."""
        self._scenario = scenario
        self.scenarioChanged.emit()

    def stop(self) -> None:
        """Work no more."""
        self._timer.stop()

    def _follow(self, t: float) -> None:
        if self.empty:
            return
        self._advance(BUDGET)
        if self.lagging:
            self._timer.start()

    def _advance(self, budget: float) -> None:
        goal = min(self._player.playhead, self.duration)
        if goal > self.known:
            self._run.advance(goal, budget)
        self.playhead = min(goal, max(self.known, 0.0))
        self.moved.emit(self.playhead)

    def _catch_up(self) -> None:
        self._advance(BUDGET if self._player.playing else CATCH_UP)
        if not self.lagging:
            self._timer.stop()
            self.sampled.emit()

    def _sample(self) -> None:
        if not self.empty:
            self.sampled.emit()
