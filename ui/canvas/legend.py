"""What the map says of itself: the selected key, the meaning of colours, borders, shapes and signs, the pace.

Rules: it lies under the providers and keeps to a corner; where that is crowded it says less. An empty map says what
would fill it, and a crowded one what is left out.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from ui import words
from ui.canvas import ground, signs, sprites
from ui.canvas.figures import Figures
from ui.canvas.tags import badge_corner
from ui.theme import Theme, font

PAD = 18.0
GLYPH = 6.5
REGIMES = ((1, "get-broadcast"), (2, "put-broadcast-key"), (3, "put-broadcast-value"))
SHAPES = ((3, "put"), (4, "query"), (5, "reply"), (1, "session"))
SIGNS = ((sprites.HIT, "hit"), (sprites.MISS, "miss"), (sprites.STALE, "stale"), (sprites.REFUSED, "refused"))
KEY_AND_REGIMES, KEY, GLYPHS, STATES = range(4)  # its blocks
SLOWEST = "auto · 1/200 speed"  # as wide as the pace gets
NOWHERE = np.empty((0, 2))
EMPTY = "No providers yet"
TO_DRAW = "Click to place a provider"
HOW_TO_DRAW = (
    "Or press Enter, and it is put where there is room. Each new one peers with those that are there; "
    "File ▸ New from a pattern makes many at once."
)
NOBODY = "Nobody is here at this moment"
HOW_TO_MEET = "Providers stand here while they take part: press Space, or drag the time line."
HOW_TO_FILL = "Open a scenario with Ctrl+O, or choose one on the welcome page."


def place(
    shown: Figures,
    width: float,
    height: float,
    key: str,
    newest: str,
    states: tuple[str, ...] = (),
    taken: np.ndarray = NOWHERE,
) -> list[tuple[int, QRectF]]:
    """Its blocks, each in a corner with no provider in it: the key and the regimes, and apart from them the glyphs.

    states: what is the matter on the map now (`ground.SIGNS`), explained in a block of its own. taken: points that are
    to be kept free as well.
    """
    spots = np.vstack([_spots(shown), taken])
    found: list[tuple[int, QRectF]] = []
    wanted: list[tuple[tuple[int, ...], str]] = [((KEY_AND_REGIMES, KEY), "tl bl br"), ((GLYPHS,), "bl br")]
    if states:
        wanted.insert(1, ((STATES,), "br bl tr tl ml mr"))
    for blocks, corners in wanted:
        areas = [
            (block, area)
            for block in blocks
            for corner in corners.split()
            if not _covered(shown, spots, area := _area(block, corner, width, height, key, newest, states))
            and not any(area.intersects(taken) for _, taken in found)
        ]
        found += areas[:1]
    return found


def paint(
    painter: QPainter, theme: Theme, block: int, area: QRectF, key: str, newest: str, states: tuple[str, ...] = ()
) -> None:
    """One block. key, newest: of the selected key, "" for none."""
    painter.save()
    painter.translate(area.topLeft())
    if block == GLYPHS:
        _paint_glyphs(painter, theme)
    elif block == STATES:
        _paint_states(painter, theme, states)
    else:
        _paint_key(painter, theme, key, newest)
        if block == KEY_AND_REGIMES:
            painter.translate(0, _heading(key))
            _paint_regimes(painter, theme)
    painter.restore()


def _area(
    block: int, corner: str, width: float, height: float, key: str, newest: str, states: tuple[str, ...] = ()
) -> QRectF:
    heading, small = QFontMetricsF(font("heading")), QFontMetricsF(font("small"))
    if block == STATES:
        size = QSizeF(26 + max(map(small.horizontalAdvance, map(_says, states))), len(states) * _row(small))
    elif block == GLYPHS:
        wide = max(_run(small, [word for _, word in row]) for row in (SHAPES, SIGNS))
        size = QSizeF(wide, 2 * _row(small))
    else:
        size = QSizeF(heading.horizontalAdvance(key) + 8 + small.horizontalAdvance(newest), _heading(key))
    if block == KEY_AND_REGIMES:
        wide = max(small.horizontalAdvance(words.regime(word)) + 26 for _, word in REGIMES)
        size = QSizeF(max(size.width(), wide), size.height() + len(REGIMES) * _row(small))
    x = PAD if corner.endswith("l") else width - size.width() - PAD
    top = PAD - 4 + (4 * PAD if block == STATES else 0)  # below the pace
    y = {"t": top, "m": (height - size.height()) / 2}.get(corner[0], height - size.height() - PAD + 6)
    return QRectF(QPointF(x, y), size)


def _spots(shown: Figures) -> np.ndarray:
    """Where customers sit."""
    return np.array([spot for node in shown.seen for spot in shown.customer_places(node)]).reshape(-1, 2)


def _covered(shown: Figures, spots: np.ndarray, area: QRectF) -> bool:
    low, high = (area.left(), area.top()), (area.right(), area.bottom())
    away = shown.centres - np.clip(shown.centres, low, high)
    discs = np.hypot(away[:, 0], away[:, 1]) < shown.rims + 4
    dots = ((spots > np.array(low) - 5) & (spots < np.array(high) + 5)).all(axis=1)
    return bool(discs.any() or dots.any())


def _paint_key(painter: QPainter, theme: Theme, key: str, newest: str) -> None:
    above = QFontMetricsF(font("heading"))
    painter.setFont(font("heading"))
    painter.setPen(theme.text)
    painter.drawText(QPointF(0, above.ascent()), key)
    painter.setFont(font("small"))
    painter.setPen(theme.muted)
    painter.drawText(QPointF(above.horizontalAdvance(key) + 8, above.ascent()), newest)


def _paint_regimes(painter: QPainter, theme: Theme) -> None:
    painter.setFont(font("small"))
    row = _row(QFontMetricsF(font("small")))
    for line, (code, word) in enumerate(REGIMES):
        _glyph(painter, theme, GLYPH + 1, (line + 0.5) * row, 4, code)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(24, line * row, 400, row), Qt.AlignmentFlag.AlignVCenter, words.regime(word))


def _paint_glyphs(painter: QPainter, theme: Theme) -> None:
    painter.setFont(font("small"))
    metrics = QFontMetricsF(font("small"))
    row = _row(metrics)
    for line, entries in enumerate((SHAPES, SIGNS)):
        x = 0.0
        for what, word in entries:
            code, sign = (what, sprites.NO_SIGN) if entries is SHAPES else (5, what)
            _glyph(painter, theme, x + GLYPH + 1, (line + 0.5) * row, code, 0, sign)
            painter.setPen(theme.muted)
            painter.drawText(QRectF(x + 20, line * row, 200, row), Qt.AlignmentFlag.AlignVCenter, word)
            x += _step(metrics, word)


def _says(sign: str) -> str:
    """A sign of the ground in words: its own, or the usual."""
    name, _, own = sign.partition(":")
    return own or ground.SIGNS[name]


def _paint_states(painter: QPainter, theme: Theme, states: tuple[str, ...]) -> None:
    row = _row(QFontMetricsF(font("small")))
    for line, sign in enumerate(states):
        signs.draw(painter, theme, sign.partition(":")[0], QPointF(GLYPH + 2, (line + 0.5) * row), GLYPH)
        painter.setFont(font("small"))
        painter.setPen(theme.muted)
        painter.drawText(QRectF(26, line * row, 400, row), Qt.AlignmentFlag.AlignVCenter, _says(sign))


def pace(theme: Theme, corner: QPointF, pace: str, left_out: str, ratio: float) -> tuple[QPointF, QPixmap]:
    """How fast time runs, and below it what is not drawn: a picture, and where it lies. corner: the upper right."""
    metrics = QFontMetricsF(font("small"))
    high = metrics.height() * 1.35
    texts = [text for text in (pace, left_out) if text]
    wide = max(map(metrics.horizontalAdvance, texts), default=0.0) + 8
    picture = QPixmap((QSizeF(wide, high * len(texts)) * ratio).toSize() + QSize(1, 1))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font("small"))
    bed = QColor(theme.map)
    bed.setAlphaF(0.78)
    for line, text in enumerate(texts):
        area = QRectF(0, line * high, wide - 4, high)
        long = metrics.horizontalAdvance(text)
        painter.fillRect(QRectF(wide - 8 - long, line * high, long + 8, high), bed)  # lines and labels may lie below it
        painter.setPen(theme.muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    return corner + QPointF(4 - wide, 0), picture


def pace_area(shown: Figures, width: float, height: float, taken: Sequence[QRectF]) -> QRectF | None:
    """Where the pace has room, at the top if it can be: on no provider, none of their badges, nothing that is taken.

    None: nowhere, and the transport says it too.
    """
    metrics = QFontMetricsF(font("small"))
    wide, high = metrics.horizontalAdvance(SLOWEST), metrics.height() * 1.35
    spots = _spots(shown)
    badges = [
        QRectF(*badge_corner(shown, node, high), 0.7 * wide if name else high, high)
        for node in shown.seen
        for name in [shown.name_sizes[node]]
    ]
    for top in (PAD - 4, height - PAD - high + 4):
        for end in np.arange(width - PAD, wide + PAD, -wide / 4).tolist():
            area = QRectF(end - wide, top, wide, high)
            if not _covered(shown, spots, area) and not any(map(area.intersects, (*badges, *taken))):
                return area
    return None


def paint_empty(painter: QPainter, theme: Theme, width: float, height: float, drawn: bool) -> None:
    """Instead of a map. drawn: it is there to be drawn on."""
    _paint_words(painter, theme, width, height, *((TO_DRAW, HOW_TO_DRAW) if drawn else (EMPTY, HOW_TO_FILL)))


def paint_nobody(painter: QPainter, theme: Theme, width: float, height: float) -> None:
    """On a map of which everybody has left, or has yet to come."""
    _paint_words(painter, theme, width, height, NOBODY, HOW_TO_MEET)


def _paint_words(painter: QPainter, theme: Theme, width: float, height: float, title: str, says: str) -> None:
    middle = Qt.AlignmentFlag.AlignHCenter
    painter.setFont(font("title"))
    painter.setPen(theme.muted)
    painter.drawText(QRectF(0, height / 2 - 40, width, 34), middle | Qt.AlignmentFlag.AlignBottom, title)
    painter.setFont(font("body"))
    painter.setPen(theme.faint)
    area = QRectF(20, height / 2 + 2, width - 40, 80)
    painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), says)


def _glyph(painter: QPainter, theme: Theme, x: float, y: float, code: int, regime: int, sign: int = 0) -> None:
    painter.save()
    painter.translate(x, y)
    sprites.draw(painter, theme, code, regime, GLYPH, sign)
    painter.restore()


def _heading(key: str) -> float:
    return QFontMetricsF(font("heading")).height() * 1.3 if key else 0.0


def _row(metrics: QFontMetricsF) -> float:
    return metrics.height() * 1.42


def _step(metrics: QFontMetricsF, word: str) -> float:
    return 20 + metrics.horizontalAdvance(word) + 12


def _run(metrics: QFontMetricsF, entries: list[str]) -> float:
    return sum(_step(metrics, word) for word in entries)
