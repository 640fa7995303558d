"""Links end at rims, are as wide as their load, and grow fainter in a crowd."""

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from ui.canvas.links import MOST_HALVED, STEPS, clipped, halved, idle_share, nearest, paint_links, steps
from ui.theme import LIGHT

CENTRES = np.array([[0.0, 20.0], [100.0, 20.0], [0.0, 120.0]])
RIMS = np.array([10.0, 5.0, 5.0])
PAIRS = np.array([[0, 1], [0, 2], [1, 2]])


def test_lines_end_at_rims():
    assert clipped(CENTRES, RIMS, PAIRS[:2]).tolist() == [[10, 20, 95, 20], [0, 30, 0, 115]]
    touching = clipped(np.array([[0.0, 0.0], [12.0, 0.0]]), np.array([10.0, 5.0]), PAIRS[:1])
    assert touching[0, :2].tolist() == touching[0, 2:].tolist()


def test_steps_double():
    carried = np.array([0, 1, 400, 800, 1e9])
    assert steps(np.stack([carried, 0 * carried]), 2.0).tolist() == [[0, 1, 2, 3, STEPS], [0] * 5]
    many = np.full((2, MOST_HALVED + 1), 400.0)  # of these each line is one
    assert np.unique(steps(many, 2.0)).tolist() == [3]


def test_a_crowd_of_lines_is_faint():
    line = np.array([[0.0, 0.0, 900.0, 500.0]])
    shares = [idle_share(np.repeat(line, count, axis=0)) for count in (1, 5, 50, 800, 20_000)]
    assert shares[0] == shares[1] == 1.0 > shares[2] > shares[3] > shares[4] == pytest.approx(0.16)


def test_the_busier_the_wider():
    picture = QImage(120, 140, QImage.Format.Format_RGB32)
    picture.fill(LIGHT.map)
    painter = QPainter(picture)
    paint_links(painter, LIGHT, CENTRES + np.array((15, 0)), RIMS, PAIRS[:2], np.array([[0, 7], [0, 7]]))
    painter.end()
    idle = sum(picture.pixelColor(60, y) != LIGHT.map for y in range(10, 30))
    busy = sum(picture.pixelColor(x, 80) != LIGHT.map for x in range(30))
    assert (idle, busy) == (2, 6)


def test_who_has_drawn_them_as_idle_draws_only_the_busy_ones():
    picture = QImage(120, 140, QImage.Format.Format_RGB32)
    picture.fill(LIGHT.map)
    painter = QPainter(picture)
    paint_links(painter, LIGHT, CENTRES + np.array((15, 0)), RIMS, PAIRS[:2], np.array([[0, 7], [0, 7]]), idle=False)
    painter.end()
    idle = sum(picture.pixelColor(60, y) != LIGHT.map for y in range(10, 30))
    busy = sum(picture.pixelColor(x, 80) != LIGHT.map for x in range(30))
    assert (idle, busy) == (0, 6)


def test_each_half_is_as_wide_as_what_its_end_sends():
    ends = np.array([[0.0, 0.0, 100.0, 0.0], [0.0, 5.0, 0.0, 25.0]])
    parted, level = halved(ends, np.array([[3, 2], [0, 2]]))
    assert parted.tolist() == [[0, 5, 0, 25], [0, 0, 50, 0], [50, 0, 100, 0]]
    assert level.tolist() == [2, 3, 0]
    alike, level = halved(ends, np.array([[1, 2], [1, 2]]))
    assert (alike.tolist(), level.tolist()) == (ends.tolist(), [1, 2])
    picture = QImage(120, 140, QImage.Format.Format_RGB32)
    picture.fill(LIGHT.map)
    painter = QPainter(picture)
    paint_links(painter, LIGHT, CENTRES + np.array((15, 0)), RIMS, PAIRS[:1], np.array([[0], [7]]))
    painter.end()
    wide = [sum(picture.pixelColor(x, y) != LIGHT.map for y in range(10, 30)) for x in (40, 100)]
    assert wide == [2, 6]


def test_pointing_at_a_link():
    assert nearest(CENTRES, PAIRS, 50, 22, 5) == 0
    assert nearest(CENTRES, PAIRS, 50, 70, 5) == 2
    assert nearest(CENTRES, PAIRS, 60, 100, 5) is None
    assert nearest(CENTRES, PAIRS[:0], 0, 0, 5) is None
