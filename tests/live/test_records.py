"""Frames as records: all of them come out again, in few records, wherever the network cuts; nothing else is taken."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import CryptoError

from p4lab.live.limits import FRAME, TAG, Limits
from p4lab.live.noise import Cipher
from p4lab.live.records import RECORD, Incoming, Outgoing

KEY = b"k" * 32


def taken(incoming: Incoming) -> list[bytes]:
    """The frames of all records that have come."""
    frames: list[bytes] = []
    while record := incoming.open():
        while record:
            end = 2 + int.from_bytes(record[:2], "big")
            frames.append(record[2:end])
            record = record[end:]
    return frames


@given(st.lists(st.lists(st.binary(min_size=1, max_size=9_000), min_size=1, max_size=8), max_size=5), st.data())
def test_every_frame_comes_out_wherever_the_network_cuts(turns: list[list[bytes]], data: st.DataObject) -> None:
    out = Outgoing(Cipher(KEY), Limits(rekey_messages=3), lambda: 0.0)
    sent = b""
    for turn in turns:
        for frame in turn:
            out.add(frame)
        assert out.size == sum(map(len, turn))
        sent += out.records()
        assert out.size == 0
    incoming, frames = Incoming(Cipher(KEY), b""), list[bytes]()
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        incoming.add(sent[:size])
        frames += taken(incoming)
        sent = sent[size:]
    assert (frames, bool(incoming)) == ([frame for turn in turns for frame in turn], False)


def test_as_many_frames_share_a_record_as_fit_and_the_longest_fits() -> None:
    out = Outgoing(Cipher(KEY), Limits(), lambda: 0.0)
    for size in (FRAME, 1, FRAME - 3, 8_000, 8_000, 400):
        out.add(bytes(size))
    records, sizes = out.records(), list[int]()
    while records:
        sizes.append(int.from_bytes(records[:4], "big") - TAG)
        records = records[4 + sizes[-1] + TAG :]
    assert sizes == [RECORD, 3 + FRAME - 1, 16_004, 402]


def test_what_cannot_be_a_record_is_said_and_what_has_not_come_is_awaited() -> None:
    incoming = Incoming(Cipher(KEY), b"\0")
    assert (incoming.open(), bool(incoming)) == (b"", True)
    incoming.add((RECORD + TAG + 1).to_bytes(4, "big")[1:])
    with pytest.raises(ValueError, match="more at once"):
        incoming.open()
    incoming.clear()
    incoming.add(bytes(4))
    with pytest.raises(ValueError, match="changed on the way"):
        incoming.open()
    head = TAG.to_bytes(4, "big")
    with pytest.raises(ValueError, match="sent nothing"):
        Incoming(Cipher(KEY), head + Cipher(KEY).encrypt(b"", head)).open()


def test_who_says_little_has_a_new_key_too() -> None:
    now = 0.0
    limits = msgspec.structs.replace(Limits(), rekey_after=10.0)
    out = Outgoing(Cipher(KEY), limits, lambda: now)
    old, sent = Cipher(KEY), list[bytes]()
    for now in (10.0, 10.1, 10.2):
        out.age(now)
        out.add(b"x")
        sent.append(out.records())
    assert [record[0] >> 7 for record in sent] == [0, 1, 0]
    assert [old.decrypt(record[4:], record[:4]) for record in sent[:2]] == [b"\0\1x"] * 2
    with pytest.raises(CryptoError):
        old.decrypt(sent[2][4:], sent[2][:4])
