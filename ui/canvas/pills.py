"""Where the marks of faulty links stand: on their lines, on no provider, and none on another.

Rules: no painting; equal input gives equal places. A mark that finds no room says less, and at last is left out and
counted: what is not marked is told in the legend.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from p4lab.core.events import Pair
from ui.canvas import ground
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground
from ui.canvas.links import clipped
from ui.theme import font

SIZE = 7.0  # half of a sign on a line
SHORT = 30.0  # pixels: no sign on a shorter line
MOST = 120  # signs on lines
PARTS = (0.5, 0.4, 0.6, 0.3, 0.7)  # of a line, from one rim to the other: where a mark may stand
GAP = 2.0  # pixels between two marks

Pill = tuple[Pair, QRectF, str]


@lru_cache(maxsize=4)
def pills(shown: Figures, now: Ground) -> tuple[Pill, ...]:
    """Each mark with its place and its words, "" for the sign alone. None where all links have the same faults."""
    if now.everywhere or not now.faults:
        return ()
    metrics = QFontMetricsF(font("small"))
    high = max(2.4 * SIZE, metrics.height())
    ways = clipped(shown.centres, shown.rims, np.array(list(now.faults)))
    rims, taken = np.maximum(shown.rims, 1.0), _signs(shown, now)
    found: list[Pill] = []
    few = len(now.faults) <= ground.FEW
    for (line, said), way in zip(now.faults.items(), ways, strict=True):
        if len(found) == MOST:
            break
        for text in (said, "") if few else ("",):
            size = (metrics.horizontalAdvance(text) + 5 if text else 0.0) + 3.2 * SIZE, high
            area = _free(shown.centres, rims, way, size, taken)
            if area is not None:
                taken.append(area)
                found.append((line, area, text))
                break
    return tuple(found)


def told(shown: Figures, now: Ground) -> tuple[str, ...]:
    """`Ground.signs`, with how many faulty links have no mark."""
    left = 0 if now.everywhere else len(now.faults) - len(pills(shown, now))
    usual = f"{ground.FAULTS}:{ground.SIGNS[ground.FAULTS]}, {left} not marked"
    return tuple(usual if left and sign == ground.FAULTS else sign for sign in now.signs)


def middle(shown: Figures, line: Pair, part: float = 0.5) -> QPointF | None:
    """Between two rims, half-way or another part of it; None where there is no room for a sign."""
    x1, y1, x2, y2 = clipped(shown.centres, shown.rims, np.array([line])).tolist()[0]
    long = np.hypot(x2 - x1, y2 - y1) >= SHORT
    return QPointF(x1 + (x2 - x1) * part, y1 + (y2 - y1) * part) if long else None


def _signs(shown: Figures, now: Ground) -> list[QRectF]:
    """What other signs take."""
    found = [middle(shown, line) for line in [*now.silenced, *sorted(now.catching)][:MOST]]
    return [QRectF(at.x() - 1.5 * SIZE, at.y() - 1.5 * SIZE, 3 * SIZE, 3 * SIZE) for at in found if at is not None]


def _free(
    centres: np.ndarray, rims: np.ndarray, way: np.ndarray, size: tuple[float, float], taken: Sequence[QRectF]
) -> QRectF | None:
    """The first part of a line where a mark of this size lies on nothing."""
    x1, y1, x2, y2 = way.tolist()
    if np.hypot(x2 - x1, y2 - y1) < SHORT:
        return None
    for part in PARTS:
        x, y = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
        away = np.maximum(np.abs(centres - (x, y)) - (size[0] / 2, size[1] / 2), 0)
        if (np.hypot(away[:, 0], away[:, 1]) < rims).any():
            continue
        area = QRectF(x - size[0] / 2, y - size[1] / 2, *size)
        if not any(area.adjusted(-GAP, -GAP, GAP, GAP).intersects(other) for other in taken):
            return area
    return None
