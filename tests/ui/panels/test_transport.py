"""The transport: the speed of each mode, and the menu of a branch."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tests.ui import runs
from tests.ui.desk import Desk
from ui.modes import EXPRESS, FAST, RUN


def _action(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


def test_each_mode_has_the_speeds_that_the_slider_reaches(desk: Desk) -> None:
    bar, player, shown = desk.window.transport, desk.player, []
    for mode in (RUN, FAST, EXPRESS):
        player.setMode(mode)
        slider = bar._slider
        shown.append((slider.minimum(), slider.maximum(), slider.value(), slider.isEnabled(), bar._auto.isEnabled()))
    assert shown == [(-200, 200, 0, True, True), (0, 600, 300, True, False), (0, 600, 600, False, False)]
    player.setMode(FAST)
    bar._slider.setValue(450)
    assert (player.speed, bar._factor.text()) == (pytest.approx(10**4.5), "32\u202f000×")


class LaidOut(QObject):
    """How often a widget is laid out anew."""

    def __init__(self, widget: QObject) -> None:
        super().__init__()
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() is QEvent.Type.LayoutRequest
        return False


def test_a_time_that_goes_on_lays_nothing_out(desk: Desk) -> None:
    bar = desk.window.transport
    desk.qtbot.wait(30)
    laid_out, texts = LaidOut(bar), []
    for t in (1.0, 9.99, 10.0, 15.5):
        desk.player.moved.emit(t)
        desk.qtbot.wait(5)
        texts.append(bar._time.text())
    assert (texts, laid_out.times) == (["1.000 s", "9.990 s", "10.000 s", "15.500 s"], 0)
    wide = bar._time.fontMetrics().horizontalAdvance
    assert bar._time.width() >= wide("19.999 s")


def test_the_menu_of_a_branch(desk: Desk) -> None:
    bar, player = desk.window.transport, desk.player
    desk.seek(5.0)
    menu = bar.branch_menu(1)
    assert (_action(menu, "Forget this branch").isEnabled(), _action(menu, "Show branch A").isEnabled()) == (
        False,
        False,
    )
    player.fork()
    runs.settle(desk.qtbot, player)
    menu, asked = bar.branch_menu(1), []
    bar.compareAsked.connect(lambda a, b: asked.append((a, b)))
    _action(menu, "Compare with B").trigger()
    assert desk.window.beside.comparison.number == 1
    assert (asked, _action(menu, "Save this branch as…").isEnabled()) == ([(2, 1)], False)
    _action(menu, "Show branch A").trigger()
    runs.settle(desk.qtbot, player)
    assert player.branches.number == 1
    _action(menu, "Rename…").trigger()
    bar.slip.field.setText("as it was")
    bar.slip.close_up()
    assert player.branches.current.name == "as it was"
    bar.rename(1)
    bar.slip.field.setText("B")
    bar.slip.close_up()
    assert (player.branches.current.name, desk.window.notice.text) == ("as it was", "There is a branch B already.")
    _action(bar.branch_menu(2), "Forget this branch").trigger()
    assert [branch.number for branch in player.branches.all] == [1]
