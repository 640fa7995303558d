"""Connects and messages per second of our channel beside asyncio's TLS 1.3, each between two processes on loopback.

Rules: both sides prove who they are by a key that the class knows. A connect is a connection, the handshake and one
message there and back. Messages go one way, 200 bytes each; the last is answered, and the clock stops then. Our limits
on handshakes, messages and bytes per second are lifted, since they are there to be reached. Rounds alternate.
"""

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.table import Row, more
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.doors import Listener, dial
from p4lab.live.frames import Carried, Echo
from p4lab.live.identity import Keys, class_id, issue
from p4lab.live.limits import Limits
from p4lab.live.meeting import Party

HOST = "127.0.0.1"
MESSAGE = b"x" * 200
MESSAGES, SECONDS, ROUNDS = 40_000, 1.0, 3
FULL = 32_768  # bytes that may wait before the sender lets the network have them
LIFTED = msgspec.structs.replace(
    Limits(), handshakes_per_second=1e9, messages_per_second=1e12, bytes_per_second=1e12, burst=1e12, burst_bytes=1e12,
    half_open_per_address=1_000, half_open=1_000, channels=1_000_000, channels_per_identity=1_000_000,
)  # fmt: skip

Rate = Callable[[int], Awaitable[float]]  # to the port of a server: how many per second


def rows() -> Iterator[Row]:
    """Both, and the same in TLS."""
    from bench import tls_peer  # noqa: PLC0415 `cryptography` comes with `make bench` alone

    with TemporaryDirectory() as name:
        folder = Path(name)
        tls_peer.certificates(folder)
        (folder / "class.key").write_bytes(secrets.token_bytes(32))
        (folder / "member.key32").write_bytes(secrets.token_bytes(32))
        for what, noise, tls in (
            ("connects", partial(_noise_connects, folder), partial(_tls_connects, folder)),
            ("messages", partial(_noise_messages, folder), partial(_tls_messages, folder)),
        ):
            best = {"noise": 0.0, "tls": 0.0}
            for _ in range(ROUNDS):
                best["noise"] = max(best["noise"], asyncio.run(_measure("noise", folder, noise)))
                best["tls"] = max(best["tls"], asyncio.run(_measure("tls", folder, tls)))
            yield more(f"channel {what}", best["noise"], f"{what}/s", "TLS 1.3", best["tls"])


async def _measure(side: str, folder: Path, rate: Rate) -> float:
    """With a server in a process of its own."""
    command = [sys.executable, "-m", "bench.channel", side, str(folder)]
    server = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None, "asked for"
    assert server.stdin is not None, "asked for"
    try:
        return await rate(int(await server.stdout.readline()))
    finally:
        server.stdin.close()
        await server.wait()


def party(folder: Path, member: bool) -> Party:
    """One of the class's two: its authority, who listens, or its member, who dials."""
    authority = Keys((folder / "class.key").read_bytes())
    keys = Keys((folder / "member.key32").read_bytes()) if member else authority
    wall = time.time  # noqa: TID251 a ticket says until when it is good
    ticket = issue(authority, keys.public, "a member", 1 if member else 0, int(wall()) + 3600)
    clock = asyncio.get_running_loop().time
    return Party(keys, class_id(authority.public), ticket, LIFTED, clock, wall)


@asynccontextmanager
async def _ours(folder: Path, port: int) -> AsyncIterator[Channel]:
    channel = await dial([f"{HOST}:{port}"], party(folder, member=True))
    yield channel
    channel.close("done")
    await channel.finished()


async def _noise_connects(folder: Path, port: int) -> float:
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        async with _ours(folder, port) as channel:
            channel.post(Carried(1, MESSAGE))
            assert await channel.receive() == Carried(1, MESSAGE)
        count += 1
    return count / (time.perf_counter() - start)


async def _noise_messages(folder: Path, port: int) -> float:
    async with _ours(folder, port) as channel:
        start = time.perf_counter()
        for number in range(MESSAGES):
            channel.post(Carried(2, MESSAGE))
            if number % 50 == 0:
                await asyncio.sleep(0)
                while channel.waiting > FULL:
                    await asyncio.sleep(0.0005)
        channel.post(Echo(7))
        assert await channel.receive() == Echo(7, back=True)
        return MESSAGES / (time.perf_counter() - start)


async def _tls_connects(folder: Path, port: int) -> float:
    from bench import tls_peer  # noqa: PLC0415 as above

    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        channel = await tls_peer.dial(port, folder)
        await channel.send(b"echo" + MESSAGE)
        assert await channel.receive() == b"echo" + MESSAGE
        await channel.close()
        count += 1
    return count / (time.perf_counter() - start)


async def _tls_messages(folder: Path, port: int) -> float:
    from bench import tls_peer  # noqa: PLC0415 as above

    channel = await tls_peer.dial(port, folder)
    start = time.perf_counter()
    for _ in range(MESSAGES):
        await channel.send(MESSAGE)
    await channel.send(b"echo")
    assert await channel.receive() == b"echo"
    rate = MESSAGES / (time.perf_counter() - start)
    await channel.close()
    return rate


# The other process


async def _serve(side: str, folder: Path) -> None:
    """Until whoever started it closes its input."""
    answering: set[asyncio.Task[None]] = set()

    def begin(answer: Awaitable[None]) -> None:
        task = asyncio.ensure_future(answer)  # noqa: TID251 it is kept in `answering`
        answering.add(task)
        task.add_done_callback(answering.discard)

    if side == "noise":
        listener = Listener(party(folder, member=False), lambda channel: begin(_answer_ours(channel)))
        await listener.open(HOST)
        port = listener.port
    else:
        from bench import tls_peer  # noqa: PLC0415 as above

        coming: asyncio.Queue[tls_peer.TlsChannel] = asyncio.Queue()
        server = await tls_peer.serve(folder, coming)
        port = server.sockets[0].getsockname()[1]

        async def take() -> None:
            while True:
                begin(_answer_tls(await coming.get()))

        begin(take())
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in answering:
        task.cancel()


async def _answer_ours(channel: Channel) -> None:
    try:
        while True:
            frame = await channel.receive()
            if isinstance(frame, Echo):
                channel.post(Echo(frame.nonce, back=True))
            elif isinstance(frame, Carried) and frame.event == 1:
                channel.post(frame)
    except ChannelClosed:
        return


async def _answer_tls(channel: object) -> None:
    from bench.tls_peer import TlsChannel  # noqa: PLC0415 as above

    assert isinstance(channel, TlsChannel)
    try:
        while True:
            data = await channel.receive()
            if data.startswith(b"echo"):
                await channel.send(data)
    except (asyncio.IncompleteReadError, OSError):
        return


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
