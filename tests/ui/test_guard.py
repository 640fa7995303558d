"""A handler that fails does not end the program: the hook hears of it, and Qt of nothing."""

import sys
from types import TracebackType

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.guard import guarded


class Outer(QWidget):
    """What passes events on in Python."""

    def event(self, event: QEvent) -> bool:
        return super().event(event)


class Painted(QWidget):
    """What fails whenever it is painted."""

    @guarded(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        raise IndexError("nobody stands there")

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        return super().event(event)


def test_a_painting_that_fails_is_told_and_survived(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        told.append(f"{kind.__name__}: {fault}")

    monkeypatch.setattr(sys, "excepthook", hook)
    outer, painted = Outer(), Painted()
    QVBoxLayout(outer).addWidget(painted)
    qtbot.addWidget(outer)
    outer.resize(200, 100)
    with qtbot.waitExposed(outer):
        outer.show()
    for _ in range(20):
        painted.repaint()
    assert set(told) == {"IndexError: nobody stands there"}
