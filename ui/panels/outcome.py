"""What became of the last put or get given by hand, in a line below the fields, or beside the last of them.

Rules: one line; what does not fit is cut and stands whole in its tooltip. A click asks for the details.
"""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui.plain import as_tip
from ui.story import Tone
from ui.theme import ThemeSwitch, font

LEAST = 26  # letters of an answer that are worth a place beside the fields: "v3 in 38 ms, 2 behind"
WAITING = "the answer will stand here"


class Outcome(QAbstractButton):
    """shown: another sentence."""

    shown = Signal(str)

    def __init__(self, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = Tone.PLAIN
        self._idle = WAITING
        self.setAccessibleName("No answer yet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def idle(self, text: str) -> None:
        """What stands there while there is no answer."""
        self._idle = text
        self.update()

    def say(self, text: str, tone: Tone) -> None:
        """Another sentence."""
        if (text, tone) != (self.text(), self._tone):
            self._tone = tone
            self.setText(text)
            self.setShortcut(QKeySequence())  # an & in it is no key
            self.setToolTip(as_tip(text))
            self.setAccessibleName(text or "No answer yet")
            self.setCursor(Qt.CursorShape.PointingHandCursor if text else Qt.CursorShape.ArrowCursor)
            self.update()
            self.shown.emit(text)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(220, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST * self.fontMetrics().averageCharWidth(), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, shown = self._theme.current, self.text()
        inks = {Tone.GOOD: theme.good, Tone.STALE: theme.stale_text, Tone.WAITING: theme.muted}
        painter = QPainter(self)
        painter.setPen(inks.get(self._tone, theme.text) if shown else theme.faint)
        face = font("body")
        face.setUnderline(self.hasFocus() or (bool(shown) and self.underMouse()))
        painter.setFont(face)
        text = painter.fontMetrics().elidedText(shown or self._idle, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
