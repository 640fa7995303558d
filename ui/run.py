"""A session with the folds that make its pictures and its numbers.

Rules: no Qt. The folds read the trace by slices and see all that is known, not only what the playhead has passed: they
answer for any time. Work comes in budgets of wall time, so that a window can do it between two frames. A live run makes
itself: `advance` takes in what there is and never waits for more.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf
from time import perf_counter

import msgspec

from p4lab.core.commands import AddOrganisation, AddProvider, Command
from p4lab.core.events import Rejected
from p4lab.metrics import Metrics
from p4lab.scenario.model import Do, Scenario, View
from p4lab.session.base import Abilities, Session
from p4lab.trace import Trace
from p4lab.world import World

CHUNK = 8_192  # events folded between two looks at the clock
LOOK, LONGEST_LOOK = 0.005, 0.1  # s that quiet is looked ahead at a time, so that what is found is hardly overshot
ROOM = 30.0  # s that a live run's time line has at first; full, it is doubled: what counts bins joins them two by two
OVER = "This live run has ended: nothing more can be done in it."


class Run:
    """known: the time up to which Events exist and are folded."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.world = World()
        self.metrics = Metrics(session.scenario.title, session.scenario.seed)
        self.known = 0.0
        self._folded = 0
        self._alerts: list[float] = []  # when a message was refused
        self._digest = (-1, "")
        self._recipe: Scenario | None = None
        self._room = ROOM

    def is_of(self, scenario: Scenario, commands: tuple[Do, ...]) -> bool:
        """Whether the run of these would be this one: it may differ in what is said, and in where things stand."""
        if len(commands) != len(self.session.commands):
            return False
        if self._recipe is None:
            self._recipe = _recipe(self.session.scenario)
        same = scenario is self.session.scenario or _recipe(scenario) == self._recipe
        return same and _nowhere(commands) == _nowhere(self.session.commands)

    @property
    def trace(self) -> Trace:
        return self.session.trace

    @property
    def live(self) -> bool:
        """Whether it goes on by itself, in real time."""
        return self.session.abilities.real_time and not self.session.abilities.known

    @property
    def happens(self) -> bool:
        """Whether it is or was live: there is no recipe for another one like it."""
        return self.session.abilities.real_time

    @property
    def duration(self) -> float:
        """Where the run ends, seconds: as the scenario says, or where a recording of it stops; a live one has room."""
        if self.happens:
            return self._room if self.live else max(1e-6, self.session.abilities.end)
        return max(1e-6, min(self.session.scenario.duration, self.session.abilities.end))

    @property
    def edge(self) -> float:
        """How far the playhead may go: to the end, or in a live run to now, less what it keeps behind."""
        return max(0.0, self.known - self.session.lag) if self.live else self.duration

    @property
    def shown(self) -> float:
        """How far the playhead may go without waiting for anything."""
        return min(self.known, self.edge)

    @property
    def complete(self) -> bool:
        """Whether the run is known to its end."""
        return not self.live and self.known >= self.duration

    def advance(self, until: float, budget: float) -> bool:
        """Make Events up to `until` available, spending at most about `budget` seconds. True: done."""
        end = perf_counter() + budget
        if self.live:
            return self._take_in(end) and self.known >= until
        until = min(until, self.duration)
        while True:
            reached = self.session.advance(until)
            if not self._fold(end):
                return self.known >= until
            self.known = max(self.known, min(reached, self.duration))
            if reached >= until:
                return True
            if perf_counter() >= end:
                return False

    def advance_by_one(self, after: int, budget: float) -> bool:
        """Go on until there are more than `after` Events, hardly further. True: found, or at the end of the run."""
        end = perf_counter() + budget
        look = LOOK
        while len(self.trace) <= after and not self.complete:
            if perf_counter() >= end:
                return False
            self.advance(self.known + look, budget)
            look = min(2 * look, LONGEST_LOOK)
            if self.live:  # more will come when it comes
                return False
        return True

    def finish(self) -> None:
        """End a live run: what has happened stays."""
        if self.live:
            self.session.close()
            count = -1
            while len(self.trace) > count:  # a part at a time
                count, reached = len(self.trace), self.session.advance(inf)
            self._fold(inf)
            self.known = max(self.known, reached, self.trace.end)
            self.session = Ended(self.session, self.known)

    def alerts(self, t: float) -> int:
        """How many messages were refused by time t."""
        return bisect_right(self._alerts, t)

    def digest(self) -> str:
        """Of the whole run, once it is known to its end; else empty, as of what was live: no other will be like it."""
        if not self.complete or self.happens:
            return ""
        if self._digest[0] != len(self.trace):
            self._digest = (len(self.trace), self.trace.digest())
        return self._digest[1]

    def close(self) -> None:
        """Let go of the session."""
        self.session.close()

    def _take_in(self, end: float) -> bool:
        """What a live run has made meanwhile. False: there was not time enough for all of it."""
        reached = self.session.advance(inf)
        whole = self._fold(end)
        if whole:
            self.known = max(self.known, reached)
        while self.known >= self._room:
            self._room *= 2
        return whole

    def _fold(self, end: float) -> bool:
        """Fold what is new; False when the time was over before that."""
        trace = self.trace
        while self._folded < len(trace):
            stop = min(self._folded + CHUNK, len(trace))
            part = trace.slice(self._folded, stop)
            self.world.step(part)
            self.metrics.step(part)
            self._alerts += [event.t for event in part.records if isinstance(event, Rejected)]
            self._folded = stop
            if stop < len(trace) and perf_counter() >= end:
                self.known = max(self.known, trace.time_of(stop - 1))
                return False
        return True


