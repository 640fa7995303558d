"""A get of one record, immutable or authenticated: the newest of what is here and what others have (section 5.7).

Rules: own data first among equals; a pointer or a mark that is newer than what is here has others asked. Get-broadcast
names alone are cached (P15, A6), never over a newer copy. An answer that comes late and is better replaces the cached
copy and is told.
"""

from p4lab.core.answers import answer, found_here, to_waiter
from p4lab.core.asking import Asking
from p4lab.core.contract import Effect, Emit
from p4lab.core.events import LateBetter, Noticed
from p4lab.core.names import Kind, Regime
from p4lab.core.options import Options
from p4lab.core.question import Found, Question, Waiter
from p4lab.core.records import UNVERSIONED, Record, Version
from p4lab.core.stores import CACHED, POINTER, SOURCES, Copy, Stores


class Single:
    """Gets of names that have one record."""

    def __init__(self, me: int, stores: Stores, options: Options, lookup_delay: float, asking: Asking) -> None:
        self._me = me
        self._stores = stores
        self._options = options
        self.delay = lookup_delay
        self._asking = asking

    def get(self, waiter: Waiter, now: float) -> list[Effect]:
        """Answer from here, or ask."""
        request, stores = waiter.request, self._stores
        pointers = stores.live(POINTER, request.nid, now)
        best = stores.best(request.nid, now)
        if best is not None:
            store, copy = best
            version = copy.record.version
            enough = version[0] >= request.min_seq and version >= stores.floors.of(request.nid, now)
            if enough and not stores.outdated(request.nid, version, now):
                return [answer(waiter, "OK", SOURCES[store], [found_here(copy, now)], copy.event.id, after=self.delay)]
        return self._asking.join_or_ask(waiter, pointers, now)

    def finish(self, question: Question, now: float) -> list[Effect]:
        """The best of what came in and of what is here by now."""
        nid, stores = question.request.nid, self._stores
        best = max(question.found, key=_version, default=None)
        effects = [] if best is None else self._cache(best, question.op, now)
        here = stores.best(nid, now)
        if here is not None and (best is None or here[1].record.version > best.record.version):
            best = found_here(here[1], now)  # put or told here while the question was out
        if best is None:
            return effects + self._asking.empty_handed(question, now)
        version, late, again = best.record.version, question.late(now), []
        outdated = stores.outdated(nid, version, now) or version < question.floor or best.stale
        told = question.waiters or effects  # whom it is told to, or who will be told of it from the cache
        if not outdated and told and question.request.kind is Kind.AUTHENTICATED:
            stores.floors.answered(nid, version, now)
        if outdated or best.src < 0 or len(question.found) > 1:
            behind = [found for found in question.found if outdated or found.record.version < version]
            effects += [self._older(question, found) for found in behind if not found.stale]  # who says so is honest
        for waiter in question.waiters:
            older = version[0] < waiter.request.min_seq
            if older and waiter.joined and not waiter.retried:
                again.append(waiter)
            else:
                effects.append(to_waiter(waiter, [best], best.copy, late, older or outdated))
        return effects + self._asking.again(again, now)

    def late(self, question: Question, found: Found, now: float) -> list[Effect]:
        """A sound record came in after the answer had gone."""
        record = found.record
        known = max(other.record.version for other in question.found)
        if record.version <= known:
            return [self._older(question, found)] if record.version < known else []
        question.found.append(found)
        told = LateBetter(self._me, question.op, record.nid, record.version[0])
        kept = self._cache(found, question.op, now)
        if kept:
            self._stores.floors.answered(record.nid, record.version, now)  # it will be
        return [Emit(told), *kept]

    def _older(self, question: Question, found: Found) -> Emit:
        return Emit(Noticed(self._me, question.op, question.request.nid, found.src, "E_OLD"))

    def _cache(self, found: Found, op: int, now: float) -> list[Effect]:
        """Keep the best answer for the putter's TTL."""
        record, until = found.record, now + found.remaining
        if found.stale or record.version < self._stores.withdrawn.get(record.nid, UNVERSIONED):
            return []
        if record.version < self._stores.floors.of(record.nid, now):
            return []
        if not cacheable(record, until, now, self._stores.readable(record.nid, now)):
            return []
        return [Emit(self._stores.keep(CACHED, record, until, op, -1, found.copy))]


def cacheable(record: Record, until: float, now: float, known: list[tuple[str, Copy]]) -> bool:
    """Whether to keep an answer. known: the readable copies of the same name and entry."""
    if record.regime is not Regime.GET_BROADCAST or until <= now:
        return False
    for store, copy in known:
        newer = copy.record.version > record.version
        if newer or (copy.record.version == record.version and (store != CACHED or copy.until >= until)):
            return False
    return True


def _version(found: Found) -> Version:
    return found.record.version
