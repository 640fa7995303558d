"""A lecture, through the real window: full screen, the pen, a remote, pictures, a film, larger text in every window."""

from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from p4lab.scenario.model import Mark
from tests.ui import runs
from tests.ui.desk import Desk
from ui.keysheet import KeySheet
from ui.presenting.reel import Film

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    marks = (Mark(2.0, text="first"), Mark(7.5, text="second"))
    made = Desk(qtbot, tmp_path, msgspec.structs.replace(runs.scenario(), mark=marks))
    made.open()
    yield made
    made.leave()


def test_full_screen_leaves_the_map_the_time_and_the_caption(desk: Desk) -> None:
    window = desk.window
    shown = [window.map, window.transport, window.status]
    hidden = [window.menuBar(), window.header, window.bar, window.docks["plots"]]
    wide = window.docks["plots"].width()
    desk.press(Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert ([part.isVisible() for part in shown], [part.isVisible() for part in hidden]) == ([True] * 3, [False] * 4)
    desk.press(Qt.Key.Key_D)
    desk.qtbot.mousePress(window.lectern.pen, LEFT, pos=QPoint(50, 50))
    desk.qtbot.mouseMove(window.lectern.pen, QPoint(90, 60))
    desk.qtbot.mouseRelease(window.lectern.pen, LEFT, pos=QPoint(90, 60))
    assert len(window.lectern.pen.strokes) == 1
    desk.press(Qt.Key.Key_Escape)
    assert (window.lectern.pen.on, window.isFullScreen()) == (False, True)
    desk.press(Qt.Key.Key_Escape)
    assert (window.isFullScreen(), [part.isVisible() for part in hidden]) == (False, [True] * 4)
    desk.qtbot.waitUntil(lambda: window.docks["plots"].width() == wide)  # the whole screen had given it another share
    assert not window.document.unsaved


def test_a_remote_goes_from_mark_to_mark(desk: Desk) -> None:
    times = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp):
        desk.press(key)
        runs.settle(desk.qtbot, desk.player)
        times.append(desk.player.playhead)
    assert times == [2.0, 7.5, 20.0, 7.5, 2.0]
    desk.press(Qt.Key.Key_Period)
    assert desk.player.playing


def test_pictures_are_copied_and_saved_as_fine_as_wanted(desk: Desk) -> None:
    window = desk.window
    desk.press(Qt.Key.Key_C, CONTROL | SHIFT)
    image = QGuiApplication.clipboard().image()
    assert image.size().width() == window.map.width() + window.docks["plots"].width()
    desk.person.path = desk.folder / "map.png"
    window.acts["picture-double"].trigger()
    window.acts["picture-map"].trigger()
    saved = QImage(str(desk.person.path))
    assert (saved.width(), saved.height()) == (2 * window.map.width(), 2 * window.map.height())
    assert saved.text("Description") == "Small, seed 7, 0.000 s"


def test_a_film_is_asked_for_made_and_told(desk: Desk) -> None:
    path = desk.folder / "film.mp4"
    desk.person.film_wanted = Film(path, 2.0, 3.0, 1.0, 5.0, (480, 270))
    desk.window.acts["film"].trigger()
    assert desk.window.acts["film"].toolTip()
    desk.qtbot.waitUntil(lambda: desk.window.notice.text.startswith("The film is in film.mp4"), timeout=20_000)
    with av.open(str(path)) as file:
        assert len(list(file.decode(video=0))) == 6


def test_one_key_makes_text_larger_in_every_window(desk: Desk) -> None:
    window = desk.window
    sheet = KeySheet(window.acts.rows, window.acts.shortcuts, window)
    sheet.show()
    window.docks.show("log")
    window.docks["log"].parentWidget().setFloating(True)
    parts = [window.menuBar(), window.docks["log"], sheet.search, window.status]
    before = [part.fontMetrics().height() for part in parts]
    window.activateWindow()
    desk.press(Qt.Key.Key_4, CONTROL | ALT)
    ratios = [part.fontMetrics().height() / old for part, old in zip(parts, before, strict=True)]
    assert min(ratios) > 1.8
    sheet.close()
