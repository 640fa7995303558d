"""Messages per second: what is counted in which bar, up to when."""

import numpy as np
import pytest

from tests.ui.panels import tale
from ui.panels.plots import PlotsPanel
from ui.panels.rates import Bars, RatesPanel, grid
from ui.panels.span import TimeSpan


@pytest.fixture
def player(qtbot):
    made, _ = tale.opened(qtbot)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("low", "high", "about", "found"),
    [
        (0.0, 60.0, 60, (0.0, 1.0, 60)),
        (0.0, 20.0, 70, (0.0, 0.5, 40)),
        (2.8, 3.0, 10, (2.8, 0.02, 10)),
        (2.81, 3.0, 10, (2.8, 0.02, 10)),
    ],
)
def test_bars_stand_on_round_times(low, high, about, found):
    assert grid(low, high, about) == pytest.approx(found)


def test_messages_are_counted_up_to_a_time(player):
    def kinds(until):
        return {
            kind: np.flatnonzero(found).tolist()
            for kind, found in Bars().counted(player.metrics, 2.0, 1.0, 8, until).items()
        }

    none = {word: [] for word in ("CREQ", "CRESP", "HELLO", "BYE", "SYNC_D", "SYNC_I")}
    assert kinds(20.0) == {"GETQ": [0], "GETR": [0], "UPDATE": [5], "FETCH": [], "FETCHR": [], **none}
    assert Bars().counted(player.metrics, 2.0, 1.0, 8, 20.0)["GETQ"].tolist() == [2, 0, 0, 0, 0, 0, 0, 0]
    known = Bars()
    for until in (2.5, 3.0, 3.5, 7.9, 10.0, 20.0, 4.2, 9.0):
        kept, fresh = (bars.counted(player.metrics, 2.0, 1.0, 8, until) for bars in (known, Bars()))
        assert {kind: n.tolist() for kind, n in kept.items()} == {kind: n.tolist() for kind, n in fresh.items()}
    assert kinds(2.82) == {"GETQ": [0], "GETR": [], "UPDATE": [], "FETCH": [], "FETCHR": [], **none}
    assert kinds(2.81) == {"GETQ": [], "GETR": [], "UPDATE": [], "FETCH": [], "FETCHR": [], **none}


def test_bars_are_stacked_and_scrubbing_back_takes_them_away(player, themes, qtbot):
    span = TimeSpan()
    span.set_whole(player.duration)
    panel = RatesPanel(player, themes, span)
    panel.resize(480, 160)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.wait(60)
    panel.refresh()

    def tops():
        return {
            kind: [round(float(top * panel._width), 6) for top in bar.opts["y1"]]
            for (kind, later), bar in panel._bars.items()
            if not later and len(bar.opts["y1"])
        }

    assert tops() == {"GETQ": [2.0], "GETR": [4.0], "UPDATE": [2.0]}
    player.seek(6.0)
    panel.refresh()
    assert tops() == {"GETQ": [2.0], "GETR": [4.0]}
    player.seek(1.0)
    panel.refresh()
    assert tops() == {}
    assert panel.chart._empty.text().startswith("No messages between providers in this stretch of time.")


def test_the_three_plots_zoom_and_reset_together(qtbot, themes):
    player, focus = tale.opened(qtbot)
    panel = PlotsPanel(player, focus, themes)
    panel.resize(480, 640)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.wait(80)
    views = [part.chart.view for part in panel.frames]
    views[2].setXRange(4.0, 8.0, padding=0)
    assert [view.viewRange()[0] for view in views] == [pytest.approx([4.0, 8.0])] * 3
    assert len({round(view.sceneBoundingRect().left()) for view in views}) == 1
    assert len({round(view.sceneBoundingRect().width()) for view in views}) == 1
    panel.span.reset()
    assert [view.viewRange()[0] for view in views] == [pytest.approx([0.0, 20.0])] * 3
    player.close()
