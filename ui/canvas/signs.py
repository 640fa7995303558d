"""Paints what is the matter: crashed providers, cut links, faults, a partition, sessions that catch up, misbehaviour.

Rules: functions of what they are given; nothing by colour alone: each state has a sign of its own, and `draw` paints
that sign for the legend too.
"""

from math import sqrt

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from ui import words
from ui.canvas import ground
from ui.canvas.figures import MINI, Figures
from ui.canvas.ground import Ground
from ui.canvas.links import clipped
from ui.canvas.pills import MOST, SIZE, middle, pills
from ui.theme import Theme, font, mix

CENTRED = Qt.AlignmentFlag.AlignCenter


def paint_sides(painter: QPainter, theme: Theme, shown: Figures, now: Ground, width: float, height: float) -> None:
    """Below everything: a tint for each side of a partition, and a dashed divide where two part cleanly."""
    if not now.sides:
        return
    nodes = np.array(list(now.sides))
    numbers = np.array(list(now.sides.values()))
    for node, side in now.sides.items():
        colour = theme.side(side)
        reach = float(shown.rims[node]) * 1.28 + 8
        painter.setPen(QPen(mix(theme.map, colour, 0.55), 1.4, _DASHES[side % len(_DASHES)]))
        painter.setBrush(mix(theme.map, colour, 0.2))
        painter.drawEllipse(QPointF(*shown.centres[node].tolist()), reach, reach)
    line = ground.divide(shown.centres[nodes], numbers)
    if line is not None:
        a, b, c = line
        middle, far = QPointF(a * c, b * c), width + height
        painter.setPen(QPen(theme.stale, 2.0, Qt.PenStyle.DashLine))
        painter.setClipRect(QRectF(0, 0, width, height))
        painter.drawLine(QLineF(middle + QPointF(-b, a) * far, middle + QPointF(b, -a) * far))
        painter.setClipping(False)


