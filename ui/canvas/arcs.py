"""Paints how much of its life each copy has before it: an arc around its provider that runs down.

Rules: a function of (figures, looks, t). Who has one is worked out when the copies change; where there are many, each
is one of the pictures that are kept.
"""

from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.canvas.figures import Figures
from ui.canvas.looks import Look
from ui.canvas.providers import colour_of, ring_radius, ring_width
from ui.canvas.stamps import Stamps
from ui.theme import Theme

FEW = 60  # arcs that are painted as they are
STEPS = 96  # of a whole turn, where there are more
LARGE = 16.0  # pixels of radius: larger ones are painted as they are, since few of them fit


class Arcs:
    """Of one map, in one theme."""

    def __init__(self, theme: Theme, stamps: Stamps) -> None:
        self._theme, self._stamps = theme, stamps
        self._for: tuple[Figures, list[Look]] | None = None
        self._nodes: list[int] = []
        self._lives = np.empty((0, 2))  # of each its copy's (since, until)
        self._places: list[tuple[float, float, float, str]] = []  # x, y, radius, colour

    def paint(self, painter: QPainter, shown: Figures, looks: list[Look], t: float) -> None:
        """From the top clockwise, what is left of the copies that expire."""
        if self._for is None or self._for[0] is not shown or self._for[1] is not looks:
            self._for = shown, looks
            self._find(shown, looks)
        if not self._places:
            return
        since, until = self._lives.T
        left = np.clip((until - t) / (until - since), 0.0, 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        many = len(left) > FEW
        for (x, y, radius, colour), part in zip(self._places, left.tolist(), strict=True):
            if part <= 0.0:
                continue
            if many and radius < LARGE:
                size, step = round(2 * radius) / 2, max(1, round(part * STEPS))
                arc = partial(_arc, colour=QColor(colour), radius=size, part=step / STEPS)
                self._stamps.put(painter, ("arc", size, colour, step), x, y, ring_radius(size) + ring_width(size), arc)
            else:
                painter.save()
                painter.translate(x, y)
                _arc(painter, QColor(colour), radius, part)
                painter.restore()

    def _find(self, shown: Figures, looks: list[Look]) -> None:
        self._places, lives = [], []
        for node in shown.seen:
            look = looks[node]
            if look.until is not None and look.since is not None and look.until > look.since:
                x, y = shown.centres[node].tolist()
                self._places.append((x, y, float(shown.radii[node]), colour_of(self._theme, look).name()))
                lives.append((look.since, look.until))
        self._lives = np.array(lives, float).reshape(-1, 2)


def _arc(painter: QPainter, colour: QColor, radius: float, part: float) -> None:
    """Around 0, 0."""
    reach = ring_radius(radius)
    pen = QPen(colour, ring_width(radius))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if radius > 10 else Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawArc(QRectF(-reach, -reach, 2 * reach, 2 * reach), 90 * 16, -int(part * 360 * 16))
