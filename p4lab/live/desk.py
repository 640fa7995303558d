"""The desk: customers from outside, each on a channel of its own, who put and get through this provider.

Rules: a customer says PUT, GET and LEAVE, and asks who somebody is, and nothing else; each is answered once. What it
asks is told as events here on its behalf, numbered by us. Its account is its channel's key, whatever it says. Who asks
for more than its share, or while everybody holds, or when nothing can be kept, is told E_AGAIN.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import msgspec

from p4lab.core.commands import BY_HAND
from p4lab.core.contract import Received
from p4lab.core.customer import AGAIN, text
from p4lab.core.events import Event, GetFinished, GetStarted, PutFinished, PutStarted
from p4lab.core.messages import ANSWER, MISS, NEGATIVE, Answer, GetRequest, Leave, PutRequest
from p4lab.core.names import Kind, Scope, digest
from p4lab.live.budget import Bucket, Buckets
from p4lab.live.carrier import STRANGERS
from p4lab.live.channel import Channel, ChannelClosed
from p4lab.live.frames import BAD, AnyFrame, Carried, Member, Open, Seated, WhoIs
from p4lab.live.host import Host
from p4lab.live.limits import Limits
from p4lab.live.seen import CUSTOMERS
from p4lab.live.stream import Stream
from p4lab.live.wire import decode, encode

WAITING = 256  # requests of one customer that may wait for an answer
BEHIND = 4_096  # lists of effects that may wait for the disk before puts are refused
ASKED = 4_096  # questions whose replies are counted for whoever caused them
FULL = 1.0  # s for which a customer whose quota is used up is not looked at again

Request = PutRequest | GetRequest | Leave


class Keeper(Protocol):
    """What the desk asks about the provider behind it."""

    def closed(self) -> bool:
        """Whether everybody holds."""

    def can_keep(self) -> bool:
        """Whether the store takes anything now."""

    def knows(self, request: GetRequest) -> bool:
        """Whether a get is answered from here, without asking others."""


class _Asked(msgspec.Struct):
    """A request under way. theirs: the number that the customer gave it. first: not a later page of a set."""

    theirs: int
    request: Request
    started: float
    first: bool = True


class _Customer:
    """One channel's. ours: what we call the requests that have been answered with a page, by the customer's number."""

    def __init__(self, number: int, channel: Channel, questions: Bucket, now: float) -> None:
        self.number = number
        self.channel = channel
        self.account = digest(channel.peer_key)
        self.asked: dict[int, _Asked] = {}  # by our number
        self.ours: OrderedDict[int, int] = OrderedDict()
        self.questions = questions
        self.wait_until = now + questions.take(things=0.0)  # for a get that asks others
        self.full_until = 0.0


class Desk:
    """Of the provider at seat `me`. named: the member of the class that has this name; seated: that sits there.

    owners: what members are called, by the keys that they sign with.
    """

    def __init__(self, me: int, host: Host, story: Stream, keeper: Keeper, limits: Limits) -> None:
        self.named: Callable[[str], Member | None] = lambda name: None
        self.seated: Callable[[int], Member | None] = lambda seat: None
        self.owners: Callable[[], Mapping[bytes, str]] = dict
        self._me = me
        self._host = host
        self._story = story
        self._keeper = keeper
        self._customers: dict[int, _Customer] = {}
        self._asking: dict[int, _Customer] = {}  # by our number of a request
        # By our number of a question to others, who caused it and who has replied: nobody's reply counts twice
        self._caused: OrderedDict[int, tuple[_Customer, set[int]]] = OrderedDict()
        self._next = STRANGERS
        rate, most, clock = limits.questions_per_second, limits.reply_bytes, story.clock
        # Of an identity, over all its channels: else another channel would be another share
        self._questions: Buckets[bytes] = Buckets(lambda: Bucket(clock, rate, max(rate, 1.0), most, most))

    def __len__(self) -> int:
        return len(self._customers)

    async def serve(self, channel: Channel, opened: Open) -> None:
        """Serve this customer until its channel ends."""
        number = self._next = self._next + 1
        questions = self._questions.of(channel.peer_key)
        customer = self._customers[number] = _Customer(number, channel, questions, self._story.clock())
        try:
            await channel.each(partial(self._heard_of, customer))
        except ChannelClosed:
            return None
        except BAD:
            return channel.close("sent what cannot be read")
        finally:
            channel.close("done")
            del self._customers[number]
            for op in customer.asked:
                del self._asking[op]

    def close(self, why: str) -> None:
        """Say goodbye to all of them."""
        for customer in list(self._customers.values()):
            customer.channel.close(why)

    def answer(self, number: int, answer: Answer, cause: int, t: float) -> None:
        """The provider has an answer for one of them."""
        customer = self._customers.get(number)
        asked = None if customer is None else customer.asked.pop(answer.op, None)
        if customer is None or asked is None:
            return
        del self._asking[answer.op]
        if answer.outcome == "E_CAP":
            customer.full_until = t + FULL
        if answer.placemark:
            customer.ours[asked.theirs] = answer.op
            while len(customer.ours) > WAITING:
                customer.ours.popitem(last=False)
        self._tell(customer, asked, answer, cause, t)

    def asks_others(self, op: int) -> None:
        """A request of this number makes the provider ask others."""
        customer = self._asking.get(op)
        if customer is not None:
            customer.wait_until = self._story.clock() + customer.questions.take()
            self._caused[op] = customer, set()
            if len(self._caused) > ASKED:
                self._caused.popitem(last=False)

    def heard(self, op: int, seat: int, size: int) -> None:
        """Somebody has replied to a question of this number."""
        customer, replied = self._caused.get(op, (None, set()))
        if customer is not None and seat not in replied:
            replied.add(seat)
            customer.wait_until = self._story.clock() + customer.questions.take(size, things=0.0)

    def _heard_of(self, customer: _Customer, frame: AnyFrame) -> None:
        """A customer says something. Raises one of BAD."""
        if isinstance(frame, WhoIs):
            found = (self.named(frame.name), *map(self.seated, frame.seats))
            customer.channel.post(Seated(tuple(member for member in found if member is not None)))
            return
        message = decode(frame.message) if isinstance(frame, Carried) else None
        if isinstance(message, Request):
            self._ask(customer, message)
        else:
            customer.channel.close("a customer puts and gets")

    def _ask(self, customer: _Customer, request: Request) -> None:
        t, theirs = self._story.clock(), request.op
        first = not (isinstance(request, GetRequest) and request.after)
        op = self._story.number() if first else customer.ours.pop(theirs, 0) or self._story.number()
        request.op = op
        if isinstance(request, PutRequest):
            request.account = customer.account
        asked = _Asked(theirs, request, t, first)
        event = 0
        if first and self._story.watched and not isinstance(request, Leave):
            event = self._story.emit(self._started(request), t, 0)
        code, size, status = request.code, request.size, request.status
        event = self._story.sent(t, t, event, op, size, CUSTOMERS + self._me, self._me, code, status, 0)
        if isinstance(request, Leave):
            if request.owner == customer.account:
                self._host.tell(self._me, Received(customer.number, request, event), event)
            return
        if why := self._refusal(customer, request, t):
            self._tell(customer, asked, Answer(op, request.nid, NEGATIVE, MISS, why), event, t)
            return
        customer.asked[op] = asked
        self._asking[op] = customer
        self._host.tell(self._me, Received(customer.number, request, event), event)

    def _refusal(self, customer: _Customer, request: PutRequest | GetRequest, t: float) -> str:
        """Why the provider is not even asked; empty if it is."""
        if self._keeper.closed() or len(customer.asked) >= WAITING:
            return AGAIN
        if isinstance(request, PutRequest):
            if not self._keeper.can_keep() or self._host.waiting(self._me) >= BEHIND:
                return AGAIN
            return "E_CAP" if t < customer.full_until and not request.record.deleted else ""
        if t < customer.wait_until and not self._keeper.knows(request):
            return AGAIN
        return ""

    def _tell(self, customer: _Customer, asked: _Asked, answer: Answer, cause: int, t: float) -> None:
        """Tell the customer its answer, under the number that it gave; of a long set the first page counts as it."""
        op, status = answer.op, answer.status
        try:
            data = encode(msgspec.structs.replace(answer, op=asked.theirs))
        except ValueError as fault:
            return customer.channel.close(f"there is an answer that cannot be sent: {fault}")
        event = self._story.sent(t, t, cause, op, len(data), self._me, CUSTOMERS + self._me, ANSWER, status, 0)
        if asked.first and self._story.watched:
            self._story.emit(self._finished(asked, answer, t), t, event)
        customer.channel.post(Carried(event, data))
        return None

    def _started(self, request: PutRequest | GetRequest) -> Event:
        node, op, nid = self._me, request.op, request.nid
        if isinstance(request, GetRequest):
            kind, key, owner = request.kind, request.key, request.owner
            return GetStarted(node, op, nid, kind.value, label(kind, key), owner.hex()[:8], BY_HAND)
        record = request.record
        return PutStarted(
            node, op, nid, record.kind.value, label(record.kind, record.key), record.owner.hex()[:8], BY_HAND,
            record.regime.value, record.ttl_ms / 1000, record.lease_ms / 1000, record.version[0],
            text(record.value or b""), record.deleted, Scope.ORGANISATION.value if request.scoped else "",
        )  # fmt: skip

    def _finished(self, asked: _Asked, answer: Answer, t: float) -> Event:
        node, op, nid, took = self._me, answer.op, answer.nid, t - asked.started
        if isinstance(asked.request, PutRequest):
            return PutFinished(node, op, nid, answer.outcome, took, asked.request.record.version[0])
        seq, version_hash = answer.version
        return GetFinished(
            node, op, nid, answer.outcome, answer.source, took, seq, version_hash[:8].hex(),
            tuple([record.entry[:8].hex() for record in answer.records if record.entry]),
            tuple([text(record.value or b"") for record in answer.records]), answer.silent, answer.copy, answer.stale,
        )  # fmt: skip


def label(kind: Kind, key: bytes) -> str:
    """A key as files spell it."""
    return key.hex() if kind is Kind.IMMUTABLE else key.decode(errors="replace")
