"""The chart under mouse and keys: clicks seek, two select, drags move, arrows go from Event to Event."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.ui.panels import tale
from ui.sequence.axis import EVENTS, TIME
from ui.sequence.chart import SequenceChart
from ui.sequence.model import Model
from ui.theme import mix

LEFT = Qt.MouseButton.LeftButton
QUERY, TO_BIRCH, HIT, STORED = 13, 14, 15, 17


@pytest.fixture
def chart(qtbot, themes):
    player, focus = tale.opened(qtbot)
    made = SequenceChart(Model(player, focus), themes)
    made.resize(900, 260)
    qtbot.addWidget(made)
    made.show()
    show(made, 10.0, 20.0)
    yield made
    player.close()


def show(chart, low, high, mode=EVENTS):
    chart.model.choose(mode=mode)
    chart.model.axis.show(low, high)
    chart.refresh()


def at(chart, number) -> QPoint:
    place = chart.place_of(number)
    assert place is not None
    return place.toPoint()


def test_a_click_seeks_and_what_was_in_sight_stays_until_the_playhead_moves_on(chart, qtbot):
    model = chart.model
    shown = model.sight.rows["id"].tolist()
    qtbot.mouseClick(chart, LEFT, pos=at(chart, STORED))  # a mark: exactly its moment
    assert (model.player.playhead, model.focus.event_id) == (2.9, None)
    chart.refresh()
    assert (model.sight.rows["id"].tolist(), model.limit) == (shown, len(model.trace))
    model.player.seek(2.83)
    chart.refresh()
    assert (model.sight.rows["id"].tolist(), model.limit) == ([13, 14], 14)


def test_two_clicks_select_and_do_not_seek(chart, qtbot):
    focus = chart.model.focus
    place = at(chart, QUERY)
    qtbot.mouseClick(chart, LEFT, pos=place)
    qtbot.mouseDClick(chart, LEFT, pos=place)
    assert (chart.model.player.playhead, focus.event_id, focus.op) == (tale.DURATION, QUERY, 2)


def test_pointing_tells_of_an_event_and_how_far_it_is_from_the_selected_one(chart, qtbot):
    qtbot.mouseMove(chart, at(chart, HIT))
    said = chart._bubble.text()
    assert said == "<b>reply · Aster → Cedar · news/1</b><br>hit · get-broadcast<br>#15 at 2.8600 s, 40 ms on its way"
    chart.select(QUERY)
    chart.model.axis.show(10.0, 20.0)
    chart.refresh()
    qtbot.mouseMove(chart, at(chart, HIT) + QPoint(1, 0))
    assert chart._bubble.text().endswith("<br>Δ 40 ms after the selected event")


def test_arrow_keys_go_from_event_to_event_and_enter_selects(chart, qtbot):
    chart.select(12)
    chart.setFocus()
    gone = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(chart, key)
        gone.append(chart.at_event)
    assert gone == [13, 14, 13, 12, 11]
    assert chart.accessibleDescription().startswith("put answered · Aster · news/1; v1, done · get-broadcast; #11")
    chart.model.choose(hidden=frozenset({"answers", "marks"}))
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert (chart.at_event, chart.model.focus.event_id, chart.model.focus.op) == (13, 13, 2)


def test_dragging_moves_and_the_wheel_zooms_where_the_pointer_is(chart, qtbot):
    area, axis = chart.area(), chart.model.axis
    middle = area.center().toPoint()
    qtbot.mousePress(chart, LEFT, pos=middle)
    qtbot.mouseMove(chart, middle - QPoint(round(area.width() / 10), 0))
    qtbot.mouseRelease(chart, LEFT, pos=middle - QPoint(round(area.width() / 10), 0))
    assert axis.low == pytest.approx(11.0, abs=0.02)
    assert chart.model.player.playhead == tale.DURATION  # a drag is no click
    before = chart.unit_at(middle.x())
    turn = QWheelEvent(
        QPointF(middle), chart.mapToGlobal(QPointF(middle)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart, turn)
    assert axis.length == pytest.approx(8.0)
    assert chart.unit_at(middle.x()) == pytest.approx(before)


def test_a_lane_is_selected_by_its_name_and_dragged_to_another_place(chart, qtbot):
    names = [QPoint(20, round(chart.area().top() + chart._frame.y(lane))) for lane in range(3)]
    qtbot.mouseClick(chart, LEFT, pos=names[1])
    assert chart.model.focus.provider == tale.BIRCH
    qtbot.mousePress(chart, LEFT, pos=names[0])
    qtbot.mouseMove(chart, names[2])
    qtbot.mouseRelease(chart, LEFT, pos=names[2])
    chart.refresh()
    assert [lane.name for lane in chart.model.lanes] == ["Birch", "Cedar", "Aster"]


def test_the_selected_request_comes_into_sight(chart):
    show(chart, 0.0, 0.5, TIME)
    chart.model.focus.select_op(2)
    axis = chart.model.axis
    assert axis.low < 2.82 < 2.9 < axis.high < 3.0
    chart.refresh()
    assert chart.model.sight.followed.tolist() == [True] * 4


def test_the_page_is_turned_with_the_playhead_unless_the_person_looks_elsewhere(chart):
    show(chart, 0.0, 1.0, TIME)
    player, axis = chart.model.player, chart.model.axis
    player.seek(0.5)
    player.seek(6.0)
    assert axis.low < 6.0 < axis.high
    axis.show(1.0, 2.0)
    player.seek(8.0)
    assert (axis.low, axis.high) == (1.0, 2.0)


def test_what_would_fill_it_is_said(chart):
    show(chart, 11.9, 12.4, TIME)
    assert chart.model.what_fills() == (
        "Nothing that is shown passes from 11.90 s to 12.40 s. Go to the next event with →, to the one before with ←."
    )
    show(chart, 10.0, 20.0, EVENTS)
    assert chart.model.what_fills() == ""


def test_left_of_the_playhead_it_is_painted_right_of_it_not(chart):
    """A pixel of a lane's strip, before and after the playhead."""
    player = chart.model.player
    show(chart, 2.0, 3.0, TIME)
    player.seek(2.5)
    chart.refresh()
    image = chart.grab().toImage()
    y = round(chart.area().top() + chart._frame.y(0))  # Aster's, which has news/1 from 1.0 s on
    left, right = (round(chart.area().left() + share * chart.area().width()) for share in (0.2, 0.8))
    theme = chart.canvas.theme
    assert image.pixelColor(right, y + 3) == theme.window
    assert image.pixelColor(left, y + 3) not in (theme.window, theme.outline)


