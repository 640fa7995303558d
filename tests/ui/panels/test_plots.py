"""The stack of plots: height that is scarce goes to the plots."""

import pytest

from tests.ui.panels import tale
from ui.panels.plots import PlotsPanel


@pytest.mark.parametrize(("height", "lines"), [(620, 2), (400, 1), (260, 0)])
def test_legends_give_way_where_height_is_scarce(qtbot, themes, height, lines):
    player, focus = tale.opened(qtbot)
    panel = PlotsPanel(player, focus, themes)
    qtbot.addWidget(panel)
    panel.resize(330, height)
    panel.show()
    panel.latency.refresh()
    legend = panel.latency._legend
    tops = {round(place.top()) for _, place in legend._places()}
    assert (len(tops), bool(legend.height())) == (lines, bool(lines))
    assert "stale" in legend.toolTip()
    player.close()
