"""The line of what is to come, under a real mouse."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get
from p4lab.scenario.model import Do
from tests.ui import runs
from ui.focus import Focus
from ui.panels.future import FAR, NEAR, Future
from ui.player import Player


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player(do=(Do(9.0, Get("Elm", "news/1")),))
    made.seek(4.0)
    runs.settle(qtbot, made)
    yield made
    made.close()


def test_a_click_goes_to_what_is_due(player: Player, qtbot: QtBot) -> None:
    line = Future(player, Focus(), runs.theme())
    qtbot.addWidget(line)
    line.resize(900, line.sizeHint().height())
    assert line.isHidden()
    line.toggle()
    assert [due.t for due in line.dues][-1] == 9.0
    assert line.place_of(NEAR / 10) < line.place_of(0.1) < line.place_of(1.0) < line.place_of(FAR * 10)
    assert line.place_of(1.0) - line.place_of(0.1) == pytest.approx(line.place_of(10.0) - line.place_of(1.0))
    before = line.grab().toImage()
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(round(line.place_of(5.0)), 11))
    runs.settle(qtbot, player)
    assert (player.playhead, line.grab().toImage() != before) == (9.0, True)
