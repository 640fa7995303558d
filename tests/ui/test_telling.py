"""What is told of a stretch of time: who asks whom, who answers, and what came of it, in that order."""

import pytest

from p4lab.core.commands import Crash
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.run import Run
from ui.telling import Told, told


@pytest.fixture(scope="module")
def run() -> Run:
    session = Simulated(runs.scenario())
    session.submit(Crash("Cedar"), 12.0)
    made = Run(session)
    made.advance(made.duration, 10.0)
    return made


def tell(run: Run, start: float, end: float, key: str, full: bool) -> list[Told]:
    name = next(i for i, name in enumerate(run.world.names) if name.key == key)
    return told(run.world, run.trace, start, end, name, full)


def test_a_question_its_answer_and_what_came_of_it(run: Run) -> None:
    name = next(i for i, each in enumerate(run.world.names) if each.key == "news/1")
    asked = next(op for op in map(run.world.op, range(1, 400)) if op and op.name == name and op.source == "remote")
    assert asked.finished is not None
    texts = [text for _, text in tell(run, asked.started - 1e-6, asked.finished, "news/1", full=True)]
    who = run.world.called[asked.node]
    question = next(i for i, text in enumerate(texts) if text.startswith(f"{who} asks "))
    answer = next(i for i, text in enumerate(texts) if text.startswith("Aster answers after "))
    end = next(i for i, text in enumerate(texts) if text.startswith(f"{who}’s get of news/1: v"))
    assert question < answer < end
    assert texts[question].endswith(" for news/1.")


def test_brief_is_the_end_alone_and_a_cut_loses_nothing(run: Run) -> None:
    brief, full = (tell(run, 0.0, 20.0, "news/1", each) for each in (False, True))
    assert set(brief) < set(full)
    assert all("’s get of news/1: " in text or "’s put of news/1: " in text or "Cedar" in text for _, text in brief)
    parts = [each for i in range(40) for each in tell(run, i / 2, (i + 1) / 2, "news/1", full=True)]
    assert parts == full


def test_what_happens_to_the_network_is_told_whatever_the_key(run: Run) -> None:
    crash = "Cedar crashed: nobody there hears anything until it is restarted."
    assert [text for _, text in told(run.world, run.trace, 11.9, 12.1, None, True)] == [crash]
