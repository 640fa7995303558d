"""The narration: tells while time runs, says where one is after a jump, and never more than one can listen to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.focus import Focus
from ui.narration import KEPT, Level, Narrator, announce
from ui.panels.narration import NarrationPanel


class Listener:
    """said: what was told aloud."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.said: list[str] = []
        self.player = runs.player()
        self.player.seek(self.player.duration)
        runs.settle(qtbot, self.player)
        self.player.seek(0.0)
        self.focus = Focus()
        self.focus.select_name(next(i for i, name in enumerate(self.player.world.names) if name.key == "news/1"))
        self.settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.narrator = self.made()

    def made(self) -> Narrator:
        return Narrator(self.player, self.focus, self.settings, self.said.append)

    def go(self, t: float, playing: bool = True) -> None:
        self.player.playing, self.player.playhead = playing, t
        self.player.sampled.emit()
        self.player.playing = False


@pytest.fixture
def listener(qtbot: QtBot, tmp_path: Path) -> Iterator[Listener]:
    made = Listener(qtbot, tmp_path)
    yield made
    made.narrator.choose(Level.OFF)
    made.player.close()


def test_off_tells_nothing_and_the_choice_is_remembered(listener: Listener) -> None:
    listener.go(3.0)
    assert (listener.said, listener.narrator.level) == ([], Level.OFF)
    listener.narrator.choose(Level.FULL)
    assert listener.made().level is Level.FULL


def test_while_time_runs_the_last_is_told_and_the_log_has_all(listener: Listener) -> None:
    listener.narrator.choose(Level.FULL)
    listener.go(10.0)
    assert len(listener.said) == 1
    count = len(listener.narrator.log)
    assert listener.said[0].startswith(f"{count - 4} more before this. ")
    assert listener.said[0].endswith(listener.narrator.log[-1][1])
    listener.go(14.0)
    assert len(listener.said) == 1, "not before one has listened to the first"
    assert listener.narrator._timer.isActive()
    listener.narrator._tell()  # as the timer does
    assert len(listener.said) == 2
    assert listener.narrator.as_text().splitlines()[0].startswith(f"{listener.narrator.log[0][0]:.3f} s  ")


def test_a_jump_says_where_one_is(listener: Listener) -> None:
    listener.narrator.choose(Level.BRIEF)
    listener.go(12.0, playing=False)
    assert listener.said[0].startswith("At 12.00 s. ")
    listener.narrator._timer.stop()


def test_with_a_providers_eyes_nothing_is_told_that_it_cannot_know(listener: Listener) -> None:
    listener.narrator.choose(Level.FULL)
    listener.focus.eyes.see_as(1)
    end = listener.player.duration
    listener.go(end)
    said = [text for _, text in listener.narrator.log]
    assert said
    assert {text.split()[0] for text in said if " asks " in text or "’s get" in text} <= {"Birch", "Birch’s"}
    assert not any(word in text for text in said for word in ("behind", "stale", "fresh"))
    listener.go(2.0, playing=False)
    listener.narrator._tell()  # as the timer does
    listener.narrator._timer.stop()
    assert listener.said[-1] == "At 2.00 s. What happens elsewhere is hidden from Birch."


def test_the_panel_shows_the_log_copies_it_and_goes_there(qtbot: QtBot, listener: Listener) -> None:
    panel = NarrationPanel(listener.player, listener.narrator)
    qtbot.addWidget(panel)
    assert (panel.empty.text()[:16], panel.copy.isEnabled()) == ("Nothing is told.", False)
    panel.level.setCurrentIndex(2)
    panel.level.activated.emit(2)
    listener.go(20.0)
    assert panel.list.count() == min(KEPT, len(listener.narrator.log)) > 4
    panel.list.itemActivated.emit(panel.list.item(0))
    runs.settle(qtbot, listener.player)
    assert listener.player.playhead == listener.narrator.log[0][0]


def test_a_screen_reader_is_told_without_a_fault(qtbot: QtBot) -> None:
    label = QLabel("line")
    qtbot.addWidget(label)
    QAccessible.setActive(True)
    try:
        announce(label, "Birch asks Aster for news/1.")
    finally:
        QAccessible.setActive(False)
    assert label.accessibleName() == ""
