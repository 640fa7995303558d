"""What is selected when a run opens."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get
from p4lab.scenario.model import View
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.focus import Focus
from ui.opening import Opening
from ui.player import Player


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = Player(Simulated)
    yield made
    made.close()


def _open(player: Player, **changes: object) -> Focus:
    focus = Focus(player)
    opening = Opening(player, focus, player)
    player.open(Simulated(runs.scenario(**changes)))
    opening.begin()
    return focus


def _key(player: Player, focus: Focus) -> str:
    assert focus.name is not None
    return player.world.names[focus.name].key


def test_the_scenario_says_which_key(player: Player) -> None:
    focus = _open(player, view=View(key="feed/1"))
    assert (_key(player, focus), player.watched) == ("feed/1", focus.name)


def test_else_the_busiest(player: Player) -> None:
    assert _key(player, _open(player, view=View())) in {"news/1", "mail/1", "feed/1"}


def test_a_key_that_comes_later_is_waited_for(player: Player, qtbot: QtBot) -> None:
    late = tuple(msgspec.structs.replace(row, start=5.0) for row in runs.scenario().workload)
    focus = _open(player, workload=late)
    assert focus.name is None
    player.seek(6.0)
    runs.settle(qtbot, player)
    player.sampled.emit()
    assert _key(player, focus) == "news/1"


def test_another_future_keeps_what_is_selected_as_far_as_it_is_there(player: Player, qtbot: QtBot) -> None:
    focus = _open(player)
    player.seek(10.0)
    runs.settle(qtbot, player)
    player.seek(5.0)
    lost = int(np.flatnonzero(player.world.op_name() == focus.name)[-1])
    focus.select_op(lost)
    focus.select_event(len(player.trace))
    player.submit(Get("Elm", "news/1"))
    runs.settle(qtbot, player)
    assert (_key(player, focus), focus.op, focus.event_id) == ("news/1", None, None)


def test_a_get_that_is_selected_brings_its_key_along(player: Player, qtbot: QtBot) -> None:
    focus = _open(player)
    player.seek(10.0)
    runs.settle(qtbot, player)
    mail = player.world.find("mail/1")
    assert mail is not None
    focus.select_op(int(np.flatnonzero(player.world.op_name() == mail.index)[0]))
    assert _key(player, focus) == "mail/1"
