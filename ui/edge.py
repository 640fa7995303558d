"""The live edge: where a live run is by now, and the playhead that keeps to it, or is behind.

Rules: the playhead is the player's: this says where it may be next. While it keeps to the edge, time has the pace of
the clock on the wall, whatever speed was chosen; who scrubs, pauses or goes slower has left it.
"""

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from p4lab.scenario.model import Do
from ui.branches import Branches
from ui.drive import Drive
from ui.modes import RUN, Mode
from ui.run import Run

FAR = 0.5  # s off the edge at which the playhead jumps there: nobody sees a glide of half a second, it only lags
DRAW = 4.0  # of what is missing to the edge is made up in a second: too little to be seen as a change of pace
MOST = 24_000_000  # events of a live run: 2.8 GB at 117 bytes each, what a class room's laptop of 8 GB has to spare
FULL = (
    f"The live run has come to {MOST // 1_000_000} million events, which fill the memory: it was ended. What has "
    "happened stays; Save recording… keeps it."
)
CLOSE = 0.05  # s: this near to the edge is at it


class Mover(Protocol):
    """Who owns the playhead."""

    playhead: float
    run: Run

    @property
    def branches(self) -> Branches: ...
    def switch(self, number: int, t: float | None = None) -> None: ...
    def setMode(self, mode: Mode) -> None: ...
    def setSpeed(self, speed: float | None) -> None: ...
    def arrive(self, t: float) -> None: ...
    def pause(self) -> None: ...
    def play(self) -> None: ...
    def again(self) -> None: ...
    def came(self) -> None: ...


class Edge(QObject):
    """following: whether the playhead keeps to the edge."""

    changed = Signal(bool)  # it does, or has left it
    ended = Signal(str)  # the live run was ended, since there is room for no more of it: a sentence

    def __init__(self, mover: Mover, drive: Drive, parent: QObject) -> None:
        super().__init__(parent)
        self.following = False
        self._mover, self._drive = mover, drive
        self._deeds: tuple[list[Do], int] = [], 0  # those of the live run, how many they were last

    @property
    def run(self) -> Run | None:
        """The run that goes on by itself, shown or not."""
        live = self._mover.branches.live
        return live.happens if live is not None and live.happens is not None and live.happens.live else None

    @property
    def behind(self) -> float:
        """How far the playhead is behind live, in seconds; 0 where what is shown is not live."""
        return max(0.0, self._mover.run.edge - self._mover.playhead) if self._mover.run.live else 0.0

    def go(self) -> None:
        """To the edge of the live run, from wherever one is, and on with it."""
        live, run = self._mover.branches.live, self.run
        if live is None or run is None:
            return
        if live.number != self._mover.branches.number:
            self._mover.switch(live.number, run.edge)
        if self._drive.speed is None or self._drive.speed < 1.0:
            self._mover.setMode(RUN)
            self._mover.setSpeed(1.0)
        self._mover.arrive(run.edge)
        self.follow(True)
        self._mover.play()

    def end(self) -> None:
        """The live run goes on no more; what has happened stays, to be looked at and forked."""
        run = self.run
        if run is not None:
            self._mover.pause()
            run.finish()
            self._mover.again()

    def take_in(self, budget: float) -> bool:
        """What the live run has made meanwhile, in about so many seconds. False: nothing is live."""
        run = self.run
        if run is None:
            return False
        run.advance(run.known, budget)
        deeds = run.session.commands
        if deeds is not self._deeds[0] or len(deeds) != self._deeds[1]:
            self._deeds = deeds, len(deeds)
            self._mover.came()
        if len(run.trace) >= MOST:
            self.end()
            self.ended.emit(FULL)
        return True

    def follow(self, on: bool) -> None:
        """Keep to the edge, or no more."""
        if on is not self.following:
            self.following = on
            if on:
                self._drive.keep(1.0)
            else:
                self._drive.rest(self._mover.run, self._mover.playhead)
            self.changed.emit(on)

    def slowed(self) -> None:
        """Another speed was chosen: one below the clock's cannot keep to the edge."""
        if self._drive.speed is None or self._drive.speed < 1.0:
            self.follow(False)
        elif self.following:
            self._drive.keep(1.0)

    def next(self, wall: float) -> float:
        """Where the playhead is `wall` seconds later, keeping to the edge; never back."""
        run, playhead = self._mover.run, self._mover.playhead
        missing = run.edge - playhead - wall
        if abs(missing) > FAR:
            return max(playhead, run.edge)
        return max(playhead, min(playhead + wall + missing * min(1.0, DRAW * wall), run.known))

    def catch(self) -> None:
        """A playhead that was behind and has come to the edge goes on with it."""
        run, speed = self._mover.run, self._drive.speed
        if run.live and not self.following and speed is not None and speed >= 1.0 and self.behind <= CLOSE:
            self.follow(True)
