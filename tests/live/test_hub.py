"""The hub carries bytes between members that are here, within what it grants, and ends both sides with either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from p4lab.live.frames import Frame, Relay, decode, encode
from p4lab.live.hub import Hub
from p4lab.live.limits import Limits
from p4lab.live.relay import Relays, RelayStream


class Star:
    """A hub in the middle and members around it, joined by queues; every frame is encoded and decoded."""

    def __init__(self, limits: Limits | None = None, seats: int = 3) -> None:
        self.limits = limits or Limits()
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.channels: dict[int, object] = {seat: seat for seat in range(1, seats + 1)}
        self.said: list[tuple[int, int, Relay]] = []  # from, to, what
        self.queue: list[tuple[int, int, bytes]] = []
        self.hub = Hub(
            self, self.limits, lambda: self.now, lambda delay, call: self.due.append((self.now + delay, call))
        )
        self.accepted: dict[int, list[RelayStream]] = {seat: [] for seat in self.channels}
        self.ends = {seat: self._end(seat) for seat in self.channels}

    def _end(self, seat: int) -> Relays:
        return Relays(seat, lambda frame: self.send(seat, frame), self.accepted[seat].append, self.limits)

    def send(self, seat: int, frame: Frame) -> bool:
        if seat in self.channels:
            self.queue.append((seat, 0, encode(frame)))
        return seat in self.channels

    def post(self, seat: int, frame: Frame) -> bool:
        if seat in self.channels:
            self.queue.append((0, seat, encode(frame)))
        return seat in self.channels

    def cut(self, seat: int, why: str) -> None:
        raise AssertionError("the hub cuts nobody")

    def settle(self) -> None:
        while self.queue:
            src, dst, data = self.queue.pop(0)
            frame = decode(data)
            assert isinstance(frame, Relay)
            self.said.append((src, dst, frame))
            if dst == 0:
                self.hub.take(src, frame)
            elif dst in self.channels:
                self.ends[dst].take(frame)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        due, self.due = [one for one in self.due if one[0] <= self.now], [one for one in self.due if one[0] > self.now]
        for _, call in due:
            call()
        self.settle()

    def leave(self, seat: int) -> None:
        del self.channels[seat]
        self.ends[seat].lost()
        self.hub.down(seat)
        self.settle()


async def _pass(star: Star, seat: int, data: bytes) -> tuple[bytes, int]:
    """Sends it from member 1 and reads it as time passes; also the most that was on its way."""
    stream = star.ends[1].open(seat)
    stream.write(data)
    star.settle()
    other = star.accepted[seat][0]
    got, most = b"", 0
    while len(got) < len(data):
        most = max(most, len(data) - len(got) - stream.buffered)
        if other._in:
            got += await other.read()
        else:
            star.wait(0.1)
        star.settle()
    return got, most


@given(st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=6), st.booleans())
def test_what_is_written_is_read_in_order_both_ways(parts: list[bytes], higher: bool) -> None:
    async def main() -> None:
        star = Star()
        opening, other = (2, 1) if higher else (1, 2)
        one = star.ends[opening].open(other)
        for part in parts:
            one.write(part)
        star.settle()
        two = star.accepted[other][0]
        text = b"".join(parts)
        got = b""
        while len(got) < len(text):
            got += await two.read()
            star.settle()
            star.wait(0.5)
        two.write(text[::-1])
        back = b""
        while len(back) < len(text):
            star.settle()
            back += await one.read()
            star.settle()
            star.wait(0.5)
        assert (got, back, two.seat) == (text, text[::-1], opening)
        assert (len(star.hub), star.hub.carried) == (1, 2 * len(text))

    asyncio.run(main())


def test_two_that_open_at_once_have_two_channels_and_one_end_ends_one() -> None:
    async def main() -> None:
        star = Star()
        a, b = star.ends[1].open(2), star.ends[2].open(1)
        a.write(b"from 1")
        b.write(b"from 2")
        star.settle()
        assert (len(star.hub), a.number % 2, b.number % 2) == (2, 0, 1)
        assert [await star.accepted[2][0].read(), await star.accepted[1][0].read()] == [b"from 1", b"from 2"]
        a.write(b"last words")
        a.close()
        star.settle()
        other = star.accepted[2][0]
        assert [await other.read(), await other.read(), other.over] == [b"last words", b"", True]
        assert [len(star.hub), len(star.ends[1]), len(star.ends[2]), b.over] == [1, 1, 1, False]

    asyncio.run(main())


def test_whoever_leaves_ends_its_channels_at_the_others_and_no_third_ones() -> None:
    async def main() -> None:
        star = Star()
        ab, cb, ac = star.ends[1].open(2), star.ends[3].open(2), star.ends[1].open(3)
        for stream in (ab, cb, ac):
            stream.write(b"x")
        star.settle()
        reading = asyncio.get_running_loop().create_task(ab.read())
        await asyncio.sleep(0)
        star.leave(2)
        assert await reading == b""
        assert [ab.over, cb.over, ac.over, len(star.hub), len(star.ends[2])] == [True, True, False, 1, 0]
        star.ends[3].lost()  # its hub is gone
        assert ac.over is False and star.accepted[3][0].over

    asyncio.run(main())


def test_a_slow_reader_holds_up_its_writer_and_not_the_hub() -> None:
    async def main() -> None:
        star = Star(Limits(relay_window=20_000))
        a = star.ends[1].open(2)
        a.write(b"y" * 100_000)
        star.settle()
        star.wait(100.0)
        assert (a.buffered, star.hub.carried) == (80_000, 20_000)
        assert await star.accepted[2][0].read() == b"y" * 20_000
        star.settle()
        assert (a.buffered, star.hub.carried) == (60_000, 40_000)
        a.close()

    asyncio.run(main())


def test_the_hub_keeps_everybody_to_its_pace() -> None:
    async def main() -> None:
        star = Star(Limits(relay_window=10_000, relay_bytes_per_second=10_000.0))
        data = bytes(range(256)) * 400
        assert await _pass(star, 2, data) == (data, 10_000)
        assert 9.0 <= star.now <= 11.0  # 102,400 bytes at 10,000 a second, the first window at once

    asyncio.run(main())


def test_who_sends_more_than_it_was_granted_or_grants_what_it_never_got_is_ended() -> None:
    star = Star(Limits(relay_window=10_000))
    star.send(1, Relay(2, 2, b"z" * 6_000, opens=True))
    star.send(1, Relay(2, 2, b"z" * 6_000))
    star.send(1, Relay(3, 2, b"z", opens=True))
    star.send(3, Relay(1, 2, credit=500))
    star.settle()
    assert len(star.hub) == 0
    assert [what for _, to, what in star.said if to == 1] == [Relay(2, 2, end=True), Relay(3, 2, end=True)]
    assert [stream.over for stream in (*star.accepted[2], *star.accepted[3])] == [True, True]


def test_it_carries_only_between_members_that_are_here_and_only_what_was_opened_rightly() -> None:
    star = Star(Limits(relay_channels=2))
    refused = [
        Relay(9, 2, b"nobody sits there", opens=True),
        Relay(0, 2, b"to the hub itself", opens=True),
        Relay(1, 2, b"to itself", opens=True),
        Relay(2, 3, b"a number of the other's", opens=True),
        Relay(2, 4, b"never opened"),
        Relay(2, 4, credit=5),
    ]
    for frame in refused:
        star.send(1, frame)
    star.send(1, Relay(2, 4, end=True))
    star.settle()
    assert [what for _, to, what in star.said if to] == [Relay(frame.seat, frame.number, end=True) for frame in refused]
    for number in (2, 4, 6):
        star.send(1, Relay(2, number, b"x", opens=True))
    star.settle()
    assert len(star.hub) == 2
    star.send(1, Relay(2, 2, b"x", opens=True))  # once more
    star.settle()
    assert len(star.hub) == 1


def test_a_member_takes_no_more_channels_than_it_likes_and_no_unopened_ones() -> None:
    star = Star(Limits(half_open_per_address=2))
    for number in (2, 4, 6):
        star.send(1, Relay(2, number, b"x", opens=True))
    star.settle()
    assert (len(star.accepted[2]), len(star.hub)) == (2, 2)
    star.post(2, Relay(1, 8, b"x"))  # as if the hub lied
    star.post(2, Relay(1, 3, b"x", opens=True))
    star.settle()
    assert len(star.accepted[2]) == 2


def test_a_lying_hub_cannot_make_memory_grow() -> None:
    star = Star(Limits(relay_window=1_000))
    star.send(1, Relay(2, 2, b"x", opens=True))
    star.settle()
    stream = star.accepted[2][0]
    stream.take(Relay(1, 2, b"x" * 900))
    assert not stream.over
    stream.take(Relay(1, 2, b"x" * 100))
    assert stream.over


def test_who_is_told_of_an_end_finds_it_after_what_came_with_it() -> None:
    told: list[bytes | None] = []
    stream = RelayStream(lambda frame: True, 2, 4, 1_000, opens=False)
    stream.heard = lambda: told.extend((stream.came(), stream.came()))
    stream.take(Relay(2, 4, b"one"))
    stream.take(Relay(2, 4, b"two", end=True))
    assert told == [b"one", None, b"two", b""]
