"""Writing a plot to a file: as a picture, as a drawing, or as a table.

Rules: all is made in memory and written in one go, so that a file is whole or not there. Raises CannotWriteError with
a sentence.
"""

import csv
import io
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from ui.plain import as_cell

FINE = 2  # pixels of a picture for each of the screen


class CannotWriteError(Exception):
    """The sentence says why."""


def png(widget: QWidget, path: Path) -> None:
    """A picture, twice as fine as the screen's."""
    pixmap = QPixmap(widget.size() * FINE)
    pixmap.setDevicePixelRatio(FINE)
    pixmap.fill(widget.palette().window().color())
    widget.render(pixmap)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    _put(path, bytes(buffer.data().data()))


def svg(widget: QWidget, path: Path, title: str) -> None:
    """A drawing."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(QRectF(widget.rect()))
    generator.setTitle(title)
    drawn = [item for plot in widget.findChildren(pg.PlotWidget) for item in plot.plotItem.items]
    points = [item for item in drawn if isinstance(item, pg.ScatterPlotItem)]
    for item in points:
        item.opts["useCache"] = False  # shapes, where the screen has pictures of them
    painter = QPainter(generator)
    painter.fillRect(widget.rect(), widget.palette().window())
    widget.render(painter, QPoint())
    painter.end()
    for item in points:
        item.opts["useCache"] = True
    _put(path, bytes(buffer.data().data()))


def table(head: list[str], rows: list[list[str]], path: Path) -> None:
    """Comma-separated values with a line of heads."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([as_cell(cell) for cell in row] for row in rows)
    _put(path, text.getvalue().encode())


def _put(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise CannotWriteError(f"{path.name} cannot be written: {fault.strerror}.") from fault
