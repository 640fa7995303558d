"""A monkey before the window: it does whatever is possible, at random, from a seed.

Rules: it uses what a person has: actions of the table that are enabled, the mouse on the map and the time line, the
wheel, and keys. Dialogs and menus that come up it answers as a bored person would: with Escape, or with Enter. What it
does is a list that can be read.
"""

from collections.abc import Callable
from random import Random

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.desk import Desk

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NOTHING = Qt.KeyboardModifier.NoModifier
HELD = (
    NOTHING, NOTHING, NOTHING, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
KEYS = (
    Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_F4, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip
SPARED = ("quit",)  # what ends the run of the monkey itself
DEAR = ("theme-", "text-")  # what dresses the whole window anew, a third of a second each: done now and then
FRAMES = 0.25  # how often a frame is painted between two things: a monkey is quick
HANDS = 5  # ms between two looks for a dialog


class Monkey:
    """One window. did: what was done, the last of it at the end."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.did: list[str] = []
        self._random = Random(seed)
        self._hands = QTimer(interval=HANDS)
        self._hands.timeout.connect(self._answer)
        self._ways: list[tuple[int, Callable[[], str]]] = [
            (10, self._act), (5, self._click), (3, self._drag), (2, self._turn), (3, self._press), (3, self._seek),
            (1, self._type),
        ]  # fmt: skip

    def play(self, steps: int) -> None:
        """Do so many things."""
        self._hands.start()
        try:
            for _ in range(steps):
                if self.desk.player.empty:
                    self.desk.open()
                do = self._random.choices([way for _, way in self._ways], [weight for weight, _ in self._ways])[0]
                self.did.append(do())
                if self._random.random() < FRAMES:
                    self.desk.qtbot.wait(1)
                while QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
                    self.desk.qtbot.wait(HANDS)
        finally:
            self._hands.stop()

    def _act(self) -> str:
        acts = self.desk.window.acts
        acts.refresh()
        possible = [row.id for row in acts.rows if row.id not in SPARED and acts[row.id].isEnabled()]
        weights = [0.1 if each.startswith(DEAR) else 1.0 for each in possible]
        chosen = self._random.choices(possible, weights)[0]
        acts[chosen].trigger()
        return chosen

    def _click(self) -> str:
        button = self._random.choice((LEFT, LEFT, LEFT, RIGHT))
        held, place = self._random.choice(HELD), self._place(self.desk.window.map)
        twice = self._random.random() < 0.2
        (QTest.mouseDClick if twice else QTest.mouseClick)(self.desk.window.map, button, held, place)
        return f"click {button.name} {held.name} {place.x()} {place.y()}{' twice' if twice else ''}"

    def _drag(self) -> str:
        view, button = self.desk.window.map, self._random.choice((LEFT, LEFT, RIGHT, MIDDLE))
        held, start, end = self._random.choice(HELD), self._place(view), self._place(view)
        QTest.mousePress(view, button, held, start)
        for part in (0.3, 0.7, 1.0):
            QTest.mouseMove(view, start + (end - start) * part)
            self.desk.qtbot.wait(1)
        QTest.mouseRelease(view, button, held, end)
        return f"drag {button.name} {held.name} {start.x()} {start.y()} to {end.x()} {end.y()}"

    def _turn(self) -> str:
        view = self.desk.window.map
        place, notch = QPointF(self._place(view)), self._random.choice((-240, -120, 120, 240))
        event = QWheelEvent(
            place, QPointF(view.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, notch), Qt.MouseButton.NoButton,
            NOTHING, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
        return f"wheel {notch}"

    def _press(self) -> str:
        key, held = self._random.choice(KEYS), self._random.choice(HELD)
        QTest.keyClick(self.desk.window.focusWidget() or self.desk.window, key, held)
        return f"key {key.name} {held.name}"

    def _seek(self) -> str:
        line = self.desk.window.transport.timeline
        place = self._place(line)
        QTest.mouseClick(line, LEFT, NOTHING, place)
        return f"time line {place.x()} {place.y()}"

    def _type(self) -> str:
        bar = self.desk.window.bar
        bar.focus_key()
        text = self._random.choice(("news/1", "k42", "", "a key with blanks", "0" * 64))
        QTest.keyClicks(self.desk.window.focusWidget() or self.desk.window, text)
        QTest.keyClick(self.desk.window.focusWidget() or self.desk.window, Qt.Key.Key_Return)
        return f"type {text!r}"

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(max(1, widget.width())), self._random.randrange(max(1, widget.height())))

    def _answer(self) -> None:
        """What came up is answered, and gone."""
        up = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if up is not None:
            key = Qt.Key.Key_Return if self._random.random() < 0.3 else Qt.Key.Key_Escape
            QTest.keyClick(up.focusWidget() or up, key)
