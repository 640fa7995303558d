"""Those who attack a node, each a process of its own: `python -m tests.proofs.attackers NAME ...`, run by attacks.

Rules: on the loopback alone, each from an address of its own (127.0.0.2 on), since what a node allows is counted by it.
Bounded in time and in what they hold themselves, and nice: an attacker's own work would be done by another machine.
Admitted ones hold a ticket of the class. What one did, and what it was told, is one line of JSON.
"""

import asyncio
import os
import secrets
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from p4lab.core.messages import ANSWER, Answer, GetRequest, Message, PutRequest, query_size, update_size
from p4lab.core.names import Kind, Regime, name_id
from p4lab.core.records import unauthenticated
from p4lab.live.addresses import split
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.entry import admitted
from p4lab.live.frames import CUSTOMER, Carried, Open
from p4lab.live.identity import parse_code
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party, initiate
from p4lab.live.noise import DH, Handshake
from p4lab.live.profile import Profile
from p4lab.live.sockets import Socket
from p4lab.live.wire import decode, encode

NICE = 10
SLOW, SLOW_PACE = 400, 0.5  # sockets that say a byte every so many seconds
GARBAGE = 200  # connections a second
HANDSHAKES = 2_000  # a second
GETS = 200  # a second, for keys that nobody has
FLOOD, CHANNELS, HELD = 2_000, 4, 262_144  # gets a second, on so many channels, while we hold so few bytes ourselves
STORED = "large"  # an honest key, of which an answer is as large as one may be
TICK = 0.01  # s
UNBOUND = Limits(bytes_per_second=1e12, burst_bytes=1e12, messages_per_second=1e9, burst=1e9, unsent=2**40, drain=1e6)

_LINGER = struct.pack("ii", 1, 0)  # closed at once: else the ports would be used up by those that time out


class Told(msgspec.Struct):
    """What came of an attack. sent: bytes of requests that were handed to the network, where they are counted."""

    done: dict[str, int] = {}
    sent: int = 0

    def count(self, what: str) -> int:
        """One more of these; how many there are now."""
        self.done[what] = number = self.done.get(what, 0) + 1
        return number


class Attack:
    """What an attacker knows, and until when it goes on."""

    def __init__(self, name: str, folder: Path, listen: str, code: str, seconds: float) -> None:
        self.address = f"127.0.0.{2 + list(ATTACKS).index(name)}"
        self.host, self.port = split(listen)
        self.told = Told()
        self._folder = folder
        self._listen = listen
        self._code = code
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + seconds

    def on(self) -> bool:
        """Whether it is not over yet."""
        return self._loop.time() < self._end

    async def paced(self, rate: float, act: Callable[[], None]) -> None:
        """Act so many times a second."""
        start, count = self._loop.time(), 0
        while self.on():
            due = int((self._loop.time() - start) * rate)
            for _ in range(min(due - count, 200)):
                act()
            count = due
            await asyncio.sleep(TICK)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection, from our own address."""
        return await asyncio.open_connection(self.host, self.port, local_addr=(self.address, 0))

    async def channel(self) -> Channel:
        """Of a member that puts and gets; the node's Open is not waited for."""
        purse = Profile(self._folder)
        wall = time.time  # noqa: TID251 a process of its own has the real wall clock
        party: Party = await admitted(purse, parse_code(self._code), self._listen, "Mallory", UNBOUND, wall)
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(Socket, self.host, self.port, local_addr=(self.address, 0))
        channel = await initiate(stream, party)
        channel.post(Open(CUSTOMER, provider=False))
        return channel

    def post(self, channel: Channel, message: Message) -> None:
        """Ask something."""
        data = encode(message)
        self.told.sent += len(data)
        channel.post(Carried(1, data))

    async def hear(self, channel: Channel) -> None:
        """Count what we are told."""
        try:
            while True:
                frame = await channel.receive()
                if isinstance(frame, Carried) and (answer := decode(frame.message)).code == ANSWER:
                    assert isinstance(answer, Answer)
                    self.told.count(answer.outcome)
        except ChannelClosed:
            self.told.count("closed")


async def slow(attack: Attack) -> None:
    """Many connections that never get to the point."""

    async def one() -> None:
        while attack.on():
            try:
                reader, writer = await attack.connect()
            except OSError:
                await asyncio.sleep(SLOW_PACE)
                continue
            attack.told.count("connections")
            try:
                while attack.on():
                    writer.write(b"\0")
                    try:
                        async with asyncio.timeout(SLOW_PACE):
                            if not await reader.read(1):
                                break
                    except TimeoutError:
                        continue
            except OSError:
                attack.told.count("reset")
            finally:
                writer.close()
            await asyncio.sleep(SLOW_PACE)

    async with asyncio.TaskGroup() as group:
        for _ in range(SLOW):
            group.create_task(one())


