"""What dragging does on the map: pan it, move who is chosen, draw a frame around some, or a line between two.

Rules: one drag at a time, each from its beginning to its end or back; nothing is painted here. Positions in pixels of
the window; what is moved keeps to the grid unless Alt is held.
"""

from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, Qt

from ui.canvas.camera import Camera
from ui.canvas.drawing import STEP, Drawing
from ui.canvas.plan import Plan
from ui.canvas.sketch import Sketch

Keys = Qt.KeyboardModifier
LOCKED = "All places are locked."


class Stage(Protocol):
    """What dragging needs of the map."""

    camera: Camera
    plan: Plan

    def look_from(self, camera: Camera) -> None: ...
    def carry(self, points: np.ndarray) -> None: ...
    def drop(self) -> None: ...
    def put_back(self) -> None: ...
    def catch(self, left: float, top: float, right: float, bottom: float, also: bool) -> None: ...
    def set_grip(self, grip: Qt.CursorShape | None) -> None: ...
    def show_sketch(self, sketch: Sketch | None) -> None: ...


class Drag(Protocol):
    """From the first move on. end: the button was let go there; cancel: Esc was pressed."""

    def move(self, at: QPointF, keys: Keys) -> None: ...
    def end(self, at: QPointF, keys: Keys) -> None: ...
    def cancel(self) -> None: ...


class Pan:
    """The map as a sheet of paper."""

    def __init__(self, stage: Stage, start: QPointF) -> None:
        self._stage, self._last, self._was = stage, start, stage.camera

    def move(self, at: QPointF, keys: Keys) -> None:
        self._stage.set_grip(Qt.CursorShape.ClosedHandCursor)
        self._stage.look_from(self._stage.camera.panned(at.x() - self._last.x(), at.y() - self._last.y()))
        self._last = at

    def end(self, at: QPointF, keys: Keys) -> None:
        self._stage.set_grip(None)

    def cancel(self) -> None:
        self._stage.set_grip(None)
        self._stage.look_from(self._was)


class Carry:
    """Providers and houses, all by the same way. middle: of the one taken hold of, which keeps to the grid."""

    def __init__(
        self, stage: Stage, drawing: Drawing, nodes: tuple[int, ...], start: QPointF, middle: QPointF, snaps: bool
    ) -> None:
        self._stage, self._drawing, self._nodes, self._snaps = stage, drawing, nodes, snaps
        self._held = middle - start  # from the pointer to the middle of what is held
        self._from = np.array(stage.camera.to_box(middle.x(), middle.y()))
        self._points = stage.plan.lift(nodes)

    def move(self, at: QPointF, keys: Keys) -> None:
        self._stage.set_grip(Qt.CursorShape.ClosedHandCursor)
        held = at + self._held
        to = np.array(self._stage.camera.to_box(held.x(), held.y()))
        snaps = self._snaps and not keys & Keys.AltModifier
        if snaps:
            to = np.round(to / STEP) * STEP
        low, high = -self._points.min(axis=0), 1 - self._points.max(axis=0)
        way = np.minimum(np.maximum(to - self._from, np.minimum(low, 0)), np.maximum(high, 0))
        self._stage.carry(self._points + way)
        self._stage.show_sketch(self._drawing.over(self._nodes, at, STEP if snaps else 0.0))

    def end(self, at: QPointF, keys: Keys) -> None:
        self._stage.set_grip(None)
        self._stage.show_sketch(None)
        if self._drawing.drop_on(self._nodes, at):
            self._stage.put_back()
        else:
            self._stage.drop()

    def cancel(self) -> None:
        self._stage.set_grip(None)
        self._stage.show_sketch(None)
        self._stage.put_back()


class Frame:
    """A frame around some of the map: choose what is in it, or come nearer to it."""

    def __init__(self, stage: Stage, start: QPointF, zooms: bool) -> None:
        self._stage, self._start, self._zooms = stage, start, zooms

    def move(self, at: QPointF, keys: Keys) -> None:
        box = (self._start.x(), self._start.y(), at.x(), at.y())
        text = "Zoom to this" if self._zooms else ""
        self._stage.show_sketch(Sketch((at.x(), at.y()), text, marquee=box))

    def end(self, at: QPointF, keys: Keys) -> None:
        self._stage.show_sketch(None)
        left, right = sorted((self._start.x(), at.x()))
        top, bottom = sorted((self._start.y(), at.y()))
        if self._zooms:
            self._stage.look_from(self._stage.camera.nearer(left, top, right, bottom))
        else:
            self._stage.catch(left, top, right, bottom, bool(keys & Keys.ControlModifier))

    def cancel(self) -> None:
        self._stage.show_sketch(None)


class Line:
    """A line drawn from somebody to somebody, with a tool that joins two."""

    def __init__(self, drawing: Drawing, tool: str, source: int) -> None:
        self._drawing, self._tool, self._source = drawing, tool, source

    def move(self, at: QPointF, keys: Keys) -> None:
        self._drawing.stretch(self._tool, self._source, at)

    def end(self, at: QPointF, keys: Keys) -> None:
        self._drawing.let_go(self._tool, self._source, at)

    def cancel(self) -> None:
        self._drawing.drop_source()


class Place:
    """A new provider on its way to where the button is let go."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def move(self, at: QPointF, keys: Keys) -> None:
        self._drawing.hover(at.x(), at.y())

    def end(self, at: QPointF, keys: Keys) -> None:
        self._drawing.click(at.x(), at.y())

    def cancel(self) -> None:
        self._drawing.drop_source()


class Nothing:
    """Where dragging is not possible: says why, and nothing happens."""

    def __init__(self, stage: Stage, why: str) -> None:
        self._stage, self._why = stage, why

    def move(self, at: QPointF, keys: Keys) -> None:
        self._stage.show_sketch(Sketch((at.x(), at.y()), self._why, bad=True))

    def end(self, at: QPointF, keys: Keys) -> None:
        self._stage.show_sketch(None)

    def cancel(self) -> None:
        self._stage.show_sketch(None)
