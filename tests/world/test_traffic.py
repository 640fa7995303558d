"""What was sent and received: against a count by hand of the same rows, one by one, and fast."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from p4lab.core.events import Lost, Sent
from p4lab.core.messages import ACCESS, FETCH, FETCHR, GETQ, GETR, HIT, MISS
from p4lab.trace import DUPLICATE, LOST
from p4lab.world import World
from p4lab.world.traffic import Answered, Both, Traffic, Way
from tests.streams import Run, news, runs


def told(run: Run) -> Traffic:
    world = World()
    world.step(run.trace.slice(0, len(run.trace)))
    return Traffic(run.trace, world)


@settings(max_examples=25)
@given(runs(), st.floats(0.0, 30.0))
def test_it_adds_up(run: Run, t: float) -> None:
    """Kinds and neighbours against every message looked at in turn; what a provider says others received."""
    traffic = told(run)
    events = [event for event in run.trace[:] if isinstance(event, Sent) and event.t <= t]
    gone = {event.message for event in run.trace[:] if isinstance(event, Lost) and event.t <= t}
    for node in range(run.size):
        sent: Counter[int] = Counter()
        received: Counter[int] = Counter()
        by_peer: Counter[tuple[int, bool]] = Counter()
        for event in events:
            if event.src == node and not event.duplicate:
                sent[event.code] += 1
                by_peer[event.dst, True] += event.code < ACCESS
            if event.dst == node and event.due <= t and not event.lost and event.id not in gone:
                received[event.code] += 1
                by_peer[event.src, False] += event.code < ACCESS
        kinds = traffic.kinds(node, t)
        assert {each.code: each.sent for each in kinds if each.sent} == dict(sent)
        assert {each.code: each.received for each in kinds if each.received} == dict(received)
        near = traffic.neighbours(node, t)
        assert {(peer, True): each.sent for peer, each in near.items() if each.sent} | {
            (peer, False): each.received for peer, each in near.items() if each.received
        } == {key: count for key, count in by_peer.items() if count}


def test_a_link_and_what_was_answered() -> None:
    run = news()
    first = run.send(19.0, 0, 1, GETQ, 3)
    run.send(19.0, 0, 1, GETQ, 3, cause=first, fate=DUPLICATE)
    run.send(19.0, 0, 1, FETCH, 3, fate=LOST)
    run.send(19.04, 1, 0, GETR, 3, status=HIT, cause=first)
    run.send(19.04, 1, 0, FETCHR, 3, status=MISS, cause=first)
    before = told(news())
    traffic = told(run)
    t = 19.05
    assert traffic.answered(1, t).asked - before.answered(1, t).asked == 2  # the doubled one came as well
    assert traffic.answered(1, t).hit - before.answered(1, t).hit == 1
    way = traffic.way(0, 1, t, 0.5)
    assert (way.messages - before.way(0, 1, t).messages, way.lost, way.doubled, way.flying) == (2, 1, 1, 0)
    assert len(traffic.flying(0, 1, t)) == traffic.way(1, 0, t).flying == 2
    assert traffic.way(0, 99, t) == Way()
    assert Answered(5, 1, 2, 0, 0).open == 2


def test_a_hundred_thousand_messages_are_counted() -> None:
    run = Run(3)
    for number in range(100_000):
        src, dst = number % 3, (number + 1) % 3
        run.trace.sent(number / 1000, number / 1000 + 0.04, 0, 1, 100, src, dst, GETQ if number % 2 else GETR, 1, 0)
    traffic = told(run)
    sent, come = len(range(3, 100_000, 6)), len(range(5, 99_961, 6))  # the last ones are under way
    assert traffic.kinds(0, 100.0)[0] == Both(sent, 100 * sent, come, 100 * come, code=GETQ)
