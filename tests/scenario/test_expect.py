"""Expectations: what a run shows, against what it must show."""

from typing import Any

import pytest

from p4lab.metrics import Metrics
from p4lab.scenario.check import METRICS as KNOWN
from p4lab.scenario.expect import Verdict, judge
from p4lab.scenario.model import Expect

METRICS: dict[str, Any] = {
    "gets": {"total": 10},
    "staleness": {"share": 0.2, "mean_lag": None},
    "by_workload": {"news": {"gets": {"total": 4}}},
    "commands": [{"code": "OK", "values": ["a", "b"], "latency": 0.1 + 0.2}],
}


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        (
            Expect("staleness.share", between=(0.1, 0.2), says="One in five."),
            Verdict(True, 0.2, "staleness.share is 0.2, as expected between 0.1 and 0.2: One in five."),
        ),
        (
            Expect("staleness.share", between=(0.3, 0.4)),
            Verdict(False, 0.2, "staleness.share is 0.2, not expected between 0.3 and 0.4"),
        ),
        (
            Expect("gets.total", where={"workload": "news"}, equals=4.0),
            Verdict(True, 4, "gets.total of workload news is 4, as expected 4"),
        ),
        (
            Expect("commands.0.values", equals=["a", "b"]),
            Verdict(True, ["a", "b"], 'commands.0.values is ["a", "b"], as expected ["a", "b"]'),
        ),
        (
            Expect("commands[0].latency", equals=0.3),
            Verdict(True, 0.1 + 0.2, "commands[0].latency is 0.3, as expected 0.3"),
        ),
        (
            Expect("gets.total", equals=True),
            Verdict(False, 10, "gets.total is 10, not expected true"),
        ),
        (
            Expect("staleness.mean_lag", between=(0, 1)),
            Verdict(False, None, "staleness.mean_lag is null, not expected between 0 and 1"),
        ),
        (
            Expect("staleness.shear", between=(0, 1)),
            Verdict(False, None, 'staleness.shear: staleness has no "shear"; did you mean "share"?'),
        ),
        (
            Expect("gets.total", where={"workload": "chat"}, equals=4),
            Verdict(False, None, 'gets.total of workload chat: by_workload has no "chat"; known here: news'),
        ),
        (
            Expect("commands.1.code", equals="OK"),
            Verdict(False, None, 'commands.1.code: commands has no element "1"; it has 1, counted from 0'),
        ),
        (
            Expect("gets.total.x", equals=1),
            Verdict(False, None, 'gets.total.x: gets.total is 10, there is no "x" in it'),
        ),
        (
            Expect("gets", equals=1),
            Verdict(False, {"total": 10}, "gets is a group, not expected 1"),
        ),
    ],
)
def test_an_expectation_is_judged(expect: Expect, verdict: Verdict) -> None:
    assert judge(METRICS, expect) == verdict


def test_every_metric_may_be_expected() -> None:
    assert {*KNOWN} == {*Metrics("", 0).report()}
