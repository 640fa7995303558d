"""Doors: how connections come about. Dialling tries all addresses of somebody; a listener lets in who proves itself.

Rules: everything that a stranger can make us do is bounded, in all and per address: connections that have not shown who
they are, handshakes a second, channels. Refusals are counted by cause, and nothing is answered.
"""

import asyncio
import contextlib
import errno
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from p4lab.live.addresses import near
from p4lab.live.budget import Bucket, Buckets
from p4lab.live.channel import Channel
from p4lab.live.meeting import NotAdmitted, Party, UnreachableError, initiate, respond
from p4lab.live.sockets import Socket

K = TypeVar("K", str, bytes)

STAGGER = 0.3  # s after which the next address is tried too (RFC 8305: 0.15 to 0.4 with LAN latencies)
CONNECT = 5.0  # s that a connection may take: a network that swallows packets says nothing for minutes
ADDRESSES = 16  # of one party
BACKLOG = 100
PAUSE = 0.1  # s after which it is tried again to accept somebody, where that failed
IN_TURN = 8  # who are turned away before others have their turn


async def dial(addresses: Sequence[str], party: Party, expect: bytes | None = None) -> Channel:
    """A channel by whichever address answers as it should first. Raises NotAdmitted, with what each attempt came to.

    expect: the id of whoever shall be there; always known of somebody that was discovered.
    """
    attempts: set[asyncio.Task[Channel]] = set()
    failed: list[str] = []
    left = list(dict.fromkeys(addresses))[:ADDRESSES][::-1]
    if len(left) == 1:
        return await _attempt(left[0], party, expect)
    loop = asyncio.get_running_loop()
    try:
        while left or attempts:
            if left:
                attempts.add(loop.create_task(_attempt(left.pop(), party, expect)))
            done, attempts = await asyncio.wait(
                attempts, timeout=STAGGER if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            channel = _harvest(done, failed)
            if channel is not None:
                return channel
    finally:
        await _forget(attempts)
    raise NotAdmitted(" ".join(dict.fromkeys(failed)) or "No address is known.")


async def _attempt(address: str, party: Party, expect: bytes | None) -> Channel:
    host, _, port = address.rpartition(":")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT):
            _, stream = await loop.create_connection(Socket, host.strip("[]"), int(port))
    except TimeoutError:
        raise UnreachableError(f"{address} does not answer.") from None
    except ConnectionRefusedError as problem:
        raise UnreachableError(f"{address} cannot be reached: nothing listens there.") from problem
    except (OSError, ValueError, OverflowError) as problem:  # a name that cannot be one, a port that is none
        says = getattr(problem, "strerror", None) or problem
        raise UnreachableError(f"{address} cannot be reached: {says}.") from problem
    try:
        return await initiate(stream, party, expect, address)
    except NotAdmitted as problem:
        raise type(problem)(f"{address}: {problem}") from problem


def _harvest(done: set[asyncio.Task[Channel]], failed: list[str]) -> Channel | None:
    """The first channel of these; any other is closed."""
    found: Channel | None = None
    for task in done:
        problem = task.exception()
        if isinstance(problem, NotAdmitted):
            failed.append(str(problem))
        elif problem is not None:
            raise problem
        elif found is None:
            found = task.result()
        else:
            task.result().close("another address was quicker")
    return found


async def _forget(attempts: set[asyncio.Task[Channel]]) -> None:
    for task in attempts:
        task.cancel()
    for task in attempts:
        with contextlib.suppress(asyncio.CancelledError, NotAdmitted):
            (await task).close("another address was quicker")


class Listener:
    """Lets in who proves itself. take: called with each channel. everybody: from public addresses too.

    refused: how many were, by cause.
    """

    def __init__(self, party: Party, take: Callable[[Channel], None], everybody: bool = False) -> None:
        limits, clock = party.limits, party.clock
        self.refused: Counter[str] = Counter()
        self._party = party
        self._take = take
        self._everybody = everybody
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._handshakes: Buckets[str] = Buckets(
            lambda: Bucket(clock, limits.handshakes_per_second, limits.handshakes_per_second)
        )
        self._half_open: Counter[str] = Counter()  # by address; a guest stays half open
        self._channels: Counter[bytes] = Counter()  # by identity
        self._admitting: set[asyncio.Task[None]] = set()

    async def open(self, host: str = "", port: int = 0) -> None:
        """Begins to listen; host "" is everywhere. Raises OSError."""
        if host:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            family, *_, address = found[0]
            self._socket = socket.create_server(address, family=family, backlog=BACKLOG)
        else:
            self._socket = _everywhere(port)
        self._socket.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept(self._socket))

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    async def close(self) -> None:
        """Listens no more. Channels that were taken stay."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
        for task in tuple(self._admitting):
            task.cancel()
        await asyncio.gather(*self._admitting, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        """Let in or turn away whoever knocks; asyncio's own server would make ten times as much of each."""
        loop, refused = asyncio.get_running_loop(), 0
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError:  # it has gone already, or all descriptors are in use
                await asyncio.sleep(PAUSE)
                continue
            host = caller(address)
            cause = self._refusal(host)
            if cause:
                self.refused[cause] += 1
                connection.close()
                refused += 1
                if refused % IN_TURN == 0:
                    await asyncio.sleep(0)  # a flood of them is not all that happens here
                continue
            self._half_open[host] += 1
            task = loop.create_task(self._admit(connection, host))
            self._admitting.add(task)
            task.add_done_callback(self._admitting.discard)

    def _refusal(self, host: str) -> str:
        limits = self._party.limits
        if not self._everybody and not near(host):
            return "from outside"
        if self._half_open.total() >= limits.half_open:
            return "too many half open"
        if self._half_open[host] >= limits.half_open_per_address:
            return "too many half open of one address"
        if self._channels.total() >= limits.channels:
            return "too many channels"
        bucket = self._handshakes.of(host)
        if bucket.take():
            bucket.back()
            return "too many handshakes"
        return ""

    async def _admit(self, connection: socket.socket, host: str) -> None:
        guest = False
        try:
            _, stream = await asyncio.get_running_loop().connect_accepted_socket(Socket, connection)
            channel = await respond(stream, self._party, host)
            guest = channel.peer is None
        except (NotAdmitted, OSError):
            self.refused["not admitted"] += 1
            return None
        finally:
            if not guest:
                self._less(self._half_open, host)
        if guest:
            channel.on_end = lambda: self._less(self._half_open, host)
        elif self._channels[channel.peer_id] >= self._party.limits.channels_per_identity:
            self.refused["too many channels of one identity"] += 1
            return channel.close("you have enough channels here")
        else:
            self._channels[channel.peer_id] += 1
            channel.on_end = lambda: self._less(self._channels, channel.peer_id)
        self._take(channel)
        return None

    @staticmethod
    def _less(counter: Counter[K], key: K) -> None:
        counter[key] -= 1
        if counter[key] <= 0:
            del counter[key]


def caller(address: Sequence[object]) -> str:
    """The host of a socket's address; an IPv4 address as such, even where it came in through IPv6."""
    return str(address[0]).removeprefix("::ffff:")


def _everywhere(port: int) -> socket.socket:
    """One socket for both kinds of IP, so that one port is enough; of IPv4 alone where there is no other."""
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise
    return socket.create_server(("", port), backlog=BACKLOG)
