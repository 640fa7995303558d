"""What is told comes out as it went in; what nobody may say is refused, and nonsense ends in one of BAD."""

from contextlib import suppress
from math import inf, nan

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p4lab.core.events import (
    Attached,
    Blurred,
    Crashed,
    Event,
    GetFinished,
    GetStarted,
    Housed,
    Joined,
    LinkChanged,
    Lost,
    Noted,
    Peered,
    Stored,
    Unpeered,
)
from p4lab.live import seen
from p4lab.live.frames import BAD
from p4lab.live.seen import CUSTOMERS, Arrival, Batch, Item, Now, Record, Row

ME, OTHER = 3, 4
MINE, THEIRS = ME << 40 | 7, OTHER << 40 | 7
ROW = Row(1.0, 1.1, MINE, 0, 5, 80, ME, OTHER, 3, 0, 0)
GOT = GetFinished(
    node=ME, op=MINE, nid=b"n" * 32, outcome="OK", source="remote", latency=0.1, values=("a", "b"), silent=(1,),
    copy=THEIRS, t=2.0, id=MINE, cause=THEIRS,
)  # fmt: skip
ITEMS: list[Item] = [
    ROW,
    Row(1.0, inf, MINE, 0, 5, 80, ME, OTHER, 3, 0, 1),
    Arrival(THEIRS, 1.5),
    Now(True, 1.0, 2),
    Record(GOT),
]


def test_what_is_told_is_heard() -> None:
    assert seen.heard(seen.batch(9, 12.5, list(map(seen.told, ITEMS)))) == Batch(9, 12.5, ITEMS)


SAYS: list[tuple[Item, bool]] = [
    (ROW, True),
    (msgspec.structs.replace(ROW, src=OTHER), False),
    (msgspec.structs.replace(ROW, id=THEIRS), False),
    (msgspec.structs.replace(ROW, dst=CUSTOMERS + OTHER), False),
    (msgspec.structs.replace(ROW, dst=CUSTOMERS + ME), True),
    (Arrival(THEIRS, 1.0), True),
    (Arrival(MINE, 1.0), False),
    (Record(GOT), True),
    (Record(msgspec.structs.replace(GOT, op=THEIRS)), False),
    (Record(GetStarted(node=OTHER, op=MINE, nid=b"", kind="", key="", owner="", workload="")), False),
    (Record(Stored(node=ME, op=THEIRS, nid=b"", store="R")), True),
    (Record(Stored(node=OTHER, op=MINE, nid=b"", store="R")), False),
    (Record(Joined(node=ME, name="Ann")), True),
    (Record(Joined(node=ME, name="Ann", parent=OTHER)), False),
    (Record(Attached(node=CUSTOMERS + ME, provider=ME)), True),
    (Record(Attached(node=OTHER, provider=ME)), False),
    (Record(Peered(node=ME, peers=(OTHER,), latency=(0.01,))), True),
    (Record(Peered(node=OTHER, peers=(ME,), latency=(0.01,))), False),
    (Record(Unpeered(node=OTHER, peer=ME)), True),
    (Record(LinkChanged(a=OTHER, b=9, latency=0.0)), False),
    (Record(LinkChanged(a=ME, b=9, latency=0.0)), True),
    (Record(Lost(message=MINE, dst=OTHER, src=ME)), True),
    (Record(Lost(message=MINE, dst=9, src=OTHER)), False),
    (Record(Noted(text="hello")), True),
    (Record(Crashed(node=ME)), False),
    (Record(Housed(node=ME, name="x", at=ME)), False),
    (Record(Blurred(node=ME)), False),
]


@pytest.mark.parametrize(("item", "may"), SAYS)
def test_a_member_speaks_for_itself_alone(item: Item, may: bool) -> None:
    assert seen.speaks(item, ME) is may


NONSENSE: list[Event] = [
    Noted(text="x", t=nan),
    Noted(text="x", t=inf),
    Stored(node=ME, op=-1, nid=b"", store="L"),
    Stored(node=70_000, op=1, nid=b"", store="L"),
    Stored(node=ME, op=1, nid=b"x" * 65, store="L"),
    Stored(node=ME, op=1, nid=b"", store="L", until=nan),
    Stored(node=ME, op=2**63, nid=b"", store="L"),
    Stored(node=ME, op=1, nid=b"", store="L", spelt=("secret", "k", "", "")),
    Noted(text="x" * 8_193),
    Peered(node=ME, peers=tuple(range(257)), latency=()),
]


@pytest.mark.parametrize("event", NONSENSE)
def test_nonsense_is_not_heard(event: Event) -> None:
    data = msgspec.msgpack.encode(Record(event))  # type: ignore[arg-type]  # each is one of AnyEvent
    with pytest.raises(ValueError, match=r"."):
        seen.heard(seen.batch(1, 0.0, [data]))


def test_a_row_is_not_due_before_it_was_sent() -> None:
    for due in (0.5, nan):
        with pytest.raises(ValueError, match="due"):
            seen.heard(seen.batch(1, 0.0, [seen.told(msgspec.structs.replace(ROW, due=due))]))


GOOD = seen.batch(9, 12.5, list(map(seen.told, ITEMS)))


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(GOOD)))
def test_whatever_comes_raises_nothing_else(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place] = byte
    with suppress(BAD):
        seen.heard(bytes(data[: length or None]))
