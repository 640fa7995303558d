"""All sides of the frame benchmark paint the same messages; it stands here because it needs Qt."""

import pytest
from PySide6.QtGui import QImage, QPixmap

from bench import frame, frame_peers
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.theme import LIGHT_ONLY, ThemeSwitch


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(frame, "PROVIDERS", 60)


def orange(picture: QImage) -> int:
    """How many pixels show the colour of get-broadcast."""
    points = [(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)]
    return sum(picture.pixelColor(x, y).hue() in range(30, 50) and picture.pixelColor(x, y).saturation() > 200
               for x, y in points)  # fmt: skip


def test_all_sides_show_the_same(qapp):
    switch = ThemeSwitch(qapp, LIGHT_ONLY)
    run = frame.Playhead(frame.scenario(400))
    ours = MapView(run, Focus(), switch)
    ours.resize(frame.SIZE)
    background = ours.grab()
    run.find(400)
    ours.grab()
    now, shown, theme = frame.flight(ours), ours.figures(), switch.current
    assert 400 <= len(now) == now.total < 700
    radius, _ = ours.glyph_radii()
    sides = [
        frame_peers.Items(now, background, theme, shown, frame_peers.shape(theme, radius)),
        frame_peers.Items(now, background, theme, None, frame_peers.pixmap(theme, radius)),
        frame_peers.Spots(now, background, theme, shown, radius),
    ]
    seen = []
    for side in sides:
        picture = QPixmap(frame.SIZE)
        side.frame(now, picture)
        seen.append(orange(picture.toImage()))
    shapes, pixmaps, spots = seen
    mine = orange(ours.grab().toImage())
    assert pixmaps == pytest.approx(mine, rel=0.01)
    assert 0.75 < mine / shapes < 1.0  # without the gap that we leave between a glyph and a line
    assert 0.75 < mine / spots < 1.2


def test_the_rows_have_the_names_that_scripts_read(qapp, monkeypatch):
    monkeypatch.setattr(frame, "COUNTS", (200,))
    rows = list(frame.rows())
    assert [(row.name, row.unit, row.against) for row in rows] == [
        ("frame, 200 messages", "ms", "QGraphicsItem"),
        ("frame, 200 messages", "ms", "ScatterPlotItem"),
        ("frame, 200 messages, painting alone", "ms", "QGraphicsPixmapItem"),
    ]
    assert all(row.value > 0 and row.against_value > 0 for row in rows)
