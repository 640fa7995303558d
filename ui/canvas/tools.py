"""The hand on the map: which button and which key begin which drag, and what is only a click.

Rules: turns events of Qt into drags and clicks; draws nothing and keeps nothing but the drag under way. Middle or right
button, or Shift and left, pan everywhere. On empty space the left button pans in the mode RUN, with Ctrl it zooms to a
frame; in the mode EDIT it draws a frame and chooses what is in it, with Ctrl beside the others. The wheel zooms where
the pointer is.
"""

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.canvas import drags
from ui.canvas.drags import LOCKED, Drag, Frame, Keys
from ui.canvas.drawing import Drawing
from ui.toolbox import PROVIDER, Toolbox

PER_NOTCH = 1.2  # zoom of one step of a wheel, 120 units of Qt


class Stage(drags.Stage, Protocol):
    """What the hand needs of the map."""

    def grasp(self, x: float, y: float) -> tuple[int, float, float] | None: ...
    def chosen_with(self, node: int) -> tuple[int, ...]: ...
    def click(self, x: float, y: float, also: bool) -> None: ...


class Hand:
    """One drag at a time."""

    def __init__(self, stage: Stage, tools: Toolbox, drawing: Drawing) -> None:
        self._stage, self._tools, self._drawing = stage, tools, drawing
        self._pressed: QPointF | None = None
        self._keys = Keys.NoModifier
        self._button = Qt.MouseButton.NoButton
        self._drag: Drag | None = None

    @property
    def dragging(self) -> bool:
        return self._drag is not None

    def press(self, event: QMouseEvent) -> None:
        """A button goes down: a click, or a drag as soon as the pointer moves."""
        if self._pressed is None:
            self._pressed, self._keys, self._button = event.position(), event.modifiers(), event.button()

    def move(self, event: QMouseEvent) -> None:
        """Begin the drag, or go on with it."""
        at = event.position()
        if self._pressed is None:
            self._drawing.hover(at.x(), at.y())
            return
        if self._drag is None:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._drag = self._begin(self._pressed)
        self._drag.move(at, event.modifiers())

    def release(self, event: QMouseEvent) -> bool:
        """Let go. True: something was dragged, so this was no click."""
        if self._pressed is None or event.button() != self._button:
            return False
        drag, at = self._drag, event.position()
        self._pressed = self._drag = None
        if drag is not None:
            drag.end(at, event.modifiers())
        elif event.button() == Qt.MouseButton.LeftButton and self._drawing.clicks:
            self._drawing.click(at.x(), at.y())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._stage.click(at.x(), at.y(), bool(event.modifiers() & Keys.ControlModifier))
        return drag is not None

    def escape(self) -> bool:
        """Give up what is being dragged or drawn. False: there was nothing."""
        if self._drag is not None:
            self._drag.cancel()
            self._drag = self._pressed = None
            return True
        return self._drawing.drop_source()

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        turned = event.angleDelta().y() or event.pixelDelta().y() * 2
        at = event.position()
        self._stage.look_from(self._stage.camera.zoomed(PER_NOTCH ** (turned / 120), at.x(), at.y()))

    def _begin(self, start: QPointF) -> Drag:
        stage, tools = self._stage, self._tools
        if self._button != Qt.MouseButton.LeftButton or self._keys & Keys.ShiftModifier:
            return drags.Pan(stage, start)
        line = self._drawing.line_from(start.x(), start.y())
        if line is not None:
            return drags.Line(self._drawing, *line)
        if tools.tool == PROVIDER:
            return drags.Place(self._drawing)
        found = stage.grasp(start.x(), start.y())
        if found is not None and tools.locked:
            return drags.Nothing(stage, LOCKED)
        if found is not None:
            node, x, y = found
            nodes, snaps = stage.chosen_with(node), tools.editing and tools.snap
            return drags.Carry(stage, self._drawing, nodes, start, QPointF(x, y), snaps)
        control = bool(self._keys & Keys.ControlModifier)
        if tools.editing:
            return Frame(stage, start, zooms=False)
        return Frame(stage, start, zooms=True) if control else drags.Pan(stage, start)
