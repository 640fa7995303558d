"""A live run in the player: it goes on by itself, the playhead keeps to its edge or is behind, a fork is a model."""

from collections.abc import Iterator

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import AddProvider, Crash, Put
from p4lab.core.events import Crashed, PutStarted
from p4lab.scenario.model import Mark
from p4lab.session.simulated import Simulated
from tests.ui import runs
from tests.ui.lively import LAG, Lively
from ui.doing import BEGUN, GOES_ON, NO_NEWCOMERS, ONCE
from ui.edge import FULL
from ui.modes import EXPRESS, FAST, RUN
from ui.player import Player
from ui.run import OVER, ROOM


class Clock:
    """Wall time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Hall:
    """A player with a live run that has gone on for a while, and the clock of its wall."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.live = Lively(runs.scenario(), self.clock)
        self.player = Player(Simulated)
        self.player._beat.frame = lambda: 0.016  # however busy the machine is
        self.player.open(self.live)
        self.after(10.0)
        self.player._beat.stop()  # no frame between here and the test

    def after(self, seconds: float) -> None:
        """So much later, a frame has been drawn, and all that has happened is known, however busy the machine is."""
        self.clock.now += seconds
        run = self.player.run
        while run.live and run.known < self.live.now:
            run.advance(run.known, 1.0)
        self.player._tick()


@pytest.fixture
def hall(qtbot: QtBot) -> Iterator[Hall]:
    made = Hall()
    yield made
    made.player.close()


def test_it_opens_running_at_its_edge_and_keeps_to_it(hall: Hall) -> None:
    player = hall.player
    assert (player.playing, player.edge.following, player.factor, player.mode) == (True, True, 1.0, RUN)
    assert (player.known, player.playhead, player.edge.behind) == (10.0, 10.0 - LAG, 0.0)
    hall.after(3.0)  # a window that was busy for so long does not glide there
    assert (player.known, player.playhead) == (13.0, 13.0 - LAG)
    assert player.world.op(1) is not None


class Told:
    """A panel that writes down where the playhead was when it was its turn."""

    cost = 1.0  # s: nobody else has a turn in the same frame

    def __init__(self, player: Player) -> None:
        self.at: list[float] = []
        self._player = player

    def redraw(self) -> None:
        self.at.append(self._player.playhead)


def test_panels_take_turns_while_it_runs_and_see_to_themselves_once_it_is_paused(hall: Hall) -> None:
    player, panels = hall.player, [Told(hall.player) for _ in range(3)]
    hall.after(0.1)
    player._stale = False  # no sample is due in the next frames
    for panel in panels:
        assert player.turns.ask(panel)
    drawn = []
    for _ in range(4):
        player._beat.sampled()
        hall.after(0.016)
        drawn.append([len(panel.at) for panel in panels])
    assert drawn == [[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1]]
    assert player.turns.ask(panels[0])
    sampled = []
    player.sampled.connect(lambda: sampled.append(player.playhead))
    player.pause()
    assert sampled == [player.playhead]
    assert not player.turns.ask(panels[1])
    hall.after(0.016)  # who had a turn coming has it all the same
    assert [len(panel.at) for panel in panels] == [2, 1, 1]


class Long:
    """A timer by which more has passed than ever lies between two samples."""

    def elapsed(self) -> int:
        return 1_000

    def restart(self) -> None:
        pass


def test_panels_have_their_turns_where_every_frame_is_as_long_as_the_time_between_samples(hall: Hall) -> None:
    player, panel = hall.player, Told(hall.player)
    player._beat._sample = Long()
    assert player.turns.ask(panel)
    hall.after(0.3)  # the panels are told of it
    assert panel.at == []
    player._beat.frame = lambda: 0.3
    hall.after(0.3)
    assert panel.at == [player.playhead]


