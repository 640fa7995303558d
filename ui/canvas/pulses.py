"""What is shown for a moment of the viewer's time: rings where an answer has arrived, crosses where a message ended.

Rules: a function of (answers, losses, t, pace), so it is there again when the playhead comes back. A vermilion and
double ring means that the answer was stale.
"""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.canvas import ground, signs
from ui.canvas.moment import Moment
from ui.theme import Theme

SHOWN = 0.7  # s on screen
MOST = 150  # at high speed there are more answers than frames: the last ones are looked at
EACH = 3  # rings around one provider: more would only be a blot, and painting them would take the frame's time
CROWD = 12  # rings on the map from which on each provider has one
GROWTH = 15.0  # pixels
CROSS = 6.0  # half of it, pixels


def paint_ends(painter: QPainter, theme: Theme, now: Moment) -> None:
    """A cross where each message was that came to its end on its way, as a crash or a cut does it."""
    lasts = SHOWN * max(now.factor, 1e-6)
    shown = now.shown
    for end, _, src, dst, _, way in now.losses.between(now.t - lasts, now.t)[-MOST:].tolist():
        if max(src, dst) >= len(shown.names) or shown.hosts[src] == shown.hosts[dst]:
            continue
        start, ahead = shown.centres[src], shown.centres[dst] - shown.centres[src]
        length = max(float(np.hypot(*ahead)), 1e-6)
        first = float(shown.rims[src])
        at = start + ahead / length * (first + way * max(0.0, length - first - float(shown.rims[dst])))
        painter.setOpacity(1 - ((now.t - end) / lasts) ** 2)
        signs.draw(painter, theme, ground.CUT, QPointF(*at.tolist()), CROSS)
    painter.setOpacity(1.0)


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
