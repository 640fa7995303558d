"""A plot of a source: curves up to the playhead, points, what the pointer is told."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from tests.ui.panels import tale
from ui.panels.span import TimeSpan
from ui.plots.choice import Shown
from ui.plots.series import SeriesPanel
from ui.plots.sources import SOURCES


@pytest.fixture
def make(qtbot, themes):
    player, focus = tale.opened(qtbot)
    span = TimeSpan()
    span.set_whole(player.duration)

    def made(kind, **look):
        panel = SeriesPanel(player, focus, themes, span, SOURCES[kind], Shown(kind, **look))
        panel.resize(420, 200)
        qtbot.addWidget(panel)
        panel.show()
        panel.refresh()
        return panel

    yield made
    player.close()


def at(panel, curve, t):
    """The height of a curve at a time."""
    _, _, times, values = panel.curves[curve]
    return float(values[np.searchsorted(times, t, side="right") - 1])


def test_quantiles_are_drawn_together_and_a_transform_alone(make):
    usual = make("quantiles", window=5.0)
    assert [transform for _, transform, *_ in usual.curves] == ["p50", "p95", "p99", "max"]
    assert [at(usual, curve, 6.2) for curve in range(4)] == pytest.approx([80.0, 98.0, 99.6, 100.0])
    assert usual.chart.unit.text() == "over 5.00 s · ms"
    alone = make("quantiles", transform="mean", window=5.0)
    assert ([at(alone, 0, 6.2)], alone.chart.unit.text()) == (
        [pytest.approx(60.6667, abs=1e-3)],
        "mean over 5.00 s · ms",
    )


def test_going_back_takes_a_curve_back_and_on_again_it_is_the_same(make):
    panel = make("hits", window=20.0)
    whole = panel.curves[0][3].copy()
    panel._player.seek(5.5)
    panel.refresh()
    assert (panel.curves[0][2][-1], at(panel, 0, 5.5)) == (5.5, 50.0)
    panel._player.seek(20.0)
    panel.refresh()
    assert panel.curves[0][3].tolist() == pytest.approx(whole.tolist(), nan_ok=True)


def test_sums_go_on_from_what_was_before_the_stretch(make):
    panel = make("kinds", transform="cumulative")
    panel.chart.span.show(5.0, 10.0)
    panel.refresh()
    found = {line.label: (values[0], values[-1]) for line, _, _, values in panel.curves}
    assert found == {"query": (2, 2), "reply": (2, 2), "update": (0, 2)}


def test_points_and_their_file(make):
    panel = make("age")
    assert panel._points[0].getData()[1].tolist() == pytest.approx([1.92, 0.502])
    assert panel.table() == (
        ["time (s)", "line", "transform", "value (s)"],
        [["5.020000", "age of a stale answer", "each value", "1.92"],
         ["10.002000", "age of a stale answer", "each value", "0.502"]],
    )  # fmt: skip


def test_the_pointer_reads_all_curves_at_its_time(make):
    panel = make("hits", window=20.0)
    place = panel.chart.view.mapViewToScene(QPointF(6.5, 50.0))
    panel._hover(place)
    text = panel.chart.bubble.text()
    assert text.startswith("<b>6.5")
    assert text.endswith("answered at home: 33.3 %<br>answered at all: 66.7 %")
    panel._player.seek(3.0)
    panel.refresh()
    panel._hover(place)
    assert not panel.chart.bubble.isVisible()


def test_what_is_not_above_zero_has_no_place_on_a_logarithmic_axis(make):
    panel = make("kinds", transform="cumulative", log=True)
    heights = {line.label: panel._shown(values) for line, _, _, values in panel.curves}
    assert np.isnan(heights["update"][0])
    assert heights["update"][-1] == pytest.approx(np.log10(2))
