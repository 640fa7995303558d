"""What a provider can observe: nothing that is not its own, whatever the stream; and the reads that it cannot see."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.events import Lost, Sent
from p4lab.metrics import Metrics
from p4lab.world import World
from p4lab.world.observed import Observed, incident
from tests.streams import Run, news, runs

ENDS = ("node", "peer", "src", "dst", "a", "b", "provider", "parent", "at")


def folded(run: Run) -> tuple[World, Observed, Metrics]:
    world, metrics = World(), Metrics("t", 1)
    part = run.trace.slice(0, len(run.trace))
    world.step(part)
    metrics.step(part)
    return world, Observed(cast("Any", run.trace), world), metrics


@settings(max_examples=40)
@given(runs(), st.integers(0, 3), st.floats(0.0, 30.0))
def test_nothing_that_is_observed_is_not_of_the_provider(run: Run, node: int, t: float) -> None:
    """Every event seen names it; of messages to it, none is still under way or lost; rows and events agree."""
    _, observed, metrics = folded(run)
    events = list(run.trace[:])
    gone = {event.message for event in events if isinstance(event, Lost)}
    seen = [event for event in events if observed.sees(event, node, t)]
    for event in seen:
        named = {getattr(event, end) for end in ENDS if hasattr(event, end)} | set(getattr(event, "peers", ()))
        assert node in named
        assert event.t <= t
        if isinstance(event, Sent) and event.src != node:
            assert event.due <= t
            assert event.id not in gone
            assert not event.lost
    rows = run.trace.rows()
    assert rows["id"][observed.rows(rows, node, t)].tolist() == [e.id for e in seen if isinstance(e, Sent)]
    gap = observed.gap(node, t, metrics.gets())
    assert (gap.seen, gap.all) == (len(seen), sum(event.t <= t for event in events))
    assert node not in gap.unseen


@settings(max_examples=25)
@given(runs(), st.integers(0, 3))
def test_who_sees_more_with_time_never_sees_less(run: Run, node: int) -> None:
    world, observed, _ = folded(run)
    lost = frozenset(event.message for event in world.lost)
    before: set[int] = set()
    for t in (0.0, 1.0, 5.0, 30.0):
        now = {event.id for event in run.trace[:] if incident(event, node, t, lost)}
        assert before <= now
        before = now
        assert now == {event.id for event in run.trace[:] if observed.sees(event, node, t)}


def test_reads_from_a_cache_are_hidden_from_the_owner() -> None:
    """Cedar asks Aster once; what it then answers from its cache Aster never hears of."""
    _, observed, metrics = folded(news())
    gets = metrics.gets()
    assert [observed.gap(0, t, gets).unseen for t in (2.99, 5.02)] == [{}, {2: 1}]
    assert observed.gap(2, 20.0, gets).unseen == {}
    assert observed.gap(0, 0.0, np.empty(0, gets.dtype)).unseen == {}
