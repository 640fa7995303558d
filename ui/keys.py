"""Which keys stay with the widget that has the focus, instead of being shortcuts of the window.

Rules: a focused button or closed list takes Space, a list takes Home and End; text fields take what they can type by
themselves (Qt's own rule). Everything else is the window's.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox

ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)


class KeyGuard(QObject):
    """Listens to the whole application while the window is open."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        application.installEventFilter(self)

    def close(self) -> None:
        """Listen no more."""
        self._application.removeEventFilter(self)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not event.modifiers():
            key = Qt.Key(event.key())
            if (key == Qt.Key.Key_Space and isinstance(watched, QAbstractButton | QComboBox)) or (
                key in ENDS and isinstance(watched, QAbstractItemView)
            ):
                event.accept()
        return False
