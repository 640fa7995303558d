"""The player: moves the playhead with the wall clock, and asks the session for as much of the run as that needs.

Rules: the only owner of the run (session and folds) and of the one frame timer, which runs only while there is work.
Everything seen is a function of (run, playhead); nobody else moves the playhead. The engine never runs ahead of the
playhead on its own, so that a command takes effect where the person looks. Long work is done between frames.
"""

import math
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from p4lab.core.commands import Command
from p4lab.metrics import Metrics
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import Session
from p4lab.trace import Trace
from p4lab.world import World
from ui.errands import Errand, again, ahead, next_event, whole
from ui.pace import for_hop
from ui.run import Nothing, Run
from ui.tempo import Tempo

FRAME = 16  # ms
SKIP = 0.5  # s: a longer gap between frames is skipped, not simulated (RaftScope, Runway)
BUDGET = 0.008  # s of engine and folds per frame while playing; errands take more, since nothing else moves then
ERRAND_BUDGET = 0.03  # an errand has the window to itself, which still answers thirty times a second
SAMPLE = 100  # ms between two refreshes of the panels while playing
SMOOTH = 0.5  # s over which the achieved speed is averaged
SEEK_SAMPLE = 50  # ms between them while the playhead is dragged
SPEEDS = (0.01, 1000.0)

MakeSession = Callable[[Scenario, list[Do]], Session]


