"""A DHT proxy: what stands between customers and their provider (paper section 2), or between them and another proxy.

Rules: to its customers it is their provider, to its provider it is one more customer, so neither knows of it, and
proxies chain. Every request ends: with the answer from above, or when the way up is cut, or when patience has run out.
With an organisation behind it (`organisation.py`, `inside.py`) it keeps and serves what it can by itself; a put that
cannot be passed on is kept and told as OK_LOCAL, and passed on when the way is open again.
"""

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Any

import msgspec

from p4lab.core.contract import NEVER, NOTHING, Effect, Input, Linked, Received, Send, Unlinked, Woke
from p4lab.core.inside import Inside
from p4lab.core.messages import ANSWER, GET, HIT, LEAVE, MISS, NEGATIVE, PUT, Answer, GetRequest, Leave, PutRequest
from p4lab.core.neighbours import Role
from p4lab.core.options import Options
from p4lab.core.organisation import LATER, Organisation
from p4lab.core.question import Waiter
from p4lab.core.signing import Signer

SILENCE = 4.0  # query timeouts: longer than a provider takes with all its second tries (protocol section 5.7)
NOBODY = -1  # asks: its customer has been answered


class _Pending(msgspec.Struct, gc=False):
    """A request that went up. due: when it ends in any case, seconds."""

    asker: int
    request: PutRequest | GetRequest
    cause: int
    due: float