async def garbage(attack: Attack) -> None:
    """What is no handshake: noise, keys of low order, lengths of 2 GiB, and a good beginning with a bad end."""
    first = _first()
    kinds = (
        secrets.token_bytes(500), (DH).to_bytes(4, "big") + bytes(DH), (DH).to_bytes(4, "big") + b"\1" + bytes(DH - 1),
        (2**31 - 1).to_bytes(4, "big") + bytes(1_000), b"\xff" * 2_000, first + secrets.token_bytes(300),
    )  # fmt: skip
    running: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        try:
            reader, writer = await attack.connect()
            writer.write(kinds[number % len(kinds)])
            async with asyncio.timeout(0.5):
                await reader.read(1_000)
            writer.close()
        except (OSError, TimeoutError):
            attack.told.count("reset")

    def act() -> None:
        number = attack.told.count("connections")
        if len(running) < GARBAGE:
            task = asyncio.get_running_loop().create_task(one(number))
            running.add(task)
            task.add_done_callback(running.discard)

    await attack.paced(GARBAGE, act)
    await asyncio.gather(*running)


async def handshakes(attack: Attack) -> None:
    """As many beginnings of handshakes as there can be, each of which would make the node compute."""
    first = _first()
    fresh: deque[socket.socket] = deque()
    open_: deque[socket.socket] = deque()

    def act() -> None:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        one.setblocking(False)
        one.bind((attack.address, 0))
        one.connect_ex((attack.host, attack.port))
        fresh.append(one)
        attack.told.count("handshakes")

    async def speak() -> None:
        while attack.on():
            await asyncio.sleep(TICK)
            while fresh:
                one = fresh.popleft()
                try:
                    one.send(first)
                except OSError:
                    attack.told.count("refused")
                open_.append(one)
            while len(open_) > HANDSHAKES // 10:
                open_.popleft().close()

    async with asyncio.TaskGroup() as group:
        group.create_task(attack.paced(HANDSHAKES, act))
        group.create_task(speak())
    for one in (*fresh, *open_):
        one.close()


async def flood(attack: Attack) -> None:
    """A member asks for what is large, on some channels, and never reads an answer."""
    nid = name_id(Kind.UNAUTHENTICATED, STORED.encode())
    channels: list[Channel] = []

    async def keep() -> None:
        while attack.on():
            channels[:] = [each for each in channels if each.closed is None and not _over(each)]
            while len(channels) < CHANNELS and attack.on():
                try:
                    channels.append(await attack.channel())
                    attack.told.count("channels")
                except (NotAdmitted, OSError):
                    attack.told.count("refused")
                    break
            await asyncio.sleep(0.1)

    def act() -> None:
        for each in channels:
            if each.waiting < HELD:
                count = attack.told.count("gets")
                attack.post(
                    each,
                    GetRequest(count, nid, query_size(Kind.UNAUTHENTICATED), Kind.UNAUTHENTICATED, STORED.encode()),
                )

    async with asyncio.TaskGroup() as group:
        group.create_task(keep())
        group.create_task(attack.paced(FLOOD / CHANNELS, act))
    for each in channels:
        each.close("done")


async def amplify(attack: Attack) -> None:
    """A member asks for keys that nobody has: each may make the node ask all others."""

    def ask(count: int) -> Message:
        key = f"{secrets.token_hex(4)}/{count}".encode()
        return GetRequest(
            count, name_id(Kind.UNAUTHENTICATED, key), query_size(Kind.UNAUTHENTICATED), Kind.UNAUTHENTICATED, key
        )

    await _asking(attack, GETS, ask)


async def hog(attack: Attack) -> None:
    """A member stores all that it may, and goes on."""
    value = bytes(1_000)

    def ask(count: int) -> Message:
        record = unauthenticated(f"hog/{count}".encode(), value, Regime.GET_BROADCAST, 0, 0)
        return PutRequest(count, record.nid, update_size(record), record)

    await _asking(attack, GETS, ask)


async def _asking(attack: Attack, rate: float, ask: Callable[[int], Message]) -> None:
    channel = await attack.channel()
    hearing = asyncio.get_running_loop().create_task(attack.hear(channel))

    def act() -> None:
        count = attack.told.count("asked")
        attack.post(channel, ask(count))

    await attack.paced(rate, act)
    await asyncio.sleep(0.2)
    channel.close("done")
    await hearing
    await channel.finished()


def _first() -> bytes:
    """The first message of a handshake with anybody of this protocol, of some class."""
    message = Handshake(True, b"P4LAB/1", (bytes(range(32)), bytes(range(32))), secrets.token_bytes(DH)).write()
    return len(message).to_bytes(4, "big") + message


def _over(channel: Channel) -> bool:
    return channel._stream.over  # it never reads, so nobody else tells it


ATTACKS: dict[str, Callable[[Attack], Awaitable[None]]] = {
    "slow": slow, "garbage": garbage, "flood": flood, "handshakes": handshakes, "amplify": amplify, "hog": hog,
}  # fmt: skip


async def main(name: str, folder: str, listen: str, code: str, seconds: str) -> None:
    """Attack, then tell."""
    os.nice(NICE)
    attack = Attack(name, Path(folder), listen, code, float(seconds))
    await ATTACKS[name](attack)
    print(msgspec.json.encode(attack.told).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
