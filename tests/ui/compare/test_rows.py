"""Two reports as a table: differences in words, good or bad only where everybody would say so."""

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.compare.rows import Line, lines, sentence
from ui.run import Run


def report(**changes: object) -> dict:
    run = Run(Simulated(runs.scenario(**changes)))
    while not run.advance(20.0, 1.0):
        pass
    return run.metrics.report(20.0)


def changed(base: dict, **values: object) -> dict:
    found = {**base}
    for path, value in values.items():
        group, field = path.split("__")
        found[group] = {**base[group], field: value}
    return found


def test_a_run_against_itself_differs_in_nothing() -> None:
    one = report()
    assert {(line.difference, line.better) for line in lines(one, one)} == {("=", 0)}
    assert sentence(one, one, ("A", "B")) == "So far B went as A did."


def test_what_differs_is_said_with_its_sign() -> None:
    base = report()
    one = changed(base, messages__total=100, staleness__share=0.25, gets__total=50, latency__get={"mean": 0.080})
    other = changed(base, messages__total=250, staleness__share=0.05, gets__total=40, latency__get={"mean": 0.040})
    found = {line.label: line for line in lines(one, other)}
    assert [found["messages"], found["stale answers"], found["gets"], found["mean"]] == [
        Line("Traffic between providers", "messages", "100", "250", "+150 (×2.5)", -1),
        Line("Staleness", "stale answers", "25 %", "5 %", "−20.0 points", 1),
        Line("Answers", "gets", "50", "40", "−10 (−20%)", 0),
        found["mean"],
    ]
    assert sentence(one, other, ("A", "B")) == (
        "B against A: 150 more messages, gets take 40 ms instead of 80 ms, "
        "5 % of its answers are stale instead of 25 %."
    )


def test_what_only_one_has_is_said() -> None:
    one, other = report(), changed(report(), staleness__share=None)
    found = next(line for line in lines(one, other) if line.label == "stale answers")
    assert (found.other, found.difference, found.better) == ("–", "only in one", 0)
