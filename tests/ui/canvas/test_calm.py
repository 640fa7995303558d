"""Reduced motion: what glides stands in three places, and an arrow says where it goes."""

import numpy as np
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.ui import runs
from ui.canvas.messages import PLACES, stood
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.theme import ThemeSwitch


def test_a_message_stands_at_its_sender_half_way_and_at_its_receiver() -> None:
    found = stood(np.array([0.0, 0.3, 0.34, 0.5, 0.66, 0.67, 1.0]))
    assert found.tolist() == PLACES[[0, 0, 1, 1, 1, 2, 2]].tolist()


def test_between_two_steps_the_map_stands_still_and_arrows_show_the_way(qtbot: QtBot) -> None:
    player, focus, theme = runs.player(), Focus(), runs.theme()
    player.seek(player.duration)
    runs.settle(qtbot, player)
    world = player.world
    name = next(i for i, each in enumerate(world.names) if each.key == "news/1")
    rows = player.trace.rows()
    asked = next(row for row in rows if row["code"] == 4 and world.op_name()[row["op"]] == name and row["t"] > 2)
    sent, due = float(asked["t"]), float(asked["due"])
    focus.select_name(name)
    view = MapView(player, focus, theme)
    view.resize(520, 380)
    qtbot.addWidget(view)
    shots = {}
    for calm in (False, True):
        theme.set_calm(calm)
        for part in (0.40, 0.55):
            player.playhead = sent + part * (due - sent)
            shots[calm, part] = view.grab().toImage()
    theme.set_calm(False)
    player.close()
    regime = theme.current.regime(1).colour
    assert shots[False, 0.40] != shots[False, 0.55]
    assert _moved(shots[True, 0.40], shots[True, 0.55]) < 0.2 * _moved(shots[False, 0.40], shots[False, 0.55])
    assert _coloured(shots[True, 0.40], regime) > 300 + _coloured(shots[False, 0.40], regime)


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].astype(int)


def _moved(one: QImage, other: QImage) -> int:
    return int((np.abs(_pixels(one) - _pixels(other)) > 40).any(axis=2).sum())


def _coloured(image: QImage, colour: QColor) -> int:
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return int((np.abs(_pixels(image) - wanted) < 30).all(axis=2).sum())


def test_the_switch_tells_once(qtbot: QtBot) -> None:
    theme: ThemeSwitch = runs.theme()
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.calm))
    for calm in (True, True, False):
        theme.set_calm(calm)
    assert told == [True, False]
