"""The map in the window: it shows the playhead, follows the hand and the keys, and paints in both themes."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from p4lab.core.names import Regime
from p4lab.core.options import Options
from p4lab.scenario.changes import set_place
from p4lab.scenario.model import Link, Provider, Workload
from p4lab.session.simulated import Simulated
from tests.ui.canvas.maps import Shown
from tests.ui.runs import player, scenario, settle
from ui import words
from ui.canvas.scene import LINE, NOBODY, MapView
from ui.player import Player
from ui.theme import DARK

PLACES = [(0.1, 0.15), (0.9, 0.15), (0.9, 0.85), (0.5, 0.6), (0.1, 0.85)]


def placed(**changes):
    given = tuple(Provider(p.name, position=at) for p, at in zip(scenario().provider, PLACES, strict=True))
    return player(provider=given, **changes)


@pytest.fixture
def shown(qtbot):
    made = Shown(qtbot, placed())
    yield made
    made.player.close()


def test_providers_stand_where_the_scenario_says(shown):
    assert shown.map.figures().centres == pytest.approx(np.array(PLACES) * (900, 560))
    shown.map.resize(700, 500)
    assert shown.map.camera.fitted
    assert shown.map.figures().centres[[0, 2]] == pytest.approx(np.array([(88, 80), (612, 420)]))  # drawn in


def test_scrubbing_back_paints_the_same_picture(shown):
    shown.focus.select_name(0)
    first = shown.at(3.0)
    picture = shown.map.grab().toImage()
    shown.at(9.0)
    assert shown.map.grab().toImage() != picture
    again = shown.at(3.0)
    assert (again.t, again.key, again.looks) == (first.t, first.key, first.looks)
    assert shown.map.grab().toImage() == picture


def test_the_selected_key_is_full_size_and_others_small(shown):
    moments = [shown.at(t) for t in np.arange(1.0, 12.0, 0.37)]
    world = shown.player.world
    shown.focus.select_name(world.find("mail/1").index)
    busy = max(moments, key=lambda now: len(now.flight))
    now = shown.at(busy.t)
    assert now.key == "mail/1"
    assert now.flight.chosen.tolist() == (world.op_name()[now.flight.rows["op"]] == shown.focus.name).tolist()


def test_dragging_moves_a_provider_and_says_where(shown, qtbot):
    start, end = shown.place(3), QPoint(300, 200)
    with qtbot.waitSignal(shown.map.placed) as told:
        qtbot.mousePress(shown.map, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(shown.map, start + QPoint(20, 20))
        qtbot.mouseMove(shown.map, end)
        qtbot.mouseRelease(shown.map, Qt.MouseButton.LeftButton, pos=end)
    ((name, (x, y)),) = told.args[0].items()
    assert name == "Dahlia"
    assert (x, y) == pytest.approx((300 / 900, 200 / 560), abs=0.004)
    assert shown.place(3) == end
    assert shown.focus.provider is None  # a drag is no click
    shown.player.change(set_place(shown.player.scenario, {name: (x, y)}), "moving Dahlia")
    shown.player.reset()
    settle(qtbot, shown.player)
    assert shown.place(3) == end  # the same scenario, from its start again
    shown.player.history.undo()
    shown.player.history.undo()
    assert shown.place(3) == start


def test_a_click_selects_a_provider_and_a_click_beside_it_none(shown, qtbot):
    qtbot.mouseClick(shown.map, Qt.MouseButton.LeftButton, pos=shown.place(2))
    assert shown.focus.provider == 2
    qtbot.mouseClick(shown.map, Qt.MouseButton.LeftButton, pos=QPoint(450, 30))
    assert shown.focus.provider is None


def test_a_click_on_a_message_selects_its_operation(shown, qtbot):
    now = next(now for t in np.arange(1.0, 15.0, 0.05) if len((now := shown.at(t)).flight))
    at = QPoint(round(now.flight.x[0]), round(now.flight.y[0]))
    qtbot.mouseClick(shown.map, Qt.MouseButton.LeftButton, pos=at)
    assert shown.focus.op in now.flight.rows["op"]


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
def test_empty_space_pans(shown, qtbot, button):
    before = shown.map.figures().centres
    qtbot.mousePress(shown.map, button, pos=QPoint(450, 60))
    qtbot.mouseMove(shown.map, QPoint(470, 90))
    qtbot.mouseMove(shown.map, QPoint(500, 100))
    qtbot.mouseRelease(shown.map, button, pos=QPoint(500, 100))
    assert shown.map.figures().centres == pytest.approx(before + np.array((50, 40)))
    shown.map.fit()
    assert shown.map.figures().centres == pytest.approx(before)


def wheel(view: MapView, at: QPoint, notches: float) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, int(120 * notches)), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_the_wheel_zooms_where_the_pointer_is(shown):
    pointer = shown.place(1)
    wheel(shown.map, pointer, 3)
    assert shown.map.camera.zoom == pytest.approx(1.2**3)
    assert shown.place(1) == pointer
    wheel(shown.map, pointer, -3)
    assert shown.map.camera.zoom == 1.0


def test_keys_go_from_provider_to_provider(shown, qtbot):
    shown.map.setFocus()
    qtbot.keyClick(shown.map, Qt.Key.Key_Right)
    assert shown.focus.provider == 0
    visited = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up):
        qtbot.keyClick(shown.map, key)
        visited.append(shown.focus.provider)
    assert visited == [1, 2, 3, 0]
    with qtbot.waitSignal(shown.map.inspected) as told:
        qtbot.keyClick(shown.map, Qt.Key.Key_Return)
    assert told.args == [0]
    qtbot.keyClick(shown.map, Qt.Key.Key_Escape)
    assert shown.focus.provider is None


def test_tab_goes_through_the_providers_and_on(shown):
    shown.map.setFocus()
    steps = [shown.map.focusNextPrevChild(True) for _ in range(5)]
    assert (steps, shown.focus.provider) == ([True] * 5, 4)
    shown.map.focusNextPrevChild(True)
    assert shown.focus.provider == 4  # the next widget's turn
    assert shown.map.focusNextPrevChild(False) and shown.focus.provider == 3


def test_the_right_button_asks_for_the_menu_of_what_is_there(shown, qtbot):
    corner = QPoint(3, shown.map.height() - 3)
    asked = []
    shown.map.menuRequested.connect(lambda node, _: asked.append(node))
    for place in (shown.place(2), corner):
        qtbot.mouseClick(shown.map, Qt.MouseButton.RightButton, pos=place)
    assert (asked, shown.focus.provider) == ([2, NOBODY], 2)


def test_letters_and_space_are_left_to_the_window(shown, qtbot):
    for key in (Qt.Key.Key_Space, Qt.Key.Key_F, Qt.Key.Key_Period):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        shown.map.keyPressEvent(event)
        assert not event.isAccepted()


def test_it_says_what_is_under_the_pointer(shown, qtbot):
    shown.at(6.0)
    shown.focus.select_name(shown.player.world.find("news/1").index)
    place = shown.place(0)
    assert shown.map.hint(place.x(), place.y()).startswith("Aster · 100 customers · 4 peers\nnews/1: v")
    assert shown.map.hint(450, 84).startswith("Aster – Birch · 40 ms one way")  # on the line between them
    assert shown.map.hint(450, 30) == ""


def test_screen_readers_are_told(shown):
    shown.at(6.0)
    shown.focus.select_name(shown.player.world.find("news/1").index)
    shown.focus.select_provider(0)
    said = shown.map.accessibleDescription()
    assert said.startswith("5 providers. Selected: Aster. news/1: v") and said.endswith("· own")


def test_an_empty_map_says_what_would_fill_it(qtbot):
    made = Shown(qtbot, Player(Simulated))
    assert not made.map.grab().isNull()
    qtbot.mouseClick(made.map, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.keyClick(made.map, Qt.Key.Key_Right)
    wheel(made.map, QPoint(10, 10), 2)
    made.map.actual_size()
    assert made.focus.provider is None
    assert made.map.accessibleDescription() == words.plural(0, "provider")


def test_the_theme_covers_the_map(shown):
    shown.at(2.0)
    light = shown.map.grab().toImage()
    shown.switch.choose("dark")
    dark = shown.map.grab().toImage()
    shown.switch.choose("light")
    assert dark.pixelColor(2, 2) == DARK.map
    bright = sum(dark.pixelColor(x, y).lightness() > 140 for x in range(0, 900, 3) for y in range(0, 560, 3))
    assert bright < 0.04 * 300 * 187  # texts and rings alone
    assert light.pixelColor(2, 2) != dark.pixelColor(2, 2)


def test_lost_messages_and_crowds_are_painted(qtbot):
    crowd = (Workload("crowd", keys=50, regime=Regime.GET_BROADCAST, ttl=0.0, gets_per_second=2000.0),)
    made = Shown(qtbot, placed(workload=crowd, link=Link(loss=0.3), duration=0.3, options=Options(coalesce=False)))
    now = made.at(0.2)
    assert now.flight.total > 1000 > len(now.flight)
    assert now.left_out == f"showing {len(now.flight)} of {words.grouped(now.flight.total)} messages"
    assert 0 < (now.flight.opacity < 1).sum() < len(now.flight)
    made.player.close()


def test_control_and_a_drag_come_nearer_to_a_frame(shown, qtbot):
    control, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    aim = shown.map.camera.to_box(600, 100)
    qtbot.mousePress(shown.map, left, control, QPoint(525, 53))
    qtbot.mouseMove(shown.map, QPoint(600, 100))
    qtbot.mouseMove(shown.map, QPoint(675, 147))
    assert shown.map.sketch.text == "Zoom to this"
    qtbot.mouseRelease(shown.map, left, control, QPoint(675, 147))
    assert shown.map.camera.zoom == pytest.approx(560 / 94)
    assert shown.map.camera.middle == pytest.approx(aim)


def test_a_double_click_on_a_link_asks_for_its_form_and_hidden_links_are_told(shown, qtbot):
    with qtbot.waitSignal(shown.map.formAsked) as told:
        qtbot.mouseClick(shown.map, Qt.MouseButton.LeftButton, pos=shown.between(0, 1))
        qtbot.mouseDClick(shown.map, Qt.MouseButton.LeftButton, pos=shown.between(0, 1))
    assert (told.args, shown.focus.link) == ([LINE], (0, 1))
    shown.map.plan.hide(frozenset({"peerings"}), faultless=True)
    assert shown.map.plan.hidden == "peerings hidden · links without faults hidden"


def test_where_nobody_is_there_it_says_so(shown):
    shown.at(3.0)
    said = shown.map.grab().toImage()
    shown.map.plan._placed_by[:] = -1
    shown.map.plan.hosts[:] = -1
    shown.map.plan._moves += 1
    assert shown.map.plan.figures(shown.map.camera, 1.0).seen == []
    empty = shown.map.grab().toImage()
    middle = [empty.pixelColor(x, 263) for x in range(300, 600)]
    assert empty != said and len({ink.name() for ink in middle}) > 3  # words, where there would be the plain ground
