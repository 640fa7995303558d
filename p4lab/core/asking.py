"""The questions that a provider has in flight: how one is put, who joins it, and what its answers bring (section 5.7).

Rules: one question per name is in flight; later gets join it, those of customers and of neighbours alike. Every
question ends: by answers, or at its deadline; what follows is its owner's, `resolution.py`. An answer nobody asked for
changes nothing.
"""

from heapq import heappop, heappush
from math import inf
from typing import Protocol

import msgspec

from p4lab.core import messages
from p4lab.core.absence import Absence
from p4lab.core.answers import answer
from p4lab.core.contract import NOTHING, Effect, Emit, Persist, Send, SendAll
from p4lab.core.events import Noticed, Rejected
from p4lab.core.messages import HIT, MISS, REFUSED, Fetch, FetchReply, GetQuery, GetReply, GetRequest
from p4lab.core.names import Kind
from p4lab.core.neighbours import Neighbours
from p4lab.core.options import Mesh, Options
from p4lab.core.question import Found, Question, Waiter, came_by, patience
from p4lab.core.records import UNVERSIONED, Version, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import Copy, Stores

ROUNDING = 0.001  # s: lifetimes are whole milliseconds on the wire


class Owner(Protocol):
    """Who knows what becomes of a question."""

    def finish(self, question: Question, now: float) -> list[Effect]:
        """Everybody has answered, or enough have, or the time is up."""

    def late(self, question: Question, found: Found, now: float) -> list[Effect]:
        """A sound record came in after the question was answered."""


