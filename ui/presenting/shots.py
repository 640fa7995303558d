"""Pictures of the window without what an audience has no use for: the map, or the map and the plots; the map as SVG.

Rules: renders what is shown, moves nothing. Twice the pixels are twice the detail, not a blown-up picture.
"""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QFile, QIODevice, QPoint, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from p4lab.core.events import Moved
from ui.canvas import vector
from ui.canvas.scene import MapView
from ui.theme import Theme


class Shot(Enum):
    """What is in the picture."""

    WINDOW = "Whole window"
    CLEAN = "Map and plots"
    MAP = "Map alone"
    DRAWING = "Map as a drawing"


def picture(parts: list[tuple[QWidget, QColor]], view: MapView, ratio: float) -> QImage:
    """Parts beside each other, as they are on screen, each on its ground. view: the map, in one of them.

    ratio: device pixels by logical ones.
    """
    wide = sum(part.width() for part, _ in parts)
    high = max(part.height() for part, _ in parts)
    image = QImage(QSize(round(wide * ratio), round(high * ratio)), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    left = 0
    before, view.sharp = view.sharp, ratio
    try:
        for part, ground in parts:
            painter.fillRect(left, 0, part.width(), high, ground)
            part.render(painter, QPoint(left, (high - part.height()) // 2))
            left += part.width()
    finally:
        painter.end()
        view.sharp = before
    return image


def drawing(path: Path, view: MapView, theme: Theme, went: Sequence[Moved], title: str) -> bool:
    """The map as SVG, which can be enlarged without end and taken apart. False: it cannot be written."""
    file = QFile(str(path))  # the generator would only warn of a file that it cannot open
    if view.moment is None or not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return False
    svg = QSvgGenerator()
    svg.setOutputDevice(file)
    svg.setSize(view.size())
    svg.setViewBox(view.rect())
    svg.setResolution(view.logicalDpiX())  # or text would have another size than on the screen
    svg.setTitle(title)
    painter = QPainter(svg)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        vector.paint(painter, theme, view.plan, view.moment, view.camera, view.glyph_radii(), went)
    finally:
        painter.end()
        file.close()
    return True
