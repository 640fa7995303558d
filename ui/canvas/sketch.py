"""Paints what is being drawn: a rubber line, a provider that is not there yet, a marquee, a grid, words at the pointer.

Rules: functions of a Sketch; nothing of the run. What would be refused is dashed and crossed, and says why.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from ui.canvas.camera import Camera
from ui.canvas.figures import Figures
from ui.theme import Theme, font, mix

APART = (18.0, 20.0)  # from the pointer to its words, so that they lie beside it
PAD = (9.0, 5.0)
CROSS = 5.0  # half of the cross on a rubber line that would be refused
DENSE = 9.0  # pixels between dots of the grid: with less they would be a tint, so each second one is drawn


@dataclass(frozen=True)
class Sketch:
    """In pixels of the window. at: the pointer. text: what letting go or clicking would do, or why it would not.

    line: from a rim to the pointer, or to a rim. ghost: the middle and the radius of who is not there yet. grid: the
    step of the grid in the box, 0 for none.
    """

    at: tuple[float, float] = (0.0, 0.0)
    text: str = ""
    bad: bool = False
    line: tuple[float, float, float, float] | None = None
    ghost: tuple[float, float, float] | None = None
    marquee: tuple[float, float, float, float] | None = None
    grid: float = 0.0


class Grid:
    """The dots where what is dragged comes to rest, as a picture that is kept; none on a provider."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Theme, Camera, float, float], Figures | None, QPixmap] | None = None

    def paint(
        self, painter: QPainter, theme: Theme, camera: Camera, sketch: Sketch | None, shown: Figures | None
    ) -> None:
        """Where the sketch has one. shown: who is at rest."""
        if sketch is None or not sketch.grid:
            return
        step = sketch.grid
        ratio = painter.device().devicePixelRatio()
        asked = theme, camera, step, ratio
        if self._kept is None or self._kept[0] != asked or self._kept[1] is not shown:
            picture = QPixmap(QSize(round(camera.width * ratio), round(camera.height * ratio)))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            dots = QPainter(picture)
            dots.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(mix(theme.map, theme.faint, 0.55), 1.6)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            dots.setPen(pen)
            dots.drawPoints([QPointF(x, y) for x, y in _dots(camera, step, shown).tolist()])
            dots.end()
            self._kept = asked, shown, picture
        painter.drawPixmap(0, 0, self._kept[2])


def paint(painter: QPainter, theme: Theme, sketch: Sketch | None, camera: Camera) -> None:
    """Above everything else on the map."""
    if sketch is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = theme.stale if sketch.bad else theme.accent
    if sketch.marquee is not None:
        x1, y1, x2, y2 = sketch.marquee
        bed = QColor(theme.accent)
        bed.setAlphaF(0.12)
        painter.setPen(QPen(theme.accent, 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(bed)
        painter.drawRect(QRectF(QPointF(min(x1, x2), min(y1, y2)), QPointF(max(x1, x2), max(y1, y2))))
    if sketch.ghost is not None:
        x, y, radius = sketch.ghost
        painter.setPen(QPen(ink, 1.6, Qt.PenStyle.DashLine))
        painter.setBrush(mix(theme.map, theme.node, 0.7))
        painter.drawEllipse(QPointF(x, y), radius, radius)
    if sketch.line is not None:
        _rubber(painter, theme, QLineF(*sketch.line), ink, sketch.bad)
    if sketch.text:
        _words(painter, theme, sketch, (camera.width, camera.height))


def _dots(camera: Camera, step: float, shown: Figures | None) -> np.ndarray:
    """Points of the window; where they would be a tint, each second one."""
    across, down = camera.scale
    wide, high = _sparse(step, across), _sparse(step, down)
    x, y = np.meshgrid(np.arange(0, 1 + wide / 2, wide), np.arange(0, 1 + high / 2, high))
    points = camera.to_window(np.column_stack([x.ravel(), y.ravel()]))
    inside = ((points >= 0) & (points <= (camera.width, camera.height))).all(axis=1)
    if shown is not None:
        for node in shown.seen:
            away = points - shown.centres[node]
            inside &= np.hypot(away[:, 0], away[:, 1]) > shown.rims[node]
    return points[inside]


def _sparse(step: float, scale: float) -> float:
    while step * scale < DENSE:
        step *= 2
    return step


def _rubber(painter: QPainter, theme: Theme, line: QLineF, ink: QColor, bad: bool) -> None:
    pen = QPen(theme.map, 6.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(line)  # a bed, so that it stands out of a mesh
    pen = QPen(ink, 2.4, Qt.PenStyle.DashLine if bad else Qt.PenStyle.SolidLine)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(line)
    end = line.p2()
    if bad:
        for side in (-1, 1):
            painter.drawLine(end + QPointF(-CROSS, -side * CROSS), end + QPointF(CROSS, side * CROSS))
    else:
        painter.setPen(QPen(theme.map, 1.4))
        painter.setBrush(ink)
        painter.drawEllipse(end, CROSS, CROSS)


def _words(painter: QPainter, theme: Theme, sketch: Sketch, size: tuple[float, float]) -> None:
    """Beside the pointer, within the window; a refusal wears a cross and another border."""
    face = font("strong")
    metrics = QFontMetricsF(face)
    room = max(160.0, 0.45 * size[0])
    text = metrics.boundingRect(QRectF(0, 0, room, 1000), int(Qt.TextFlag.TextWordWrap), sketch.text)
    sign = metrics.height() if sketch.bad else 0.0
    width, height = text.width() + sign + 2 * PAD[0] + 1, text.height() + 2 * PAD[1]
    x = sketch.at[0] + APART[0]
    y = sketch.at[1] + APART[1]
    x = x if x + width <= size[0] - 4 else max(4.0, sketch.at[0] - APART[0] - width)
    y = y if y + height <= size[1] - 4 else max(4.0, sketch.at[1] - APART[1] - height)
    box = QRectF(x, y, width, height)
    painter.setPen(QPen(theme.stale if sketch.bad else theme.accent, 1.2))
    painter.setBrush(theme.window)
    painter.drawRoundedRect(box, 6, 6)
    if sketch.bad:
        arm = 0.2 * sign
        middle = QPointF(box.left() + PAD[0] + 0.35 * sign, box.center().y())
        painter.setPen(QPen(theme.stale, 2.0))
        for side in (-1, 1):
            painter.drawLine(middle + QPointF(-arm, -side * arm), middle + QPointF(arm, side * arm))
    painter.setFont(face)
    painter.setPen(theme.stale_text if sketch.bad else theme.text)
    inner = box.adjusted(PAD[0] + sign, PAD[1], -PAD[0] + 1, -PAD[1])
    painter.drawText(inner, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), sketch.text)
