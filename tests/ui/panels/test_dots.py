"""Points that look alike."""

import numpy as np
import pyqtgraph as pg
import pytest
from pytestqt.qtbot import QtBot

from ui.panels.dots import Dots

RED = "#ff0000"


@pytest.fixture
def plot(qtbot: QtBot) -> pg.PlotWidget:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.setBackground("#ffffff")
    plot.disableAutoRange()
    plot.setRange(xRange=(0, 10), yRange=(0, 10), padding=0)
    plot.show()
    qtbot.wait(30)
    return plot


def red(plot: pg.PlotWidget) -> list[tuple[float, float]]:
    """Where on the plot red is, in whole units."""
    image, view = plot.grab().toImage(), plot.plotItem.vb
    found = set()
    for x in range(image.width()):
        for y in range(image.height()):
            if image.pixelColor(x, y).name() == RED:
                at = view.mapSceneToView(pg.Point(x, y))
                found.add((round(at.x()), round(at.y())))
    return sorted(found)


def test_they_are_where_they_are_said_to_be_also_after_the_plot_has_moved(plot: pg.PlotWidget) -> None:
    dots = Dots()
    dots.setSize(7)
    dots.setPen(pg.mkPen(None))
    dots.setBrush(pg.mkBrush(RED))
    dots.measure()
    plot.addItem(dots, ignoreBounds=True)
    assert red(plot) == []
    dots.show_points(np.array([2.0, 8.0]), np.array([3.0, 5.0]))
    assert red(plot) == [(2, 3), (8, 5)]
    dots.show_points(np.array([4.0]), np.array([9.0]))
    assert red(plot) == [(4, 9)]
    plot.setXRange(3, 5, padding=0)
    assert red(plot) == [(4, 9)]
    dots.show_points(np.empty(0), np.empty(0))
    assert (red(plot), dots.isVisible()) == ([], False)
    dots.show_points(np.array([5.0]), np.array([1.0]))
    assert red(plot) == [(5, 1)]


def test_what_has_not_changed_is_not_made_anew(plot: pg.PlotWidget) -> None:
    dots, changed = Dots(), []
    plot.addItem(dots, ignoreBounds=True)
    dots.sigPlotChanged.connect(lambda: changed.append(len(dots.data)))
    for x in ([1.0, 2.0], [1.0, 2.0], [1.0, 3.0], [1.0]):
        dots.show_points(np.array(x), np.array(x))
    assert changed == [2, 2, 1]


def test_larger_ones_take_more_room(plot: pg.PlotWidget) -> None:
    dots = Dots()
    plot.addItem(dots, ignoreBounds=True)
    dots.show_points(np.array([5.0]), np.array([5.0]))
    plot.grab()
    before = dots.boundingRect().width()
    dots.setSize(30)
    dots.measure()
    assert dots.boundingRect().width() > 2 * before
