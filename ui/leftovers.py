"""What windows that ended without a word had not saved, offered on the welcome page.

Rules: offers; the document recovers and discards. Hidden while there is nothing.
"""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.document import Document
from ui.plain import as_tip, plain_label
from ui.recovery import Left


class Leftovers(QFrame):
    """A line for each, with what can be done about it."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "offer")
        self.setAccessibleName("Not saved")
        self._document = document
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(16, 8, 8, 8)
        document.recovery.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        left = self._document.recovery.left
        for each in left:
            self._lines.addWidget(self._line(each))
        self.setVisible(bool(left))

    def _line(self, left: Left) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        says = plain_label(lost(left))
        says.setWordWrap(True)
        says.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if left.path is not None:
            says.setToolTip(as_tip(str(left.path)))
        row.addWidget(says, 1)
        for text, role, do, tip in (
            ("Recover", "primary", self._recover, "Open it as it was"),
            ("Discard", "flat", self._discard, "Throw what was not saved away"),
        ):
            button = QPushButton(text)
            button.setAccessibleName(f"{text} {left.title}")
            button.setToolTip(as_tip(tip))
            button.setProperty("role", role)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(do, left))
            row.addWidget(button)
        return line

    def _recover(self, left: Left, _checked: bool = False) -> None:
        self._document.recover(left)

    def _discard(self, left: Left, _checked: bool = False) -> None:
        self._document.recovery.discard(left)


def lost(left: Left) -> str:
    """The sentence about it."""
    return f"“{left.title}” was not saved when P4 Lab last ended."
