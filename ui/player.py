"""The player: moves the playhead with the wall clock, and asks the session for as much of the run as that needs.

Rules: the only owner of the run (session and folds) and of the one frame timer, which runs only while there is work.
Everything seen is a function of (run, playhead); nobody else moves the playhead. The engine never runs ahead of the
playhead on its own, so that a command takes effect where the person looks. Long work is done between frames. Whatever
is done is a step from one value of `branches` to another, and nothing is changed before the run of the other is known
as far as the playhead: so everything can be given up, and undone. Express is the one exception: there the engine runs
ahead of the picture, and whatever is done first brings the picture along. A live run goes on by itself, shown or not:
the playhead keeps to its edge, or is behind.
"""

import math

from PySide6.QtCore import QObject, Signal

from p4lab.scenario.model import Scenario
from p4lab.session.base import Session
from ui.beat import FRAME, IDLE, Beat
from ui.branches import Branches, MakeSession
from ui.doing import Doing
from ui.drive import Drive
from ui.edge import Edge
from ui.errands import Errand, ahead, next_event, picture, whole
from ui.filed import Rows
from ui.modes import EXPRESS, Mode, fitting
from ui.run import Nothing, Run
from ui.turns import Turns
from ui.works import BUDGET, SAMPLE, Works

SKIP = 0.5  # s: a longer gap between frames is skipped, not simulated (RaftScope, Runway)
LIVE_SAMPLE = 250  # in a live run, which needs the processor at the same time
SEEK_SAMPLE = 50  # ms between them while the playhead is dragged
REPORT = 250  # ms between two reports on how far Express is, or a live run that the picture is behind
TAKE = 0.008  # s of a frame for what a live run has made meanwhile


