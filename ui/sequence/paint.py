"""Painting a Sight: lanes with their strips, arrows in the colour of their regime, glyphs by kind, marks, counts.

Rules: the same painting for the screen and for a file; it knows no run, no playhead and no mouse. Coordinates are those
of the lanes' area: x in px from its left end, y from the top of the first lane.
"""

from dataclasses import dataclass
from math import hypot, log1p

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF

from p4lab.trace import CORRUPT, DUPLICATE, LOST
from ui import words
from ui.canvas import sprites
from ui.panels.legend import draw_mark
from ui.panels.log_model import MARKS
from ui.sequence.sight import Mark, Sight
from ui.sequence.strips import Strip
from ui.theme import Theme, font, mix

GLYPH = 6.2  # px, its radius at the usual text size
HEAD = 7.0  # px
STUB = 30.0  # px of an arrow whose other end is far away
FAR = 0.35  # of the width beyond an edge: ends further away are far
LABELS = 40  # arrows in sight up to which they are named
FINE = 250  # arrows up to which each has its glyph and smooth edges
PARK = 0.7  # of an arrow: where its glyph stands; until it is that far the glyph travels with the playhead
PALE = 0.42  # of what does not belong to the request that is followed
SIGNS = {1: sprites.HIT, 2: sprites.MISS, 4: sprites.REFUSED}
REPLIES = (5, 7, 9)


