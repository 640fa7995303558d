"""Resolution: one get as an explicit state machine, from the customer's request to the answer (protocol section 5.7).

Rules: local copies first, then a pointer (FETCH), then everybody (GETQ). One question per name is in flight at a
provider; later gets join it. Every question ends: by answers, or at its deadline. An answer nobody asked for changes
nothing.
"""

from heapq import heappop, heappush
from math import inf

from p4lab.core import messages
from p4lab.core.contract import NOTHING, Effect, Emit, Send, SendAll
from p4lab.core.events import LateBetter, Rejected
from p4lab.core.messages import HIT, MISS, NEGATIVE, Answer, Fetch, FetchReply, GetQuery, GetReply, GetRequest
from p4lab.core.names import Kind, Regime, key_fault
from p4lab.core.options import Options, UnauthenticatedGets
from p4lab.core.question import Found, Question, Waiter
from p4lab.core.records import UNVERSIONED, Record, Version, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, POINTER, SOURCES, Copy, Stores


class Resolution:
    """The gets of one provider. peers: whom it may ask. wake_at: the next deadline, seconds."""

    def __init__(self, me: int, stores: Stores, options: Options, signer: Signer, lookup_delay: float) -> None:
        self.wake_at = inf
        self.peers: tuple[int, ...] = ()
        self._me = me
        self._stores = stores
        self._own = stores.own
        self._options = options
        self._signer = signer
        self._delay = lookup_delay
        self._questions: dict[int, Question] = {}
        self._open: dict[bytes, Question] = {}  # by name, not answered yet
        self._deadlines: list[tuple[float, int]] = []
        self._merged: dict[bytes, float] = {}  # until when an unauthenticated set counts as merged with the peers'
        self._last_qid = 0

    def get(self, customer: int, request: GetRequest, cause: int, now: float) -> list[Effect]:
        """A customer asks: answer from here, or ask."""
        waiter = Waiter(customer, request, cause)
        if key_fault(request.kind, request.key, request.owner) is not None:
            return [self._answer(waiter, "E_KEY")]
        early: list[Effect] = []
        if self._options.parallel and self.peers and request.nid not in self._open:
            early = self._ask([], request, cause, [], now)  # paper section 2.2: while the own lookup still runs
        if request.kind is Kind.UNAUTHENTICATED:
            return early + self._get_set(waiter, now)
        pointers = self._stores.live(POINTER, request.nid, now)
        best = self._stores.best(request.nid, now)
        if best is not None:
            store, copy = best
            version = copy.record.version
            if version[0] >= request.min_seq and not self._stores.outdated(request.nid, version, now):
                return [*early, self._answer_here(waiter, [copy], SOURCES[store])]
        return early + self._join_or_ask(waiter, pointers, now)

    def _get_set(self, waiter: Waiter, now: float) -> list[Effect]:
        """An unauthenticated get: the union of what is here, by the mode of paper footnote 2."""
        nid, mode = waiter.request.nid, self._options.unauthenticated_gets
        copies, source = self._set_here(nid, now)
        entries = {copy.record.entry for copy in copies}
        pointers = [c for c in self._stores.live(POINTER, nid, now) if c.record.entry not in entries]
        if mode is UnauthenticatedGets.WAIT_ALL and self._merged.get(nid, -inf) <= now:
            return self._join_or_ask(waiter, [], now)
        if pointers or not copies:
            return self._join_or_ask(waiter, pointers, now)
        return [self._answer_here(waiter, copies, source), *self._merge(waiter.request, waiter.cause, now)]

    def _merge(self, request: GetRequest, cause: int, now: float) -> list[Effect]:
        """Ask the peers behind the answer's back, where the set was last merged with theirs longer ago than its TTL."""
        nid, mode = request.nid, self._options.unauthenticated_gets
        merged = mode is not UnauthenticatedGets.BACKGROUND_MERGE or self._merged.get(nid, -inf) > now
        if merged or nid in self._open or not self.peers:
            return []
        return self._ask([], request, cause, [], now)

    def _set_here(self, nid: bytes, now: float) -> tuple[list[Copy], str]:
        """The unauthenticated entries held here, each once, and the farthest store that had to be looked in."""
        copies: dict[bytes, Copy] = {}
        source = ""
        for store, copy in self._stores.readable(nid, now):
            if copy.record.entry not in copies:
                copies[copy.record.entry] = copy
                source = SOURCES[store]
        return list(copies.values()), source

    # Asking

    def _join_or_ask(self, waiter: Waiter, pointers: list[Copy], now: float) -> list[Effect]:
        request = waiter.request
        question = self._open.get(request.nid)
        if question is not None and (self._options.coalesce or question.op == request.op):
            waiter.joined = question.op != request.op
            question.waiters.append(waiter)
            return NOTHING
        return self._ask([waiter], request, waiter.cause, pointers, now)

    def _ask(
        self, waiters: list[Waiter], request: GetRequest, cause: int, pointers: list[Copy], now: float
    ) -> list[Effect]:
        """Open a question: along the pointers if there are any, else to every peer."""
        targets = tuple(dict.fromkeys(copy.via for copy in pointers)) or self.peers
        self._last_qid = qid = self._last_qid + 1
        op, nid = request.op, request.nid
        delay = 0.0 if self._options.parallel else self._delay
        due = now + delay + self._options.query_timeout
        question = Question(qid, op, request, cause, bool(pointers), len(targets), set(targets), waiters, [], [], due)
        if not targets:
            return self._finish(question, now)
        self._questions[qid] = self._open[nid] = question
        heappush(self._deadlines, (due, qid))
        self.wake_at = self._deadlines[0][0]
        query = Fetch if pointers else GetQuery
        return [SendAll(targets, query(op, nid, messages.query_size(request.kind), qid, request.min_seq), delay)]

    def reply(self, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """A peer answers a question of ours; what was not asked for is ignored."""
        question = self._questions.get(message.qid)
        if question is None:
            return NOTHING
        waiting = question.waiting
        if src not in waiting:
            return NOTHING
        waiting.remove(src)
        if message.status != HIT:
            if waiting:
                return NOTHING
            effects: list[Effect] = []
        else:
            effects = self._take(question, src, message, now)
        if question.answered:
            if not question.waiting:
                del self._questions[question.qid]
        elif not question.waiting or question.enough(self._options.authenticated_gets):
            effects += self._finish(question, now)
        return effects

    def _take(self, question: Question, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """Check the records of a HIT; one that fails is discarded and told, and the wait goes on."""
        effects: list[Effect] = []
        nid = question.request.nid
        if not 1 <= len(message.records) == len(message.remaining):
            question.bad.append(src)
            return [Emit(Rejected(self._me, question.op, nid, src, "E_BAD_HASH"))]  # it proves nothing
        for record, remaining in zip(message.records, message.remaining, strict=True):
            code = "E_BAD_HASH" if record.value is None else fault(record, nid, self._signer)
            if code is not None:
                question.bad.append(src)
                effects.append(Emit(Rejected(self._me, question.op, nid, src, code)))
                continue
            found = Found(record, min(record.ttl_ms / 1000, remaining), message.copy)  # in this order NaN is harmless
            if not question.answered:
                question.found.append(found)
            elif record.version > max(other.record.version for other in question.found):
                question.found.append(found)
                late = LateBetter(self._me, question.op, nid, record.version[0])
                effects += [Emit(late), *self._cache(found, question.op, now)]
        return effects

    # Ending

    def wake(self, now: float) -> list[Effect]:
        """Deadlines that have come: whoever has not answered is silent."""
        effects: list[Effect] = []
        deadlines = self._deadlines
        while deadlines and (deadlines[0][0] <= now or deadlines[0][1] not in self._questions):
            question = self._questions.pop(heappop(deadlines)[1], None)
            if question is not None and not question.answered:
                for effect in self._finish(question, now):
                    effect.cause = effect.cause or question.cause  # a wake-up is no Event
                    effects.append(effect)
        self.wake_at = deadlines[0][0] if deadlines else inf
        return effects

    def _finish(self, question: Question, now: float) -> list[Effect]:
        """Answer everybody who waits: with what was found or came in meanwhile, or with why there is nothing."""
        question.answered = True
        request, waiters, found = question.request, question.waiters, question.found
        nid, kind = request.nid, request.kind
        if not (question.waiting and found and kind is Kind.AUTHENTICATED):
            self._questions.pop(question.qid, None)  # else answers that are still on their way may be better
        if self._open.get(nid) is question:
            del self._open[nid]
        if question.fetching and not found and waiters and self._options.pointer_fallback:
            return self._ask(waiters, waiters[0].request, waiters[0].cause, [], now)
        if kind is Kind.UNAUTHENTICATED:
            return self._finish_set(question, now)
        best = max(found, key=_version, default=None)
        effects: list[Effect] = [] if best is None else self._cache(best, question.op, now)
        here = self._stores.best(nid, now)
        if here is not None and (best is None or here[1].record.version > best.record.version):
            best = Found(here[1].record, 0.0, here[1].event.id)  # put or told here while the question was out
        if best is None:
            return self._empty_handed(question, now)
        version, late, again = best.record.version, question.late(now), []
        outdated = self._stores.outdated(nid, version, now)
        for waiter in waiters:
            older = version[0] < waiter.request.min_seq
            if older and waiter.joined and not waiter.retried:
                again.append(waiter)
            else:
                effects.append(self._answer_found(waiter, [best.record], best.copy, late, older or outdated))
        return effects + self._ask_again(again, now)

    def _finish_set(self, question: Question, now: float) -> list[Effect]:
        """The union of what the peers had and what is here; the set is cached until its first TTL ends."""
        nid = question.request.nid
        found = {item.record.entry: item for item in question.found}
        held = [copy for copy in self._set_here(nid, now)[0] if copy.record.entry not in found]
        if not found and not held:
            return self._empty_handed(question, now)
        effects: list[Effect] = []
        if not question.fetching:
            ttls = [item.remaining for item in found.values()] + [copy.record.ttl_ms / 1000 for copy in held]
            self._merged[nid] = until = now + min(ttls)
            known: dict[bytes, list[tuple[str, Copy]]] = {}
            for store, copy in self._stores.readable(nid, now):
                known.setdefault(copy.record.entry, []).append((store, copy))
            worth = [
                (item.record, item.copy)
                for item in found.values()
                if _cacheable(item.record, until, now, known.get(item.record.entry, []))
            ]
            if worth:
                effects += map(Emit, self._stores.keep_set(CACHED, nid, worth, until, question.op))
        records = [copy.record for copy in held] + [item.record for item in found.values()]
        served = max([item.copy for item in found.values()] or [held[-1].event.id])
        for waiter in question.waiters:
            effects.append(self._answer_found(waiter, records, served, question.silent(now), False))
        return effects + (self._merge(question.request, question.cause, now) if question.fetching else [])

    def _empty_handed(self, question: Question, now: float) -> list[Effect]:
        """Nobody had it: joiners ask once more, the others are told."""
        silent, again = question.silent(now), []
        outcome = "NOT_FOUND"
        if silent:
            outcome = "TIMEOUT" if len(question.waiting) == question.asked else "PARTIAL"
        after = 0.0 if question.asked else self._delay
        effects: list[Effect] = []
        for waiter in question.waiters:
            if waiter.joined and not waiter.retried and not silent:
                again.append(waiter)
            else:
                effects.append(self._answer(waiter, outcome, silent=silent, after=after))
        return effects + self._ask_again(again, now)

    def _ask_again(self, joiners: list[Waiter], now: float) -> list[Effect]:
        """A joiner's answer may predate a put that was acknowledged before the joiner asked: ask once for them."""
        if not joiners:
            return []
        for waiter in joiners:
            waiter.retried = True
        first = max(joiners, key=_min_seq)
        first.joined = False
        return self._ask(joiners, first.request, first.cause, [], now)

    def _cache(self, found: Found, op: int, now: float) -> list[Effect]:
        """Keep the best answer to a get of one record, for the putter's TTL."""
        record, until = found.record, now + found.remaining
        if record.version < self._stores.withdrawn.get(record.nid, UNVERSIONED):
            return []
        if not _cacheable(record, until, now, self._stores.readable(record.nid, now)):
            return []
        return [Emit(self._stores.keep(CACHED, record, until, op, -1, found.copy))]

    # Answering

    def _answer_here(self, waiter: Waiter, copies: list[Copy], source: str) -> Send:
        records = [copy.record for copy in copies]
        return self._answer(waiter, "OK", source, records, copies[-1].event.id, after=self._delay)

    def _answer_found(
        self, waiter: Waiter, records: list[Record], copy: int, silent: tuple[int, ...], stale: bool
    ) -> Send:
        return self._answer(waiter, "OK", "joined" if waiter.joined else "remote", records, copy, silent, stale)

    def _answer(
        self, waiter: Waiter, outcome: str, source: str = "", records: list[Record] | None = None, copy: int = 0,
        silent: tuple[int, ...] = (), stale: bool = False, after: float = 0.0,
    ) -> Send:  # fmt: skip
        request = waiter.request
        told = tuple(records or ())
        answer = Answer(
            request.op, request.nid, messages.reply_size(told), HIT if told else MISS, outcome, source, told,
            max((record.version for record in told), default=UNVERSIONED), stale, silent, copy,
        )  # fmt: skip
        return Send(waiter.customer, answer, after)

    # The peer's side

    def query(self, src: int, message: GetQuery, now: float) -> list[Effect]:
        """A peer asks: answer from local data alone (P10), exactly one GETR per GETQ."""
        nid = message.nid
        if nid in self._own and (copies := self._stores.live(OWN, nid, now)):
            return [Send(src, GetReply(message.op, nid, *_told(message.qid, copies)), self._delay)]
        return [Send(src, GetReply(message.op, nid, NEGATIVE, message.qid, MISS), self._delay)]

    def fetch(self, src: int, message: Fetch, now: float) -> list[Effect]:
        """A peer follows its pointer: the same from FETCH to FETCHR."""
        nid = message.nid
        if copies := self._stores.live(OWN, nid, now):
            return [Send(src, FetchReply(message.op, nid, *_told(message.qid, copies)), self._delay)]
        return [Send(src, FetchReply(message.op, nid, NEGATIVE, message.qid, MISS), self._delay)]


def _told(qid: int, copies: list[Copy]) -> tuple[int, int, int, tuple[Record, ...], tuple[float, ...], int]:
    """The fields of a HIT from its size on: what a provider tells of its own data."""
    records = tuple([copy.record for copy in copies])
    remaining = tuple([record.ttl_ms / 1000 for record in records])
    return messages.reply_size(records), qid, HIT, records, remaining, copies[-1].event.id


def _cacheable(record: Record, until: float, now: float, known: list[tuple[str, Copy]]) -> bool:
    """Whether to keep an answer: of get-broadcast names alone (P15, A6), and never over a newer copy.

    known: the readable copies of the same name and entry.
    """
    if record.regime is not Regime.GET_BROADCAST or until <= now:
        return False
    for store, copy in known:
        newer = copy.record.version > record.version
        if newer or (copy.record.version == record.version and (store != CACHED or copy.until >= until)):
            return False
    return True


def _version(found: Found) -> Version:
    return found.record.version


def _min_seq(waiter: Waiter) -> int:
    return waiter.request.min_seq
