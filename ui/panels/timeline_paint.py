"""How the time line is painted: the bars of the branches, stale reads, what was done by hand, notes, the knob.

Rules: functions of what they are given; nothing here knows the player. Pixels of the time line's widget.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from p4lab.scenario.model import Mark
from ui.panels.ruler import Lane, Ruler
from ui.plain import seen
from ui.theme import Theme, font, mix

KNOB = 9  # px, its radius
BLOT = 4  # px: of stale reads this close only the first is drawn
THICK, THIN = 4.0, 3.0  # px, of the bar of the branch that is shown, and of the others
FLAG = 8.0  # px, the width of a note's flag


@dataclass(frozen=True)
class Rows:
    """The branches' rows: the first at `top`, each `pitch` further down."""

    lanes: Sequence[Lane]
    top: float
    pitch: float

    def y(self, row: int) -> float:
        """The middle of a row."""
        return self.top + row * self.pitch

    @property
    def current(self) -> int:
        """The row of the branch that is shown."""
        return next((i for i, lane in enumerate(self.lanes) if lane.current), 0)

    @property
    def line(self) -> float:
        """The height of the branch that is shown."""
        return self.y(self.current)

    def line_at(self, t: float) -> float:
        """The height of its bar at this time: until it left its forebears their past is its own."""
        row = self.current
        while self.lanes and self.lanes[row].start > t and (above := self.lanes[row].above) is not None:
            row = above
        return self.y(row)


def bars(
    painter: QPainter, theme: Theme, ruler: Ruler, rows: Rows, known: float, playhead: float, ends: Mapping[int, float]
) -> None:
    """A bar for each branch, joined to its parent where it left it. ends: of branches that have come only so far."""
    for row, lane in enumerate(rows.lanes):
        if lane.above is not None:
            painter.setPen(QPen(theme.outline, 1.5))
            x = ruler.place(lane.start)
            painter.drawLine(QPointF(x, rows.y(lane.above)), QPointF(x, rows.y(row)))
    for row, lane in enumerate(rows.lanes):
        if not lane.current:
            end = min(ends.get(lane.number, ruler.duration), ruler.duration)
            _bar(painter, ruler, rows.y(row), lane.start, end, mix(theme.window, theme.past, 0.75), THIN)
    lane, y = rows.lanes[rows.current], rows.line
    for start, end, colour in (
        (lane.start, ruler.duration, theme.track),
        (lane.start, known, mix(theme.window, theme.past, 0.75)),
        (lane.start, playhead, theme.accent),
    ):
        if end > start or start == 0:
            _bar(painter, ruler, y, start, end, colour, THICK)
    _way_here(painter, theme, ruler, rows, playhead)


def names(painter: QPainter, theme: Theme, rows: Rows, left: float, room: float) -> None:
    """The branches' names, at the right of their bars."""
    for row, lane in enumerate(rows.lanes):
        face = font("badge" if lane.current else "small")
        painter.setFont(face)
        painter.setPen(theme.accent_text if lane.current else theme.muted)
        text = QFontMetrics(face).elidedText(lane.name, Qt.TextElideMode.ElideRight, round(room))
        box = QRectF(left, rows.y(row) - rows.pitch, room, 2 * rows.pitch)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def apart(ruler: Ruler, times: np.ndarray) -> np.ndarray:
    """Of times in order those that can be told apart."""
    places = times * ((ruler.right - ruler.left) / ruler.duration)
    return times[np.flatnonzero(np.diff((places // BLOT).astype(int), prepend=-1))]


def stale(painter: QPainter, theme: Theme, ruler: Ruler, top: float, times: np.ndarray, playhead: float) -> None:
    """A tick for each stale read, by the times of their answers in order; those still to come are pale."""
    passed = int(np.searchsorted(times, playhead, side="right"))
    painter.setPen(Qt.PenStyle.NoPen)
    for part, colour in ((times[:passed], theme.stale), (times[passed:], mix(theme.window, theme.stale, 0.4))):
        painter.setBrush(colour)
        for x in map(ruler.place, part.tolist()):
            painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x - 3.5, top + 7), QPointF(x + 3.5, top + 7)]))


def deeds(painter: QPainter, theme: Theme, ruler: Ruler, rows: Rows, done: Sequence[tuple[float, bool]]) -> None:
    """What was done by hand, and remarks of the scenario (told by their square)."""
    for at, note in done:
        x, y = ruler.place(at), rows.line_at(at)
        colour = theme.muted if note else theme.accent
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, y - 3), QPointF(x, y - 14))
        painter.setBrush(theme.window)
        if note:
            painter.drawRect(QRectF(x - 3, y - 19, 6, 5))
        else:
            painter.drawEllipse(QPointF(x, y - 16), 3.0, 3.0)


