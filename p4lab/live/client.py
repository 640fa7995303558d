"""A customer at the command line: one channel to a provider, and one put, or gets, through it.

Rules: the core's own Customer makes and signs the record, so a command line's put is a put like any other. What it
comes to is a `Result`; that there is no way to the provider is a NotAdmitted with the reason.
"""

import asyncio
import contextlib
from collections import deque
from typing import Any

import msgspec

from p4lab.core.commands import BY_HAND, Get, Put
from p4lab.core.contract import Received, Requested, Unlinked
from p4lab.core.customer import Customer
from p4lab.core.events import Event, GetFinished, PutFinished
from p4lab.core.messages import ANSWER, Message
from p4lab.core.names import ID_SIZE, Kind
from p4lab.core.records import MAX_SEQ
from p4lab.core.signing import Ed25519
from p4lab.core.wallet import Wallet
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.entry import ME
from p4lab.live.frames import BAD, CUSTOMER, AnyFrame, Carried, Member, Open, Seated, WhoIs
from p4lab.live.host import Host
from p4lab.live.identity import MAX_NAME, hash_of
from p4lab.live.meeting import NotAdmitted
from p4lab.live.profile import Profile
from p4lab.live.tasks import Tasks
from p4lab.live.wire import decode, encode

PROVIDER, US = 0, 1  # node numbers here; those of the class do not matter to a customer
GOODBYE = 2.0  # s that the end may take: a node that was killed hears no goodbye
PATIENCE = 15.0  # s for an answer: a provider waits 2 s for its peers, and a set may have some pages
TOO_BIG = "E_TOO_BIG"


class Result(msgspec.Struct, frozen=True):
    """What an operation came to. version: the seq of a signed record, else None. silent: seats that did not answer.

    key: as it was asked for; of an immutable value its hash, which it is got by.
    """

    code: str
    nid: str
    version: int | None = None
    values: tuple[str, ...] = ()
    source: str = ""
    latency: float = 0.0
    silent: tuple[int, ...] = ()
    key: str = ""


Finished = PutFinished | GetFinished


