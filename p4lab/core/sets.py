"""A get of an unauthenticated set: the union of what is here and what others have (section 5.7, paper footnote 2).

Rules: the mode `unauthenticated_gets` says when others are asked although there are values here. A merged set counts
until its first TTL ends, and is cached that long.
"""

from math import inf

from p4lab.core import messages
from p4lab.core.answers import answer, found_here, to_waiter
from p4lab.core.asking import Asking
from p4lab.core.contract import Effect, Emit
from p4lab.core.options import Options, UnauthenticatedGets
from p4lab.core.question import Found, Question, Waiter
from p4lab.core.single import cacheable
from p4lab.core.stores import CACHED, POINTER, SOURCES, Copy, Stores


class Sets:
    """Gets of unauthenticated names."""

    def __init__(self, stores: Stores, options: Options, lookup_delay: float, asking: Asking) -> None:
        self._stores = stores
        self._mode = options.unauthenticated_gets
        self._delay = lookup_delay
        self._asking = asking
        self._merged: dict[bytes, float] = {}  # until when a set counts as merged with that of the others

    def get(self, waiter: Waiter, now: float) -> list[Effect]:
        """Answer from here, or ask, or both, by the mode."""
        nid = waiter.request.nid
        copies, source = self._here(nid, now)
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
        return [answer(waiter, "OK", source, found, found[-1].copy, after=self._delay), *self._merge(waiter, now)]

    def finish(self, question: Question, now: float) -> list[Effect]:
        """The union of what the others had and what is here; the set is cached until its first TTL ends."""
        nid = question.request.nid
        buried = self._stores.buried
        found = {item.record.entry: item for item in question.found if not buried(nid, item.record.entry, now)}
        held = [found_here(copy, now) for copy in self._here(nid, now)[0] if copy.record.entry not in found]
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
        served = max([item.copy for item in found.values()] or [held[-1].copy])
        for waiter in question.waiters:
            effects.append(to_waiter(waiter, union, served, question.silent(now), False))
        if not question.fetching:
            return effects
        return effects + self._merge(Waiter(-1, question.request, question.cause), now)

    def _merge(self, lead: Waiter, now: float) -> list[Effect]:
        """Ask the others behind the answer's back, where the set was last merged longer ago than its TTL."""
        nid, asking = lead.request.nid, self._asking
        merged = self._mode is not UnauthenticatedGets.BACKGROUND_MERGE or self._merged.get(nid, -inf) > now
        if merged or nid in asking.open or not asking.everybody:
            return []
        return asking.ask(lead, [], [], now)

    def _here(self, nid: bytes, now: float) -> tuple[list[Copy], str]:
        """The entries held here, each once, and the farthest store that had to be looked in."""
        copies: dict[bytes, Copy] = {}
        source = ""
        for store, copy in self._stores.readable(nid, now):
            if copy.record.entry not in copies:
                copies[copy.record.entry] = copy
                source = SOURCES[store]
        return list(copies.values()), source