def test_with_the_eyes_of_one_provider_only_its_own_messages_are_there(chart):
    focus = chart.model.focus
    focus.eyes.see_as(tale.BIRCH)
    chart.refresh()
    assert chart.model.sight.rows["id"].tolist() == [14, 16]
    assert {mark.lane for mark in chart.model.sight.marks} <= {tale.BIRCH}
    assert {strip.lane for strip in chart.model.strips_in_sight()} <= {tale.BIRCH}
    assert chart.model.summary() == "2 messages · as Birch sees it"
    assert chart.model.next_event(13, 1) == 14
    focus.eyes.see_as(None)


def test_dragging_with_shift_selects_an_interval_that_the_whole_window_shows(chart, qtbot):
    show(chart, 2.0, 4.0, TIME)
    area = chart.area()
    ends = [QPoint(round(area.left() + share * area.width()), round(area.center().y())) for share in (0.75, 0.25)]
    qtbot.mousePress(chart, LEFT, Qt.KeyboardModifier.ShiftModifier, ends[0])
    qtbot.mouseMove(chart, ends[1])
    qtbot.mouseRelease(chart, LEFT, Qt.KeyboardModifier.ShiftModifier, ends[1])
    assert chart.model.focus.span.ends == pytest.approx((2.5, 3.5), abs=0.01)
    assert (chart.model.player.playhead, chart.model.axis.low) == (tale.DURATION, 2.0)
    image, theme = chart.grab().toImage(), chart.canvas.theme
    y = round(area.bottom()) - 3
    inside, outside = (round(area.left() + share * area.width()) for share in (0.7, 0.9))
    soft = mix(theme.window, theme.accent_soft, 0.75)  # grey bands can be seen through it
    assert (image.pixelColor(inside, y).name(), image.pixelColor(outside, y)) == (soft.name(), theme.window)
