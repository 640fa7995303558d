"""What `run until` finds, against a walk through all events of a run that has been made to its end."""

import pytest

from p4lab.core.commands import SetLink
from p4lab.core.events import LinkChanged, Lost, Moved, Sent
from p4lab.scenario.model import Do, Link
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui import until
from ui.run import Run

CUT = (Do(8.72, SetLink(("Aster", "Birch"), up=False)),)


@pytest.fixture(scope="module")
def whole() -> Run:
    """The run, known to its end; a link is cut with messages on it."""
    made = Run(Simulated(runs.scenario(seed=5, link=Link(loss=0.05), do=CUT)))
    assert made.advance(20.0, 60.0)
    return made


def fresh() -> Run:
    return Run(Simulated(runs.scenario(seed=5, link=Link(loss=0.05), do=CUT)))


def search(run: Run, goal: until.Goal) -> float | None:
    told: list[float | None] = []
    errand = until.until(run, goal, told.append)
    while not errand.slice(0.01):
        pass
    errand.then()
    assert errand.place(0.0) == (told[0] if told[0] is not None else run.known)
    return told[0]


def moments(run: Run, node: int) -> list[float]:
    """All times at which something happens at a provider, one by one."""
    found = set()
    for event in run.trace[0 : len(run.trace)]:
        if isinstance(event, Sent):
            arrives = event.dst == node and not event.lost and event.id not in run.metrics.lost
            found |= {event.t} if event.src == node else set()
            found |= {event.due} if arrives and event.due <= run.known else set()
        elif isinstance(event, LinkChanged):
            found |= {event.t} if node in (event.a, event.b) else set()
        elif isinstance(event, Lost | Moved):
            found |= {event.t} if event.dst == node else set()
        elif getattr(event, "node", None) == node:
            found.add(event.t)
    return sorted(found)


@pytest.mark.parametrize("node", [0, 3])
def test_every_event_at_a_provider_is_found_in_turn_and_back_again(whole: Run, node: int) -> None:
    expected = moments(whole, node)
    run, found = fresh(), [0.0]
    while (t := search(run, until.event_at(run, node, found[-1]))) is not None:
        found.append(t)
    assert found == [0.0, *expected[1:]]
    back = [20.0]
    while (t := until.event_before(whole, node, back[-1])) is not None:
        back.append(t)
    assert back[1:] == expected[::-1]


def test_the_next_stale_get_is_found_and_hardly_overshot(whole: Run) -> None:
    reads = whole.world.stale_reads()["t"]
    run = fresh()
    first = search(run, until.stale_get(run, 0.0))
    assert (first, run.known < reads[0] + 0.2) == (reads[0], True)
    assert search(run, until.stale_get(run, reads[0])) == reads[1]
    assert search(run, until.stale_get(run, reads[-1])) is None
    assert run.complete


def test_an_event_number_is_found_or_said_not_to_be_there(whole: Run) -> None:
    run = fresh()
    assert search(run, until.event_number(run, 300)) == whole.trace.time_of(299)
    assert not run.complete
    goal = until.event_number(run, 10_000_000)
    assert (search(run, goal), goal.missing) == (None, "There is no event 10\u202f000\u202f000")


def test_a_message_is_followed_to_its_arrival_or_to_where_it_was_lost(whole: Run) -> None:
    cut = next(event for event in whole.trace[0 : len(whole.trace)] if isinstance(event, Lost))
    sent = whole.trace[cut.message - 1]
    run = fresh()
    run.advance(sent.t, 60.0)
    assert search(run, until.delivered(run, sent.id)) == cut.t
    whole_one = next(
        event for event in whole.trace[cut.id : len(whole.trace)] if isinstance(event, Sent) and not event.lost
    )
    run = fresh()
    run.advance(whole_one.t, 60.0)
    assert search(run, until.delivered(run, whole_one.id)) == whole_one.due
    lost = next(event for event in whole.trace[0 : len(whole.trace)] if isinstance(event, Sent) and event.lost)
    with pytest.raises(ValueError, match="never arrives"):
        until.delivered(whole, lost.id)
    with pytest.raises(ValueError, match="Choose a message"):
        until.delivered(whole, 1)
