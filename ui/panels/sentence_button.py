"""A sentence as a button that wraps: a remedy, with the sign of a fork, or a choice.

Rules: behaves as a button does, with the mouse and with the keyboard; says what it does in its tooltip.
"""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.panels.details_text import unbroken
from ui.theme import Theme, font

PAD, ARROW = 8, 18  # px


class SentenceButton(QAbstractButton):
    """One sentence, as many lines as it takes. forks: it leads into another future."""

    def __init__(self, sentence: str, theme: Theme, forks: bool = False) -> None:
        super().__init__()
        self._theme, self._forks = theme, forks
        self.setText(unbroken(sentence))
        self.setShortcut(QKeySequence())  # an & in it is no key
        self.setFont(font("body"))
        self.setAccessibleName(sentence)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _aside(self) -> int:
        """Room for the sign."""
        return ARROW if self._forks else 0

    def _box(self, width: int) -> QRect:
        room = QRect(0, PAD, max(60, width - self._aside() - 2 * PAD), 10_000)
        return QFontMetrics(self.font()).boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text())

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(300, self._box(self.width()).height() + 2 * PAD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self._box(self.width()).height() + 2 * PAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.isEnabled() and (self.underMouse() or self.hasFocus())
        painter.setPen(QPen(theme.accent if active else theme.outline, 1))
        painter.setBrush(theme.accent_soft if self.isDown() else theme.hover if active else theme.field)
        painter.drawRoundedRect(self.rect().adjusted(0, 1, -1, -2), 7, 7)
        painter.setFont(self.font())
        painter.setPen(theme.accent_text if self.isEnabled() else theme.faint)
        middle, x = PAD + QFontMetrics(self.font()).height() / 2, PAD + 2.0
        painter.setPen(QPen(theme.accent_text if self.isEnabled() else theme.faint, 1.8))
        for up in (-5.0, 5.0) if self._forks else ():  # a way that parts into two
            painter.drawPolyline([QPointF(x, middle), QPointF(x + 4, middle), QPointF(x + 12, middle + up)])
        painter.setPen(theme.text if self.isEnabled() else theme.faint)
        room = self.rect().adjusted(self._aside() + PAD, PAD, -PAD, 0)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap), self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
