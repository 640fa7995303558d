"""Commands as a person gives them, through the real window: the palette, keys of one's own, everything by keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from tests.ui import runs
from tests.ui.desk import Desk
from ui.theme import DARK

CONTROL = Qt.KeyboardModifier.ControlModifier
PALETTE = CONTROL | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


def find(desk: Desk, typed: str) -> None:
    desk.press(Qt.Key.Key_P, PALETTE)
    field = desk.window.focusWidget()
    assert field is not None
    desk.qtbot.keyClicks(field, typed)


def test_everything_is_found_by_a_few_letters(desk: Desk) -> None:
    desk.open()
    finder = desk.window.lectern.finder
    find(desk, "a g. ")
    assert (finder._field.text(), desk.player.playing, desk.player.speed) == ("a g. ", False, None)
    desk.press(Qt.Key.Key_Escape)
    for typed in ("go to 12.5 s", "go to key mail/1", "select provider cedar", "dark"):
        find(desk, typed)
        desk.press(Qt.Key.Key_Return)
        runs.settle(desk.qtbot, desk.player)
    world, focus = desk.player.world, desk.window._focus
    assert focus.name is not None
    assert focus.provider is not None
    assert (desk.player.playhead, world.known_as(focus.name), world.called[focus.provider]) == (12.5, "mail/1", "Cedar")
    assert desk.taste.switch.current is DARK
    find(desk, "300 s")
    assert finder.entries[0].why_not == "The run ends at 20.00 s."
    desk.press(Qt.Key.Key_Escape)
    find(desk, "open scenario stale by ttl")
    desk.press(Qt.Key.Key_Return)
    assert desk.window.document.title.startswith("Stale")


def test_a_key_of_one_s_own_works_at_once_and_the_next_time(desk: Desk) -> None:
    desk.open()
    desk.window.acts.shortcuts.give("step", "N")
    assert desk.window.transport._forward.toolTip() == "To the next event (F4, N)"
    desk.press(Qt.Key.Key_N)
    runs.settle(desk.qtbot, desk.player)
    assert desk.player.playhead > 0
    again = desk.build()
    assert [key.toString() for key in again.acts["step"].shortcuts()] == ["F4", "N"]
    again.close()
    again.deleteLater()


def test_the_map_is_walked_and_asked_by_keys_alone(desk: Desk) -> None:
    window, focus = desk.window, desk.window._focus
    desk.open()
    desk.seek(6.0)
    window.map.setFocus()
    desk.press(Qt.Key.Key_Tab)
    first = focus.provider
    desk.press(Qt.Key.Key_Right)
    second = focus.provider
    assert None not in (first, second)
    assert first != second
    offered: list[int] = []
    window.map.menuRequested.connect(lambda node, _: offered.append(node))
    menu = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    QApplication.sendEvent(window.map, menu)
    assert offered == [second]
    QApplication.activePopupWidget().close()
    desk.press(Qt.Key.Key_Return)
    assert window.docks.is_shown("details")
    desk.press(Qt.Key.Key_Escape)
    assert focus.provider is None


def test_a_key_goes_from_pane_to_pane_and_back(desk: Desk) -> None:
    desk.open()
    desk.window.docks.show("log")
    desk.window.grab()
    panes = desk.window.lectern.panes
    names = [pane.name for pane in panes.all()]
    assert {"Map", "Put and get", "Time", "Log", "Plots"} <= set(names)
    desk.window.map.setFocus()
    start = names.index("Map")
    been = []
    for _ in names:
        desk.press(Qt.Key.Key_F6, CONTROL)
        now = desk.window.focusWidget()
        been.append(next(pane.name for pane in panes.all() if pane.widget is now or pane.widget.isAncestorOf(now)))
    assert been == [*names[start + 1 :], *names[: start + 1]]
    desk.press(Qt.Key.Key_F6, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert panes.all()[start - 1].widget.isAncestorOf(desk.window.focusWidget())
