"""What a provider makes of it when a get brought nothing: NOT_FOUND may be remembered, silence bridged (section 5.9).

Rules: both are options. NOT_FOUND is remembered for `neg_ttl` and forgotten with any news of the name. While somebody
who may have it is silent, a cached copy serves for up to `max_stale` after its end, flagged STALE; they are asked again
30 s later at the earliest.
"""

from p4lab.core.answers import answer, paged
from p4lab.core.contract import Effect
from p4lab.core.options import Options
from p4lab.core.question import Found, Waiter
from p4lab.core.stores import Stores

RECHECK = 30.0  # s; RFC 8767 section 5: not more often than every 30 seconds


class Absence:
    """Of one provider."""

    def __init__(self, stores: Stores, options: Options, lookup_delay: float) -> None:
        self._stores = stores
        self._options = options
        self.delay = lookup_delay
        self._silent: dict[bytes, float] = {}  # until when those who may have a name count as silent

    def known(self, waiter: Waiter, now: float) -> list[Effect]:
        """The answer to a get that need not be asked, because it was in vain a moment ago; else nothing.

        Who has a session token knows that there is something.
        """
        request, stores = waiter.request, self._stores
        if stores.absent.get(request.nid, 0.0) > now and not request.min_seq:
            return [answer(waiter, "NOT_FOUND", after=self.delay)]
        if self._silent.get(request.nid, 0.0) > now:
            return self._lapsed(waiter, (), self.delay, now)
        return []

    def silence(self, waiters: list[Waiter], nid: bytes, silent: tuple[int, ...], now: float) -> list[Effect]:
        """The answers with what has expired, while somebody is silent; nothing where there is no such copy."""
        effects = [effect for waiter in waiters for effect in self._lapsed(waiter, silent, 0.0, now)]
        if effects:
            self._silent = {name: until for name, until in self._silent.items() if until > now}
            self._silent[nid] = now + RECHECK
        return effects

    def nothing(self, nid: bytes, now: float) -> None:
        """Everybody said that they have nothing."""
        if not self._options.neg_ttl:
            return
        absent = self._stores.absent
        absent.pop(nid, None)  # the newest stands last
        absent[nid] = now + self._options.neg_ttl
        while absent[oldest := next(iter(absent))] <= now:
            del absent[oldest]

    def _lapsed(self, waiter: Waiter, silent: tuple[int, ...], after: float, now: float) -> list[Effect]:
        copies = self._stores.lapsed(waiter.request.nid, now)
        if not copies:
            return []
        found = [Found(copy.record, 0.0, copy.event.id) for copy in copies]
        most = self._options.maxvals
        return [paged(waiter, "OK", "cached", found, found[-1].copy, most, silent, True, after)]
