"""What is left of a moment for the eyes of one provider, and the veil over all the rest of the map.

Rules: takes from a moment, never adds to it. Others are hatched and say nothing; links that are not the provider's own
are not drawn; whether something is stale, lost or too late is for a judge who sees everything.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPainterPath, QPixmap

from p4lab.trace import DUPLICATE
from ui.canvas import sprites
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground
from ui.canvas.looks import UNKNOWN, Look
from ui.canvas.messages import Flight
from ui.theme import Theme, font, mix

OWN = ("", "")  # no badge
BAND = 0.75  # of a line of text, up and down from the middle, where the name stands unhatched


class Veil:
    """Keeps what was made of the last ground, so that a picture of it need not be painted again."""

    def __init__(self) -> None:
        self._made: tuple[Ground, int, Ground] | None = None
        self._carried: tuple[object, Ground, np.ndarray] | None = None
        self._hatched: tuple[object, QPixmap] | None = None

    def ground(self, whole: Ground, eyes: int) -> Ground:
        """Its own links and neighbours, and what is the matter with itself."""
        if self._made is None or self._made[:2] != (whole, eyes):
            self._made = whole, eyes, _own(whole, eyes)
        return self._made[2]

    def carried(self, whole: Ground, eyes: int, carried: np.ndarray) -> np.ndarray:
        """Bytes by line of its ground, each way."""
        mine = self.ground(whole, eyes)
        if self._carried is None or self._carried[0] is not carried or self._carried[1] is not mine:
            self._carried = carried, mine, carried[:, _lines(whole, eyes)]
        return self._carried[2]

    def paint(
        self, painter: QPainter, theme: Theme, shown: Figures, eyes: int, size: tuple[int, int], ratio: float
    ) -> None:  # fmt: skip
        """Hatching over everybody else: dear, and the same until the map is moved."""
        key = shown, theme.name, eyes, size, ratio
        if self._hatched is None or self._hatched[0] != key:
            picture = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            within = QPainter(picture)
            within.setRenderHint(QPainter.RenderHint.Antialiasing)
            hatch(within, theme, shown, eyes)
            within.end()
            self._hatched = key, picture
        painter.drawPixmap(0, 0, self._hatched[1])


def sent(rows: np.ndarray, eyes: int) -> np.ndarray:
    """Of messages under way those that it has sent; it cannot know what becomes of them."""
    rows = rows[(rows["src"] == eyes) & (rows["fate"] & DUPLICATE == 0)].copy()
    rows["fate"] = 0
    return np.asarray(rows)


def flight(whole: Flight) -> Flight:
    """Without signs of what is stale or comes too late."""
    column = whole.glyph % sprites.COLUMNS
    stale = (column >= 0) & np.isin(column, _STALE)
    glyph = whole.glyph - np.where(stale, sprites.STALE - sprites.HIT, 0)
    return replace(whole, glyph=glyph, opacity=np.ones(len(whole)))


def looks(whole: Sequence[Look], eyes: int) -> list[Look]:
    """What it has itself, and not whether that is behind."""
    return [replace(look, badge=OWN) if node == eyes else UNKNOWN for node, look in enumerate(whole)]


def hatch(painter: QPainter, theme: Theme, shown: Figures, eyes: int) -> None:
    """Everybody but the one who sees."""
    path = QPainterPath()
    for node in shown.seen:
        if node != shown.hosts[eyes]:
            radius, at = float(shown.rims[node]), QPointF(*shown.centres[node].tolist())
            disc, band = QPainterPath(), QPainterPath()
            disc.addEllipse(at, radius, radius)
            if shown.name_sizes[node]:
                half = BAND * QFontMetricsF(font("heading")).height()
                band.addRect(QRectF(at.x() - radius, at.y() - half, 2 * radius, 2 * half))
            path.addPath(disc.subtracted(band))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(mix(theme.map, theme.muted, 0.55), Qt.BrushStyle.BDiagPattern))
    painter.drawPath(path)


_STALE = np.array(sorted({sprites.column_of(code) + sprites.STALE for code in (5, 7, 9)}))


def _lines(ground: Ground, eyes: int) -> np.ndarray:
    host = ground.hosts[eyes]
    return np.asarray((ground.lines == host).any(axis=1)) if len(ground.lines) else np.zeros(0, bool)


def _own(whole: Ground, eyes: int) -> Ground:
    mine, host = _lines(whole, eyes), int(whole.hosts[eyes])
    place = np.full(len(whole.lines) + 1, -1, np.int64)
    place[:-1][mine] = np.arange(int(mine.sum()))
    return replace(
        whole,
        lines=whole.lines[mine],
        line_of=place[whole.line_of],
        open=whole.open[mine],
        up=whole.up[(whole.up == host).any(axis=1)] if len(whole.up) else whole.up,
        cut={line: _felt(why) for line, why in whole.cut.items() if host in line},
        faults={},
        catching=frozenset(line for line in whole.catching if host in line),
        crashed=whole.crashed & {host},
        liars={node: count for node, count in whole.liars.items() if node == host},
        sides={},
        down={},
    )


def _felt(why: str) -> str:
    """How a cut shows from within: as silence. Nobody is told of a crash elsewhere, nor of a partition."""
    return "silence" if why in ("crash", "partition", "link") else why
