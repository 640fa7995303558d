"""Pictures without bars, as fine as wanted, and the map as a drawing of lines and text."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.presenting.shots import drawing, picture


@pytest.fixture
def view(qtbot: QtBot) -> MapView:
    player = runs.player()
    player.seek(6.0)
    runs.settle(qtbot, player)
    made = MapView(player, Focus(), runs.theme())
    player.setParent(made)
    made.resize(480, 360)
    qtbot.addWidget(made)
    made.grab()
    return made


def test_parts_stand_beside_each_other_each_on_its_ground(qtbot: QtBot, view: MapView) -> None:
    low = QLabel()
    qtbot.addWidget(low)
    low.resize(100, 60)
    image = picture([(view, QColor("white")), (low, QColor("#102030"))], view, 2.0)
    assert (image.width(), image.height(), image.devicePixelRatio()) == (1160, 720, 2.0)
    assert image.pixelColor(1100, 10).name() == "#102030"
    plain = view.grab().toImage().scaled(960, 720)
    assert image.copy(0, 0, 960, 720) != plain.convertToFormat(image.format()), "finer, not blown up"
    assert view.sharp == 0.0


def test_the_drawing_is_lines_and_text_and_looks_like_the_map(view: MapView, tmp_path: Path) -> None:
    path = tmp_path / "map.svg"
    theme = runs.theme().current
    assert drawing(path, view, theme, (), "Small, seed 7")
    text = path.read_text("utf-8")
    assert "<image" not in text
    assert all(f">{name}</text>" in text for name in runs.NAMES)
    assert "<title>Small, seed 7</title>" in text
    shown = QImage(480, 360, QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    seen = view.grab().toImage()
    alike = sum(
        abs(shown.pixelColor(x, y).lightness() - seen.pixelColor(x, y).lightness()) < 40
        for x in range(0, 480, 4) for y in range(0, 360, 4)
    )  # fmt: skip
    assert alike > 0.97 * 120 * 90
    assert not drawing(tmp_path / "missing" / "map.svg", view, theme, (), "")
