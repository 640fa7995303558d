"""The time line under a real mouse and keyboard."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from p4lab.core.commands import Get
from p4lab.scenario.model import Do
from tests.ui import runs
from ui.panels.timeline import KNOB, Timeline
from ui.player import Player


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = runs.player(seed=5, do=(Do(6.0, Get("Elm", "news/1")),))
    made.seek(10.0)
    runs.settle(qtbot, made)
    yield made
    made.close()


@pytest.fixture
def line(qtbot: QtBot, player: Player) -> Timeline:
    made = Timeline(player, runs.theme())
    qtbot.addWidget(made)
    made.resize(622, made.sizeHint().height())
    made.show()
    player.sampled.emit()
    return made


def _at(line: Timeline, t: float) -> QPoint:
    return QPoint(round(line.place_of(t)), 30 + KNOB + 2)


def test_places_and_times_are_each_others_inverse(line: Timeline) -> None:
    assert [line.place_of(t) for t in (0.0, 10.0, 20.0)] == [11.0, 311.0, 611.0]
    assert [line.time_at(x) for x in (0.0, 11.0, 311.0, 611.0, 700.0)] == [0.0, 0.0, 10.0, 20.0, 20.0]


def test_a_click_seeks(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 4.0))
    assert player.playhead == pytest.approx(4.0, abs=0.04)


def test_a_click_on_what_was_done_by_hand_goes_right_there(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 6.0) + QPoint(3, -12))
    assert player.playhead == 6.0


def test_a_click_on_a_stale_read_selects_it(line: Timeline, player: Player, qtbot: QtBot) -> None:
    reads = player.world.stale_reads()
    assert len(reads), "the run has a stale read in its first ten seconds"
    picked: list[int] = []
    line.opPicked.connect(picked.append)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, float(reads["t"][0])) + QPoint(0, 14))
    assert (picked, player.playhead) == ([int(reads["op"][0])], float(reads["t"][0]))


def test_dragging_the_knob_pauses_and_seeks(line: Timeline, player: Player, qtbot: QtBot) -> None:
    player.play()
    start = _at(line, player.playhead)
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=start)
    assert not player.playing
    qtbot.mouseMove(line, pos=_at(line, 3.0))
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=_at(line, 3.0))
    assert player.playhead == pytest.approx(3.0, abs=0.2)
    qtbot.mouseMove(line, pos=_at(line, 15.0))
    assert player.playhead == pytest.approx(3.0, abs=0.2)


def test_the_arrow_keys_seek(line: Timeline, player: Player, qtbot: QtBot) -> None:
    line.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown):
        qtbot.keyClick(line, key)
    assert player.playhead == pytest.approx(10.0 - 0.2 - 2.0)


def test_a_seek_ahead_makes_the_run(line: Timeline, player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=_at(line, 18.0))
    runs.settle(qtbot, player)
    assert (player.playhead, player.known >= player.playhead) == (pytest.approx(18.0, abs=0.04), True)
    assert line.accessibleDescription().endswith("of 20.00 s")


def test_it_paints_in_both_states(line: Timeline, player: Player) -> None:
    played = line.grab().toImage()
    player.seek(2.0)
    assert played != line.grab().toImage()
