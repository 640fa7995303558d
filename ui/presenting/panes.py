"""The panes of the window in the order of the eye, and the way from one to the next by key.

Rules: finds what is in sight when it is asked; the keyboard goes to the first widget of a pane that takes it, or to the
one that had it there last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QToolBar, QWidget

TAKES = Qt.FocusPolicy.TabFocus


@dataclass(frozen=True)
class Pane:
    """name: what is said when one comes there."""

    name: str
    widget: QWidget


class Panes:
    """Of `window`. fixed: the panes that are always there, by name; docks and toolbars are found."""

    def __init__(self, window: QWidget, fixed: Sequence[tuple[str, QWidget]], say: Callable[[str], None]) -> None:
        self._window, self._fixed, self._say = window, fixed, say
        self._last: dict[QWidget, QWidget] = {}

    def all(self) -> list[Pane]:
        """Those in sight that take the keyboard, from the top left to the bottom right."""
        found = [Pane(name, widget) for name, widget in self._fixed]
        found += [Pane(dock.windowTitle(), dock) for dock in self._window.findChildren(QDockWidget)]
        found += [Pane(bar.windowTitle() or "Tools", bar) for bar in self._window.findChildren(QToolBar)]
        seen = [pane for pane in found if _in_sight(pane.widget) and _first(pane.widget) is not None]
        return sorted(seen, key=lambda pane: self._place(pane.widget))

    def go(self, direction: int) -> None:
        """To the next pane (1), or the one before (-1)."""
        panes = self.all()
        if not panes:
            return
        now = QApplication.focusWidget()
        at = next((i for i, pane in enumerate(panes) if now is not None and _holds(pane.widget, now)), None)
        if at is not None and now is not None:
            self._last[panes[at].widget] = now
        pane = panes[0 if at is None else (at + direction) % len(panes)]
        last = self._last.get(pane.widget)
        target = last if last is not None and last.isVisible() and _holds(pane.widget, last) else _first(pane.widget)
        if target is not None:
            target.window().activateWindow()
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self._say(f"{pane.name}.")

    def _place(self, widget: QWidget) -> tuple[int, int]:
        at = widget.mapToGlobal(QPoint(0, 0)) - self._window.mapToGlobal(QPoint(0, 0))
        return at.x() // 40, at.y()  # columns first: what lies below the map is come to before what lies beside it


def _in_sight(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return widget is pane or pane.isAncestorOf(widget)


def _first(pane: QWidget) -> QWidget | None:
    """The first widget in it that Tab reaches, in the order of Tab."""
    if pane.focusPolicy() & TAKES and pane.isEnabled():
        return pane
    widget = pane.nextInFocusChain()
    first: QWidget | None = None
    while widget is not None and widget is not pane:
        if pane.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & TAKES:
            first = widget
            break
        widget = widget.nextInFocusChain()
    return first
