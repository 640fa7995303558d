"""Menus made from data."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from p4lab.session.base import Abilities
from ui.menus import provider_menu


def _menu(window: QWidget, abilities: Abilities, told: list[str]) -> list[tuple[str, bool, str]]:
    fit = QAction("Fit the map", window)
    fit.triggered.connect(lambda: told.append("fit"))
    menu = provider_menu(window, abilities, told.append, lambda: told.append("inspect"), [fit])
    for action in menu.actions():
        action.trigger()
    return [(action.text(), action.isEnabled(), action.toolTip()) for action in menu.actions() if action.text()]


def test_a_provider_offers_put_and_get(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    told: list[str] = []
    shown = _menu(window, Abilities(submit=True, fork=True), told)
    assert [(text, enabled) for text, enabled, _ in shown] == [
        ("Get here…", True),
        ("Put here…", True),
        ("Show what it holds", True),
        ("Fit the map", True),
    ]
    assert told == ["get", "put", "inspect", "fit"]


def test_what_a_recording_cannot_do_says_why(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    told: list[str] = []
    shown = _menu(window, Abilities(submit=False, fork=False, known=True, why_not="It is a recording."), told)
    assert shown[:2] == [("Get here…", False, "It is a recording."), ("Put here…", False, "It is a recording.")]
    assert told == ["inspect", "fit"]
