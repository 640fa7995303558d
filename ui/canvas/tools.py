"""The hand on the map: drags providers and houses, pans, zooms and clicks.

Rules: turns events of Qt into calls of the map; draws nothing and keeps nothing but the drag under way. Middle button,
Shift and left, right button or left on empty space pan; the wheel zooms where the pointer is.
"""

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.canvas.camera import Camera

PER_NOTCH = 1.2  # zoom of one step of a wheel, 120 units of Qt
SNAP = 0.025  # of the box; only with Ctrl held, so that the free hand is the usual one


class Stage(Protocol):
    """What the hand needs of the map."""

    camera: Camera

    def grasp(self, x: float, y: float) -> tuple[int, float, float] | None: ...
    def look_from(self, camera: Camera) -> None: ...
    def carry(self, node: int, x: float, y: float) -> None: ...
    def drop(self, node: int) -> None: ...
    def click(self, x: float, y: float, also: bool) -> None: ...
    def set_grip(self, grip: Qt.CursorShape | None) -> None: ...


class Hand:
    """One drag at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._node: int | None = None
        self._pans = False
        self._moved = False
        self._button = Qt.MouseButton.NoButton
        self._held = (0.0, 0.0)  # from the pointer to the middle of what is dragged

    @property
    def dragging(self) -> bool:
        return self._moved

    def press(self, event: QMouseEvent) -> None:
        """Take hold of a provider, of an organisation, or of the paper."""
        if self._pressed is not None:
            return
        at, button = event.position(), event.button()
        found = self._stage.grasp(at.x(), at.y())
        left = button == Qt.MouseButton.LeftButton
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._node = None
        if found is not None and left and not shifted:
            self._node, x, y = found
            self._held = (x - at.x(), y - at.y())
        self._pans = self._node is None
        self._pressed, self._last, self._moved, self._button = at, at, False, button

    def move(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        if self._pressed is None:
            return
        at = event.position()
        if not self._moved and (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
            return
        self._moved = True
        if self._pans:
            self._stage.set_grip(Qt.CursorShape.ClosedHandCursor)
            self._stage.look_from(self._stage.camera.panned(at.x() - self._last.x(), at.y() - self._last.y()))
        elif self._node is not None:
            self._stage.set_grip(Qt.CursorShape.ClosedHandCursor)
            x, y = self._stage.camera.to_box(at.x() + self._held[0], at.y() + self._held[1])
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                x, y = round(x / SNAP) * SNAP, round(y / SNAP) * SNAP
            self._stage.carry(self._node, min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))
        self._last = at

    def release(self, event: QMouseEvent) -> bool:
        """Let go. True: something was dragged, so this was no click."""
        if self._pressed is None or event.button() != self._button:
            return False
        moved, node, at = self._moved, self._node, event.position()
        self._pressed, self._node, self._pans, self._moved = None, None, False, False
        self._stage.set_grip(None)
        if moved and node is not None:
            self._stage.drop(node)
        elif not moved and event.button() == Qt.MouseButton.LeftButton:
            self._stage.click(at.x(), at.y(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        return moved

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        turned = event.angleDelta().y() or event.pixelDelta().y() * 2
        at = event.position()
        self._stage.look_from(self._stage.camera.zoomed(PER_NOTCH ** (turned / 120), at.x(), at.y()))
