"""PySide6 takes no reference that is not its own: 6.12.0 did with each void call, and Python 3.11 died of it."""

from __future__ import annotations

from sys import getrefcount

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 200
NOISE = 50  # references that come and go with other things; a mistake would take one with each call


class Teller(QObject):
    told = Signal(bool)


def test_emits_and_updates_drop_no_reference(qtbot: QtBot) -> None:
    teller, label, heard = Teller(), QLabel("x"), [0]
    qtbot.addWidget(label)

    def hear(told: bool) -> None:
        heard[0] += told

    teller.told.connect(hear)
    before = getrefcount(None), getrefcount(True)
    for _ in range(CALLS):
        teller.told.emit(True)
        label.update()
        label.setEnabled(True)
    after = getrefcount(None), getrefcount(True)
    assert heard == [CALLS]
    assert all(now > then - NOISE for then, now in zip(before, after, strict=True)), (before, after)
