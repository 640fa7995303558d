"""The same things in two runs: by name, and by who asked when for what."""

from p4lab.core.names import Regime
from p4lab.scenario.changes import with_regime
from p4lab.scenario.model import Scenario
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.compare.twin import same_name, same_node, same_op
from ui.run import Run


def run_of(scenario: Scenario) -> Run:
    made = Run(Simulated(scenario))
    while not made.advance(20.0, 1.0):
        pass
    return made


def test_every_operation_of_a_branch_is_found_again() -> None:
    here = run_of(runs.scenario())
    there = run_of(with_regime(runs.scenario(), "news/1", Regime.VALUE))
    assert there.digest() != here.digest()
    starts = here.metrics.starts()["op"].tolist()
    found = [same_op(op, here, there) for op in starts]
    asked = [(here.world.op(op).started, here.world.op(op).verb, here.world.op(op).node) for op in starts]
    again = [(there.world.op(op).started, there.world.op(op).verb, there.world.op(op).node) for op in found]
    assert asked == again


def test_names_and_providers_go_by_what_they_are_called() -> None:
    here = run_of(runs.scenario())
    other = runs.scenario(provider=runs.scenario().provider[::-1])
    there = run_of(other)
    assert [same_node(node, here.world, there.world) for node in range(5)] == [4, 3, 2, 1, 0]
    name = here.world.find("news/1")
    assert there.world.names[same_name(name.index, here.world, there.world)].key == "news/1"
    assert (same_name(None, here.world, there.world), same_node(99, here.world, there.world)) == (None, None)
    assert same_name(0, here.world, run_of(runs.scenario(workload=())).world) is None
