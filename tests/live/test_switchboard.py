"""Channels by seat: who is let in, which of two is kept, what is told of them, and how a lost one is got back."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

import pytest

from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.frames import CUSTOMER, MEMBER, AskPeering, Frame, Frozen, Join, Open
from p4lab.live.identity import Keys, Ticket, issue
from p4lab.live.limits import Limits
from p4lab.live.switchboard import Switchboard

TEACHER = Keys(bytes(32))
KEYS = {seat: Keys(bytes([seat]) * 32) for seat in range(1, 6)}
TICKETS = {seat: issue(TEACHER, keys.public, f"Node {seat}", seat, 10**10) for seat, keys in KEYS.items()}
LIMITS = Limits(handshake=0.2)


class End:
    """One end of a channel in memory."""

    def __init__(self, peer: Ticket | None) -> None:
        self.peer = peer
        self.peer_id = b"" if peer is None else peer.id
        self.rtt = None
        self.other: End
        self.inbox: asyncio.Queue[Frame | ChannelClosed] = asyncio.Queue()
        self.closed = ""

    def post(self, frame: Frame) -> bool:
        if not self.closed:
            self.other.inbox.put_nowait(frame)
        return not self.closed

    async def receive(self) -> Frame:
        got = await self.inbox.get()
        if isinstance(got, ChannelClosed):
            raise got
        return got

    async def each(self, take: Callable[[Frame], None]) -> None:
        while True:
            take(await self.receive())

    async def finished(self) -> None:
        assert self.closed

    def close(self, why: str, clean: bool = True) -> None:
        if not self.closed:
            self.closed = why
            self.other.inbox.put_nowait(ChannelClosed(why, clean))
            self.inbox.put_nowait(ChannelClosed(why, clean))


def pair(a: Ticket | None, b: Ticket | None) -> tuple[End, End]:
    """The ends that a and b hold."""
    one, two = End(b), End(a)
    one.other, two.other = two, one
    return one, two


class Network:
    """Switchboards that reach each other by the address "seat:1"."""

    def __init__(self) -> None:
        self.boards: dict[int, Switchboard] = {}
        self.told: list[tuple[int, str, int]] = []
        self.faults: list[str] = []
        self.dials: list[tuple[int, float]] = []
        self.shut: set[int] = set()
        self.admitting: list[Awaitable[None]] = []
        self.loop = asyncio.get_running_loop()

    def board(self, seat: int) -> Switchboard:
        async def dial(addresses: Sequence[str], expect: bytes | None) -> End:
            to = int(addresses[0].partition(":")[0])
            self.dials.append((to, self.loop.time()))
            if to in self.shut or to not in self.boards:
                raise ConnectionRefusedError("nobody there")
            await asyncio.sleep(0)
            mine, theirs = pair(TICKETS[seat], TICKETS[to])
            self.admitting.append(self.loop.create_task(self.boards[to].admit(theirs)))
            return mine

        board = Switchboard(
            TICKETS[seat], lambda purpose: Open(purpose, (f"{seat}:1",)), dial, LIMITS, self.loop.time,
            random.Random(seat), self.faults.append,
        )  # fmt: skip
        board.watch(
            lambda other: self.told.append((seat, "up", other)),
            lambda other, why, clean: self.told.append((seat, f"down {clean}: {why}", other)),
        )
        self.boards[seat] = board
        return board

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def close(self) -> None:
        for board in self.boards.values():
            await board.close("the end")
        await asyncio.gather(*self.admitting)
        assert self.faults == []


def live(story: Callable[[Network], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(30):
            network = Network()
            await story(network)
            await network.close()

    asyncio.run(run())


def test_frames_go_to_who_takes_them_and_up_and_down_are_told_once() -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        got: list[tuple[int, Frame]] = []
        two.on(Frozen, lambda seat, frame: got.append((seat, frame)))
        assert await one.reach(["2:1"]) == 2
        await network.settle()
        assert one.post(2, Frozen(True))
        assert not one.post(3, Frozen(True))
        await network.settle()
        assert got == [(1, Frozen(True))]
        assert two.opened(1) == Open(MEMBER, ("1:1",))
        two.cut(1, "kicked")
        two.cut(1, "again")
        await network.settle()
        assert network.told == [
            (2, "up", 1), (1, "up", 2), (2, "down True: kicked", 1), (1, "down True: kicked", 2),
        ]  # fmt: skip
        assert (one.channels, two.channels) == ({}, {})

    live(story)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (AskPeering(), "the first frame is an Open"),
        (Open("spy"), "the first frame is an Open"),
        (Open(CUSTOMER), "there is no provider here"),
        (None, "the first frame did not come in time"),
    ],
)
def test_who_begins_otherwise_is_not_let_in(sent: Frame | None, why: str) -> None:
    async def story(network: Network) -> None:
        board = network.board(1)
        theirs, mine = pair(TICKETS[2], TICKETS[1])
        if sent is not None:
            theirs.post(sent)
        await board.admit(mine)
        assert (mine.closed, board.channels, network.told) == (why, {}, [])

    live(story)


def test_only_members_that_are_allowed_come_in() -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        one.allowed = lambda ticket: "revoked" if ticket.seat == 2 else None
        with pytest.raises(ChannelClosed, match="revoked"):
            await two.reach(["1:1"])
        with pytest.raises(ValueError, match="revoked"):
            await one.reach(["2:1"])
        stranger, mine = pair(None, TICKETS[1])
        stranger.post(Join("AAAA", "Eve"))
        await one.admit(mine)
        await network.settle()
        assert (mine.closed, one.channels, two.channels) == ("a ticket is needed here", {}, {})
        assert network.told == []

    live(story)


def test_joins_and_customers_go_to_those_who_take_them() -> None:
    async def story(network: Network) -> None:
        board = network.board(1)
        taken: list[object] = []

        async def join(channel: object, frame: Join) -> None:
            taken.append((channel, frame))

        async def serve(channel: object, frame: Open) -> None:
            taken.append((channel, frame))

        board.on_join, board.on_customer = join, serve  # type: ignore[assignment]  # a fake channel
        (stranger, door), (customer, counter) = pair(None, TICKETS[1]), pair(TICKETS[2], TICKETS[1])
        stranger.post(Join("AAAA", "Eve"))
        customer.post(Open(CUSTOMER))
        await board.admit(door)
        await board.admit(counter)
        assert taken == [(door, Join("AAAA", "Eve")), (counter, Open(CUSTOMER))]
        assert await customer.receive() == Open(MEMBER, ("1:1",))
        assert board.channels == {}

    live(story)


def test_a_frame_that_nobody_takes_or_can_read_ends_the_channel() -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)

        def spoilt(seat: int, frame: Frozen) -> None:
            bytes([255]).decode()

        two.on(Frozen, spoilt)
        for frame in (AskPeering(), Frozen(True)):
            await one.reach(["2:1"])
            one.post(2, frame)
            await network.settle()
        whys = ["nobody here takes a AskPeering", "sent what cannot be read"]
        told = [what for at, what, _ in network.told if at == 2]
        assert told == ["up", f"down False: {whys[0]}", "up", f"down False: {whys[1]}"]

    live(story)


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_channels_opened_at_once_both_keep_that_of_the_lower_seat(first: int) -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        boards = [one, two] if first == 1 else [two, one]
        await asyncio.gather(
            boards[0].reach([f"{3 - first}:1"]), boards[1].reach([f"{first}:1"]), return_exceptions=True
        )
        await network.settle()
        mine, theirs = one.channels[2], two.channels[1]
        assert mine.other is theirs  # type: ignore[attr-defined]  # a fake channel
        held = one._held[2], two._held[1]
        assert [each.dialled for each in held] == [True, False]
        for seat in (1, 2):  # in turns
            story_of = [what[:4] for at, what, _ in network.told if at == seat]
            assert story_of == ["up", "down", "up"][: len(story_of)] and len(story_of) in (1, 3)

    live(story)


def test_whoever_dials_anew_has_lost_the_channel_that_is_there() -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        await one.reach(["2:1"])
        await network.settle()
        one.clock = two.clock = lambda: network.loop.time() + 10.0
        lost = two._held.pop(1)  # as a restart would
        await two.reach(["1:1"])
        await network.settle()
        assert one.channels[2].other is two.channels[1]  # type: ignore[attr-defined]  # a fake channel
        assert [what for at, what, _ in network.told if at == 1] == ["up", "down True: there is a newer channel", "up"]
        lost.channel.close("the old one")

    live(story)


def test_who_is_wanted_is_dialled_again_ever_more_rarely_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.switchboard.FIRST_WAIT", 0.02)

    async def story(network: Network) -> None:
        one = network.board(1)
        network.board(2)
        network.shut.add(2)
        one.want(2, ["2:1"])
        while len(network.dials) < 5:
            await asyncio.sleep(0.01)
        times = [t for _, t in network.dials]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        for gap, full in zip(gaps, (0.02, 0.04, 0.08, 0.16), strict=True):
            assert full / 2 <= gap  # from half to all of it, and what the machine adds
        assert network.told == []
        network.shut.clear()
        one.want(2, ["2:2"])  # a new address is tried at once
        while not one.here(2):
            await asyncio.sleep(0)
        assert len(network.dials) == 6
        one.cut(2, "lost")
        while not one.here(2):
            await asyncio.sleep(0.01)
        one.unwant(2)
        one.cut(2, "lost")
        await asyncio.sleep(0.05)
        assert not one.here(2)

    live(story)


def test_where_no_address_leads_the_dialer_is_asked() -> None:
    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        network.shut.add(2)
        asked: list[int] = []

        async def through_the_hub(seat: int) -> End | None:
            asked.append(seat)
            mine, theirs = pair(TICKETS[1], TICKETS[2])
            network.admitting.append(network.loop.create_task(two.admit(theirs)))  # type: ignore[arg-type]  # a fake channel
            return mine

        one.dialer = through_the_hub  # type: ignore[assignment]  # a fake channel
        one.want(2, ["2:1"])
        while not (one.here(2) and two.here(1)):
            await asyncio.sleep(0)
        assert asked == [2]
        await two.close("gone")
        await network.settle()
        assert network.told[-1] == (1, "down True: gone", 2)

    live(story)


def test_an_address_that_says_nothing_does_not_hold_up_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p4lab.live.switchboard.SOON", 0.05)

    async def story(network: Network) -> None:
        one, two = network.board(1), network.board(2)
        silent, found = asyncio.Event(), one._dial

        async def slow(addresses: Sequence[str], expect: bytes | None) -> Channel:
            await silent.wait()
            return await found(addresses, expect)

        async def through_the_hub(seat: int) -> End | None:
            mine, theirs = pair(TICKETS[1], TICKETS[2])
            network.admitting.append(network.loop.create_task(two.admit(theirs)))  # type: ignore[arg-type]  # a fake channel
            return mine

        one._dial, one.dialer = slow, through_the_hub  # type: ignore[assignment]  # a fake channel
        one.want(2, ["2:1"])
        while not (one.here(2) and two.here(1)):
            await asyncio.sleep(0.01)
        hub = one.channels[2]
        silent.set()
        while one.channels.get(2) in (None, hub):
            await asyncio.sleep(0.01)
        await network.settle()
        assert hub.closed == "there is a newer channel"  # type: ignore[attr-defined]  # a fake channel
        assert one.here(2) and two.here(1)

    live(story)


def test_somebody_else_at_the_address_of_a_seat_is_sent_away() -> None:
    async def story(network: Network) -> None:
        one, three = network.board(1), network.board(3)
        one.want(2, ["3:1"])
        while not network.dials:
            await asyncio.sleep(0)
        await network.settle()
        assert (one.channels, three.channels, network.told) == ({}, {}, [])

    live(story)
