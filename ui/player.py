"""The player: moves the playhead with the wall clock, and asks the session for as much of the run as that needs.

Rules: the only owner of the run (session and folds) and of the one frame timer, which runs only while there is work.
Everything seen is a function of (run, playhead); nobody else moves the playhead. The engine never runs ahead of the
playhead on its own, so that a command takes effect where the person looks. Long work is done between frames. Whatever
is done is a step from one value of `branches` to another, and nothing is changed before the run of the other is known
as far as the playhead: so everything can be given up, and undone.
"""

import math

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from p4lab.core.commands import Command
from p4lab.metrics import Metrics
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import Session
from p4lab.trace import Trace
from p4lab.world import World
from ui.branches import Branches, MakeSession
from ui.doing import Doing
from ui.errands import Errand, ahead, next_event, whole
from ui.pace import for_hop
from ui.run import Nothing, Run
from ui.tempo import Tempo

FRAME = 16  # ms
SKIP = 0.5  # s: a longer gap between frames is skipped, not simulated (RaftScope, Runway)
BUDGET = 0.008  # s of engine and folds per frame while playing; errands take more, since nothing else moves then
ERRAND_BUDGET = 0.03  # an errand has the window to itself, which still answers thirty times a second
SAMPLE = 100  # ms between two refreshes of the panels while playing
SEEK_SAMPLE = 50  # ms between them while the playhead is dragged
SPEEDS = (0.01, 1000.0)


