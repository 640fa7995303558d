"""Paints providers: disc, name, what they hold, ring and customers.

Rules: functions of what they are given. The ring tells the copy: solid for own data and replicas (own data wears a
jewel), dashed for a pointer, hollow and crossed for a tombstone, an arc that runs down for a copy that expires;
vermilion, and double where it is whole, for a stale one. Arcs move with time, so they are painted apart (arcs.py).
"""

from collections.abc import Sequence
from math import pi

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ui.canvas.figures import MINI, RING, Figures, chord, sized
from ui.canvas.looks import DOWN, Look
from ui.canvas.signs import paint_crash, paint_removed
from ui.canvas.stamps import Stamps
from ui.theme import Theme, font, mix

FEW = 60  # discs that are painted one by one
CENTRED = Qt.AlignmentFlag.AlignCenter
CORES = {"L": 0.68, "S": 0.6, "R": 0.52, "C": 0.38, "P": 0.2}  # of a dot's radius: how much of it is filled, by store


def paint_discs(painter: QPainter, theme: Theme, shown: Figures, looks: Sequence[Look], stamps: Stamps) -> None:
    """All that stands still, without labels and badges."""
    many = len(shown.seen) > FEW
    for node in shown.seen:
        look = looks[node]
        _customers(painter, theme, shown, node)
        if many and shown.share(node) < 1.0:  # hundreds look the same, and look so again soon
            _stamp(painter, theme, shown, node, look, stamps)
        else:
            _disc(painter, theme, shown, node, look)


def paint_halo(painter: QPainter, theme: Theme, shown: Figures, node: int, focused: bool) -> None:
    """Around the selected provider, before its disc; a stronger line while the map has the keyboard."""
    painter.setPen(QPen(theme.accent, 2.4 if focused else 1.4))
    painter.setBrush(mix(theme.map, theme.accent, 0.16))
    painter.drawEllipse(_around(shown, node, float(shown.rims[node]) + 5))


def ring_radius(radius: float) -> float:
    """The middle of the ring's line."""
    return radius * (1 + RING) - ring_width(radius) / 2 + 0.5


def ring_width(radius: float) -> float:
    """How wide it is."""
    return min(5.0, max(1.8, 0.095 * radius))


def colour_of(theme: Theme, look: Look) -> QColor:
    """Of the ring and the dot: the regime's, or that of what is stale."""
    return theme.stale if look.stale else theme.regime(look.code).colour


def _disc(painter: QPainter, theme: Theme, shown: Figures, node: int, look: Look) -> None:
    radius = float(shown.radii[node])
    at = QPointF(*shown.centres[node].tolist())
    painter.setBrush(theme.node)
    painter.setPen(QPen(theme.node_line, 1.2))
    painter.drawEllipse(at, radius, radius)
    if look is DOWN:
        paint_crash(painter, theme, shown, node)
    if look.store:
        _ring(painter, theme, shown, node, look)
    if shown.share(node) >= MINI:
        _text(painter, theme, shown, node, look)
    elif look.removed:
        painter.setPen(QPen(colour_of(theme, look), 1.0))
        core = radius * CORES["R"]
        painter.drawLine(at + QPointF(-core, -core), at + QPointF(core, core))
        painter.drawLine(at + QPointF(-core, core), at + QPointF(core, -core))
    elif look.store:
        core = radius * CORES.get(look.store, 0.2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour_of(theme, look))
        painter.drawEllipse(at, core, core)


def _stamp(painter: QPainter, theme: Theme, shown: Figures, node: int, look: Look, stamps: Stamps) -> None:
    radius = float(shown.radii[node])
    name = shown.names[node] if shown.name_sizes[node] else ""
    key = (
        "disc", radius, name, look is DOWN, look.store, look.stale, look.removed, look.code, look.until is None,
        look.texts if shown.share(node) >= MINI else (),
    )  # fmt: skip

    def paint(around: QPainter) -> None:
        around.translate(-shown.centres[node][0], -shown.centres[node][1])
        _disc(around, theme, shown, node, look)

    x, y = shown.centres[node].tolist()
    stamps.put(painter, key, x, y, radius * (1 + RING) + 6.0, paint)


