"""A label that shortens its text with a dot-dot-dot where there is no room, instead of asking for more.

Rules: one line, plain text; the whole text is its tooltip and what a screen reader reads.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plain import PlainLabel, as_tip, seen


class ElidedLabel(PlainLabel):
    """least: the width that it keeps in any case, in pixels."""

    def __init__(self, least: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._least = least
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        """Another text, with its tooltip."""
        if seen(text) != self.text():
            self.setText(text)
            self.setToolTip(as_tip(text))
            self.setAccessibleName(text)

    # Qt

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self.text()) + margins.left() + margins.right() + 2
        return QSize(width, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self.contentsRect()
        painter.setPen(self.palette().windowText().color())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
