"""Small pictures of what is painted many times a frame: rings where answers arrive, arcs of copies that expire.

Rules: of one theme and one device pixel ratio; each is painted once, when it is first asked for. An arc costs four
times its picture, and a thousand providers have a thousand of them.
"""

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

KEPT = 4096  # pictures: some 10 MB of those of dots

Paint = Callable[[QPainter], None]


class Stamps:
    """Ask with a key that says all that the picture depends on."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._kept: dict[Hashable, tuple[QPixmap, float]] = {}

    def put(self, painter: QPainter, key: Hashable, x: float, y: float, half: float, paint: Paint) -> None:
        """The picture with this key around a point. half: how far it reaches; paint: paints it around 0, 0."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = self._made(half, paint)
        painter.drawPixmap(QPointF(x - found[1], y - found[1]), found[0])

    def _made(self, half: float, paint: Paint) -> tuple[QPixmap, float]:
        side = 2 * int(half * self._ratio + 1)
        picture = QPixmap(QSize(side, side))
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(Qt.GlobalColor.transparent)
        middle = side / 2 / self._ratio
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(middle, middle)
        paint(painter)
        painter.end()
        return picture, middle
