"""The item that paints the lanes: beds, bars with their words, stale reads, as much as the pixels can show.

Rules: one item for all; it paints in pixels, from bars and the playhead. What comes after the playhead is not drawn, or
pale where the whole run is known. Of a cached copy the rest of its TTL is drawn as an outline.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.panels.lane_bars import CACHED, Bar, label
from ui.theme import Theme, contrast, font, mix

TALLEST, LEAST = 42.0, 15.0  # px per lane at the usual text size
ROUND = 3.5  # px
PALE = 0.22  # of what is still to come
HAIR = 1.4  # px: narrower bars are drawn as a line, and those in the same pixel once


class LaneItem(pg.GraphicsObject):
    """Give it the lanes with `fill`; it asks the view for its place. y counts lanes, downwards from 0."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.playhead = 0.0
        self.future = False  # whether what is to come is known and shown
        self.lanes: list[int] = []  # nodes, from the top
        self.marked: int | None = None  # the selected provider
        self._kind = ""
        self._names: dict[int, str] = {}
        self._bars: dict[int, list[Bar]] = {}
        self._reads: dict[int, np.ndarray] = {}  # times of stale reads by node

    def fill(self, lanes: list[int], bars: Sequence[Bar], reads: np.ndarray, names: dict[int, str], kind: str) -> None:
        """Show these lanes. reads: World.stale_reads."""
        self.lanes, self._names, self._kind = lanes, names, kind
        self._bars = {}
        for bar in bars:
            self._bars.setdefault(bar.node, []).append(bar)
        self._reads = {node: reads["t"][reads["node"] == node] for node in np.unique(reads["node"]).tolist()}
        self.update()

    def bar_at(self, node: int, t: float) -> Bar | None:
        """What `node` would have answered with at t."""
        mine = self._bars.get(node, [])
        place = bisect_left(mine, t, key=lambda bar: bar.end)
        place += place < len(mine) and mine[place].end == t  # an end is not part of its bar
        return mine[place] if place < len(mine) and mine[place].start <= t else None

    # Qt

    def viewRangeChanged(self, *_: object) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        view = self.viewRect()
        if view is None or view.height() <= 0:
            return
        to_pixels = painter.worldTransform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        origin, corner = to_pixels.map(view.topLeft()), to_pixels.map(view.bottomRight())
        _Painter(self, painter, view, QRectF(origin, corner).normalized()).all()

    def bars_of(self, node: int) -> list[Bar]:
        """In order of time."""
        return self._bars.get(node, [])

    def reads_of(self, node: int) -> np.ndarray:
        """Times of stale reads."""
        return self._reads.get(node, np.empty(0))

    def words_of(self, bar: Bar) -> tuple[str, str]:
        """Long and short."""
        return label(bar, self._names, self._kind)


