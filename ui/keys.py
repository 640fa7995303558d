"""Which keys stay with the widget that has the focus, instead of being shortcuts of the window.

Rules: a focused button or closed list takes Space, a list takes Home and End, what scrolls or counts the page keys;
text fields take what they can type by themselves (Qt's own rule). Everything else is the window's.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QWidget,
)

ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)
PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def keeps(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether `widget`, having the focus, understands this key itself."""
    if event.modifiers():
        return False
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Space:
        return isinstance(widget, QAbstractButton | QComboBox)
    if key in PAGES:
        return isinstance(widget, QAbstractScrollArea | QAbstractSlider | QAbstractSpinBox | QComboBox)
    return key in ENDS and isinstance(widget, QAbstractItemView)


def typed_into(widget: QWidget | None) -> bool:
    """Whether letters and Space go into this widget instead of being shortcuts."""
    return isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox)
