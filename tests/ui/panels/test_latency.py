"""The latency plot: which points there are, when, what they say, and that a click means the get."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from p4lab.metrics import KLASSES
from tests.ui.panels import tale
from ui.panels.latency import GROUP_BY_KLASS, GROUPS, LatencyPanel, tell
from ui.panels.span import TimeSpan


@pytest.fixture
def make(qtbot, themes):
    players = []

    def made(**tale_options):
        player, focus = tale.opened(qtbot, **tale_options)
        players.append(player)
        span = TimeSpan()
        span.set_whole(player.duration)
        panel = LatencyPanel(player, focus, themes, span)
        panel.resize(480, 240)
        qtbot.addWidget(panel)
        panel.show()
        qtbot.wait(60)
        panel.refresh()
        return panel, player, focus

    yield made
    for player in players:
        player.close()


def drawn(panel):
    """The points as (group, stale, later, time), in order of time."""
    found = [
        (GROUPS[code // 8], stale, later, round(float(x), 3))
        for (code, stale, later), item in panel._points.items()
        for x in item.getData()[0]
    ]
    return sorted(found, key=lambda point: point[3])


def test_only_what_was_answered_by_the_playhead_is_drawn(make):
    panel, player, _ = make()
    everything = [
        ("remote", False, False, 2.9), ("at home", True, False, 5.02), ("no answer", False, False, 6.1),
        ("at home", True, False, 10.002),
    ]  # fmt: skip
    assert drawn(panel) == everything
    player.seek(5.02)
    panel.refresh()
    assert drawn(panel) == everything[:2]
    player.seek(0.5)
    panel.refresh()
    assert drawn(panel) == []
    assert panel.chart._empty.text().startswith("Each get that is answered becomes a point here.")


def test_what_is_to_come_in_a_recording_is_pale(make):
    panel, player, _ = make(known=True)
    player.seek(5.5)
    panel.refresh()
    assert [later for _, _, later, _ in drawn(panel)] == [False, False, True, True]


def test_the_scale_of_a_recording_holds_what_is_to_come(make):
    panel, player, _ = make(known=True)
    player.seek(0.5)
    panel.refresh()
    heights = [float(y) for item in panel._points.values() for y in item.getData()[1]]
    assert (len(heights), max(heights), panel._height) == (4, 100.0, 100.0)


def test_of_points_in_one_place_the_stale_one_is_meant(make):
    panel, _, _ = make()
    two = np.repeat(panel._gets[1:2], 2)
    two["lag"], two["op"] = [2, 0], [5, 5]
    panel._gets = two[[1, 0]]
    x, y = float(two["t"][0]), float(panel._spread(two)[0])
    assert panel._nearest(panel.chart.view.mapViewToScene(QPointF(x, y))) == 1


def test_a_point_is_told_in_words_and_its_click_selects_the_get(make, qtbot):
    panel, player, focus = make()
    stale = panel._gets[1]
    assert tell(stale, player.world) == [
        "Cedar asked for news/1", "v1 from its cache in 2 ms", "2 versions behind, out of date for 1.92 s",
        "5.02 s · get-broadcast",
    ]  # fmt: skip
    x, y = float(stale["t"]), float(panel._spread(panel._gets[1:2])[0])
    chart = panel.chart
    place = chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(x, y)))
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (focus.op, player.playhead) == (5, tale.DURATION)
    assert list(panel._selected.getData()[0]) == [x]


def test_the_line_of_the_pointer_leaves_nothing_beside_the_playhead(make, qtbot, themes):
    panel, player, _ = make()
    chart = panel.chart
    player.seek(5.0)
    qtbot.wait(60)

    def screen():
        qtbot.wait(40)
        return panel.screen().grabWindow(panel.winId()).toImage()

    before = screen()
    for t in (12.0, 5.0 + 3 * chart.pixel()[0]):
        chart.span.pointed.emit(t)
        assert screen() != before
    chart.span.pointed.emit(None)
    assert screen() == before


def test_a_click_on_empty_space_seeks_and_a_double_click_shows_all_of_the_run(make, qtbot):
    panel, player, focus = make()
    chart = panel.chart
    place = chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(15.0, 50.0)))
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert player.playhead == pytest.approx(15.0, abs=0.1)
    assert focus.op is None
    sought = player.playhead
    chart.span.show(5.0, 18.0)
    place = chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(8.0, 50.0)))
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)  # leaves the button down
    qtbot.mouseRelease(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (chart.span.low, chart.span.high) == (0.0, 20.0)
    assert player.playhead == sought


def test_a_slow_outlier_does_not_flatten_the_rest(make):
    panel, _, _ = make()
    gets = np.repeat(panel._gets[:1], 200)
    gets["latency"][7] = 2.0
    panel._scale(gets)
    assert (panel._height, panel.chart.unit.text()) == (150.0, "1 above, up to 2.00 s · ms")


def test_every_class_has_a_shape():
    assert {word: GROUPS[GROUP_BY_KLASS[code]] for code, word in enumerate(KLASSES)} == {
        "local": "at home", "replica": "at home", "cached": "at home", "joined": "joined", "remote": "remote",
        "not_found": "no answer", "partial": "no answer", "timeout": "no answer", "error": "no answer",
    }  # fmt: skip
