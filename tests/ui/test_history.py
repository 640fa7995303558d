"""Undo and redo of everything: one step at a time, and any sequence of steps."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from p4lab.core.commands import AddProvider, Crash, Get, Put
from p4lab.core.events import Joined
from p4lab.recording import Recorder
from p4lab.scenario.changes import add_provider, set_place
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Mark, Scenario, Workload
from p4lab.scenario.write import dumps
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from p4lab.trace import Trace
from tests.ui import runs
from ui.branches import Branches
from ui.places import placed
from ui.player import Player


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player()
    yield made
    made.close()


def _digest(player: Player) -> str:
    return _text(player.trace, player.playhead)


def _at(player: Player, qtbot: QtBot, t: float) -> None:
    player.seek(t)
    runs.settle(qtbot, player)


def test_a_command_is_undone_to_just_before_it_and_done_again(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 4.0)
    before = _digest(player)
    player.submit(Put("Cedar", "hello", "k1"))
    after, at = _digest(player), player.playhead
    _at(player, qtbot, 9.0)
    assert (player.history.undo_text, player.history.redo_text) == ("put k1 at Cedar", "")
    player.history.undo()
    runs.settle(qtbot, player)
    assert (player.playhead, _digest(player), player.session.commands) == (4.0, before, [])
    assert player.known < 4.1, "the engine ran no longer than it had to"
    player.history.redo()
    runs.settle(qtbot, player)
    assert (player.playhead, _digest(player), player.history.can_redo) == (at, after, False)


def test_what_began_a_branch_is_undone_with_it(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 10.0)
    events = len(player.trace)
    player.seek(5.0)
    player.submit(Get("Elm", "news/1"))
    runs.settle(qtbot, player)
    assert [branch.name for branch in player.branches.all] == ["A", "B"]
    player.history.undo()
    assert ([branch.name for branch in player.branches.all], len(player.trace), player.playhead) == (["A"], events, 5.0)


def test_a_fork_keeps_the_future_of_the_old_one_and_takes_its_own_commands(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 6.0)
    player.submit(Get("Elm", "news/1"))
    player.seek(3.0)
    player.fork()
    runs.settle(qtbot, player)
    player.submit(Crash("Birch"))
    runs.settle(qtbot, player)
    told = [(each.name, [type(row.command) for row in each.commands]) for each in player.branches.all]
    assert (told, player.branches.current.name) == ([("A", [Get]), ("B", [Crash])], "B")


def test_moving_somebody_makes_nothing_anew_and_leaves_time_alone(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 5.0)
    session, start = player.session, player.scenario
    player.change(set_place(start, {"Cedar": (0.25, 0.75)}), "moving Cedar")
    assert (player.session is session, player.scenario.provider[2].position) == (True, (0.25, 0.75))
    player.seek(7.0)
    runs.settle(qtbot, player)
    player.history.undo()
    assert (player.session is session, player.scenario, player.playhead) == (True, start, 7.0)


def test_an_edit_of_the_beginning_is_made_anew_up_to_the_playhead(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 5.0)
    before = _digest(player)
    player.change(add_provider(player.scenario, "Fern"), "adding Fern")
    runs.settle(qtbot, player)
    assert ([each.name for each in player.world.providers][-1], player.playhead) == ("Fern", 5.0)
    player.history.undo()
    runs.settle(qtbot, player)
    assert (_digest(player), len(player.world.providers)) == (before, len(runs.NAMES))


def test_an_edit_that_does_not_go_with_what_was_done_is_refused_with_a_sentence(player: Player, qtbot: QtBot) -> None:
    player.submit(Get("Elm", "news/1"))
    fewer = msgspec.structs.replace(player.scenario, provider=player.scenario.provider[:4], workload=())
    with pytest.raises(ValueError, match=r"“get news/1 at Elm” at 0.00 s: .* Undo that first"):
        player.change(fewer, "removing Elm")
    with pytest.raises(ScenarioError):
        player.change(msgspec.structs.replace(player.scenario, duration=-1.0), "shortening it")
    assert player.history.undo_text == "get news/1 at Elm"


def test_who_joins_is_known_from_the_start_of_a_run_made_anew(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 4.0)
    player.submit(AddProvider("Fern"))
    runs.settle(qtbot, player)
    joined = [event.t for event in player.trace.slice(0, len(player.trace)).records if isinstance(event, Joined)]
    assert (max(joined), player.playhead) == (4.000001, 4.000001)
    player.submit(Crash("Fern"))
    player.change(*placed(player.scenario, player.branches.current.commands, {"Fern": (0.1, 0.2)}))
    assert player.branches.current.commands[0].command == AddProvider("Fern", position=(0.1, 0.2))
    for _ in range(2):
        player.history.undo()
    player.history.undo()
    runs.settle(qtbot, player)
    assert (player.session.commands, player.playhead) == ([], 4.0)


def test_of_a_recording_only_words_and_places_change(qtbot: QtBot, tmp_path: Path) -> None:
    session = Simulated(runs.scenario(duration=2.0))
    while session.advance(2.0) < 2.0:
        pass
    recorder = Recorder(tmp_path / "small.p4rec", dumps(session.scenario), 7, "test")
    recorder.write(session.trace.slice(0, len(session.trace)), 2.0)
    recorder.close()
    player = Player(Simulated)
    player.open(Replayed(tmp_path / "small.p4rec"))
    runs.settle(qtbot, player)
    for deed in (player.fork, lambda: player.change(add_provider(player.scenario, "Fern"), "adding Fern")):
        with pytest.raises(ValueError, match="A recording cannot be changed"):
            deed()
    start = player.scenario
    player.change(set_place(start, {"Cedar": (0.25, 0.75)}), "moving Cedar")
    player.history.undo()
    assert (player.scenario, player.history.can_redo, len(player.branches.all)) == (start, True, 1)
    player.close()


def test_long_work_is_given_up_with_everything_as_it_was(qtbot: QtBot) -> None:
    busy = Workload("busy", keys=50, ttl=0.0, gets_per_second=40.0, updates_per_second=1.0)
    player = runs.player(duration=600.0, workload=(busy,))
    _at(player, qtbot, 8.0)
    player.submit(Get("Elm", "busy/1"))
    was, digest = player.branches, _digest(player)
    player.history.undo()
    assert player.work is not None, "it takes longer than a frame"
    player.history.undo()  # there is nothing further back
    player.cancel()
    assert (player.branches, _digest(player), player.history.undo_text) == (was, digest, "get busy/1 at Elm")
    player.history.undo()
    player.submit(Get("Cedar", "busy/1"))
    assert [row.command.by for row in player.session.commands] == ["Elm", "Cedar"]
    player.history.undo()
    player.history.undo()  # both, though the first is still under way
    runs.settle(qtbot, player)
    assert (player.session.commands, player.playhead, player.history.can_undo) == ([], 8.0, False)
    player.close()


def test_what_was_undone_is_gone_once_something_else_is_done(player: Player) -> None:
    player.rename(1, "first")
    player.history.undo()
    player.rename(1, "other")
    assert (player.history.can_redo, player.branches.current.name) == (False, "other")


def test_starting_again_is_undone_to_where_one_was(player: Player, qtbot: QtBot) -> None:
    _at(player, qtbot, 5.0)
    player.reset(new_seed=11)
    player.history.undo()
    assert (player.playhead, player.scenario.seed) == (5.0, 7)


TINY = runs.scenario(duration=4.0)
DEEDS = ("put", "get", "seek", "fork", "switch", "drop", "rename", "seed", "again", "bare", "place", "mark", "grow",
         "off", "undo", "redo")  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 39)), max_size=12))
def test_all_undone_is_the_start_and_all_done_again_is_the_end(qtbot: QtBot, deeds: list[tuple[str, int]]) -> None:
    player = Player(Simulated)
    player.open(Simulated(TINY))
    start = player.branches
    for name, number in deeds:
        _do(player, name, number)
    _to_the_last(player, redo=True)
    end, digest, at = player.branches, _digest(player), player.playhead
    _to_the_last(player, redo=False)
    assert player.branches == start
    _do(player, "seek", round(at * 10))
    assert _digest(player) == _whole(start, player.playhead)
    _to_the_last(player, redo=True)
    player.seek(at)
    _work(player)
    assert (player.branches, _digest(player)) == (end, digest)
    assert digest == _whole(end, at)
    player.close()


def _to_the_last(player: Player, redo: bool) -> None:
    history = player.history
    while history.can_redo if redo else history.can_undo:
        (history.redo if redo else history.undo)()
        _work(player)


def _whole(branches: Branches, until: float) -> str:
    """The digest of the run of the branch shown, made by nobody else."""
    session = Simulated(branches.current.scenario, list(branches.current.commands))
    while session.advance(until) < until:
        pass
    return _text(session.trace, until)


def _text(trace: Trace, until: float) -> str:
    lines = "\n".join(map(str, trace.slice(0, trace.index_at(until))))
    return sha256(lines.encode()).hexdigest()


def _do(player: Player, name: str, number: int) -> None:
    with suppress(ValueError, ScenarioError):  # what cannot be is refused, and changes nothing
        _try(player, name, number)
    _work(player)


def _work(player: Player) -> None:
    while player.work is not None:
        player._tick()


def _try(player: Player, name: str, number: int) -> None:
    scenario, branch = player.scenario, player.branches.all[number % len(player.branches.all)]
    match name:
        case "put":
            player.submit(Put(runs.NAMES[number % 5], f"v{number}", "k1"))
        case "get":
            player.submit(Get(runs.NAMES[number % 5], "news/1"))
        case "seek":
            player.seek(number / 10)
        case "fork":
            player.fork()
        case "switch":
            player.switch(branch.number)
        case "drop":
            player.drop(branch.number)
        case "rename":
            player.rename(branch.number, f"n{number}")
        case "seed":
            player.reset(new_seed=number)
        case "again":
            player.reset()
        case "bare":
            player.reset(keep_commands=False)
        case "place":
            player.change(set_place(scenario, {"Cedar": (number / 40, 0.5)}), "moving Cedar")
        case "mark":
            player.change(_marked(scenario, number / 10), "a mark")
        case "grow":
            player.change(add_provider(scenario, f"P{number}"), "adding one")
        case "off":
            fewer = msgspec.structs.replace(scenario, workload=scenario.workload[:1], expect=())
            player.branch_off(fewer, (), "fewer", switch=number % 2 == 0)
        case "undo":
            player.history.undo()
        case "redo":
            player.history.redo()


def _marked(scenario: Scenario, at: float) -> Scenario:
    return msgspec.structs.replace(scenario, mark=(*scenario.mark, Mark(at, text="here")))
