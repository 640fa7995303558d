"""The carrier: takes messages from a provider to its neighbours and customers, and to it what they may say.

Rules: what comes from a member reaches the provider only while the two peer and a session may run between them, and
only messages that neighbours have for each other. Of what neighbours make us keep there is a bound. Sizes are those of
the bytes that travel.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from p4lab.core.contract import Received
from p4lab.core.events import LOST, Rejected
from p4lab.core.messages import ACCESS, CREQ, CRESP, HELLO, SYNC_D, Answer, Message, Query, Reply, SyncItems, Update
from p4lab.core.provider import Provider
from p4lab.core.stores import POINTER, REPLICA, SUBTREE
from p4lab.live.budget import Bucket, Buckets
from p4lab.live.frames import Carried
from p4lab.live.host import Host
from p4lab.live.limits import Limits
from p4lab.live.seen import SHIFT
from p4lab.live.stream import Stream
from p4lab.live.switchboard import Switchboard
from p4lab.live.wire import decode, encode

STRANGERS = 65_536  # node numbers from here on are the desk's: one for each customer's channel
SESSIONS, SESSION_BURST = 2.0, 20.0  # HELLOs and SYNC_Ds of one neighbour a second: each may cost a look at all we have
BEHIND = 16_384  # lists of effects that may wait for the disk before neighbours are let go
RECOUNT = 10.0  # s between two counts of what is kept of everybody's: it looks at all of it


class Counter(Protocol):
    """Where customers from outside are served."""

    def answer(self, number: int, answer: Answer, cause: int, t: float) -> None:
        """The provider has an answer for one of them."""

    def asks_others(self, op: int) -> None:
        """A request of this number makes the provider ask others."""

    def heard(self, op: int, seat: int, size: int) -> None:
        """Somebody has replied to a question of this number."""


class Carrier:
    """Of one provider. linked: the seats with which a session may run now."""

    def __init__(self, me: int, board: Switchboard, story: Stream, limits: Limits) -> None:
        self.linked: set[int] = set()
        self.counter: Counter | None = None
        self.host: Host | None = None
        self.provider: Provider | None = None
        self.log: Callable[[str, str], None] = lambda cause, says: None
        self._me = me
        self._board = board
        self._story = story
        self._stock = _Stock(limits)
        self._sessions: Buckets[int] = Buckets(lambda: Bucket(story.clock, SESSIONS, SESSION_BURST))
        self._last: tuple[Message | None, bytes] = None, b""  # a broadcast is encoded once
        board.on(Carried, self.take)

    def carry(self, src: int, dst: int, message: Message, cause: int, t: float) -> None:
        """Send a message to a neighbour, or hand an answer to the desk."""
        if dst >= STRANGERS:
            if self.counter is not None and isinstance(message, Answer):
                self.counter.answer(dst, message, cause, t)
            return
        try:
            if self._last[0] is not message:
                self._last = message, encode(message)
                if self.counter is not None and isinstance(message, Query):
                    self.counter.asks_others(message.op)
            self._post(src, dst, message, self._last[1], cause, t)
        except ValueError as fault:
            self.log("wire", f"a message for seat {dst} was not sent: {fault}")

    def take(self, seat: int, frame: Carried) -> None:
        """A member's message has come. Raises one of frames.BAD."""
        message = decode(frame.message)
        host, t = self.host, self._story.clock()
        if host is None or seat not in self.linked or message.code in (CREQ, CRESP) or message.code >= ACCESS:
            return None
        if message.code in (HELLO, SYNC_D) and self._sessions.of(seat).take():
            return self._board.cut(seat, "begins sessions too often")
        if host.waiting(self._me) >= BEHIND:
            return self._board.cut(seat, "our disk is behind")  # it catches up later
        event = frame.event if frame.event >> SHIFT == seat else 0  # nobody speaks of another's messages
        if event:
            self._story.arrived(event, t)
        if self.counter is not None and isinstance(message, Reply):
            self.counter.heard(message.op, seat, len(frame.message))
        stocked = self._stocked(seat, message, t)
        if stocked is not None:
            host.tell(self._me, Received(seat, stocked, event), event)
        return None

    def _post(self, src: int, dst: int, message: Message, data: bytes, cause: int, t: float) -> None:
        channel = self._board.channel(dst)
        there = channel is not None
        way = 0.0 if channel is None or channel.rtt is None else channel.rtt / 2
        event = self._story.sent(
            t, t + way, cause, message.op, len(data), src, dst, message.code, message.status, 0 if there else LOST
        )
        if channel is not None:
            channel.post(Carried(event, data))

    def _stocked(self, seat: int, message: Message, now: float) -> Message | None:
        """What of it may be taken, where it makes us keep something."""
        stock, provider = self._stock, self.provider
        if provider is None:
            return None
        if isinstance(message, Update) and not stock.admits(seat, message, provider, now):
            self._refused(seat, message)
            return None
        if isinstance(message, SyncItems):
            kept = tuple([each for each in message.items if stock.admits(seat, each, provider, now)])
            if len(kept) < len(message.items):
                self._refused(seat, message.items[0])
                return msgspec.structs.replace(message, items=kept)
        return message

    def _refused(self, seat: int, update: Update) -> None:
        if self.host is not None:
            self.host.emit(Rejected(node=self._me, op=update.op, nid=update.nid, src=seat, code="E_CAP"))
        self.log("quota", f"seat {seat} has told of more than we keep for one neighbour")


class _Stock:
    """How much is kept of each neighbour's. Counted upwards, and once in a while what there really is."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept: dict[int, tuple[int, int]] = {}  # seat -> names and bytes, at most
        self._recount_at = 0.0

    def admits(self, seat: int, update: Update, provider: Provider, now: float) -> bool:
        """Whether there is room for it."""
        size = len(update.record.value or b"")
        names, volume = self._kept.get(seat, (0, 0))
        if not self._fits(names, volume + size) and now >= self._recount_at:
            self._recount_at = now + RECOUNT
            self._kept[seat] = names, volume = _counted(seat, provider, now)
        if not self._fits(names, volume + size):
            return False
        self._kept[seat] = names + 1, volume + size
        return True

    def _fits(self, names: int, volume: int) -> bool:
        return names < self._limits.keys_per_identity and volume <= self._limits.bytes_per_identity


def _counted(seat: int, provider: Provider, now: float) -> tuple[int, int]:
    stores = provider.stores
    copies = [copy.record for _, copy in stores.via(seat, SUBTREE + REPLICA + POINTER, now)]
    marks = sum(mark.via == seat for mark in [*stores.marks.values(), *stores.removed.values()])
    return len(copies) + marks, sum(len(record.value or b"") for record in copies)
