"""What is shown for a moment of the viewer's time: rings where an answer has arrived, crosses where a message ended.

Rules: a function of (answers, losses, t, pace), so it is there again when the playhead comes back. A vermilion and
double ring means that the answer was stale.
"""

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.canvas import ground, signs
from ui.canvas.moment import Moment
from ui.canvas.stamps import Stamps
from ui.theme import Theme

SHOWN = 0.7  # s on screen
MOST = 150  # at high speed there are more answers than frames: the last ones are looked at
EACH = 3  # rings around one provider: more would only be a blot, and painting them would take the frame's time
CROWD = 12  # rings on the map from which on each provider has one
GROWTH = 15.0  # pixels
MANY = 24  # rings from which on each is one of the pictures that are kept
STEPS = 24  # of these pictures while a ring grows
LARGE = 24.0  # pixels: around larger rims they are painted as they are
HELD = 0.3  # of its time: how far a ring has grown and faded that stands still, with reduced motion
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
        painter.setOpacity(1.0 if now.calm else 1 - ((now.t - end) / lasts) ** 2)
        signs.draw(painter, theme, ground.CUT, QPointF(*at.tolist()), CROSS)
    painter.setOpacity(1.0)


def paint(painter: QPainter, theme: Theme, now: Moment, stamps: Stamps) -> None:
    """Those of the selected key, of all keys where none is."""
    lasts = SHOWN * max(now.factor, 1e-6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    count = len(now.shown.names)
    rings: dict[int, list[tuple[float, int]]] = {}
    for moment, node, op, _ in reversed(now.answers.between(now.t - lasts, now.t)[-MOST:].tolist()):
        known = node < count and op < len(now.regimes)
        mine = rings.setdefault(node, [])
        if known and now.name in (None, now.names[op]) and len(mine) < EACH:
            mine.append((moment, op))
    total = sum(map(len, rings.values()))
    each = EACH if total <= CROWD else 1
    for node, moment, op in ((at, *ring) for at in sorted(rings) for ring in rings[at][:each]):
        past = HELD if now.calm else (now.t - moment) / lasts
        stale = now.answers.was_stale(op)
        colour = theme.stale if stale else theme.regime(int(now.regimes[op])).colour
        x, y = now.shown.centres[node].tolist()
        scale = min(1.0, float(now.shown.radii[node]) / now.shown.unit + 0.25)
        rim = float(now.shown.rims[node])
        if total > MANY and rim < LARGE:
            step, rim = round(past * STEPS), round(2 * rim) / 2
            ring = partial(_ring, colour=colour, rim=rim, scale=scale, past=step / STEPS, stale=stale)
            stamps.put(painter, ("ring", rim, colour.name(), step, stale), x, y, rim + GROWTH + 10, ring)
        else:
            painter.save()
            painter.translate(x, y)
            _ring(painter, colour, rim, scale, past, stale)
            painter.restore()


def _ring(painter: QPainter, colour: QColor, rim: float, scale: float, past: float, stale: bool) -> None:
    """Around 0, 0."""
    faded = QColor(colour)
    faded.setAlphaF((1 - past) ** 1.6)
    painter.setPen(QPen(faded, 1.2 + 2.4 * (1 - past)))
    reach = rim + 2 + GROWTH * scale * (1 - (1 - past) ** 2)
    painter.drawEllipse(QPointF(0, 0), reach, reach)
    if stale:
        painter.drawEllipse(QPointF(0, 0), reach + 4, reach + 4)
