"""A redirect child: a provider without a lookup service of its own, whose customers' requests go to its parent.

Rules: it stores nothing and judges nothing (its customers trust the parent, A27); each request goes up in a CREQ and
its answer comes back in a CRESP. A parent that stays silent for `query_timeout` is told as E_AGAIN to a put and as
TIMEOUT to a get. Redirect children below it are served in the same way.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any

import msgspec

from p4lab.core.answers import from_outside
from p4lab.core.contract import NEVER, NOTHING, Effect, Emit, Input, Linked, Received, Send, Unlinked, Woke
from p4lab.core.events import SessionDown, SessionRefused, SessionUp
from p4lab.core.messages import (
    BYE,
    CREQ,
    CRESP,
    GET,
    HEADER,
    HELLO,
    LEAVE,
    MISS,
    NEGATIVE,
    PUT,
    Answer,
    Bye,
    GetRequest,
    Hello,
    Leave,
    PutRequest,
    Relayed,
    RelayedAnswer,
    greeting,
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

    def __init__(self, me: int, options: Options, parent: int | None, epoch: int = 0) -> None:
        self.me = me
        self.wake_at = NEVER
        self._near = Neighbours(me, parent)
        self._parent = parent  # None: there is no session
        self._epoch = epoch
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
            return self._told(data, now)
        message: Any = data.message
        code, role = message.code, self._near.roles.get(data.src)
        if role is None and code in (PUT, GET):
            return self._up(_Pending(data.src, message, data.event, None), now)
        if code == LEAVE or (code == CREQ and role is Role.PROXY and message.request.code == LEAVE):
            leave = message if code == LEAVE else message.request
            return self._leave(leave) if role in (None, Role.PROXY) else NOTHING
        if role is Role.PROXY and code == CREQ:
            return self._up(_Pending(data.src, message.request, data.event, message), now)
        if role is Role.PARENT and code == CRESP:
            pending = self._pending.pop(message.qid, None)
            return NOTHING if pending is None else [_down(pending, from_outside(message.answer))]
        if role is not None and code == HELLO:
            return self._hello(data.src, role, message)
        if role is not None and code == BYE and data.src in self._near.down:
            self._near.forget(data.src)
            return [Emit(SessionRefused(self.me, data.src, message.why))]
        return NOTHING

    def _told(self, data: Input, now: float) -> list[Effect]:
        """What the driver says: the time has come, or the way to a neighbour is open or cut."""
        if type(data) is Woke:
            return self._wake(now)
        near = self._near
        if type(data) is Linked and data.role is not None:
            near.know(data.role, data.node)
            mine = Role.PROXY if data.role is Role.PARENT else Role.PARENT
            return [self._greeting(data.node, mine)]
        if type(data) is Unlinked and data.node in near.roles:
            was_up, role = near.up(data.node), near.roles[data.node]
            near.lower(data.node)
            effects: list[Effect] = [Emit(SessionDown(self.me, data.node, data.why))] if was_up else []
            if role is Role.PARENT:
                self._parent = None
                pending, self._pending = self._pending, {}
                effects += [_refused(each, data.node) for each in pending.values()]
            if data.gone:
                near.forget(data.node)
            return effects
        return NOTHING

    def _greeting(self, node: int, mine: Role) -> Send:
        return Send(node, greeting(mine, self._near.ancestors, self._epoch))

    def _hello(self, src: int, role: Role, hello: Hello) -> list[Effect]:
        near = self._near
        if hello.role is not role or self.me in hello.ancestors:
            why = "CYCLE" if hello.role is role else "ROLE_MISMATCH"
            near.forget(src)
            return [Emit(SessionRefused(self.me, src, why)), Send(src, Bye(b"", HEADER, why))]
        effects: list[Effect] = [] if near.up(src) else [Emit(SessionUp(self.me, src, role.value))]
        near.add(role, (src,))
        if role is Role.PARENT:
            self._parent = src
            near.ancestors = (src, *hello.ancestors)
        return effects

    def _leave(self, leave: Leave) -> list[Effect]:
        """A customer moves away: whoever keeps its data is told. Nobody answers that."""
        if self._parent is None:
            return NOTHING
        self._last_qid += 1
        return [Send(self._parent, Relayed(leave.op, leave.nid, leave.size, self._last_qid, leave))]

    def _up(self, pending: _Pending, now: float) -> list[Effect]:
        if self._parent is None:
            return [_refused(pending, None)]
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
                outcome = "E_AGAIN" if pending.request.code == PUT else "TIMEOUT"
                effect = _refused(pending, self._parent, outcome)
                effect.cause = pending.cause  # a wake-up is no Event
                effects.append(effect)
        self.wake_at = deadlines[0][0] if deadlines else NEVER
        return effects


def _refused(pending: _Pending, parent: int | None, outcome: str = "E_AGAIN") -> Send:
    """The parent did not answer, or cannot be reached."""
    silent = () if parent is None else (parent,)
    request = pending.request
    return _down(pending, Answer(request.op, request.nid, NEGATIVE, MISS, outcome, silent=silent))


def _down(pending: _Pending, answer: Answer) -> Send:
    if pending.relayed is None:
        return Send(pending.asker, answer)
    op, nid, qid = answer.op, answer.nid, pending.relayed.qid
    return Send(pending.asker, RelayedAnswer(op, nid, answer.size, qid, answer.status, answer))
