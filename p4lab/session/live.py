"""A class on the network as a session: this machine's provider, and what is seen of all that show what happens.

Rules: what the thread of the member makes comes here in batches, once a frame; a command crosses to it at once and
takes effect now, wherever the playhead is. Only what one's own provider, or a teacher, may do can be done: the others
are other people's machines. The run has no end; its past can be forked into a model that runs (observed.py).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from math import ceil, cos, sin, sqrt
from pathlib import Path
from time import perf_counter

import msgspec

from p4lab.core.commands import AddProvider, Attach, Command, Detach, Get, Note, Peer, Put, Remove, Unpeer, verb
from p4lab.core.events import Joined, Noted
from p4lab.live.identity import AUTHORITY
from p4lab.live.limits import Limits
from p4lab.live.observer import Observer
from p4lab.live.profile import ProfileError
from p4lab.live.provider_node import options_of
from p4lab.live.run_node import Plan, Running
from p4lab.live.splice import Out
from p4lab.live.storefile import StoreError
from p4lab.live.thread import Thread
from p4lab.scenario.check import check_command
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Do, Scenario
from p4lab.scenario.texts import MAX_NAME, MAX_TITLE, check_text
from p4lab.session.attending import Attending
from p4lab.session.base import Abilities
from p4lab.session.classroom import DEAD, HERE, Classroom, ClassState
from p4lab.session.joining import JoinError, Wish
from p4lab.session.observed import observed
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace

BUDGET = 0.008  # s of wall time that one `advance` may take, as of a simulated run
LAG = 0.05  # s that playback keeps behind what is known, which is behind the present already
SOME = 500  # events between two looks at the clock
MICRO = 1_000_000
AROUND = 0.5  # s between two looks at who is there to be watched
SEEING = "seeing"  # what a channel is of use for
LASTS = 60.0  # s, of the scenario: it has no end itself, and says how long a simulation of it would take
NAMES = 2.0  # s at most until the teacher has told who is in the class: what happens before has nameless places
LOOK = 0.02  # s between two looks for that
TURN = 2.399963  # the golden angle: whoever comes next stands apart from all before
CLOSED = "This class is closed: what happened stays, and can be forked into a simulation."
ELSEWHERE = "This is somebody else’s computer: from here you put and get through {name}, your own provider."
NOT_HERE = "“{verb}” is for simulations: these are real computers. Fork the class, and try it in the model."
NOBODY_BELOW = "Members of a class peer: nobody hangs below another, and whoever is to be in it joins by itself."
AS_IT_IS = "The network between two computers is as it is: leave out latency and loss."
NOT_YOURS = "Only the teacher suggests to others that they peer; you peer with your own provider, {name}."

_wall: Callable[[], float] = time.time  # noqa: TID251 the one place where a session reads the wall clock


class Member:
    """What runs on the thread, once it does."""

    def __init__(self, running: Running, observer: Observer, attending: Attending) -> None:
        self.running = running
        self.observer = observer
        self.attending = attending


class Joining:
    """An `Attempt` to open a class or to join one. folder: the profile's; interfaces: as of a Plan, else the wish's."""

    def __init__(
        self, wish: Wish, folder: Path, interfaces: tuple[str, ...] | None = None, limits: Limits | None = None
    ) -> None:
        network = wish.network
        listen = f"{network}:0" if network else ""
        interfaces = (network,) if network and interfaces is None else interfaces
        self.says = "opening the class" if wish.class_name else "looking for the teacher’s computer"
        self._plan = Plan(
            wish.person, folder, wish.class_name, wish.code, listen, policy=wish.policy, interfaces=interfaces
        )  # fmt: skip
        self._limits = limits or Limits()
        self._failed = ""
        self._member: Member | None = None
        self._early: list[tuple[str, str]] = []  # told before anybody listened
        self._thread = Thread("class")
        self._thread.start(self._main)

    def poll(self) -> "Live | None":
        """The session, once; None while it is tried. Raises JoinError."""
        if self._failed or self._thread.fault is not None:
            self._thread.stop()
            raise JoinError(self._failed or f"The class could not be begun: {self._thread.fault}")
        return None if self._member is None else Live(self._member, self._thread)

    def cancel(self) -> None:
        """Give it up."""
        self._thread.stop(within=0.0)

    async def _main(self) -> None:
        running = Running(self._plan, self._limits, _wall, self._told)
        try:
            card = await running.start()
        except (ProfileError, StoreError, ScenarioError, OSError, ValueError) as fault:
            self._failed = str(fault) or type(fault).__name__
            return
        members, loop = running.place.roster.members, asyncio.get_running_loop()
        me, board, rules = running.board.me.seat, running.board, running.place.rules

        def standing(seat: int) -> str:
            """Without the teacher nobody knows of others, but everybody of itself, and whether the teacher is there."""
            known = seat in (me, AUTHORITY) or rules is not None or board.here(AUTHORITY)
            return members[seat].state if known and seat in members else ""

        self.says = "waiting for the teacher’s list of who is here"
        end = loop.time() + NAMES
        role = running.place.role
        while not (rules or (role.listed and board.here(AUTHORITY))) and loop.time() < end:
            await asyncio.sleep(LOOK)
        observer = Observer(
            running.stream, board, lambda seat: members[seat].name if seat in members else None, loop, standing
        )
        attending = Attending(
            running.place, running.node.peerings, running.discovery, self._limits, running.clock, self._thread.call,
            card.listen,
        )  # fmt: skip
        self._member = Member(running, observer, attending)
        for cause, says in self._early:
            self._told(cause, says)
        try:
            await asyncio.gather(attending.keep(), self._look_around(running))
        finally:
            observer.close()
            await running.stop("the window was closed")

    async def _look_around(self, running: Running) -> None:
        """Be connected to all of a small class, to see them; of a large one a teacher sees all, others their peers."""
        members, company, me = running.place.roster.members, running.place.company, running.board.me.seat
        while True:
            others = [member.seat for member in members.values() if member.provider and member.seat != me]
            few = len(others) <= self._limits.observers
            for seat in others:
                lost = members[seat].state == DEAD and not (running.place.rules or running.board.here(AUTHORITY))
                if few and (lost or members[seat].state == HERE):
                    company.want(seat, SEEING)
                else:
                    company.unwant(seat, SEEING)
            await asyncio.sleep(AROUND)

    def _told(self, cause: str, says: str) -> None:
        if self._member is None:
            self._early.append((cause, says))
        elif cause != "class":  # which the panel's log has already
            self._member.attending.told(cause, says)


class Live:
    """A Session. classroom: the class, for its panel. commands: who came, in the order of their seats, and what was

    done by hand; the scenario itself has nobody, since nobody was there before the class.
    """

    def __init__(self, member: Member, thread: Thread) -> None:
        self.classroom: Classroom = member.attending
        self.trace = Trace()
        self.lag = LAG
        self.waits = LAG  # how long what happens is held back, for what others may tell of before it
        self.commands: list[Do] = []
        self.abilities = Abilities(submit=True, fork=True, real_time=True, peers_only=NOBODY_BELOW)
        self._thread = thread
        self._member, self._running = member, member.running
        self._ready = member.observer.ready
        self._taking: deque[Out] = deque()  # of a batch that has been begun
        self._known = self._told = 0.0
        self._class: ClassState | None = None
        self._people: list[str] = []  # by seat
        self._named: set[int] = set()  # the seats that the teacher's list has
        self._joined: set[int] = set()
        self._waiting = 0.0  # until when a name is waited for; 0: none is
        state = self.classroom.state()
        self.scenario = Scenario(
            title=state.name[:MAX_TITLE].strip() or "A class",
            duration=LASTS,
            about="A class on the network, as it happened.",
            options=options_of(member.running.limits, member.running.plan.max_value),
        )
        self._look()

    def advance(self, until: float) -> float:
        """Take in what has come, for a few ms at most; returns the time up to which everything is here.

        Raises what went wrong in the member's thread, once: it is closed then.
        """
        self._look()
        end = perf_counter() + BUDGET
        while perf_counter() < end and (self._taking or self._ready):
            if not self._taking:
                batch = self._ready.popleft()
                self._taking.extend(batch.out)
                self._told, self.waits = batch.known, batch.lag
            if not self._take():
                break
            if not self._taking:
                self._known = self._told
        if self._thread.fault is not None and self.abilities.submit:
            self.close()
            raise self._thread.fault
        return self._known

    def submit(self, command: Command, t: float) -> float:
        """Do `command` now; returns when that is. t, where the playhead is, plays no part.

        Raises ValueError with a sentence where it is not ours to do.
        """
        if not self.abilities.submit:
            raise ValueError(CLOSED)
        act = self._act(command)
        at = ceil(self._running.clock() * MICRO) / MICRO
        if not self._thread.call(act):
            raise ValueError(CLOSED)
        self.commands.append(Do(max(at, self.commands[-1].at if self.commands else 0.0), command))
        return self.commands[-1].at

    def fork(self, t: float) -> Simulated:
        """A model of what was observed up to `t`, to be simulated: machines and networks have no seed."""
        return Simulated(observed(self.trace, t, self.scenario.title, self.scenario.options))

    def close(self) -> None:
        """Leave the class; what has happened by now stays. Takes three seconds at most."""
        if self.abilities.submit:
            self._thread.stop()
            while self._taking or self._ready:
                if not self._taking:
                    batch = self._ready.popleft()
                    self._taking.extend(batch.out)
                    self._told = batch.known
                self._take(patient=False)
            self._known = self._told
            self.abilities = msgspec.structs.replace(
                self.abilities, submit=False, known=True, why_not=CLOSED, end=self._known
            )

    def _take(self, patient: bool = True) -> bool:
        """Some of what waits joins the trace. False: it waits for a name."""
        trace, taking = self.trace, self._taking
        for _ in range(min(SOME, len(taking))):
            out = taking[0]
            if isinstance(out, tuple):
                trace.sent(*out)
            else:
                if isinstance(out, Joined) and not self._seated(out, patient):
                    return False
                trace.emit(out, out.t, out.cause)
            taking.popleft()
        return True

    def _seated(self, joined: Joined, patient: bool) -> bool:
        """Give whoever joins its row and the name that it has in the class; False: that is waited for a little."""
        seat = joined.node
        if seat not in self._named and patient:
            self._waiting = self._waiting or perf_counter() + NAMES
            if perf_counter() < self._waiting:
                return False
        self._waiting = 0.0
        self._grow(seat + 1, {})
        self._joined.add(seat)
        joined.name = self._people[seat]
        return True

    # What may be done

    def _act(self, command: Command) -> Callable[[], object]:
        """What the thread is to do for a command."""
        node, state = self._running.node, self.classroom.state()
        me = self._people[state.me]
        match command:
            case Put() | Get() | Remove():
                if command.by != me:
                    raise ValueError(ELSEWHERE.format(name=me))
                self._check(command)
                return lambda: node.submit(command)
            case Peer() | Unpeer():
                return self._between(command, state, me)
            case Note(text=text):
                return lambda: node.host.emit(Noted(text=text))
            case Attach() | Detach():
                raise ValueError(NOBODY_BELOW)
        raise ValueError(NOT_HERE.format(verb=verb(command)))

    def _between(self, command: Peer | Unpeer, state: ClassState, me: str) -> Callable[[], object]:
        on, peerings = isinstance(command, Peer), self._running.node.peerings
        if isinstance(command, Peer) and command != Peer(command.between):
            raise ValueError(AS_IT_IS)
        self._check(command)
        a, b = (self._people.index(name) for name in command.between)
        if me in command.between:
            other = b if a == state.me else a
            return lambda: peerings.peer(other) if on else peerings.part(other)
        if not state.authority:
            raise ValueError(NOT_YOURS.format(name=me))
        return lambda: self.classroom.propose(a, b, on)

    def _check(self, command: Command) -> None:
        check_command(command, self.scenario, [row.command for row in self.commands])

    # Who is there

    def _look(self) -> None:
        """Whoever has come to the class has a row in `commands`, so that the row's place is the node's number."""
        state = self.classroom.state()
        if state is self._class:
            return
        self._class = state
        names = {row.seat: row.name for row in state.members}
        names.setdefault(state.me, self._running.board.me.name)
        self._named = set(names)
        self._grow(max(names, default=-1) + 1, names)

    def _grow(self, count: int, names: Mapping[int, str]) -> None:
        """So many seats have rows, before anything happens at them; these are the names that are known."""
        for seat in range(0 if names else len(self._people), count):
            name = self._name(seat, names.get(seat, ""))
            if seat == len(self._people):
                self._people.append(name)
                last = self.commands[-1].at if self.commands else 0.0
                at = max(last, floor_micro(self._running.clock()))
                self.commands.append(Do(at, AddProvider(name, 1, position=place(seat), lookup_delay=0.0, peers=())))
            elif self._people[seat] != name and seat not in self._joined:  # as it joined it is called in the trace
                self._rename(seat, name)

    def _rename(self, seat: int, name: str) -> None:
        """Its seat was known before its name."""
        old, self._people[seat] = self._people[seat], name
        self.commands = [
            Do(row.at, msgspec.structs.replace(row.command, provider=name))
            if isinstance(row.command, AddProvider) and row.command.provider == old
            else row
            for row in self.commands
        ]

    def _name(self, seat: int, name: str) -> str:
        others = self._people[:seat] + self._people[seat + 1 :]
        try:
            check_text(name, (), MAX_NAME)
        except ScenarioError:
            name = ""
        return name if name and name not in others else f"Seat {seat}"


def place(seat: int) -> tuple[float, float]:
    """Where a member stands on the map: the teacher in the middle, the others around, whoever comes next apart."""
    away = 0.46 * sqrt(seat / (seat + 3))
    return round(0.5 + away * cos(TURN * seat), 4), round(0.5 + away * sin(TURN * seat), 4)


def floor_micro(t: float) -> float:
    """To the microsecond, as commands are."""
    return int(t * MICRO) / MICRO
