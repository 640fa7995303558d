"""What is kept comes back as it was; a clock set back prolongs nothing; a changed bit is noticed."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.floors import Floor
from p4lab.core.leaving import Departure
from p4lab.core.stores import Copy, Mark
from p4lab.live.rows import DamagedError, Row, Times, pack, promises, sound, unpack
from tests.live.drawn import COUNTS, ENTRIES, NIDS, ROWS

THEN = Times(100.0, 1_000_000.0)  # half the bits of a float are free for the sum


@settings(max_examples=200)
@given(ROWS)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    store, nid, entry, what = row
    assert unpack(7, store, nid, entry, pack(7, row, THEN), THEN) == what


@given(NIDS, st.floats(0.0, 1e6), st.integers(-1000, 1000))
def test_lifetimes_go_on_by_the_wall_clock_and_never_grow(nid: bytes, left: float, passed: int) -> None:
    row: Row = ("F", nid, b"", Floor((1, b"h"), THEN.now + left))
    later = Times(3.0, THEN.now + THEN.shift + passed - 3.0)  # the host has begun anew
    floor = unpack(7, "F", nid, b"", pack(7, row, THEN), later)
    assert isinstance(floor, Floor)
    assert floor.until - later.now == pytest.approx(min(left, left - passed), abs=1e-6)


@settings(max_examples=100)
@given(ROWS, st.data())
def test_a_changed_bit_is_noticed(row: Row, data: st.DataObject) -> None:
    store, nid, entry, _ = row
    packed = bytearray(pack(7, row, THEN))
    at = data.draw(st.integers(0, 8 * len(packed) - 1))
    packed[at // 8] ^= 1 << at % 8
    assert not sound(7, store, nid, entry, bytes(packed))
    with pytest.raises(DamagedError):
        unpack(7, store, nid, entry, bytes(packed), THEN)


@given(ROWS, COUNTS, NIDS, ENTRIES)
def test_a_row_in_another_place_is_not_taken(row: Row, node: int, nid: bytes, entry: bytes) -> None:
    packed = pack(7, row, THEN)
    place = (node, row[0], nid, entry)
    assert sound(*place, packed) is (place == (7, *row[:3]))
    assert not sound(7, *row[:3], packed[:-1])
    assert not sound(7, *row[:3], b"")


def test_only_floors_promise_nothing() -> None:
    floor: Row = ("F", b"n", b"", Floor((1, b"h"), inf))
    gone: Row = ("L", b"n", b"", None)
    assert [promises(rows) for rows in ((floor,), (gone,), (floor, gone), ())] == [False, True, True, False]


def test_what_nobody_knows_is_not_kept() -> None:
    with pytest.raises(TypeError, match="keep a dict"):
        pack(7, ("L", b"n", b"", {}), THEN)


def test_the_kinds_of_rows_are_all_drawn() -> None:
    """Else the round trip above would say nothing of one of them."""
    found: set[type] = set()

    @settings(max_examples=100, database=None)
    @given(ROWS)
    def look(row: Row) -> None:
        found.add(type(row[3]))

    look()
    assert found == {Copy, Mark, Floor, Departure}
