"""Packed records: read back, in every way, as a plain list of the same Events is."""

from __future__ import annotations

import types
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab import packed
from p4lab.core.events import AnyEvent, Event, GetFinished, Sent
from p4lab.packed import Packed
from p4lab.trace import Trace
from tests.streams import Run, cut, runs

PLAIN: dict[object, st.SearchStrategy[object]] = {
    int: st.integers(0, 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: st.text(max_size=9),
    bytes: st.binary(max_size=9),
    type(None): st.none(),
}


def value(hint: object) -> st.SearchStrategy[object]:
    """Whatever a field may hold."""
    if isinstance(hint, types.UnionType):
        return st.one_of(*map(value, typing.get_args(hint)))
    if typing.get_origin(hint) is tuple:
        inside = typing.get_args(hint)
        if inside[-1] is not ...:
            return st.tuples(*map(value, inside))
        return st.lists(value(inside[0]), max_size=3).map(tuple)
    return PLAIN[hint]


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any Event at all."""
    kind = draw(st.sampled_from(typing.get_args(AnyEvent)))
    made: Event = kind(**{field.name: draw(value(field.type)) for field in msgspec.structs.fields(kind)})
    return made


def small(patch: pytest.MonkeyPatch, block: int, fresh: int, read: int) -> None:
    """So that few Events are many blocks."""
    for name, number in (("BLOCK", block), ("FRESH", fresh), ("READ", read)):
        patch.setattr(packed, name, number)


sizes = st.tuples(st.integers(1, 5), st.integers(0, 6), st.integers(1, 3))


@given(st.lists(st.lists(events(), max_size=4), max_size=5), sizes, st.data())
def test_what_is_packed_reads_as_a_list(
    parts: list[list[Event]], size: tuple[int, int, int], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        small(patch, *size)
        kept, plain = Packed(), list[Event]()
        for part in parts:
            if len(part) == 1:
                kept.append(part[0])
            else:
                kept.extend(part)
            plain += part
            start, stop = data.draw(st.integers(0, len(plain))), data.draw(st.integers(0, len(plain)))
            assert kept.slice(start, stop) == plain[start:stop]
        assert len(kept) == len(plain)
        assert list(kept) == plain
        order = data.draw(st.permutations(range(len(plain))))
        assert [kept[place] for place in order] == [plain[place] for place in order]
        assert [msgspec.json.encode(event) for event in kept] == [msgspec.json.encode(event) for event in plain]


@given(runs(), sizes, st.data())
def test_a_trace_reads_the_same_however_much_is_packed(
    run: Run, size: tuple[int, int, int], data: st.DataObject
) -> None:
    plain, written = run.trace, list(run.trace[:])
    with pytest.MonkeyPatch.context() as patch:
        small(patch, *size)
        trace = Trace()
        for start in range(0, len(plain), 7):
            some = plain[start : start + 7]
            trace.extend({name: some.rows[name] for name in some.rows.dtype.names or ()}, some.records)
        assert [trace[i] for i in range(len(trace))] == written
        assert [event for part in data.draw(cut(trace)) for event in part] == written
        assert [trace.time_of(i) for i in range(len(trace))] == [event.t for event in written]
        kept = [event for event in written if not isinstance(event, Sent)]
        for number in range(len(written) + 1):
            assert trace.caused(number) == [event.id for event in kept if event.cause == number]
        for t in {event.t for event in written}:
            assert (trace.index_at(t), trace.rows_at(t)) == (plain.index_at(t), plain.rows_at(t))
            assert trace.in_flight(t).tolist() == plain.in_flight(t).tolist()
        assert trace.digest() == plain.digest()


def test_answers_to_gets_are_packed_to_less_than_a_tenth() -> None:
    """As objects they have 440 bytes: 16 fields, and what these hold."""
    kept = Packed()
    for number in range(packed.FRESH + 64 * packed.BLOCK):
        kept.append(
            GetFinished(
                node=number % 50, op=number, nid=bytes([number % 97]) * 32, outcome="OK", source="replica",
                latency=0.001 + number % 1_000 * 1e-6, seq=number // 9_000, digest=f"{number // 9_000:064x}",
                values=(f"v{number // 9_000}",), copy=number // 3, t=number * 0.0005, id=2 * number,
                cause=2 * number - 1,
            )
        )  # fmt: skip
    assert len(kept) == packed.FRESH + 64 * packed.BLOCK
    assert 0 < kept.nbytes < 44 * 64 * packed.BLOCK
