"""The comparison: selections go over to the other run, branches change places, and nothing stays behind."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Crash
from p4lab.core.names import Regime
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.compare.comparison import Comparison
from ui.focus import Focus
from ui.player import Player
from ui.whatif import WhatIf


class Two:
    """A player with a comparison."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.player: Player = runs.player()
        self.focus = Focus()
        self.comparison = Comparison(self.player, self.focus)
        self.what_if = WhatIf(self.player, self.focus, self.comparison)
        self.at(10.0)

    def at(self, t: float) -> None:
        self.player.seek(t)
        self.settle()

    def settle(self) -> None:
        runs.settle(self.bot, self.player)
        self.bot.waitUntil(lambda: not self.comparison.follower.lagging)


@pytest.fixture
def two(qtbot: QtBot) -> Iterator[Two]:
    made = Two(qtbot)
    yield made
    made.comparison.end()
    made.player.close()


def test_a_fork_is_compared_and_the_branches_change_places(two: Two) -> None:
    two.at(6.0)
    two.player.submit(Crash("Aster"))
    two.settle()
    assert two.player.branches.current.name == "B"
    two.comparison.begin(1)
    two.at(9.0)
    follower = two.comparison.follower
    assert (two.comparison.names, follower.playhead) == (("B", "A"), 9.0)
    assert (two.player.world.state(9.0).crashed, follower.world.state(9.0).crashed) == ({0}, frozenset())
    two.comparison.swap()
    two.settle()
    assert (two.comparison.names, follower.world.state(9.0).crashed) == (("A", "B"), {0})
    two.player.drop(2)
    two.settle()
    assert (two.comparison.on, follower.empty) == (False, True)


def test_what_is_selected_here_is_selected_there(two: Two) -> None:
    two.focus.select_name(two.player.world.find("news/1").index)
    two.what_if.put_as(Regime.VALUE)
    two.settle()
    comparison, world = two.comparison, two.comparison.follower.world
    assert (comparison.on, comparison.names) == (True, ("B", "A"))
    assert world.names[comparison.focus.name].key == "news/1"
    two.focus.choose((2,))
    assert comparison.focus.provider == 2
    get = next(op for op in two.player.metrics.gets(10.0)["op"].tolist())
    two.focus.select_op(get)
    ours, theirs = two.player.world.op(get), world.op(comparison.focus.op)
    assert (ours.started, ours.node) == (theirs.started, theirs.node)
    comparison.focus.choose((3,))
    assert two.focus.provider == 3


def test_a_key_imagined_in_another_regime(two: Two) -> None:
    two.focus.select_name(two.player.world.find("news/1").index)
    assert [two.what_if.why_not(regime) for regime in Regime] == ["news/1 is get-broadcast in this run.", "", ""]
    two.what_if.put_as(Regime.KEY)
    two.settle()
    report = two.player.metrics.report(10.0)["by_workload"]["news"]["messages"]["by_kind"]
    before = two.comparison.follower.metrics.report(10.0)["by_workload"]["news"]["messages"]["by_kind"]
    assert (report["GETQ"], report["FETCH"] > 0, before["GETQ"] > 0, before["FETCH"]) == (0, True, True, 0)
    assert two.player.branches.current.why == "news/1 by put-broadcast of key"
    two.player.history.undo()
    two.settle()
    assert ([each.name for each in two.player.branches.all], two.comparison.on) == (["A"], False)


def test_another_scenario_is_compared_too(two: Two) -> None:
    two.comparison.begin_with(Simulated(runs.scenario(title="Other", seed=8)))
    two.settle()
    assert (two.comparison.names, two.comparison.number) == (("Small", "Other"), None)
    two.comparison.end()
    with pytest.raises(ValueError, match="choose another"):
        two.comparison.begin(1)
