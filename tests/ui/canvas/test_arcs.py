"""Arcs run down, and where there are many, pictures that are kept show what would be painted one by one."""

import numpy as np
from PySide6.QtGui import QImage, QPainter

from ui.canvas import arcs
from ui.canvas.arcs import Arcs
from ui.canvas.figures import Figures
from ui.canvas.looks import NOTHING, Look
from ui.canvas.stamps import Stamps
from ui.theme import LIGHT

COUNT = 100
CELL = 24


def market() -> tuple[Figures, list[Look]]:
    """Dots in a square; every copy has another time to live, some have none."""
    centres = np.array([(CELL * (i % 10) + 12.0, CELL * (i // 10) + 12.0) for i in range(COUNT)])
    nobody = np.zeros(COUNT)
    names = tuple(f"P{i}" for i in range(COUNT))
    shown = Figures(names, (0,) * COUNT, centres, np.full(COUNT, 6.0), nobody, (0.0,) * COUNT, 46.0, np.arange(COUNT))
    looks = [Look("C", "v1", "cached", code=1, since=0.0, until=1.0 + i) if i % 7 else NOTHING for i in range(COUNT)]
    return shown, looks


def painted(t: float, few: int, monkeypatch) -> np.ndarray:
    monkeypatch.setattr(arcs, "FEW", few)
    image = QImage(10 * CELL, 10 * CELL, QImage.Format.Format_RGB32)
    image.fill(LIGHT.map)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    Arcs(LIGHT, Stamps(1.0)).paint(painter, *market(), t)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(10 * CELL, 10 * CELL, 4)[:, :, :3]
    return pixels.astype(int)


def test_kept_pictures_show_the_arcs_themselves(qapp, monkeypatch):
    one_by_one, kept = (painted(30.0, few, monkeypatch) for few in (COUNT, 0))
    ground = np.array([LIGHT.map.blue(), LIGHT.map.green(), LIGHT.map.red()])
    away = [np.abs(picture - ground).sum(axis=2) for picture in (one_by_one, kept)]
    ink = [each.reshape(10, CELL, 10, CELL).sum(axis=(1, 3)) for each in away]
    expired = np.array([i % 7 == 0 or 1.0 + i <= 30.0 for i in range(COUNT)]).reshape(10, 10)
    assert ((ink[0] == 0) == expired).all()
    assert ((ink[1] == 0) == expired).all()
    assert np.abs(ink[0] - ink[1]).max() < 0.12 * ink[0].max()


def test_a_picture_is_painted_once(qapp):
    stamps, asked = Stamps(2.0), []
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(LIGHT.map)
    painter = QPainter(image)
    for x in (10.0, 20.0):
        stamps.put(
            painter, "dot", x, 10.0, 4.0, lambda around: (asked.append(1), around.fillRect(-4, -4, 8, 8, LIGHT.stale))
        )
    painter.end()
    assert asked == [1]
    assert [image.pixelColor(x, 10) for x in (10, 20, 30)] == [LIGHT.stale, LIGHT.stale, LIGHT.map]
