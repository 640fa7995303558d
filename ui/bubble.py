"""A few words beside the pointer, inside the widget that they are about: at once, where a tooltip would take its time.

Rules: says what it is told; takes no mouse and no keys.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from ui.theme import Theme, font


class Bubble(QLabel):
    """A few words beside the pointer, inside its plot."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plot = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.hide()

    def say(self, html: str, place: QPointF) -> None:
        """Show this above a place of the parent, or below where there is no room: what is told of stays in sight."""
        self.setText(html)
        self.adjustSize()
        room = self._plot.rect()
        x = int(place.x()) + 14
        if x + self.width() > room.right():
            x = int(place.x()) - 14 - self.width()
        y = int(place.y()) - 12 - self.height()
        if y < 0:
            y = min(int(place.y()) + 18, room.height() - self.height())
        self.move(max(0, x), max(0, y))
        self.show()
        self.raise_()

    def restyle(self, theme: Theme) -> None:
        """Take on a theme."""
        self.setFont(font("small"))
        self.setStyleSheet(
            f"color: {theme.text.name()}; background: {theme.field.name()}; border: 1px solid {theme.outline.name()};"
            " border-radius: 5px; padding: 3px 6px;"
        )
