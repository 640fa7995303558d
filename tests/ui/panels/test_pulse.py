"""When panels redraw."""

from time import perf_counter

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.panels.pulse import LEAST, MOST, Pulse
from ui.turns import Turns

COST = 0.1  # s of each refresh here


def test_a_dear_refresh_delays_the_next_one_but_not_for_long(qtbot: QtBot) -> None:
    widget, done = QWidget(), []
    qtbot.addWidget(widget)

    def refresh() -> None:
        began = perf_counter()
        while perf_counter() < began + COST:
            pass
        done.append(began)

    pulse = Pulse(widget, refresh, Turns(lambda: False))
    pulse.ask()
    assert not pulse._timer.isActive()  # out of sight
    widget.show()
    qtbot.waitUntil(lambda: len(done) == 1)
    pulse.ask()
    pulse.ask()
    assert LEAST <= pulse._timer.interval() <= MOST < 1000 * COST
    qtbot.waitUntil(lambda: len(done) == 2)
    qtbot.wait(MOST + 10)
    assert len(done) == 2  # asked for twice, done once
    pulse.ask()
    assert pulse._timer.interval() == LEAST  # the pause was over already


def test_in_turn_it_waits_for_its_turn_and_out_of_sight_for_none(qtbot: QtBot) -> None:
    widget, done, in_turn = QWidget(), [], [True]
    qtbot.addWidget(widget)
    turns = Turns(lambda: in_turn[0])
    pulse = Pulse(widget, lambda: done.append(1), turns)
    pulse.ask()
    assert not turns.waiting
    widget.show()
    qtbot.waitUntil(lambda: done == [1])  # what was asked for out of sight
    pulse.ask()
    qtbot.wait(2 * LEAST)
    assert turns.waiting and done == [1]
    turns.take()
    assert not turns.waiting and done == [1, 1]
    pulse.ask()
    widget.hide()
    assert not turns.waiting
    widget.show()
    qtbot.waitUntil(lambda: len(done) == 3)
    pulse.ask()
    in_turn[0] = False  # paused, and asked again: at once
    pulse.ask()
    qtbot.waitUntil(lambda: len(done) == 4)
    turns.take()
    assert len(done) == 4
