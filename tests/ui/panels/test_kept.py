"""A plot of which only the line moves."""

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ui.panels.kept import KeptPlot

RED, GREEN = "#ff0000", "#00ff00"


@pytest.fixture
def plot(qtbot: QtBot) -> KeptPlot:
    """Ten seconds wide; the line is green, at 2 s."""
    plot = KeptPlot(pg.ViewBox())
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.setBackground("#ffffff")
    plot.disableAutoRange()
    plot.setXRange(0, 10, padding=0)
    plot.line.setPen(pg.mkPen(GREEN, width=3))
    plot.line.setValue(2.0)
    plot.show()
    qtbot.wait(60)
    return plot


def colours(plot: KeptPlot, image: QImage) -> list[str]:
    """What is painted in the middle of the plot at 2, 4, 6 and 8 s."""
    area = plot.plotItem.vb.sceneBoundingRect()
    at = [plot.plotItem.vb.mapViewToScene(QPointF(t, 0.0)).x() for t in (2.0, 4.0, 6.0, 8.0)]
    return [image.pixelColor(round(x), round(area.center().y())).name() for x in at]


def screen(plot: KeptPlot, qtbot: QtBot) -> list[str]:
    """The same as it was painted on the screen."""
    qtbot.wait(40)
    place = plot.viewport().mapTo(plot.window(), plot.viewport().rect().topLeft())
    image = plot.window().screen().grabWindow(plot.window().winId()).toImage()
    return colours(plot, image.copy(place.x(), place.y(), plot.viewport().width(), plot.viewport().height()))


def test_the_line_moves_over_a_picture_that_is_kept(plot: KeptPlot, qtbot: QtBot) -> None:
    mark = pg.InfiniteLine(pos=8.0, angle=90, pen=pg.mkPen(RED, width=3))
    plot.addItem(mark)
    white = "#ffffff"
    assert screen(plot, qtbot) == [GREEN, white, white, RED]
    kept = plot._picture
    plot.line.setValue(4.0)
    assert screen(plot, qtbot) == [white, GREEN, white, RED]
    plot.line.setValue(6.0)
    assert screen(plot, qtbot) == [white, white, GREEN, RED]
    assert plot._picture is kept
    mark.setValue(2.0)
    assert screen(plot, qtbot) == [RED, white, GREEN, white]
    assert plot._picture is not kept


def test_what_changes_under_the_line_alone_is_said_by_who_changed_it(plot: KeptPlot, qtbot: QtBot) -> None:
    bar = pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[])
    plot.addItem(bar, ignoreBounds=True)
    plot.setYRange(0, 1, padding=0)
    screen(plot, qtbot)
    kept = plot._picture
    bar.setOpts(x0=[2.0], x1=[2.01], y0=[0.0], y1=[1.0], pen=None, brush=RED)
    plot.renew()
    screen(plot, qtbot)
    assert plot._picture is not None and plot._picture is not kept


def test_who_wants_a_picture_has_it_as_things_are(plot: KeptPlot, qtbot: QtBot) -> None:
    screen(plot, qtbot)
    plot.plot([0, 10], [0.0, 0.0], pen=pg.mkPen(RED, width=9))
    plot.setYRange(-1, 1, padding=0)
    plot.line.setValue(6.0)
    assert colours(plot, plot.grab().toImage()) == [RED, RED, GREEN, RED]


def test_a_line_that_is_pointed_at_looks_different(plot: KeptPlot, qtbot: QtBot) -> None:
    plot.line.setHoverPen(pg.mkPen(RED, width=4))
    screen(plot, qtbot)
    kept = plot._picture
    plot.line.setMouseHover(True)
    assert screen(plot, qtbot)[0] == RED
    assert plot._picture is kept


def test_out_of_the_stretch_shown_there_is_no_line(plot: KeptPlot, qtbot: QtBot) -> None:
    plot.line.setValue(12.0)
    image = plot.grab().toImage()
    found = {image.pixelColor(x, 60).name() for x in range(image.width())}
    assert GREEN not in found
