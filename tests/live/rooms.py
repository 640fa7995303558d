"""A class on real sockets of the loopback: a teacher and members, each with its listener, switchboard and place.

Rules: 127.0.0.1 and free ports only; everything is closed by `close`. Nodes have no providers: what a class asks of
them is kept in their hands.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from p4lab.live.addresses import Own, allowed
from p4lab.live.admission import join
from p4lab.live.attend import Place
from p4lab.live.authority import Authority
from p4lab.live.channel import Channel
from p4lab.live.doors import Listener, dial
from p4lab.live.frames import Carried, Open
from p4lab.live.identity import AUTHORITY, JoinCode, Keys, Ticket, member_id
from p4lab.live.limits import Limits
from p4lab.live.meeting import NotAdmitted, Party
from p4lab.live.member import Membership
from p4lab.live.profile import Profile
from p4lab.live.switchboard import Switchboard
from tests.live.boards import Hand

SOON = Limits(heartbeat=0.5, idle=5.0)
LOOPBACK = Own("127.0.0.1", 8, "lo", 1)


def near(host: str) -> bool:
    return allowed(host, (LOOPBACK,))


class Node:
    """One node of a class. got: what others carried to it. apart: addresses that cannot be reached from here."""

    def __init__(self, keys: Keys, ticket: Ticket, limits: Limits) -> None:
        loop = asyncio.get_running_loop()
        self.party = Party(keys, ticket.class_id, ticket, limits, loop.time, lambda: 1_800_000_000.0 + loop.time())
        self.apart: Callable[[str], bool] = lambda _: False
        self.hand = Hand()
        self.faults: list[str] = []
        self.got: list[tuple[int, bytes]] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.board = Switchboard(
            ticket, lambda purpose: Open(purpose, (self.address,)), self._dial, limits, loop.time,
            random.Random(ticket.seat), self.faults.append,
        )  # fmt: skip
        self.board.on(Carried, lambda seat, frame: self.got.append((seat, frame.message)))
        self.listener = Listener(self.party, self._knocked)
        self.address = ""
        self.place: Place

    async def start(self, role: Authority | Membership, port: int = 0) -> None:
        await self.listener.open("127.0.0.1", port)
        self.address = f"127.0.0.1:{self.listener.port}"
        self.place = Place(self.board, self.party, role, self.faults.append)

    async def close(self) -> None:
        await self.board.close("closing")
        await self.place.close()
        await self.listener.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        assert self.faults == [], self.faults

    def kill(self) -> None:
        """Sockets are cut without a word, and nobody listens any more."""
        for channel in self.board.channels.values():
            channel._cut("killed")

    async def _dial(self, addresses: Sequence[str], expect: bytes | None) -> Channel:
        return await dial([address for address in addresses if not self.apart(address)], self.party, expect)

    def _knocked(self, channel: Channel) -> None:
        task = asyncio.get_running_loop().create_task(self.board.admit(channel))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Room:
    """A class: `teacher`, and whoever joined, by seat."""

    def __init__(self, folder: Path, limits: Limits = SOON) -> None:
        self.folder, self.limits = folder, limits
        self.nodes: dict[int, Node] = {}
        self.keys: dict[int, Keys] = {}
        self.tickets: dict[int, Ticket] = {}

    @property
    def teacher(self) -> Node:
        return self.nodes[AUTHORITY]

    @property
    def rules(self) -> Authority:
        rules = self.teacher.place.rules
        assert rules is not None
        return rules

    @property
    def code(self) -> JoinCode:
        return self.rules.code(self.teacher.address)

    async def open(self, port: int = 0) -> None:
        loop, profile = asyncio.get_running_loop(), Profile(self.folder)
        own, hand = profile.open_class("Physics"), Hand()
        rules = Authority(profile, own, "Teacher", hand, self.limits, near, loop.time,
                          lambda: 1_800_000_000.0 + loop.time(), loop.call_later)  # fmt: skip
        node = self.nodes[AUTHORITY] = Node(own.keys, rules.ticket, self.limits)
        node.hand = hand
        await node.start(rules, port)

    async def guest(self, code: JoinCode, seed: int = 1, name: str = "Ann") -> tuple[Ticket, str]:
        loop = asyncio.get_running_loop()
        wall = 1_800_000_000.0
        party = Party(Keys(bytes([seed]) * 32), code.class_id, None, self.limits, loop.time, lambda: wall + loop.time())
        return await join([code.address], party, code, name)

    async def join(self, name: str, seed: int) -> Node:
        ticket, class_name = await self.guest(self.code, seed, name)
        self.keys[ticket.seat] = Keys(bytes([seed]) * 32)
        return await self.attend(ticket, class_name)

    async def attend(self, ticket: Ticket, class_name: str = "Physics") -> Node:
        node = self.nodes[ticket.seat] = Node(self.keys[ticket.seat], ticket, self.limits)
        self.tickets[ticket.seat] = ticket
        role = Membership(ticket, class_name, node.hand, self.limits, near, node.party.wall)
        role.company.typed(member_id(ticket.authority), self.teacher.address)
        await node.start(role)
        await until(lambda: node.board.here(AUTHORITY))
        return node

    async def close(self) -> None:
        for node in list(self.nodes.values()):
            await node.close()
        await asyncio.sleep(0)


async def until(true: Callable[[], object], within: float = 20.0) -> float:
    """Wait for something; how long it took. Fails where it does not come."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not true():
        assert loop.time() - began < within, "it did not come"
        await asyncio.sleep(0.005)
    return loop.time() - began


async def refused(asked: Awaitable[object]) -> str:
    """The sentence with which an attempt to join ends."""
    try:
        await asked
    except NotAdmitted as why:
        return str(why)
    raise AssertionError("it was admitted")
