"""Resolution: one get from the request to the answer (protocol section 5.7). Says who gets what service.

Rules: customers and children get full service, peers and the parent local data alone (P10). The questions in flight are
`asking.py`'s; what is read and told of one record is `single.py`'s, of a set `sets.py`'s, of local data `below.py`'s.
"""

from p4lab.core.absence import Absence
from p4lab.core.answers import answer, own_data
from p4lab.core.asking import Asking
from p4lab.core.below import Below
from p4lab.core.contract import Effect, Received, Send
from p4lab.core.messages import DUP, MISS, NEGATIVE, Fetch, GetQuery, GetReply, GetRequest, Relayed
from p4lab.core.names import Kind, key_fault
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Mesh, Options
from p4lab.core.question import Found, Question, Waiter
from p4lab.core.sets import Sets
from p4lab.core.signing import Signer
from p4lab.core.single import Single
from p4lab.core.stores import Stores


class Resolution:
    """The gets of one provider. near: whom it may ask. asking: its questions, with the next deadline (`wake_at`).

    reply: takes the answer to a question; wake: a deadline. delay: of the own lookup service, as in its parts.
    """

    def __init__(
        self, near: Neighbours, stores: Stores, options: Options, signer: Signer, lookup_delay: float
    ) -> None:  # fmt: skip
        self._near = near
        self._stores = stores
        self._own = stores.own
        self._options = options
        self.delay = lookup_delay
        self._relay = options.mesh is Mesh.RELAY
        self._seen: dict[tuple[int, int], float] = {}
        self._absence = Absence(stores, options, lookup_delay)
        self._remembers = bool(options.neg_ttl or options.max_stale)
        self.asking = asking = Asking(near, self, stores, self._absence, options, signer, lookup_delay)
        self._single = Single(near.me, stores, options, lookup_delay, asking)
        self._sets = Sets(stores, options, lookup_delay, asking)
        self._below = Below(near, stores, options, lookup_delay, asking)
        self.reply = asking.reply
        self.wake = asking.wake
        self.lost = asking.lost

    def set_delay(self, lookup_delay: float) -> None:
        """The own lookup takes so long from now on."""
        for part in (self, self._absence, self.asking, self._single, self._sets, self._below):
            part.delay = lookup_delay

    def unanswered(self) -> list[tuple[bytes, bool]]:
        """The questions in flight: the name, and whether only children were asked."""
        return [(each.request.nid, each.down) for each in self.asking.questions.values() if not each.answered]

    def meet(self) -> None:
        """The neighbours have changed."""
        near = self._near
        above = () if near.parent is None or not near.up(near.parent) else (near.parent,)
        below = near.children if self._options.child_up is ChildUp.NONE else ()
        self.asking.everybody = near.peers + above + below
        absent = sorted(node for node in near.down if near.roles[node] is not Role.PROXY)
        self.asking.absent = tuple(absent)
        self.asking.absent_below = tuple([node for node in absent if near.roles[node] is Role.CHILD])

    def get(
        self, asker: int, request: GetRequest, cause: int, now: float, relayed: Relayed | None = None
    ) -> list[Effect]:  # fmt: skip
        """A customer asks, or a redirect child for one of its own (`relayed`)."""
        waiter = Waiter(asker, request, cause, relayed)
        if key_fault(request.kind, request.key, request.owner) is not None:
            return [answer(waiter, "E_KEY")]
        return self._resolve(waiter, now)

    def query(self, data: Received, message: GetQuery, now: float) -> list[Effect]:
        """A peer asks a top without children: its own data alone (P10), exactly one GETR per GETQ."""
        nid = message.nid
        if nid in self._own and (copies := self._stores.local(nid, now)):
            if len(copies) > 1 or message.after:
                return self.serve(data, message, now)  # a set may be long
            return [Send(data.src, GetReply(message.op, nid, *own_data(message.qid, copies)), self.delay)]
        return [Send(data.src, GetReply(message.op, nid, NEGATIVE, message.qid, MISS), self.delay)]

    def serve(self, data: Received, message: GetQuery | Fetch, now: float) -> list[Effect]:
        """A neighbour asks in a forest: a child for all that its own customers would get, others for local data."""
        request = GetRequest(
            message.op, message.nid, message.size, message.kind, b"", b"", message.min_seq, message.after
        )  # fmt: skip
        waiter = Waiter(data.src, request, data.event, message)
        if self._near.roles.get(data.src) is Role.CHILD:
            return self._resolve(waiter, now)
        waiter.below = True
        if self._relay and isinstance(message, GetQuery) and self._seen_before(message, now):
            reply = GetReply(message.op, message.nid, NEGATIVE, message.qid, DUP)
            return [Send(data.src, reply, self.delay)]
        return self._below.get(waiter, now)

    def _seen_before(self, query: GetQuery, now: float) -> bool:
        """Relay mode: whether this question has come by another way (kept for two timeouts, section 5.11)."""
        seen, first = self._seen, (query.origin, query.nonce)
        while seen and next(iter(seen.values())) <= now:
            del seen[next(iter(seen))]
        if first in seen or query.origin == self._near.me:
            return True
        if query.origin >= 0:
            seen[first] = now + 2 * self._options.query_timeout
        return False

    def _resolve(self, waiter: Waiter, now: float) -> list[Effect]:
        """Full service: answer from here, or ask."""
        request, asking = waiter.request, self.asking
        known = self._absence.known(waiter, now) if self._remembers else []
        if known:
            return known
        early: list[Effect] = []
        if self._options.parallel and asking.everybody and request.nid not in asking.open:
            early = asking.ask(waiter, [], [], now)  # paper section 2.2: while the own lookup still runs
        one = self._sets if request.kind is Kind.UNAUTHENTICATED else self._single
        return early + one.get(waiter, now)

    def finish(self, question: Question, now: float) -> list[Effect]:
        """Everybody who waits is answered: with what was found or came in meanwhile, or with why there is nothing."""
        told = self._below.finish(question, now) if question.below else []
        waiters = question.waiters
        if question.down and not waiters:
            return told
        if question.fetching and not question.found and waiters and self._options.pointer_fallback:
            return told + self.asking.ask(waiters[0], waiters, [], now)
        one = self._sets if question.request.kind is Kind.UNAUTHENTICATED else self._single
        return told + one.finish(question, now)

    def late(self, question: Question, found: Found, now: float) -> list[Effect]:
        """A sound record came in after the question was answered."""
        return self._single.late(question, found, now)
