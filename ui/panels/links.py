"""A text that leads somewhere: a flat button that looks like a link, reached by Tab, pressed by Enter.

Rules: it knows what it says and calls what it is given.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from ui.plain import as_entry, as_tip
from ui.theme import Theme, font


class LinkButton(QPushButton):
    """One line; what does not fit is cut and told by the tooltip."""

    def __init__(self, says: str, theme: Theme, do: Callable[[], None], tip: str = "") -> None:
        super().__init__(as_entry(says))
        self.setFlat(True)
        self.setFont(font("body"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setStyleSheet(
            f"QPushButton {{ background: transparent; border: 1px solid transparent; padding: 1px 2px; "
            f"text-align: left; color: {theme.accent_text.name()}; }}"
            f"QPushButton:hover {{ text-decoration: underline; }}"
            f"QPushButton:focus {{ border-color: {theme.accent.name()}; }}"
        )
        self.setToolTip(as_tip(tip or says))
        self.clicked.connect(lambda _=False: do())

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
