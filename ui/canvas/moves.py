"""Owners who move, for a moment of the viewer's time: a trail from the old provider to the new, and who goes along it.

Rules: a function of (moves, t, pace), so it is there again when the playhead comes back. What moves within a folded
subtree is not seen.
"""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from p4lab.core.events import Moved
from ui.canvas.moment import Moment
from ui.theme import Theme, font

TRAVEL, SHOWN = 1.2, 2.2  # s on screen: until it has arrived, and until the trail is gone
BOW = 0.16  # of the way: how far the trail lies beside the straight line
MOST = 12  # at a time
HEAD = 4.2  # pixels
CENTRED = Qt.AlignmentFlag.AlignCenter


def lately(moves: Sequence[Moved], t: float, factor: float) -> list[Moved]:
    """Those that are shown at t."""
    first, last = (bisect_right(moves, at, key=lambda move: move.t) for at in (t - SHOWN * max(factor, 1e-6), t))
    return list(moves[first:last])[-MOST:]


def paint(painter: QPainter, theme: Theme, now: Moment, moves: Sequence[Moved]) -> None:
    """The moves of the last moments."""
    shown = now.shown
    for move in lately(moves, now.t, now.factor):
        if max(move.src, move.dst) >= len(shown.names) or shown.hosts[move.src] == shown.hosts[move.dst]:
            continue
        past = (now.t - move.t) / max(now.factor, 1e-6)
        path = trail(shown.centres[move.src], shown.centres[move.dst], shown.rims[move.src], shown.rims[move.dst])
        painter.setOpacity(1.0 if now.calm else min(1.0, (SHOWN - past) / (SHOWN - TRAVEL)))
        pen = QPen(theme.accent, 2.0)
        pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        way = float(past >= TRAVEL / 2) if now.calm else min(1.0, past / TRAVEL)
        _person(painter, theme, path.pointAtPercent(way * way * (3 - 2 * way)), move.identity)
    painter.setOpacity(1.0)


def trail(start: np.ndarray, end: np.ndarray, first: float, last: float) -> QPainterPath:
    """From rim to rim, bowed, or it would lie on the line between them."""
    ahead = end - start
    length = max(float(np.hypot(*ahead)), 1e-6)
    aside = np.array([ahead[1], -ahead[0]]) * BOW
    middle = (start + end) / 2 + aside
    path = QPainterPath(QPointF(*(start + _towards(start, middle) * min(first, length / 3)).tolist()))
    path.quadTo(QPointF(*middle.tolist()), QPointF(*(end + _towards(end, middle) * min(last, length / 3)).tolist()))
    return path


def _towards(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    way: np.ndarray = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    return way


def _person(painter: QPainter, theme: Theme, at: QPointF, name: str) -> None:
    """A head on shoulders, and a name."""
    painter.setFont(font("badge"))
    metrics = QFontMetricsF(font("badge"))
    text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 120)
    wide, high = metrics.horizontalAdvance(text) + 4 * HEAD + 13, max(metrics.height() + 4, 4 * HEAD + 3)
    box = QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high)
    painter.setPen(QPen(theme.map, 1.6))
    painter.setBrush(theme.accent)
    painter.drawRoundedRect(box, high / 2, high / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.on_accent)
    middle = QPointF(box.left() + 6 + 1.6 * HEAD, box.center().y())
    painter.drawEllipse(middle - QPointF(0, 0.75 * HEAD), 0.8 * HEAD, 0.8 * HEAD)
    painter.drawChord(QRectF(middle.x() - 1.5 * HEAD, middle.y() + 0.2 * HEAD, 3 * HEAD, 3.2 * HEAD), 0, 180 * 16)
    painter.setPen(theme.on_accent)
    painter.drawText(box.adjusted(4 * HEAD + 5, 0, -4, 0), CENTRED, text)