class Player(QObject):
    """playhead, known, duration in simulated seconds; factor: simulated seconds per second, in force now."""

    sessionChanged = Signal()  # another run: rebuild
    scenarioChanged = Signal()  # another scenario, perhaps of the same run: what is said of it, and places on the map
    branchesChanged = Signal()
    branched = Signal(object)  # a Branch that `branch_off` has made is known up to the playhead
    moved = Signal(float)  # the playhead moved; once a frame at most
    sampled = Signal()  # panels refresh: 10 times a second while something changes, and after a seek
    playingChanged = Signal(bool)
    speedChanged = Signal()
    workChanged = Signal()  # `work` began, went on or ended
    submitted = Signal(object, float)  # a command took effect, and when
    cutShort = Signal(str)  # why less of a recording is there than there was
    forked = Signal(float)  # what was done in the past began a branch; the one before keeps its future

    def __init__(self, make: MakeSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playhead = 0.0
        self.playing = False
        self.speed: float | None = None  # None: auto
        self.factor = 1.0
        self.achieved = 0.0
        self.work: Errand | None = None
        self._behind: Errand | None = None  # goes on whatever else is done
        self._tempo = Tempo()
        self.run = Run(Nothing())
        self.seen = 0.0  # the furthest that was looked at in this branch
        self._stale = False  # the panels have not seen the playhead where it is
        self._timer = QTimer(self, interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.setObjectName("player")
        self._timer.timeout.connect(self._tick)
        self._frame, self._since_sample = QElapsedTimer(), QElapsedTimer()
        self._since_sample.start()
        self._doing = doing = Doing(self, make, self)
        self.history = doing.history
        self.fork, self.switch, self.drop, self.rename = doing.fork, doing.switch, doing.drop, doing.rename
        doing.scenarioChanged.connect(self.scenarioChanged)
        doing.branchesChanged.connect(self.branchesChanged)
        doing.branched.connect(self.branched)
        doing.submitted.connect(self.submitted)
        doing.forked.connect(self.forked)

    @property
    def session(self) -> Session:
        return self.run.session

    @property
    def trace(self) -> Trace:
        return self.run.trace

    @property
    def world(self) -> World:
        return self.run.world

    @property
    def metrics(self) -> Metrics:
        return self.run.metrics

    @property
    def known(self) -> float:
        return self.run.known

    @property
    def duration(self) -> float:
        return self.run.duration

    @property
    def complete(self) -> bool:
        return self.run.complete

    @property
    def empty(self) -> bool:
        """Whether nothing is open."""
        return isinstance(self.session, Nothing)

    @property
    def watched(self) -> int | None:
        """The name whose messages set the pace."""
        return self._tempo.watched

    @property
    def scenario(self) -> Scenario:
        """The scenario of this branch: that of its run, perhaps with other words, marks and places since."""
        return self._doing.scenario

    @property
    def branches(self) -> Branches:
        """All branches as they are now."""
        return self._doing.branches

    def digest(self) -> str:
        """Of the whole run, once it is known to its end; else empty."""
        return self.run.digest()

    def open(self, session: Session) -> None:
        """Show another session, paused at its start."""
        self._end_work()
        self.behind(None)
        self.run.close()
        self._doing.begin(session)
        wanted = session.scenario.view.speed
        self.setSpeed(None if isinstance(wanted, str) else wanted)
        if session.abilities.known:
            self.behind(whole(self.run, self._tell_short))
            self._go_on_behind(ERRAND_BUDGET)

    def close(self) -> None:
        """Stop, and let go of files."""
        self._timer.stop()
        self.playing = False
        self.behind(None)
        self.work = None
        self._doing.close()
        self.run.close()

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
            self.begin(ahead(self.run, t))

    def step(self, direction: int) -> None:
        """To the next (+1) or the previous (-1) moment at which something happened; pauses."""
        self.pause()
        if direction < 0:
            self._end_work()
            before = self.trace.index_at(math.nextafter(self.playhead, -math.inf))
            self._jump(self.trace.time_of(before - 1) if before else 0.0)
        else:
            self.begin(next_event(self.run, self.trace.index_at(self.playhead)))

    def reset(self, new_seed: int | None = None, keep_commands: bool = True) -> None:
        """Start again: the same, with another seed, or without what was done by hand. A recording only goes back."""
        if self.session.abilities.known:
            self.seek(0.0)
            return
        self._doing.start_again(new_seed, keep_commands)

    def submit(self, command: Command) -> None:
        """Do this at the playhead; `submitted` says when it took effect. In the past it begins a branch.

        Raises ValueError with a sentence where it cannot be.
        """
        self._doing.submit(command)

    def branch_off(
        self, scenario: Scenario, commands: tuple[Do, ...], says: str, *, at: float | None = None, switch: bool = True
    ) -> None:
        """Another branch made from another recipe; `branched` hands it over once it is known up to the playhead.

        Raises ValueError or ScenarioError with a sentence where it cannot be.
        """
        self._doing.branch_off(scenario, commands, says, self.playhead if at is None else at, switch)

    def change(self, scenario: Scenario, says: str, commands: tuple[Do, ...] | None = None) -> None:
        """Another scenario for this branch, perhaps with other commands. The run is made anew where it would differ.

        Raises ValueError or ScenarioError with a sentence where it cannot be.
        """
        self._doing.change(scenario, says, commands)

    def begin(self, errand: Errand) -> None:
        """Work on this between frames, in place of what was in hand."""
        self.work = errand
        self._frame.restart()
        if not self._go_on():  # most errands are over at once
            self._wake()

    def behind(self, errand: Errand | None) -> None:
        """Work on this behind everything else, in place of what was there, which is given up."""
        old, self._behind = self._behind, errand
        if old is not None:
            old.given_up()
        if self.work is old:
            self.work = errand
            self.workChanged.emit()
        if errand is not None:
            self._wake()

    def goto(self, t: float) -> None:
        """Go on to a moment just ahead."""
        self.run.advance(t, ERRAND_BUDGET)
        self._move(max(self.playhead, t))
        self._sample()

    def halt(self) -> None:
        """End the work in hand, with the playhead where it has come to."""
        if self.work is not None:
            place = self.work.place(self.playhead)
            self._end_work()
            self._jump(place)

    def show(self, run: Run, playhead: float, seen: float, hold: bool) -> None:
        """Go on in this run from this moment. hold: paused, where it is another one."""
        other, self.seen = run is not self.run, max(seen, playhead)
        if other:
            self._end_work()
            was_playing, self.run = self.playing, run
            run.advance(max(playhead, run.known), ERRAND_BUDGET)
            playhead = min(playhead, run.known)
            if hold:
                self.playing, self.achieved = False, 0.0
                self.factor = 1.0 if self.speed is None else self.speed
                if was_playing:
                    self.playingChanged.emit(False)
        self.playhead = playhead
        if other:
            self.sessionChanged.emit()
        self._move(playhead)

    def cancel(self) -> None:
        """Give up the work in hand, then what goes on behind; what is known stays."""
        if self.work is self._behind:
            self.behind(None)
            self._tell_short()
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

    def _end_work(self) -> None:
        """What goes on behind is in hand again."""
        if self.work is not self._behind:
            self.work = self._behind
            self.workChanged.emit()

    def _go_on_behind(self, budget: float) -> None:
        if (errand := self._behind) is None:
            return
        done = errand.slice(budget)
        if done:
            self._behind = None
            self._end_work()
        elif self.work is errand:
            self.workChanged.emit()
        if done or self._since_sample.elapsed() >= SAMPLE:
            self._sample()
        if done:
            errand.then()

    def _tell_short(self) -> None:
        if self.session.abilities.short:
            self.cutShort.emit(self.session.abilities.short)

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        wall = self._frame.restart() / 1000 if self._frame.isValid() else FRAME / 1000
        if not self._frame.isValid():
            self._frame.start()
        if self.work is not self._behind:
            self._go_on()
        else:
            if self.playing:
                self._play(FRAME / 1000 if wall > SKIP else wall)
            self._go_on_behind(0.0 if self.playing else ERRAND_BUDGET)
        if self._stale and self._since_sample.elapsed() >= (SAMPLE if self.playing else SEEK_SAMPLE):
            self._sample()
        if not self.playing and self.work is None and not self._stale:
            self._timer.stop()

    def _play(self, wall: float) -> None:
        factor = self._auto(wall) if self.speed is None else self.speed
        target = min(self.playhead + wall * factor, self.duration)
        if self.speed is None and self._tempo.hop(self.run, self.playhead) is None:
            target = self._tempo.until_leaving(self.run, self.playhead, target, BUDGET)
        asked = target - self.playhead
        if target > self.known:
            self.run.advance(target, BUDGET)
        target = max(self.playhead, min(target, self.known))
        self.achieved = factor * self._tempo.keeps_up(asked, target - self.playhead, wall)
        changed = abs(math.log(factor / self.factor)) > 1e-3 if self.factor > 0 else True
        self.factor = factor
        self._move(target)
        if changed:
            self.speedChanged.emit()
        if self.playhead >= self.duration:
            self.pause()

    def _auto(self, wall: float) -> float:
        return self._tempo.next(self.run, self.factor, wall, self.playhead)

    def _jump(self, t: float) -> None:
        """Move elsewhere, and take up the pace that is right there."""
        self._move(t)
        if self.speed is None:
            hop = self._tempo.hop(self.run, t)
            self.factor = 1.0 if hop is None else for_hop(hop)
            self.speedChanged.emit()

    def _move(self, t: float) -> None:
        self.playhead = t
        self.seen = max(self.seen, t)
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
