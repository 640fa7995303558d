"""Frames are read strictly: what is not exactly one of them raises what is declared, whatever the bytes are."""

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from p4lab.live.frames import (
    BAD,
    AnyFrame,
    Carried,
    Echo,
    Join,
    Member,
    Outlawed,
    Ping,
    Relay,
    Said,
    Seated,
    decode,
    decode_join,
    encode,
)
from p4lab.live.limits import FRAME

pack = msgspec.msgpack.encode
MEMBER = Member(3, b"i" * 16, "Ann", ("10.0.0.7:4040",), True, "here")
FRAMES: list[AnyFrame] = [
    Outlawed(3, (b"i" * 16,), b"s" * 64),
    Ping(1.5),
    Said("hello"),
    Carried(2**63 - 1, b"m" * 100),
    Seated((MEMBER,)),
    Relay(1, 2, b"x"),
]


@pytest.mark.parametrize("frame", FRAMES)
def test_frames_survive(frame: AnyFrame) -> None:
    assert decode(encode(frame)) == frame


def test_the_longest_frame() -> None:
    room = FRAME - len(encode(Carried(1, b"")))
    longest = Carried(1, b"x" * (room - 1))  # its length takes a byte more
    assert (len(encode(longest)), decode(encode(longest))) == (FRAME, longest)
    with pytest.raises(ValueError, match="has 16385"):
        encode(Carried(1, b"x" * room))
    with pytest.raises(ValueError, match="longer than a frame"):
        decode(encode(longest) + b"\0")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pack([]),
        pack([99]),  # no such frame
        pack(["1", 1.5]),
        pack([1]),  # a field is missing
        pack([1, 1.5, 1]),  # one too many
        pack([1, "1.5"]),
        pack([1, True]),
        pack([1, float("nan")]),
        pack([1, float("inf")]),
        pack([1, 2e12]),
        pack({"type": 1, "at": 1.5}),
        pack([1, 1.5]) + b"\0",  # something follows
        pack([1, 1.5])[:-1],
        pack([15, "x" * 501]),
        pack([15, 5]),
        pack([15, b"x"]),
        bytes([0x92, 15, 0xA1, 0xFF]),  # not UTF-8
        pack([8, -1, b""]),
        pack([8, 2**63, b""]),
        pack([8, True, b""]),
        pack([14, [[3, b"i" * 15, "Ann"]]]),
        pack([14, [[40_000, b"i" * 16, "Ann"]]]),
        pack([14, [[3, b"i" * 16, ""]]]),
        pack([14, [[3, b"i" * 16, "Ann"]] * 65]),
        pack([14, [[3, b"i" * 16, "Ann", ["a:1"] * 17]]]),
        bytes([0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),  # an array of 2^32 - 1
        bytes([0x92, 15, 0xDB, 0xFF, 0xFF, 0xFF, 0xFF]),  # a text of 4 GiB
        b"\x91" * 16_000,  # nested that deep
        bytes([0xD4, 1, 2]),  # a type of one's own
    ],
)
def test_what_is_no_frame(data: bytes) -> None:
    with pytest.raises(BAD):
        decode(data)


@settings(max_examples=200)
@given(
    st.sampled_from(FRAMES),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    st.integers(0, 9),
)
@example(Said("hello"), [(3, 0xFF)], 0)
def test_changed_frames_raise_nothing_undeclared(frame: AnyFrame, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(encode(frame))
    for place, byte in changes:
        data[place % len(data)] = byte
    try:
        read = decode(bytes(data[: len(data) - cut]))
    except BAD:
        return
    assert decode(encode(read)) == read


@given(st.binary(max_size=300))
def test_a_guest_may_send_a_join_and_nothing_else(data: bytes) -> None:
    assert decode_join(encode(Join("ABCD", "Ann"))) == Join("ABCD", "Ann")
    for other in (
        data,
        encode(Echo(1)),
        encode(Ping(1.0)),
        pack([5, "ABCD", "Ann", 1]),
        pack([5, "ABCD", ""]),
        b"\x05" * 257,
    ):
        with pytest.raises(BAD):
            decode_join(other)
