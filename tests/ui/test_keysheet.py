"""The sheet of keys: every action, searched by typing, changed by pressing another key, printed as text."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from ui.actions import Actions
from ui.keysheet import KeyButton, KeySheet
from ui.rows import Row

LEFT = Qt.MouseButton.LeftButton


def rows() -> list[Row]:
    return [
        Row("save", "Save", "File", lambda: None, ("Ctrl+S",)),
        Row("step", "Step forward", "Run", lambda: None, ("F4",), says="To the next event"),
        Row("toggle", "Play or pause", "Run", lambda: None, ("Space", ".")),
        Row("wide", "150 %", "View", lambda: None, submenu="Text size"),
    ]


@pytest.fixture
def acts(qtbot: QtBot) -> Iterator[Actions]:
    window = QMainWindow()
    qtbot.addWidget(window)
    yield Actions(rows(), window)


@pytest.fixture
def sheet(qtbot: QtBot, acts: Actions) -> KeySheet:
    made = KeySheet(acts.rows, acts.shortcuts)
    qtbot.addWidget(made)
    made.show()
    return made


def key(sheet: KeySheet, name: str) -> KeyButton:
    return next(button for button in sheet.findChildren(KeyButton) if button.accessibleName() == name)


def button(sheet: KeySheet, text: str) -> QPushButton:
    return next(each for each in sheet.findChildren(QPushButton) if each.text().startswith(text) and each.isVisible())


def of(acts: Actions, name: str) -> list[str]:
    return [each.toString() for each in acts[name].shortcuts()]


def test_it_has_every_action_with_its_keys(sheet: KeySheet) -> None:
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"File", "Save", "Step forward", "To the next event", "Text size: 150 %"} <= texts
    names = [each.accessibleName() for each in sheet.findChildren(KeyButton)]
    assert names == [
        "Ctrl+S: Save", "Add a key: Save", "F4: Step forward", "Add a key: Step forward", "Space: Play or pause",
        ".: Play or pause", "Add a key: Play or pause", "Add a key: Text size: 150 %",
    ]  # fmt: skip


def test_it_is_searched_by_words_and_by_keys(qtbot: QtBot, sheet: KeySheet) -> None:
    qtbot.keyClicks(sheet.search, "next event")
    assert sheet.shown() == ["step"]
    for typed, found in (
        ("ctrl+s", ["save"]),
        ("f4", ["step"]),
        ("run", ["step", "toggle"]),
        ("", ["save", "step", "toggle", "wide"]),
    ):
        sheet.search.setText(typed)
        assert sheet.shown() == found


def test_a_click_and_another_key_change_it_at_once(qtbot: QtBot, acts: Actions, sheet: KeySheet) -> None:
    qtbot.mouseClick(key(sheet, "F4: Step forward"), LEFT)
    qtbot.keyClick(key(sheet, "F4: Step forward"), Qt.Key.Key_N)
    assert sheet.says.text() == "N is now the key of “Step forward”."
    assert (of(acts, "step"), acts["step"].toolTip()) == (["N"], "To the next event (N)")
    qtbot.mouseClick(key(sheet, "Add a key: Text size: 150 %"), LEFT)
    qtbot.keyClick(key(sheet, "Add a key: Text size: 150 %"), Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert of(acts, "wide") == ["?"]
    qtbot.mouseClick(button(sheet, "Reset"), LEFT)
    assert of(acts, "step") == ["F4"]


def test_a_conflict_is_named_and_can_be_solved(qtbot: QtBot, acts: Actions, sheet: KeySheet) -> None:
    qtbot.mouseClick(key(sheet, "F4: Step forward"), LEFT)
    qtbot.keyClick(key(sheet, "F4: Step forward"), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (sheet.says.text(), of(acts, "step")) == ("Ctrl+S is the key of “Save” already.", ["F4"])
    qtbot.mouseClick(button(sheet, "Use it here"), LEFT)
    assert (of(acts, "step"), of(acts, "save")) == (["Ctrl+S"], [])
    qtbot.mouseClick(button(sheet, "Reset all"), LEFT)
    assert (of(acts, "step"), of(acts, "save")) == (["F4"], ["Ctrl+S"])


def test_escape_leaves_a_key_and_delete_takes_it_away(qtbot: QtBot, acts: Actions, sheet: KeySheet) -> None:
    for pressed in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
        qtbot.mouseClick(key(sheet, ".: Play or pause"), LEFT)
        qtbot.keyClick(key(sheet, ".: Play or pause"), pressed)
    refused = "Tab cannot be chosen. Tab goes from one part of the window to the next."
    assert (sheet.isVisible(), sheet.says.text(), of(acts, "toggle")) == (True, refused, ["Space", "."])
    qtbot.mouseClick(key(sheet, ".: Play or pause"), LEFT)
    qtbot.keyClick(key(sheet, ".: Play or pause"), Qt.Key.Key_Delete)
    assert of(acts, "toggle") == ["Space"]


def test_the_sheet_as_text(qtbot: QtBot, sheet: KeySheet) -> None:
    qtbot.mouseClick(button(sheet, "Copy as text"), LEFT)
    assert QGuiApplication.clipboard().text() == (
        "File\n  Ctrl+S    Save\n\nRun\n  F4        Step forward\n  Space, .  Play or pause\n"
    )
