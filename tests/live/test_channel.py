"""A channel delivers what was sent, once and in order, or it ends and says why."""

import asyncio
import contextlib
import logging

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.live.channel import MUCH, Channel, ChannelClosed, shown
from p4lab.live.frames import Bye, Carried, Echo, Frame, Join, Ping, Pong, Said, encode
from p4lab.live.limits import FRAME, TAG, Limits
from p4lab.live.noise import Cipher
from p4lab.live.records import RECORD
from tests.live.people import FREE, KEYS, Wire, channels, end, run, until_closed, wires

REPLACE = msgspec.structs.replace
LONGEST = Carried(1, b"x" * (FRAME - 6))
TALK: list[Frame] = [Said("one"), Echo(2), Said("three")]


def record(plain: bytes, nonce: int = 0, rekey: bool = False) -> bytes:
    """A record as the first end of a channel would send it, if it sent such things."""
    cipher = Cipher(KEYS[0])
    for _ in range(nonce):
        cipher.encrypt(b"")
    head = (len(plain) + TAG | (0x8000_0000 if rekey else 0)).to_bytes(4, "big")
    return head + cipher.encrypt(plain, head)


def framed(frame: Frame) -> bytes:
    data = encode(frame)
    return len(data).to_bytes(2, "big") + data


async def recording(frames: list[Frame], limits: Limits = FREE) -> list[bytes]:
    """What the first end writes, each frame in a turn of its own."""
    wire = Wire()
    channel = end(wire, True, limits)
    for frame in frames:
        channel.post(frame)
        await asyncio.sleep(0)
    return wire.sent


async def heard(data: bytes, limits: Limits = FREE) -> tuple[list[Frame], str, bool]:
    """What the second end delivers of these bytes, and why it ends."""
    wire = Wire()
    wire.feed(data, end=True)
    got, closed = await until_closed(end(wire, False, limits))
    assert wire.over and wire.sent == []
    return got, closed.why, closed.clean


def test_frames_pass_in_order_and_goodbye_is_said() -> None:
    async def talk() -> None:
        one, two, wire, _ = channels()
        many: list[Frame] = [*TALK, LONGEST, LONGEST, *TALK * 2_000]
        assert [one.post(frame) for frame in many[:3]] == [True] * 3
        assert wire.sent == []
        two.post(Said("and back"))
        assert await one.receive() == Said("and back")
        assert len(wire.sent) == 1  # one write for what was posted in one turn
        assert [one.post(frame) for frame in many[3:]] == [True] * (len(many) - 3)
        assert len(wire.sent) == 3 + sum(len(encode(frame)) for frame in many[5:]) // MUCH  # but much does not wait
        one.close("enough")
        one.close("again")
        got, closed = await until_closed(two)
        assert (got, closed.why, closed.clean) == (many, "enough", True)
        assert (one.post(Said("late")), two.post(Said("late"))) == (False, False)
        assert (await until_closed(one))[1].args == ("enough",)
        with pytest.raises(ValueError, match="at most 16384"):
            channels()[0].post(Carried(1, b"x" * FRAME))

    run(talk())


def test_no_byte_can_be_changed_on_the_way() -> None:
    async def talk() -> None:
        records = await recording([*TALK, Bye("bye")])
        data, at = b"".join(records), 0
        assert await heard(data) == (TALK, "bye", True)
        for number, each in enumerate(records):
            for place in range(at, at + len(each)):
                for bit in (1, 0x80):
                    changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
                    got, why, clean = await heard(changed)
                    assert (got, clean) == (TALK[:number], False)
                    assert why in (
                        "sent what was changed on the way",
                        "sent more at once than a record may hold",
                        "the connection was cut",
                    )
            at += len(each)

    run(talk())


def test_a_cut_is_no_goodbye() -> None:
    async def talk() -> None:
        records = await recording([*TALK, Bye("bye")])
        data = b"".join(records)
        whole = [len(b"".join(records[: n + 1])) for n in range(3)]
        for place in range(len(data)):
            got, why, clean = await heard(data[:place])
            assert (got, why, clean) == (TALK[: sum(place >= n for n in whole)], "the connection was cut", False)

    run(talk())


def test_nothing_is_taken_twice_out_of_order_or_back() -> None:
    async def talk() -> None:
        first, second, third = await recording(TALK)
        changed = "sent what was changed on the way"
        assert await heard(first + first + second) == (TALK[:1], changed, False)
        assert await heard(second + first) == ([], changed, False)
        assert await heard(first + third) == (TALK[:1], changed, False)
        wire = Wire()
        wire.feed(first, end=True)  # what it sent itself comes back
        assert (await until_closed(end(wire, True)))[1].why == changed

    run(talk())


