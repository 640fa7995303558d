"""The item that paints the lanes: beds, bars with their words, stale reads, as much as the pixels can show.

Rules: one item for all; it paints in pixels, from bars and the playhead. What comes after the playhead is not drawn, or
pale where the whole run is known. Of a cached copy the rest of its TTL is drawn as an outline. All bars are painted
once, into a picture of which each frame shows the part before the playhead: a moving playhead costs next to nothing.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.panels.lane_bars import CACHED, Bar, bar_at, label
from ui.theme import Theme, font, mix

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
        self._filled = 0  # how often; tells whether a picture is still true
        self._pictures: dict[bool, tuple[object, QPixmap]] = {}  # of what has happened (False) and will (True)

    def fill(self, lanes: list[int], bars: Sequence[Bar], reads: np.ndarray, names: dict[int, str], kind: str) -> None:
        """Show these lanes. reads: World.stale_reads."""
        by_node: dict[int, list[Bar]] = {}
        for bar in bars:
            by_node.setdefault(bar.node, []).append(bar)
        times = {node: reads["t"][reads["node"] == node] for node in np.unique(reads["node"]).tolist()}
        if (lanes, by_node, kind, names) != (self.lanes, self._bars, self._kind, self._names) or len(reads) != sum(
            map(len, self._reads.values())
        ):
            self._filled += 1
        self.lanes, self._bars, self._reads, self._names, self._kind = lanes, by_node, times, names, kind
        self.update()

    def bar_at(self, node: int, t: float) -> Bar | None:
        """What `node` would have answered with at t."""
        return bar_at(self._bars.get(node, []), t)

    def bars_of(self, node: int) -> list[Bar]:
        """In order of time."""
        return self._bars.get(node, [])

    def reads_of(self, node: int) -> np.ndarray:
        """Times of stale reads."""
        return self._reads.get(node, np.empty(0))

    def words_of(self, bar: Bar) -> tuple[str, str]:
        """Long and short."""
        return label(bar, self._names, self._kind)

    def _picture(self, view: QRectF, area: QRectF, fine: float, later: bool) -> QPixmap:
        """All lanes in sight as if the run were over (or, later, as if it had not begun), painted when that changes."""
        key = (
            view.getRect(), area.getRect(), fine, self._filled, self.theme.name, self.marked, self.future,
            font("badge").pointSizeF(),
        )  # fmt: skip
        old = self._pictures.get(later)
        if old is not None and old[0] == key:
            return old[1]
        size = QSize(round(area.width() * fine), round(area.height() * fine))
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(fine)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _Painter(self, painter, view, QRectF(QPointF(0, 0), area.size())).all(later)
        painter.end()
        self._pictures[later] = (key, pixmap)
        return pixmap

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
        area = QRectF(to_pixels.mapRect(view).toAlignedRect())
        fine = painter.device().devicePixelRatio()
        happened, to_come = (self._picture(view, area, fine, later) for later in (False, True))
        _Painter(self, painter, view, area).live(happened, to_come, fine)


class _Painter:
    """One painting. view: seconds and lanes; area: the same in pixels."""

    def __init__(self, item: LaneItem, painter: QPainter, view: QRectF, area: QRectF) -> None:
        self.item, self.painter, self.view, self.area = item, painter, view, area
        self.theme = item.theme
        self.lane = area.height() / view.height()
        self.font = font("badge")
        self.metrics = QFontMetricsF(self.font)
        self.thick = min(self.lane * 0.6, self.metrics.height() * 1.6)

    def all(self, later: bool) -> None:
        """Every lane with all its bars; later: pale, or bare where the future is not shown."""
        self.painter.setFont(self.font)
        for node, bed in self._beds():
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(self.theme.accent_soft if node == self.item.marked else self.theme.track)
            self.painter.drawRoundedRect(bed, ROUND, ROUND)
            if not later or self.item.future:
                self._bars(node, bed, later)
            if not later:
                self._reads(node, bed, -inf, inf)

    def live(self, happened: QPixmap, to_come: QPixmap, fine: float) -> None:
        """The picture of what happened up to each lane's last bar, that bar as long as it is, and what is to come."""
        painter, area, playhead = self.painter, self.area, self.item.playhead
        painter.setClipRect(area)
        painter.setFont(self.font)
        for node, bed in self._beds():
            bar = self.item.bar_at(node, playhead)
            cut = round(min(max(self._x(playhead if bar is None else bar.start), area.left()), area.right()))
            top, bottom = round(bed.center().y() - self.lane / 2), round(bed.center().y() + self.lane / 2)
            self._part(happened, QRect(QPoint(round(area.left()), top), QPoint(cut - 1, bottom)), fine)
            self._part(to_come, QRect(QPoint(cut, top), QPoint(round(area.right()), bottom)), fine)
            if bar is None:
                continue
            now = self._x(playhead)
            self._bar(bar, QRectF(self._x(bar.start), bed.top(), now - self._x(bar.start), bed.height()), opened=True)
            if bar.store == CACHED and bar.until < inf and not self.item.future:
                self._rest(bar, QRectF(now, bed.top(), self._x(bar.until) - now, bed.height()))
            self._reads(node, bed, bar.start, playhead)

    def _part(self, picture: QPixmap, place: QRect, fine: float) -> None:
        """Draw that part of a picture which belongs at `place`."""
        if place.width() > 0:
            moved = QRectF(place).translated(-self.area.topLeft())
            source = QRectF(moved.topLeft() * fine, moved.size() * fine)
            self.painter.drawPixmap(QRectF(place), picture, source)

    def _beds(self) -> list[tuple[int, QRectF]]:
        """The lanes in sight, each with the bed of its bars."""
        first, last = int(self.view.top()), min(len(self.item.lanes), int(self.view.bottom()) + 1)
        beds = []
        for row in range(first, last):
            middle = self.area.top() + (row + 0.5 - self.view.top()) * self.lane - min(3.0, self.lane * 0.06)
            bed = QRectF(self.area.left(), middle - self.thick / 2, self.area.width(), self.thick)
            beds.append((self.item.lanes[row], bed))
        return beds

    def _x(self, t: float) -> float:
        return self.area.left() + (t - self.view.left()) / self.view.width() * self.area.width()

    def _bars(self, node: int, bed: QRectF, later: bool) -> None:
        mine = self.item.bars_of(node)
        drawn = -inf  # the last pixel column that a hair was drawn in
        place = bisect_left(mine, self.view.left(), key=lambda bar: bar.end)
        for bar in mine[place:]:
            if bar.start > self.view.right():
                break
            left, right = self._x(bar.start), self._x(min(bar.end, self.view.right() + self.view.width()))
            box = QRectF(left, bed.top(), right - left, bed.height())
            colour = self.theme.stale if bar.stale else self.theme.regime_named(bar.regime).colour
            if right - left < HAIR:
                if int(left) > drawn or bar.stale:
                    drawn = int(left)
                    shade = mix(self.theme.track, colour, PALE) if later else colour
                    self.painter.fillRect(QRectF(drawn, bed.top(), 1.2, bed.height()), shade)
            elif later:
                self.painter.setPen(Qt.PenStyle.NoPen)
                self.painter.setBrush(mix(self.theme.track, colour, PALE))
                self.painter.drawRoundedRect(box.adjusted(0, 0, -1, 0), ROUND, ROUND)
            else:
                self._bar(bar, box, opened=False)

    def _bar(self, bar: Bar, box: QRectF, opened: bool) -> None:
        painter, theme = self.painter, self.theme
        look = theme.regime_named(bar.regime)
        colour = theme.stale if bar.stale else look.colour
        seen = box.adjusted(0, 0, -1.0 if not opened and box.width() > 3 else 0, 0)  # a gap parts two versions
        ink = theme.on(colour)
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
        """What is left of a TTL."""
        colour = self.theme.stale if bar.stale else self.theme.regime_named(bar.regime).colour
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(mix(self.theme.track, colour, 0.7), 1.0, Qt.PenStyle.DotLine))
        self.painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)

    def _reads(self, node: int, bed: QRectF, after: float, upto: float) -> None:
        """A small triangle under the lane for each stale read; those in the same place once."""
        times = self.item.reads_of(node)
        first, last = np.searchsorted(times, [max(after, self.view.left()), min(upto, self.view.right())], side="right")
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
