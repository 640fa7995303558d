"""Shrinking: which of the things that were done are needed for an invariant to be violated (ddmin, Zeller 1999).

Rules: what is tried is decided by the caller; a bound on wall time ends the search, and what was found by then counts.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


def shrink(parts: Sequence[T], fails: Callable[[list[T]], bool], seconds: float) -> list[T]:
    """The parts without those that can be left out one by one, in their order; `fails` holds for what is returned.

    Halves first, then ever smaller pieces: with few parts needed of n, some log n runs for each.
    """
    end = perf_counter() + seconds
    kept = list(parts)
    size = max(1, len(kept) // 2)
    while kept:
        at, shorter = 0, False
        while at < len(kept):
            if perf_counter() > end:
                return kept
            tried = kept[:at] + kept[at + size :]
            if fails(tried):
                kept, shorter = tried, True
            else:
                at += size
        if size == 1 and not shorter:
            return kept
        size = size if shorter and size == 1 else max(1, size // 2)
    return kept
