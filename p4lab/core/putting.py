"""What a provider's own customers store and take back: check, store, answer at once, then tell (protocol section 5.5).

Rules: the answer comes before any other message (P14). A redirect child's customers are the parent's own, to it and to
everybody else; `via` tells them apart. What was promised is kept: a refresh never shortens a lease.
"""

from collections.abc import Mapping
from math import inf

import msgspec

from p4lab.core.accounts import Accounts
from p4lab.core.admission import Verdict, admit
from p4lab.core.contract import Effect, Emit, Send
from p4lab.core.leaving import Leaving
from p4lab.core.merging import bury, remember_fall
from p4lab.core.messages import HIT, MISS, NEGATIVE, Answer, PutRequest, Relayed, RelayedAnswer
from p4lab.core.names import Kind
from p4lab.core.neighbours import Neighbours
from p4lab.core.options import Options
from p4lab.core.outbox import Outbox
from p4lab.core.propagation import spread
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, POINTER, REPLICA, SUBTREE, Stores, lease_end


class Putting:
    """The puts and removals of one provider's customers."""

    def __init__(self, near: Neighbours, stores: Stores, outbox: Outbox, options: Options, signer: Signer) -> None:
        self._near = near
        self.accounts = Accounts(stores, options)
        self.leaving = Leaving(near, stores, self.accounts, options)
        self._stores = stores
        self._outbox = outbox
        self._options = options
        self._signer = signer

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object]) -> None:
        """The stores are back; whose they are, and who was about to leave."""
        self.accounts.restore()
        self.leaving.restore(rows)

    def put(self, asker: int, request: PutRequest, relayed: Relayed | None, now: float) -> list[Effect]:
        """A customer puts, or a redirect child for one of its own (`relayed`)."""
        record, op = request.record, request.op
        verdict = admit(request, self._stores, self._options, self._signer, now)
        if verdict.accepted and self.accounts.full(request, now):
            verdict = Verdict("E_CAP")
        done = HIT if verdict.accepted else MISS
        reply = Answer(op, record.nid, NEGATIVE, done, verdict.code, version=record.version)
        answer = Send(asker, reply)
        if relayed is not None:
            answer = Send(asker, RelayedAnswer(op, record.nid, NEGATIVE, relayed.qid, done, reply))
        if not verdict.accepted:
            return [answer]
        if record.deleted and record.kind is Kind.UNAUTHENTICATED:
            return [answer, *self._remove(request, verdict, now)]
        return self._store(request, verdict, answer, -1 if relayed is None else asker, now)

    def _store(self, request: PutRequest, verdict: Verdict, answer: Send, via: int, now: float) -> list[Effect]:
        record, op, stores, options = request.record, request.op, self._stores, self._options
        nid, entry = record.nid, record.entry
        until, fresh = lease_end(record, options.w_sync, now), True
        accounts: tuple[bytes, ...] = ()
        for copy in stores.live(OWN, nid, now):
            if copy.record.entry != entry:
                continue
            accounts = tuple([each for each in copy.accounts if each != request.account])
            if copy.record.version == record.version:
                until, fresh = max(until, copy.until), False
            elif record.deleted and copy.until < inf:
                until = max(until, copy.until)  # what it hides may live on elsewhere for as long as it did here
        kept = stores.keep(OWN, record, until, op, via, accounts=(*accounts, request.account))
        self.accounts.has_put(request.account, nid, entry, record.size)
        self.leaving.has_put(request.account, via, nid, entry)
        lower = stores.drop(CACHED, nid, entry, None, op, "put here")
        # An equal copy that a peer told of stays: its lease may outlast that of the own one.
        lower += stores.drop(SUBTREE + REPLICA + POINTER, nid, entry, record.version, op, "put here")
        remember_fall(record, verdict.previous, -1, kept, stores, options, now)
        # The same bytes at another provider are no refresh: the owner has moved, and everybody learns where to.
        renewed = verdict.code == "OK_DUPLICATE" and not fresh
        told = spread(record, verdict.previous, renewed, self._near, options.child_up, op, kept)
        return [Emit(kept, leads=True), answer, *lower, *self._outbox.post(told)]

    def _remove(self, request: PutRequest, verdict: Verdict, now: float) -> list[Effect]:
        """An entry is taken back; it goes where the entry went."""
        if verdict.previous is None:
            return []  # it was taken back before
        op, options = request.op, self._options
        record = msgspec.structs.replace(request.record, regime=verdict.previous.regime)
        gone = bury(record, -1, op, self._stores, options, now)
        return [*gone, *self._outbox.post(spread(record, None, False, self._near, options.child_up, op, None))]
