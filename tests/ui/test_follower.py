"""The follower: another run at the player's time, never ahead of it, and caught up without anybody asking."""

from pytestqt.qtbot import QtBot

from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.follower import Follower
from ui.run import Run


def test_it_is_where_the_player_is(qtbot: QtBot) -> None:
    player = runs.player()
    follower = Follower(player)
    assert (follower.empty, follower.playhead, follower.lagging) == (True, 0.0, False)
    follower.follow(Run(Simulated(runs.scenario(seed=8))))
    player.seek(12.0)
    qtbot.waitUntil(lambda: not follower.lagging)
    assert (follower.playhead, follower.known >= 12.0, follower.session.scenario.seed) == (12.0, True, 8)
    player.seek(3.0)
    assert follower.playhead == 3.0
    follower.follow(None)
    assert (follower.empty, follower.lagging) == (True, False)
    player.close()


def test_a_shorter_run_stays_at_its_end(qtbot: QtBot) -> None:
    player = runs.player()
    follower = Follower(player)
    follower.follow(Run(Simulated(runs.scenario(duration=5.0))))
    player.seek(12.0)
    runs.settle(qtbot, player)
    qtbot.waitUntil(lambda: not follower.lagging)
    assert follower.playhead == 5.0
    player.close()


def test_seeking_it_moves_the_one_playhead(qtbot: QtBot) -> None:
    player = runs.player()
    follower = Follower(player)
    follower.follow(Run(Simulated(runs.scenario(seed=8))))
    heard: list[float] = []
    follower.moved.connect(heard.append)
    follower.seek(4.0)
    runs.settle(qtbot, player)
    qtbot.waitUntil(lambda: not follower.lagging)
    assert (player.playhead, heard[-1]) == (4.0, 4.0)
    player.close()
