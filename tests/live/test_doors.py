"""Dialling finds whoever is there; a listener lets in who proves itself, and nobody else keeps it busy."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator

import msgspec
import pytest

from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.doors import Listener, dial
from p4lab.live.frames import Echo, Join, Said
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party
from p4lab.live.sockets import Socket
from tests.live.people import ANN, BEN, FREE, TEACHER, party, run, ticket, until_closed

REPLACE = msgspec.structs.replace
ELSEWHERE = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127/8 as addresses of its own")
MANY = REPLACE(FREE, handshakes_per_second=1e6)


@contextlib.asynccontextmanager
async def open_door(owner: Party, host: str = "127.0.0.1") -> AsyncIterator[tuple[Listener, str]]:
    """Somebody's listener and its address; whoever is let in hears its echoes."""
    serving: set[asyncio.Task[None]] = set()
    taken: list[Channel] = []

    async def serve(channel: Channel) -> None:
        with contextlib.suppress(ChannelClosed):
            while True:
                channel.post(await channel.receive())

    def take(channel: Channel) -> None:
        taken.append(channel)
        serving.add(asyncio.get_running_loop().create_task(serve(channel)))

    listener = Listener(owner, take)
    await listener.open(host)
    try:
        yield listener, f"{host or '127.0.0.1'}:{listener.port}"
    finally:
        await listener.close()
        for channel in taken:
            channel.close("the test is over")
        await asyncio.gather(*serving)
        await asyncio.gather(*(channel.finished() for channel in taken))


async def answered(address: str, who: Party) -> bool:
    """Whether somebody is let in and served."""
    channel = await dial([address], who)
    channel.post(Echo(7))
    echo = await channel.receive()
    channel.close("bye")
    await channel.finished()
    return echo == Echo(7)


async def plug(address: str, source: str = "127.0.0.1") -> Socket:
    """A bare connection from an address of this machine."""
    host, _, port = address.rpartition(":")
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(Socket, host, int(port), local_addr=(source, 0))
    return stream


