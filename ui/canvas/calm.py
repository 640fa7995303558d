"""The map for whoever wants reduced motion: nothing glides, grows or fades.

Rules: a function of the moment, as everything on the map. A message stands at its sender, half-way, and at its
receiver, a third of its time each; a line with an arrow says where it goes, so that nothing is lost with the motion.
"""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from ui.canvas.messages import KEEP_RIGHT
from ui.canvas.moment import Moment
from ui.canvas.sprites import COLUMNS
from ui.theme import Theme

MOST = 300  # lines: more would only be a blot
WIDTH, HEAD = 1.6, 9.0  # px
AT = 0.72  # of the way: where the arrow is, beside the place half-way


def paint_ways(painter: QPainter, theme: Theme, now: Moment, radius: float) -> None:
    """A line from rim to rim for each way that a message of the selected key takes, and an arrow on it.

    radius: of such a message.
    """
    flight, shown = now.flight, now.shown
    rows, codes = flight.rows[flight.chosen], flight.glyph[flight.chosen]
    if not len(rows):
        return
    ways = np.stack([rows["src"], rows["dst"]], axis=1).astype(np.intp)
    ways, first = np.unique(ways, axis=0, return_index=True)
    regimes = codes[first] // COLUMNS
    painter.save()
    for (src, dst), regime in list(zip(ways.tolist(), regimes.tolist(), strict=True))[:MOST]:
        ahead = shown.centres[dst] - shown.centres[src]
        length = max(float(np.hypot(*ahead)), 1e-6)
        along = ahead / length
        aside = np.array([-along[1], along[0]]) * KEEP_RIGHT * radius
        start = shown.centres[src] + along * shown.rims[src] + aside
        end = shown.centres[dst] - along * shown.rims[dst] + aside
        pen = theme.regime_pen(regime, WIDTH)
        painter.setPen(pen)
        painter.drawLine(QLineF(*start.tolist(), *end.tolist()))
        tip = start + (end - start) * AT
        back, side = tip - along * HEAD, np.array([-along[1], along[0]]) * HEAD * 0.45
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawPolygon(QPolygonF([QPointF(*point.tolist()) for point in (tip, back + side, back - side)]))
    painter.restore()