class Player(QObject):
    """playhead, known, duration in simulated seconds; mode: how time runs; speed: the one chosen, None is auto;

    factor: simulated seconds per second, in force now; achieved: what the engine keeps up with. session, trace, world,
    metrics: those of the run shown. edge: of the live run, if there is one. turns: of the panels that redraw.
    """

    sessionChanged = Signal()  # another run: rebuild
    scenarioChanged = Signal()  # another scenario, perhaps of the same run: what is said of it, and places on the map
    branchesChanged = Signal()
    branched = Signal(object)  # a Branch that `branch_off` has made is known up to the playhead
    moved = Signal(float)  # the playhead moved; once a frame at most
    sampled = Signal()  # panels refresh: 10 times a second while something changes, and after a seek
    playingChanged = Signal(bool)
    speedChanged = Signal()
    modeChanged = Signal()
    progressed = Signal()  # in Express, or live and behind: the run went on, the picture did not
    workChanged = Signal()  # `work` began, went on or ended
    submitted = Signal(object, float)  # a command took effect, and when
    forked = Signal(float)  # what was done in the past began a branch; the one before keeps its future

    def __init__(self, make: MakeSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playhead = 0.0
        self.playing = False
        self._beat = beat = Beat(self._tick, self)
        self._works = works = Works(beat, self.workChanged.emit, self._look, self._sample)
        self.begin, self.behind, self.cancel = works.begin, works.follow, works.cancel
        self._drive = drive = Drive()
        self.mode, self.speed, self.factor, self.achieved = drive.mode, drive.speed, drive.factor, drive.achieved
        self._take(Run(Nothing()))
        self.seen = 0.0  # the furthest that was looked at in this branch
        self._stale = False  # the panels have not seen the playhead where it is
        self.turns = Turns(lambda: self.playing and self.run.live)
        self.edge = Edge(self, drive, self)
        self.edge.changed.connect(self._heed)
        self._doing = doing = Doing(self, make, self)
        self.history = doing.history
        self.submit, self.fork, self.change = doing.submit, doing.fork, doing.change
        self.why_not_other, self.came, self.keep_places = doing.why_not_other, doing.came, doing.keep_places
        self.branch_off, self.switch, self.drop, self.rename = doing.branch_off, doing.switch, doing.drop, doing.rename
        for name in ("scenarioChanged", "branchesChanged", "branched", "submitted", "forked"):
            getattr(doing, name).connect(getattr(self, name))

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
    def work(self) -> Errand | None:
        return self._works.told

    @property
    def empty(self) -> bool:
        return isinstance(self.session, Nothing)

    @property
    def watched(self) -> int | None:
        return self._drive.tempo.watched

    @property
    def reached(self) -> float:
        """How far the run is made: in Express beyond what is known, and the picture behind both."""
        return self._drive.reached(self.run) if self._races else self.known

    @property
    def _races(self) -> bool:
        return self.playing and self.mode is EXPRESS

    @property
    def _goal(self) -> float:
        return max(self.playhead, self.reached) if self._races else self.playhead

    @property
    def _hurries(self) -> bool:
        """Whether time that is left in a frame is time lost."""
        hand = self._works.hand
        if hand is not None:
            return not hand.waits
        return not self.edge.following and (self._drive.lags if self.playing else self.work is not None)

    @property
    def scenario(self) -> Scenario:
        return self._doing.scenario

    @property
    def branches(self) -> Branches:
        return self._doing.branches

    def digest(self) -> str:
        return self.run.digest()

    def open(self, session: Session, branches: Rows = ()) -> None:
        """Show another session, paused at its start, or a live one at its edge. branches: those of its file."""
        self._works.drop()
        self._works.follow(None)
        self.run.close()
        self._doing.begin(session, branches)
        view = session.scenario.view.speed
        speed = 1.0 if self.run.live else None if isinstance(view, str) else view
        self._drive.forget()
        self.setMode(fitting(speed))
        self.setSpeed(speed)
        if self.run.live:
            self.edge.go()
        elif session.abilities.known:
            self.behind(whole(self.run))
            self._works.go_on_behind()

    def close(self) -> None:
        """Stop, and let go of files."""
        self._beat.stop()
        self.playing = False
        self._works.hand = None
        self._works.follow(None)
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
            self._beat.rest()
            self._drive.refresh.begin()
            self.playingChanged.emit(True)
        self._beat.wake()

    def go(self, mode: Mode) -> None:
        """Let time run in this mode."""
        self.setMode(mode)
        self.play()

    def pause(self) -> None:
        """Hold time; the picture is complete at once, however seldom it was drawn until then."""
        if self.playing:
            goal = self._goal
            self.playing, self.achieved = False, 0.0
            self.edge.follow(False)
            self.playingChanged.emit(False)
            self._catch_up(goal)

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.playing else self.play)()

    def seek(self, t: float) -> None:
        """Go to time t, making the run up to there if it is not known; pauses."""
        self.pause()
        t = min(max(t, 0.0), self.run.edge)
        if t <= self.known:
            self._works.drop()
            self._jump(t)
        else:
            self.begin(ahead(self.run, t))

    def step(self, direction: int) -> None:
        """To the next (+1) or the previous (-1) moment at which something happened; in Express it only pauses."""
        raced = self._races
        self.pause()
        if raced:
            return
        if direction < 0:
            self._works.drop()
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

    def goto(self, t: float) -> None:
        """Go on to a moment just ahead."""
        self.run.advance(t, math.inf)
        self._move(max(self.playhead, t))
        self._sample()

    def arrive(self, t: float) -> None:
        """Go to a moment that is known, leaving the work in hand."""
        self._works.drop()
        self._move(t)

    def again(self) -> None:
        """The run shown has become another kind of run: rebuild."""
        self._take(self.run)
        self.sessionChanged.emit()
        self.branchesChanged.emit()
        self._move(min(self.playhead, self.duration))

    def halt(self) -> None:
        """End the work in hand, with the playhead where it has come to."""
        if self._races:
            self.goto(self.reached)
        if (errand := self._works.hand) is not None:
            self._works.drop()
            self._jump(errand.place(self.playhead))

    def show(self, run: Run, playhead: float, seen: float, hold: bool) -> None:
        """Go on in this run from this moment. hold: paused, where it is another one."""
        other, self.seen = run is not self.run, max(seen, playhead)
        if other:
            self._works.drop()
            was_playing = self.playing
            self._take(run)
            self.edge.follow(False)
            run.advance(max(playhead, run.known), BUDGET)
            playhead = min(playhead, run.known)
            if hold:
                self.playing, self.achieved = False, 0.0
                self._drive.rest()
                self.factor = self._drive.factor
                if was_playing:
                    self.playingChanged.emit(False)
        self.playhead = playhead
        if other:
            self.sessionChanged.emit()
        self._move(playhead)

    def setMode(self, mode: Mode) -> None:
        """Run, Fast or Express, while time runs too. A live run has no Express: it makes itself."""
        if mode is self.mode or (mode is EXPRESS and self.run.live):
            return
        goal = self._goal
        self._drive.choose(mode)
        self._heed()
        self.modeChanged.emit()
        if self.playing:
            self._catch_up(goal)

    def update_now(self) -> None:
        """Where pictures are seldom: one of how far the run is made by now."""
        self._catch_up(self._goal)

    def setSpeed(self, speed: float | None) -> None:
        """Simulated seconds per second, or None for the pace that the selected key asks for."""
        self._drive.set_speed(speed)
        self.edge.slowed()
        if not self.playing:
            self._drive.rest(self.run, self.playhead)
        self._heed()

    def watch(self, name: int | None) -> None:
        """The name whose messages set the pace `auto`."""
        self._drive.tempo.watched = name
        if self.speed is None and not self.playing:
            self._drive.rest(self.run, self.playhead)
            self._heed()

    def _heed(self) -> None:
        """What the drive says is in force."""
        self.mode, self.speed, self.factor = self._drive.mode, self._drive.speed, self._drive.factor
        self.speedChanged.emit()

    def _catch_up(self, goal: float) -> None:
        """The picture goes to where the run is."""
        if goal > self.known:
            self.begin(picture(self.run, goal))
        else:
            self._move(goal)
            self._sample()

    def _look(self, errand: Errand) -> None:
        """Where the playhead may be by now."""
        self._jump(errand.place(self.playhead))

    def _take(self, run: Run) -> None:
        self.run, self.session = run, run.session
        self.trace, self.world, self.metrics = run.trace, run.world, run.metrics

    def _tick(self) -> None:
        wall = self._beat.frame()
        self._drive.turn(wall)
        live = self.edge.take_in(TAKE)
        if self._works.hand is not None:
            self._works.go_on()
        else:
            if self.playing:
                self._play(FRAME / 1000 if wall > SKIP else wall)
            self._works.go_on_behind(spare=not self.playing)
        pause = SEEK_SAMPLE if not self.playing else LIVE_SAMPLE if live else SAMPLE
        due = self._stale and self._beat.since_sample >= pause
        if due:
            self._sample()
        if not due or wall * 1000 >= pause:  # where each frame takes that long, nobody else would ever have a turn
            self.turns.take()
        idle = not self.playing and self.work is None and not self._stale and not self.turns.waiting
        if live and not self._stale:
            self._report()
        if idle and not live:
            self._beat.stop()
        else:
            self._beat.pace(IDLE if idle else 0 if self._hurries else FRAME)

    def _play(self, wall: float) -> None:
        drive, before = self._drive, self.factor
        target = self.edge.next(wall) if self.edge.following else drive.forward(self.run, self.playhead, wall)
        self.achieved = drive.achieved
        if self._races:
            if self.reached >= self.duration:
                self.pause()
            else:
                self._report()
            return
        self.playhead, self.seen = target, max(self.seen, target)
        if drive.refresh.due(self.mode.every):
            self._move(target)
        self.factor = drive.factor
        if abs(math.log(self.factor / before)) > 1e-3:
            self.speedChanged.emit()
        if self.playhead >= self.duration:
            self.pause()
        else:
            self.edge.catch()

    def _jump(self, t: float) -> None:
        """Move elsewhere, and take up the pace that is right there."""
        self._move(t)
        if self.speed is None:
            self._drive.arrive(self.run, t)
            self._heed()

    def _move(self, t: float) -> None:
        self.playhead, self.seen = t, max(self.seen, t)
        self.moved.emit(t)
        self._stale = True
        if not self.playing and self._beat.since_sample >= SEEK_SAMPLE:
            self._sample()
        else:
            self._beat.wake()

    def _report(self) -> None:
        if self._beat.since_sample >= REPORT:
            self._beat.sampled()
            self.progressed.emit()

    def _sample(self) -> None:
        self._stale = False
        self._beat.sampled()
        self.sampled.emit()