def test_small_steps_of_the_edge_are_smoothed_and_never_go_back(hall: Hall) -> None:
    player, seen = hall.player, []
    for step in (0.016, 0.016, 0.030, 0.002, 0.0, 0.040, 0.016):
        before = player.playhead
        hall.clock.now += step
        player.run.advance(player.known, 1.0)
        player._play(0.016)
        seen.append(player.playhead - before)
    assert all(0.0 < moved < 0.03 for moved in seen)
    assert abs(player.playhead - player.run.edge) < 0.02


def test_it_goes_on_while_somebody_looks_back_and_the_end_key_is_the_way_to_live(hall: Hall) -> None:
    player = hall.player
    told: list[bool] = []
    player.edge.changed.connect(told.append)
    player.seek(2.5)
    hall.after(5.0)
    assert (player.playing, player.edge.following, player.playhead, player.known) == (False, False, 2.5, 15.0)
    assert player.edge.behind == pytest.approx(15.0 - LAG - 2.5)
    player.play()
    hall.after(1.0)
    assert (player.playing, player.playhead < 3.6, player.edge.following) == (True, True, False)
    player.edge.go()
    assert (player.playhead, told) == (pytest.approx(16.0 - LAG), [False, True])
    player.seek(1e9)
    assert (player.playhead, player.playing) == (pytest.approx(16.0 - LAG), False)


def test_slower_than_the_clock_falls_behind_and_faster_catches_up(hall: Hall) -> None:
    player = hall.player
    player.setSpeed(0.01)
    assert (player.edge.following, player.playing, player.factor) == (False, True, 0.01)
    hall.after(0.4)
    assert player.edge.behind == pytest.approx(0.4, abs=0.02)
    player.setSpeed(8.0)
    for _ in range(60):
        hall.after(0.0)
        player._play(0.016)
    assert (player.edge.following, player.playing, player.factor) == (True, True, 1.0)
    player.setSpeed(None)  # auto draws hops out, so it cannot keep to the edge
    assert player.edge.following is False


def test_there_is_no_express_and_time_has_room_that_doubles(hall: Hall) -> None:
    player = hall.player
    player.go(EXPRESS)
    assert player.mode is RUN
    player.go(FAST)
    assert (player.mode, player.edge.following) == (FAST, True)
    assert (player.duration, player.complete) == (ROOM, False)
    hall.after(3 * ROOM)
    assert (player.duration, player.playing, player.digest()) == (4 * ROOM, True, "")


def test_what_is_done_by_hand_happens_now_and_stays(hall: Hall) -> None:
    player, told = hall.player, []
    player.submitted.connect(lambda command, at: told.append((command, at)))
    player.seek(3.0)
    player.change(msgspec.structs.replace(player.scenario, mark=(Mark(3.0),)), "mark")
    player.submit(Put("Aster", "now", "news/1"))
    assert [row.command for row in player.branches.current.commands] == [Put("Aster", "now", "news/1")]
    assert (told[0][1] > 10.0, player.edge.following, len(player.branches.all)) == (True, True, 1)
    hall.after(1.0)
    at = told[0][1]
    done = player.trace[player.trace.index_at(at - 1e-9) : player.trace.index_at(at)]
    assert any(isinstance(event, PutStarted) for event in done)
    assert player.history.undo_text == "mark"
    player.history.undo()
    assert (player.scenario.mark, len(player.branches.current.commands)) == ((), 1)
    with pytest.raises(ValueError) as refused:
        player.submit(AddProvider("Fern"))
    assert str(refused.value) == NO_NEWCOMERS


def test_how_it_began_cannot_be_changed_and_there_is_no_second_one(hall: Hall) -> None:
    player = hall.player
    scenario = player.scenario
    for tried, says in (
        (lambda: player.change(msgspec.structs.replace(scenario, seed=99), "seed"), BEGUN),
        (lambda: player.branch_off(scenario, (), "what if"), ONCE),
        (player.reset, ONCE),
        (lambda: player.drop(1), GOES_ON),
    ):
        with pytest.raises(ValueError) as refused:
            tried()
        assert str(refused.value) == says