def delayed(channel: Channel) -> bool:
    """Whether what is written waits until the other end has acknowledged what was written before (Nagle, RFC 896)."""
    assert isinstance(channel._stream, Socket)
    assert channel._stream._transport is not None
    connection: socket.socket = channel._stream._transport.get_extra_info("socket")
    return not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def refused(stream: Socket, within: float = 1.0) -> bool:
    """Whether the other end hangs up without a word, and before the time for a handshake is over, which is 2 s."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            data = await stream.read()
            assert data == b""
            stream.abort()
            return True
    return False


def test_neither_end_of_a_channel_waits_for_acknowledgements() -> None:
    async def talk() -> None:
        taken: list[Channel] = []
        listener = Listener(party(TEACHER), taken.append)
        await listener.open("127.0.0.1")
        channel = await dial([f"127.0.0.1:{listener.port}"], party(ANN))
        while not taken:
            await asyncio.sleep(0)
        assert [delayed(each) for each in (channel, *taken)] == [False, False]
        await listener.close()
        for each in (channel, *taken):
            each.close("done")
            await each.finished()

    run(talk())


def test_the_address_that_answers_is_used() -> None:
    async def talk() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections and says nothing
            silent = f"127.0.0.1:{mute.getsockname()[1]}"
            async with open_door(party(TEACHER, MANY)) as (_, wrong), open_door(party(BEN, MANY)) as (_, right):
                began = asyncio.get_running_loop().time()
                closed = "127.0.0.1:1"
                channel = await dial([silent, closed, wrong, right], party(ANN, MANY), BEN.id)
                assert asyncio.get_running_loop().time() - began < 1.9  # without waiting for the silent one
                assert (channel.peer, channel.address) == (ticket(BEN), right)
                channel.close("bye")
                await channel.finished()

    run(talk())


@pytest.mark.parametrize(
    ("addresses", "says"),
    [
        ([], "No address is known."),
        (["127.0.0.1:1"], "127.0.0.1:1 cannot be reached: nothing listens there"),
        (["127.0.0.1:99999"], "127.0.0.1:99999 cannot be reached: "),
        (["127.0.0.1:x", "127.0.0.1:"], "127.0.0.1:x cannot be reached: .* 127.0.0.1: cannot be reached: "),
        (["nothing"], "nothing cannot be reached: "),
        (["\0:5", "[::1%nowhere]:1"], "cannot be reached: "),
        ([f"{'x' * 70}:5"], "cannot be reached: "),
    ],
)
def test_who_cannot_be_reached_is_said(addresses: list[str], says: str) -> None:
    async def talk() -> None:
        await dial(addresses, party(ANN))

    with pytest.raises(NotAdmitted, match=says):
        run(talk())


def test_one_port_on_both_kinds_of_network() -> None:
    async def talk() -> None:
        async with open_door(party(BEN, MANY), host="") as (listener, _):
            assert await answered(f"127.0.0.1:{listener.port}", party(ANN, MANY))
            if socket.has_dualstack_ipv6():
                assert await answered(f"[::1]:{listener.port}", party(ANN, MANY))

    run(talk())


@ELSEWHERE
def test_slow_strangers_keep_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    limits = REPLACE(MANY, handshake=0.3)

    async def talk() -> None:
        async with open_door(party(BEN, limits)) as (listener, address):
            slow = [await plug(address) for _ in range(40)]
            await asyncio.sleep(0.02)
            assert (listener.refused, sum(listener._half_open.values())) == (
                {"too many half open of one address": 36},
                4,
            )
            elsewhere = [await plug(address, "127.0.0.2") for _ in range(4)]
            assert await refused(await plug(address, "127.0.0.2"))
            honest = await plug(address, "127.0.0.3")
            assert not await refused(honest, 0.1)
            honest.abort()
            await asyncio.sleep(0.4)  # the slow ones are given up
            assert listener._half_open == {}
            assert await answered(address, party(ANN, MANY))
            for stream in [*slow, *elsewhere]:
                stream.abort()
                await stream.finished()

    with caplog.at_level(logging.WARNING):
        run(talk())
    assert caplog.records == []


@ELSEWHERE
def test_strangers_in_all() -> None:
    limits = REPLACE(MANY, half_open=2, half_open_per_address=9)

    async def talk() -> None:
        async with open_door(party(BEN, limits)) as (listener, address):
            slow = [await plug(address) for _ in range(2)]
            assert await refused(await plug(address, "127.0.0.2"))
            assert listener.refused == {"too many half open": 1}
            for stream in slow:
                stream.abort()

    run(talk())


def test_so_many_handshakes_a_second_and_no_more() -> None:
    limits = REPLACE(FREE, handshakes_per_second=5.0)

    async def talk() -> None:
        async with open_door(party(BEN, limits)) as (listener, address):
            for _ in range(5):
                assert await answered(address, party(ANN))
            with pytest.raises(NotAdmitted):
                await dial([address], party(ANN))
            assert listener.refused == {"too many handshakes": 1}

    run(talk())


def test_so_many_channels_and_no_more() -> None:
    limits = REPLACE(MANY, channels=3, channels_per_identity=2)

    async def talk() -> None:
        async with open_door(party(BEN, limits)) as (listener, address):
            first, second = [await dial([address], party(ANN)) for _ in range(2)]
            third = await dial([address], party(ANN))
            got, closed = await until_closed(third)
            assert (got, closed.why, closed.clean) == ([], "you have enough channels here", True)
            other = await dial([address], party(TEACHER))
            with pytest.raises(NotAdmitted):
                await dial([address], party(BEN))
            assert listener.refused == {"too many channels of one identity": 1, "too many channels": 1}
            first.close("bye")
            await first.finished()
            assert await answered(address, party(ANN))
            for channel in (second, other):
                channel.close("bye")
                await channel.finished()
            await third.finished()

    run(talk())


def test_a_guest_stays_half_open() -> None:
    async def talk() -> None:
        joining = party(ANN, ticket=None)
        async with open_door(party(TEACHER, REPLACE(MANY, half_open_per_address=1))) as (_, address):
            guest = await dial([address], joining)
            with pytest.raises(NotAdmitted):
                await dial([address], joining)
            guest.post(Join("ABCD", "Ann"))
            assert await guest.receive() == Join("ABCD", "Ann")  # the echo of who serves here
            guest.close("x")
            await guest.finished()
            await asyncio.sleep(0.01)
            assert await answered(address, party(ANN))

    run(talk())


def test_noise_at_the_door(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with open_door(party(BEN, MANY)) as (listener, address):
            for noise in (
                b"GET / HTTP/1.1\r\n\r\n",
                b"\x7f\xff\xff\xff" * 9,
                b"\0\0\0\x20" + bytes(32),
                b"\x16\x03\x01",
            ):
                stream = await plug(address)
                stream.write(noise)
                stream.close()
                await stream.finished()
            assert await answered(address, party(ANN))
            assert listener.refused == {"not admitted": 4}

    with caplog.at_level(logging.WARNING):
        run(talk())
    assert caplog.records == []


def test_closing_hangs_up_on_who_is_half_open() -> None:
    async def talk() -> None:
        async with open_door(party(BEN)) as (_, address):
            stream = await plug(address)
            await asyncio.sleep(0.01)
        assert await refused(stream)

    run(talk())


def test_who_is_not_near_does_not_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        async with open_door(party(BEN, MANY)) as (listener, address):
            monkeypatch.setattr("p4lab.live.doors.caller", lambda address: "8.8.8.8")
            assert await refused(await plug(address))
            assert listener.refused == {"from outside": 1}
            monkeypatch.setattr(listener, "_everybody", True)
            channel = await dial([address], party(ANN, Limits()))
            channel.post(Said("from afar"))
            assert await channel.receive() == Said("from afar")
            channel.close("bye")
            await channel.finished()

    run(talk())