def _recipe(scenario: Scenario) -> Scenario:
    return msgspec.structs.replace(
        scenario, title="", about="", view=View(), mark=(), expect=(), underlay=(), do=_nowhere(scenario.do),
        provider=tuple(msgspec.structs.replace(row, position=None, geo=None) for row in scenario.provider),
        organisation=tuple(msgspec.structs.replace(row, position=None) for row in scenario.organisation),
    )  # fmt: skip


def _nowhere(rows: Iterable[Do]) -> tuple[Do, ...]:
    """Commands without the places of whom they add."""
    return tuple(
        Do(row.at, msgspec.structs.replace(row.command, position=None))
        if isinstance(row.command, AddProvider | AddOrganisation)
        else row
        for row in rows
    )


class Ended:
    """A live run that goes on no more: what happened can be looked at, kept, and forked into a model."""

    lag = 0.0

    def __init__(self, session: Session, end: float) -> None:
        self._session = session
        self.trace, self.scenario, self.commands = session.trace, session.scenario, list(session.commands)
        can = session.abilities
        self.abilities = msgspec.structs.replace(
            can, submit=False, known=True, end=end, why_not=OVER if can.fork else can.why_not or OVER
        )

    def advance(self, until: float) -> float:
        """Everything has happened."""
        return self.abilities.end

    def submit(self, command: Command, t: float) -> float:
        """Nobody is there any more."""
        raise ValueError(self.abilities.why_not)

    def fork(self, t: float) -> Session:
        """A model, as of the run while it was live."""
        return self._session.fork(t)

    def close(self) -> None:
        """It is closed already."""


class Nothing:
    """The session of a window in which nothing is open yet."""

    abilities = Abilities(submit=False, fork=False, known=True, why_not="Open a scenario first.")
    lag = 0.0

    def __init__(self) -> None:
        self.trace = Trace()
        self.scenario = Scenario(title="", duration=1.0)
        self.commands: list[Do] = []

    def advance(self, until: float) -> float:
        """Nothing happens."""
        return self.scenario.duration

    def submit(self, command: Command, t: float) -> float:
        """Nobody is there to do it."""
        raise ValueError(self.abilities.why_not)

    def fork(self, t: float) -> Session:
        """Nothing twice is nothing."""
        return self

    def close(self) -> None:
        """There is nothing to let go of."""
