"""The switchboard: all channels between one member and the others of its class, by seat, and the ways to open them.

Rules: one channel per seat; `up` and `down` are told in turns, never twice the same. The first frame of either side is
an Open; the one who dialled says first what it wants. Of two channels that two members opened at once both keep the one
that the lower seat dialled. Nothing here trusts a frame: whoever sends what cannot be read is cut off.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.frames import BAD, CUSTOMER, MEMBER, Frame, Join, Open
from p4lab.live.identity import Ticket
from p4lab.live.limits import Limits
from p4lab.live.tasks import Tasks

CROSSING = 3.0  # s: two channels so close together were opened at once; else the other end has lost the older one
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # s between attempts to connect, doubling, times 0.5 to 1
SOON = 1.0  # s that addresses have before another way is tried too: an isolating network says no after 3, or never
GOODBYE = 1.0  # s for the last words
LASTED = 10.0  # s: a channel that ended sooner was no success, and the waits go on growing
AMISS = (OSError, ValueError, ChannelClosed)  # how an attempt to connect may end

F = TypeVar("F", bound=Frame)
Dial = Callable[[Sequence[str], bytes | None], Awaitable[Channel]]


class _Held:
    """A channel in use, and how it came about."""

    def __init__(self, channel: Channel, dialled: bool, since: float, opened: Open) -> None:
        self.channel = channel
        self.dialled = dialled
        self.since = since
        self.opened = opened


class _Wanted:
    """Somebody to be connected to. wake: set when a channel comes or goes, or when the addresses change."""

    def __init__(self, addresses: tuple[str, ...], expect: bytes | None) -> None:
        self.addresses = addresses
        self.expect = expect
        self.wake = asyncio.Event()
        self.task: asyncio.Task[Any] | None = None


class Switchboard:
    """All member channels of one member.

    opening: what we say of ourselves at the beginning of a channel. dial: a channel to whoever answers at one of these
    addresses, whose id has to be the one expected, if any. clock: seconds. fault: told of what should not happen.

    For others to set: dialer, how to reach a seat that no address leads to (None: no way); allowed, why somebody with
    a valid ticket is refused all the same, None where it is not; on_join, who takes a Join: the authority alone has
    one; on_customer, who takes the channel of somebody who puts and gets, until it returns.
    """

    def __init__(
        self, me: Ticket, opening: Callable[[str], Open], dial: Dial, limits: Limits, clock: Callable[[], float],
        rng: random.Random, fault: Callable[[str], None] = lambda says: None,
    ) -> None:  # fmt: skip
        self.me = me
        self.limits = limits
        self.clock = clock
        self.dialer: Callable[[int], Awaitable[Channel | None]] | None = None
        self.allowed: Callable[[Ticket], str | None] = lambda ticket: None
        self.on_join: Callable[[Channel, Join], Awaitable[None]] | None = None
        self.on_customer: Callable[[Channel, Open], Awaitable[None]] | None = None
        self._opening = opening
        self._dial = dial
        self._rng = rng
        self._fault = fault
        self._tasks = Tasks(fault)
        self._held: dict[int, _Held] = {}
        self._served: set[Channel] = set()  # of customers
        self._wanted: dict[int, _Wanted] = {}
        self._takers: dict[type[Frame], Callable[[int, Any], None]] = {}
        self._watchers: list[tuple[Callable[[int], None], Callable[[int, str, bool], None]]] = []
        self._closed = False

    @property
    def channels(self) -> dict[int, Channel]:
        """By seat."""
        return {seat: held.channel for seat, held in self._held.items()}

    def channel(self, seat: int) -> Channel | None:
        """The channel to this seat, if there is one."""
        held = self._held.get(seat)
        return None if held is None else held.channel

    def here(self, seat: int) -> bool:
        """Whether there is a channel to this seat."""
        return seat in self._held

    def opened(self, seat: int) -> Open | None:
        """What the member at this seat said of itself."""
        held = self._held.get(seat)
        return None if held is None else held.opened

    def on(self, kind: type[F], take: Callable[[int, F], None]) -> None:
        """Who takes the frames of one kind, which are handed over with the seat that they came from."""
        self._takers[kind] = take

    def watch(self, up: Callable[[int], None], down: Callable[[int, str, bool], None]) -> None:
        """Be told of each channel that comes, and goes: its seat, why, and whether that was said (clean)."""
        self._watchers.append((up, down))

    def post(self, seat: int, frame: Frame) -> bool:
        """Send a frame; False where there is no channel. Never waits."""
        held = self._held.get(seat)
        return held is not None and held.channel.post(frame)

    def want(self, seat: int, addresses: Sequence[str] = (), expect: bytes | None = None) -> None:
        """Keep trying to be connected to this seat. expect: the id of the member, where it is known."""
        if self._closed or seat == self.me.seat:
            return
        wanted = self._wanted.get(seat)
        if wanted is None:
            wanted = self._wanted[seat] = _Wanted(tuple(addresses), expect)
            wanted.task = self._tasks.start(self._keep(seat, wanted))
        elif (wanted.addresses, wanted.expect) != (tuple(addresses), expect):
            wanted.addresses, wanted.expect = tuple(addresses), expect
            wanted.wake.set()

    def unwant(self, seat: int) -> None:
        """Try no more; a channel that is open stays."""
        wanted = self._wanted.pop(seat, None)
        if wanted is not None and wanted.task is not None:
            wanted.task.cancel()

    def cut(self, seat: int, why: str) -> None:
        """Close the channel to this seat, and those by which its owner puts and gets."""
        held = self._held.get(seat)
        if held is not None:
            self._drop(seat, held, why, True)
        for channel in [each for each in self._served if each.peer is not None and each.peer.seat == seat]:
            channel.close(why)

    async def reach(self, addresses: Sequence[str], expect: bytes | None = None) -> int:
        """Connect to whoever is there, and say at which seat it sits. Raises one of AMISS."""
        channel = await self._dial(addresses, expect)
        return await self._introduce(channel, None)

    async def admit(self, channel: Channel) -> None:
        """Somebody has dialled us: find out what it wants and serve it. Returns when that has begun, or has ended."""
        try:
            async with asyncio.timeout(self.limits.handshake):
                first = await channel.receive()
        except TimeoutError:
            return channel.close("the first frame did not come in time")
        except (ChannelClosed, *BAD):
            return channel.close("the first frame could not be read")
        if self._closed:
            return channel.close("closing")
        if channel.peer is None:
            if isinstance(first, Join) and self.on_join is not None:
                return await self.on_join(channel, first)
            return channel.close("a ticket is needed here")
        if not isinstance(first, Open) or first.purpose not in (MEMBER, CUSTOMER):
            return channel.close("the first frame is an Open")
        if why := self._refusal(channel.peer, first.purpose):
            return channel.close(why)
        if first.purpose == CUSTOMER:
            assert self.on_customer is not None  # _refusal has looked
            channel.post(self._opening(MEMBER))
            self._served.add(channel)
            try:
                return await self.on_customer(channel, first)
            finally:
                self._served.discard(channel)
        if not self._keeps(channel.peer.seat, False):
            return channel.close("one channel is enough")
        channel.post(self._opening(MEMBER))
        return self._take(channel, False, first)

    async def close(self, why: str) -> None:
        """Say goodbye to everybody, and end; what was said has a moment to leave."""
        self._closed = True
        self._wanted.clear()
        ending = [self._tasks.start(held.channel.finished()) for held in self._held.values()]
        for seat, held in list(self._held.items()):
            self._drop(seat, held, why, True)
        if ending:
            await asyncio.wait(ending, timeout=GOODBYE)
        await self._tasks.close()

    def _refusal(self, ticket: Ticket, purpose: str) -> str | None:
        """Why this member is not let in, or None."""
        if purpose == CUSTOMER:  # of our own seat too: who runs a node may put and get at it
            return "there is no provider here" if self.on_customer is None else self.allowed(ticket)
        if ticket.seat == self.me.seat:
            return "this is your own seat"
        if ticket.seat not in self._held and len(self._held) >= self.limits.channels:
            return "too many channels are open here"
        return self.allowed(ticket)

    def _keeps(self, seat: int, dialled: bool) -> bool:
        """Whether a new channel is to be kept, where there may be one already."""
        held = self._held.get(seat)
        if held is None or held.dialled is dialled or self.clock() - held.since > CROSSING:
            return True  # nobody dials who has a channel: the other end has lost the one that is here
        return (self.me.seat < seat) is dialled

    async def _introduce(self, channel: Channel, seat: int | None) -> int:
        """The beginning of a channel that we have dialled; the seat that it leads to. Raises one of AMISS."""
        try:
            ticket = channel.peer
            if ticket is None or (seat is not None and ticket.seat != seat):
                raise ValueError("somebody else is at this address")
            if why := self._refusal(ticket, MEMBER):
                raise ValueError(why)
            channel.post(self._opening(MEMBER))
            async with asyncio.timeout(self.limits.handshake):
                first = await channel.receive()
            if not isinstance(first, Open):
                raise ValueError("the first frame is an Open")
            if self._closed or not self._keeps(ticket.seat, True):
                raise ValueError("one channel is enough")
        except (*AMISS, *BAD, asyncio.CancelledError) as fault:
            channel.close(str(fault) or "not in time")
            raise
        self._take(channel, True, first)
        return ticket.seat

    def _take(self, channel: Channel, dialled: bool, first: Open) -> None:
        """From now on this is the channel of its seat."""
        seat = cast("Ticket", channel.peer).seat
        if (old := self._held.get(seat)) is not None:
            self._drop(seat, old, "there is a newer channel", True)
        held = self._held[seat] = _Held(channel, dialled, self.clock(), first)
        self._tasks.start(self._serve(seat, held))
        for up, _ in self._watchers:
            up(seat)
        self._wake(seat)

    async def _serve(self, seat: int, held: _Held) -> None:
        """Hand over what comes, until the channel ends."""
        takers = self._takers

        def take(frame: Frame) -> None:
            if self._held.get(seat) is held:
                taker = takers.get(type(frame))
                if taker is None:
                    return self._drop(seat, held, f"nobody here takes a {type(frame).__name__}", False)
                taker(seat, frame)
            return None

        try:
            await held.channel.each(take)
        except ChannelClosed as closed:
            self._drop(seat, held, closed.why, closed.clean)
        except BAD:
            self._drop(seat, held, "sent what cannot be read", False)
        finally:
            self._drop(seat, held, "a fault at this end", False)  # where nothing else was the reason

    def _drop(self, seat: int, held: _Held, why: str, clean: bool) -> None:
        """This channel is over. Whoever is told may post, cut and want."""
        held.channel.close(why)
        if self._held.get(seat) is not held:
            return
        del self._held[seat]
        for _, down in self._watchers:
            down(seat, why, clean)
        self._wake(seat)

    def _wake(self, seat: int) -> None:
        wanted = self._wanted.get(seat)
        if wanted is not None:
            wanted.wake.set()

    async def _keep(self, seat: int, wanted: _Wanted) -> None:
        """Be connected to this seat, and try again when that is lost; ever more rarely while it fails."""
        wait = FIRST_WAIT
        while True:
            wanted.wake.clear()
            if seat in self._held or await self._connect(seat, wanted):
                since = self.clock()
                while seat in self._held:
                    await wanted.wake.wait()
                    wanted.wake.clear()
                if self.clock() - since > LASTED:
                    wait = FIRST_WAIT
            pause = wait * (0.5 + self._rng.random() / 2)  # not all of a class at once when the teacher is back
            wait = min(wait * 2, LONGEST_WAIT)
            try:
                async with asyncio.timeout(pause):
                    await wanted.wake.wait()  # it dialled us, or there is another address
            except TimeoutError:
                continue

    async def _connect(self, seat: int, wanted: _Wanted) -> bool:
        """Whether an address leads there, or else the dialer, which is tried too when no address answers soon."""
        direct = self._tasks.start(self._directly(seat, wanted)) if wanted.addresses else None
        try:
            if direct is not None:
                await asyncio.wait({direct}, timeout=None if self.dialer is None else SOON)
            if self.dialer is not None and seat not in self._held:
                try:
                    channel = await self.dialer(seat)
                    if channel is not None:
                        await self._introduce(channel, seat)
                except AMISS:
                    pass
            if direct is not None and seat not in self._held:
                await asyncio.wait({direct})
        except asyncio.CancelledError:
            if direct is not None:
                direct.cancel()
            raise
        return seat in self._held

    async def _directly(self, seat: int, wanted: _Wanted) -> None:
        with contextlib.suppress(*AMISS):
            await self._introduce(await self._dial(wanted.addresses, wanted.expect), seat)