class _Ears:
    """A stream of events that tells those who wait what their operations come to. An event costs a number."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[Finished | str]] = {}  # by operation; a word: why it came to nothing
        self.count = 0

    def sent(self, *message: Any) -> int:
        self.count += 1
        return self.count

    def emit(self, event: Event, t: float, cause: int) -> int:
        if isinstance(event, Finished):
            self.tell(event.op, event)
        self.count += 1
        return self.count

    def tell(self, op: int, what: Finished | str) -> None:
        """Whoever waits for this operation waits no more."""
        waiting = self.waiting.get(op)
        if waiting is not None and not waiting.done():
            waiting.set_result(what)


class Client:
    """On a channel of its own; many may ask at once. purse: the profile, whose identities sign."""

    def __init__(self, channel: Channel, purse: Profile) -> None:
        self._channel = channel
        self._purse = purse
        self._ears = _Ears()
        self.wallet = Wallet(Ed25519(), purse.seed_of)
        loop = asyncio.get_running_loop()
        self._host = Host(self._ears, self, loop, loop.time())
        self._host.add(US, Customer(US, PROVIDER, "", self.wallet))
        self._loop = loop
        self._operations = 0
        self.gone = ""  # why nobody answers any more
        self._questions: deque[asyncio.Future[tuple[Member, ...]]] = deque()  # who somebody is, in order
        self._tasks = Tasks(self._break)

    async def begin(self) -> None:
        """Say what we want. Raises NotAdmitted."""
        self._channel.post(Open(CUSTOMER, provider=False, shows=False))
        try:
            opened = await self._channel.receive()
        except ChannelClosed as closed:
            raise NotAdmitted(f"The node does not serve us: {closed.why}.") from closed
        if not isinstance(opened, Open):
            raise NotAdmitted("Something else than a provider answers there.")
        self._tasks.start(self._listen())

    async def put(self, put: Put) -> Result:
        """A put. Without a seq it takes the one above the highest that was signed here or is seen at the node."""
        if put.kind is Kind.AUTHENTICATED and put.key:
            identity = put.identity or put.by
            nid = self.wallet.name(put.kind, put.key, None, identity)[0]
            seq = put.seq
            if seq is None:
                seen = await self.get(Get(put.by, put.key, kind=put.kind, owner=identity))
                seq = min(max(self._purse.seq(nid), seen.version or 0) + 1, MAX_SEQ)
                put = msgspec.structs.replace(put, seq=seq)
            self._purse.signed(nid, seq)
        return await self._do(put)

    async def get(self, get: Get) -> Result:
        """A get."""
        return await self._do(get)

    async def knows(self, owner: str) -> bool:
        """Whether it is known whose keys `owner` means: an identity of this profile, a hash in hex, or a member's."""
        if owner == ME or owner in self._purse.identities():
            return True
        key = hash_of(owner)
        if len(key) != ID_SIZE:
            members = await self._who(WhoIs(owner[:MAX_NAME] or ME))
            key = members[0].owner if members else b""
        self.wallet.owners[owner] = key
        return len(key) == ID_SIZE

    async def shared(self, name: str) -> str:
        """The hash, in hex, of the key of a member of this name, where we mean another by it; empty: nobody."""
        if name == ME:
            return ""
        members = await self._who(WhoIs(name[:MAX_NAME]))
        key = members[0].owner if members else b""
        return key.hex() if key not in (b"", self.wallet.owner(name)) else ""

    async def called(self, seats: tuple[int, ...]) -> dict[int, str]:
        """What the members at these seats are called, of the first 32 and as far as the provider knows."""
        return {member.seat: member.name for member in await self._who(WhoIs(seats=seats[:32]))} if seats else {}

    async def end(self) -> None:
        """Say goodbye."""
        self._host.close()
        self._channel.close("done")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._tasks.close()
                await self._channel.finished()

    def carry(self, src: int, dst: int, message: Message, cause: int, t: float) -> None:
        """To the provider (of a host's Carrier)."""
        try:
            self._channel.post(Carried(cause, encode(message)))
        except ValueError:
            self._ears.tell(message.op, TOO_BIG)

    async def _do(self, command: Put | Get) -> Result:
        self._operations = op = self._operations + 1
        started, ears = self._loop.time(), self._ears
        waiting = ears.waiting[op] = self._loop.create_future()
        patience = self._loop.call_later(PATIENCE, ears.tell, op, "TIMEOUT")  # a quarter of what asyncio.timeout costs
        try:
            self._host.tell(US, Requested(command, op, BY_HAND))
            event = await waiting
        finally:
            patience.cancel()
            del ears.waiting[op]
        if isinstance(event, str):
            return Result(event, "", latency=self._loop.time() - started)
        version = event.seq if command.kind is Kind.AUTHENTICATED and event.seq else None
        nid = event.nid.hex()
        if isinstance(event, PutFinished):
            return Result(event.outcome, nid, version, (), "", event.latency)
        return Result(event.outcome, nid, version, event.values, event.source, event.latency, event.silent)

    async def _listen(self) -> None:
        try:
            await self._channel.each(self._hear)
        except (ChannelClosed, *BAD) as closed:
            self._lose(closed.why if isinstance(closed, ChannelClosed) else "it sent what is no message")

    def _hear(self, frame: AnyFrame) -> None:
        if isinstance(frame, Seated) and self._questions:
            _tell(self._questions.popleft(), frame.members)
        message = decode(frame.message) if isinstance(frame, Carried) else None
        if message is not None and message.code == ANSWER:
            self._host.tell(US, Received(PROVIDER, message, 0))

    def _break(self, why: str) -> None:
        """What listens has failed: nobody is answered any more."""
        for op in list(self._ears.waiting):
            self._ears.tell(op, why)
        self._lose(why)

    def _lose(self, why: str) -> None:
        """The provider is out of reach: whoever waits is told E_AGAIN, and whoever watches that it is gone."""
        self.gone = why
        self._host.tell(US, Unlinked(PROVIDER, "link"))
        while self._questions:
            _tell(self._questions.popleft(), ())

    async def _who(self, question: WhoIs) -> tuple[Member, ...]:
        """Whom the provider answers with; nobody where it does not answer."""
        if self.gone:
            return ()
        answer: asyncio.Future[tuple[Member, ...]] = self._loop.create_future()
        self._questions.append(answer)
        self._channel.post(question)
        try:
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            return ()


def _tell(answer: asyncio.Future[tuple[Member, ...]], members: tuple[Member, ...]) -> None:
    if not answer.done():
        answer.set_result(members)
