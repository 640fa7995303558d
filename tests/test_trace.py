"""The trace: one stream kept in two places, read back in order, by index, by time and by what is in flight."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.events import Event, Noted, Sent
from p4lab.trace import BLOCK, CHUNK, ROW, Tally, Trace, Writer
from tests.streams import Run, cut, runs


def mixed(steps: list[tuple[float, float | None]]) -> tuple[Trace, list[Event]]:
    """A trace and, apart from it, the Events it should hold. A step: time since the last, flight time or a note."""
    trace, events, t = Trace(), list[Event](), 0.0
    for gap, flight in steps:
        t += gap
        number = len(events) + 1
        if flight is None:
            event: Event = Noted(text=f"note {number}")
            assert trace.emit(event, t, number - 1) == number
            events.append(Noted(text=f"note {number}", t=t, id=number, cause=number - 1))
        else:
            assert trace.sent(t, t + flight, number - 1, 7, 80 + number, 1, 2, 4, 0, number % 2) == number
            events.append(
                Sent(
                    src=1, dst=2, code=4, op=7, size=80 + number, due=t + flight, lost=number % 2 == 1,
                    t=t, id=number, cause=number - 1,
                )
            )  # fmt: skip
    return trace, events


gaps = st.sampled_from((0.0, 0.0, 0.25, 1.0))
steps = st.lists(st.tuples(gaps, st.one_of(st.none(), st.sampled_from((0.0, 0.25, 1.5, 6.0)))), max_size=60)


@given(steps, st.data())
def test_the_stream_reads_back_as_it_was_written(steps: list[tuple[float, float | None]], data: st.DataObject) -> None:
    trace, events = mixed(steps)
    assert len(trace) == len(events)
    assert [trace[i] for i in range(len(trace))] == events
    assert [event for part in data.draw(cut(trace)) for event in part] == events
    start, stop = data.draw(st.integers(0, len(events))), data.draw(st.integers(0, len(events)))
    part = trace[start:stop]
    assert list(part) == events[start:stop]
    assert len(part) == len(events[start:stop])
    assert [trace.time_of(i) for i in range(len(trace))] == [event.t for event in events]


@given(st.lists(st.lists(st.sampled_from(("sent", "all", "note")), max_size=6), max_size=8))
def test_what_a_writer_hands_on_in_batches_is_the_stream(batches: list[list[str]]) -> None:
    at_once, writer, behind = Trace(), Writer(), Trace()
    for t, batch in enumerate(batches):
        for kind in batch:
            ids = []
            for stream in (at_once, writer):
                if kind == "sent":
                    ids.append(stream.sent(t, t + 0.5, 0, 1, 2, 3, 4, 5, 6, 0))
                elif kind == "all":
                    ids.append(stream.sent_all(t, [t + 1.0, t + 2.0], 0, 1, 2, 3, (4, 5), 6, 7))
                else:
                    ids.append(stream.emit(Noted(text="x"), t, 0))
            assert ids[0] == ids[1]
        if (made := writer.take()) is not None:
            behind.append(made)
        assert writer.take() is None
        assert len(behind) == len(writer) == len(at_once)
    assert behind.digest() == at_once.digest()
    assert list(behind[:]) == list(at_once[:])


def test_a_batch_may_be_longer_than_a_chunk() -> None:
    writer, trace = Writer(), Trace()
    for number in range(CHUNK + CHUNK // 2):
        writer.sent(number, number + 1.5, 0, 1, 2, 3, 4, 5, 6, 0)
        if number == 10 and (made := writer.take()) is not None:
            trace.append(made)
    made = writer.take()
    assert made is not None
    trace.append(made)
    assert trace.messages == CHUNK + CHUNK // 2
    assert trace.rows()["t"].tolist() == list(range(CHUNK + CHUNK // 2))
    assert trace.in_flight(CHUNK + 3.0)["id"].tolist() == [CHUNK + 3, CHUNK + 4]


@given(steps)
def test_time_finds_its_place_among_equal_times(steps: list[tuple[float, float | None]]) -> None:
    trace, events = mixed(steps)
    for t in {-1.0, 0.125, *(event.t for event in events)}:
        assert trace.index_at(t) == sum(event.t <= t for event in events)
        assert trace.rows_at(t) == sum(event.t <= t for event in events if isinstance(event, Sent))


@given(steps)
def test_in_flight_against_brute_force(steps: list[tuple[float, float | None]]) -> None:
    trace, events = mixed(steps)
    for t in {0.125, *(event.t for event in events)}:
        flying = [event.id for event in events if isinstance(event, Sent) and event.t <= t < event.due]
        assert trace.in_flight(t)["id"].tolist() == flying


def long_trace(rows: int) -> Trace:
    """A note every 1,000 messages; times rise every 100; every 5,000th message flies for long."""
    trace = Trace()
    for i in range(rows):
        t = i // 100 * 0.01
        if i % 1000 == 0:
            trace.emit(Noted(text=str(i)), t, 0)
        trace.sent(t, t + (1000.0 if i % 5000 == 0 else 0.005), 0, i % 9, i % 500, i % 7, i % 5, 4, 0, 0)
    return trace


def test_slices_and_times_across_chunks() -> None:
    rows = CHUNK + BLOCK + 123
    trace = long_trace(rows)
    whole = trace.rows()
    assert (len(whole), whole.dtype, trace.messages, len(trace)) == (rows, ROW, rows, rows + rows // 1000 + 1)
    assert np.array_equal(whole["size"], np.arange(rows) % 500)
    assert np.array_equal(trace.rows(CHUNK - 3, CHUNK + 3), whole[CHUNK - 3 : CHUNK + 3])
    edge = int(whole["id"][CHUNK - 1])
    assert [event.id for event in trace[edge - 5 : edge + 5]] == list(range(edge - 4, edge + 6))
    for t in (0.0, 3.0, 6.55, 6.56, float(whole["t"][CHUNK]), 99.0):
        assert trace.rows_at(t) == int(np.sum(whole["t"] <= t))
        flying = whole[(whole["t"] <= t) & (t < whole["due"])]
        assert np.array_equal(trace.in_flight(t), flying)


def test_a_run_of_equal_times_may_cross_a_chunk() -> None:
    trace = Trace()
    for _ in range(CHUNK + 10):
        trace.sent(1.0, 2.0, 0, 0, 1, 0, 1, 4, 0, 0)
    trace.sent(2.0, 3.0, 0, 0, 1, 0, 1, 4, 0, 0)
    assert [trace.rows_at(t) for t in (0.9, 1.0, 2.0)] == [0, CHUNK + 10, CHUNK + 11]
    assert len(trace.in_flight(1.0)) == CHUNK + 10


def test_in_flight_while_the_trace_grows() -> None:
    """The index of blocks is made as needed: an early question must not spoil a later one."""
    trace = Trace()
    for i in range(3 * BLOCK):
        trace.sent(float(i), i + 1.5, 0, 0, 1, 0, 1, 4, 0, 0)
        if i in (10, BLOCK, 2 * BLOCK + 5):
            assert trace.in_flight(float(i))["t"].tolist() == [float(i - 1), float(i)]
    assert trace.in_flight(100.0)["t"].tolist() == [99.0, 100.0]


def test_the_digest_covers_every_field_of_every_event() -> None:
    def digest(**changes: object) -> str:
        trace = Trace()
        given = {
            "t": 1.0,
            "due": 2.0,
            "cause": 1,
            "op": 1,
            "size": 9,
            "src": 1,
            "dst": 2,
            "code": 4,
            "status": 0,
            "fate": 0,
        }
        trace.emit(Noted(text=str(changes.pop("text", "a"))), 0.0, 0)
        trace.sent(**{"fate": 0, **given, **changes})
        return trace.digest()

    fields = [{"t": 0.5}, {"due": 3.0}, {"cause": 0}, {"op": 2}, {"size": 8}, {"src": 3}, {"dst": 3}, {"code": 5}]
    others = [digest(**change) for change in [*fields, {"status": 1}, {"fate": 1}, {"text": "b"}]]
    assert digest() == digest()
    assert len({digest(), *others}) == 12


def test_the_digest_is_a_plain_sha256_of_rows_and_records() -> None:
    trace = long_trace(CHUNK + 7)
    expected = hashlib.sha256(trace.rows().tobytes())
    for record in trace.slice(0, len(trace)).records:
        expected.update(msgspec.json.encode(record))
    assert trace.digest() == expected.hexdigest()


def test_a_trace_is_read_forwards() -> None:
    trace, _ = mixed([(1.0, None)])
    with pytest.raises(ValueError, match="forwards"):
        trace[::2]
    with pytest.raises(IndexError):
        trace[1]
    assert (list(Trace()[0:5]), Trace().index_at(9.0), len(Trace().in_flight(0.0))) == ([], 0, 0)


@given(runs())
def test_a_tally_counts_what_a_trace_keeps(run: Run) -> None:
    tally = Tally()
    for event in run.trace.slice(0, len(run.trace)):
        if isinstance(event, Sent):
            given = (event.t, event.due, event.cause, event.op, event.size, event.src, event.dst, event.code, 0, 0)
            assert tally.sent(*given) == event.id
        else:
            assert tally.emit(msgspec.structs.replace(event), event.t, event.cause) == event.id
    assert (len(tally), tally.messages) == (len(run.trace), run.trace.messages)
