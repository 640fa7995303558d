"""The player on a real simulated run: time moves, waits, goes back, forks, and begins again."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get, Put
from p4lab.core.events import GetStarted, PutStarted
from p4lab.scenario.model import Workload
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.player import Player


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player()
    yield made
    made.close()


def test_a_run_opens_paused_at_its_start_with_pace_auto(player: Player) -> None:
    assert (player.playhead, player.playing, player.speed, player.known < 1) == (0.0, False, None, True)
    assert [provider.name for provider in player.world.providers] == list(runs.NAMES)


def test_playing_moves_the_playhead_with_the_wall_clock(player: Player, qtbot: QtBot) -> None:
    player.setSpeed(4.0)
    seen: list[float] = []
    player.moved.connect(seen.append)
    player.play()
    qtbot.wait(500)
    player.pause()
    assert 1.0 < player.playhead < 3.5
    assert seen == sorted(seen)
    assert player.playhead <= player.known


def test_the_achieved_speed_is_that_of_the_moment_while_the_engine_keeps_up(player: Player, qtbot: QtBot) -> None:
    player.seek(player.duration)  # everything is known
    runs.settle(qtbot, player)
    news = player.world.find("news/1")
    assert news is not None
    player.watch(news.index)
    player.seek(0.0)
    player.play()
    paces = []
    for _ in range(300):
        player._play(0.016)
        paces.append((round(player.achieved, 6), round(player.factor, 6)))
    assert {achieved / factor for achieved, factor in paces} == {1.0}
    assert max(factor for _, factor in paces) > 5 * min(factor for _, factor in paces)


def test_play_stops_at_the_end_and_then_begins_again(player: Player, qtbot: QtBot) -> None:
    player.setSpeed(1000.0)
    player.play()
    qtbot.waitUntil(lambda: not player.playing, timeout=5000)
    assert player.playhead == player.duration
    player.play()
    assert player.playhead == 0.0
    player.pause()


def test_seeking_into_what_is_not_known_makes_it(player: Player, qtbot: QtBot) -> None:
    player.seek(12.0)
    runs.settle(qtbot, player)
    assert (player.playhead, player.known >= 12.0, player.playing) == (12.0, True, False)
    before = len(player.trace)
    player.seek(3.0)
    assert (player.playhead, len(player.trace)) == (3.0, before)


def test_steps_go_to_each_moment_once_and_back_again(player: Player, qtbot: QtBot) -> None:
    forth = [player.playhead]
    for _ in range(25):
        player.step(1)
        runs.settle(qtbot, player)
        forth.append(player.playhead)
    assert forth == sorted(set(forth))
    times = sorted({player.trace.time_of(i) for i in range(len(player.trace))})
    assert forth[1:] == [t for t in times if t > 0][:25]
    back = []
    for _ in range(25):
        player.step(-1)
        back.append(player.playhead)
    assert back == forth[-2::-1]


def test_a_step_after_the_last_event_goes_to_the_end(qtbot: QtBot) -> None:
    quiet = runs.player(workload=())
    quiet.step(1)
    runs.settle(qtbot, quiet)
    assert quiet.playhead == quiet.duration
    quiet.close()


def test_auto_stops_quiet_at_the_moment_a_message_of_the_key_leaves(player: Player, qtbot: QtBot) -> None:
    name = player.world.find("news/1")
    assert name is not None
    player.watch(name.index)
    slow: list[float] = []
    player.moved.connect(lambda t: slow.append(t) if player.factor < 0.1 else None)
    player.play()
    qtbot.waitUntil(lambda: len(slow) > 20, timeout=10_000)
    player.pause()
    rows = player.trace.rows()
    of = player.world.op_name()[rows["op"]]
    leaving = rows["t"][(of == name.index) & (rows["code"] < 20)]
    assert min(abs(leaving - slow[0])) < 0.01


def test_auto_hardly_looks_ahead(player: Player, qtbot: QtBot) -> None:
    name = player.world.find("news/1")
    assert name is not None
    player.watch(name.index)
    ahead: list[float] = []
    player.moved.connect(lambda t: ahead.append(player.known - t))
    player.play()
    qtbot.wait(800)
    player.pause()
    assert max(ahead) < 0.1


def test_a_command_takes_effect_at_the_playhead(player: Player, qtbot: QtBot) -> None:
    player.seek(4.0)
    runs.settle(qtbot, player)
    told: list[float] = []
    player.submitted.connect(lambda _, at: told.append(at))
    player.submit(Put("Cedar", "hello", "k1"))
    assert told == [pytest.approx(4.0, abs=2e-6)]
    started = [event for event in player.trace.slice(0, len(player.trace)).records if isinstance(event, PutStarted)]
    assert (started[-1].key, started[-1].t) == ("k1", told[0])
    assert player.playhead == told[0]


def test_a_command_in_the_past_makes_another_future(player: Player, qtbot: QtBot) -> None:
    player.seek(10.0)
    runs.settle(qtbot, player)
    past = player.trace.slice(0, player.trace.index_at(5.0))
    old = [str(event) for event in past]
    told: list[float] = []
    player.forked.connect(told.append)
    player.seek(5.0)
    player.submit(Get("Elm", "news/1", owner="Aster"))
    runs.settle(qtbot, player)
    assert told == [pytest.approx(5.0, abs=2e-6)]
    assert [str(event) for event in player.trace.slice(0, player.trace.index_at(5.0))] == old
    assert player.known < 5.01
    since = player.trace.slice(len(old), len(player.trace)).records
    asked = [(event.key, event.workload) for event in since if isinstance(event, GetStarted)]
    assert asked == [("news/1", "by hand")]


def test_what_had_been_seen_is_kept_as_a_branch(player: Player, qtbot: QtBot) -> None:
    player.seek(10.0)
    runs.settle(qtbot, player)
    events = len(player.trace)
    player.seek(5.0)
    player.submit(Get("Elm", "news/1"))
    runs.settle(qtbot, player)
    assert len(player.trace) < events
    assert [(each.name, each.parent, each.forked_at, each.why) for each in player.branches.all] == [
        ("A", None, 0.0, ""),
        ("B", 1, 5.0, "get news/1 at Elm"),
    ]
    player.switch(1)
    assert (len(player.trace), player.playhead, player.session.commands) == (events, 5.000001, [])


def test_start_again_is_the_same_run_and_another_seed_another_one(player: Player, qtbot: QtBot) -> None:
    def whole() -> str:
        player.seek(player.duration)
        runs.settle(qtbot, player)
        return player.digest()

    first = whole()
    player.reset()
    assert (player.playhead, player.digest()) == (0.0, "")
    assert whole() == first
    player.reset(new_seed=8)
    assert player.session.scenario.seed == 8
    assert whole() != first


def test_a_long_seek_shows_its_progress_and_can_be_given_up(qtbot: QtBot) -> None:
    busy = runs.player(
        duration=600.0, workload=(Workload("busy", keys=50, ttl=0.0, gets_per_second=40.0, updates_per_second=1.0),)
    )
    shares: list[float] = []
    busy.workChanged.connect(lambda: shares.append(busy.work.share()) if busy.work is not None else None)
    busy.seek(600.0)
    qtbot.waitUntil(lambda: len(shares) > 5, timeout=10_000)
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    busy.cancel()
    assert busy.work is None
    assert 0 < busy.playhead < 600.0
    busy.close()


def test_what_a_recording_cannot_do_is_said(player: Player, qtbot: QtBot) -> None:
    player.seek(player.duration)
    runs.settle(qtbot, player)
    with pytest.raises(ValueError, match="over here"):
        player.submit(Get("Elm", "news/1"))


def test_opening_another_run_forgets_the_first(player: Player, qtbot: QtBot) -> None:
    player.seek(3.0)
    runs.settle(qtbot, player)
    opened: list[float] = []
    player.sessionChanged.connect(lambda: opened.append(player.playhead))
    player.open(Simulated(runs.scenario(seed=9)))
    assert (opened, player.playhead, player.history.can_undo) == ([0.0], 0.0, False)
