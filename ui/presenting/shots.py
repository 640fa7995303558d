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
