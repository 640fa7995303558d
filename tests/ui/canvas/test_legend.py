"""The legend keeps out of the way of providers, and says less where there is little room."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from ui.canvas import legend
from ui.canvas.figures import Figures, figures
from ui.theme import DARK, LIGHT


def shown(*centres: tuple[float, float]) -> Figures:
    names = [f"P{i}" for i in range(len(centres))]
    return figures(names, [100] * len(centres), np.array(centres, float).reshape(-1, 2), 1.0)


def blocks(providers: Figures, width: float = 900, height: float = 560) -> list[tuple[int, QRectF]]:
    return legend.place(providers, width, height, "news/1", "v3 is the newest")


def test_the_usual_corners(qapp):
    (first, above), (second, below) = blocks(shown((450, 280)))
    assert (first, second) == (legend.KEY_AND_REGIMES, legend.GLYPHS)
    assert (above.left(), above.top(), below.left()) == (legend.PAD, legend.PAD - 4, legend.PAD)
    assert below.bottom() < 560 and below.top() > 400


@given(st.lists(st.tuples(st.integers(60, 840), st.integers(60, 500)), min_size=1, max_size=12, unique=True))
def test_no_block_lies_on_a_provider_nor_on_another(qapp, places):
    providers = shown(*places)
    found = blocks(providers)
    for _, area in found:
        for (x, y), rim in zip(providers.centres.tolist(), providers.rims.tolist(), strict=True):
            assert not area.intersects(QRectF(x - 0.7 * rim, y - 0.7 * rim, 1.4 * rim, 1.4 * rim))
        assert QRectF(0, 0, 900, 560).contains(area)
    assert len(found) < 2 or not found[0][1].intersects(found[1][1])


def test_where_every_corner_is_taken_it_says_nothing(qapp):
    assert blocks(shown((90, 60), (90, 260), (330, 260), (330, 60)), 420, 320) == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_it_stays_in_its_area(qapp, theme):
    for block, area in blocks(shown((450, 280))):
        picture = QPixmap(900, 560)
        picture.fill(theme.map)
        painter = QPainter(picture)
        legend.paint(painter, theme, block, area, "news/1", "v3 is the newest")
        painted = picture.toImage()
        painter.fillRect(area.adjusted(-3, -3, 3, 3), theme.map)
        painter.end()
        erased = picture.toImage()
        empty = QPixmap(900, 560)
        empty.fill(theme.map)
        assert (painted == erased, erased == empty.toImage()) == (False, True)


def test_the_pace_keeps_clear_of_providers_and_their_badges(qapp):
    free, beside, below_badge = (legend.pace_area(shown(at), 900, 560, []) for at in ((450, 280), (800, 60), (730, 70)))
    assert free is not None and beside is not None and below_badge is not None
    assert (free.right(), free.top()) == (900 - legend.PAD, legend.PAD - 4)
    assert beside.right() < 800 - 46 and below_badge.right() < 730 - 46
    assert (beside.top(), below_badge.top()) == (free.top(), free.top())


def test_the_pace_goes_below_or_leaves_it_to_the_transport(qapp):
    crowd = shown(*((x, 60) for x in range(60, 900, 100)))
    below = legend.pace_area(crowd, 900, 560, [])
    assert below is not None and below.top() > 500
    assert legend.pace_area(crowd, 900, 560, [QRectF(0, 500, 900, 60)]) is None
