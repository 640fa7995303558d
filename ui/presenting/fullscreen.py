"""Presenting: the whole screen for the map, the time line and the line that says what happens; all else waits.

Rules: hides what is shown and brings exactly that back; moves nothing else. Escape leaves, when nobody else wants it.
"""

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer, Signal
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
        self._size: QSize | None = None  # of the window before; None: it is as it was
        self._again = QTimer(self, singleShot=True, interval=0)  # when all that is in the window has its size too
        self._again.setObjectName("full screen")
        self._again.timeout.connect(lambda: self._docks.restore(self._layout))
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
        self._layout, self._size = self._docks.state(), self._window.size()
        parts = [self._window.menuBar(), *self._parts, *self._window.findChildren(QToolBar)]
        self._hidden = [part for part in parts if not part.isHidden()]
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
        self._settle()
        self.changed.emit()

    def _settle(self) -> None:
        """The window is as large as before: so are the panels, which had been given shares of the whole screen."""
        if self._size is not None and self._window.size() == self._size:
            self._size = None
            self._again.start()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.on and event.type() == QEvent.Type.Resize and watched is self._window:
            self._settle()
        if not self.on or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        leaves = event.key() == Qt.Key.Key_Escape and not event.modifiers()
        if leaves:
            self.leave()
        return leaves
