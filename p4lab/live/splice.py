"""What joins a trace made of many members' streams: each message and Event, with the small numbers that it has there.

Rules: pure; what comes in comes in order. Ids and operations are numbered one by one as they join; a reference to what
never joined, or is long forgotten, is 0. Who is named has joined before, and whether it tells anything does not matter.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator

import msgspec

from p4lab.core.events import LOST, AnyEvent, Attached, Event, GetFinished, Joined, Lost, Stored
from p4lab.live.parts import Part, Waiting
from p4lab.live.seen import CUSTOMERS, Row, nodes_of, seat_of

AWAITED = 16_384  # messages whose arrival is waited for, the oldest are let go
FAR = 1e6  # s: nothing that was sent is due later

Message = tuple[float, float, int, int, int, int, int, int, int, int]  # as Trace.sent takes it
Out = Message | Event


class Awaited(msgspec.Struct, frozen=True):
    """A message that has joined, and whose arrival nobody has told of yet. event: its id here."""

    event: int
    t: float
    row: Row


class Splice:
    """`put` in order, and take away `out`. named: a member's name by seat."""

    def __init__(self, parts: dict[int, Part], named: Callable[[int], str | None]) -> None:
        self.out: list[Out] = []
        self.count = 0  # Events so far: the last id
        self.last = 0.0  # when the last of them was
        self.joined: set[int] = set()
        self._parts, self._named = parts, named
        self._awaited: OrderedDict[int, Awaited] = OrderedDict()  # by the id that it was told with
        self._operations = 0

    def put(self, part: Part, waiting: Waiting, t: float) -> None:
        """The next message or Event, at t."""
        what, cause = waiting.what, self._id(waiting.cause)
        if isinstance(what, Row):
            self._message(part, what, waiting, t, cause)
            return
        if waiting.id and not self._translated(part, what, cause):
            return
        for node in nodes_of(what):
            self.join(node % CUSTOMERS, t)
        number = self._emit(what, t)
        if waiting.id:
            part.ids[waiting.id] = number
            if isinstance(what, Stored):
                part.copies[waiting.id] = number

    def join(self, seat: int, t: float) -> None:
        """A member is there."""
        if seat not in self.joined:
            self.joined.add(seat)
            customers = self._parts[seat].customers if seat in self._parts else 1
            self._emit(Joined(node=seat, name=self.name(seat), customers=customers), t)
            self._emit(Attached(node=CUSTOMERS + seat, provider=seat), t)

    def name(self, seat: int) -> str:
        """What a member is called."""
        return self._named(seat) or f"seat {seat}"

    def awaited(self, number: int) -> Awaited | None:
        """The message with this id, as it was told, if its arrival is still waited for."""
        return self._awaited.get(number)

    def arrived(self, number: int) -> None:
        """It has arrived, or never will."""
        self._awaited.pop(number, None)

    def before(self, t: float) -> Iterator[tuple[int, Awaited]]:
        """Those sent before t whose arrival is still waited for, oldest first; each may be let go meanwhile."""
        while self._awaited:
            number, awaited = next(iter(self._awaited.items()))
            if awaited.t > t:
                return
            yield number, awaited
            self._awaited.pop(number, None)

    def bound_for(self, node: int) -> list[tuple[int, Awaited]]:
        """Those to one node."""
        return [(number, awaited) for number, awaited in self._awaited.items() if awaited.row.dst == node]

    def lost(self, number: int, why: str) -> Lost | None:
        """The word that a message did not arrive; None where it is not waited for."""
        awaited = self._awaited.pop(number, None)
        if awaited is None:
            return None
        row, event = awaited.row, awaited.event
        op = self._op(self._parts[seat_of(number)], row.op)
        return Lost(message=event, dst=row.dst, why=why, src=row.src, code=row.code, op=op, cause=event)

    def _translated(self, part: Part, event: AnyEvent, cause: int) -> bool:
        """Give it the numbers that things have here; False where it says nothing then."""
        event.cause = cause
        if isinstance(event, GetFinished):
            event.copy = self._copy(event.copy)
        elif isinstance(event, Stored):
            event.origin = self._copy(event.origin)
        elif isinstance(event, Lost):
            awaited = self._awaited.get(event.message)
            if awaited is None or part.seat not in (awaited.row.src % CUSTOMERS, awaited.row.dst % CUSTOMERS):
                return False
            known = self.lost(event.message, event.why)
            if known is None:
                return False
            event.message, event.cause, event.op = known.message, known.message, known.op
            event.src, event.dst, event.code = known.src, known.dst, known.code
            return True
        if op := getattr(event, "op", 0):
            msgspec.structs.force_setattr(event, "op", self._op(part, op))
        return True

    def _message(self, part: Part, row: Row, waiting: Waiting, t: float, cause: int) -> None:
        for node in (row.src, row.dst):
            self.join(node % CUSTOMERS, t)
        home = row.dst % CUSTOMERS == part.seat
        due = waiting.due if home or waiting.arrived is None else waiting.arrived
        due = max(t, due) if due < t + FAR else t
        op = self._op(part, row.op)
        self.count += 1
        self.last = t
        self.out.append((t, due, cause, op, row.size, row.src, row.dst, row.code, row.status, row.fate))
        part.ids[row.id] = self.count
        if not home and waiting.arrived is None and not row.fate & LOST:
            self._awaited[row.id] = Awaited(self.count, t, row)
            if len(self._awaited) > AWAITED:
                self._awaited.popitem(last=False)

    def _emit(self, event: Event, t: float) -> int:
        self.count += 1
        self.last = t
        event.t, event.id = t, self.count
        self.out.append(event)
        return self.count

    def _id(self, number: int) -> int:
        part = self._parts.get(seat_of(number)) if number else None
        return (part.ids.get(number) or part.copies.get(number) or 0) if part else 0

    def _copy(self, number: int) -> int:
        part = self._parts.get(seat_of(number)) if number else None
        return (part.copies.get(number) or 0) if part else 0

    def _op(self, part: Part, op: int) -> int:
        """The number of an operation in the trace, one by one as they come."""
        if not op:
            return 0
        home = self._parts.get(seat_of(op))
        table = part.ops if home is part else part.foreign
        found = (home.ops.get(op) if home is not None else None) or table.get(op)
        if found is None:
            self._operations += 1
            found = self._operations
            table[op] = found
        return found
