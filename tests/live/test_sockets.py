"""A TCP socket as a stream: what was written arrives, what is not read stays outside, a goodbye is not overtaken."""

import asyncio
import logging
import socket
import struct

import msgspec
import pytest

from p4lab.live import sockets
from p4lab.live.channel import Channel
from p4lab.live.frames import Carried, Frame, Said
from p4lab.live.limits import Limits
from p4lab.live.sockets import FIRST_ROOM, ROOM, Socket
from tests.live.people import FREE, end, run, until_closed

REPLACE = msgspec.structs.replace


async def pair() -> tuple[Socket, Socket]:
    """Two ends of one connection."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Socket] = loop.create_future()
    server = await loop.create_server(lambda: Socket(made.set_result), "127.0.0.1", 0)
    _, one = await loop.create_connection(Socket, *server.sockets[0].getsockname())
    server.close()
    return one, await made


async def talking(limits: Limits = FREE) -> tuple[Channel, Channel, Socket, Socket]:
    one, two = await pair()
    return end(one, True, limits), end(two, False, limits), one, two


def raw(stream: Socket) -> socket.socket:
    assert stream._transport is not None
    inside: socket.socket = stream._transport.get_extra_info("socket")
    return inside


def test_bytes_pass() -> None:
    async def talk() -> None:
        one, two = await pair()
        one.write(b"hello")
        assert (await two.read(), one.over, one.buffered) == (b"hello", False, 0)
        one.close()
        assert (await two.read(), await one.read()) == (b"", b"")
        two.write(b"and back")  # nobody hears it
        two.close()
        began = asyncio.get_running_loop().time()
        await asyncio.gather(one.finished(), two.finished())
        assert asyncio.get_running_loop().time() - began < sockets.LINGER / 2  # both have closed: nothing to wait for
        one.write(b"too late")
        assert (one.over, two.over, one.buffered) == (True, True, 0)

    run(talk())


def test_a_connection_that_is_cut_before_it_is_made_is_made_all_the_same() -> None:
    class Cut:
        def setsockopt(self, *_: int) -> None:
            raise OSError(22, "Invalid argument")  # what macOS says then

    class Transport(asyncio.Transport):
        def get_extra_info(self, name: str, default: object = None) -> object:
            return Cut()

    async def talk() -> None:
        made: list[Socket] = []
        Socket(made.append).connection_made(Transport())
        assert len(made) == 1

    run(talk())


def test_what_is_not_read_stays_outside() -> None:
    async def talk() -> None:
        one, two = await pair()
        data = bytes(range(256)) * 60_000  # 15 MB, more than all buffers on the way
        one.write(data)
        await asyncio.sleep(0.05)
        assert two._filled == FIRST_ROOM and one.buffered > 0
        came = bytearray()
        while len(came) < len(data):
            came += await two.read()
        assert came == data
        assert len(two._room) == ROOM  # it grows while it is found full
        one.abort()
        two.abort()
        await asyncio.gather(one.finished(), two.finished())

    run(talk())


def test_goodbye_arrives_though_much_was_not_read() -> None:
    async def talk() -> None:
        one, two, _, _ = await talking()
        many: list[Frame] = [Carried(n, b"x" * 1_000) for n in range(500)]
        for frame in many:
            two.post(frame)  # and nobody reads them: closing with these unread would be a reset
            one.post(frame)
        await asyncio.sleep(0.02)
        one.close("enough")
        got, closed = await until_closed(two)
        assert (got, closed.why, closed.clean) == (many, "enough", True)
        await asyncio.gather(one.finished(), two.finished())

    run(talk())


def test_a_reset_is_no_goodbye() -> None:
    async def talk() -> None:
        one, two, here, _ = await talking()
        one.post(Said("hello"))
        await asyncio.sleep(0.01)
        raw(here).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        here.abort()
        got, closed = await until_closed(two)
        assert (closed.why, closed.clean) == ("the connection was cut", False)
        assert got in ([], [Said("hello")])  # a reset may overtake it
        assert (await until_closed(one))[1].clean is False
        await asyncio.gather(one.finished(), two.finished())

    run(talk())


def test_who_never_reads_costs_no_more_than_was_said(caplog: pytest.LogCaptureFixture) -> None:
    limits = REPLACE(FREE, write_buffer=65_536, drain=0.1, unsent=1_000_000)

    async def talk() -> None:
        one, _, here, there = await talking(limits)  # nobody ever reads at the other end
        most = 0
        for n in range(5_000):
            if not one.post(Carried(n, b"x" * 16_000)):
                break
            await asyncio.sleep(0)
            most = max(most, one.waiting)
        _, closed = await until_closed(one)
        assert closed.why.startswith("does not read: ") and most <= 1_016_100
        slow, _, here2, there2 = await talking(limits)
        while slow.waiting <= 65_536:
            slow.post(Carried(1, b"x" * 16_000))
            await asyncio.sleep(0)
        _, closed = await until_closed(slow)
        assert (closed.why, slow.post(Said("x"))) == ("has not read for 0.1 s", False)
        for stream in (here, there, here2, there2):
            stream.abort()
            stream.write(b"x")  # asyncio would warn of each
        await asyncio.gather(*(stream.finished() for stream in (here, there, here2, there2)))

    with caplog.at_level(logging.WARNING):
        run(talk())
    assert caplog.records == []


def test_closing_waits_for_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LINGER", 0.1)

    async def talk() -> None:
        one, two = await pair()
        one.write(b"x" * 15_000_000)
        one.close()
        began = asyncio.get_running_loop().time()
        await one.finished()  # though two reads nothing
        assert asyncio.get_running_loop().time() - began < 5.0
        two.abort()
        await two.finished()

    run(talk())
