"""When panels redraw."""

from time import perf_counter

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.panels.pulse import MOST, Pulse


def _wait(qtbot: QtBot, done: list[float], count: int) -> None:
    qtbot.waitUntil(lambda: len(done) == count, timeout=2000)


def test_a_dear_refresh_delays_the_next_one_but_not_for_long(qtbot: QtBot) -> None:
    widget, done = QWidget(), []
    qtbot.addWidget(widget)

    def refresh() -> None:
        began = perf_counter()
        while perf_counter() < began + 0.1:
            pass
        done.append(perf_counter())

    pulse = Pulse(widget, refresh)
    pulse.ask()
    assert done == []  # out of sight
    widget.show()
    _wait(qtbot, done, 1)
    pulse.ask()
    pulse.ask()
    _wait(qtbot, done, 2)
    pause = done[1] - done[0] - 0.1
    assert pause >= MOST / 1000 - 0.002
    qtbot.wait(MOST + 20)
    assert len(done) == 2  # asked for twice, done once
    asked = perf_counter()
    pulse.ask()
    _wait(qtbot, done, 3)
    assert done[2] - asked - 0.1 < MOST / 1000  # the pause was over already
