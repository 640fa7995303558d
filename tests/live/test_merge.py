"""Whatever comes from whom, in whatever order and however late: one trace in order, and the true one if all is well."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p4lab.core.events import (
    Attached,
    Blurred,
    CaughtUp,
    Crashed,
    Dropped,
    Event,
    GetFinished,
    GetStarted,
    Gone,
    Joined,
    Lost,
    Noted,
    Peered,
    Restarted,
    Sent,
    SessionUp,
    Stored,
    Unpeered,
)
from p4lab.live import seen
from p4lab.live.clocks import ClockOf
from p4lab.live.limits import Limits
from p4lab.live.merge import Merge
from p4lab.live.seen import CUSTOMERS, Arrival, Batch, Item, Now, Record, Row
from p4lab.live.stream import Watcher
from p4lab.trace import Trace
from p4lab.world import World
from tests.live.members import UNIT, Members, named

SECOND = 2**20
ROUTES = st.lists(st.integers(0, 3), min_size=1, max_size=6).map(tuple)
GETS = st.lists(st.tuples(st.integers(1, SECOND), ROUTES, st.integers(1, SECOND // 128)), min_size=1, max_size=12)
SKEWS = st.tuples(*[st.integers(-50, 50).map(float)] * 3)


def into(trace: Trace, merge: Merge, now: float) -> None:
    """What is ready joins the trace, and has the ids that it says."""
    for out in merge.ready(now):
        if isinstance(out, tuple):
            trace.sent(*out)
        else:
            assert trace.emit(out, out.t, out.cause) == out.id


def drained(watcher: Watcher) -> list[tuple[Batch, int]]:
    found = []
    while (told := watcher.take()) is not None:
        found.append((seen.heard(told[0]), told[1]))
    return found


def exact(skews: Sequence[float]) -> list[ClockOf]:
    """Clocks that are known to the last bit."""
    clocks = [ClockOf() for _ in skews]
    for clock, skew in zip(clocks, skews, strict=True):
        clock.heard(skew, 0.0)
        clock.round_trip(0.0)
    return clocks


@given(GETS, SKEWS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 39)), min_size=1, max_size=30))
def test_in_time_and_with_exact_clocks_it_is_the_true_trace(
    gets: list[tuple[int, tuple[int, ...], int]], skews: tuple[float, ...], looks: list[tuple[int, int]]
) -> None:
    """Every member is looked at each 100 ms, each at a moment of its own, so what is told is never 150 ms old."""
    members = Members((0.0, *skews))
    clocks = exact(members.skews)
    for get in gets:
        members.get(*get)
    merge, trace = Merge(0, named), Trace()
    for tenth in range(14):
        order = sorted((1 + looks[(tenth + seat) % len(looks)][1], seat) for seat in range(4))
        for wait, seat in order:
            members.run(tenth / 10 + round(wait * SECOND / 1000) * UNIT)
            for batch, left_out in drained(members.watchers[seat]):
                merge.take(seat, batch, left_out, members.now, clocks[seat])
        into(trace, merge, members.now)
    into(trace, merge, 20.0)
    assert list(trace[:]) == list(members.trace()[:])
    assert not any(isinstance(event, Blurred) for event in trace[:])


@given(GETS, SKEWS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3_000)), min_size=1, max_size=30))
def test_however_late_it_comes_the_trace_is_in_order_and_whole(
    gets: list[tuple[int, tuple[int, ...], int]], skews: tuple[float, ...], looks: list[tuple[int, int]]
) -> None:
    """Clocks that nobody knows, members that are silent for seconds: times, ids, causes, settled, nothing twice."""
    members = Members((0.0, *skews))
    clocks = [ClockOf(own=seat == 0) for seat in range(4)]
    for get in gets:
        members.get(*get)
    merge, trace = Merge(0, named), Trace()
    told = {"rows": 0, "late": 0}
    settled: list[tuple[float, int]] = []
    for seat, wait in [*looks, (0, 3_000), (1, 0), (2, 0), (3, 0)]:
        members.run(members.now + wait * SECOND // 1000 * UNIT)
        for batch, left_out in drained(members.watchers[seat]):
            clocks[seat].heard(batch.now, members.now)
            told["rows"] += sum(isinstance(item, Row) for item in batch.items)
            merge.take(seat, batch, left_out, members.now, clocks[seat])
        into(trace, merge, members.now)
        settled.append((merge.settled, trace.index_at(merge.settled)))
    for later in (2.0, 4.0, 60.0):
        into(trace, merge, members.now + later)
    events = list(trace[:])
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert [event.t for event in events] == sorted(event.t for event in events)
    assert all(0 <= event.cause < event.id for event in events)
    assert [(t, trace.index_at(t)) for t, _ in settled] == settled
    assert all(row.due >= row.t for row in events if isinstance(row, Sent))
    assert (trace.messages, merge.waiting) == (told["rows"], 0)
    starts = [event.op for event in events if isinstance(event, GetStarted)]
    assert len(starts) == len(set(starts)) == len(gets)


@given(GETS, SKEWS, st.tuples(*[st.integers(-20, 20)] * 3))
def test_causes_are_kept_where_clocks_are_known_to_some_milliseconds(
    gets: list[tuple[int, tuple[int, ...], int]], skews: tuple[float, ...], errors: tuple[int, ...]
) -> None:
    """So "why" works across machines: every answer goes back to its question, through all that lay between."""
    members = Members((0.0, *skews))
    clocks = exact([skew + error / 1000 for skew, error in zip(members.skews, (0, *errors), strict=True)])
    for get in gets:
        members.get(*get)
    merge, trace = Merge(0, named), Trace()
    for twentieth in range(30):
        members.run(twentieth / 20)
        for seat, watcher in enumerate(members.watchers):
            for batch, left_out in drained(watcher):
                merge.take(seat, batch, left_out, members.now, clocks[seat])
        into(trace, merge, members.now)
    into(trace, merge, 20.0)

    def steps(all_of: Trace) -> list[int]:
        found = []
        for event in all_of[:]:
            if isinstance(event, GetFinished):
                found.append(0)
                op, before = event.op, event.cause
                while before:
                    assert getattr(all_of[before - 1], "op", 0) == op
                    found[-1], before = found[-1] + 1, all_of[before - 1].cause
        return sorted(found)

    assert steps(trace) == steps(members.trace())


ANN, BEN, CLEO = 0, 1, 2


def batch(*items: Item, now: float = 0.0, epoch: int = 1) -> Batch:
    return Batch(epoch, now, list(items))


def own() -> ClockOf:
    return ClockOf(own=True)


def events_of(merge: Merge, now: float) -> list[Event]:
    trace = Trace()
    into(trace, merge, now)
    return list(trace[:])


def ben(n: int) -> int:
    return BEN << 40 | n


def note(n: int, t: float, seat: int = BEN) -> Record:
    return Record(Noted(text=f"n{n}", t=t, id=seat << 40 | n))


def test_what_comes_late_stands_behind_what_is_settled_and_is_counted() -> None:
    merge = Merge(ANN, named)
    trace = Trace()
    merge.take(ANN, batch(note(1, 1.0, ANN)), 0, 1.0, own())
    into(trace, merge, 2.0)
    assert merge.settled == 1.85
    merge.take(BEN, batch(note(1, 1.5), note(2, 1.9)), 7, 2.0, own())
    into(trace, merge, 2.6)
    assert list(trace[:]) == [
        Noted(text="n1", t=1.0, id=1),
        Noted(text="Ben: n1", t=1.85 + 1e-6, id=2),
        Noted(text="Ben: n2", t=1.9, id=3),
        Joined(node=BEN, name="Ben", customers=1, t=1.9, id=4),
        Attached(node=CUSTOMERS + BEN, provider=BEN, t=1.9, id=5),
        Blurred(node=BEN, late=1, by=0.35, left_out=7, t=1.9, id=6),
    ]
    assert merge.lag == 0.52  # Ben told half a second late: he is waited for from now on


def test_a_snapshot_says_what_is_held_and_what_is_not_any_more() -> None:
    def copy(n: int, t: float) -> Record:
        return Record(Stored(node=BEN, op=0, nid=bytes([n]), store="L", t=t, id=ben(n)))

    merge = Merge(ANN, named)
    peered = Record(Peered(node=BEN, peers=(ANN,), latency=(0.01,), id=ben(9), t=5.0))
    merge.take(BEN, batch(Now(True, 5.0, 2), peered, copy(1, 2.0), copy(2, 3.0), Now(False, 5.0)), 0, 5.0, own())
    first = events_of(merge, 6.0)
    assert [(type(event), event.t) for event in first] == [
        (Joined, 5.0), (Attached, 5.0), (Joined, 5.0), (Attached, 5.0), (Peered, 5.0), (Stored, 5.0), (Stored, 5.0),
    ]  # fmt: skip
    merge.take(BEN, batch(Now(True, 7.0, 1), copy(2, 3.0), copy(3, 4.0), Now(False, 7.0)), 500, 7.0, own())
    out = [event for event in merge.ready(8.0) if not isinstance(event, tuple)]
    assert [type(event) for event in out] == [Stored, Dropped, Unpeered, Blurred]
    assert out[1] == Dropped(node=BEN, op=0, nid=b"\x01", store="L", why="unseen", t=7.0, id=9)


def test_who_begins_to_look_late_is_told_which_sessions_are_up_and_once() -> None:
    merge = Merge(ANN, named)
    for t in (5.0, 7.0):
        peered = Record(Peered(node=BEN, peers=(ANN, CLEO), latency=(0.01, 0.02), id=ben(8), t=5.0))
        up = Record(SessionUp(node=BEN, peer=ANN, role="peer", id=ben(9), t=5.0))
        merge.take(BEN, batch(Now(True, t), peered, up, Now(False, t)), 0, t, own())
    told = [event for event in events_of(merge, 9.0) if not isinstance(event, Joined | Attached)]
    assert [replace(event, id=0) for event in told] == [
        Peered(node=BEN, peers=(ANN, CLEO), latency=(0.01, 0.02), t=5.0),
        SessionUp(node=BEN, peer=ANN, role="peer", t=5.0),
        CaughtUp(node=BEN, peer=ANN, items=0, news=0, t=5.0),
    ]


def test_who_vanishes_is_crashed_and_its_messages_lost_and_who_is_back_is_restarted() -> None:
    merge = Merge(ANN, named)
    row = Row(1.0, 1.0, 1, 0, 0, 80, ANN, BEN, 3, 0, 0)
    merge.take(BEN, batch(note(1, 0.5)), 0, 0.5, own())
    merge.take(ANN, batch(row), 0, 1.0, own())
    trace = Trace()
    into(trace, merge, 2.0)
    merge.vanish(BEN, 2.0, "is not heard any more")
    merge.vanish(BEN, 2.5, "is not heard any more")
    into(trace, merge, 3.0)
    merge.take(BEN, batch(Now(True, 0.1, 4), Now(False, 0.1), epoch=2), 0, 3.0, own())
    into(trace, merge, 4.0)
    told = [event for event in trace[:] if not isinstance(event, Joined | Attached)]
    assert told == [
        Noted(text="Ben: n1", t=0.5, id=1),
        Sent(src=ANN, dst=BEN, code=3, op=0, size=80, due=1.0, t=1.0, id=6),
        Noted(text="Ben: is not heard any more", t=2.0, id=7),
        Crashed(node=BEN, t=2.0, id=8),
        Lost(message=6, dst=BEN, why="crash", src=ANN, code=3, cause=6, t=2.0, id=9),
        Restarted(node=BEN, copies=4, t=3.0, id=10),
    ]


def test_who_says_goodbye_has_left_with_its_peerings_and_comes_back_with_them() -> None:
    def copy(n: int) -> Record:
        return Record(Stored(node=BEN, op=0, nid=b"n", store="L", t=0.5, id=ben(n)))

    def peered(n: int, t: float, *peers: int) -> Record:
        return Record(Peered(node=BEN, peers=peers, latency=(0.25,) * len(peers), id=ben(n), t=t))

    merge, trace = Merge(ANN, named), Trace()
    merge.take(BEN, batch(peered(1, 0.5, ANN, CLEO), copy(2)), 0, 0.5, own())
    merge.take(ANN, batch(Row(1.0, 1.0, 1, 0, 0, 80, ANN, BEN, 3, 0, 0)), 0, 1.0, own())
    into(trace, merge, 2.0)
    before = len(trace)
    assert merge.there(BEN)
    merge.vanish(BEN, 2.0, "said goodbye: bed time", left=True)
    merge.vanish(BEN, 2.1, "is not heard any more")
    merge.vanish(CLEO, 2.1, "said goodbye", left=True)
    into(trace, merge, 3.0)
    assert not merge.there(BEN) and not merge.there(CLEO)
    snapshot = [Now(True, 3.0, 1), peered(9, 3.0, ANN, CLEO), copy(2), Now(False, 3.0)]
    merge.take(BEN, batch(*snapshot, now=3.0), 0, 3.0, own())
    into(trace, merge, 4.0)
    merge.back(CLEO, 4.0)
    into(trace, merge, 5.0)
    assert merge.there(BEN) and merge.there(CLEO)
    assert [replace(event, id=0, cause=0) for event in trace[before:]] == [
        Noted(text="Ben: said goodbye: bed time", t=2.0),
        Unpeered(node=BEN, peer=ANN, t=2.0),
        Unpeered(node=BEN, peer=CLEO, t=2.0),
        Gone(node=BEN, kept=True, t=2.0),
        Lost(message=before, dst=BEN, why="left", src=ANN, code=3, t=2.0),
        Noted(text="Cleo: said goodbye", t=2.1),
        Gone(node=CLEO, kept=True, t=2.1),
        Restarted(node=BEN, copies=1, t=3.0),
        Peered(node=BEN, peers=(ANN,), latency=(0.25,), t=3.0),
        Stored(node=BEN, op=0, nid=b"n", store="L", t=3.0),
        Restarted(node=CLEO, copies=0, t=4.0),
        Peered(node=CLEO, peers=(BEN,), latency=(0.25,), t=4.0),
    ]
    world = World()
    world.step(trace[:])
    gone = [sorted(world.state(t).gone) for t in (1.9, 2.0, 2.1, 3.0, 4.0)]
    assert gone == [[], [BEN], [BEN, CLEO], [CLEO], []]
    assert [len(world.holdings(0, t)) for t in (1.9, 2.0, 3.0)] == [1, 0, 1]
    assert [sorted(world.states.neighbours(BEN, t)) for t in (1.9, 2.5, 3.5, 4.5)] == [
        [ANN, CLEO],
        [],
        [ANN],
        [ANN, CLEO],
    ]


def test_who_was_lost_and_is_revoked_then_has_left() -> None:
    merge, trace = Merge(ANN, named), Trace()
    merge.take(BEN, batch(note(1, 0.5)), 0, 0.5, own())
    into(trace, merge, 1.0)
    merge.vanish(BEN, 1.0, "is not heard any more")
    merge.vanish(BEN, 2.0, "has left, as the teacher says", left=True)
    into(trace, merge, 3.0)
    told = [type(event) for event in trace[:] if not isinstance(event, Joined | Attached)]
    assert told == [Noted, Noted, Crashed, Noted, Gone]


def test_a_message_that_nobody_saw_arrive_is_lost_where_its_receiver_tells_everything() -> None:
    merge = Merge(ANN, named, Limits(idle=5.0))
    merge.take(BEN, batch(), 0, 0.5, own())
    rows = [Row(1.0, 1.25, n, 0, 0, 80, ANN, dst, 3, 0, 0) for n, dst in ((1, BEN), (2, BEN), (3, 2))]
    merge.take(ANN, batch(*rows), 0, 1.0, own())
    merge.take(BEN, batch(Arrival(2, 1.125)), 0, 1.2, own())
    trace = Trace()
    for now in (2.0, 5.9, 6.1, 7.0):
        into(trace, merge, now)
    sent = [(event.due, event.id) for event in trace[:] if isinstance(event, Sent)]
    assert sent == [(1.25, 5), (1.125, 6), (1.25, 9)]
    assert [event for event in trace[:] if isinstance(event, Lost)] == [
        Lost(message=5, dst=BEN, why="link", src=ANN, code=3, cause=5, t=6.1, id=10)
    ]


def test_a_ring_of_causes_and_other_lies_cost_a_second_and_the_liar_alone() -> None:
    merge = Merge(ANN, named)
    merge.take(BEN, batch(Record(Noted(text="a", t=1.0, id=ben(1), cause=2 << 40 | 1))), 0, 1.0, own())
    ring = Record(Noted(text="b", t=1.0, id=2 << 40 | 1, cause=ben(1)))
    merge.take(2, batch(ring), 0, 1.0, own())
    assert events_of(merge, 1.5) == []
    trace = Trace()
    into(trace, merge, 2.5)
    told = [(event.text, event.cause) for event in trace[:] if isinstance(event, Noted)]
    assert told == [("Ben: a", 0), ("Cleo: b", 1)]
    lies = [
        note(1, 2.5),  # a number for the second time
        note(9, 2.5, seat=2),  # another's number
        Record(Stored(node=2, op=0, nid=b"n", store="L", t=2.5, id=ben(3))),  # what another holds
        Record(Peered(node=BEN, peers=(77,), latency=(0.1,), t=2.5, id=ben(4))),  # with somebody who is no member
        Row(2.5, 2.6, ben(5), 0, 0, 80, 2, BEN, 3, 0, 0),  # sent by another
        Arrival(ben(1), 2.5),
    ]
    merge.take(BEN, batch(*lies), 0, 2.5, own())
    into(trace, merge, 4.0)
    said = Blurred(node=BEN, refused=len(lies), t=trace[-1].t, id=len(trace))
    assert [type(event) for event in trace[:]] == [Noted, Noted, Joined, Attached, Blurred]
    assert trace[-1] == said


@given(st.lists(st.integers(0, 2**63 - 1), max_size=200), st.floats(-1e12, 1e12))
def test_a_member_that_never_stops_costs_so_much_and_no_more(numbers: list[int], t: float) -> None:
    limits = Limits(observed_per_second=100.0, observed_burst=150.0)
    merge = Merge(ANN, named, limits)
    items: list[Item] = [Arrival(number, t) for number in numbers]
    items += [Row(t, t, ben(n), number, number, 80, BEN, ANN, 3, 0, 0) for n, number in enumerate(numbers, 1)]
    for _ in range(3):
        merge.take(BEN, batch(*items), 0, 1.0, own())
    assert merge.waiting <= 152
    out = merge.ready(3.0)
    assert sum(isinstance(event, tuple) for event in out) <= 150
    left = [event.left_out + event.refused for event in out if isinstance(event, Blurred)]
    assert not numbers or sum(left) <= 6 * len(numbers)
