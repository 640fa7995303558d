"""Where messages are, what is left out where links are crowded, and that the painter puts them there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from p4lab.core import messages
from p4lab.trace import CORRUPT, DUPLICATE, LOST, Trace
from ui.canvas import sprites
from ui.canvas.messages import KEEP_RIGHT, LANES, LATE, PER_LINK, Flight, Painter, between_providers, fly, thinned
from ui.theme import DARK, LIGHT

CENTRES = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
RIMS = np.array([10.0, 10.0, 10.0])
ASIDE = KEEP_RIGHT * 8.0


def trace(*rows: tuple) -> Trace:
    """Rows of (t, due, src, dst, code, status, fate), op = its number."""
    made = Trace()
    for op, (t, due, src, dst, code, status, fate) in enumerate(rows, 1):
        made.sent(t, due, 0, op, 100, src, dst, code, status, fate)
    return made


def flight(made: Trace, t: float, **given) -> Flight:
    rows = made.rows()
    none = np.zeros(len(rows), bool)
    defaults = {"regimes": np.ones(len(rows), np.int64), "chosen": ~none, "stale": none, "late": none}
    return fly(rows, t, CENTRES, RIMS, radius=8.0, **(defaults | given))


def test_a_message_moves_from_rim_to_rim_on_the_right_of_its_way():
    there, back = (0.0, 1.0, 0, 1, messages.GETQ, 0, 0), (0.0, 1.0, 1, 0, messages.GETR, 0, 0)
    made = trace(there, back)
    places = [np.column_stack([now.x, now.y]).tolist() for now in (flight(made, t) for t in (0.0, 0.25, 1.0))]
    assert places == [
        [[10.0, ASIDE], [90.0, -ASIDE]],
        [[30.0, ASIDE], [70.0, -ASIDE]],
        [[90.0, ASIDE], [10.0, -ASIDE]],
    ]


def test_operations_of_other_keys_that_begin_together_are_told_apart():
    made = trace(*[(0.0, 1.0, 0, 1, messages.UPDATE, 0, 0)] * 3)
    now = flight(made, 0.5, chosen=np.zeros(3, bool))
    assert now.x.tolist() == [50.0] * 3
    assert sorted(now.y.tolist()) == (LANES * 8.0).tolist()


def test_shape_colour_and_sign():
    made = trace(
        (0, 1, 0, 1, messages.UPDATE, 0, 0),
        (0, 1, 0, 2, messages.UPDATE, 0, 0),
        (0, 1, 0, 1, messages.GETQ, 0, 0),
        (0, 1, 0, 1, messages.GETR, messages.HIT, 0),
        (0, 1, 0, 1, messages.GETR, messages.HIT, 0),
        (0, 1, 0, 1, messages.FETCHR, messages.REFUSED, 0),
    )
    stale = np.array([False, False, False, False, True, False])
    now = flight(made, 0.5, regimes=np.array([1, 1, 2, 3, 3, 0]), stale=stale)
    assert (now.glyph // sprites.COLUMNS).tolist() == [1, 1, 2, 3, 3, 0]
    assert (now.glyph % sprites.COLUMNS).tolist() == [
        0,  # to the right
        sprites.TURNS // 4,  # down
        sprites.CIRCLE,
        sprites.SQUARE + sprites.HIT,
        sprites.SQUARE + sprites.STALE,
        sprites.SQUARE + sprites.REFUSED,
    ]


def test_a_lost_message_falls_away_half_way():
    made = trace((0.0, 1.0, 0, 1, messages.GETQ, 0, LOST))
    first, falling, gone = (flight(made, t) for t in (0.25, 0.7, 0.9))
    assert (first.x[0], first.y[0], first.opacity[0]) == (30.0, ASIDE, 1.0)
    assert falling.x[0] == 50.0 and falling.y[0] > ASIDE and 0 < falling.opacity[0] < 1
    assert (gone.x[0], gone.opacity[0]) == (50.0, 0.0)


def test_a_late_answer_is_faint():
    made = trace((0, 1, 1, 0, messages.GETR, messages.MISS, 0))
    assert flight(made, 0.5, late=np.array([True])).opacity.tolist() == [LATE]


def test_only_links_of_the_map_count():
    made = trace((0, 1, 0, 1, messages.GETQ, 0, 0), (0, 1, 4, 0, messages.GET, 0, 0), (0, 1, 0, 9, messages.GETQ, 0, 0))
    assert between_providers(made.rows(), np.arange(3))["op"].tolist() == [1]
    assert len(between_providers(made.rows(), np.array([0, 0, 2]))) == 0  # within a folded subtree


@given(st.integers(1, 4000), st.integers(1, 40))
def test_a_crowded_link_is_thinned_evenly_and_says_so(crowd, others):
    made = trace(
        *[(0.0, 1.0, 0, 1, messages.GETQ, 0, 0)] * crowd, *[(0.0, 1.0, 0, 2, messages.GETQ, 0, 0)] * min(others, 20)
    )
    now = flight(made, 0.5)
    on_crowded = int((now.rows["dst"] == 1).sum())
    assert now.total == crowd + min(others, 20)
    assert int((now.rows["dst"] == 2).sum()) == min(others, 20)
    assert on_crowded == crowd if crowd <= PER_LINK else PER_LINK / 4 <= on_crowded <= 1.6 * PER_LINK


def test_thinning_keeps_the_same_messages_from_frame_to_frame():
    rows = trace(*[(0.0, 1.0, 0, 1, messages.GETQ, 0, 0)] * 1000).rows()
    chosen = np.zeros(1000, bool)
    kept = set(rows["id"][thinned(rows, chosen, 3)].tolist())
    later = rows[40:]  # some have arrived
    kept_later = set(later["id"][thinned(later, chosen[40:], 3)].tolist())
    assert kept_later == kept & set(later["id"].tolist())


def test_the_nearest_message_is_found_those_of_the_key_first():
    made = trace((0, 1, 0, 1, messages.GETQ, 0, 0), (0, 1, 0, 1, messages.GETQ, 0, 0))
    now = flight(made, 0.5, chosen=np.array([False, True]))
    assert now.nearest(50.0, ASIDE, 11.0) == 1
    assert now.nearest(50.0, ASIDE + 12, 11.0) is None
    assert flight(trace(), 0.5).nearest(0, 0, 11.0) is None


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("chosen", [True, False])
def test_what_the_network_did_to_a_message_is_seen_on_it(qapp, theme, chosen):
    pictures = []
    for fate in (0, DUPLICATE, CORRUPT, DUPLICATE | CORRUPT):
        now = flight(trace((0.0, 1.0, 0, 1, messages.GETQ, 0, fate)), 0.5, chosen=np.array([chosen]))
        image = QImage(120, 40, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(theme.map)
        painter = QPainter(image)
        painter.translate(0, 10)
        Painter(theme, 1.0, 8.0, 4.6).paint(painter, now)
        painter.end()
        pictures.append(image)
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_painter_puts_the_colour_of_the_regime_there(qapp, theme, ratio):
    made = trace((0.0, 1.0, 0, 1, messages.GETQ, 0, 0), (0.0, 1.0, 1, 0, messages.GETQ, 0, 0))
    now = flight(made, 0.25, regimes=np.array([1, 3]), chosen=np.array([True, False]))
    image = QImage(int(120 * ratio), int(40 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.map)
    painter = QPainter(image)
    painter.translate(0, 10)
    painter.translate(0, -10)
    Painter(theme, ratio, 8.0, 4.6).paint(painter, now)
    painter.end()
    assert image.pixelColor(int(30 * ratio), int(ASIDE * ratio)) == theme.regimes[1].colour
    assert image.pixelColor(int(110 * ratio), int(20 * ratio)) == theme.map


def test_every_glyph_has_its_own_picture(qapp):
    sheet = sprites.Sheet(LIGHT, 8.0, 1.0)
    image = sheet.pixmap.toImage()
    seen: dict[bytes, int] = {}
    for index in range(sprites.REGIMES * sprites.COLUMNS):
        side = int(sheet.side[index])
        cell = image.copy(int(sheet.left[index]), int(sheet.top[index]), side, side)
        edge = [cell.pixelColor(x, y).alpha() for x in range(side) for y in (0, side - 1)]
        assert max(edge) == 0  # nothing is cut off
        cell = cell.convertToFormat(QImage.Format.Format_ARGB32)
        seen.setdefault(bytes(cell.constBits()), index)
    assert len(seen) == sprites.REGIMES * sprites.COLUMNS
    corner = image.pixelColor(0, 0)
    assert corner.alpha() == 0
    assert Qt.GlobalColor.transparent == corner
