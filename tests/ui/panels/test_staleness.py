"""The lanes: what they say at a moment, how far they are drawn, and what clicks do."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF

from p4lab.core.events import Joined, Peered
from p4lab.scenario.model import Scenario
from p4lab.trace import Trace
from tests.ui.panels import tale
from ui.panels.chart import BESIDE, gutter
from ui.panels.span import TimeSpan
from ui.panels.staleness import StalenessPanel, tell
from ui.theme import LIGHT, font

CACHED = "Cached until 12.90 s (TTL 10.0 s)"


@pytest.fixture
def make(qtbot, themes):
    players = []

    def made(**tale_options):
        player, focus = tale.opened(qtbot, **tale_options)
        players.append(player)
        span = TimeSpan()
        span.set_whole(player.duration)
        panel = StalenessPanel(player, focus, themes, span)
        panel.resize(480, 220)
        qtbot.addWidget(panel)
        panel.show()
        qtbot.wait(60)
        panel.refresh()
        return panel, player, focus

    yield made
    for player in players:
        player.close()


def pixel(panel, row, t):
    """The colour painted in the lower part of a bar, where no letter stands, and a little right of t."""
    chart = panel.chart
    place = chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(t, row + 0.66)))
    return chart.plot.grab().toImage().pixelColor(place).name()


def test_bars_end_at_the_playhead_and_turn_vermillion_when_stale(make):
    panel, player, _ = make()
    assert panel.chart.title.text() == "What each provider would answer: news/1"
    assert panel.chart.unit.text() == "newest: v3"
    own = LIGHT.regime(1).colour.name()
    assert [pixel(panel, 0, t) for t in (0.5, 2.0, 10.0)] == [LIGHT.track.name(), own, own]
    assert pixel(panel, 1, 10.0) == LIGHT.track.name()
    player.seek(9.0)
    panel.refresh()
    assert [pixel(panel, 0, t) for t in (8.0, 10.0)] == [own, LIGHT.track.name()]


def test_names_of_those_who_join_a_class_have_room_beside_the_plots(make):
    _, player, _ = make()
    joined = SimpleNamespace(
        session=SimpleNamespace(scenario=Scenario(title="A class", duration=1.0)),  # nobody is in it
        world=SimpleNamespace(providers=[SimpleNamespace(name="Ms Lee-Jones")]),
    )
    assert gutter(joined) - BESIDE >= QFontMetricsF(font("small")).horizontalAdvance("Ms Lee-Jones") - 1
    assert gutter(player) < gutter(joined)


def test_what_is_to_come_in_a_recording_is_pale(make):
    panel, player, _ = make(known=True)
    player.seek(9.0)
    panel.refresh()
    assert pixel(panel, 0, 12.0) not in (LIGHT.track.name(), LIGHT.regime(1).colour.name())


@pytest.mark.parametrize(
    ("node", "t", "says"),
    [
        (tale.CEDAR, 3.0, ["Cedar would answer v1", "fresh", "Cached until 12.90 s (TTL 10.0 s), since 2.90 s"]),
        (
            tale.CEDAR,
            5.0,
            ["Cedar would answer v1", "2 behind", "Cached until 12.90 s (TTL 10.0 s), since 2.90 s"],
        ),
        (tale.ASTER, 2.0, ["Aster would answer v1", "fresh", "Its own, since 1.00 s"]),
        (tale.BIRCH, 5.0, ["Birch has nothing", "It would ask the others"]),
    ],
)
def test_a_lane_is_told_in_words(make, node, t, says):
    panel, player, focus = make()
    name = player.world.names[focus.name]
    assert tell(panel._item.bar_at(node, t), node, t, name, player.world) == says


def test_a_click_in_a_lane_seeks_and_a_click_on_a_name_selects(make, qtbot):
    panel, player, focus = make()
    chart = panel.chart
    place = chart.plot.mapFromScene(chart.view.mapViewToScene(QPointF(7.0, 1.5)))
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert player.playhead == pytest.approx(7.0, abs=0.1)
    place.setX(10)
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (focus.provider, panel._item.marked) == (tale.BIRCH, tale.BIRCH)


def test_another_key_fills_the_lanes_anew(make):
    panel, player, focus = make()
    focus.select_name(player.world.find("wall/1").index)
    assert panel.chart.title.text() == "What each provider would answer: wall/1"
    assert panel.chart.unit.text() == "2 entries in all"
    focus.select_name(None)
    assert panel.chart._empty.text().startswith("Select a key")


def test_many_providers_scroll_and_those_that_hold_something_come_first(make):
    trace = Trace()
    for node in range(40):
        trace.emit(Joined(node=node, name=f"P{node}", customers=1), 0.0, 0)
    trace.emit(Peered(node=0, peers=(30,), latency=(0.04,)), 0.0, 0)
    tale._put(trace, 1.0, 1, 30, tale.NEWS, 1)
    panel, _, _ = make(trace=trace)
    assert panel._item.lanes == [30, *range(30), *range(31, 40)]
    assert panel._scroll.isVisible()
    assert panel.chart.view.viewRange()[1][1] < 15
    panel._scroll.setValue(panel._scroll.maximum())
    assert panel.chart.view.viewRange()[1][1] == pytest.approx(40, abs=0.02)
