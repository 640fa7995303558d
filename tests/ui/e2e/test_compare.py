"""Comparing as a person does: fork, change something, set the branches side by side, swap, and ask what if."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui import runs
from tests.ui.desk import Desk
from ui.subject import NOTHING, Subject, What

LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def settle(desk: Desk) -> None:
    follower = desk.window.beside.comparison.follower
    runs.settle(desk.qtbot, desk.player)
    desk.qtbot.waitUntil(lambda: not follower.lagging)


def pushed(desk: Desk, text: str) -> None:
    button = next(each for each in desk.window.beside.maps.findChildren(QPushButton) if each.text() == text)
    desk.qtbot.mouseClick(button, LEFT)
    settle(desk)


def table(desk: Desk) -> dict[str, list[str]]:
    panel = desk.window.docks["compare"]
    panel.refresh()
    shown = panel.table
    rows = [[shown.item(row, column).text() for column in range(4)] for row in range(shown.rowCount())]
    return {row[0]: row[1:] for row in rows}


def test_two_futures_side_by_side(desk: Desk) -> None:
    desk.seek(12.0)
    desk.seek(6.0)
    desk.press(Qt.Key.Key_F)
    runs.settle(desk.qtbot, desk.player)
    desk.window.map.setFocus()
    desk.press(Qt.Key.Key_Right)  # somebody is chosen
    desk.window.acts["crash"].trigger()
    desk.seek(12.0)
    desk.press(Qt.Key.Key_C)
    settle(desk)
    beside, maps = desk.window.beside, desk.window.beside.maps
    assert (beside.comparison.names, beside.comparison.follower.playhead) == (("B", "A"), 12.0)
    assert beside.comparison.says == ("forked at 6.00 s", "as it was")
    assert (desk.window.docks.is_shown("compare"), maps.second.isVisible()) == (True, True)
    found = table(desk)
    assert found["messages"][0] != found["messages"][1], "a crash tells on the messages"
    pushed(desk, "Swap")
    assert (desk.player.branches.current.name, beside.comparison.names) == ("A", ("A", "B"))
    assert table(desk)["messages"] == found["messages"], "the branch made first is told of first"
    desk.press(Qt.Key.Key_C, SHIFT)
    assert (maps.side_by_side, maps.second.isVisible(), maps._differences.isVisible()) == (False, False, True)
    desk.window.grab()
    desk.window.acts["compare-end"].trigger()
    assert (beside.comparison.on, maps._differences.isVisible()) == (False, False)


def test_one_camera_looks_at_both(desk: Desk) -> None:
    desk.seek(6.0)
    desk.press(Qt.Key.Key_F)
    runs.settle(desk.qtbot, desk.player)
    desk.press(Qt.Key.Key_C)
    settle(desk)
    maps = desk.window.beside.maps
    maps.first.zoom_in()
    maps.second.zoom_in()
    assert maps.first.camera.zoom == maps.second.camera.zoom > 1.4
    bare = maps.second.grab().toImage()
    desk.window.acts["link-rates"].trigger()  # so do what they say of links
    figures = maps.second.grab().toImage()
    desk.window.acts["show-peerings"].trigger()
    assert maps.second.plan.hidden == maps.first.plan.hidden == "peerings hidden"
    assert bare != figures != maps.second.grab().toImage()


def test_what_if_a_key_had_been_put_otherwise(desk: Desk) -> None:
    desk.seek(10.0)
    desk.press(Qt.Key.Key_P, CONTROL | SHIFT)
    bar = QApplication.focusWidget()
    desk.qtbot.keyClicks(bar, "what if put-broadcast of value")
    desk.qtbot.keyClick(bar, Qt.Key.Key_Return)
    settle(desk)
    comparison = desk.window.beside.comparison
    assert (comparison.on, comparison.says) == (True, ("news/1 by put-broadcast of value", "as it was"))
    assert int(table(desk)["queries"][1]) < int(table(desk)["queries"][0])
    desk.press(Qt.Key.Key_Z, CONTROL)
    settle(desk)
    assert (comparison.on, desk.player.branches.current.name) == (False, "A")


def test_what_if_is_two_clicks_from_a_get(desk: Desk) -> None:
    desk.seek(10.0)
    world = desk.player.world
    op = next(each for each in map(world.op, range(1, 99)) if each and world.names[each.name].label == "news/1")
    desk.window._focus.select_op(op.op)
    page = desk.window.inspectors.docked.page(What.ANSWER)
    desk.qtbot.mouseClick(page.what_if, LEFT)
    menu = QApplication.activePopupWidget()
    offered = {each.text(): each.isEnabled() for each in menu.actions() if not each.isSeparator()}
    assert offered == {"get-broadcast": False, "put-broadcast of key": True, "put-broadcast of value": True}
    desk.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[-1]).center())
    settle(desk)
    comparison = desk.window.beside.comparison
    assert (comparison.on, comparison.says) == (True, ("news/1 by put-broadcast of value", "as it was"))


def test_another_scenario_has_nothing_to_go_back_to_in_the_inspector(desk: Desk) -> None:
    docked = desk.window.docks["details"]
    docked.look(Subject(What.PROVIDER, 1))
    docked.look(Subject(What.KEY, 0))
    before = docked.back_button.isEnabled()
    desk.open()
    assert (before, docked.back_button.isEnabled(), docked.subject) == (True, False, NOTHING)


def test_with_one_providers_eyes_the_other_run_tells_no_more_than_this_one(desk: Desk) -> None:
    desk.seek(12.0)
    desk.window.acts["what-if-put-broadcast-value"].trigger()
    settle(desk)
    beside, panel = desk.window.beside, desk.window.docks["compare"]
    focus = desk.window.bench.focus
    focus.eyes.see_as(1)
    beside.maps.second.grab()
    moment = beside.maps.second.moment
    assert moment is not None
    assert (moment.eyes, [bool(look.texts) for look in moment.looks].count(True)) == (1, 1)
    assert (panel.table.isVisible(), panel._empty.text()) == (
        False, "Not visible to Birch: the comparison counts and judges what all providers do.",
    )  # fmt: skip
    focus.eyes.see_as(None)
    assert (beside.comparison.focus.eyes.as_node, panel.says.isVisibleTo(panel)) == (None, True)


def test_in_a_small_window_both_maps_and_all_figures_are_whole(desk: Desk) -> None:
    desk.seek(6.0)
    desk.press(Qt.Key.Key_F)
    runs.settle(desk.qtbot, desk.player)
    desk.seek(12.0)
    desk.press(Qt.Key.Key_C)
    settle(desk)
    desk.window.resize(1000, 640)
    maps, table = desk.window.beside.maps, desk.window.docks["compare"].table
    desk.qtbot.waitUntil(lambda: table.isVisible() and table.horizontalScrollBar().maximum() == 0)
    for view in (maps.first, maps.second):
        desk.qtbot.waitUntil(lambda view=view: view.visibleRegion().boundingRect() == view.rect())
    headers = table.horizontalHeader()
    assert headers.sectionSize(3) >= headers.sectionSizeHint(3)
