"""A small slip to write a few words on: a note on the time line, the name of a branch.

Rules: it appears where it is needed and goes with Return, Escape or a click elsewhere; only Escape gives up what was
written. Who opens it says what becomes of the words.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui.theme import ThemeSwitch

Done = Callable[[str, str], None]


class Slip(QFrame):
    """Closed until `write`."""

    def __init__(self, theme: ThemeSwitch, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("slip")
        self._theme = theme
        self._done: Done | None = None
        self._remove: Callable[[], None] = lambda: None
        self._colour = ""
        self._dots: dict[str, Dot] = {}
        self.field = QLineEdit()
        self.field.returnPressed.connect(self.close)
        self._away = QPushButton("Remove")
        self._away.setProperty("role", "flat")
        self._away.clicked.connect(self._take_away)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 6, 8, 6)
        self._row.addWidget(self.field, 1)
        self._row.addWidget(self._away)

    def write(
        self, at: QPoint, label: str, text: str, done: Done, colours: Sequence[str] = (), colour: str = "",
        remove: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """Appear above `at`, a point of the screen. done: is told the words and the colour."""
        self._done, self._colour = done, colour
        self._away.setVisible(remove is not None)
        self._remove = remove or (lambda: None)
        self.field.setText(text)
        self.field.setPlaceholderText(label)
        self.field.setAccessibleName(label)
        self._mix(colours)
        self.field.setMinimumWidth(round(200 * self._theme.scale))
        self.adjustSize()
        screen = QApplication.screenAt(at) or QApplication.primaryScreen()
        room = screen.availableGeometry()
        x = min(max(at.x() - 20, room.left()), room.right() - self.width())
        y = at.y() - self.height() - 6
        self.move(x, y if y >= room.top() else at.y() + 12)
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def pick(self, colour: str) -> None:
        """Another colour."""
        self._colour = colour
        for word, dot in self._dots.items():
            dot.setChecked(word == colour)

    def _mix(self, colours: Sequence[str]) -> None:
        for dot in self._dots.values():
            dot.deleteLater()
        self._dots = {}
        for place, word in enumerate(colours):
            dot = self._dots[word] = Dot(word, self._theme.current.mark(word), self._theme)
            dot.clicked.connect(partial(self.pick, word))
            self._row.insertWidget(1 + place, dot)
        self.pick(self._colour)

    def _take_away(self) -> None:
        self._done = None
        self.close()
        self._remove()

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._done = None
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_Escape:
            self.close()

    def hideEvent(self, event: QHideEvent) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(self.field.text(), self._colour)


class Dot(QAbstractButton):
    """A colour to choose."""

    def __init__(self, word: str, colour: QColor, theme: ThemeSwitch) -> None:
        super().__init__()
        self._colour, self._theme = colour, theme
        self.setCheckable(True)
        self.setAccessibleName(word or "usual colour")
        self.setToolTip(self.accessibleName())
        self.setFixedSize(self.sizeHint())

    # Qt

    def sizeHint(self) -> QSize:
        side = round(20 * self._theme.scale)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, inset = self._theme.current, 4 * self._theme.scale
        if self.isChecked() or self.hasFocus():
            painter.setPen(QPen(theme.text if self.isChecked() else theme.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.rect().adjusted(1, 1, -2, -2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(self.rect().toRectF().adjusted(inset, inset, -inset, -inset))
        painter.end()
