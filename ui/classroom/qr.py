"""The join code as a QR code, painted by us from the squares that segno works out.

Rules: dark on light in every theme, with the quiet zone around it that scanners need (ISO/IEC 18004: four squares).
"""

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import DARK, LIGHT

QUIET = 4  # squares


class QrCode(QWidget):
    """side: px it would like to have; it takes more where there is room and `grows`."""

    def __init__(self, side: int, grows: bool = False) -> None:
        super().__init__()
        self._side, self._text = side, ""
        self._rows: list[bytes] = []
        policy = QSizePolicy.Policy.Expanding if grows else QSizePolicy.Policy.Fixed
        self.setSizePolicy(policy, policy)
        self.setAccessibleName("No code")

    def show_text(self, text: str) -> None:
        """What whoever scans it reads; empty: nothing."""
        if text == self._text:
            return
        self._text = text
        self._rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix] if text else []
        self.setAccessibleName(f"QR code of {text}" if text else "No code")
        self.update()

    def resize_to(self, side: int) -> None:
        """Another size that it would like to have."""
        self._side = side
        self.updateGeometry()

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        squares = len(self._rows) + 2 * QUIET
        square = max(1, min(self.width(), self.height()) // squares)  # whole pixels: a scanner sees no seams
        side = square * squares
        left, top = (self.width() - side) / 2, (self.height() - side) / 2
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(LIGHT.window)
        painter.drawRect(QRectF(left, top, side, side))
        painter.setBrush(DARK.window)
        for y, row in enumerate(self._rows, QUIET):
            for x, dark in enumerate(row, QUIET):
                if dark:
                    painter.drawRect(QRectF(left + x * square, top + y * square, square, square))
        painter.end()
