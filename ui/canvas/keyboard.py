"""The keys of the map: from provider to provider, Enter, Esc, and the tool in the hand.

Rules: turns keys into choices and calls of the map; what is not the map's is left to the window. Enter uses the tool in
the hand; with the hand alone it shows what the chosen one holds, and in the mode EDIT its properties.
"""

from typing import Protocol

import numpy as np
from PySide6.QtCore import Qt, SignalInstance

from ui.canvas.drawing import Drawing
from ui.canvas.figures import Figures
from ui.canvas.tools import Hand
from ui.canvas.walking import ARROWS, towards
from ui.focus import Focus
from ui.toolbox import PROVIDER, SELECT, Toolbox

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Keys = Qt.KeyboardModifier


class View(Protocol):
    """What the keys need of the map."""

    inspected: SignalInstance
    formAsked: SignalInstance

    def figures(self) -> Figures: ...
    def lines(self) -> np.ndarray: ...
    def selected(self) -> int | None: ...
    def refresh(self) -> None: ...
    def fit(self) -> None: ...
    def actual_size(self) -> None: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...


class Keyboard:
    """Of one map."""

    def __init__(self, view: View, focus: Focus, tools: Toolbox, hand: Hand, drawing: Drawing) -> None:
        self._view, self._focus, self._tools = view, focus, tools
        self._hand, self._drawing = hand, drawing

    def press(self, key: Qt.Key, keys: Keys) -> bool:
        """Whether a key was the map's."""
        plain = not keys & ~Keys.KeypadModifier
        if key in ARROWS:
            return plain and self._walk(*ARROWS[key])
        if key in ENTER:
            return plain and self._enter()
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if keys & Keys.ControlModifier:
            return self._look(key)
        return False

    def tab(self, forward: bool) -> bool:
        """To the next provider. False: there is none."""
        seen, node = self._view.figures().seen, self._view.selected()
        step = 1 if forward else -1
        following = (0 if forward else len(seen) - 1) if node is None else seen.index(node) + step
        if 0 <= following < len(seen):
            self._focus.select_provider(seen[following])
            return True
        return False

    def _walk(self, dx: int, dy: int) -> bool:
        shown, node = self._view.figures(), self._view.selected()
        if shown.seen:
            found = shown.seen[0] if node is None else towards(shown, self._view.lines(), node, dx, dy)
            self._focus.select_provider(node if found is None else found)
        return bool(shown.seen)

    def _enter(self) -> bool:
        node = self._focus.provider
        if self._drawing.clicks:
            self._drawing.pick(None if self._tools.tool == PROVIDER else node)
            self._view.refresh()
        elif node is not None:
            (self._view.formAsked if self._tools.editing else self._view.inspected).emit(node)
        return self._drawing.clicks or node is not None

    def _escape(self) -> bool:
        """One thing at a time: the drag, the line begun, the tool, the choice."""
        if self._hand.escape():
            return True
        if self._drawing.clicks:
            self._tools.take(SELECT)
            return True
        chosen = bool(self._focus.chosen or self._focus.link or self._focus.op is not None or self._focus.chain)
        self._focus.light(frozenset())
        self._focus.select_message(None)
        self._focus.select_op(None)
        self._focus.choose(())
        return chosen

    def _look(self, key: Qt.Key) -> bool:
        view = self._view
        match key:
            case Qt.Key.Key_0:
                view.actual_size()
            case Qt.Key.Key_1:
                view.fit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                view.zoom_in()
            case Qt.Key.Key_Minus:
                view.zoom_out()
            case _:
                return False
        return True
