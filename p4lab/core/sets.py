"""A get of an unauthenticated set: the union of what is here and what others have (section 5.7, paper footnote 2).

Rules: the mode `unauthenticated_gets` says when others are asked although there are values here. A merged set counts
until its first TTL ends, and is cached that long.
"""

from math import inf

import msgspec

from p4lab.core import messages
from p4lab.core.answers import answer, found_here, page
from p4lab.core.asking import Asking
from p4lab.core.contract import Effect, Emit, Send
from p4lab.core.options import Options, UnauthenticatedGets
from p4lab.core.question import Found, Question, Waiter
from p4lab.core.single import cacheable
from p4lab.core.stores import CACHED, POINTER, Copy, Stores

PATIENCE = 4.0  # query timeouts that the next page of a set may be asked for: as long as a proxy waits


class _Rest(msgspec.Struct, gc=False):
    """A set of which pages are still to be told. until: nobody will ask for them any more."""

    until: float
    source: str
    found: list[Found]
    copy: int
    silent: tuple[int, ...]
    stale: bool


class Sets:
    """Gets of unauthenticated names."""

    def __init__(self, stores: Stores, options: Options, lookup_delay: float, asking: Asking) -> None:
        self._stores = stores
        self._mode = options.unauthenticated_gets
        self.delay = lookup_delay
        self._asking = asking
        self._most = options.maxvals
        self._patience = PATIENCE * options.query_timeout
        self._rest: dict[tuple[int, int], _Rest] = {}  # (asker, op) -> a set that is told page by page
        self._merged: dict[bytes, float] = {}  # until when a set counts as merged with that of the others

    def get(self, waiter: Waiter, now: float) -> list[Effect]:
        """Answer from here, or ask, or both, by the mode."""
        nid = waiter.request.nid
        rest = self._rest.pop((waiter.asker, waiter.request.op), None) if waiter.request.after else None
        if rest is not None and rest.until > now:
            found = rest.found
            return [self._tell(waiter, rest.source, found, rest.copy, now, rest.silent, rest.stale, self.delay)]
        copies, source = self._stores.entries(nid, now)
        entries = {copy.record.entry for copy in copies}
        pointers = [c for c in self._stores.live(POINTER, nid, now) if c.record.entry not in entries]
        # A child's question is its own merging: answered at once from here, the two would expire together and the
        # child would never hear of the others.
        child = waiter.query is not None and waiter.query.code != messages.CREQ
        merging = child and self._mode is UnauthenticatedGets.BACKGROUND_MERGE
        if (merging or self._mode is UnauthenticatedGets.WAIT_ALL) and self._merged.get(nid, -inf) <= now:
            return self._asking.join_or_ask(waiter, [], now)
        if pointers or not copies:
            return self._asking.join_or_ask(waiter, pointers, now)
        found = [found_here(copy, now) for copy in copies]
        return [self._tell(waiter, source, found, found[-1].copy, now, after=self.delay), *self._merge(waiter, now)]

    def finish(self, question: Question, now: float) -> list[Effect]:
        """The union of what the others had and what is here; the set is cached until its first TTL ends."""
        nid = question.request.nid
        buried = self._stores.buried
        found = {item.record.entry: item for item in question.found if not buried(nid, item.record.entry, now)}
        held = [found_here(copy, now) for copy in self._stores.entries(nid, now)[0] if copy.record.entry not in found]
        if not found and not held:
            return self._asking.empty_handed(question, now)
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
                if cacheable(item.record, until, now, known.get(item.record.entry, []))
            ]
            if worth:
                effects += map(Emit, self._stores.keep_set(CACHED, nid, worth, until, question.op))
            union = [Found(item.record, left, item.copy) for item in union]
        stale = any(item.stale for item in found.values())
        served = max([item.copy for item in found.values()] or [held[-1].copy])
        for waiter in question.waiters:
            source = "joined" if waiter.joined else "remote"
            effects.append(self._tell(waiter, source, union, served, now, question.silent(now), stale))
        if not question.fetching:
            return effects
        return effects + self._merge(Waiter(-1, question.request, question.cause), now)

    def _tell(
        self, waiter: Waiter, source: str, found: list[Found], copy: int, now: float, silent: tuple[int, ...] = (),
        stale: bool = False, after: float = 0.0,
    ) -> Send:  # fmt: skip
        """The set, or its next page; what is to follow is kept until it is asked for: so all pages fit together."""
        request = waiter.request
        told, placemark = page(found, request.after, self._most)
        if placemark:
            self._rest = {key: rest for key, rest in self._rest.items() if rest.until > now}
            self._rest[waiter.asker, request.op] = _Rest(now + self._patience, source, found, copy, silent, stale)
        code = "OK" if told else "NOT_FOUND"
        return answer(waiter, code, source, told, copy, silent, stale, after, placemark)

    def _merge(self, lead: Waiter, now: float) -> list[Effect]:
        """Ask the others behind the answer's back, where the set was last merged longer ago than its TTL."""
        nid, asking = lead.request.nid, self._asking
        merged = self._mode is not UnauthenticatedGets.BACKGROUND_MERGE or self._merged.get(nid, -inf) > now
        if merged or nid in asking.open or not asking.everybody:
            return []
        return asking.ask(lead, [], [], now)
