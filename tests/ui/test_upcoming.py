"""The next event in words, known and not yet made."""

import pytest

from p4lab.core.commands import Get
from p4lab.scenario.model import Do
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.panels.log_text import LogText
from ui.run import Run
from ui.upcoming import arrivals, coming, expiries, next_event, planned, sentence
from ui.words import time


@pytest.fixture(scope="module")
def run() -> Run:
    made = Run(Simulated(runs.scenario()))
    assert made.advance(10.0, 60.0)
    return made


def test_the_next_event_is_the_one_a_step_goes_to(run: Run) -> None:
    text, t = LogText(run.trace, run.world), 3.0
    index = run.trace.index_at(t)
    due = next_event(text, t)
    assert due is not None
    assert due.t == run.trace.time_of(index)
    assert sentence(text, t, 20.0) == f"Next: {due.says} · at {due.t:.3f} s, in {time(due.t - t)}"


def test_what_is_not_made_is_said_with_what_is_due(run: Run) -> None:
    text = LogText(run.trace, run.world)
    end = run.trace.end
    flying = arrivals(run.trace, run.world, end)
    assert next_event(text, end) is None
    says = sentence(text, end, 20.0)
    assert says.startswith("Next event: not yet made")
    assert (flying[0].says in says) if flying else says == "Next event: not yet made"
    assert sentence(text, 20.0, 20.0) == "The run is over."


def test_arrivals_and_expiries_come_in_order_and_after_now(run: Run) -> None:
    rows = run.trace.rows()
    t = float(rows["t"][rows["code"] == 4][5]) + 0.001
    flying = arrivals(run.trace, run.world, t)
    assert flying
    assert [due.t for due in flying] == sorted(due.t for due in flying if due.t > t)
    name = next(name.index for name in run.world.names if expiries(run.world, name.index, t))
    runs_out = expiries(run.world, name, t)
    assert all(due.t > t and due.kind == "expiry" for due in runs_out)


def test_all_that_comes_is_told_in_order_of_time(run: Run) -> None:
    rows = [Do(9.0, Get("Elm", "news/1")), Do(4.0, Get("Birch", "mail/1")), Do(2.0, Get("Elm", "feed/1"))]
    plans = planned(rows, 3.0)
    assert [(due.t, due.says) for due in plans] == [
        (4.0, "planned: get mail/1 at Birch"),
        (9.0, "planned: get news/1 at Elm"),
    ]
    text, t = LogText(run.trace, run.world), 3.0
    whole = coming(text, rows, 0, t)
    parts = [next_event(text, t), *arrivals(run.trace, run.world, t), *expiries(run.world, 0, t), *plans]
    assert whole == sorted(parts, key=lambda due: due.t)
