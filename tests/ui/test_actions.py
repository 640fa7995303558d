"""The one table of actions: no two share an id or a key, and everything impossible says why."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from p4lab.scenario.write import write
from p4lab.session.simulated import Simulated
from tests.ui import runs
from ui.actions import MENUS
from ui.app import build
from ui.window import Window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = build(application, QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat), "light")
    yield made
    made.document.forget()
    made.close()
    made.deleteLater()


def test_ids_and_keys_are_unique(window: Window) -> None:
    ids = Counter(row.id for row in window.acts.rows)
    keys = Counter(QKeySequence(key).toString() for row in window.acts.rows for key in row.keys)
    assert [name for count in (ids, keys) for name, times in count.items() if times > 1] == []
    assert all(keys), "a key that Qt does not know has no name"


def test_the_keys_that_the_design_promises(window: Window) -> None:
    promised = {
        "step": "F4",
        "step-back": "Shift+F4",
        "run": "F5",
        "stop": "F8",
        "toggle": "Space",
        "reset": "Ctrl+Shift+R",
        "start": "Home",
        "end": "End",
        "keys": "?",
        "undo": "Ctrl+Z",
        "redo": "Ctrl+Shift+Z",
        "fork": "F",
    }
    assert {name: window.acts[name].shortcuts()[0].toString() for name in promised} == promised
    assert "." in [key.toString() for key in window.acts["toggle"].shortcuts()]


def test_every_menu_shows_its_actions(window: Window) -> None:
    shown = {action.text(): [each.text() for each in action.menu().actions() if each.text()] for action in
             window.menuBar().actions()}  # fmt: skip
    assert tuple(shown) == MENUS
    assert shown["File"][:7] == [
        "New", "New from a pattern…", "New live lab…", "Open a class…", "Join a class…", "Open…", "Open recent",
    ]  # fmt: skip
    assert {"Theme", "Text size", "Narration", "Reduced motion"} <= set(shown["View"])


def test_what_is_impossible_says_why(window: Window) -> None:
    assert (window.acts["step"].isEnabled(), window.acts["step"].toolTip()) == (False, "Open a scenario first.")
    window.player.open(Simulated(runs.scenario()))
    said = {name: window.acts[name].toolTip() for name in ("step-back", "stop", "undo", "take-back", "next-branch")}
    assert said == {
        "step-back": "The run begins here.",
        "stop": "It is paused already.",
        "undo": "Nothing was done since it was opened.",
        "take-back": "Nothing was done by hand.",
        "next-branch": "There is one branch only: F begins another.",
    }
    assert window.acts["step"].toolTip() == "To the next event (F4)"


def test_slower_and_faster_take_over_from_auto(window: Window) -> None:
    window.player.open(Simulated(runs.scenario()))
    window.acts["faster"].trigger()
    assert window.player.speed == 2.0
    window.acts["slower"].trigger()
    window.acts["slower"].trigger()
    assert window.player.speed == 0.5
    window.acts["auto"].trigger()
    assert window.player.speed is None


def test_what_was_done_by_hand_can_be_taken_back(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    write(runs.scenario(), file)
    window.document.open(file)
    window.bar._key.setEditText("news/1")
    window.bar.go()
    assert len(window.player.session.commands) == 1
    window.acts["take-back"].trigger()
    assert (window.player.session.commands, window.document.unsaved) == ([], False)