@settings(max_examples=40)
@given(st.lists(st.integers(1, 60), max_size=30))
def test_where_the_network_cuts_the_bytes_does_not_matter(sizes: list[int]) -> None:
    async def talk() -> None:
        wire, data = Wire(), b"".join(await recording(TALK))
        channel = end(wire, False)
        task = asyncio.get_running_loop().create_task(until_closed(channel))
        for size in sizes:
            wire.feed(data[:size])
            data = data[size:]
            await asyncio.sleep(0)
        wire.feed(data, end=True)
        assert (await task)[0] == TALK

    run(talk())


@settings(max_examples=100)
@given(st.binary(max_size=100))
def test_whatever_a_member_sends_is_a_frame_or_ends_the_channel(plain: bytes) -> None:
    got, why, clean = run(heard(record(plain)))
    assert got or not clean or why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (record(b""), "sent nothing"),
        (record(b"\0"), "sent what is no frame"),
        (record(b"\0\0"), "sent what is no frame"),
        (record(b"\0\5abc"), "sent what is no frame"),
        (record(b"\0\1\xc1"), "sent what is no frame"),
        (record(framed(Said("x"))[:-1] + b"\xff"), "sent what is no frame"),  # not UTF-8
        (b"\x7f\xff\xff\xff", "sent more at once than a record may hold"),  # 2 GiB, with no wait for them
        ((RECORD + TAG + 1).to_bytes(4, "big"), "sent more at once than a record may hold"),
        (b"\0\0\0\0", "sent what was changed on the way"),
        ((TAG - 1).to_bytes(4, "big") + b"x" * TAG, "sent what was changed on the way"),
    ],
)
def test_bad_bytes_end_it_at_once(data: bytes, why: str) -> None:
    async def talk() -> None:
        wire = Wire()
        wire.feed(data)  # and the other end keeps the connection open
        got, closed = await until_closed(end(wire, False))
        assert (got, closed.why, closed.clean, wire.over) == ([], why, False, True)

    run(talk())


def test_a_guest_says_one_join_and_no_more() -> None:
    join = framed(Join("ABCD", "Eve"))

    async def guest(*records: bytes) -> tuple[list[Frame], str]:
        wire = Wire()
        wire.feed(b"".join(records), end=True)
        got, closed = await until_closed(end(wire, False, guest=True, peer=False))
        return got, closed.why

    async def talk() -> None:
        assert await guest(record(join)) == ([Join("ABCD", "Eve")], "the connection was cut")
        assert await guest(record(join), record(join, 1)) == ([Join("ABCD", "Eve")], "sent what is no frame")
        assert await guest(record(join + join)) == ([Join("ABCD", "Eve")], "sent what is no frame")
        for other in (Ping(1.0), Said("hello"), Bye("x"), Carried(1, b"x"), Echo(1)):
            assert await guest(record(framed(other))) == ([], "sent what is no frame")

    run(talk())


def test_who_joins_says_nothing_else_and_hears_the_answer() -> None:
    async def talk() -> None:
        one, two = wires()
        joiner = end(one, True, guest=True)
        authority = end(two, False, guest=True, peer=False)
        authority.begin()
        joiner.post(Join("ABCD", "Eve"))
        assert await authority.receive() == Join("ABCD", "Eve")
        authority.post(Said("welcome"))
        authority.close("done")
        got, closed = await until_closed(joiner)
        assert (got, closed.why, closed.clean, len(one.sent)) == ([Said("welcome")], "done", True, 1)
        one, two = wires()
        joiner = end(one, True, guest=True)
        joiner.close("changed my mind")
        assert (one.over, one.sent) == (True, [])  # not even goodbye

    run(talk())


def test_silence_ends_it_and_heartbeats_do_not() -> None:
    limits = REPLACE(FREE, heartbeat=0.02, idle=0.3)  # longer than a busy machine keeps both ends waiting

    async def talk() -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        alone = end(Wire(), True, limits)
        alone.begin()
        slow = end(Wire(), True, REPLACE(FREE, heartbeat=10.0, idle=0.65))  # pings after 0.2, 0.6 and 1.4 s
        slow.begin()
        one, two, _, _ = channels(limits)
        one.begin()
        two.begin()
        tasks = [asyncio.get_running_loop().create_task(until_closed(each)) for each in (one, two)]
        _, closed = await until_closed(alone)
        assert (closed.why, closed.clean) == ("was silent for 0.3 s", False)
        assert 0.3 <= clock() - began < 5.0
        _, closed = await until_closed(slow)
        assert closed.why == "was silent for 0.65 s"
        assert 0.64 <= clock() - began < 5.0
        assert (one.closed, two.closed) == (None, None)
        one.close("over")
        assert [closed.why for _, closed in await asyncio.gather(*tasks)] == ["over", "over"]

    run(talk())


