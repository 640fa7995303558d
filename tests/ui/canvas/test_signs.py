"""Each state is seen on the map, in both themes, and gone when it is over."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter, QPixmap

from p4lab.scenario.model import Peering, Provider
from tests.streams import Run
from tests.ui import troubled
from tests.ui.canvas.maps import Shown
from tests.ui.panels.tale import Told
from ui.canvas import ground, signs
from ui.canvas.providers import ring_radius
from ui.player import Player
from ui.theme import DARK, LIGHT


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_state_is_seen_and_passes(qtbot, look):
    shown = Shown(qtbot, troubled.player())
    shown.switch.choose(look)

    def picture(t: float) -> QImage:
        shown.at(t)
        return shown.map.grab().toImage()

    calm = picture(1.0)
    assert picture(1.5) == calm
    lost = picture(2.005)  # the query that a crash has ended on its way
    seen = [picture(t) for t in (3.5, 4.08, 4.2, 5.5, 6.5, 8.0, 10.5, 11.5, 12.5, 13.5)]
    assert all(one != other for i, one in enumerate([calm, lost, *seen]) for other in [calm, lost, *seen][:i])
    assert picture(9.5) == picture(6.8)  # the partition is over, the link is lossy as before
    shown.switch.choose("light")
    shown.player.close()


def test_no_sign_is_another_in_another_colour(qapp):
    for theme in (LIGHT, DARK):
        shapes = set()
        for sign in set(ground.SIGNS) - {ground.CRASHED}:  # a cross either way: a crash and a cut both end all
            picture = QPixmap(40, 40)
            picture.fill(theme.map)
            painter = QPainter(picture)
            signs.draw(painter, theme, sign, QPointF(20, 20), 10.0)
            painter.end()
            image = picture.toImage()
            shapes.add(tuple(image.pixelColor(x, y) != theme.map for x in range(40) for y in range(40)))
        assert len(shapes) == len(ground.SIGNS) - 1


def test_a_tombstone_has_a_hollow_ring_and_says_removed(qtbot):
    run = Run(2)
    run.put(1.0, 0, "k", 1)
    run.put(2.0, 0, "k", 2, until=14.0, deleted=True)
    session = Told(run.trace, provider=(Provider("Aster"), Provider("Birch")), peering=(Peering(among="all"),))
    player = Player(lambda *_: session)
    player.open(session)
    shown = Shown(qtbot, player)
    shown.focus.select_name(0)
    seen = {}
    for t in (1.5, 3.0):
        now = shown.at(t)
        x, y = now.shown.centres[0].tolist()
        reach = ring_radius(float(now.shown.radii[0]))
        ring = shown.map.grab().toImage().pixelColor(round(x + reach), round(y))
        seen[t] = ring == shown.switch.current.map, now.newest, now.looks[0].texts[0]
    assert seen == {1.5: (False, "v1 is the newest", "v1 · own"), 3.0: (True, "removed with v2", "removed")}
    player.close()


def test_letters_of_sides():
    assert [signs.letter(side) for side in (0, 1, 25, 26)] == ["A", "B", "Z", "27"]
