"""What the map says of itself: the selected key, the meaning of colours, borders, shapes and signs, the pace.

Rules: it lies under the providers and keeps to a corner; where that is crowded it says less. An empty map says what
would fill it, and a crowded one what is left out.
"""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from ui import words
from ui.canvas import sprites
from ui.theme import Theme, font

PAD = 18.0
GLYPH = 6.5
REGIMES = ((1, "get-broadcast"), (2, "put-broadcast-key"), (3, "put-broadcast-value"))
SHAPES = ((3, "put"), (4, "query"), (5, "reply"))
SIGNS = ((sprites.HIT, "hit"), (sprites.MISS, "miss"), (sprites.STALE, "stale"), (sprites.REFUSED, "refused"))
EXTENTS = EVERYTHING, REGIMES_TOO, KEY_ONLY = 0, 1, 2  # how much it says: signs and shapes, regimes, the key alone
EMPTY = "No providers yet"
HOW_TO_FILL = "Open a scenario with Ctrl+O, or choose one on the welcome page."


def size(extent: int, key: str, newest: str) -> QSizeF:
    """What the legend takes in each of `EXTENTS`."""
    body, small = QFontMetricsF(font("heading")), QFontMetricsF(font("small"))
    wide, high = body.horizontalAdvance(key) + 8 + small.horizontalAdvance(newest), _heading(key)
    if extent <= REGIMES_TOO:
        wide = max(wide, *(small.horizontalAdvance(words.regime(word)) + 26 for _, word in REGIMES))
        high += len(REGIMES) * _row(small)
    if extent == EVERYTHING:
        wide = max(wide, _run(small, [word for _, word in SIGNS]))
        high += 2 * _row(small) + 4
    return QSizeF(wide, high)


def paint(painter: QPainter, theme: Theme, corner: QPointF, extent: int, key: str, newest: str) -> None:
    """The legend with its top left at `corner`. key, newest: of the selected key, "" for none."""
    x, y = corner.x(), corner.y()
    if key:
        above = QFontMetricsF(font("heading"))
        painter.setFont(font("heading"))
        painter.setPen(theme.text)
        painter.drawText(QPointF(x, y + above.ascent()), key)
        painter.setFont(font("small"))
        painter.setPen(theme.muted)
        painter.drawText(QPointF(x + above.horizontalAdvance(key) + 8, y + above.ascent()), newest)
        y += _heading(key)
    metrics = QFontMetricsF(font("small"))
    painter.setFont(font("small"))
    row = _row(metrics)
    for code, word in REGIMES if extent <= REGIMES_TOO else ():
        _glyph(painter, theme, x + GLYPH + 1, y + row / 2, 4, code)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(x + 24, y, 400, row), Qt.AlignmentFlag.AlignVCenter, words.regime(word))
        y += row
    y += 4
    for entries, signs in ((SHAPES, False), (SIGNS, True)) if extent == EVERYTHING else ():
        at = x
        for what, word in entries:
            sign = what if signs else sprites.NO_SIGN
            _glyph(painter, theme, at + GLYPH + 1, y + row / 2, 5 if signs else what, 0, sign)
            painter.setPen(theme.muted)
            painter.drawText(QRectF(at + 20, y, 200, row), Qt.AlignmentFlag.AlignVCenter, word)
            at += _step(metrics, word)
        y += row


def paint_pace(painter: QPainter, theme: Theme, width: float, pace: str, left_out: str) -> None:
    """At the top right: how fast time runs, and below it what is not drawn."""
    painter.setFont(font("small"))
    height = QFontMetricsF(font("small")).height() * 1.35
    painter.setPen(theme.muted)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(0, PAD - 4, width - PAD, height), right, pace)
    if left_out:
        painter.drawText(QRectF(0, PAD - 4 + height, width - PAD, height), right, left_out)


def paint_empty(painter: QPainter, theme: Theme, width: float, height: float) -> None:
    """Instead of a map."""
    middle = Qt.AlignmentFlag.AlignHCenter
    painter.setFont(font("title"))
    painter.setPen(theme.muted)
    painter.drawText(QRectF(0, height / 2 - 40, width, 34), middle | Qt.AlignmentFlag.AlignBottom, EMPTY)
    painter.setFont(font("body"))
    painter.setPen(theme.faint)
    area = QRectF(20, height / 2 + 2, width - 40, 80)
    painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), HOW_TO_FILL)


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
