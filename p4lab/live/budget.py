"""Budgets: how much of something somebody may have a second, as token buckets.

Rules: a clock is read only when a bucket runs dry, since this is asked for every frame; so at most twice a burst may
pass at once. Tables of buckets are bounded and forget who was not seen longest, who then begins with a full one.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MOST = 1_024  # buckets in a table

K = TypeVar("K", bound=Hashable)


class Bucket:
    """So many things and bytes a second, and a burst of each to begin with."""

    __slots__ = ("_at", "_burst", "_burst_bytes", "_bytes", "_bytes_rate", "_clock", "_rate", "_things")

    def __init__(
        self,
        clock: Callable[[], float],
        rate: float,
        burst: float,
        bytes_rate: float = float("inf"),
        burst_bytes: float = float("inf"),
    ) -> None:
        self._clock = clock
        self._rate, self._burst, self._bytes_rate, self._burst_bytes = rate, burst, bytes_rate, burst_bytes
        self._things, self._bytes = burst, burst_bytes
        self._at = clock()

    def take(self, size: int = 0, things: float = 1.0) -> float:
        """Takes one thing of this many bytes; says how long whoever takes it has to wait, mostly 0."""
        self._things -= things
        self._bytes -= size
        if self._things >= 0.0 and self._bytes >= 0.0:
            return 0.0
        now = self._clock()
        past, self._at = now - self._at, now
        if past > 0.0:  # 0 times infinity is no number
            self._things = min(self._burst, self._things + things + past * self._rate) - things
            self._bytes = min(self._burst_bytes, self._bytes + size + past * self._bytes_rate) - size
        return max(0.0, -self._things / self._rate, -self._bytes / self._bytes_rate)

    def back(self) -> None:
        """The last thing, of no bytes, was refused: whoever is refused often is not in debt for it afterwards."""
        self._things += 1.0


class Buckets(Generic[K]):
    """A bucket each for whoever is asked about."""

    def __init__(self, make: Callable[[], Bucket]) -> None:
        self._make = make
        self._known: OrderedDict[K, Bucket] = OrderedDict()

    def of(self, who: K) -> Bucket:
        """The bucket of this one."""
        bucket = self._known.get(who)
        if bucket is None:
            bucket = self._known[who] = self._make()
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(who)
        return bucket
