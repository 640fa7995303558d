"""Presenting: the whole screen for the map, the time line and the line that says what happens; all else waits.

Rules: hides what is shown and brings exactly that back; moves nothing else. Escape leaves, when nobody else wants it.
"""

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QWidget

from ui.docks import Docks
from ui.status import Status


class FullScreen(QObject):
    """parts: of the window, that an audience has no use for. on: whether somebody presents."""

    changed = Signal()

    def __init__(self, window: QMainWindow, docks: Docks, parts: list[QWidget], caption: Status, view: QWidget) -> None:
        super().__init__(window)
        self.on = False
        self._window, self._docks, self._parts, self._caption, self._view = window, docks, parts, caption, view
        self._hidden: list[QWidget] = []
        self._layout = QByteArray()
        self._before = Qt.WindowState.WindowNoState
        window.installEventFilter(self)
        view.installEventFilter(self)

    def toggle(self) -> None:
        """Begin, or leave."""
        (self.leave if self.on else self.enter)()

    def enter(self) -> None:
        """Only the map, the transport and the caption, on the whole screen."""
        if self.on:
            return
        self.on = True
        self._before = self._window.windowState()
        self._layout = self._docks.state()
        parts = [self._window.menuBar(), *self._parts, *self._window.findChildren(QToolBar)]
        self._hidden = [part for part in parts if part.isVisibleTo(self._window)]
        for part in (*self._window.findChildren(QDockWidget), *self._hidden):
            part.hide()
        self._caption.set_large(True)
        self._window.showFullScreen()
        self._view.setFocus()
        self.changed.emit()

    def leave(self) -> None:
        """As it was before."""
        if not self.on:
            return
        self.on = False
        self._window.setWindowState(self._before)
        for part in self._hidden:
            part.show()
        self._docks.restore(self._layout)
        self._caption.set_large(False)
        self.changed.emit()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.on or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        leaves = event.key() == Qt.Key.Key_Escape and not event.modifiers()
        if leaves:
            self.leave()
        return leaves
