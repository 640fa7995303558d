"""What is due in a run: one heap of messages under way and of all else that waits for its time, and what nodes ask for.

Rules: entries are (due, n, dst, src, what), n the id of the Event behind it, so that equal times keep the order of the
stream; what is no message has a ticket in place of `src`, below zero. An agenda knows what comes next and not when now
is: whoever drives it takes the entries out and hands in the time. A message that will not arrive, because its link was
cut under way, is made a ticket at the cut, so nobody looks at each that does. This is the hot path: one row and one
heap entry a message.
"""

from collections.abc import Container, Mapping, Sequence
from heapq import heapify, heappush
from math import inf
from typing import Any, Protocol

from p4lab.core.contract import Effect, Emit, Input, Persist, Send, SendAll, Woke
from p4lab.core.events import Event, Lost
from p4lab.scenario.model import Do, Scenario
from p4lab.stage.cast import Cast, Watch
from p4lab.stage.crashes import Key
from p4lab.stage.reach import Hold
from p4lab.stage.roster import NOBODY, Spare
from p4lab.stage.workload import Source
from p4lab.trace import LOST, Stream

WAKE, DELAYED, SOURCE, COMMAND, LOSS, COMMIT, HOLD = range(7)  # what a ticket is for: its lowest three bits
KINDS = 8
OF_A_NODE = (WAKE, DELAYED, COMMIT)  # what goes with a node that crashes
FIRST_TICKET = -(2**62)
FIRST_COMMAND = -(2**31)  # commands come before all else that is due at the same time

Entry = tuple[float, int, int, int, Any]  # due, n, dst, src or a ticket, what


class Disks(Protocol):
    """Where nodes store things for good. held: nodes of which effects wait until that is done."""

    @property
    def held(self) -> Container[int]: ...

    def keep(self, node: int, effects: list[Effect], cause: int, t: float) -> bool:
        """Take effects that begin with a Persist, or all effects of a node that is held.

        True: it is stored, and what stands behind it can be performed. Else this is performed when it is stored.
        """

    def drop(self, node: int) -> None:
        """What waits of this node is not to be performed any more."""

    def stored(self, node: int, t: float) -> Mapping[Key, object]:
        """What there is of this node, which starts again at t."""


