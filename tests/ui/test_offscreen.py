"""The moment that a picture shows when nobody chose one."""

from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.offscreen import telling_moment


def test_a_telling_moment_has_queries_in_mid_air_and_a_copy_that_is_out_of_date(qtbot: QtBot) -> None:
    player = runs.player(seed=6)
    player.seek(player.duration)
    runs.settle(qtbot, player)
    name = player.world.find("news/1")
    assert name is not None
    t = telling_moment(player, name.index)
    rows = player.trace.in_flight(t)
    assert (player.world.op_name()[rows["op"]] == name.index).sum() >= 3
    assert any(holding.behind for holding in player.world.holdings(name.index, t))
    player.close()


def test_where_nothing_travels_it_is_at_two_fifths(qtbot: QtBot) -> None:
    player = runs.player(workload=())
    player.seek(20.0)
    runs.settle(qtbot, player)
    assert telling_moment(player, None) == 8.0
    player.close()