class _Painter:
    """One painting. view: seconds and lanes; area: the same in pixels."""

    def __init__(self, item: LaneItem, painter: QPainter, view: QRectF, area: QRectF) -> None:
        self.item, self.painter, self.view, self.area = item, painter, view, area
        self.theme = item.theme
        self.lane = area.height() / view.height()
        self.font = font("badge")
        self.metrics = QFontMetricsF(self.font)
        self.thick = min(self.lane * 0.6, self.metrics.height() * 1.6)
        self.ends = item.playhead

    def all(self) -> None:
        painter, area = self.painter, self.area
        painter.setClipRect(area)
        painter.setFont(self.font)
        first, last = int(self.view.top()), min(len(self.item.lanes), int(self.view.bottom()) + 1)
        for row in range(first, last):
            node = self.item.lanes[row]
            middle = area.top() + (row + 0.5 - self.view.top()) * self.lane - min(3.0, self.lane * 0.06)
            bed = QRectF(area.left(), middle - self.thick / 2, area.width(), self.thick)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.accent_soft if node == self.item.marked else self.theme.track)
            painter.drawRoundedRect(bed, ROUND, ROUND)
            self._bars(node, bed)
            self._reads(node, bed)

    def _x(self, t: float) -> float:
        return self.area.left() + (t - self.view.left()) / self.view.width() * self.area.width()

    def _bars(self, node: int, bed: QRectF) -> None:
        mine = self.item.bars_of(node)
        drawn = -inf  # the last pixel column that a hair was drawn in
        place = bisect_left(mine, self.view.left(), key=lambda bar: bar.end)
        for bar in mine[place:]:
            if bar.start > self.view.right() or (bar.start > self.ends and not self.item.future):
                break
            left, right = self._x(bar.start), self._x(min(bar.end, self.view.right() + 1))
            if right - left < HAIR:
                if int(left) > drawn or bar.stale:
                    drawn = int(left)
                    colour = self.theme.stale if bar.stale else self.theme.regime_named(bar.regime).colour
                    later = mix(self.theme.track, colour, PALE) if bar.start > self.ends else colour
                    self.painter.fillRect(QRectF(drawn, bed.top(), 1.2, bed.height()), later)
                continue
            now = self._x(self.ends)
            if bar.start <= self.ends:
                box = QRectF(left, bed.top(), min(right, now) - left, bed.height())
                self._bar(bar, box, opened=right > now)
            if right > now:
                self._rest(bar, QRectF(max(left, now), bed.top(), right - max(left, now), bed.height()))

    def _bar(self, bar: Bar, box: QRectF, opened: bool) -> None:
        painter, theme = self.painter, self.theme
        look = theme.regime_named(bar.regime)
        colour = theme.stale if bar.stale else look.colour
        seen = box.adjusted(0, 0, -1.0 if not opened and box.width() > 3 else 0, 0)  # a gap parts two versions
        ink = _readable(colour, theme)
        painter.setPen(Qt.PenStyle.NoPen)
        if bar.store == CACHED:
            soft = mix(theme.track, colour, 0.42)
            ink = theme.text
            painter.setBrush(soft)
            painter.drawRoundedRect(seen, ROUND, ROUND)
            painter.setBrush(QBrush(mix(soft, colour, 0.6), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(seen, ROUND, ROUND)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.2))
            painter.drawRoundedRect(seen.adjusted(0.6, 0.6, -0.6, -0.6), ROUND, ROUND)
        else:
            painter.setBrush(colour)
            painter.drawRoundedRect(seen, ROUND, ROUND)
        self._words(bar, seen, ink, soft if bar.store == CACHED else colour)

    def _words(self, bar: Bar, box: QRectF, ink: QColor, behind: QColor) -> None:
        left = max(box.left(), self.area.left())
        room = min(box.right(), self.area.right()) - left - 10
        if box.height() < self.metrics.height() * 0.8:
            return
        for text in self.item.words_of(bar):
            if (wide := self.metrics.horizontalAdvance(text)) <= room:
                place = QRectF(left + 6, box.top(), wide + 2, box.height())
                if bar.store == CACHED:  # letters on hatching are hard to read
                    self.painter.fillRect(place.adjusted(-2, 2.5, 1, -2.5), behind)
                self.painter.setPen(ink)
                self.painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
                return

    def _rest(self, bar: Bar, box: QRectF) -> None:
        """After the playhead: pale where it is known, and what is left of a TTL as an outline."""
        painter, theme = self.painter, self.theme
        colour = theme.stale if bar.stale else theme.regime_named(bar.regime).colour
        if self.item.future:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mix(theme.track, colour, PALE))
            painter.drawRoundedRect(box, ROUND, ROUND)
        elif bar.store == CACHED and bar.until < inf:
            box = QRectF(box.left(), box.top(), self._x(bar.until) - box.left(), box.height())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(mix(theme.track, colour, 0.7), 1.0, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)

    def _reads(self, node: int, bed: QRectF) -> None:
        """A small triangle under the lane for each stale read; those in the same place once."""
        times = self.item.reads_of(node)
        first, last = np.searchsorted(times, [self.view.left(), min(self.ends, self.view.right())], side="right")
        half = min(3.6, max(2.2, self.lane * 0.12))
        top = bed.bottom() + 1.5
        columns = np.unique(((times[first:last] - self.view.left()) / self.view.width() * self.area.width()) // 3)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.theme.stale)
        for column in columns.tolist():
            x = self.area.left() + column * 3 + 1.5
            self.painter.drawPolygon(
                QPolygonF([QPointF(x - half, top + 1.8 * half), QPointF(x + half, top + 1.8 * half), QPointF(x, top)])
            )


def _readable(colour: QColor, theme: Theme) -> QColor:
    """White or near black, whichever reads better on `colour`."""
    dark = theme.on_stale if theme.dark else theme.text
    return max((theme.on_accent, dark), key=lambda ink: contrast(ink, colour))
