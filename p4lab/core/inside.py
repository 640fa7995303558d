"""A get inside an organisation: answered from what is here where that is enough, else by whoever is above.

Rules: own data first (it stays readable when the organisation is cut off), then what its customers have read before
(locality): answers of get-broadcast names, for what is left of their TTL and never longer. An unauthenticated set is
whole when it was heard from above within its TTL; own entries are part of it in any case. What came from above counts
as `remote` here, whatever it was there.
"""

from math import inf

from p4lab.core.answers import answer, found_here, from_outside
from p4lab.core.contract import NOTHING, Effect, Emit, Send
from p4lab.core.events import Rejected
from p4lab.core.messages import Answer
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options, UnauthenticatedGets
from p4lab.core.organisation import Organisation
from p4lab.core.question import Found, Waiter
from p4lab.core.records import fault
from p4lab.core.signing import Signer
from p4lab.core.single import cacheable
from p4lab.core.stores import CACHED, OWN, SOURCES, Copy, lease_end


class Inside:
    """The gets of one organisation; own: what it keeps. above: the node that its proxy asks."""

    def __init__(self, me: int, above: int, own: Organisation, options: Options, signer: Signer) -> None:
        self._me = me
        self._above = above
        self._own = own
        self._stores = own.stores
        self._signer = signer
        self._w_sync = options.w_sync
        self._literal = options.unauthenticated_gets is UnauthenticatedGets.LOCAL_ONLY
        self._whole: dict[bytes, float] = {}  # until when a set is all that was known above

    def get(self, waiter: Waiter, now: float) -> list[Effect]:
        """The answer, where what is here is enough; else nothing."""
        request = waiter.request
        copies, source = self._here(waiter, now)
        if not copies:
            return NOTHING
        if request.kind is Kind.UNAUTHENTICATED:
            enough = self._literal or self._whole.get(request.nid, -inf) > now
        else:
            enough = copies[0].record.version[0] >= request.min_seq
        return [_told(waiter, copies, source, now)] if enough else NOTHING

    def alone(self, waiter: Waiter, outcome: str, silent: tuple[int, ...], now: float) -> list[Effect]:
        """The best that can be said while nobody above answers: what is here, else `outcome`."""
        copies, source = self._here(waiter, now)
        if not copies:
            return [answer(waiter, outcome, silent=silent)]
        stale = copies[0].record.version[0] < waiter.request.min_seq
        return [_told(waiter, copies, source, now, silent, stale)]

    def heard(self, waiter: Waiter, reply: Answer, now: float) -> list[Effect]:
        """What was said above, with what came in here meanwhile; kept where it may be. It is checked like all else."""
        for record in reply.records:
            code = "E_BAD_HASH" if record.value is None else fault(record, waiter.request.nid, self._signer)
            if code is not None:
                rejected = Rejected(self._me, reply.op, waiter.request.nid, self._above, code)
                return [Emit(rejected), *self.alone(waiter, "PARTIAL", (self._above,), now)]
        if waiter.request.kind is Kind.UNAUTHENTICATED:
            return self._heard_set(waiter, reply, now)
        nid, stores = waiter.request.nid, self._stores
        copies, source = self._here(waiter, now)
        mine = copies[0].record.version if copies else None
        if mine is not None and (mine > reply.version or (mine == reply.version and not reply.records)):
            return [_told(waiter, copies, source, now, reply.silent)]
        if not reply.records or reply.stale:
            return [_passed(waiter, reply)]
        effects: list[Effect] = []
        record, until = reply.records[0], now + reply.remaining
        older = next((copy for copy in stores.live(OWN, nid, now) if copy.record.version < record.version), None)
        if older is not None:  # its owner has put a newer version elsewhere: own data is not what reads go back to
            until = lease_end(record, self._w_sync, now)
            kept = stores.keep(OWN, record, until, reply.op, -1, reply.copy, accounts=older.accounts)
            effects.append(Emit(kept))
        elif cacheable(record, until, now, stores.readable(nid, now)):
            effects.append(Emit(stores.keep(CACHED, record, until, reply.op, -1, reply.copy)))
        return [*effects, _passed(waiter, reply)]

    def _heard_set(self, waiter: Waiter, reply: Answer, now: float) -> list[Effect]:
        nid, buried = waiter.request.nid, self._stores.buried
        records = tuple([record for record in reply.records if not buried(nid, record.entry, now)])
        own = self._stores.live(OWN, nid, now)
        effects: list[Effect] = []
        asked_for = all(record.regime is Regime.GET_BROADCAST for record in records)
        known = {record.entry for record in records}
        if waiter.request.after or reply.placemark:  # what is known above comes with one of its pages
            asked_for = False
            own = [] if reply.placemark else [copy for copy in own if self._own.unknown_above(nid, copy.record.entry)]
        more = [copy for copy in own if copy.record.entry not in known]
        # A provider that answers from its own data asks the others behind the answer's back: that set is not whole.
        heard = reply.source in ("cached", "joined", "remote") and not reply.silent and not reply.stale
        if records and heard and asked_for and reply.remaining > 0:
            self._whole[nid] = until = now + reply.remaining
            ours = {copy.record.entry for copy in own}
            news = [(record, reply.copy) for record in records if record.entry not in ours]
            effects += map(Emit, self._stores.keep_set(CACHED, nid, news, until, reply.op)) if news else []
        if not more and len(records) == len(reply.records):
            return [*effects, _passed(waiter, reply)]
        union = [Found(record, reply.remaining, reply.copy) for record in records]
        union += [found_here(copy, now) for copy in more]
        if not union:
            return [*effects, answer(waiter, "NOT_FOUND", silent=reply.silent)]
        source = "remote" if records else "local"
        told = answer(waiter, "OK", source, union, union[0].copy, reply.silent, reply.stale)
        told.message.placemark = reply.placemark  # type: ignore[union-attr]  # it is an Answer
        return [*effects, told]

    def _here(self, waiter: Waiter, now: float) -> tuple[list[Copy], str]:
        """What is here of a name, and the word for where: one record, or each entry of a set."""
        nid = waiter.request.nid
        if waiter.request.kind is not Kind.UNAUTHENTICATED:
            best = self._stores.best(nid, now)
            return ([], "") if best is None else ([best[1]], SOURCES[best[0]])
        return self._stores.entries(nid, now)


def _told(
    waiter: Waiter, copies: list[Copy], source: str, now: float, silent: tuple[int, ...] = (), stale: bool = False
) -> Send:
    """What is here, as an answer; of a removal too, which `answer` spells."""
    found = [found_here(copy, now) for copy in copies]
    return answer(waiter, "OK", source, found, found[-1].copy, silent, stale)


def _passed(waiter: Waiter, reply: Answer) -> Send:
    """What was said above, to the one who asked."""
    return Send(waiter.asker, from_outside(reply))
