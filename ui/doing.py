"""What people do: each deed is a step from one value of the branches to another, and undo goes back.

Rules: nothing is changed before the run of the other value is known as far as the playhead, so a deed that takes long
can be given up. Who owns the playhead shows what is arrived at. Commands given at the end of what is known go on in the
same run; in the past the run is made anew, and begins a branch if more has been seen. In a live run they are done now,
wherever the playhead is, and nothing takes them back: what is left of it for undo is what was said of it, its marks and
places. A fork of it is a model, made in simulated time from what was seen.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from p4lab.core.commands import ANEW, Command
from p4lab.scenario.changes import set_place
from p4lab.scenario.model import Do, Scenario
from p4lab.session.base import AnewError, Session
from ui.branches import Branches, MakeSession, Runs, deed, fits, only
from ui.edge import Edge
from ui.errands import Errand, again
from ui.filed import Rows, opened
from ui.history import History, Step
from ui.run import Nothing, Run
from ui.words import clock as told

BEGUN = "A live run has begun, and how it began cannot be changed: fork it (F), and change the model."
ONCE = "A live run cannot be had twice. Fork it first (F): of the model you can ask that."
NO_NEWCOMERS = "Nobody more can be added to this live run. Fork it (F), and add to the model."
GOES_ON = "This is the live run, which goes on: end it first (in the menu Run)."
FURTHER = 20.0  # s that a model goes on at least, after what was seen: a lesson's typical stretch
MODEL = "model of what was seen up to {}"


class Clock(Protocol):
    """Who owns the playhead. seen: the furthest that was looked at in this branch."""

    playhead: float
    seen: float
    run: Run
    edge: Edge

    @property
    def work(self) -> Errand | None: ...
    def begin(self, errand: Errand) -> None: ...
    def halt(self) -> None: ...
    def goto(self, t: float) -> None: ...
    def show(self, run: Run, playhead: float, seen: float, hold: bool) -> None: ...


class Doing(QObject):
    """The branches, the runs that were made for them, and the history."""

    scenarioChanged = Signal()
    branchesChanged = Signal()
    branched = Signal(object)
    submitted = Signal(object, float)
    forked = Signal(float)

    def __init__(self, clock: Clock, make: MakeSession, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._make = make
        self._runs = Runs(make)
        self._branches = only(Nothing(), self._runs)
        self._places: Callable[[], Mapping[str, tuple[float, float]]] = dict
        self._looked: tuple[tuple[Branches, float, float], Branches] | None = None  # the last that was asked for
        self.history = History(self._go_back, self._heading, self)

    def keep_places(self, places: Callable[[], Mapping[str, tuple[float, float]]]) -> None:
        """Where everybody stands on the map, for a model of those who have no scenario that says so."""
        self._places = places

    @property
    def scenario(self) -> Scenario:
        """That of the branch shown."""
        return self._branches.current.scenario

    @property
    def branches(self) -> Branches:
        """All branches as they are now."""
        asked = self._branches, self._clock.playhead, self._clock.seen
        if self._looked is None or self._looked[0][0] is not asked[0] or self._looked[0][1:] != asked[1:]:
            self._looked = asked, self._branches.looked_at(*asked[1:])
        return self._looked[1]

    def begin(self, session: Session, rows: Rows) -> None:
        """Nothing was done to this one yet. rows: the branches of its file."""
        self._runs.close()
        self._branches = opened(session, self._runs, rows)
        run = self._runs.add(Run(session))
        if run.live:
            self._branches = self._branches.changed(happens=run)
        self._runs.show(run)
        self.history.clear()
        self._clock.show(run, 0.0, 0.0, hold=True)
        self.scenarioChanged.emit()
        self.branchesChanged.emit()

    def came(self) -> None:
        """Somebody has come to the live run by itself, as members of a class do: there is more of its recipe."""
        self._branches = self.branches.by_now()
        self.scenarioChanged.emit()
        self.branchesChanged.emit()

    def close(self) -> None:
        """Let go of all runs."""
        self._runs.close()

    def submit(self, command: Command) -> None:
        """Do this at the playhead; `submitted` says when it took effect. In the past it begins a branch.

        Raises ValueError with a sentence where it cannot be.
        """
        clock, run = self._clock, self._clock.run
        if not run.session.abilities.submit:
            raise ValueError(run.session.abilities.why_not)
        clock.halt()
        if run.live:
            self._perform_now(command)
            return
        if clock.playhead >= run.duration:
            raise ValueError("The run is over here: go back a little, or start again.")
        if clock.playhead >= run.known and not isinstance(command, ANEW):
            self._perform(command)
        else:
            self._may_fork()
            self._perform_before(command)

    def fork(self, says: str = "") -> None:
        """Another branch from here on; the one until now keeps its future. Raises ValueError in a recording."""
        self._may_fork()
        self._clock.halt()
        here = self._clock.playhead
        if self._clock.run.happens:
            self._model(here)
            return
        kept = tuple(row for row in self._branches.current.commands if row.at <= here)
        branches = self.branches.grown(here, says, self.scenario, kept)
        told = partial(self.forked.emit, here)
        self._arrive(says or f"branch {branches.current.name}", branches, here, hold=False, then=told)

    def branch_off(
        self, scenario: Scenario, commands: tuple[Do, ...], says: str, *, at: float | None = None, switch: bool = True
    ) -> None:
        """Another branch made from another recipe; `branched` hands it over once it is known up to the playhead.

        Raises ValueError or ScenarioError with a sentence where it cannot be.
        """
        self._may_fork()
        if self._clock.run.happens:
            raise ValueError(ONCE)
        fits(scenario, commands)
        self._clock.halt()
        here = self._clock.playhead
        branches = self.branches.grown(here if at is None else at, says, scenario, commands, switch)
        made = branches.all[-1]
        run = self._runs.of(scenario, commands, here)
        self._arrive(says, branches, here, run=run, shows=switch, then=lambda: self.branched.emit(made))

    def why_not_other(self) -> str:
        """Why no run of another recipe can be set beside this one; empty where it can."""
        abilities = self._clock.run.session.abilities
        return ONCE if self._clock.run.happens else "" if abilities.fork else abilities.why_not

    def switch(self, number: int, t: float | None = None) -> None:
        """Show another branch, at the same moment or at time t."""
        branches, at = self.branches.showing(number), self._clock.playhead if t is None else t
        if number != self._branches.number:
            self._arrive(f"going to branch {branches.current.name}", branches, at, hold=False)

    def drop(self, number: int) -> None:
        """Forget a branch. Raises ValueError for the last one."""
        branch = self._branches.of(number)
        if branch.happens is not None and branch.happens.live:
            raise ValueError(GOES_ON)
        name = branch.name
        self._arrive(f"forgetting branch {name}", self.branches.without(number), self._clock.playhead)

    def rename(self, number: int, name: str) -> None:
        """Call a branch something else. Raises ValueError where the name will not do."""
        branches = self.branches.renamed(number, name)
        if branches != self._branches:
            self._arrive(f"naming branch {branches.of(number).name}", branches, self._clock.playhead)

    def change(self, scenario: Scenario, says: str, commands: tuple[Do, ...] | None = None) -> None:
        """Another scenario for this branch, perhaps with other commands. The run is made anew where it would differ.

        Raises ValueError or ScenarioError with a sentence where it cannot be.
        """
        branches = self.branches.said(scenario)
        if commands is not None:
            branches = branches.changed(commands=commands)
        if branches == self._branches:
            return
        fits(scenario, branches.current.commands)
        if not self._clock.run.is_of(scenario, branches.current.commands):
            if self._clock.run.happens:
                raise ValueError(BEGUN)
            self._may_fork()
        self._arrive(says, branches, self._clock.playhead, hold=False)

    def start_again(self, new_seed: int | None, keep_commands: bool) -> None:
        """See `Player.reset`."""
        if self._clock.run.happens:
            raise ValueError(ONCE)
        now = self.branches
        if new_seed is not None:
            now = now.changed(scenario=msgspec.structs.replace(self.scenario, seed=new_seed))
        if not keep_commands:
            now = now.changed(commands=())
        run = self._runs.fresh(now.current.scenario, now.current.commands)
        self._arrive("starting again", now.looked_at(0.0, 0.0), 0.0, run=run)

    def _may_fork(self) -> None:
        if not self._clock.run.session.abilities.fork:
            raise ValueError(self._clock.run.session.abilities.why_not)

    def _perform(self, command: Command) -> None:
        """At the end of what is known: the run goes on with it."""
        clock, before = self._clock, self.branches
        session = clock.run.session
        at = session.submit(command, clock.playhead)
        self._branches = before.changed(commands=tuple(session.commands))
        clock.goto(at)
        self._done(Step(deed(command), before, self.branches, moves=True))
        self.submitted.emit(command, at)

    def _perform_now(self, command: Command) -> None:
        """In a live run, whatever is on screen: it cannot be undone, so it is no step of the history."""
        clock, session = self._clock, self._clock.run.session
        try:
            at = session.submit(command, clock.run.known)
        except AnewError:
            raise ValueError(NO_NEWCOMERS) from None
        self._branches = self.branches.by_now()
        if isinstance(command, ANEW):  # the map has a place for who comes before anything is heard of them
            self.scenarioChanged.emit()
        clock.edge.go()
        self.branchesChanged.emit()
        self.submitted.emit(command, at)

    def _model(self, here: float) -> None:
        """A run in simulated time of what was seen of the live one up to here, which opens in another branch."""
        places = {} if self.scenario.provider else self._places()
        session = self._clock.run.session.fork(here)
        length = max(session.scenario.duration, here + FURTHER)
        scenario, commands = msgspec.structs.replace(session.scenario, duration=length), tuple(session.commands)
        scenario = set_place(scenario, {row.name: places[row.name] for row in scenario.provider if row.name in places})
        fits(scenario, commands)
        branches = self.branches.grown(here, MODEL.format(told(here)), scenario, commands)
        self._arrive(branches.current.why, branches, here, then=partial(self.forked.emit, here))

    def _perform_before(self, command: Command) -> None:
        """In a run made anew; where more has been seen, in a branch of its own."""
        now, here = self.branches, self._clock.playhead
        lost = self._clock.seen > here
        kept = [row for row in now.current.commands if row.at <= here or not lost]
        session = self._make(self.scenario, kept)
        at = session.submit(command, here)
        done, says = tuple(session.commands), deed(command)
        branches = now.grown(here, says, self.scenario, done) if lost else now.changed(commands=done)

        def told() -> None:
            self.submitted.emit(command, at)
            if lost:
                self.forked.emit(here)

        self._arrive(says, branches, at, run=self._runs.add(Run(session)), hold=False, then=told)

    def _arrive(
        self, says: str, branches: Branches, playhead: float, *, run: Run | None = None, shows: bool = True,
        hold: bool = True, leads: int | None = None, then: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Show these branches, once the run is known up to `playhead`; until then everything stays as it is.

        shows: whether this is the run of the branch shown. hold: it is shown paused. leads: see `Errand`.
        """
        clock = self._clock
        if clock.work is not None and clock.work.makes:
            clock.halt()
        now = branches.current
        made = run or now.happens or self._runs.of(now.scenario, now.commands, playhead)
        until = min(playhead, made.edge)

        def arrived() -> None:
            before, was, at = self.branches, clock.run, clock.playhead
            self._adopt(branches, made if shows else was, until if shows else at, hold)
            if leads is None:
                moves = was is not clock.run or at != clock.playhead or before.number != branches.number
                self._done(Step(says, before, self.branches, moves))
            else:
                self.history.stand(leads)
                self.branchesChanged.emit()
            then()

        if made.known >= until:
            arrived()
        else:
            clock.begin(again(made, until, arrived, leads))

    def _adopt(self, branches: Branches, run: Run, playhead: float, hold: bool) -> None:
        reworded = branches.current.scenario is not self.scenario
        self._branches = branches.by_now()
        self._runs.show(run)
        self._clock.show(run, playhead, branches.current.seen, hold)
        if reworded:
            self.scenarioChanged.emit()

    def _done(self, step: Step) -> None:
        self.history.add(step)
        self.branchesChanged.emit()

    def _heading(self) -> int | None:
        return None if self._clock.work is None else self._clock.work.leads

    def _go_back(self, branches: Branches, moves: bool, place: int) -> None:
        """Show what there was before a step, or after it."""
        if not moves:  # places and names change nothing of the time
            branches = branches.looked_at(self._clock.playhead, self._clock.seen)
        self._arrive("", branches, branches.current.playhead, leads=place)
