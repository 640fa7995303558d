"""What each link carries a second, in figures above its line; where that all but fills the link, it stands out.

Rules: shown when asked for. Figures keep clear of providers, names and marks; among many links only those of who is
chosen have one. A figure changes in place: where it stands depends on the map alone.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from ui import words
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground
from ui.canvas.links import clipped
from ui.canvas.moment import Moment
from ui.canvas.pills import PARTS, SHORT, pills
from ui.canvas.plan import Plan
from ui.theme import Theme, font

MOST = 28  # links that all have their figure: a full mesh of 8
FULL = 0.8  # of its bandwidth, from which on a link stands out
ABOVE = 3.0  # pixels between a line and its figure
LONGEST, WITH_SHARE = "888 kB/s", "888 kB/s · 100 %"

Place = tuple[int, float, QPointF]  # a line's number, its bandwidth in bytes a second or 0, the middle of its figure


class Rates:
    """The pictures of what they say, and where they stand. Of one theme and one device pixel ratio."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme, self._ratio = theme, ratio
        self._pictures: dict[tuple[str, bool], QPixmap] = {}
        self._kept: tuple[Figures, Ground, tuple[object, ...], list[Place]] | None = None

    def paint(
        self, painter: QPainter, plan: Plan, now: Moment, chosen: tuple[int, ...], taken: Sequence[QRectF]
    ) -> None:
        """Those of the lines over which something can pass. taken: areas to keep clear of."""
        for line, limit, at in self._places(plan, now, chosen, taken):
            text, hot = said(now.carried[:, line] / now.loads.window, limit)
            if text:
                picture = self._picture(text, hot)
                half = QPointF(picture.width(), picture.height()) / (2 * self._ratio)
                painter.drawPixmap(at - half, picture)

    def _places(self, plan: Plan, now: Moment, chosen: tuple[int, ...], taken: Sequence[QRectF]) -> list[Place]:
        asked = chosen if len(now.ground.lines) > MOST else (), [area.getRect() for area in taken]
        kept = self._kept
        if kept is None or kept[0] is not now.shown or kept[1] is not now.ground or kept[2] != asked:
            kept = self._kept = now.shown, now.ground, asked, places(plan, now.shown, now.ground, asked[0], taken)
        return kept[3]

    def _picture(self, text: str, hot: bool) -> QPixmap:
        if (text, hot) not in self._pictures:
            if len(self._pictures) > 500:
                self._pictures.clear()
            self._pictures[text, hot] = self._made(text, hot)
        return self._pictures[text, hot]

    def _made(self, text: str, hot: bool) -> QPixmap:
        line = font("badge" if hot else "small")
        metrics = QFontMetricsF(line)
        area = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
        picture = QPixmap((area.size() * self._ratio).toSize())
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(Qt.GlobalColor.transparent)
        bed = QColor(self._theme.map)
        bed.setAlphaF(0.78)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(bed)
        painter.drawRoundedRect(area, 4, 4)
        painter.setFont(line)
        painter.setPen(self._theme.stale_text if hot else self._theme.muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return picture


def said(ways: np.ndarray, limit: float) -> tuple[str, bool]:
    """The figure of a link, from bytes a second each way; and whether it stands out. limit: each way, 0 is none."""
    total = float(ways.sum())
    if not total:
        return "", False
    share = float(ways.max()) / limit if limit else 0.0
    return f"{words.size(total)}/s" + (f" · {words.share(share)}" if limit else ""), share >= FULL


def places(
    plan: Plan, shown: Figures, ground: Ground, chosen: tuple[int, ...], taken: Sequence[QRectF]
) -> list[Place]:  # fmt: skip
    """Where figures stand: above the middle of their line or of a part of it, wherever nothing else is."""
    lines, metrics = ground.lines, QFontMetricsF(font("small"))
    wanted = ground.open if len(lines) <= MOST else ground.open & np.isin(lines, chosen).any(axis=1)
    numbers = np.flatnonzero(wanted)[:MOST].tolist()
    ways = clipped(shown.centres, shown.rims, lines[numbers])
    busy = [*taken, *(area for _, area, _ in pills(shown, ground))]
    found: list[Place] = []
    for line, way in zip(numbers, ways.tolist(), strict=True):
        limit = _limit(plan, ground, line)
        size = metrics.horizontalAdvance(WITH_SHARE if limit else LONGEST) + 8, metrics.height()
        area = _free(shown, way, size, busy)
        if area is not None:
            busy.append(area)
            found.append((line, limit, area.center()))
    return found


def _limit(plan: Plan, ground: Ground, line: int) -> float:
    """The bandwidth of a line that stands for one link, in bytes a second."""
    pairs = plan.pairs[ground.line_of == line].tolist()
    if len(pairs) != 1:
        return 0.0
    a, b = pairs[0]
    return (plan.link(a, b, ground.state).bandwidth or 0.0) / 8


def _free(shown: Figures, way: list[float], size: tuple[float, float], busy: Sequence[QRectF]) -> QRectF | None:
    x1, y1, x2, y2 = way
    length = float(np.hypot(x2 - x1, y2 - y1))
    if length < SHORT:
        return None
    across, down = (y2 - y1) / length, (x1 - x2) / length  # the way off the line: upwards, or to the right
    if down > 0 or (down == 0 and across < 0):
        across, down = -across, -down
    off = abs(across) * size[0] / 2 + abs(down) * size[1] / 2 + ABOVE
    for part in PARTS:
        x, y = x1 + (x2 - x1) * part + across * off, y1 + (y2 - y1) * part + down * off
        away = np.maximum(np.abs(shown.centres - (x, y)) - (size[0] / 2, size[1] / 2), 0)
        area = QRectF(x - size[0] / 2, y - size[1] / 2, *size)
        discs = shown.rims[shown.hosts >= 0]
        if (np.hypot(away[:, 0], away[:, 1])[shown.hosts >= 0] < discs).any():
            continue
        if not any(map(area.intersects, busy)):
            return area
    return None