def flags(
    painter: QPainter, theme: Theme, ruler: Ruler, box: QRectF, notes: Sequence[Mark], chosen: int | None, down: float
) -> None:
    """The notes: a flag with its text in `box`, and a line (for a span a band) from there down to `down`."""
    face = font("small")
    painter.setFont(face)
    metrics = QFontMetrics(face)
    places = [ruler.place(mark.at) for mark in notes]
    for number, mark in enumerate(notes):
        x, colour = places[number], theme.mark(mark.colour)
        following = min([place for place in places if place > x + 1], default=ruler.right + KNOB)
        if mark.until is not None:
            band = QRectF(QPointF(x, box.top() + 2), QPointF(ruler.place(min(mark.until, ruler.duration)), down))
            painter.fillRect(band, _veil(colour, 0.10 if number != chosen else 0.2))
            painter.fillRect(QRectF(band.left(), band.top(), band.width(), 2), colour)
        painter.setPen(QPen(colour, 2.0 if number == chosen else 1.2))
        painter.drawLine(QPointF(x, box.top() + 2), QPointF(x, down))
        painter.setPen(QPen(theme.text, 1.2) if number == chosen else Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        top = box.top() + 2
        painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + FLAG, top + 4), QPointF(x, top + 8)]))
        room = following - x - FLAG - 6
        if mark.text and room > metrics.averageCharWidth() * 3:
            painter.setPen(theme.text if number == chosen else theme.muted)
            words = QRectF(x + FLAG + 3, box.top(), room, box.height())
            text = metrics.elidedText(seen(mark.text), Qt.TextElideMode.ElideRight, round(room))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def interval(painter: QPainter, theme: Theme, ruler: Ruler, span: tuple[float, float], top: float, down: float) -> None:
    """The stretch that is selected."""
    left, right = ruler.place(span[0]), ruler.place(span[1])
    painter.fillRect(QRectF(QPointF(left, top), QPointF(right, down)), _veil(theme.accent, 0.14))
    painter.setPen(QPen(theme.accent, 1))
    for x in (left, right):
        painter.drawLine(QPointF(x, top), QPointF(x, down))


def edge(painter: QPainter, theme: Theme, x: float, y: float, following: bool) -> None:
    """Now, in a live run: a bar across the line, and a dot where the knob is not."""
    painter.setPen(QPen(theme.stale, 2.0))
    painter.drawLine(QPointF(x, y - 12), QPointF(x, y + 12))
    if not following:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.stale)
        painter.drawEllipse(QPointF(x, y), 4.0, 4.0)


def knob(painter: QPainter, theme: Theme, middle: QPointF, focused: bool) -> None:
    """Where the playhead is."""
    if focused:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent_soft)
        painter.drawEllipse(middle, KNOB + 2, KNOB + 2)
    painter.setPen(QPen(theme.accent, 2.5))
    painter.setBrush(theme.window)
    painter.drawEllipse(middle, KNOB - 1.5, KNOB - 1.5)


def hover(painter: QPainter, theme: Theme, text: str, x: float, width: float, line: float) -> None:
    """The time under the pointer, in a box over it."""
    face = font("small")
    room = QFontMetrics(face).size(0, text)
    box = QRectF(0, 0, room.width() + 12, room.height() + 4)
    box.moveCenter(QPointF(min(max(x, box.width() / 2), width - box.width() / 2), box.height() / 2))
    painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(x, box.bottom()), QPointF(x, line))
    painter.setPen(QPen(theme.outline, 1))
    painter.setBrush(theme.field)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(face)
    painter.setPen(theme.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _bar(painter: QPainter, ruler: Ruler, y: float, start: float, end: float, colour: QColor, thick: float) -> None:
    painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(ruler.place(start), y), QPointF(ruler.place(end), y))


def _way_here(painter: QPainter, theme: Theme, ruler: Ruler, rows: Rows, playhead: float) -> None:
    """The past that the branch shares with its forebears, in the accent colour up to where it left them."""
    row = rows.current
    painter.setPen(QPen(theme.accent, THIN, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    while (above := rows.lanes[row].above) is not None:
        fork = rows.lanes[row].start
        start = min(rows.lanes[above].start, playhead)
        painter.drawLine(
            QPointF(ruler.place(start), rows.y(above)), QPointF(ruler.place(min(fork, playhead)), rows.y(above))
        )
        if playhead >= fork:
            painter.drawLine(QPointF(ruler.place(fork), rows.y(above)), QPointF(ruler.place(fork), rows.y(row)))
        row = above


def _veil(colour: QColor, part: float) -> QColor:
    veil = QColor(colour)
    veil.setAlphaF(part)
    return veil
