"""Both sides of the frame benchmark paint the same messages; it stands here because it needs Qt."""

from PySide6.QtGui import QImage

from bench import frame
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.theme import LIGHT_ONLY, ThemeSwitch


def orange(picture: QImage) -> int:
    """How many pixels show the colour of get-broadcast."""
    points = [(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)]
    return sum(picture.pixelColor(x, y).hue() in range(30, 50) and picture.pixelColor(x, y).saturation() > 200
               for x, y in points)  # fmt: skip


def test_both_sides_show_the_same(qapp):
    switch = ThemeSwitch(qapp, LIGHT_ONLY)
    run = frame.Playhead(frame.scenario(400))
    still = MapView(run, Focus(), switch)
    still.resize(frame.SIZE)
    background = still.grab()
    run.find(400)
    still.grab()
    now = frame.flight(still)
    assert 400 <= len(now) == now.total < 700
    radius, _ = still.glyph_radii()
    sides = [frame.Items(now, background, make(switch.current, radius)) for make in (frame.shape, frame.pixmap)]
    for side in sides:
        side.frame(now)
    pictures = [still.grab(), *(side.view.grab() for side in sides)]
    ours, shapes, pixmaps = (orange(picture.toImage()) for picture in pictures)
    assert ours == pixmaps > 0
    assert 0.75 < ours / shapes < 1.0  # without the gap that we leave between a glyph and a line


def test_the_rows_have_the_names_that_scripts_read(qapp, monkeypatch):
    monkeypatch.setattr(frame, "COUNTS", (200,))
    rows = list(frame.rows())
    assert [(row.name, row.unit, row.against) for row in rows] == [
        ("frame, 200 messages", "ms", "QGraphicsItem"),
        ("frame, 200 messages, painting alone", "ms", "QGraphicsPixmapItem"),
    ]
    assert all(row.value > 0 and row.against_value > 0 for row in rows)
