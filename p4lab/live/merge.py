"""Many members' streams become one Trace: in time order, ids consecutive, causes before what they caused.

Rules: pure, told the time. A member's events keep their order; one waits for its cause where that is here and has yet
to be put in; what is settled stays settled. Who lies, or sends late, spoils its own part: it is counted, and a
`Blurred` says so. Every table is bounded (parts.py), nobody speaks for another (seen.py).
"""

from collections.abc import Callable
from heapq import heappop, heappush

from p4lab.core.events import (
    AnyEvent,
    Attached,
    Blurred,
    CaughtUp,
    Crashed,
    Dropped,
    Gone,
    Joined,
    LinkChanged,
    Noted,
    Peered,
    ProviderChanged,
    Restarted,
    SessionDown,
    SessionUp,
    Stored,
    Unpeered,
)
from p4lab.live.clocks import ClockOf
from p4lab.live.limits import Limits
from p4lab.live.pairs import Pairs
from p4lab.live.parts import Part, Waiting
from p4lab.live.roster import DEAD, LEFT
from p4lab.live.seen import CUSTOMERS, Arrival, Batch, Item, Now, Record, Row, nodes_of, seat_of, speaks
from p4lab.live.splice import Out, Splice

LAG = 0.15  # s that everything waits for what may come from elsewhere
MOST_LAG = 1.0
MEMORY = 30  # s that a member which was late is waited for
PATIENCE = 1.0  # s beyond the lag that an event waits for its cause: a ring of them would wait for ever
TICK = 1e-6  # s by which what is late comes after what is settled
TOLD_EVERY = 1.0  # s between two Blurred of one member
OF_A_SNAPSHOT = (Joined, Attached, Peered, SessionUp, SessionDown, CaughtUp, LinkChanged, Stored)