def test_who_does_not_read_is_let_go_and_who_reads_slowly_is_not() -> None:
    limits = REPLACE(FREE, write_buffer=1_000, drain=0.05, unsent=50_000)

    async def talk() -> None:
        loop, wire = asyncio.get_running_loop(), Wire()
        channel = end(wire, True, limits)
        wire.stuck = 2_000
        channel.post(Said("a"))
        for _ in range(10):  # slow: a byte leaves now and then
            await asyncio.sleep(0.02)
            wire.stuck -= 1
        assert channel.closed is None
        began = loop.time()
        got, closed = await until_closed(channel)
        assert (got, closed.why, closed.clean, wire.over) == ([], "has not read for 0.05 s", False, True)
        assert loop.time() - began < 5.0
        much = end(flooded := Wire(), True, limits)
        flooded.stuck = 50_001
        much.post(Said("a"))
        assert (await until_closed(much))[1].why == "does not read: 50001 bytes wait for it"

    run(talk())


def test_new_keys_after_so_many_messages() -> None:
    async def talk() -> None:
        one, two, wire, _ = channels(REPLACE(FREE, rekey_messages=3))
        numbers: list[Frame] = [Echo(n) for n in range(10)]
        for number in numbers:
            one.post(number)
            two.post(number)
            await asyncio.sleep(0)
        assert [await two.receive() for _ in numbers] == [await one.receive() for _ in numbers] == numbers
        flags = [sent[0] >> 7 for sent in wire.sent]
        assert flags == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0]
        with pytest.raises(Exception, match=r"."):  # the key of the beginning opens nothing any more
            reader = Cipher(KEYS[0])
            for sent in wire.sent[:4]:
                reader.decrypt(sent[4:], sent[:4])
        one.close("x")

    run(talk())


def test_new_keys_after_a_while() -> None:
    limits = REPLACE(FREE, rekey_after=0.03, heartbeat=0.02, idle=1.0)

    async def talk() -> None:
        one, two, wire, _ = channels(limits)
        one.begin()
        task = asyncio.get_running_loop().create_task(until_closed(two))
        await asyncio.sleep(0.4)
        one.post(Said("still understood"))
        one.close("x")
        assert (await task)[0] == [Said("still understood")]
        assert sum(sent[0] >> 7 for sent in wire.sent) >= 2

    run(talk())


def test_the_other_clock() -> None:
    async def talk() -> None:
        now = 100.0
        one, two = wires()
        asker = end(one, True, clock=lambda: now)
        told: list[tuple[float, float]] = [(0.2, 7.0), (0.1, 7.04), (0.3, 6.9)]  # (round trip, what is then measured)
        for trip, offset in told:
            asker.begin()  # asks
            await asyncio.sleep(0)
            asked = now
            now += trip
            await answer(end_of(two), Pong(asked, asked + trip / 2 + offset), asker)
        assert (asker.rtt, asker.offset, asker.uncertainty) == pytest.approx((0.1, 7.04, 0.05))  # of the quickest
        await answer(end_of(two), Pong(5.0, 1e9), asker)  # which nobody asked for
        assert asker.offset == pytest.approx(7.04)
        for _ in range(8):  # the quickest of the last eight counts
            asker.begin()
            await asyncio.sleep(0)
            asked = now
            now += 0.4
            await answer(end_of(two), Pong(asked, asked + 0.2 + 3.0), asker)
        assert (asker.rtt, asker.offset, asker.uncertainty) == pytest.approx((0.4, 3.0, 0.2))
        asker.close("x")

    kept: dict[int, Channel] = {}

    def end_of(wire: Wire) -> Channel:
        return kept.setdefault(id(wire), end(wire, False))

    async def answer(sender: Channel, pong: Pong, asker: Channel) -> None:
        sender.post(pong)
        sender.post(Echo(0))
        assert await asker.receive() == Echo(0)

    run(talk())


def test_two_clocks_know_of_each_other() -> None:
    async def talk() -> None:
        clock = asyncio.get_running_loop().time
        one, two = wires()
        early, late = end(one, True), end(two, False, clock=lambda: clock() + 5.0)
        tasks = [asyncio.get_running_loop().create_task(until_closed(each)) for each in (early, late)]
        early.begin()
        late.begin()
        await asyncio.sleep(0.05)
        for channel, offset in ((early, 5.0), (late, -5.0)):
            assert channel.offset is not None and channel.uncertainty is not None and channel.rtt is not None
            assert abs(channel.offset - offset) <= channel.uncertainty == channel.rtt / 2
        early.close("x")
        await asyncio.gather(*tasks)

    run(talk())


