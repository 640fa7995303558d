"""A plot that is kept as a picture, above which one line moves: the playhead, which does so all the time.

Rules: knows no data. The picture is made anew whenever anything else in the plot has changed, and for whoever draws the
plot elsewhere; where only the line has moved it is copied, in the strip that the line has left and the one it is in.
"""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QPaintEngine, QPainter, QPaintEvent, QPixmap, QRegion

BESIDE = 5.0  # px on each side of the line: pyqtgraph says that it takes three


class Line(pg.InfiniteLine):
    """The line that moves: a thing to point at and to drag, which `KeptPlot` draws."""

    looksChanged = Signal()

    def __init__(self) -> None:
        super().__init__(angle=90, movable=True)
        self.setFlag(self.GraphicsItemFlag.ItemHasNoContents)

    # pyqtgraph

    def setMouseHover(self, hover: bool) -> None:
        super().setMouseHover(hover)
        self.looksChanged.emit()


class KeptPlot(pg.PlotWidget):
    """line: at a time, as tall as the plot, above everything else."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(viewBox=view)
        self.line = Line()
        self._picture: QPixmap | None = None
        self._strips = QRegion()  # where the line was when it was painted, and everywhere that it has been since
        self.addItem(self.line, ignoreBounds=True)
        # What has to be painted is decided here, and not by Qt, for which the line is an item like any other.
        self.setViewportUpdateMode(self.ViewportUpdateMode.NoViewportUpdate)
        self.scene().changed.connect(self._changed)
        self.line.sigPositionChanged.connect(self._moved)
        self.line.looksChanged.connect(self._moved)

    def renew(self) -> None:
        """Something else than the line has changed."""
        self._picture = None
        self.viewport().update()

    def _moved(self) -> None:
        self._strips += self._strip()
        self.viewport().update(self._strips)

    def _changed(self, places: Sequence[QRectF]) -> None:
        """Something in the scene: if it is the line alone, it lies in its strips."""
        seen = [place.toAlignedRect() & self.viewport().rect() for place in places]
        if any(not QRegion(place).subtracted(self._strips).isEmpty() for place in seen):
            self.scene().prepareForPaint()  # or it would do more while it is painted, and be painted twice
            self.renew()

    def _strip(self) -> QRect:
        """Where the line is, from top to bottom: Qt rounds as it likes."""
        return QRect(round(self._x() - BESIDE), 0, round(2 * BESIDE), self.viewport().height())

    def _x(self) -> float:
        return float(self.plotItem.vb.mapViewToScene(QPointF(self.line.value(), 0.0)).x())

    def _fresh(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.viewport().size() * ratio)
        picture.setDevicePixelRatio(ratio)
        with QPainter(picture) as painter:
            self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())
        return picture

    def _draw_line(self, painter: QPainter) -> None:
        x, area = self._x(), self.plotItem.vb.sceneBoundingRect()
        if self.line.isVisible() and area.left() <= x <= area.right():
            painter.setPen(self.line.currentPen)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            engine, places = painter.paintEngine(), event.region()
            if engine.type() is not QPaintEngine.Type.Raster:  # a drawing stays one
                self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())
            else:
                ratio = engine.paintDevice().devicePixelRatio()
                more = not places.subtracted(self._strips).isEmpty()  # or somebody wants a picture now
                if more or self._picture is None or self._picture.devicePixelRatio() != ratio:
                    self._picture = self._fresh(ratio)
                painter.drawPixmap(0, 0, self._picture)  # no more of it than the event wants
            self._draw_line(painter)
        self._strips = QRegion(self._strip())
