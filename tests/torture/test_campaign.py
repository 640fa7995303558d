"""A short fault campaign: nothing is violated, the same seed gives the same campaign, and what is drawn is sound."""

from __future__ import annotations

import msgspec
import pytest

from p4lab.core.commands import Crash, Restart
from p4lab.scenario.model import Peering
from p4lab.scenario.read import parse
from p4lab.scenario.write import dumps
from p4lab.torture.torture import drawn, run, torture


@pytest.mark.parametrize("providers", [None, 3])
def test_a_short_campaign_violates_nothing(providers: int | None) -> None:
    report = torture(seed=3, hours=0.7, providers=providers)
    assert [(found.seed, found.violation) for found in report.found] == []
    assert (report.simulated, report.operations > 3000, report.faults["crash"] > 100) == (3 * 896.0, True, True)


def test_an_episode_is_its_seed_and_a_sound_scenario() -> None:
    one = drawn(5, None)
    assert drawn(5, None) == one and drawn(6, None) != one
    for seed in range(20):
        whole = drawn(seed, None).whole()
        assert parse(dumps(whole)) == whole


def test_every_fault_ends_with_what_it_began() -> None:
    """So that one can be left out without the others noticing."""
    for fault in drawn(5, None).faults:
        names = {type(row.command).__name__ for row in fault.rows}
        assert fault.rows[0].at <= fault.rows[-1].at
        assert not any(isinstance(row.command, Crash) for row in fault.rows) or names == {"Crash", "Restart"}
        assert len(fault.rows) > 1 or fault.kind == "move"
    restarts = [row for fault in drawn(5, None).faults for row in fault.rows if isinstance(row.command, Restart)]
    assert restarts


def test_a_run_that_breaks_is_a_finding() -> None:
    """An exception of the core does not end a campaign: its seed is worth as much as a violation's."""
    scenario = drawn(5, None).whole()
    broken = msgspec.structs.replace(scenario, peering=(Peering(between=("Nobody", "Nobody else")),))
    (found,) = run(broken)[0]
    assert (found.invariant, found.t) == (0, 0.0)
