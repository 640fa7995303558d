"""A run as a film needs it: seen at a moment of its own, whatever the player does meanwhile.

Rules: satisfies `viewed.Viewed` with the run that the player had when the film was begun. Nothing moves here but by
`show`.
"""

from PySide6.QtCore import QObject, Signal

from p4lab.metrics import Metrics
from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from p4lab.trace import Trace
from p4lab.world import World
from ui.modes import RUN
from ui.run import Run


class Cut(QObject):
    """playing: never, so that arrows point the way of what flies."""

    sessionChanged = Signal()
    scenarioChanged = Signal()
    moved = Signal(float)
    sampled = Signal()
    speedChanged = Signal()
    playingChanged = Signal(bool)

    def __init__(self, run: Run, scenario: Scenario, auto: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self.scenario = scenario
        self.playhead = 0.0
        self.playing = False
        self.mode = RUN
        self.factor = 1.0
        self.speed: float | None = None if auto else 1.0

    @property
    def session(self) -> Session:
        return self._run.session

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
        return False

    def show(self, t: float, factor: float) -> None:
        """Another moment."""
        self.playhead, self.factor = t, factor
        if self.speed is not None:
            self.speed = factor
        self.moved.emit(t)
