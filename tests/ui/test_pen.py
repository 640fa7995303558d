"""The marker pen: strokes in two colours over the map, which go by themselves and are kept nowhere."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.pen import Pen
from ui.player import Player

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Board:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.player: Player = runs.player()
        self.theme = runs.theme()
        self.map = MapView(self.player, Focus(), self.theme)
        self.map.resize(480, 320)
        qtbot.addWidget(self.map)
        self.map.show()
        self.pen = Pen(self.map, self.player, self.theme)

    def draw(self, button: Qt.MouseButton = LEFT) -> None:
        self.qtbot.mousePress(self.pen, button, pos=QPoint(40, 40))
        for x in range(45, 120, 5):
            self.qtbot.mouseMove(self.pen, QPoint(x, 40))
        self.qtbot.mouseRelease(self.pen, button, pos=QPoint(120, 40))

    def ink(self, x: int, y: int) -> str:
        return self.map.grab().toImage().pixelColor(x, y).name()


@pytest.fixture
def board(qtbot: QtBot) -> Iterator[Board]:
    made = Board(qtbot)
    yield made
    made.player.close()


def test_it_draws_in_two_colours_and_escape_wipes_and_puts_it_down(board: Board) -> None:
    clean = board.ink(80, 40)
    board.pen.toggle()
    board.draw()
    assert board.ink(80, 40) == board.theme.current.inks[0].name()
    board.pen.wipe()
    board.draw(RIGHT)
    assert [stroke.colour for stroke in board.pen.strokes] == [1]
    pale = board.ink(80, 46)
    assert pale not in (clean, board.theme.current.inks[1].name()), "what is marked is seen through it"
    board.qtbot.keyClick(board.map, Qt.Key.Key_Escape)
    assert (board.pen.on, board.pen.strokes, board.ink(80, 40)) == (False, [], clean)


def test_a_jump_another_view_and_another_run_wipe_but_time_running_does_not(board: Board) -> None:
    pen, player = board.pen, board.player
    pen.take_up()
    board.draw()
    player.play()
    player.moved.emit(0.1)
    assert len(pen.strokes) == 1
    player.pause()
    player.seek(0.5)
    runs.settle(board.qtbot, player)
    assert pen.strokes == []
    board.draw()
    board.map.zoom_in()
    board.map.grab()
    assert pen.strokes == []
    board.draw()
    player.reset()
    assert (pen.strokes, pen.on) == ([], False)


def test_off_it_lets_the_mouse_through(board: Board) -> None:
    assert board.map.childAt(100, 100) is None
    board.pen.other_colour()
    assert (board.pen.on, board.pen.colour, board.map.childAt(100, 100)) == (True, 1, board.pen)