@dataclass(frozen=True)
class Frame:
    """width and height of the lanes' area, height of a lane, how many there are, how far they are scrolled down; px."""

    width: float
    height: float
    lane: float
    count: int
    scroll: float = 0.0

    def y(self, lane: float) -> float:
        """The middle of a lane."""
        return (lane + 0.5) * self.lane - self.scroll

    def seen(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Which of what goes from lane to lane can be seen."""
        top, bottom = self.scroll / self.lane - 1, (self.scroll + self.height) / self.lane + 1
        return (np.maximum(a, b) >= top) & (np.minimum(a, b) <= bottom)


class Painting:
    """In one theme at one text size. Glyphs are painted once."""

    def __init__(self, theme: Theme, ratio: float = 1.0, vector: bool = False) -> None:
        self.theme = theme
        self.ratio, self._vector = ratio, vector
        self._small = font("small")
        self._metrics = QFontMetricsF(self._small)
        self.radius = GLYPH * max(1.0, self._metrics.height() / 15)
        self._glyphs: dict[tuple[int, int, int, bool], QPixmap] = {}

    def bands(self, painter: QPainter, frame: Frame, sight: Sight) -> None:
        """Where simulated time stands still."""
        for left, right in sight.bands.tolist():
            painter.fillRect(QRectF(left, 0, max(right - left, 1.0), frame.height), self.theme.track)

    def beds(self, painter: QPainter, frame: Frame) -> None:
        """The lanes, which the arrows go across."""
        painter.setPen(QPen(self.theme.outline, 1))
        for lane in range(frame.count):
            y = round(frame.y(lane)) + 0.5
            if -frame.lane <= y <= frame.height + frame.lane:
                painter.drawLine(QPointF(0, y), QPointF(frame.width, y))

    def strips(self, painter: QPainter, frame: Frame, strips: list[Strip]) -> None:
        """What each would answer for the selected key."""
        thick = min(7.0, max(3.0, frame.lane * 0.18))
        for strip in strips:
            y = frame.y(strip.lane)
            if -thick <= y <= frame.height + thick:
                self._strip(painter, strip, QRectF(strip.x1, y - thick / 2, max(strip.x2 - strip.x1, 1.0), thick))

    def arrows(self, painter: QPainter, frame: Frame, sight: Sight) -> None:
        """All messages whose ends are known, then the marks."""
        if sight.counts is not None:
            self._counts(painter, frame, sight.counts)
        order = np.flatnonzero(~np.isnan(sight.x2) & frame.seen(sight.a, sight.b))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(order) <= FINE or self._vector)
        self._halos(painter, frame, sight, order)
        for emphasised in (False, True):
            chosen = order[(sight.followed[order] | sight.lit[order]) == emphasised]
            self._lines(painter, frame, sight, chosen, emphasised)
        for mark in sight.marks:
            if -frame.lane <= frame.y(mark.lane) <= frame.height + frame.lane:
                self.mark(painter, frame, mark, sight)
        self._labels(painter, frame, sight, order)

    def ends(self, frame: Frame, sight: Sight, place: int, x2: float | None = None) -> tuple[QPointF, QPointF]:
        """The two ends of an arrow as it is drawn. x2: where it would arrive, if that is not known."""
        start = QPointF(float(sight.x1[place]), frame.y(float(sight.a[place])))
        full = QPointF(float(sight.x2[place]) if x2 is None else x2, frame.y(float(sight.b[place])))
        cut = float(sight.cut[place])
        return start, start + (full - start) * cut

    def glyph(self, painter: QPainter, at: QPointF, sight: Sight, place: int, pale: bool = False) -> None:
        """The message's sign, as on the map."""
        row = sight.rows[place]
        code, fate = int(row["code"]), int(row["fate"])
        sign = sprites.STALE if sight.stale[place] else SIGNS.get(int(row["status"]), 0) if code in REPLIES else 0
        self._glyph(painter, at, code, int(sight.regime[place]), sign, pale)
        painter.save()
        painter.translate(at)
        if fate & DUPLICATE:
            sprites.mark_doubled(painter, self.theme, self.radius)
        if fate & CORRUPT:
            sprites.mark_corrupted(painter, self.theme, self.radius)
        painter.restore()

    def colour(self, sight: Sight, place: int) -> QColor:
        """An arrow's, before anything makes it pale."""
        return self.theme.regime(int(sight.regime[place])).colour

    def _strip(self, painter: QPainter, strip: Strip, box: QRectF) -> None:
        theme = self.theme
        colour = theme.stale if strip.stale else theme.regime_named(strip.regime).colour
        if strip.pointer:
            painter.setPen(QPen(mix(theme.window, colour, 0.5), max(1.5, box.height() / 3), Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
            return
        painter.fillRect(box, mix(theme.window, colour, 0.55))
        if strip.stale:  # told by its shape as well: teeth along the lower edge
            painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1.5), theme.stale)
            painter.setPen(QPen(theme.stale, 1.2))
            first, tooth = round(box.left() / 9) * 9.0, max(3.0, box.height() * 0.5)
            teeth = np.arange(max(first, 0.0), min(box.right(), 10_000.0), 9.0)
            painter.drawLines([QLineF(x, box.bottom(), x, box.bottom() + tooth) for x in teeth.tolist()])

    def _counts(self, painter: QPainter, frame: Frame, counts: np.ndarray) -> None:
        """Bars up for what was sent, down for what was received: all on one scale, by the logarithm."""
        most = float(counts.max(initial=0))
        if most <= 0:
            return
        colours = [np.uint32(colour.rgba()) for colour in (self.theme.accent, self.theme.past)]
        tall = np.ceil(np.log1p(counts) / log1p(most) * frame.lane * 0.45)
        high = max(1, round(frame.height))
        pixels = np.zeros((high, 4 * counts.shape[2]), np.uint32)  # a bar is three of four, the last is its gap
        away = np.arange(high)[:, None] + 0.5
        for lane in range(frame.count):
            y = frame.y(lane)
            top, bottom = max(0, round(y - frame.lane / 2)), min(high, round(y + frame.lane / 2))
            for side, way in enumerate((-1, 1)):
                if top < bottom and tall[side, lane].any():
                    off = (away[top:bottom] - y) * way
                    bars = np.repeat((off > 0) & (off <= tall[side, lane]), 4, axis=1)
                    bars[:, 3::4] = False
                    pixels[top:bottom][bars] = colours[side]
        image = QImage(pixels.data, pixels.shape[1], high, 4 * pixels.shape[1], QImage.Format.Format_ARGB32)
        painter.drawImage(QRectF(0, 0, frame.width, high), image)

    def _halos(self, painter: QPainter, frame: Frame, sight: Sight, order: np.ndarray) -> None:
        lit = order[sight.lit[order]]
        if len(lit):
            pen = QPen(self.theme.accent_soft, 9.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines([QLineF(*self.ends(frame, sight, place)) for place in lit.tolist()])
            painter.setPen(QPen(self.theme.accent, 1.0))

    def _lines(self, painter: QPainter, frame: Frame, sight: Sight, chosen: np.ndarray, emphasised: bool) -> None:
        """Lines of one look together; heads and glyphs after them, so that they lie above."""
        pale = not emphasised and sight.emphasis
        if sight.counts is not None and not emphasised:
            return
        drawn: list[tuple[int, QPointF, QPointF, QColor]] = []
        signs: list[tuple[int, QPointF]] = []
        for regime in np.unique(sight.regime[chosen]).tolist():
            look = self.theme.regime(regime)
            colour = mix(self.theme.window, look.colour, PALE) if pale else look.colour
            pen = self.theme.regime_pen(regime, 2.4 if emphasised else 1.5)
            pen.setColor(colour)
            lines, dots = [], []
            for place in chosen[sight.regime[chosen] == regime].tolist():
                start, end = self.ends(frame, sight, place)
                far_left, far_right = start.x() < -FAR * frame.width, end.x() > (1 + FAR) * frame.width
                if far_left or far_right:
                    for near, other in ((start, end), (end, start)):
                        if -1 <= near.x() <= frame.width + 1:
                            stub = _towards(near, other, STUB)
                            lines.append(QLineF(near, stub))
                            dots.append(QLineF(stub, _towards(near, other, 1.9 * STUB)))
                            signs.append((place, stub))
                else:
                    lines.append(QLineF(start, end))
                    signs.append((place, start + (end - start) * PARK))
                drawn.append((place, start, end, colour))
            painter.setPen(pen)
            painter.drawLines(lines)
            if dots:
                pen.setStyle(Qt.PenStyle.DotLine)
                painter.setPen(pen)
                painter.drawLines(dots)
        for place, start, end, colour in drawn:
            self._end(painter, sight, place, start, end, colour)
        if len(drawn) <= FINE:
            for place, at in signs:
                if -40 <= at.x() <= frame.width + 40:
                    self.glyph(painter, at, sight, place, pale)

    def _end(self, painter: QPainter, sight: Sight, place: int, start: QPointF, end: QPointF, colour: QColor) -> None:
        if sight.cut[place] < 1.0 or int(sight.rows[place]["fate"]) & LOST:
            size = 0.8 * HEAD
            painter.setPen(QPen(self.theme.stale, 2.2))
            for dy in (-1, 1):
                painter.drawLine(end + QPointF(-size / 2, -dy * size / 2), end + QPointF(size / 2, dy * size / 2))
            return
        away = end - start
        length = hypot(away.x(), away.y())
        if length < 2:
            return
        back, side = away * (HEAD / length), QPointF(-away.y(), away.x()) * (0.38 * HEAD / length)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([end, end - back + side, end - back - side]))

    def mark(self, painter: QPainter, frame: Frame, mark: Mark, sight: Sight) -> None:
        """One Event that is no message."""
        theme, at = self.theme, QPointF(mark.x, frame.y(mark.lane))
        if mark.lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent_soft)
            painter.drawEllipse(at, 1.6 * self.radius, 1.6 * self.radius)
        strong = mark.followed or mark.lit
        colour = theme.stale if mark.stale else theme.text if strong else theme.muted
        if sight.emphasis and not strong:
            colour = mix(theme.window, colour, PALE)
        draw_mark(painter, MARKS.get(mark.kind, "block"), colour, at, 1.5 * self.radius)

    def _labels(self, painter: QPainter, frame: Frame, sight: Sight, order: np.ndarray) -> None:
        """Names beside glyphs, where there is room: of the request that is followed, or of a few arrows all."""
        named = order[sight.followed[order]] if sight.followed.any() else order
        if not 0 < len(named) <= LABELS:
            return
        painter.setFont(self._small)
        high, around = self._metrics.height(), QPointF(self.radius, self.radius)
        ends = {place: self.ends(frame, sight, place) for place in order.tolist()}
        signs = [start + (end - start) * PARK for start, end in ends.values()]
        taken = [QRectF(at - around, at + around) for at in signs]
        for place in named.tolist():
            start, end = ends[place]
            row = sight.rows[place]
            text = words.message(int(row["code"]), int(row["status"]) if row["code"] in REPLIES else 0)
            at = start + (end - start) * PARK
            wide = self._metrics.horizontalAdvance(text)
            box = QRectF(at.x() + self.radius + 4, at.y() - high / 2, wide, high)
            steep = abs(end.y() - start.y()) > 2.2 * high
            if not steep or box.right() > frame.width or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            painter.fillRect(box.adjusted(-2, 1, 2, -1), self.theme.window)
            painter.setPen(self.theme.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _glyph(self, painter: QPainter, at: QPointF, code: int, regime: int, sign: int, pale: bool) -> None:
        if self._vector:
            painter.save()
            painter.translate(at)
            painter.setOpacity(PALE if pale else 1.0)
            sprites.draw(painter, self.theme, code, regime, self.radius, sign)
            painter.restore()
            return
        key = sprites.column_of(code), regime, sign, pale
        pixmap = self._glyphs.get(key)
        side = 2 * (1.25 * self.radius + 3)
        if pixmap is None:
            pixmap = self._glyphs[key] = QPixmap(round(side * self.ratio), round(side * self.ratio))
            pixmap.setDevicePixelRatio(self.ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(pixmap)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.setOpacity(PALE if pale else 1.0)
            inner.translate(side / 2, side / 2)
            sprites.draw(inner, self.theme, code, regime, self.radius, sign)
            inner.end()
        painter.drawPixmap(at - QPointF(side / 2, side / 2), pixmap)


def _towards(start: QPointF, end: QPointF, far: float) -> QPointF:
    away = end - start
    length = hypot(away.x(), away.y())
    return start + away * (min(far, length) / length) if length > 0 else start
