"""Whoever watches is told all that happens and what is held, within a bound, and how much was left out."""

import tracemalloc

from p4lab.core.events import Event, Joined, Noted, Stored
from p4lab.live import seen
from p4lab.live.limits import Limits
from p4lab.live.seen import Arrival, Batch, Item, Now, Record, Row
from p4lab.live.stream import Stream, Watcher

ME = 3
FIRST = ME << 40


class Clock:
    """The host's."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def told(watcher: Watcher) -> tuple[list[Item], list[int]]:
    """All that there is to tell, and what was left out before which batch."""
    items: list[Item] = []
    gaps = []
    while (data := watcher.take()) is not None:
        assert len(data[0]) < 16_000
        items += seen.heard(data[0]).items
        gaps.append(data[1])
    return items, gaps


def test_what_happens_is_told_in_order_with_numbers_of_its_own() -> None:
    stream = Stream(ME, Clock())
    assert stream.emit(Noted(text="nobody hears"), 0.5, 0) == FIRST + 1
    watcher = stream.watch()
    assert stream.sent(1.0, 1.01, FIRST + 1, 7, 80, ME, 4, 3, 0, 0) == FIRST + 2
    assert stream.sent_all(1.5, [1.6, 1.7], FIRST + 2, 7, 90, ME, (5, 6), 4, 1) == FIRST + 3
    stream.arrived(5 << 40 | 9, 2.0)
    assert stream.emit(Noted(text="a\nb"), 3.0, 5 << 40 | 9) == FIRST + 5
    assert told(watcher) == (
        [
            Now(True, 0.0),
            Now(False, 0.0),
            Row(1.0, 1.01, FIRST + 2, FIRST + 1, 7, 80, ME, 4, 3, 0, 0),
            Row(1.5, 1.6, FIRST + 3, FIRST + 2, 7, 90, ME, 5, 4, 1, 0),
            Row(1.5, 1.7, FIRST + 4, FIRST + 2, 7, 90, ME, 6, 4, 1, 0),
            Arrival(5 << 40 | 9, 2.0),
            Record(Noted(text="a\ufffdb", t=3.0, id=FIRST + 5, cause=5 << 40 | 9)),
        ],
        [0],
    )
    assert seen.heard(watcher.idle()) == Batch(1, 0.0, [])
    stream.unwatch(watcher)
    stream.emit(Noted(text="no more"), 4.0, 0)
    assert watcher.take() is None
    assert stream.count == 7


def test_a_watcher_that_comes_late_is_told_what_is_held() -> None:
    clock = Clock()
    copies = [Stored(node=ME, op=1, nid=bytes([i]) * 32, store="L", t=0.1, id=FIRST + 40 + i) for i in range(200)]
    stream = Stream(ME, clock, 1000, lambda: [Joined(node=ME, name="Ann"), *copies])
    clock.now = 60.0
    watcher = stream.watch()
    stream.emit(Noted(text="then"), 60.0, 0)
    held: list[Event] = [Joined(node=ME, name="Ann", t=60.0, id=FIRST + 1000), *copies]
    then = Noted(text="then", t=60.0, id=FIRST + 1001)
    assert told(watcher)[0] == [Now(True, 60.0, 200), *map(Record, held), Now(False, 60.0), Record(then)]


def test_a_million_events_take_no_more_room_than_the_bound_and_are_told_as_left_out() -> None:
    clock = Clock()
    stream = Stream(ME, clock, limits=Limits(observed_bytes=100_000))
    watcher = stream.watch()
    tracemalloc.start()
    for number in range(50_000):
        stream.sent(1.0, 1.0, 0, number, 80, ME, 4, 3, 0, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000
    assert watcher.waiting <= 100_000
    clock.now = 6.0
    items, gaps = told(watcher)
    rows = [item for item in items if isinstance(item, Row)]
    assert [row.op for row in rows] == list(range(len(rows)))
    assert (len(rows) + sum(gaps), gaps[-1]) == (50_000, 0)
    assert items[-2:] == [Now(True, 6.0), Now(False, 6.0)]  # how things are now, since not all that led to it was told


def test_what_is_too_large_is_cut_or_left_out() -> None:
    stream = Stream(ME, Clock())
    watcher = stream.watch()
    stream.emit(Noted(text="x" * 30_000), 0.0, 0)
    items, _ = told(watcher)
    assert items[-1] == Record(Noted(text="x" * 200 + "…", id=FIRST + 1))
