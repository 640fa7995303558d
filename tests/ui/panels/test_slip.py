"""The slip for a few words, with keys as a person would press them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.panels.slip import Slip


@pytest.fixture
def slip(qtbot: QtBot) -> Iterator[Slip]:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(600, 400)
    over.show()
    made = Slip(runs.theme(), over)
    yield made
    made.close()


def test_return_keeps_the_words_and_their_colour(slip: Slip, qtbot: QtBot) -> None:
    told: list[tuple[str, str]] = []
    slip.write(QPoint(300, 300), "Note", "old", lambda *words: told.append(words), ("", "red", "blue"), "red")
    assert (slip.isVisible(), slip.field.selectedText()) == (True, "old")
    qtbot.keyClicks(slip.field, "new words")
    qtbot.mouseClick(slip._dots["blue"], Qt.MouseButton.LeftButton)
    qtbot.keyClick(slip.field, Qt.Key.Key_Return)
    assert (told, slip.isVisible()) == ([("new words", "blue")], False)


def test_escape_gives_up_and_remove_takes_away(slip: Slip, qtbot: QtBot) -> None:
    told: list[str] = []
    slip.write(QPoint(300, 300), "Note", "", lambda text, _: told.append(text))
    qtbot.keyClicks(slip.field, "x")
    qtbot.keyClick(slip.field, Qt.Key.Key_Escape)
    slip.write(QPoint(300, 300), "Note", "", lambda text, _: told.append(text), remove=lambda: told.append("gone"))
    qtbot.mouseClick(slip._away, Qt.MouseButton.LeftButton)
    assert (told, slip.isVisible()) == (["gone"], False)


def test_going_on_elsewhere_keeps_what_was_written(slip: Slip, qtbot: QtBot) -> None:
    told: list[str] = []
    other = QLineEdit(slip.window())
    other.show()
    slip.write(QPoint(300, 300), "Note", "", lambda text, _: told.append(text))
    qtbot.keyClicks(slip.field, "x")
    other.setFocus()
    assert (told, slip.isVisible()) == (["x"], False)
