"""The command palette: everything by a few letters, with its keys and reasons; what was used last comes first."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.actions import Actions
from ui.commandbar import CommandBar
from ui.jumps import Jump
from ui.rows import Row


class Bench:
    """A window with a few actions and the palette; done: what was done."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.done: list[str] = []
        self.settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = QMainWindow()
        self.button = QPushButton("Elsewhere")
        self.window.setCentralWidget(self.button)
        self.window.resize(900, 600)
        qtbot.addWidget(self.window)
        self.acts = Actions(
            [
                Row("nearer", "Zoom in", "View", lambda: self.done.append("nearer"), ("Ctrl++",)),
                Row("further", "Zoom out", "View", lambda: self.done.append("further"), ("Ctrl+-",)),
                Row("dark", "Dark", "View", lambda: self.done.append("dark"), ticked=lambda: True, submenu="Theme"),
                Row("crash", "Crash", "Network", lambda: self.done.append("crash"), (), lambda: "Choose somebody."),
            ],
            self.window,
        )  # fmt: skip
        self.bar = self.made()
        self.window.show()
        self.window.activateWindow()
        self.button.setFocus()

    def made(self) -> CommandBar:
        return CommandBar(self.window, self.acts, self._jumps, runs.theme(), self.settings)

    def type(self, typed: str) -> None:
        self.bar.open()
        self.qtbot.keyClicks(self.bar._field, typed)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.bar._field, key)

    def labels(self) -> list[str]:
        return [entry.label for entry in self.bar.entries]

    def _jumps(self, typed: str) -> list[Jump]:
        return [Jump(f"Go to {typed}", "Move there", lambda: self.done.append(typed))] if "9" in typed else []


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Bench:
    return Bench(qtbot, tmp_path)


def test_a_few_letters_and_enter_do_it(bench: Bench) -> None:
    bench.type("zo ou")
    assert (bench.labels(), bench.bar.entries[0].keys) == (["Zoom out"], "Ctrl+-")
    bench.press(Qt.Key.Key_Return)
    assert (bench.done, bench.bar.isVisible(), bench.window.focusWidget()) == (["further"], False, bench.button)
    bench.type("9 s")
    bench.press(Qt.Key.Key_Return)
    assert bench.done == ["further", "9 s"]


def test_what_was_used_last_comes_first_also_the_next_time(bench: Bench) -> None:
    bench.type("dark")
    bench.press(Qt.Key.Key_Return)
    bench.bar.open()
    assert bench.labels() == ["Dark", "Zoom in", "Zoom out", "Crash"]
    bench.bar.leave()
    bench.bar = bench.made()
    bench.bar.open()
    assert bench.labels() == ["Dark", "Zoom in", "Zoom out", "Crash"]


def test_what_is_impossible_says_why_and_is_not_done(bench: Bench) -> None:
    bench.type("crash")
    said = bench.bar._entries.data(bench.bar._entries.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Crash. Network · not now: Choose somebody."
    bench.press(Qt.Key.Key_Return)
    assert (bench.done, bench.bar.isVisible()) == ([], True)
    bench.bar._field.setText("dark")
    said = bench.bar._entries.data(bench.bar._entries.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Dark, on. View ▸ Theme"


def test_the_arrows_choose_and_escape_leaves(bench: Bench) -> None:
    bench.type("zoom")
    assert bench.labels() == ["Zoom in", "Zoom out"]
    bench.press(Qt.Key.Key_Down)
    assert bench.bar._list.currentIndex().row() == 1
    bench.press(Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert bench.done == ["further"]
    bench.bar.open()
    bench.press(Qt.Key.Key_Escape)
    assert (bench.bar.isVisible(), bench.window.focusWidget()) == (False, bench.button)


def test_nothing_fits_is_said_and_a_click_elsewhere_closes_it(bench: Bench) -> None:
    bench.type("xyzzy")
    assert (bench.labels(), bench.bar._nothing.isVisible()) == ([], True)
    bench.button.setFocus()
    assert (bench.bar.isVisible(), bench.window.focusWidget()) == (False, bench.button)
