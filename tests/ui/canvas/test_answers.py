"""First, late and stale answers, at any time."""

import numpy as np

from p4lab.core import messages
from p4lab.world import World
from tests.streams import Run, news
from ui.canvas.answers import NOBODY, Answers


def test_what_was_answered_when():
    run = news()
    world = World()
    world.step(run.trace[:])
    answers = Answers(run.trace, world)
    answers.follow()
    assert answers.between(2.9, 5.02).tolist() == [
        (2.98, 2, 2, True), (3.1, 0, 3, False), (4.5, 0, 4, False), (5.02, 2, 5, True),
    ]  # fmt: skip
    assert answers.between(2.98, 3.0).tolist() == []
    assert answers.done(np.array([2, 5, 99_999]), 3.0).tolist() == [True, False, False]


def test_a_stale_answer_names_the_provider_whose_copy_it_was():
    run = Run(3)
    first = run.put(1.0, 0, "k", 1)
    run.put(1.1, 0, "k", 2)
    get = run.get(2.0, 2, "k")
    run.send(2.04, 1, 2, messages.GETR, get.op, status=messages.HIT)
    run.finish(2.08, get, "remote", 1, copy=first)
    fresh = run.get(3.0, 1, "k")
    world, answers = World(), None
    world.step(run.trace[:])
    answers = Answers(run.trace, world)
    answers.follow()
    assert answers.stale_sources(np.array([get.op, fresh.op, get.op])).tolist() == [0, NOBODY, 0]
    assert [answers.was_stale(op) for op in (get.op, fresh.op)] == [True, False]


def test_it_follows_a_trace_that_grows():
    run = Run(2)
    world = World()
    answers = Answers(run.trace, world)
    for op in range(1, 1200):
        run.put(float(op), 0, "k", op)
        if op % 100 == 0:
            world.step(run.trace.slice(world.seen, len(run.trace)))
            answers.follow()
            assert answers.between(0.0, 1e9)["op"].tolist() == list(range(1, op + 1))
    assert answers.done(np.array([1100, 1199]), 1e9).tolist() == [True, False]
