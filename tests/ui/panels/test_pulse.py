"""When panels redraw."""

from time import perf_counter

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.panels.pulse import LEAST, MOST, Pulse

COST = 0.1  # s of each refresh here


def test_a_dear_refresh_delays_the_next_one_but_not_for_long(qtbot: QtBot) -> None:
    widget, done = QWidget(), []
    qtbot.addWidget(widget)

    def refresh() -> None:
        began = perf_counter()
        while perf_counter() < began + COST:
            pass
        done.append(began)

    pulse = Pulse(widget, refresh)
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