def paint_lines(painter: QPainter, theme: Theme, shown: Figures, now: Ground) -> None:
    """Above the lines, below the discs: cut links with their sign, faults and sessions that catch up."""
    cut = np.array(list(now.cut), np.int64).reshape(-1, 2)
    pen = QPen(mix(theme.map, theme.stale, 0.75), 1.4)
    pen.setDashPattern([3.0, 4.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLines([QLineF(*line) for line in clipped(shown.centres, shown.rims, cut).tolist()])
    signed = [(line, ground.PARTITION if now.cut[line] == "partition" else ground.CUT) for line in now.silenced]
    signed += [(line, ground.CATCHING) for line in sorted(now.catching)]
    for line, sign in signed[:MOST]:
        at = middle(shown, line)
        if at is not None:
            _bed(painter, theme, at)
            draw(painter, theme, sign, at, SIZE)
    for _, area, text in pills(shown, now):
        _fault(painter, theme, area, text)


def paint_crash(painter: QPainter, theme: Theme, shown: Figures, node: int) -> None:
    """Over the disc of a provider that is down: dashed, with a cross."""
    x, y = shown.centres[node].tolist()
    radius = float(shown.radii[node])
    painter.setPen(QPen(theme.stale, max(1.2, 0.045 * radius), Qt.PenStyle.DashLine))
    painter.setBrush(theme.map)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    if shown.share(node) < MINI:
        draw(painter, theme, ground.CRASHED, QPointF(x, y), 0.7 * radius)


def paint_removed(painter: QPainter, bed: QColor, colour: QColor, at: QPointF, reach: float, width: float) -> None:
    """Instead of the ring of a copy: hollow, and crossed out at its four corners."""
    thin = QPen(colour, max(1.0, 0.3 * width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(bed, width))
    painter.drawEllipse(at, reach, reach)
    painter.setPen(thin)
    for edge in (reach - 0.5 * width, reach + 0.5 * width):
        painter.drawEllipse(at, edge, edge)
    painter.setPen(QPen(colour, max(1.4, 0.5 * width)))
    for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        way = QPointF(x, y) / sqrt(2)
        painter.drawLine(at + way * (reach - 1.3 * width), at + way * (reach + 1.3 * width))


def paint_badges(painter: QPainter, theme: Theme, shown: Figures, now: Ground) -> None:
    """A cross at the upper right of who is down, a mask at the upper left of who misbehaves, a letter at the lower left

    of who is on a side of a partition.
    """
    for node in now.crashed:
        if shown.share(node) >= MINI:
            painter.setPen(QPen(theme.stale, 1.6))
            painter.setBrush(theme.map)
            painter.drawEllipse(_corner(shown, node, 1, -1), 10.5, 10.5)
            draw(painter, theme, ground.CRASHED, _corner(shown, node, 1, -1), 7.0)
    for node in now.liars:
        draw(painter, theme, ground.LIAR, _corner(shown, node, -1, -1), 15.0 if shown.share(node) >= MINI else 8.0)
    _paint_counts(painter, theme, shown, now)
    if len(now.sides) > MOST:
        return
    painter.setFont(font("badge"))
    high = QFontMetricsF(font("badge")).height() + 2
    for node, side in now.sides.items():
        box = QRectF(QPointF(0, 0), QSizeF(high, high))
        box.moveCenter(_corner(shown, node, -1, 1))
        painter.setPen(QPen(theme.map, 1.4))
        painter.setBrush(theme.side(side))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.on(theme.side(side)))
        painter.drawText(box, CENTRED, letter(side))


def paint_stacks(painter: QPainter, theme: Theme, shown: Figures, now: Ground) -> None:
    """Behind the disc of a provider that stands for its subtree, two more."""
    painter.setPen(QPen(theme.node_line, 1.2))
    painter.setBrush(theme.node)
    for node in now.inside:
        x, y = shown.centres[node].tolist()
        radius = float(shown.radii[node])
        for back in (2, 1):
            away = back * max(2.5, 0.13 * radius)
            painter.drawEllipse(QPointF(x + away, y + away), radius, radius)


def _paint_counts(painter: QPainter, theme: Theme, shown: Figures, now: Ground) -> None:
    """How many are inside and how many of them are down, at the lower right; where it is crowded the largest first."""
    painter.setFont(font("badge"))
    metrics = QFontMetricsF(font("badge"))
    placed: list[QRectF] = []
    for node, count in sorted(now.inside.items(), key=lambda each: (-each[1], each[0]))[:MOST]:
        down = now.down.get(node, 0)
        text = f"+{words.grouped(count)}" + (f" · {down} down" if down else "")
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 3)
        box.moveCenter(_corner(shown, node, 1, 1))
        if shown.share(node) < MINI:  # beside a dot, or it would hide it
            x, y = shown.centres[node].tolist()
            box.moveTopLeft(QPointF(x, y) + QPointF(1, 1) * 0.75 * float(shown.radii[node]))
        if any(map(box.intersects, placed)):
            continue
        placed.append(box)
        bed = theme.stale if down else theme.muted
        painter.setPen(QPen(theme.map, 1.4))
        painter.setBrush(bed)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(theme.on(bed))
        painter.drawText(box, CENTRED, text)


def spots(shown: Figures, now: Ground) -> np.ndarray:
    """Points that the signs on lines take, so that nothing else is put there."""
    points = [middle(shown, line) for line in [*now.silenced, *now.catching][:MOST]]
    points += [area.center() for _, area, _ in pills(shown, now)]
    return np.array(
        [(at.x() + aside, at.y()) for at in points if at is not None for aside in (-40, -20, 0, 20, 40)]
    ).reshape(-1, 2)


def letter(side: int) -> str:
    """A, B, C, ..., and a number after Z."""
    return chr(ord("A") + side) if side < 26 else str(side + 1)


def draw(painter: QPainter, theme: Theme, sign: str, at: QPointF, size: float) -> None:
    """One sign, about 2 `size` across."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(theme.stale, max(1.8, 0.3 * size))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    a = 0.75 * size
    match sign:
        case ground.CRASHED | ground.CUT:
            painter.drawLine(at + QPointF(-a, -a), at + QPointF(a, a))
            painter.drawLine(at + QPointF(-a, a), at + QPointF(a, -a))
        case ground.PARTITION:
            for x in (-0.4 * size, 0.4 * size):
                painter.drawLine(at + QPointF(x, -size), at + QPointF(x, size))
        case ground.FAULTS:
            points = [at + QPointF((i - 2) * 0.5 * size, (a if i % 2 else -a) * 0.8) for i in range(5)]
            painter.drawPolyline(points)
        case ground.CATCHING:
            _arrows(painter, theme.accent, at, size)
        case ground.LIAR:
            _mask(painter, theme, at, size)
        case ground.REMOVED:
            paint_removed(painter, theme.map, theme.muted, at, 0.8 * size, 0.34 * size)
        case ground.FOLDED:
            for back in (2, 1, 0):
                painter.setPen(QPen(theme.muted, 1.2))
                painter.setBrush(theme.node)
                painter.drawEllipse(at + QPointF(back * 0.45 - 0.4, 0.4 - back * 0.45) * size * 0.6, a * 0.8, a * 0.8)


_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


def _arrows(painter: QPainter, colour: QColor, at: QPointF, size: float) -> None:
    """One to the right above one to the left: both sides tell each other what they have."""
    painter.setPen(QPen(colour, max(1.6, 0.24 * size)))
    for way in (1, -1):
        y = -0.42 * size * way
        tip = at + QPointF(0.95 * size * way, y)
        painter.drawLine(at + QPointF(-0.9 * size * way, y), tip)
        painter.drawLine(tip, tip + QPointF(-0.45 * size * way, -0.4 * size))
        painter.drawLine(tip, tip + QPointF(-0.45 * size * way, 0.4 * size))


def _mask(painter: QPainter, theme: Theme, at: QPointF, size: float) -> None:
    """A mask with two eyes."""
    painter.setPen(QPen(theme.map, 1.4))
    painter.setBrush(theme.text)
    shape = QPolygonF([at + QPointF(x, y) * size for x, y in (
        (-1.0, -0.5), (0.0, -0.32), (1.0, -0.5), (0.92, 0.2), (0.5, 0.6), (0.0, 0.22), (-0.5, 0.6), (-0.92, 0.2),
    )])  # fmt: skip
    painter.drawPolygon(shape)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.map)
    for x in (-0.46, 0.46):
        painter.drawEllipse(at + QPointF(x, 0.0) * size, 0.24 * size, 0.19 * size)


def _fault(painter: QPainter, theme: Theme, box: QRectF, text: str) -> None:
    """A pill with the zigzag, and which fault."""
    painter.setPen(QPen(theme.stale, 1.0))
    painter.setBrush(theme.map)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    draw(painter, theme, ground.FAULTS, QPointF(box.left() + 1.6 * SIZE, box.center().y()), 0.75 * SIZE)
    if text:
        painter.setFont(font("small"))
        painter.setPen(theme.stale_text)
        painter.drawText(box.adjusted(2.8 * SIZE, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def _bed(painter: QPainter, theme: Theme, at: QPointF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.map)
    painter.drawEllipse(at, SIZE * 1.5, SIZE * 1.5)


def _corner(shown: Figures, node: int, right: int, down: int) -> QPointF:
    reach = float(shown.rims[node]) * 0.78
    x, y = shown.centres[node].tolist()
    return QPointF(x + right * reach, y + down * reach)
