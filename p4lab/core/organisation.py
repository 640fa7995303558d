"""What an organisation keeps of its own: the puts of its customers, and which of them its provider is still to hear of.

Rules: own data (L) is what a customer put and nobody refused. Admission and stores are those of a provider. A put with
scope "organisation" is kept like any other, and neither it nor its removal is ever handed on.
"""

from collections.abc import Mapping

import msgspec

from p4lab.core.accounts import Accounts
from p4lab.core.admission import admit
from p4lab.core.contract import NOTHING, Effect, Emit
from p4lab.core.events import Rejected
from p4lab.core.merging import bury
from p4lab.core.messages import Answer, PutRequest
from p4lab.core.names import Kind
from p4lab.core.options import Options
from p4lab.core.records import Record
from p4lab.core.signing import Signer
from p4lab.core.stores import CACHED, OWN, Copy, Stores, lease_end

LATER = "OK_LOCAL"  # the code of a put that is stored here and passed on when the provider can be reached
NEWER_OUTSIDE = ("E_SEQ_OLD", "E_SEQ_CONFLICT")  # the provider knows a version that ours must not hide

LATE, SCOPED = "late", "scoped"  # rows beside those of the stores

Entry = tuple[bytes, bytes]  # (nid, entry) of a record


class Organisation:
    """me, above: the node numbers of its proxy and of what that proxy passes puts on to.

    outbox: what `above` has not heard of yet, the newest put of each entry.
    """

    def __init__(self, me: int, above: int, options: Options, signer: Signer) -> None:
        self.stores = Stores(me)
        self.outbox: dict[Entry, PutRequest] = {}
        self._me = me
        self._above = above
        self._options = options
        self._signer = signer
        self._accounts = Accounts(self.stores, options)
        self._inside: set[Entry] = set()  # what never leaves; never iterated

    def judge(self, request: PutRequest, now: float) -> str:
        """The code of a put by what is known here.

        What is known outside cannot be taken back inside: it would live on there in an older version.
        """
        key = _entry(request.record)
        if request.scoped and key not in self._inside and self._own(key, now) is not None:
            return "E_SCOPE"
        checked = msgspec.structs.replace(request, scoped=False)
        code = admit(checked, self.stores, self._options, self._signer, now).code
        if code.startswith("OK") and self._accounts.full(request, now):
            return "E_CAP"
        return "OK" if code == "NOT_FOUND" else code  # an entry to be removed may be known outside

    def stays(self, request: PutRequest) -> bool:
        """Whether a put never leaves: by its scope, or as the removal of what never left."""
        return request.scoped or (request.record.deleted and _entry(request.record) in self._inside)

    def keep(self, request: PutRequest, now: float) -> list[Effect]:
        """Own data from now on, unless a newer version came in meanwhile."""
        record, key = request.record, _entry(request.record)
        if record.deleted and record.kind is Kind.UNAUTHENTICATED:
            self._post(key, None)
            return bury(record, -1, request.op, self.stores, self._options, now)
        until, held = lease_end(record, self._options.w_sync, now), self._own(key, now)
        if held is not None and held.record.version > record.version:
            return NOTHING
        if held is not None and held.record.version == record.version:
            until = max(until, held.until)  # as at a provider: a refresh never shortens a lease
        self._mark(key, self.stays(request))
        self._post(key, None)  # an older version of it need not be told any more
        others = () if held is None else tuple([each for each in held.accounts if each != request.account])
        kept = self.stores.keep(OWN, record, until, request.op, accounts=(*others, request.account))
        self._accounts.has_put(request.account, *key, record.size)
        lower = self.stores.drop(CACHED, *key, None, request.op, "put here")
        return [Emit(kept, leads=True), *lower]

    def keep_for_later(self, request: PutRequest, now: float) -> list[Effect]:
        """Own data from now on, of which `above` is still to be told."""
        effects = self.keep(request, now)
        if effects or request.record.deleted:
            self._post(_entry(request.record), request)
        return effects

    def unknown_above(self, nid: bytes, entry: bytes) -> bool:
        """Whether nobody above can have told of this entry: it never leaves, or has yet to."""
        return (nid, entry) in self._inside or (nid, entry) in self.outbox

    def told(self, request: PutRequest, reply: Answer, now: float) -> list[Effect]:
        """The verdict of `above` on a put that its customer was answered for long ago.

        Where a newer version is known there, ours must not hide it. Any other refusal leaves own data readable here.
        """
        key = _entry(request.record)
        if self.outbox.get(key) is not request or reply.outcome == "E_AGAIN":
            return NOTHING
        self._post(key, None)
        if reply.outcome.startswith("OK"):
            return NOTHING
        effects: list[Effect] = [Emit(Rejected(self._above, request.op, key[0], self._me, reply.outcome))]
        held = self._own(key, now)
        if reply.outcome in NEWER_OUTSIDE and held is not None and held.record.version == request.record.version:
            effects += self.stores.drop(OWN, *key, None, request.op, "superseded")
        return effects

    def forget(self, owner: bytes, op: int, now: float) -> list[Effect]:
        """An identity has moved away: its data is read outside from now on, all but what never leaves."""
        effects: list[Effect] = []
        for copy in self._accounts.belongings(owner, now):
            key = _entry(copy.record)
            if copy.accounts == (owner,) and key not in self._inside:  # else it is somebody's who stays
                self._post(key, None)
                effects += self.stores.drop(OWN, *key, None, op, "moved")
        return effects

    def restore(self, rows: Mapping[tuple[str, bytes, bytes], object], now: float) -> int:
        """Take back what was persisted and has not expired; how many copies there are."""
        for (store, nid, entry), what in rows.items():
            if store == LATE and isinstance(what, PutRequest):
                self.outbox[nid, entry] = what
            elif store == SCOPED and what is not None:
                self._inside.add((nid, entry))
        found = self.stores.restore(rows, now)
        self._accounts.restore()
        return found

    def _post(self, key: Entry, request: PutRequest | None) -> None:
        """What `above` is to be told of an entry: this, or nothing."""
        if request is not None:
            self.outbox[key] = request
        elif self.outbox.pop(key, None) is None:
            return
        self.stores.journal.append((LATE, *key, request))

    def _mark(self, key: Entry, stays: bool) -> None:
        """Whether an entry never leaves."""
        if stays == (key in self._inside):
            return
        if stays:
            self._inside.add(key)
        else:
            self._inside.discard(key)
        self.stores.journal.append((SCOPED, *key, stays or None))

    def _own(self, key: Entry, now: float) -> Copy | None:
        return next((copy for copy in self.stores.live(OWN, key[0], now) if copy.record.entry == key[1]), None)


def _entry(record: Record) -> Entry:
    return record.nid, record.entry