class Asking:
    """everybody: whom a question goes to. absent: who would be asked but has no session; absent_below: the children of
    those. open: the unanswered ones by name. wake_at: the next deadline, seconds.
    """

    def __init__(
        self, near: Neighbours, owner: Owner, stores: Stores, absence: Absence, options: Options, signer: Signer,
        lookup_delay: float,
    ) -> None:  # fmt: skip
        self.wake_at = inf
        self.everybody: tuple[int, ...] = ()
        self.absent: tuple[int, ...] = ()
        self.absent_below: tuple[int, ...] = ()
        self.open: dict[bytes, Question] = {}
        self.open_below: dict[bytes, Question] = {}  # those asked for peers and the parent, which go down alone
        self.questions: dict[int, Question] = {}
        self._near = near
        self._owner = owner
        self._stores = stores
        self._absence = absence
        self._options = options
        self._signer = signer
        self.delay = lookup_delay
        self.deadlines: list[tuple[float, int]] = []
        self._last_qid = 0
        self._misses: dict[int, int] = {}  # questions in a row that a neighbour did not answer
        self._relay = options.mesh is Mesh.RELAY

    def join_or_ask(self, waiter: Waiter, pointers: list[Copy], now: float) -> list[Effect]:
        """Wait for the question in flight, or put one."""
        request = waiter.request
        question = self._joinable(waiter)
        if question is not None and (self._options.coalesce or question.op == request.op):
            waiter.joined = question.op != request.op
            (question.below if waiter.below else question.waiters).append(waiter)
            return NOTHING
        return self.ask(waiter, [waiter], pointers, now)

    def _joinable(self, waiter: Waiter) -> Question | None:
        """The question in flight that tells this waiter what it may know.

        Who gets local data alone waits for nobody but children, or two providers could wait for each other.
        """
        nid = waiter.request.nid
        here, there = (self.open_below, self.open) if waiter.below else (self.open, self.open_below)
        question = here.get(nid)
        if question is None and (other := there.get(nid)) is not None and other.down and other.fetching:
            return other
        return question

    def ask(self, lead: Waiter, waiters: list[Waiter], pointers: list[Copy], now: float) -> list[Effect]:
        """Open a question for `lead`: along the pointers if there are any, else to everybody it may be put to."""
        request, query, below, near = lead.request, lead.query, lead.below, self._near
        if pointers:
            targets = tuple(dict.fromkeys(copy.via for copy in pointers))
            hidden = [node for node in targets if not near.up(node)]
            targets = tuple([node for node in targets if node not in hidden]) if hidden else targets
        else:
            targets = near.children if below else self.everybody
            hidden = list(self.absent_below if below else self.absent)
        if query is not None and lead.asker in targets:
            targets = tuple([node for node in targets if node != lead.asker])
        down = below or (bool(pointers) and set(targets) <= set(near.children))
        question = self._question(lead, waiters, bool(pointers), targets, hidden, down, now)
        if not targets:
            return self._finish(question, now)
        (self.open_below if below else self.open)[request.nid] = question
        kind, size, waits = request.kind, messages.query_size(request.kind), question.waits
        message: Fetch | GetQuery
        if pointers:
            message = Fetch(request.op, request.nid, size, question.qid, request.min_seq, kind, waits)
            if self._relay:
                message.path = (*came_by(query), near.me)
        else:
            message = GetQuery(request.op, request.nid, size, question.qid, request.min_seq, kind, waits)
            if self._relay:
                message.origin, message.nonce = near.me, question.qid
                message.hops, message.path = self._options.relay_hops, (near.me,)
        return self._put(question, targets, message, now)

    def relay(self, lead: Waiter, query: GetQuery, targets: tuple[int, ...], now: float) -> list[Effect]:
        """Pass a question on to peers. Nobody joins it, or two that pass on for each other would wait for ever."""
        question = self._question(lead, [lead], False, targets, [], True, now)
        passed = msgspec.structs.replace(
            query, qid=question.qid, patience=question.waits, hops=query.hops - 1, path=(*query.path, self._near.me)
        )  # fmt: skip
        return self._put(question, targets, passed, now)

    def _question(
        self, lead: Waiter, waiters: list[Waiter], fetching: bool, targets: tuple[int, ...], hidden: list[int],
        down: bool, now: float,
    ) -> Question:  # fmt: skip
        self._last_qid = qid = self._last_qid + 1
        query, below = lead.query, lead.below
        waits = self._options.query_timeout if query is None else patience(query, self._options)
        due = now + waits + (0.0 if self._options.parallel else self.delay)
        waiting = set(targets)
        if self._misses:
            mute = [node for node in targets if self._misses.get(node, 0) >= self._options.down_after]
            waiting.difference_update(mute)  # asked all the same, so that a sign of life is seen
            hidden = hidden + mute
        return Question(
            qid, lead.request.op, lead.request, lead.cause, fetching, len(waiting), waiting, [] if below else waiters,
            [], [], due, False, waiters if below else [], down, hidden, waits, self._floor(lead.request, now),
            nid=lead.request.nid,
        )  # fmt: skip

    def _floor(self, request: GetRequest, now: float) -> Version:
        """The version that an answer must not be below while others may have a better one (section 5.9)."""
        return self._stores.floors.of(request.nid, now) if request.kind is Kind.AUTHENTICATED else UNVERSIONED

    def _put(
        self, question: Question, targets: tuple[int, ...], message: Fetch | GetQuery, now: float
    ) -> list[Effect]:  # fmt: skip
        sent: list[Effect] = [SendAll(targets, message, 0.0 if self._options.parallel else self.delay)]
        if not question.waiting:
            return sent + self._finish(question, now)
        self.questions[question.qid] = question
        heappush(self.deadlines, (question.due, question.qid))
        self.wake_at = self.deadlines[0][0]
        return sent

    def reply(self, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """A question of ours is answered; what was not asked for is ignored."""
        if self._misses:
            self._misses.pop(src, None)  # a sign of life
        question = self.questions.get(message.qid)
        if question is None:
            return NOTHING
        waiting = question.waiting
        if src not in waiting or message.nid != question.nid:
            return NOTHING  # the latter: corrupted under way, or meant for whom this provider was before a crash
        waiting.remove(src)
        if message.status == MISS and waiting and not message.silent:
            return NOTHING  # what most answers are
        return self._answered(question, src, message, now)

    def _answered(self, question: Question, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """An answer that brings something, or the last one."""
        waiting = question.waiting
        more = self._next_page(question, src, message) if message.placemark else NOTHING
        if more:
            waiting.add(src)  # it has yet to tell the rest
        if message.silent:
            question.hidden.extend(message.silent)
        if message.status != HIT:
            refused = message.status == REFUSED
            if waiting and not refused:
                return NOTHING
            effects = self._refused(question, src) if refused else []
            if waiting:
                return effects
        else:
            effects = more + self._take(question, src, message, now)
        if question.answered:
            if not question.waiting:
                del self.questions[question.qid]
        elif not question.waiting or question.enough(self._options.authenticated_gets):
            effects += self._finish(question, now)
        return effects

    def _next_page(self, question: Question, src: int, message: GetReply | FetchReply) -> list[Effect]:
        """Whoever has told a part of a long set is asked for the next one; a page that leads nowhere is the last."""
        if message.placemark <= question.pages.get(src, b"") or question.answered:
            return NOTHING
        question.pages[src] = after = message.placemark
        request, waits = question.request, question.waits
        size = messages.query_size(request.kind) + len(after)
        ask = Fetch if question.fetching else GetQuery
        asked = ask(request.op, request.nid, size, question.qid, request.min_seq, request.kind, waits, after=after)
        if self._relay and isinstance(asked, GetQuery):
            self._last_qid += 1
            asked.origin, asked.nonce, asked.hops, asked.path = self._near.me, self._last_qid, 1, (self._near.me,)
        return [Send(src, asked)]

    def _take(self, question: Question, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """Check the records of a HIT; one that fails is discarded and told, and the wait goes on."""
        effects: list[Effect] = []
        nid, me = question.request.nid, self._near.me
        if not 1 <= len(message.records) == len(message.remaining):
            question.bad.append(src)
            return [Emit(Rejected(me, question.op, nid, src, "E_BAD_HASH"))]  # it proves nothing
        for record, remaining in zip(message.records, message.remaining, strict=True):
            code = "E_BAD_HASH" if record.value is None else fault(record, nid, self._signer)
            if code is not None:
                question.bad.append(src)
                effects.append(Emit(Rejected(me, question.op, nid, src, code)))
                continue
            ttl = record.ttl_ms / 1000
            if remaining > ttl + ROUNDING:
                effects.append(Emit(Noticed(me, question.op, nid, src, "E_TTL")))
            # In this order NaN is harmless.
            found = Found(record, min(ttl, remaining), message.copy, src, now, message.stale)
            if record.kind is Kind.AUTHENTICATED:
                rivals = self._stores.rivals(record) + [other.record for other in question.found]
                if rivals:
                    effects += self._stores.conflicts.meet(record, rivals, question.op, src)
            if self._stores.absent:
                self._stores.absent.pop(nid, None)
            if question.answered:
                effects += self._owner.late(question, found, now)
            else:
                question.found.append(found)
        return effects

    def _refused(self, question: Question, src: int) -> list[Effect]:
        """Somebody would not say: whoever asked learns whom to blame, and that this is no NOT_FOUND."""
        question.bad.append(src)
        return [Emit(Noticed(self._near.me, question.op, question.request.nid, src, "E_REFUSED"))]

    def wake(self, now: float) -> list[Effect]:
        """Deadlines that have come: whoever has not answered is silent."""
        effects: list[Effect] = []
        deadlines = self.deadlines
        while deadlines and (deadlines[0][0] <= now or deadlines[0][1] not in self.questions):
            question = self.questions.pop(heappop(deadlines)[1], None)
            if question is None:
                continue
            if self._options.down_after:
                for node in sorted(question.waiting):
                    self._misses[node] = self._misses.get(node, 0) + 1
            if not question.answered:
                for effect in self._finish(question, now):
                    if not isinstance(effect, Persist):
                        effect.cause = effect.cause or question.cause  # a wake-up is no Event
                    effects.append(effect)
        self.wake_at = deadlines[0][0] if deadlines else inf
        return effects

    def lost(self, node: int, now: float) -> list[Effect]:
        """The way to a neighbour is cut: nobody waits for it."""
        effects: list[Effect] = []
        self._misses.pop(node, None)
        for question in list(self.questions.values()):
            if node in question.waiting:
                question.waiting.remove(node)
                question.hidden.append(node)
                if not question.waiting and not question.answered:
                    effects += self._finish(question, now)
                elif not question.waiting:
                    self.questions.pop(question.qid, None)
        self.wake_at = self.deadlines[0][0] if self.deadlines else inf
        return effects

    def _finish(self, question: Question, now: float) -> list[Effect]:
        question.answered = True
        for found in question.found:
            found.count_down(now)
        if not (question.waiting and question.found and question.request.kind is Kind.AUTHENTICATED):
            self.questions.pop(question.qid, None)  # else answers that are still on their way may be better
        nid = question.request.nid
        for table in (self.open, self.open_below):
            if table.get(nid) is question:
                del table[nid]
        return self._owner.finish(question, now)

    def empty_handed(self, question: Question, now: float) -> list[Effect]:
        """Nobody had it: joiners ask once more, the others are told."""
        silent, again = question.silent(now), []
        outcome = "NOT_FOUND"
        if silent:
            outcome = "TIMEOUT" if 0 < len(question.waiting) == question.asked else "PARTIAL"
        after, nid = 0.0 if question.asked else self.delay, question.request.nid
        effects = self._absence.silence(question.waiters, nid, silent, now) if silent else []
        if effects:
            return effects
        if question.asked and not silent:
            self._absence.nothing(nid, now)
        for waiter in question.waiters:
            if waiter.joined and not waiter.retried and not silent:
                again.append(waiter)
            else:
                effects.append(answer(waiter, outcome, silent=silent, after=after))
        return effects + self.again(again, now)

    def again(self, joiners: list[Waiter], now: float) -> list[Effect]:
        """A joiner's answer may predate a put that was acknowledged before the joiner asked: ask once for them."""
        if not joiners:
            return []
        for waiter in joiners:
            waiter.retried = True
        first = max(joiners, key=_min_seq)
        first.joined = False
        return self.ask(first, joiners, [], now)


def _min_seq(waiter: Waiter) -> int:
    return waiter.request.min_seq