class Player(QObject):
    """playhead, known, duration in simulated seconds; factor: simulated seconds per second, in force now."""

    sessionChanged = Signal()  # another run: rebuild
    moved = Signal(float)  # the playhead moved; once a frame at most
    sampled = Signal()  # panels refresh: 10 times a second while something changes, and after a seek
    playingChanged = Signal(bool)
    speedChanged = Signal()
    workChanged = Signal()  # `work` began, went on or ended
    submitted = Signal(object, float)  # a command took effect, and when
    forked = Signal(float)  # a future that had been seen was given up; `bring_back` undoes it

    def __init__(self, make: MakeSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playhead = 0.0
        self.playing = False
        self.speed: float | None = None  # None: auto
        self.factor = 1.0
        self.achieved = 0.0
        self._kept_up = 1.0  # the part of the asked pace that was reached lately
        self.work: Errand | None = None
        self._make = make
        self._tempo = Tempo()
        self._run = Run(Nothing())
        self._kept: tuple[Run, float] | None = None  # the run before the last fork or reset, and its playhead
        self._furthest = 0.0
        self._stale = False  # the panels have not seen the playhead where it is
        self._timer = QTimer(self, interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.setObjectName("player")
        self._timer.timeout.connect(self._tick)
        self._frame = QElapsedTimer()
        self._since_sample = QElapsedTimer()
        self._since_sample.start()

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
        """Whether nothing is open."""
        return isinstance(self.session, Nothing)

    @property
    def watched(self) -> int | None:
        """The name whose messages set the pace."""
        return self._tempo.watched

    @property
    def can_bring_back(self) -> bool:
        return self._kept is not None

    def alerts(self, t: float) -> int:
        """How many messages were refused by time t."""
        return self._run.alerts(t)

    def digest(self) -> str:
        """Of the whole run, once it is known to its end; else empty."""
        return self._run.digest()

    def open(self, session: Session) -> None:
        """Show another session, paused at its start."""
        self._swap(Run(session), 0.0, keep=False)
        wanted = session.scenario.view.speed
        self.setSpeed(None if isinstance(wanted, str) else wanted)
        if session.abilities.known:
            self._begin(whole(self._run))

    def close(self) -> None:
        """Stop, and let go of files."""
        self._timer.stop()
        self.playing = False
        self.work = None
        self._forget()
        self._run.close()

    def play(self) -> None:
        """Let time run; at the end of the run, from the start."""
        if self.empty:
            return
        if self.playhead >= self.duration:
            self._move(0.0)
        if not self.playing:
            self.playing = True
            self._frame.invalidate()
            self.playingChanged.emit(True)
        self._wake()

    def pause(self) -> None:
        """Hold time."""
        if self.playing:
            self.playing = False
            self.achieved = 0.0
            self.playingChanged.emit(False)
            self._sample()

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.playing else self.play)()

    def seek(self, t: float) -> None:
        """Go to time t, making the run up to there if it is not known; pauses."""
        self.pause()
        t = min(max(t, 0.0), self.duration)
        if t <= self.known:
            self._end_work()
            self._jump(t)
        else:
            self._begin(ahead(self._run, t))

    def step(self, direction: int) -> None:
        """To the next (+1) or the previous (-1) moment at which something happened; pauses."""
        self.pause()
        if direction < 0:
            self._end_work()
            before = self.trace.index_at(math.nextafter(self.playhead, -math.inf))
            self._jump(self.trace.time_of(before - 1) if before else 0.0)
        else:
            self._begin(next_event(self._run, self.trace.index_at(self.playhead)))

    def reset(self, new_seed: int | None = None, keep_commands: bool = True) -> None:
        """Start again: the same, with another seed, or without what was done by hand. A recording only goes back."""
        if self.session.abilities.known:
            self.seek(0.0)
            return
        scenario = self.session.scenario
        if new_seed is not None:
            scenario = msgspec.structs.replace(scenario, seed=new_seed)
        commands = self.session.commands if keep_commands else []
        self._swap(Run(self._make(scenario, commands)), 0.0, keep=True)

    def submit(self, command: Command) -> None:
        """Do this at the playhead; `submitted` says when it took effect.

        Raises ValueError with a sentence where it cannot be.
        """
        abilities = self.session.abilities
        if not abilities.submit:
            raise ValueError(abilities.why_not)
        if self.playhead >= self.duration:
            raise ValueError("The run is over here: go back a little, or start again.")
        if self.playhead >= self.known:
            self._perform(command)
        elif not abilities.fork:
            raise ValueError(abilities.why_not or "The past of this run cannot be changed.")
        else:
            run = Run(self.session.fork(self.playhead))
            self._begin(again(run, self.playhead, lambda: self._take_over(run, command)))

    def bring_back(self) -> None:
        """Undo the last fork or reset."""
        if self._kept is not None:
            run, playhead = self._kept
            self._swap(run, playhead, keep=True)

    def cancel(self) -> None:
        """Give up the work in hand; what is known stays."""
        self._end_work()
        self._sample()

    def setSpeed(self, speed: float | None) -> None:
        """Simulated seconds per second, or None for the pace that the selected key asks for."""
        self.speed = None if speed is None else min(max(speed, SPEEDS[0]), SPEEDS[1])
        if self.speed is not None:
            self.factor = self.speed
        elif not self.playing:
            self.factor = self._auto(0.0)
        self.speedChanged.emit()

    def watch(self, name: int | None) -> None:
        """The name whose messages set the pace `auto`."""
        self._tempo.watched = name
        if self.speed is None and not self.playing:
            self.factor = self._auto(0.0)
            self.speedChanged.emit()

    def _swap(self, run: Run, playhead: float, keep: bool) -> None:
        self._end_work()
        was_playing, self.playing, self.achieved = self.playing, False, 0.0
        old = (self._run, self.playhead)
        self._forget(but=run)
        if keep:
            self._kept = old
        else:
            old[0].close()
        self._run = run
        self._furthest = playhead
        self.factor = 1.0 if self.speed is None else self.speed
        run.advance(max(playhead, run.known), ERRAND_BUDGET)
        self.playhead = min(playhead, max(run.known, 0.0))
        if was_playing:
            self.playingChanged.emit(False)
        self.sessionChanged.emit()
        self._move(self.playhead)

    def _forget(self, but: Run | None = None) -> None:
        if self._kept is not None and self._kept[0] is not but:
            self._kept[0].close()
        self._kept = None

    def _perform(self, command: Command) -> None:
        at = self.session.submit(command, self.playhead)
        self._run.advance(at, ERRAND_BUDGET)
        self.submitted.emit(command, at)
        self._move(max(self.playhead, at))
        self._sample()

    def _begin(self, errand: Errand) -> None:
        self.work = errand
        self._frame.restart()
        if not self._go_on():  # most errands are over at once
            self._wake()

    def _go_on(self) -> bool:
        """A slice of the errand in hand; True when it is over."""
        errand = self.work
        if errand is None:
            return True
        done = errand.slice(ERRAND_BUDGET)
        if done or self._since_sample.elapsed() >= SAMPLE:  # painting each slice would cost more than the work
            self._jump(errand.place(self.playhead))
        if done:
            self._end_work()
            errand.then()
        else:
            self.workChanged.emit()
        return done

    def _take_over(self, run: Run, command: Command) -> None:
        """The same past in another run: go on in that one, from the playhead, with this command."""
        lost = self._furthest > self.playhead
        self._forget()
        self._kept = (self._run, self.playhead)
        self._run = run
        self._furthest = self.playhead
        self.sessionChanged.emit()
        self._perform(command)
        if lost:
            self.forked.emit(self.playhead)

    def _end_work(self) -> None:
        if self.work is not None:
            self.work = None
            self.workChanged.emit()

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        wall = self._frame.restart() / 1000 if self._frame.isValid() else FRAME / 1000
        if not self._frame.isValid():
            self._frame.start()
        if self.work is not None:
            self._go_on()
        elif self.playing:
            self._play(FRAME / 1000 if wall > SKIP else wall)
        if self._stale and self._since_sample.elapsed() >= (SAMPLE if self.playing else SEEK_SAMPLE):
            self._sample()
        if not self.playing and self.work is None and not self._stale:
            self._timer.stop()

    def _play(self, wall: float) -> None:
        factor = self._auto(wall) if self.speed is None else self.speed
        target = min(self.playhead + wall * factor, self.duration)
        if self.speed is None and self._tempo.hop(self._run, self.playhead) is None:
            target = self._tempo.until_leaving(self._run, self.playhead, target, BUDGET)
        asked = target - self.playhead
        if target > self.known:
            self._run.advance(target, BUDGET)
        target = max(self.playhead, min(target, self.known))
        if asked > 0:  # the pace itself may change in a frame; what lags is how well the engine keeps up with it
            self._kept_up += ((target - self.playhead) / asked - self._kept_up) * min(1.0, wall / SMOOTH)
        self.achieved = factor * self._kept_up
        changed = abs(math.log(factor / self.factor)) > 1e-3 if self.factor > 0 else True
        self.factor = factor
        self._move(target)
        if changed:
            self.speedChanged.emit()
        if self.playhead >= self.duration:
            self.pause()

    def _auto(self, wall: float) -> float:
        return self._tempo.next(self._run, self.factor, wall, self.playhead)

    def _jump(self, t: float) -> None:
        """Move elsewhere, and take up the pace that is right there."""
        self._move(t)
        if self.speed is None:
            hop = self._tempo.hop(self._run, t)
            self.factor = 1.0 if hop is None else for_hop(hop)
            self.speedChanged.emit()

    def _move(self, t: float) -> None:
        self.playhead = t
        self._furthest = max(self._furthest, t)
        self.moved.emit(t)
        self._stale = True
        if not self.playing and self._since_sample.elapsed() >= SEEK_SAMPLE:
            self._sample()
        else:
            self._wake()

    def _sample(self) -> None:
        self._stale = False
        self._since_sample.restart()
        self.sampled.emit()
