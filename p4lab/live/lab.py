"""A scenario in real time, in this process: the stage of the simulator, with links in memory and the clock of a loop.

Rules: a lab is asked for nothing by its nodes that a simulator is not. They are handed the true time at which something
is handled, not the time at which it was due: a machine that is too slow shows as latency, and `behind` says by how
much. All of a lab runs in one thread; its Events leave that in batches, in order, and `known` is set behind them.
"""

from collections import deque
from collections.abc import Callable, Mapping
from heapq import heappop
from math import inf, nextafter
from typing import Protocol

import msgspec

from p4lab.core.contract import Effect, Persist, Received, Send, SendAll
from p4lab.core.provider import Provider
from p4lab.core.redirect import Redirect
from p4lab.core.stores import Copy
from p4lab.live.provider_node import refused
from p4lab.scenario.model import Do, Scenario
from p4lab.stage.agenda import Agenda
from p4lab.stage.cast import Watch
from p4lab.stage.crashes import Disk, Key, Rows
from p4lab.stage.roster import Spare
from p4lab.trace import Batch, Writer

MOST = 200  # things done before others in the loop have their turn: some 4 ms
IDLE = 0.01  # s after which a lab in which nothing happens says how far it is
WORST = 1.0  # s over which `behind` looks back
FIRST = 1e-6  # s: after time 0, of which everything is told before time begins
SPARE = Spare(providers=256, organisations=64)  # who may come while it runs


class Timer(Protocol):
    """What `call_at` returns."""

    def cancel(self) -> None: ...


class Loop(Protocol):
    """What a lab needs of an asyncio loop."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer: ...


class Store(Protocol):
    """Where the nodes of a lab store things for good (store.py). done: called in the loop's thread, in order."""

    def load(self, node: int) -> Mapping[Key, object]: ...

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None: ...

    def close(self) -> None: ...


class Memory:
    """A store that forgets all with the lab."""

    def __init__(self) -> None:
        self._disks: dict[int, Disk] = {}

    def load(self, node: int) -> Mapping[Key, object]:
        """As a Store."""
        return self._disks.setdefault(node, Disk()).rows

    def write(self, node: int, rows: Rows, done: Callable[[bool], None]) -> None:
        """As a Store, and at once."""
        self._disks.setdefault(node, Disk()).write(rows)
        done(True)

    def close(self) -> None:
        """Nothing to let go of."""


class Waiting(msgspec.Struct, eq=False):
    """Effects of a node that wait for its disk.

    stored: their turn has come, when that of all before them has. kept: the disk had room.
    """

    effects: list[Effect]
    cause: int
    stored: bool
    kept: bool = True


