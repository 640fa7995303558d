"""The figures of what links carry: what they say, and that they lie on nothing."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from p4lab.scenario.model import Link
from tests.ui.canvas.maps import Shown
from tests.ui.runs import player
from ui.canvas.rates import places, said


@pytest.mark.parametrize(
    ("ways", "limit", "says"),
    [
        ((0.0, 0.0), 0.0, ("", False)),
        ((700.0, 530.0), 0.0, ("1.2 kB/s", False)),
        ((700.0, 530.0), 1000.0, ("1.2 kB/s · 70 %", False)),
        ((100.0, 850.0), 1000.0, ("950 B/s · 85 %", True)),  # each way has the whole of it
    ],
)
def test_a_figure_says_how_much_and_stands_out_where_the_link_is_almost_full(ways, limit, says) -> None:
    assert said(np.array(ways), limit) == says


def test_figures_lie_on_no_provider_and_not_on_each_other(qtbot) -> None:
    shown = Shown(qtbot, player(link=Link(latency=0.03, bandwidth=8_000.0), workload=()))
    now, plan = shown.at(6.0), shown.map.plan
    taken = QRectF(0, 0, 450, 300)
    found = places(plan, now.shown, now.ground, (), [taken])
    assert found and {limit for _, limit, _ in found} == {1000.0}
    areas = [QRectF(at.x() - 20, at.y() - 5, 40, 10) for _, _, at in found]
    for number, area in enumerate(areas):
        assert not any(map(area.intersects, [taken, *areas[:number]]))
        away = np.hypot(*(now.shown.centres - (area.center().x(), area.center().y())).T)
        assert (away > now.shown.rims).all()
    shown.player.close()


def test_they_are_seen_when_they_are_asked_for(qtbot) -> None:
    shown = Shown(qtbot, player())
    shown.at(6.0)
    without = shown.map.grab().toImage()
    shown.map._tools.toggle("rates")
    assert shown.map.grab().toImage() != without
    shown.map._tools.toggle("rates")
    assert shown.map.grab().toImage() == without
    shown.player.close()
