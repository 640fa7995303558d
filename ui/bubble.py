"""A few words beside the pointer, inside the widget that they are about: at once, where a tooltip would take its time.

Rules: says what it is told, as it is written: names and keys come from others. Takes no mouse and no keys.
"""

import html
from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from ui.plain import seen
from ui.theme import Theme, font


class Bubble(QLabel):
    """A few words beside the pointer, inside its plot."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plot = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.hide()

    def say(self, lines: Sequence[str], place: QPointF) -> None:
        """Show these, the first as a head.

        They stand above a place of the parent, or below where there is no room: what is told of stays in sight.
        """
        head, *others = (html.escape(seen(line)) for line in lines)
        self.setText("<br>".join((f"<b>{head}</b>", *others)))
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