class Merge:
    """`take` what members tell, `ready` gives what joins the trace. named: a member's name by seat, None: no member.

    me: the seat of the observer; a remark of anybody else has its name in front. standing: how a member is as the class
    knows it, a state of the roster's; empty where that is not known.
    """

    def __init__(
        self, me: int, named: Callable[[int], str | None], limits: Limits | None = None,
        standing: Callable[[int], str] = lambda seat: "",
    ) -> None:  # fmt: skip
        self.settled = 0.0  # up to here nothing is added any more
        self._me, self._named, self._limits, self._standing = me, named, limits or Limits(), standing
        self._parts: dict[int, Part] = {}
        self._splice = Splice(self._parts, named)
        self._queued: dict[int, Waiting] = {}
        self._heap: list[tuple[float, int]] = []  # (time, seat) of those whose first event may go
        self._parked: dict[int, list[int]] = {}  # the other seats, by the cause that their first event waits for
        self._pairs = Pairs()
        self._ages: dict[int, float] = {}  # by second: how old the oldest was that came in

    @property
    def lag(self) -> float:
        """How long everything waits: as long as the slowest of late needs, within bounds."""
        return min(MOST_LAG, max(LAG, *(age + 0.02 for age in self._ages.values()), 0.0))

    @property
    def waiting(self) -> int:
        """How many events have yet to be put in."""
        return sum(len(part.queue) for part in self._parts.values())

    def take(self, seat: int, batch: Batch, left_out: int, now: float, clock: ClockOf) -> None:
        """A member has told this, and left out so many before it."""
        part = self._part(seat)
        self._greet(part, batch, now)
        if left_out:
            part.left_out += left_out
            part.since = now
        for item in batch.items:
            if not part.may(now):
                part.left_out += 1
                part.since = now
            elif not speaks(item, seat) or not self._take(part, item, now, clock):
                part.refused += 1
        self._blur(part, now)

    @property
    def joined(self) -> tuple[int, ...]:
        """The seats that the trace knows of."""
        return tuple(self._splice.joined)

    def there(self, seat: int) -> bool:
        """Whether a member is there, as the trace has it."""
        part = self._parts.get(seat)
        return not part.down if part is not None else seat in self._splice.joined

    def vanish(self, seat: int, now: float, says: str, left: bool = False) -> None:
        """Nothing is heard of a member any more: it is lost, or it has left, for now. says: why, for the log."""
        part = self._part(seat)
        if part.left or (part.down and not left) or not (part.watched or part.down or seat in self._splice.joined):
            return
        part.vanish(left)
        self._blur(part, now, at_once=True)
        self._say(part, now, Noted(text=f"{self._splice.name(seat)}: {says}"))
        for other in self._pairs.leave(seat) if left else ():  # as who leaves a simulation does
            self._say(part, now, Unpeered(node=seat, peer=other))
        self._say(part, now, Gone(node=seat, kept=True) if left else Crashed(node=seat))
        for number, _ in self._splice.bound_for(seat):
            self._lose(part, now, number, "left" if left else "crash")

    def present(self, seat: int) -> None:
        """This member is there, though it may tell nothing."""
        self._splice.join(seat, max(self._splice.last, self.settled + TICK))

    def back(self, seat: int, now: float, copies: int = 0) -> None:
        """A member that was not there is, with so many copies, though it may tell nothing."""
        part = self._part(seat)
        if not part.down:
            return
        part.down = part.left = False
        self._say(part, now, Restarted(node=seat, copies=copies))
        again = self._pairs.back(seat, self._left())
        if again:
            self._say(part, now, Peered(node=seat, peers=tuple(again), latency=tuple(again.values())))

    def ready(self, now: float) -> list[Out]:
        """What joins the trace now, in order."""
        horizon = max(self.settled, now - self.lag)
        for second in [second for second in self._ages if second < now - MEMORY]:
            del self._ages[second]
        self._give_up(now)
        while True:
            while self._heap and self._heap[0][0] <= horizon:
                t, seat = heappop(self._heap)
                if not self._waits(seat):
                    self._next(t, seat)
            if not self._free(horizon - PATIENCE):
                break
        self.settled = horizon
        out, self._splice.out = self._splice.out, []
        return out

    # What comes in

    def _part(self, seat: int) -> Part:
        part = self._parts.get(seat)
        if part is None:
            part = self._parts[seat] = Part(seat, self._limits, trusted=seat == self._me)
        return part

    def _greet(self, part: Part, batch: Batch, now: float) -> None:
        """Somebody is heard: for the first time, again, or after a start."""
        copies = next((item.copies for item in batch.items if isinstance(item, Now) and item.on), 0)
        if part.epoch not in (-1, batch.epoch) and not part.down:
            self.vanish(part.seat, now, "was started again")
        if batch.epoch != part.epoch:
            part.anew(batch.epoch)
        self.back(part.seat, now, copies)
        if not part.watched:
            part.watched, part.since = True, now

    def _take(self, part: Part, item: Item, now: float, clock: ClockOf) -> bool:
        """False: it is refused."""
        match item:
            case Arrival(event=number, t=t):
                return self._arrival(part, number, min(now, clock.mine(t)), now)
            case Now(on=on, t=t):
                if on:
                    part.state_at = min(now, clock.mine(t))
                    part.state, part.state_peers = set(), set()
                else:
                    self._settle(part, now)
                return True
            case Row(t=t, due=due, id=number, cause=cause, dst=dst):
                at = min(now, clock.mine(t))
                if number <= part.top or not self._are_known((dst,), at):
                    return False
                part.top = number
                waiting = Waiting(part.seat, at, item, number, cause, at + (due - t))
                receiver = self._parts.get(dst)
                if receiver is not None and (arrived := receiver.early.pop(number)) is not None:
                    waiting.arrived = arrived
                self._put(part, waiting, now)
                return True
        return self._record(part, item, now, clock)

    def _record(self, part: Part, item: Record, now: float, clock: ClockOf) -> bool:
        event, number = item.event, item.event.id
        at = part.state_at if part.state is not None else min(now, clock.mine(event.t))
        if number < 1 or seat_of(number) != part.seat or not self._are_known(nodes_of(event), at):
            return False
        if part.state is not None:
            if not isinstance(event, OF_A_SNAPSHOT):
                return False
        elif number <= part.top:
            return False
        else:
            part.top = number
        if isinstance(event, Stored) and event.until is not None:
            event.until = max(at, clock.mine(event.until))
        if self._is_news(part, event):
            self._put(part, Waiting(part.seat, at, event, number, event.cause), now)
        return True

    def _is_news(self, part: Part, event: AnyEvent) -> bool:
        """File what an Event says; False where the trace says it already, or the merger says it itself."""
        match event:
            case Joined(customers=customers):
                customers = min(customers, 1_000_000)
                if part.seat in self._splice.joined and customers != part.customers:
                    self._say(part, part.tail, ProviderChanged(node=part.seat, customers=customers))
                part.customers = customers
                return False
            case Attached() | Restarted():
                return False
            case Stored():
                return part.stored(event)
            case Dropped():
                part.dropped(event)
            case Peered(peers=peers):
                if len(event.latency) != len(peers) or part.seat in peers:
                    return False
                part.state_peers.update(peers)
                fresh = self._pairs.said(part.seat, zip(peers, event.latency, strict=True), self._left())
                event.peers, event.latency = tuple(fresh), tuple(fresh.values())
                return bool(fresh)
            case Unpeered():
                return self._pairs.end(event.node, event.peer)
            case SessionUp(peer=peer) | CaughtUp(peer=peer) if part.state is None:
                part.sessions[peer] = True
            case SessionUp(peer=peer) | CaughtUp(peer=peer):
                if part.sessions.get(peer):
                    return False
                part.sessions[peer] = True
                if isinstance(event, SessionUp):  # long ago, perhaps: what it caught up with is not known
                    self._say(part, part.state_at, event)
                    self._say(part, part.state_at, CaughtUp(node=part.seat, peer=peer, items=0, news=0))
                    return False
            case SessionDown(peer=peer):
                part.sessions[peer] = False
            case Noted() if part.seat != self._me:
                event.text = f"{self._splice.name(part.seat)}: {event.text[:500]}"
        return True

    def _settle(self, part: Part, now: float) -> None:
        """A snapshot is over: what it does not name is not there."""
        for store, nid, entry in part.settle():
            gone = Dropped(node=part.seat, op=0, nid=nid, store=store, entry=entry, why="unseen")
            self._say(part, now, gone)
        for other in self._pairs.unsaid(part.seat, part.state_peers):
            if self._pairs.end(part.seat, other):
                self._say(part, now, Unpeered(node=part.seat, peer=other))

    def _arrival(self, part: Part, number: int, at: float, now: float) -> bool:
        waiting, awaited = self._queued.get(number), self._splice.awaited(number)
        row = awaited.row if awaited else waiting.what if waiting else None
        if row is None:
            part.early[number] = at
            return True
        if not isinstance(row, Row) or row.dst != part.seat:
            return False
        if waiting is not None:
            waiting.arrived = at if waiting.arrived is None else min(waiting.arrived, at)
            self._aged(now - waiting.t, now)
        elif awaited is not None:
            self._splice.arrived(number)
            self._aged(now - awaited.t, now)
        return True

    def _say(self, part: Part, t: float, event: AnyEvent) -> None:
        """The merger's own words about a member, in the member's queue."""
        self._queue(part, Waiting(part.seat, t, event, 0, 0))

    def _put(self, part: Part, waiting: Waiting, now: float) -> None:
        if part.state is None:
            if waiting.t <= self.settled:
                part.late += 1
                part.by = max(part.by, self.settled - waiting.t)
            self._aged(now - waiting.t, now)
        self._queue(part, waiting)

    def _queue(self, part: Part, waiting: Waiting) -> None:
        waiting.t = part.tail = max(waiting.t, part.tail)
        if waiting.id:
            self._queued[waiting.id] = waiting
        part.queue.append(waiting)
        if len(part.queue) == 1:
            self._offer(part)

    def _aged(self, age: float, now: float) -> None:
        second = int(now)
        self._ages[second] = max(self._ages.get(second, 0.0), age)

    def _blur(self, part: Part, now: float, at_once: bool = False) -> None:
        """Say what is not exact of what a member told."""
        if not (part.late or part.left_out or part.refused) or not (at_once or now >= part.said + TOLD_EVERY):
            return
        said = Blurred(
            node=part.seat, late=part.late, by=round(part.by, 6), left_out=part.left_out, refused=part.refused
        )
        part.late, part.by, part.left_out, part.refused, part.said = 0, 0.0, 0, 0, now
        self._say(part, part.tail, said)

    def _left(self) -> set[int]:
        return {seat for seat, part in self._parts.items() if part.left}

    def _are_known(self, nodes: tuple[int, ...], t: float) -> bool:
        joined = self._splice.joined
        return all(node % CUSTOMERS in joined or self._is_member(node % CUSTOMERS, t) for node in nodes)

    def _is_member(self, seat: int, t: float) -> bool:
        """Whether somebody that others tell of is of the class; who is known to be away is not there from the start."""
        part, how = self._parts.get(seat), self._standing(seat)
        if (part is None or not (part.watched or part.down)) and how in (*LEFT, DEAD):
            part = self._part(seat)
            part.vanish(how in LEFT)
            self._say(part, t, Gone(node=seat, kept=True) if part.left else Crashed(node=seat))
        return self._named(seat) is not None

    # What goes out

    def _offer(self, part: Part) -> None:
        """A member's first event may go when its time has come."""
        heappush(self._heap, (part.queue[0].t, part.seat))

    def _waits(self, seat: int) -> bool:
        """Whether the cause of a member's first event waits itself: then it is put aside until that has gone."""
        cause = self._parts[seat].queue[0].cause
        before = self._queued.get(cause) if cause else None
        if before is None or before.seat == seat:
            return False
        self._parked.setdefault(cause, []).append(seat)
        return True

    def _free(self, horizon: float) -> bool:
        """Let events go that have waited too long for their cause."""
        stuck = [
            (self._parts[seat].queue[0].t, seat, cause)
            for cause, seats in self._parked.items()
            for seat in seats
            if self._parts[seat].queue[0].t <= horizon
        ]
        for t, seat, cause in sorted(stuck)[:1]:
            self._parked[cause].remove(seat)
            self._parts[seat].queue[0].cause = 0
            heappush(self._heap, (t, seat))
        return bool(stuck)

    def _next(self, t: float, seat: int) -> None:
        """Put a member's first event into the trace, and look at its next."""
        part = self._parts[seat]
        waiting = part.queue.popleft()
        at = max(t, self._splice.last, self.settled + TICK if t <= self.settled else 0.0)
        self._splice.put(part, waiting, at)
        if waiting.id:
            if self._queued.get(waiting.id) is waiting:
                del self._queued[waiting.id]
            for other in self._parked.pop(waiting.id, ()):
                heappush(self._heap, (max(self._parts[other].queue[0].t, at), other))
        if part.queue:
            self._offer(part)

    def _give_up(self, now: float) -> None:
        """Messages that nobody has seen arrive for so long are lost, where their receiver tells everything."""
        for number, awaited in self._splice.before(now - self._limits.idle):
            receiver = self._parts.get(awaited.row.dst)
            if receiver is not None and receiver.watched and receiver.since <= awaited.t:
                self._lose(receiver, now, number, "link")

    def _lose(self, receiver: Part, now: float, number: int, why: str) -> None:
        if (lost := self._splice.lost(number, why)) is not None:
            self._say(receiver, now, lost)