class Lab:
    """known: everything up to here has been told. batches: of Events, in order, each with the time that is known with

    it; another thread may take them out. `begin` starts the clock; what happens at time 0 is told before.
    """

    def __init__(self, scenario: Scenario, spare: Spare = SPARE, watch: Watch | None = None) -> None:
        self.batches: deque[tuple[float, Batch]] = deque()
        self.known = 0.0
        self._loop: Loop | None = None
        self._store: Store | None = None
        self._stream = Writer()
        self.held: dict[int, deque[Waiting]] = {}
        self._stored: dict[int, None] = {}  # nodes of which something has just been stored
        self._timer: Timer | None = None
        self._began, self._last = 0.0, FIRST
        self._way = -inf  # until when another thread has the interpreter, by the loop's clock
        self._late, self._late_before, self._since = 0.0, 0.0, 0.0
        endless = msgspec.structs.replace(scenario, duration=inf)  # a workload goes on until it is said to stop
        self._agenda = Agenda(endless, self._stream, (), watch or _nobody, self, spare)
        self.cast = self._agenda.cast
        self._hand_over(0.0)

    @property
    def now(self) -> float:
        """Seconds since it began."""
        return 0.0 if self._loop is None else self._loop.time() - self._began

    @property
    def behind(self) -> float:
        """How late things are done, at worst in the last second or so; a loop sleeps in steps of a millisecond."""
        return max(self._late, self._late_before)

    def begin(self, loop: Loop, store: Store) -> None:
        """Time begins."""
        self._loop, self._store, self._began = loop, store, loop.time()
        self._wait()

    def submit(self, row: Do) -> None:
        """Do this as soon as its time has come: at once, where that is past."""
        self._agenda.add(row)
        self._wait()

    def give_way(self, seconds: float) -> None:
        """Do nothing for so long: another thread has much to do. The one method that it may call by itself.

        Two threads that want the interpreter at the same time hand it to and fro thousands of times a second, and both
        become several times as slow; one after the other they do not.
        """
        if (loop := self._loop) is not None:
            self._way = loop.time() + seconds

    def close(self) -> None:
        """Time ends; what has happened by now is told."""
        store, self._loop, self._store = self._store, None, None
        if self._timer is not None:
            self._timer.cancel()
        if store is not None:
            store.close()

    # What happens

    def _tick(self) -> None:
        """Do what is due."""
        self._timer = None
        assert self._loop is not None, "nothing ticks before it begins"
        if self._loop.time() < self._way:
            self._wait()
            return
        agenda, heap, handles = self._agenda, self._agenda.heap, self.cast.handles
        began, clock, last, late = self._began, self._loop.time, self._last, 0.0
        now = max(clock() - began, last)
        while self._stored:
            self._release(next(iter(self._stored)), now)
        for _ in range(MOST):
            if not heap or heap[0][0] > now:
                break
            due, number, dst, src, what = heappop(heap)
            now = max(clock() - began, last)
            late = max(late, now - due)
            if src < 0:
                agenda.other(src & 7, dst, what, now)
            elif effects := handles[dst](Received(src, what, number), now):
                agenda.perform(dst, effects, number, now)
                agenda.arm(dst)
        self._note(late, now)
        self._last = now
        self._hand_over(before := nextafter(now, -inf))  # more may happen at this very time
        self.known = before
        self._wait()

    def _wait(self) -> None:
        """See to it that the next thing is done when it is due."""
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is None:
            return
        soon = self._began if self._stored else min(self._began + self._agenda.next_at, self._loop.time() + IDLE)
        self._timer = self._loop.call_at(max(soon, self._way), self._tick)

    def _hand_over(self, known: float) -> None:
        batch = self._stream.take()
        if batch is not None:
            self.batches.append((known, batch))

    def _note(self, late: float, now: float) -> None:
        if now - self._since > WORST:
            self._late_before, self._late, self._since = self._late, 0.0, now
        self._late = max(self._late, late)

    # Disks: all that a node does waits until what it has stored is stored, or somebody hears of what a crash undoes

    def keep(self, node: int, effects: list[Effect], cause: int, t: float) -> bool:
        """As `agenda.Disks` says."""
        first, queue = effects[0], self.held.setdefault(node, deque())
        if not isinstance(first, Persist):
            queue.append(Waiting(effects, cause, True))
            return False
        assert self._store is not None, "nothing is stored before it begins"
        queue.append(waiting := Waiting(effects[1:], cause, False))

        def done(ok: bool) -> None:
            waiting.stored = True
            waiting.kept = ok
            if not ok:
                waiting.effects = _unkept(waiting.effects)
            first_of_many = not self._stored
            self._stored[node] = None
            if first_of_many:
                self._wait()

        self._store.write(node, first.rows, done)
        if len(queue) == 1 and waiting.stored and waiting.kept:  # it was stored at once
            del self.held[node], self._stored[node]
            return True
        return False

    def drop(self, node: int) -> None:
        """As `agenda.Disks` says."""
        self.held.pop(node, None)

    def stored(self, node: int, t: float) -> Mapping[Key, object]:
        """As `agenda.Disks` says. Copies that were written, and of which the node could not tell any more, are told."""
        assert self._store is not None, "nobody starts again before it begins"
        rows = self._store.load(node)
        for what in rows.values():
            if isinstance(what, Copy) and not what.event.id:
                self._stream.emit(what.event, t, 0)
        return rows

    def _release(self, node: int, now: float) -> None:
        """Perform what waited for this node's disk and waits no more."""
        del self._stored[node]
        queue = self.held.pop(node, deque())
        while queue and queue[0].stored:
            waiting = queue.popleft()
            self._agenda.perform(node, waiting.effects, waiting.cause, now)
            if node in self.held:  # and there is more to store among it
                self.held[node].extend(queue)
                return
        if queue:
            self.held[node] = queue


def _unkept(effects: list[Effect]) -> list[Effect]:
    """What is said where nothing could be stored: a put is told to try again, and no neighbour hears of it."""
    said: list[Effect] = []
    for effect in effects:
        if not isinstance(effect, Send | SendAll):
            said.append(effect)
        elif (message := refused(effect.message)) is not None:
            said.append(msgspec.structs.replace(effect, message=message))
    return said


def _nobody(number: int, provider: Provider | Redirect) -> None:
    """Is told of providers that are made."""
