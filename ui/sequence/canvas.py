"""What the chart widget puts around and over the picture of what has happened: names, axis, playhead, hair, rings.

Rules: paints what it is told where it is told; what is under way is painted here in each frame.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap

from ui import words
from ui.panels.span import ticks
from ui.sequence.axis import TIME
from ui.sequence.model import Model
from ui.sequence.paint import PALE, PARK, Frame, Painting
from ui.sequence.sight import Sight
from ui.sequence.strips import Strip
from ui.theme import Theme, font, mix

FUTURE = 0.26  # opacity of what is still to come
ACROSS = 110  # px between two times of the axis, at the usual text size


class Canvas:
    """In one theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.painting = Painting(theme)
        self._small = font("small")
        self._metrics = QFontMetricsF(self._small)
        self._last: tuple[object, QPixmap] | None = None  # the last picture, and what it shows

    def happened(
        self, size: QSizeF, ratio: float, frame: Frame, sight: Sight, strips: list[Strip]
    ) -> QPixmap:  # fmt: skip
        """Everything in sight as if it had all happened."""
        key = (size.width(), size.height(), ratio, frame, sight.signature(), tuple(strips))
        if self._last is not None and self._last[0] == key:  # while time is slow little is new ten times a second
            return self._last[1]
        if self.painting.ratio != ratio:
            self.painting = Painting(self.theme, ratio)
        pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.painting.strips(painter, frame, strips)
        self.painting.arrows(painter, frame, sight)
        painter.end()
        self._last = key, pixmap
        return pixmap

    def back(
        self, painter: QPainter, whole: QRectF, area: QRectF, frame: Frame, sight: Sight, model: Model, scroll: float
    ) -> None:
        """The ground: names, axis, lanes."""
        theme = self.theme
        painter.fillRect(whole, theme.window)
        self._axis(painter, area, model)
        self._names(painter, area, frame, model)
        painter.save()
        painter.setClipRect(area)
        painter.translate(area.topLeft())
        self.painting.bands(painter, frame, sight)
        if (ends := model.focus.span.ends) is not None:  # the interval that is selected in the whole window
            scale = area.width() / model.axis.length
            left, right = ((model.unit(t) - model.axis.low) * scale for t in ends)
            painter.setOpacity(0.75)
            painter.fillRect(QRectF(left, 0, right - left, area.height()), theme.accent_soft)
            painter.setOpacity(1.0)
        self.painting.beds(painter, frame)
        painter.restore()

    def run(
        self, painter: QPainter, area: QRectF, frame: Frame, picture: QPixmap, model: Model, here: float
    ) -> None:  # fmt: skip
        """What has happened left of the playhead, what is to come right of it, and what is under way."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = area.left() + here
        painter.setClipRect(area.intersected(QRectF(area.left(), area.top(), here + 1, area.height())))
        if here > 0:
            painter.drawPixmap(area.topLeft(), picture)
        if model.player.session.abilities.known or model.kept_to is not None:
            painter.setClipRect(area.intersected(QRectF(x + 1, area.top(), area.right() - x, area.height())))
            painter.setOpacity(FUTURE)
            painter.drawPixmap(area.topLeft(), picture)
            painter.setOpacity(1.0)
        painter.setClipRect(area)
        painter.translate(area.topLeft())
        self._under_way(painter, frame, model, here)
        painter.restore()
        if -1 <= here <= area.width() + 1:
            painter.setPen(QPen(self.theme.accent, 2))
            painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom()))

    def hair(self, painter: QPainter, area: QRectF, x: float, text: str) -> None:
        """A thin line at the pointer with its time."""
        theme = self.theme
        painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(round(x) + 0.5, area.top()), QPointF(round(x) + 0.5, area.bottom()))
        box = QRectF(0, 1, self._metrics.horizontalAdvance(text) + 12, self._metrics.height() + 4)
        box.moveLeft(min(max(x - box.width() / 2, 0.0), area.right() - box.width()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.outline, 1))
        painter.setBrush(theme.field)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._small)
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def ring(self, painter: QPainter, place: QPointF, strong: bool) -> None:
        """Around the selected Event, and around the one that the keys are at."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = 1.9 * self.painting.radius
        painter.setPen(QPen(self.theme.accent, 2.4 if strong else 1.4, Qt.PenStyle.SolidLine))
        if not strong:
            radius += 3
        painter.drawEllipse(place, radius, radius)

    def say(self, painter: QPainter, area: QRectF, text: str) -> None:
        """What would fill the chart."""
        painter.setFont(self._small)
        painter.setPen(self.theme.muted)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        box = painter.boundingRect(area.adjusted(20, 0, -20, 0), int(flags), text)
        painter.fillRect(box.adjusted(-6, -3, 6, 3), self.theme.window)
        painter.drawText(area.adjusted(20, 0, -20, 0), int(flags), text)

    def outline(self, painter: QPainter, whole: QRectF) -> None:
        """The widget has the keys."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.accent, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(whole.adjusted(0, 0, -1, -1))

    def _axis(self, painter: QPainter, area: QRectF, model: Model) -> None:
        theme, axis = self.theme, model.axis
        painter.setFont(self._small)
        across = ACROSS * max(1.0, self._metrics.height() / 15) * (1.0 if axis.mode == TIME else 1.5)
        places = ticks(axis.low, axis.high, max(2, round(area.width() / across)))
        step = places[1] - places[0] if len(places) > 1 else axis.length
        painter.setPen(theme.muted)
        right = -1e9
        for at in places:
            if axis.mode != TIME and (at != int(at) or at < 1 or at > model.limit):
                continue
            x = area.left() + (at - axis.low) / axis.length * area.width()
            if axis.mode == TIME:
                text = words.clock(at, min(1.0, step))
            else:
                text = f"#{words.grouped(at)} · {words.clock(model.time(at), 0.001)}"
            wide = self._metrics.horizontalAdvance(text)
            box = QRectF(x - wide / 2, 2, wide + 2, self._metrics.height() + 2)
            if box.left() > right + 8 and box.left() >= area.left() - 20 and box.right() <= area.right() + 8:
                right = box.right()
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
                painter.fillRect(QRectF(round(x), area.top() - 3, 1, 3), theme.outline)

    def _names(self, painter: QPainter, area: QRectF, frame: Frame, model: Model) -> None:
        theme = self.theme
        painter.save()
        painter.setClipRect(QRectF(0, area.top(), area.left(), area.height()))
        high = self._metrics.height()
        for number, lane in enumerate(model.lanes):
            y = area.top() + frame.y(number)
            if not area.top() - frame.lane <= y <= area.bottom() + frame.lane:
                continue
            chosen = lane.node == model.focus.provider
            if chosen:
                painter.fillRect(QRectF(0, y - high / 2 - 3, area.left() - 6, high + 6), theme.accent_soft)
            painter.setFont(font("badge") if chosen else self._small)
            painter.setPen(theme.muted if lane.below else theme.text)
            room = QRectF(10 + 12 * lane.below, y - high, area.left() - 20 - 12 * lane.below, 2 * high)
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(lane.name, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def _under_way(self, painter: QPainter, frame: Frame, model: Model, here: float) -> None:
        """The rest of the way of messages in flight, pale, and their glyphs where the playhead is."""
        sight, t, painting = model.sight, model.player.playhead, self.painting
        if not len(sight.rows) or (sight.counts is not None and not sight.followed.any()):
            return
        rows = sight.rows
        flying = (rows["t"] <= t) & (rows["due"] > t) & ((sight.x2 > here) | np.isnan(sight.x2))
        for place in np.flatnonzero(flying).tolist():
            way = (t - float(rows["t"][place])) / max(float(rows["due"][place] - rows["t"][place]), 1e-12)
            unknown = bool(np.isnan(sight.x2[place]))
            if way >= float(sight.cut[place]):
                continue
            x1 = float(sight.x1[place])
            if unknown:
                x2 = x1 + max(here - x1, 1.0) / max(way, 0.02)
            else:
                x2 = float(sight.x2[place])
                way = (here - x1) / max(x2 - x1, 1e-9)
            start = QPointF(x1, frame.y(float(sight.a[place])))
            full = QPointF(x2, frame.y(float(sight.b[place])))
            now = start + (full - start) * way
            pale = sight.emphasis and not (sight.followed[place] or sight.lit[place])
            colour = painting.colour(sight, place)
            colour = mix(self.theme.window, colour, PALE) if pale else colour
            pen = QPen(mix(self.theme.window, colour, 0.7), 1.4, Qt.PenStyle.DotLine)
            if unknown:
                solid = self.theme.regime_pen(int(sight.regime[place]), 1.5)
                solid.setColor(colour)
                painter.setPen(solid)
                painter.drawLine(start, now)
            else:
                painter.setPen(pen)
                painter.drawLine(now, start + (full - start) * float(sight.cut[place]))
            parked = PARK * float(sight.cut[place])
            painting.glyph(painter, start + (full - start) * min(way, parked), sight, place, pale)
        for mark in sight.marks:
            if abs(mark.x - here) < 2 * painting.radius and mark.event <= model.trace.index_at(t):
                painting.mark(painter, frame, mark, sight)