class Proxy:
    """me, above: node numbers. depth: how many proxies there are further up; each waits a little longer than those."""

    def __init__(
        self, me: int, above: int, options: Options, signer: Signer, keeps: bool = True, depth: int = 0
    ) -> None:  # fmt: skip
        self.me = me
        self.wake_at = NEVER
        self._above = above
        self._patience = (SILENCE + depth) * options.query_timeout
        self._own = Organisation(me, above, options, signer) if keeps else None
        self._inside = Inside(me, above, self._own, options, signer) if self._own is not None else None
        self._open = True  # the way up
        self._pending: dict[int, _Pending] = {}  # by op
        self._deadlines: list[tuple[float, int]] = []

    def handle(self, data: Input, now: float) -> list[Effect]:
        """A request goes up, or is answered here; an answer comes down; the way up is cut, or open again."""
        effects = self._handle(data, now)
        deadlines = self._deadlines
        while deadlines and deadlines[0][1] not in self._pending:
            heappop(deadlines)
        self.wake_at = deadlines[0][0] if deadlines else NEVER
        return effects if self._own is None else self._own.stores.durable(effects)

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object], roles: Mapping[int, Role], now: float) -> int:
        """Begin again with what was persisted, the way up being cut; how many copies there are. It has no roles."""
        self._open = False
        return 0 if self._own is None else self._own.restore(rows, now)

    def _handle(self, data: Input, now: float) -> list[Effect]:
        match data:
            case Received():
                return self._received(data, now)
            case Woke():
                return self._woke(now)
            case Linked() if data.node == self._above:
                self._open = True
                return self._tell(now)
            case Unlinked() if data.node == self._above:
                self._open = False
                ended = list(self._pending.values())
                self._pending.clear()
                return [effect for pending in ended for effect in self._alone(pending, "E_AGAIN", now)]
        return NOTHING

    def _received(self, data: Received, now: float) -> list[Effect]:
        message: Any = data.message  # its code says which it is
        code = message.code
        if data.src == self._above:
            return self._answered(message, now) if code == ANSWER else NOTHING
        if code == GET:
            return self._get(_Pending(data.src, message, data.event, now + self._patience), now)
        if code == PUT:
            return self._put(_Pending(data.src, message, data.event, now + self._patience), now)
        if code == LEAVE:
            return self._leave(message, now)
        return NOTHING

    # Going up

    def _get(self, pending: _Pending, now: float) -> list[Effect]:
        if self._inside is not None:
            effects = self._inside.get(_waiter(pending), now)
            if effects:
                return effects
        return self._up(pending, now)

    def _put(self, pending: _Pending, now: float) -> list[Effect]:
        """Checked here first; what never leaves is done with that."""
        request, own = pending.request, self._own
        if own is not None and isinstance(request, PutRequest):
            code = own.judge(request, now)
            if not code.startswith("OK"):
                return [_verdict(pending, code)]
            if own.stays(request):
                return _behind(own.keep(request, now), _verdict(pending, code))
        return self._up(pending, now)

    def _up(self, pending: _Pending, now: float) -> list[Effect]:
        if not self._open:
            return self._alone(pending, "E_AGAIN", now)
        self._wait(pending)
        return [Send(self._above, pending.request)]

    def _wait(self, pending: _Pending) -> None:
        self._pending[pending.request.op] = pending
        heappush(self._deadlines, (pending.due, pending.request.op))

    def _leave(self, message: Leave, now: float) -> list[Effect]:
        forgotten = [] if self._own is None else self._own.forget(message.owner, message.op, now)
        return [*forgotten, Send(self._above, message)]

    def _tell(self, now: float) -> list[Effect]:
        """What was put while the way up was cut."""
        requests = [] if self._own is None else list(self._own.outbox.values())
        due = now + self._patience
        return [
            effect
            for request in requests
            if request.op not in self._pending
            for effect in self._up(_Pending(NOBODY, request, 0, due), now)
        ]

    # Coming down

    def _answered(self, reply: Answer, now: float) -> list[Effect]:
        pending = self._pending.get(reply.op)
        if pending is None or pending.request.nid != reply.nid:
            return NOTHING
        del self._pending[reply.op]
        request, own, inside = pending.request, self._own, self._inside
        if own is None or inside is None:
            return [Send(pending.asker, reply)]
        if isinstance(request, GetRequest):
            return inside.heard(_waiter(pending), reply, now)
        if pending.asker == NOBODY:
            if reply.outcome == "E_AGAIN":
                self._wait(msgspec.structs.replace(pending, due=now + self._patience))  # and then once more
            return own.told(request, reply, now)
        if not reply.outcome.startswith("OK"):
            return [Send(pending.asker, reply)]
        return _behind(own.keep(request, now), Send(pending.asker, reply))

    def _alone(self, pending: _Pending, outcome: str, now: float) -> list[Effect]:
        """The end of a request that nobody above answers. A put that depends on what is stored there is not kept."""
        request, own, inside = pending.request, self._own, self._inside
        if isinstance(request, GetRequest):
            silent = (self._above,)
            if inside is not None:
                return inside.alone(_waiter(pending), outcome, silent, now)
            return [Send(pending.asker, Answer(request.op, request.nid, NEGATIVE, MISS, outcome, silent=silent))]
        if pending.asker == NOBODY:
            return NOTHING
        if own is None or request.cas is not None:
            return [_verdict(pending, "E_AGAIN")]
        return _behind(own.keep_for_later(request, now), _verdict(pending, LATER))

    def _woke(self, now: float) -> list[Effect]:
        """Patience has run out. What the provider is still to hear of is told again."""
        effects: list[Effect] = []
        deadlines, again = self._deadlines, False
        while deadlines and deadlines[0][0] <= now:
            due, op = heappop(deadlines)
            pending = self._pending.get(op)
            if pending is None or pending.due != due:
                continue
            del self._pending[op]
            again = again or isinstance(pending.request, PutRequest)
            for effect in self._alone(pending, "TIMEOUT", now):
                effect.cause = effect.cause or pending.cause  # type: ignore[union-attr]  # it sends answers
                effects.append(effect)
        return effects + self._tell(now) if again and self._open else effects


def _behind(kept: list[Effect], answer: Send) -> list[Effect]:
    """The answer behind the event of what is stored, before all that follows from it."""
    return [*kept[:1], answer, *kept[1:]]


def _waiter(pending: _Pending) -> Waiter:
    assert isinstance(pending.request, GetRequest)
    return Waiter(pending.asker, pending.request, pending.cause)


def _verdict(pending: _Pending, code: str) -> Send:
    request = pending.request
    assert isinstance(request, PutRequest)
    done = HIT if code.startswith("OK") else MISS
    return Send(pending.asker, Answer(request.op, request.nid, NEGATIVE, done, code, version=request.record.version))
