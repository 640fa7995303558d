"""Resolution: one get as an explicit state machine, from the request to the answer (protocol section 5.7).

Rules: local copies first, then a pointer (FETCH), then everybody (GETQ): a top its peers, a child its parent. One
question per name is in flight at a provider; later gets join it, those of customers and of neighbours alike. Children
get full service; peers and the parent get local data, down the tree if need be (`_below`). Every question ends: by
answers, or at its deadline. An answer nobody asked for changes nothing.
"""

from heapq import heappop, heappush
from math import inf

from p4lab.core import messages
from p4lab.core.answers import answer, found_here, local_data, own_data
from p4lab.core.contract import NOTHING, Effect, Emit, Persist, Received, Send, SendAll
from p4lab.core.events import LateBetter, Rejected
from p4lab.core.messages import HIT, MISS, NEGATIVE, Fetch, FetchReply, GetQuery, GetReply, GetRequest, Relayed
from p4lab.core.names import Kind, Regime, key_fault
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Options, UnauthenticatedGets
from p4lab.core.question import Found, Question, Waiter, patience
from p4lab.core.records import UNVERSIONED, Record, Version, fault
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, POINTER, SOURCES, Copy, Stores


class Resolution:
    """The gets of one provider. near: whom it may ask. wake_at: the next deadline, seconds."""

    def __init__(
        self, near: Neighbours, stores: Stores, options: Options, signer: Signer, lookup_delay: float
    ) -> None:  # fmt: skip
        self.wake_at = inf
        self._near = near
        self._me = near.me
        self._all: tuple[int, ...] = ()  # whom a question goes to
        self._asks_down = options.child_up is ChildUp.NONE  # children keep their get-broadcast puts to themselves
        self._stores = stores
        self._own = stores.own
        self._options = options
        self._signer = signer
        self._delay = lookup_delay
        self._questions: dict[int, Question] = {}
        self._open: dict[bytes, Question] = {}  # by name, not answered yet
        self._open_below: dict[bytes, Question] = {}  # those asked for peers and the parent, which go down alone
        self._deadlines: list[tuple[float, int]] = []
        self._merged: dict[bytes, float] = {}  # until when an unauthenticated set counts as merged with the peers'
        self._last_qid = 0

    def meet(self) -> None:
        """The neighbours have changed."""
        near = self._near
        above = () if near.parent is None else (near.parent,)
        self._all = near.peers + above + (near.children if self._asks_down else ())

    def get(
        self, asker: int, request: GetRequest, cause: int, now: float, relayed: Relayed | None = None
    ) -> list[Effect]:  # fmt: skip
        """A customer asks, or a redirect child for one of its own (`relayed`)."""
        waiter = Waiter(asker, request, cause, relayed)
        if key_fault(request.kind, request.key, request.owner) is not None:
            return [answer(waiter, "E_KEY")]
        return self._resolve(waiter, now)

    def _resolve(self, waiter: Waiter, now: float) -> list[Effect]:
        """Full service: answer from here, or ask."""
        request = waiter.request
        early: list[Effect] = []
        if self._options.parallel and self._all and request.nid not in self._open:
            early = self._ask(waiter, [], [], now)  # paper section 2.2: while the own lookup still runs
        if request.kind is Kind.UNAUTHENTICATED:
            return early + self._get_set(waiter, now)
        pointers = self._stores.live(POINTER, request.nid, now)
        best = self._stores.best(request.nid, now)
        if best is not None:
            store, copy = best
            version = copy.record.version
            if version[0] >= request.min_seq and not self._stores.outdated(request.nid, version, now):
                return [*early, self._answer_here(waiter, [copy], SOURCES[store], now)]
        return early + self._join_or_ask(waiter, pointers, now)

    def _get_set(self, waiter: Waiter, now: float) -> list[Effect]:
        """An unauthenticated get: the union of what is here, by the mode of paper footnote 2."""
        nid, mode = waiter.request.nid, self._options.unauthenticated_gets
        copies, source = self._set_here(nid, now)
        entries = {copy.record.entry for copy in copies}
        pointers = [c for c in self._stores.live(POINTER, nid, now) if c.record.entry not in entries]
        # A child's question is its own merging: answered at once from here, the two would expire together and the
        # child would never hear of the others.
        child = waiter.query is not None and waiter.query.code != messages.CREQ
        first = mode is UnauthenticatedGets.WAIT_ALL or (child and mode is UnauthenticatedGets.BACKGROUND_MERGE)
        if first and self._merged.get(nid, -inf) <= now:
            return self._join_or_ask(waiter, [], now)
        if pointers or not copies:
            return self._join_or_ask(waiter, pointers, now)
        return [self._answer_here(waiter, copies, source, now), *self._merge(waiter, now)]

    def _merge(self, lead: Waiter, now: float) -> list[Effect]:
        """Ask the others behind the answer's back, where the set was last merged longer ago than its TTL."""
        nid, mode = lead.request.nid, self._options.unauthenticated_gets
        merged = mode is not UnauthenticatedGets.BACKGROUND_MERGE or self._merged.get(nid, -inf) > now
        if merged or nid in self._open or not self._all:
            return []
        return self._ask(lead, [], [], now)

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
        question = self._joinable(waiter)
        if question is not None and (self._options.coalesce or question.op == request.op):
            waiter.joined = question.op != request.op
            (question.below if waiter.below else question.waiters).append(waiter)
            return NOTHING
        return self._ask(waiter, [waiter], pointers, now)

    def _joinable(self, waiter: Waiter) -> Question | None:
        """The question in flight that tells this waiter what it may know.

        Who gets local data alone waits for nobody but children, or two providers could wait for each other.
        """
        nid = waiter.request.nid
        here, there = (self._open_below, self._open) if waiter.below else (self._open, self._open_below)
        question = here.get(nid)
        if question is None and (other := there.get(nid)) is not None and other.down and other.fetching:
            return other
        return question

    def _ask(self, lead: Waiter, waiters: list[Waiter], pointers: list[Copy], now: float) -> list[Effect]:
        """Open a question for `lead`: along the pointers if there are any, else to everybody it may be put to."""
        request, query, below, near = lead.request, lead.query, lead.below, self._near
        targets = tuple(dict.fromkeys(copy.via for copy in pointers)) or (near.children if below else self._all)
        if query is not None and lead.asker in targets:
            targets = tuple([node for node in targets if node != lead.asker])
        self._last_qid = qid = self._last_qid + 1
        op, nid = request.op, request.nid
        delay = 0.0 if self._options.parallel else self._delay
        waits = self._options.query_timeout if query is None else patience(query, self._options)
        due = now + delay + waits
        down = below or (bool(pointers) and set(targets) <= set(near.children))
        question = Question(
            qid, op, request, lead.cause, bool(pointers), len(targets), set(targets), [] if below else waiters, [], [],
            due, False, waiters if below else [], down,
        )  # fmt: skip
        if not targets:
            return self._finish(question, now)
        self._questions[qid] = question
        (self._open_below if below else self._open)[nid] = question
        heappush(self._deadlines, (due, qid))
        self.wake_at = self._deadlines[0][0]
        kind, size = request.kind, messages.query_size(request.kind)
        ask = Fetch if pointers else GetQuery
        return [SendAll(targets, ask(op, nid, size, qid, request.min_seq, kind, waits), delay)]

    def reply(self, src: int, message: GetReply | FetchReply, now: float) -> list[Effect]:
        """A question of ours is answered; what was not asked for is ignored."""
        question = self._questions.get(message.qid)
        if question is None:
            return NOTHING
        waiting = question.waiting
        if src not in waiting:
            return NOTHING
        waiting.remove(src)
        if message.silent:
            question.hidden.extend(message.silent)
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
                    if not isinstance(effect, Persist):
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
        for table in (self._open, self._open_below):
            if table.get(nid) is question:
                del table[nid]
        told = self._finish_below(question, now) if question.below else []
        if question.down and not waiters:
            return told
        if question.fetching and not found and waiters and self._options.pointer_fallback:
            return told + self._ask(waiters[0], waiters, [], now)
        if kind is Kind.UNAUTHENTICATED:
            return told + self._finish_set(question, now)
        best = max(found, key=_version, default=None)
        effects = told if best is None else told + self._cache(best, question.op, now)
        here = self._stores.best(nid, now)
        if here is not None and (best is None or here[1].record.version > best.record.version):
            best = found_here(here[1], now)  # put or told here while the question was out
        if best is None:
            return effects + self._empty_handed(question, now)
        version, late, again = best.record.version, question.late(now), []
        outdated = self._stores.outdated(nid, version, now)
        for waiter in waiters:
            older = version[0] < waiter.request.min_seq
            if older and waiter.joined and not waiter.retried:
                again.append(waiter)
            else:
                effects.append(_found(waiter, [best], best.copy, late, older or outdated))
        return effects + self._ask_again(again, now)

    def _finish_set(self, question: Question, now: float) -> list[Effect]:
        """The union of what the others had and what is here; the set is cached until its first TTL ends."""
        nid = question.request.nid
        found = {item.record.entry: item for item in question.found}
        held = [found_here(copy, now) for copy in self._set_here(nid, now)[0] if copy.record.entry not in found]
        if not found and not held:
            return self._empty_handed(question, now)
        effects: list[Effect] = []
        union = held + list(found.values())
        if not question.fetching:
            left = min(item.remaining for item in union)
            self._merged[nid] = until = now + left
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
            union = [Found(item.record, left, item.copy) for item in union]
        served = max([item.copy for item in found.values()] or [held[-1].copy])
        for waiter in question.waiters:
            effects.append(_found(waiter, union, served, question.silent(now), False))
        if not question.fetching:
            return effects
        return effects + self._merge(Waiter(-1, question.request, question.cause), now)

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
                effects.append(answer(waiter, outcome, silent=silent, after=after))
        return effects + self._ask_again(again, now)

    def _ask_again(self, joiners: list[Waiter], now: float) -> list[Effect]:
        """A joiner's answer may predate a put that was acknowledged before the joiner asked: ask once for them."""
        if not joiners:
            return []
        for waiter in joiners:
            waiter.retried = True
        first = max(joiners, key=_min_seq)
        first.joined = False
        return self._ask(first, joiners, [], now)

    def _cache(self, found: Found, op: int, now: float) -> list[Effect]:
        """Keep the best answer to a get of one record, for the putter's TTL."""
        record, until = found.record, now + found.remaining
        if record.version < self._stores.withdrawn.get(record.nid, UNVERSIONED):
            return []
        if not _cacheable(record, until, now, self._stores.readable(record.nid, now)):
            return []
        return [Emit(self._stores.keep(CACHED, record, until, op, -1, found.copy))]

    def _answer_here(self, waiter: Waiter, copies: list[Copy], source: str, now: float) -> Send:
        found = [found_here(copy, now) for copy in copies]
        return answer(waiter, "OK", source, found, found[-1].copy, after=self._delay)

    # The neighbour's side

    def query(self, data: Received, message: GetQuery, now: float) -> list[Effect]:
        """A peer asks a top without children: its own data alone (P10), exactly one GETR per GETQ."""
        nid = message.nid
        if nid in self._own and (copies := self._stores.local(nid, now)):
            return [Send(data.src, GetReply(message.op, nid, *own_data(message.qid, copies)), self._delay)]
        return [Send(data.src, GetReply(message.op, nid, NEGATIVE, message.qid, MISS), self._delay)]

    def serve(self, data: Received, message: GetQuery | Fetch, now: float) -> list[Effect]:
        """A neighbour asks in a forest: a child for all that its own customers would get, others for local data."""
        request = GetRequest(message.op, message.nid, message.size, message.kind, b"", b"", message.min_seq)
        waiter = Waiter(data.src, request, data.event, message)
        if self._near.roles.get(data.src) is Role.CHILD:
            return self._resolve(waiter, now)
        waiter.below = True
        return self._below(waiter, now)

    def _below(self, waiter: Waiter, now: float) -> list[Effect]:
        """Local data: own and of the subtree, along pointers into it; for the parent, children are asked if need be."""
        nid, near = waiter.request.nid, self._near
        held = local_data(self._stores.local(nid, now), [], now)
        known = {item.record.entry: item.record.version for item in held}
        pointers = [
            copy
            for copy in self._stores.live(POINTER, nid, now)
            if near.roles.get(copy.via) is Role.CHILD
            and (copy.record.entry not in known or copy.record.version > known[copy.record.entry])
        ]
        whole = held and waiter.request.kind is not Kind.UNAUTHENTICATED
        asked_down = self._asks_down and waiter.asker == near.parent and near.children and not whole
        if pointers or asked_down:
            return self._join_or_ask(waiter, pointers, now)
        served = max((item.copy for item in held), default=0)
        return [answer(waiter, "OK" if held else "NOT_FOUND", found=held, copy=served, after=self._delay)]

    def _finish_below(self, question: Question, now: float) -> list[Effect]:
        held = local_data(self._stores.local(question.request.nid, now), question.found, now)
        served = max((item.copy for item in held), default=0)
        silent = question.silent(now)
        effects: list[Effect] = []
        for waiter in question.below:
            if waiter.joined and not waiter.retried and not held and not silent:
                waiter.retried, waiter.joined = True, False
                effects += self._below(waiter, now)
            else:
                effects.append(answer(waiter, "OK" if held else "NOT_FOUND", found=held, copy=served, silent=silent))
        return effects


def _found(waiter: Waiter, found: list[Found], copy: int, silent: tuple[int, ...], stale: bool) -> Send:
    return answer(waiter, "OK", "joined" if waiter.joined else "remote", found, copy, silent, stale)


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
