"""One frame of a film: what a widget shows, and below it a strip with the time, what happens, and what was filmed.

Rules: paints and measures, moves no time. Sizes are even, as H.264 wants them. The strip says scenario, seed and
version, so that whoever sees the film can make the run again.
"""

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from ui.theme import ThemeSwitch, font
from ui.words import clock

BESIDE = 14  # px


class Frames:
    """widget: what is filmed; with `size` it is given that size, less the strip, and never shown. stamp: what it is.

    without: what lies over it and is not to be seen.
    """

    def __init__(
        self,
        widget: QWidget,
        size: tuple[int, int] | None,
        theme: ThemeSwitch,
        stamp: str,
        without: QWidget | None = None,
    ) -> None:
        self._widget, self._theme, self._stamp, self._without = widget, theme, stamp, without
        small = QFontMetrics(font("small"))
        self._strip = round(QFontMetrics(font("body")).height() + small.height() + 14)
        if size is not None:
            widget.resize(size[0], max(1, _even(size[1]) - self._strip))
        wide, high = widget.width(), widget.height()
        self.size = _even(wide), _even(high + self._strip)
        self._image = QImage(QSize(*self.size), QImage.Format.Format_RGB888)

    def picture(self, t: float, says: str) -> np.ndarray:
        """This moment: height x width x 3 bytes. It is the same array each time."""
        theme, image = self._theme.current, self._image
        image.fill(theme.window)
        painter = QPainter(image)
        painter.drawPixmap(QPoint(0, 0), self._seen())
        strip = QRect(0, self._widget.height(), image.width(), image.height() - self._widget.height())
        painter.fillRect(strip, theme.window)
        painter.setPen(theme.line)
        painter.drawLine(strip.topLeft(), strip.topRight())
        self._write(painter, strip.adjusted(BESIDE, 5, -BESIDE, -5), clock(t, 0.001), says)
        painter.end()
        wide, high = self.size
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(high, image.bytesPerLine())
        return rows[:, : 3 * wide].reshape(high, wide, 3)

    def _seen(self) -> QPixmap:
        """The widget. What is hidden and shown between two frames of the screen never flickers."""
        over = self._without
        if over is None or over.isHidden():
            return self._widget.grab()
        over.hide()
        try:
            return self._widget.grab()
        finally:
            over.show()

    def _write(self, painter: QPainter, room: QRect, when: str, says: str) -> None:
        theme = self._theme.current
        strong, body, small = font("strong"), font("body"), font("small")
        metrics = QFontMetrics(strong)
        first = QRect(room.left(), room.top(), room.width(), metrics.height())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(strong)
        painter.setPen(theme.text)
        painter.drawText(first, left, when)
        time = metrics.horizontalAdvance("0" * len(when)) + BESIDE  # as wide whatever the digits: nothing shakes
        painter.setFont(body)
        text = QFontMetrics(body).elidedText(says, Qt.TextElideMode.ElideRight, first.width() - time)
        painter.drawText(first.adjusted(time, 0, 0, 0), left, text)
        second = QRect(room.left(), first.bottom() + 2, room.width(), QFontMetrics(small).height())
        painter.setFont(small)
        painter.setPen(theme.muted)
        stamp = QFontMetrics(small).elidedText(self._stamp, Qt.TextElideMode.ElideMiddle, second.width())
        painter.drawText(second, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, stamp)


def _even(side: int) -> int:
    return side + side % 2