def test_who_sends_too_much_is_read_slowly() -> None:
    limits = REPLACE(FREE, messages_per_second=200.0, burst=10.0)

    async def talk() -> None:
        clock = asyncio.get_running_loop().time
        one, two = wires()
        sender, receiver = end(one, True), end(two, False, limits)
        for number in range(50):
            sender.post(Echo(number))
        began = clock()
        assert [await receiver.receive() for _ in range(50)] == [Echo(number) for number in range(50)]
        assert 0.14 <= clock() - began < 15.0  # 30 to 40 of them have to wait, 5 ms each
        sender.close("x")

    run(talk())


def test_whoever_gives_up_waiting_loses_no_frame() -> None:
    limits = REPLACE(FREE, messages_per_second=50.0, burst=1.0, idle=0.05, heartbeat=0.01)

    async def talk() -> None:
        one, two = wires()
        sender, receiver = end(one, True), end(two, False, limits)
        receiver.begin()
        for number in range(6):
            sender.post(Echo(number))
        got: list[Frame] = []
        while len(got) < 6:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.012):
                    got.append(await receiver.receive())
        assert (got, receiver.closed) == ([Echo(number) for number in range(6)], None)
        sender.close("x")
        await until_closed(receiver)

    run(talk())


def test_who_takes_every_frame_answers_in_the_turn_in_which_it_comes() -> None:
    async def talk() -> None:
        loop, got = asyncio.get_running_loop(), list[Frame]()
        one, two, asked, answered = channels()

        def take(frame: Frame) -> None:
            got.append(frame)
            two.post(frame)

        task = loop.create_task(two.each(take))
        await asyncio.sleep(0)
        for _ in range(2):
            one.post(Echo(1))
        await asyncio.sleep(0)  # they leave
        await asyncio.sleep(0)  # and come
        assert (len(asked.sent), len(answered.sent)) == (1, 1)  # both in one record, and so are the answers
        for _ in range(2):
            one.post(Echo(2))
            one._flush()  # each in a record of its own
        await asyncio.sleep(0)
        assert (len(asked.sent), len(answered.sent)) == (3, 2)  # both have come
        await asyncio.sleep(0)
        assert (len(answered.sent), got) == (3, [Echo(1), Echo(1), Echo(2), Echo(2)])  # others had their turn between
        one.close("enough")
        with pytest.raises(ChannelClosed, match="enough"):
            await task

    run(talk())


def test_who_takes_every_frame_is_slowed_down_and_loses_none_where_it_fails() -> None:
    limits = REPLACE(FREE, messages_per_second=200.0, burst=10.0)

    async def talk() -> None:
        loop, got = asyncio.get_running_loop(), list[Frame]()
        one, two = wires()
        sender, receiver = end(one, True), end(two, False, limits)
        numbers: list[Frame] = [Echo(number) for number in range(50)]

        def take(frame: Frame) -> None:
            got.append(frame)
            if frame == Echo(7):
                raise LookupError("seven")

        for number in numbers:
            sender.post(number)
        began = loop.time()
        with pytest.raises(LookupError, match="seven"):
            await receiver.each(take)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await receiver.each(take)
        assert len(got) > 8
        got += [await receiver.receive() for _ in range(50 - len(got))]
        assert (got, receiver.closed) == (numbers, None)
        assert 0.14 <= loop.time() - began < 15.0
        sender.close("x")

    run(talk())


def test_who_takes_every_frame_hears_of_an_end_before_and_of_a_fault_after_it() -> None:
    async def talk() -> None:
        one, two, _, _ = channels()
        one.close("over before")
        with pytest.raises(ChannelClosed, match="over before"):
            async with asyncio.timeout(15):
                await one.each(lambda frame: None)
        one, two, _, _ = channels()

        def take(frame: Frame) -> None:
            two.close("enough")
            raise LookupError("not to be lost")

        one.post(Echo(1))
        with pytest.raises(LookupError, match="not to be lost"):
            await two.each(take)
        assert two.closed is not None

    run(talk())


@pytest.mark.parametrize(
    ("said", "seen"),
    [("bye\x1b[2J\n\u202eeyb", "bye[2Jeyb"), ("<b>bye</b>", "<b>bye</b>"), ("x" * 500, "x" * 200), ("", "")],
)
def test_hostile_words_are_made_harmless(said: str, seen: str) -> None:
    assert shown(said) == seen
    _, why, clean = run(heard(record(framed(Bye(said)))))
    assert (why, clean) == (seen or "goodbye", True)


def test_on_end_is_told_once() -> None:
    async def talk() -> None:
        told: list[str] = []
        one, two, _, _ = channels()
        one.on_end, two.on_end = lambda: told.append("one"), lambda: told.append("two")
        one.close("x")
        one.close("x")
        await until_closed(two)
        two.close("x")
        assert told == ["one", "two"]

    run(talk())


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        test_frames_pass_in_order_and_goodbye_is_said()
        test_a_guest_says_one_join_and_no_more()
    assert [each for each in caplog.records if each.levelno > logging.DEBUG] == []
