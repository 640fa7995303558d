"""Pictures of the window without what an audience has no use for: the map, or the map and the plots, with their time.

Rules: renders what is shown, moves nothing. Twice the pixels are twice the detail, not a blown-up picture.
"""

from enum import Enum

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from ui.canvas.scene import MapView


class Shot(Enum):
    """What is in the picture."""

    WINDOW = "Whole window"
    CLEAN = "Map and plots"
    MAP = "Map alone"


def picture(parts: list[QWidget], view: MapView, ground: QColor, ratio: float) -> QImage:
    """`parts` beside each other, as they are on screen. view: the map, in one of them.

    ratio: device pixels by logical ones.
    """
    wide = sum(part.width() for part in parts)
    high = max(part.height() for part in parts)
    image = QImage(QSize(round(wide * ratio), round(high * ratio)), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(ground)
    painter = QPainter(image)
    at = QPoint(0, 0)
    before, view.sharp = view.sharp, ratio
    try:
        for part in parts:
            part.render(painter, at)
            at += QPoint(part.width(), 0)
    finally:
        painter.end()
        view.sharp = before
    return image