def _text(painter: QPainter, theme: Theme, shown: Figures, node: int, look: Look) -> None:
    radius, size = float(shown.radii[node]), shown.name_sizes[node]
    ink = theme.stale_text if look.stale else theme.muted
    x, y = shown.centres[node].tolist()
    if size:
        above = sized(font("heading"), size)
        height = QFontMetricsF(above).height()
        top = y - (0.96 if look.what else 0.5) * height
        painter.setFont(above)
        painter.setPen(theme.text)
        painter.drawText(QRectF(x - radius, top, 2 * radius, height), CENTRED, shown.names[node])
        below = QRectF(x - radius, top + 0.98 * height, 2 * radius, height)
        _fitting(painter, sized(font("small"), max(0.9, size)), look.texts, below, chord(radius, 0.9 * height), ink)
        return
    heading = sized(font("strong"), max(0.86, min(1.15, 1.15 * shown.share(node))))
    small = font("small")
    metrics = QFontMetricsF(small)
    if look.version and metrics.horizontalAdvance(look.what) < chord(radius, metrics.height()):
        height = QFontMetricsF(heading).height()
        upper, lower = QRectF(x - radius, y - height, 2 * radius, height), QRectF(x - radius, y - 1, 2 * radius, height)
        number = (look.version.split(" ")[0],)
        _fitting(painter, heading, number, upper, 2 * radius, theme.stale_text if look.stale else theme.text)
        _fitting(painter, small, (look.what,), lower, 2 * radius, ink)
    else:
        whole = _around(shown, node, radius)
        _fitting(painter, heading if look.version else small, look.texts, whole, 1.75 * radius, ink)


def _ring(painter: QPainter, theme: Theme, shown: Figures, node: int, look: Look) -> None:
    radius = float(shown.radii[node])
    reach, width, colour = ring_radius(radius), ring_width(radius), colour_of(theme, look)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if look.removed:
        x, y = shown.centres[node].tolist()
        paint_removed(painter, theme.map, theme.stale if look.stale else theme.muted, QPointF(x, y), reach, width)
        return
    if look.until is not None:
        painter.setPen(QPen(mix(theme.map, theme.node_line, 0.45), 0.6 * width))  # the bed of the arc
        painter.drawEllipse(_around(shown, node, reach))
    else:
        pen = QPen(colour, width)
        if look.store == "P":
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            dashes = max(10, round(2 * pi * reach / (4 * width)))  # a whole number of dashes meets itself
            unit = 2 * pi * reach / dashes / width
            pen.setDashPattern([0.56 * unit, 0.44 * unit])
        painter.setPen(pen)
        painter.drawEllipse(_around(shown, node, reach))
        if look.stale:
            painter.setPen(QPen(colour, 1.0))
            painter.drawEllipse(_around(shown, node, reach + 0.5 * width + 2.2))
    if look.store == "L" and shown.share(node) >= MINI:
        x, y = shown.centres[node].tolist()
        jewel = max(3.2, 0.1 * radius)
        painter.setPen(QPen(theme.map, 1.6))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, y - reach), jewel, jewel)


def _customers(painter: QPainter, theme: Theme, shown: Figures, node: int) -> None:
    size = max(1.6, 0.062 * float(shown.radii[node]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.customer)
    for x, y in shown.customer_places(node):
        painter.drawEllipse(QPointF(x, y), size, size)


def _fitting(painter: QPainter, line: QFont, texts: Sequence[str], area: QRectF, room: float, ink: QColor) -> None:
    """The longest of `texts` that fits into `room`, else the last one cut."""
    if not texts:
        return
    metrics = QFontMetricsF(line)
    text = next((text for text in texts if metrics.horizontalAdvance(text) <= room), None)
    painter.setFont(line)
    painter.setPen(ink)
    cut = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room) if text is None else text
    painter.drawText(area, CENTRED, cut)


def _around(shown: Figures, node: int, radius: float) -> QRectF:
    x, y = shown.centres[node].tolist()
    return QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
