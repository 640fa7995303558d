"""Rings that show that an answer has arrived: around the provider that asked, for a moment of the viewer's time.

Rules: a function of (answers, t, pace), so a ring is there again when the playhead comes back. Vermilion and double
means that the answer was stale.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.canvas.moment import Moment
from ui.theme import Theme

SHOWN = 0.7  # s on screen
MOST = 150  # at high speed there are more answers than frames: the last ones are looked at
EACH = 3  # rings around one provider: more would only be a blot, and painting them would take the frame's time
CROWD = 12  # rings on the map from which on each provider has one
GROWTH = 15.0  # pixels


def paint(painter: QPainter, theme: Theme, now: Moment) -> None:
    """Those of the selected key, of all keys where none is."""
    lasts = SHOWN * max(now.factor, 1e-6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rings: list[list[tuple[float, int]]] = [[] for _ in now.shown.names]
    for moment, node, op, _ in reversed(now.answers.between(now.t - lasts, now.t)[-MOST:].tolist()):
        known = node < len(rings) and op < len(now.regimes)
        if known and now.name in (None, now.names[op]) and len(rings[node]) < EACH:
            rings[node].append((moment, op))
    each = EACH if sum(map(len, rings)) <= CROWD else 1
    for node, moment, op in ((node, *ring) for node, mine in enumerate(rings) for ring in mine[:each]):
        past = (now.t - moment) / lasts
        stale = now.answers.was_stale(op)
        colour = QColor(theme.stale if stale else theme.regime(int(now.regimes[op])).colour)
        colour.setAlphaF((1 - past) ** 1.6)
        painter.setPen(QPen(colour, 1.2 + 2.4 * (1 - past)))
        scale = min(1.0, float(now.shown.radii[node]) / now.shown.unit + 0.25)
        reach = float(now.shown.rims[node]) + 2 + GROWTH * scale * (1 - (1 - past) ** 2)
        centre = QPointF(*now.shown.centres[node])
        painter.drawEllipse(centre, reach, reach)
        if stale:
            painter.drawEllipse(centre, reach + 4, reach + 4)
