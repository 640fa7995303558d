"""Switchboards without sockets: members of a class joined in memory, with every frame encoded, decoded and queued.

Rules: nothing happens but by a call: `settle` delivers all frames, `wait` lets time pass. Admission asks both sides, as
a real switchboard does; who is wanted and can be reached is connected.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from p4lab.live.addresses import Own, allowed
from p4lab.live.authority import Authority
from p4lab.live.frames import AnyFrame, Frame, Join, Open, Outlawed, Welcome, decode, encode
from p4lab.live.identity import Keys, Ticket, unpack
from p4lab.live.limits import Limits
from p4lab.live.member import Membership
from p4lab.live.profile import Profile

WALL = 1_800_000_000.0


def near(host: str) -> bool:
    """Our network is 10.0.0.0/24."""
    return allowed(host, (Own("10.0.0.1", 24, "wlan0"),))


class Hand:
    """What a class asked of a node."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def freeze(self, on: bool) -> None:
        self.asked.append(("freeze", on))

    def propose(self, seat: int, on: bool) -> None:
        self.asked.append(("propose", seat, on))


class Board:
    """A switchboard of one member. got: every frame that came, in order."""

    def __init__(self, net: Net, me: Ticket, allowed: Callable[[Ticket], str | None]) -> None:
        self.net, self.me, self.allowed = net, me, allowed
        self.channels: dict[int, Board] = {}
        self.wanted: dict[int, tuple[str, ...]] = {}
        self.got: list[tuple[int, AnyFrame]] = []
        self.cuts: list[tuple[int, str]] = []
        self.take: Callable[[int, AnyFrame], None] = lambda _seat, _frame: None
        self.up: Callable[[int], None] = lambda _seat: None
        self.down: Callable[[int, str, bool], None] = lambda _seat, _why, _clean: None

    def post(self, seat: int, frame: Frame) -> bool:
        if seat not in self.channels:
            return False
        self.net.queue.append((self, self.channels[seat], encode(frame)))
        return True

    def want(self, seat: int, addresses: Sequence[str] = (), expect: bytes | None = None) -> None:
        assert seat not in self.net.boards or expect in (None, self.net.boards[seat].me.id)
        self.wanted[seat] = tuple(addresses)

    def unwant(self, seat: int) -> None:
        self.wanted.pop(seat, None)

    def cut(self, seat: int, why: str, clean: bool = True) -> None:
        if seat in self.channels:
            self.cuts.append((seat, why))
        self.net.settle_frames()  # what was posted before the goodbye arrives before it
        other = self.channels.pop(seat, None)
        if other is not None:
            other.channels.pop(self.me.seat, None)
            self.down(seat, why, clean)
            other.down(self.me.seat, why, clean)


class Net:
    """All boards of a class, its clock and what is due later."""

    def __init__(self) -> None:
        self.now = 0.0
        self.boards: dict[int, Board] = {}
        self.queue: deque[tuple[Board, Board, bytes]] = deque()
        self.refused: list[tuple[int, int, str]] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def later(self, delay: float, call: Callable[[], None]) -> object:
        heapq.heappush(self._due, (self.now + delay, len(self._due), call))
        return None

    def add(self, board: Board) -> None:
        self.boards[board.me.seat] = board

    def connect(self, a: int, b: int) -> bool:
        one, two = self.boards[a], self.boards[b]
        for me, other in ((one, two), (two, one)):
            why = me.allowed(other.me)
            if why is not None:
                self.refused.append((me.me.seat, other.me.seat, why))
                return False
        one.channels[b], two.channels[a] = two, one
        one.up(b)
        two.up(a)
        return True

    def settle_frames(self) -> None:
        while self.queue:
            src, dst, data = self.queue.popleft()
            frame = decode(data)
            dst.got.append((src.me.seat, frame))
            dst.take(src.me.seat, frame)

    def settle(self) -> None:
        """Deliver everything, and connect those who want it, once each."""
        self.settle_frames()
        for seat, board in list(self.boards.items()):
            for other in list(board.wanted):
                if other in self.boards and other not in board.channels:
                    self.connect(seat, other)
        self.settle_frames()

    def wait(self, seconds: float) -> None:
        self.settle()
        until = self.now + seconds
        while self._due and self._due[0][0] <= until:
            self.now, _, call = heapq.heappop(self._due)
            call()
            self.settle_frames()
        self.now = until
        self.settle()


class Class:
    """A teacher on a profile, and whoever joined."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.net, self.limits, self.folder = Net(), limits or Limits(), folder
        self.hands: dict[int, Hand] = {}
        self.members: dict[int, Membership] = {}
        self.keys: dict[int, Keys] = {}
        self.open()

    def open(self) -> None:
        """The teacher starts, perhaps again."""
        profile = Profile(self.folder)
        self.hands[0] = Hand()
        self.teacher = Authority(profile, profile.open_class("Physics"), "Teacher", self.hands[0], self.limits, near,
                                 lambda: self.net.now, lambda: WALL + self.net.now, self.net.later)  # fmt: skip
        board = Board(self.net, self.teacher.ticket, self.teacher.allowed)
        board.up = lambda seat: self.teacher.up(seat, Open("member", (f"10.0.0.{seat}:4700",)))
        board.down = self.teacher.down
        self.teacher.board = board
        self.net.add(board)

    def close(self) -> None:
        """The teacher's computer loses its power."""
        for seat in list(self.net.boards[0].channels):
            self.net.boards[0].cut(seat, "reset", clean=False)
        del self.net.boards[0]

    def join(self, name: str, seed: int | None = None) -> int:
        """Somebody joins with the right code and connects; returns the seat."""
        keys = Keys(bytes([seed if seed is not None else 100 + len(self.keys)]) * 32)
        answer = self.teacher.admit(keys.public, f"10.0.1.{len(self.keys)}", Join(self.teacher.own.secret, name))
        assert isinstance(answer, Welcome)
        ticket = unpack(answer.ticket)
        self.keys[ticket.seat] = keys
        self.attend(ticket)
        return ticket.seat

    def attend(self, ticket: Ticket) -> None:
        hand = self.hands[ticket.seat] = Hand()
        member = Membership(ticket, "Physics", hand, self.limits, near, lambda: WALL + self.net.now)
        board = Board(self.net, ticket, member.allowed)
        board.down = member.down
        board.take = lambda seat, frame: (member.hear if isinstance(frame, Outlawed) else member.take)(seat, frame)
        board.up = lambda seat: member.up(seat, board.channels[seat].me)
        self.members[ticket.seat] = member
        self.net.add(board)
        member.attach(board)
        self.net.wait(1.0)
