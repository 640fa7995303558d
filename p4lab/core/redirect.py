"""A redirect child: a provider without a lookup service of its own, whose customers' requests go to its parent.

Rules: it stores nothing and judges nothing (its customers trust the parent, A27); each request goes up in a CREQ and
its answer comes back in a CRESP. A parent that stays silent for `query_timeout` is told as E_AGAIN to a put and as
TIMEOUT to a get. Redirect children below it are served in the same way.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any

import msgspec

from p4lab.core.contract import NEVER, NOTHING, Effect, Input, Received, Send, Woke
from p4lab.core.messages import (
    CREQ,
    CRESP,
    GET,
    MISS,
    NEGATIVE,
    PUT,
    Answer,
    GetRequest,
    PutRequest,
    Relayed,
    RelayedAnswer,
)  # fmt: skip
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import Options
from p4lab.core.question import patience


class _Pending(msgspec.Struct, gc=False):
    """A request that went up. asker: a customer, or with `relayed` the redirect child below that sent it."""

    asker: int
    request: PutRequest | GetRequest
    cause: int
    relayed: Relayed | None


class Redirect:
    """me, parent: node numbers."""

    def __init__(self, me: int, options: Options, parent: int) -> None:
        self.me = me
        self.wake_at = NEVER
        self._near = Neighbours(me, parent)
        self._parent = parent
        self._options = options
        self._pending: dict[int, _Pending] = {}
        self._deadlines: list[tuple[float, int]] = []
        self._last_qid = 0

    def adopt(self, redirect: Iterable[int]) -> None:
        """Redirect children of its own; one with a lookup service needs a parent that has one."""
        self._near.add(Role.PROXY, redirect)

    def handle(self, data: Input, now: float) -> list[Effect]:
        """A request goes up, or an answer comes down."""
        if type(data) is not Received:
            return self._wake(now) if type(data) is Woke else NOTHING
        message: Any = data.message
        code, role = message.code, self._near.roles.get(data.src)
        if role is None and code in (PUT, GET):
            return self._up(_Pending(data.src, message, data.event, None), now)
        if role is Role.PROXY and code == CREQ:
            return self._up(_Pending(data.src, message.request, data.event, message), now)
        if role is Role.PARENT and code == CRESP:
            pending = self._pending.pop(message.qid, None)
            return NOTHING if pending is None else [_down(pending, _from_above(message.answer))]
        return NOTHING

    def _up(self, pending: _Pending, now: float) -> list[Effect]:
        self._last_qid = qid = self._last_qid + 1
        self._pending[qid] = pending
        waits = patience(pending.relayed, self._options)
        heappush(self._deadlines, (now + waits, qid))
        self.wake_at = self._deadlines[0][0]
        request = pending.request
        return [Send(self._parent, Relayed(request.op, request.nid, request.size, qid, request, waits))]

    def _wake(self, now: float) -> list[Effect]:
        effects: list[Effect] = []
        deadlines = self._deadlines
        while deadlines and (deadlines[0][0] <= now or deadlines[0][1] not in self._pending):
            pending = self._pending.pop(heappop(deadlines)[1], None)
            if pending is not None:
                request = pending.request
                outcome = "E_AGAIN" if request.code == PUT else "TIMEOUT"
                silent = (self._parent,)
                answer = Answer(request.op, request.nid, NEGATIVE, MISS, outcome, silent=silent)
                effect = _down(pending, answer)
                effect.cause = pending.cause  # a wake-up is no Event
                effects.append(effect)
        self.wake_at = deadlines[0][0] if deadlines else NEVER
        return effects


def _from_above(answer: Answer) -> Answer:
    """Whatever it was to the parent, here the value came from another provider."""
    return msgspec.structs.replace(answer, source="remote") if answer.source else answer


def _down(pending: _Pending, answer: Answer) -> Send:
    if pending.relayed is None:
        return Send(pending.asker, answer)
    op, nid, qid = answer.op, answer.nid, pending.relayed.qid
    return Send(pending.asker, RelayedAnswer(op, nid, answer.size, qid, answer.status, answer))
