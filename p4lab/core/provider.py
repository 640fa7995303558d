"""One provider: its parts put together. Dispatches inputs; what each part knows is in the part's own file."""

from collections.abc import Iterable
from typing import Any

from p4lab.core.admission import admit
from p4lab.core.contract import NEVER, NOTHING, Effect, Emit, Received, Requested, Send, Woke
from p4lab.core.messages import (
    FETCH,
    FETCHR,
    GET,
    GETQ,
    GETR,
    HIT,
    MISS,
    NEGATIVE,
    PUT,
    UPDATE,
    Answer,
    PutRequest,
)  # fmt: skip
from p4lab.core.options import Options
from p4lab.core.propagation import receive, spread
from p4lab.core.resolution import Resolution
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, Stores, lease_end


class Provider:
    """A top-level provider of a mesh. me: its node number. lookup_delay: of its own lookup service, seconds."""

    def __init__(self, me: int, options: Options, signer: Signer, lookup_delay: float) -> None:
        self.me = me
        self.wake_at = NEVER  # when the next question runs out of time
        self.stores = Stores(me)
        self._neighbours: frozenset[int] = frozenset()
        self._options = options
        self._signer = signer
        self._resolution = Resolution(me, self.stores, options, signer, lookup_delay)
        self._query, self._reply = self._resolution.query, self._resolution.reply

    @property
    def peers(self) -> tuple[int, ...]:
        """The providers it peers with, in order."""
        return self._resolution.peers

    def peer_with(self, others: Iterable[int]) -> None:
        """Peer with each of `others` from now on."""
        self._resolution.peers = tuple(sorted({*self.peers, *others}))
        self._neighbours = frozenset(self._resolution.peers)

    def handle(self, data: Received | Requested | Woke, now: float) -> list[Effect]:
        """Take one input; messages of customers and of peers come in one door, told apart by their code.

        What is not for the sender to say is ignored: a peer is no customer, and a customer tells of no updates.
        """
        if type(data) is not Received:
            effects = self._resolution.wake(now) if type(data) is Woke else NOTHING
            self.wake_at = self._resolution.wake_at
            return effects
        message: Any = data.message  # its code says which it is
        code = message.code
        if code == GETQ:
            return self._query(data.src, message, now)
        if code == GETR or code == FETCHR:  # noqa: SIM109, PLR1714  # the hot path: a tuple would be built each time
            effects = self._reply(data.src, message, now)
            if effects:
                self.wake_at = self._resolution.wake_at
            return effects
        if code == FETCH:
            return self._resolution.fetch(data.src, message, now)
        if data.src in self._neighbours:
            if code == UPDATE:
                return receive(message, data.src, self.me, self.stores, self._signer, now)
        elif code == GET:
            effects = self._resolution.get(data.src, message, data.event, now)
            self.wake_at = self._resolution.wake_at
            return effects
        elif code == PUT:
            return self._put(data.src, message, now)
        return NOTHING

    def _put(self, customer: int, request: PutRequest, now: float) -> list[Effect]:
        """Check, store, answer at once (P14), and only then tell the peers what the regime asks for."""
        record, op = request.record, request.op
        verdict = admit(request, self.stores, self._options, self._signer, now)
        done = HIT if verdict.accepted else MISS
        answer = Send(customer, Answer(op, record.nid, NEGATIVE, done, verdict.code, version=record.version))
        if not verdict.accepted:
            return [answer]
        until = lease_end(record, now)
        for copy in self.stores.live(OWN, record.nid, now):
            if copy.record.entry == record.entry and copy.record.version == record.version:
                until = max(until, copy.until)  # what was promised is kept: a refresh never shortens a lease
        kept = self.stores.keep(OWN, record, until, op)
        lower = self.stores.drop(CACHED, record.nid, record.entry, None, op, "put here")
        # An equal copy that a peer told of stays: its lease may outlast that of the own one.
        lower += self.stores.drop(REPLICA + POINTER, record.nid, record.entry, record.version, op, "put here")
        renewed = verdict.code == "OK_DUPLICATE"
        told = spread(record, verdict.previous, renewed, self.peers, op, kept)
        return [Emit(kept, leads=True), answer, *lower, *told]