def test_a_fork_is_a_model_beside_the_live_run_which_goes_on(hall: Hall, qtbot: QtBot) -> None:
    player, live = hall.player, hall.player.run
    player.submit(Crash("Birch"))
    hall.after(2.0)
    player.seek(11.0)
    player.fork()
    runs.settle(qtbot, player)
    model = player.branches.current
    assert (model.name, model.why) == ("B", "model of what was seen up to 11.00 s")
    assert (player.branches.modelled(model), player.playhead, player.playing) == (11.0, 11.0, False)
    assert (player.run is live, isinstance(player.session, Simulated), player.duration) == (False, True, 31.0)
    assert any(isinstance(event, Crashed) for event in player.trace.slice(0, len(player.trace)).records)
    hall.after(5.0)
    assert (live.known, hall.live.closed, player.playhead) == (17.0, 0, 11.0)
    player.submit(Put("Elm", "in the model", "feed/1"))
    assert player.history.undo_text == "put feed/1 at Elm"
    player.edge.go()
    assert (player.run is live, player.edge.following, player.playing) == (True, True, True)
    assert [row.command for row in player.branches.current.commands] == [Crash("Birch")]
    player.switch(model.number)
    runs.settle(qtbot, player)
    assert (player.run is live, player.edge.following) == (False, False)


def test_undoing_a_fork_leads_back_to_the_live_run_with_all_that_was_done_since(hall: Hall, qtbot: QtBot) -> None:
    player, live = hall.player, hall.player.run
    player.seek(5.0)
    player.fork()
    runs.settle(qtbot, player)
    player.edge.go()
    player.submit(Crash("Birch"))
    player.history.undo()  # of the going back to live
    player.history.undo()
    runs.settle(qtbot, player)
    assert (player.run is live, len(player.branches.all)) == (True, 1)
    assert [row.command for row in player.branches.current.commands] == [Crash("Birch")]


def test_a_step_at_the_edge_waits_for_what_happens(hall: Hall, qtbot: QtBot) -> None:
    player = hall.player
    player.seek(player.run.edge)
    before = player.playhead
    hall.player.step(1)
    while player.work is None and player.playhead < player.known:
        player.step(1)
    assert player.work is not None and player.work.says == "Waiting for the next event"
    waited = player.playhead
    hall.after(3.0)
    runs.settle(qtbot, player)
    assert before <= waited < player.playhead < 13.0
    assert player.playhead in {event.t for event in player.trace[:]}


def test_an_ended_run_can_be_looked_at_and_forked_but_not_gone_on_with(hall: Hall, qtbot: QtBot) -> None:
    player = hall.player
    player.edge.end()
    assert (hall.live.closed, player.playing, player.edge.run, player.complete) == (1, False, None, True)
    hall.clock.now += 5.0
    assert (player.duration, player.known) == (10.0, 10.0)
    with pytest.raises(ValueError) as refused:
        player.submit(Put("Aster", "now", "news/1"))
    assert str(refused.value) == OVER
    player.seek(4.0)
    player.fork()
    runs.settle(qtbot, player)
    assert player.branches.modelled(player.branches.current) == 4.0
    player.drop(1)
    runs.settle(qtbot, player)
    assert [branch.name for branch in player.branches.all] == ["B"]


def test_a_run_that_fills_the_memory_is_ended_and_says_so(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    hall.player.edge.ended.connect(told.append)
    monkeypatch.setattr("ui.edge.MOST", len(hall.player.trace) + 50)
    hall.after(20.0)
    hall.after(0.1)
    assert (told, hall.player.edge.run, hall.player.complete, hall.live.closed) == ([FULL], None, True, 1)


def test_closing_closes_the_live_run_though_a_model_is_shown(hall: Hall, qtbot: QtBot) -> None:
    hall.player.fork()
    runs.settle(qtbot, hall.player)
    hall.player.open(Simulated(runs.scenario()))
    assert hall.live.closed >= 1