class Agenda:
    """heap: what is due. cast: who is in the run."""

    def __init__(
        self,
        scenario: Scenario,
        stream: Stream,
        by_hand: Sequence[Do],
        watch: Watch,
        disks: Disks,
        spare: Spare = NOBODY,
    ) -> None:
        self.heap: list[Entry] = []
        self._trace = stream
        self._disks = disks
        self._armed: list[float] = []
        self._commands = 0
        self._ticket = FIRST_TICKET
        self.cast = Cast(scenario, by_hand, self, watch, disks.stored, spare)
        self._network = self.cast.network
        self._armed += [inf] * len(self.cast.nodes)
        for row in [*scenario.do, *by_hand]:
            self.add(row)

    @property
    def next_at(self) -> float:
        """When the next thing is due, inf = never."""
        return self.heap[0][0] if self.heap else inf

    def add(self, row: Do) -> None:
        """Schedule a command; it comes before everything else at its time, after earlier commands of the same time."""
        self._commands += 1
        self._ticket += KINDS
        heappush(self.heap, (row.at, FIRST_COMMAND + self._commands, -1, self._ticket + COMMAND, row.command))

    def push(self, due: float, dst: int, kind: int, what: object) -> None:
        """Schedule what is no message."""
        self._ticket += KINDS
        heappush(self.heap, (due, len(self._trace), dst, self._ticket + kind, what))

    def arm(self, node: int) -> None:
        """See to it that a node is woken when it wants to be; entries that came to nothing are rare and harmless."""
        wake_at = self.cast.nodes[node].wake_at
        if wake_at < self._armed[node]:
            self._armed[node] = wake_at
            self.push(wake_at, node, WAKE, None)

    def other(self, kind: int, dst: int, what: Any, t: float) -> None:
        """What is due and is no message."""
        if kind == DELAYED:
            self._send(dst, what[0], what[1], t)
        elif kind == WAKE:
            self._armed[dst] = inf
            self.tell(dst, Woke(), 0, t)
        elif kind == SOURCE:
            command = what.fire()
            if what.next_at < inf:
                self.follow(what)
            self.cast.operations.request(command, what.keys.row.name, t)
        elif kind == LOSS:
            self._trace.emit(what, t, what.message)
        elif kind == COMMIT:
            what(t)
        elif kind == HOLD:
            self.cast.reach.held(what, t)
        else:
            self.cast.do(what, t)

    # What the cast asks for

    def emit(self, event: Event, t: float) -> int:
        """Append an Event that a command causes, and return its id."""
        return self._trace.emit(event, t, 0)

    def tell(self, node: int, data: Input, cause: int, t: float) -> None:
        """Hand an input to a node, and do what it asks for."""
        self.perform(node, self.cast.nodes[node].handle(data, t), cause, t)
        self.arm(node)

    def follow(self, source: Source) -> None:
        """Ask for what this source wants, when it wants it."""
        self.push(source.next_at, -1, SOURCE, source)

    def lose(self, ways: set[tuple[int, int]], why: str) -> None:
        """What is under way from src to dst, of these (src, dst), does not arrive: it is Lost when it would."""
        heap = self.heap
        for place, (due, number, dst, src, what) in enumerate(heap):
            if src >= 0 and (src, dst) in ways:
                lost = Lost(message=number, dst=dst, why=why, src=src, code=what.code, op=what.op)
                self._ticket += KINDS
                heap[place] = (due, number, dst, self._ticket + LOSS, lost)
        heapify(heap)

    def hold(self, due: float, what: Hold) -> None:
        """Call `Reach.held` at `due`."""
        self.push(due, -1, HOLD, what)

    def forget(self, number: int) -> None:
        """Nothing that is due of this node remains."""
        heap = self.heap
        heap[:] = [entry for entry in heap if entry[2] != number or entry[3] >= 0 or entry[3] & 7 not in OF_A_NODE]
        heapify(heap)
        self._armed[number] = inf
        self._disks.drop(number)

    # What nodes ask for

    def perform(self, src: int, effects: list[Effect], cause: int, t: float) -> None:
        """Do what a node asks for, in its order."""
        if src in self._disks.held and effects:
            self._disks.keep(src, effects, cause, t)
            return
        for place, effect in enumerate(effects):
            if isinstance(effect, Emit):
                event = self._trace.emit(effect.event, t, effect.cause or cause)
                if effect.leads:
                    cause = event
            elif isinstance(effect, Persist):
                if not self._disks.keep(src, effects[place:], cause, t):
                    return
            elif effect.after:
                self.push(t + effect.after, src, DELAYED, (effect, effect.cause or cause))
            else:
                self._send(src, effect, effect.cause or cause, t)

    def _send(self, src: int, effect: Send | SendAll, cause: int, t: float) -> None:
        """Put a message on its link, a broadcast on each of its links."""
        heap, even, message = self.heap, self._network.even[src], effect.message
        op, size, code, status = message.op, message.size, message.code, message.status
        if isinstance(effect, Send):
            dst = effect.dst
            if dst in even:
                due = t + even[dst]
                event = self._trace.sent(t, due, cause, op, size, src, dst, code, status, 0)
                heappush(heap, (due, event, dst, src, message))
                return
            dsts: tuple[int, ...] = (dst,)
        else:
            dsts = effect.dsts
            try:
                dues = [t + even[dst] for dst in dsts]
            except KeyError:  # one of the links is uneven, or shut
                dues = []
            if dues:
                event = self._trace.sent_all(t, dues, cause, op, size, src, dsts, code, status)
                for due, dst in zip(dues, dsts, strict=True):
                    heappush(heap, (due, event, dst, src, message))
                    event += 1
                return
        for dst in dsts:
            event = cause
            for due, fate, arrives in self._network.transit(src, dst, message, t):
                event = self._trace.sent(t, due, event, op, size, src, dst, code, status, fate)
                if not fate & LOST:
                    heappush(heap, (due, event, dst, src, arrives))
