"""A small slip to write a few words on: a note on the time line, the name of a branch.

Rules: it appears where it is needed and goes with Return, Escape or a click elsewhere; only Escape gives up what was
written. Who opens it says what becomes of the words.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui.plain import as_tip
from ui.theme import ThemeSwitch

Done = Callable[[str, str], object]


class Slip(QFrame):
    """Closed until `write`."""

    def __init__(self, theme: ThemeSwitch, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("slip")
        self._bar = parent
        self._home: QWidget = parent  # where the focus was
        self._theme = theme
        self._done: Done | None = None
        self._remove: Callable[[], object] = lambda: None
        self._colour = ""
        self._dots: dict[str, Dot] = {}
        self.field = QLineEdit()
        self.field.returnPressed.connect(self.close_up)
        self._away = QPushButton("Remove")
        self._away.setProperty("role", "flat")
        self._away.clicked.connect(self._take_away)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 6, 8, 6)
        self._row.addWidget(self.field, 1)
        self._row.addWidget(self._away)
        application = QApplication.instance()
        assert isinstance(application, QApplication), "there are no widgets without"
        application.focusChanged.connect(self._follow)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def write(
        self, at: QPoint, label: str, text: str, done: Done, colours: Sequence[str] = (), colour: str = "",
        remove: Callable[[], object] | None = None,
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
        window = self._bar.window()
        self._home = QApplication.focusWidget() or self._bar
        self.setParent(window)  # above all that lies there
        place = window.mapFromGlobal(at)
        x = min(max(place.x() - 20, 8), window.width() - self.width() - 8)
        self.move(x, max(8, place.y() - self.height() - 6))
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def close_up(self) -> None:
        """Away with it; time can be let run again."""
        self._home.setFocus()
        self.hide()

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
        self.close_up()
        self._remove()

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        """Whoever goes on elsewhere has written what there was to write."""
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self.hide()

    def _dress(self) -> None:
        theme = self._theme.current
        self.setStyleSheet(
            f"QFrame#slip {{ background: {theme.window.name()}; border: 1px solid {theme.outline.name()};"
            " border-radius: 9px; }"
        )

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._done = None
            self.close_up()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # the field has had them
            super().keyPressEvent(event)

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
        self.setToolTip(as_tip(self.accessibleName()))
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
