"""Everything by keyboard and by ear: whatever can be worked in the window has a name, and Tab or a key leads there.

A panel that fails here: give the widget `setAccessibleName("...")` (or a text, or a label with `setBuddy`), and a focus
policy with Tab in it; a widget that only a mouse needs is named in MOUSE_ONLY with its reason.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from tests.ui.desk import Desk
from ui.docks import DOCKS

WORKED = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTextEdit,
)  # fmt: skip
PARTS = (QScrollBar, QHeaderView)  # of something that is reached itself
MOUSE_ONLY: dict[str, str] = {  # accessible name or class: why no key is needed
    "QTabBar": "each tab has a key of its own in the menu View",
}


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


def path_of(widget: QWidget) -> str:
    """Where it is, for whoever has to mend it: "Transport > QSlider"."""
    names = []
    at: QWidget | None = widget
    while at is not None and not at.isWindow():
        name = type(at).__name__
        if name not in ("QWidget", "QStackedWidget", "QMainWindow", "QFrame") and not at.objectName().startswith("qt_"):
            names.append(name + (f"[{at.objectName()}]" if at.objectName() else ""))
        at = at.parentWidget()
    return " > ".join(reversed(names))


def worked(window: QWidget) -> list[QWidget]:
    """The widgets in sight that a person works, and those that take the keyboard."""
    found = []
    for widget in window.findChildren(QWidget):
        above = widget.parentWidget()
        inner = isinstance(above, QAbstractSpinBox | QComboBox) or widget.objectName().startswith("qt_")
        inner = inner or (isinstance(above, QAbstractScrollArea) and widget is above.viewport())
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if not widget.isVisible() or inner or isinstance(widget, PARTS) or isinstance(above, PARTS):
            continue
        if isinstance(widget, WORKED) or takes:
            found.append(widget)
    return found


def name_of(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or (face.text(QAccessible.Text.Name) if face is not None else "")


def leads_to(window: QWidget) -> set[QWidget]:
    """Where Tab comes, once round, with the widgets that are stood for (focus proxies)."""
    found: set[QWidget] = set()
    at = window.nextInFocusChain()
    while at is not None and at is not window:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isEnabled() and at.isVisible():
            found.add(at)
            proxy = at.focusProxy()
            if proxy is not None:
                found.add(proxy)
        at = at.nextInFocusChain()
    return found


def faults(desk: Desk) -> set[str]:
    """What nobody could reach or name in the window as it is now, in sentences."""
    window = desk.window
    actions = {name for row in window.acts.rows for name in (row.label, row.says, row.label.removesuffix("…"))}
    said, reached = set(), leads_to(window)
    for widget in worked(window):
        name = name_of(widget)
        if type(widget).__name__ in MOUSE_ONLY or name in MOUSE_ONLY:
            continue
        if not name.strip():
            said.add(f"{path_of(widget)} has no accessible name")
        if widget.isEnabled() and widget not in reached and name not in actions:
            said.add(f"{path_of(widget)} “{name}” is not reached by Tab, and is no action with a key")
    return said


def test_everything_in_the_window_has_a_name_and_is_reached(desk: Desk) -> None:
    found = faults(desk)
    desk.open()
    desk.seek(6.0)
    desk.window._focus.choose((1,))
    for dock in DOCKS:
        desk.window.docks.show(dock.id)
        desk.window.grab()
        found |= faults(desk)
    assert not found, "\n".join(["", *sorted(found)])


def test_whoever_has_the_keyboard_is_seen_to_have_it(desk: Desk) -> None:
    desk.open()
    desk.seek(6.0)
    desk.window._focus.choose((1,))
    desk.window.docks.show("log")
    desk.window.activateWindow()
    desk.window.grab()
    same = []
    for widget in leads_to(desk.window):
        if widget.visibleRegion().isEmpty():
            continue
        desk.window.setFocus()
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.hasFocus() and widget.grab().toImage() == before:
            same.append(f"{path_of(widget)} “{name_of(widget)}” looks the same with the keyboard as without")
    assert not same, "\n".join(["", *sorted(same)])
