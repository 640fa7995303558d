"""What a picture needs to know of what it shows, whoever moves time there.

Rules: a Protocol and nothing else. The player is one; so is whatever follows the player with another run.
"""

from typing import Protocol

from PySide6.QtCore import SignalInstance

from p4lab.metrics import Metrics
from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from p4lab.trace import Trace
from p4lab.world import World


class Viewed(Protocol):
    """playhead, known, duration in simulated seconds; speed: None for the pace auto; factor: the pace in force."""

    playhead: float
    playing: bool
    speed: float | None
    factor: float

    @property
    def session(self) -> Session: ...
    @property
    def scenario(self) -> Scenario: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def world(self) -> World: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def known(self) -> float: ...
    @property
    def duration(self) -> float: ...
    @property
    def complete(self) -> bool: ...
    @property
    def empty(self) -> bool: ...
    @property
    def sessionChanged(self) -> SignalInstance: ...
    @property
    def scenarioChanged(self) -> SignalInstance: ...
    @property
    def moved(self) -> SignalInstance: ...
    @property
    def sampled(self) -> SignalInstance: ...
    @property
    def speedChanged(self) -> SignalInstance: ...
