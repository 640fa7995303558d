"""All messages in flight, painted at once: where each is at a time, and one call that paints them all.

Rules: a message's place is (t - sent) / (due - sent) along its link, from rim to rim, a little to the right of its way
so that the two directions do not meet. Everything is arrays: no object, no Python loop per message. What is left out is
counted and said.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from PySide6.QtGui import QPainter, QPixmap
from shiboken6 import Shiboken

from p4lab.trace import CORRUPT, DUPLICATE, LOST, picked
from ui.canvas import sprites
from ui.canvas.sprites import Sheet
from ui.theme import SHAPES, Theme
from ui.words import ACCESS

KEEP_RIGHT = 0.55  # of a glyph's radius
LANES = np.array([0.3, 0.85, 1.4])  # likewise, of the three lanes of other keys: what begins together is told apart
PER_LINK = 24  # messages drawn per direction of a link, of the selected key and of others each
BUCKETS = 32_768  # links are thrown into: where few messages share one, none of their links is crowded
FADED, GONE = 0.5, 0.85  # of its way: where a lost message begins to fall, and where it is gone
FALL = 34.0  # pixels
PLACES = np.array([0.08, 0.5, 0.92])  # of its way, where it stands for a third of its time each, with reduced motion
LATE = 0.38  # opacity of a reply that nobody waits for any more
FIELDS = 10  # of QPainter.PixmapFragment: x, y, source left, top, width, height, scale x, y, rotation, opacity
_COLUMN = np.array([sprites.column_of(code) for code in range(256)])
_TRIANGLE = np.array([SHAPES.get(code) == "triangle" for code in range(256)])
_REPLY = np.array([SHAPES.get(code) == "square" for code in range(256)])
_SIGN = np.array([sprites.NO_SIGN, sprites.HIT, sprites.MISS, sprites.NO_SIGN, sprites.REFUSED] + [0] * 251)


@dataclass(frozen=True)
class Flight:
    """Arrays aligned with `rows`, the message rows that are drawn. glyph: regime * COLUMNS + column.

    total: how many were in flight before some were left out.
    """

    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray
    glyph: np.ndarray
    opacity: np.ndarray
    chosen: np.ndarray  # of the selected key: full size
    total: int

    def __len__(self) -> int:
        return len(self.rows)

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """The message at a point of the window; one of the selected key before others."""
        distance = np.hypot(self.x - x, self.y - y) + np.where(self.chosen, 0.0, 0.3 * reach)
        at = int(np.argmin(distance)) if len(distance) else -1
        return at if at >= 0 and distance[at] <= reach else None


def between_providers(rows: np.ndarray, hosts: np.ndarray) -> np.ndarray:
    """The rows that cross links of the map; what passes within a folded subtree does not."""
    count = len(hosts)
    if not count:
        return rows[:0]
    src, dst = rows["src"], rows["dst"]
    known = (rows["code"] < ACCESS) & (src < count) & (dst < count)
    return picked(rows, known & (hosts[np.minimum(src, count - 1)] != hosts[np.minimum(dst, count - 1)]))


def thinned(rows: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """Which rows to draw: of a crowded direction of a link 1 in 2, 4, 8, ..., the same ones in each frame."""
    if len(rows) <= PER_LINK:
        return np.ones(len(rows), bool)
    kept = np.ones(len(rows), bool)
    way = (rows["src"].astype(np.int64) * count + rows["dst"]) * 2 + chosen
    bucket = (way * 2654435769 >> 13) & (BUCKETS - 1)  # scrambled, or the links of one provider would lie together
    perhaps = np.flatnonzero(np.bincount(bucket, minlength=BUCKETS)[bucket] > PER_LINK)
    if len(perhaps):
        _, place, counts = np.unique(way[perhaps], return_inverse=True, return_counts=True)
        step = 1 << np.ceil(np.log2(np.maximum(1.0, counts[place] / PER_LINK))).astype(np.int64)
        # Ids on one link often share their last bits (Fibonacci hashing, Knuth 6.4).
        ids = rows["id"][perhaps].astype(np.uint64)
        kept[perhaps] = (ids * np.uint64(2654435769) >> np.uint64(7)).astype(np.int64) % step == 0
    return kept


def fly(
    rows: np.ndarray,
    t: float,
    centres: np.ndarray,
    rims: np.ndarray,
    regimes: np.ndarray,
    chosen: np.ndarray,
    stale: np.ndarray,
    late: np.ndarray,
    radius: float,
    calm: bool = False,
) -> Flight:
    """Where `rows` are at t. centres, rims: pixels, by node. regimes, chosen, stale, late: aligned with rows.

    calm: they jump from place to place instead of gliding.
    """
    kept = thinned(rows, chosen, len(centres))
    total = len(rows)
    if not kept.all():
        rows = picked(rows, kept)
        regimes, chosen, stale, late = regimes[kept], chosen[kept], stale[kept], late[kept]
    src, dst, code = rows["src"].astype(np.intp), rows["dst"].astype(np.intp), rows["code"]
    sent = rows["t"]
    way = (t - sent) / np.maximum(rows["due"] - sent, 1e-12)
    np.minimum(np.maximum(way, 0.0, out=way), 1.0, out=way)
    if calm:
        way = stood(way)
    lost = (rows["fate"] & LOST) > 0
    any_lost = bool(lost.any())
    across, down = np.ascontiguousarray(centres.T)
    from_x, from_y, rim = across[src], down[src], rims[src]
    ux, uy = across[dst] - from_x, down[dst] - from_y
    length = np.maximum(np.sqrt(ux * ux + uy * uy), 1e-6)
    ux /= length
    uy /= length
    reach = np.maximum(length - rim - rims[dst], 0.0)
    along = rim + reach * (np.where(lost, np.minimum(way, FADED), way) if any_lost else way)
    aside = KEEP_RIGHT * radius if chosen.all() else np.where(chosen, KEEP_RIGHT, LANES[rows["op"] % 3]) * radius
    x = from_x + ux * along - uy * aside
    y = from_y + uy * along + ux * aside
    opacity = np.where(late, LATE, 1.0)
    if any_lost:
        fallen = np.clip((way - FADED) / (GONE - FADED), 0.0, 1.0) * lost
        y = y + FALL * fallen * fallen
        opacity = opacity * (1.0 - fallen)
    column = _COLUMN[code]
    pointing = np.flatnonzero(_TRIANGLE[code])
    turn = np.rint(np.arctan2(uy[pointing], ux[pointing]) * (sprites.TURNS / (2 * np.pi))).astype(np.int64)
    column[pointing] = turn % sprites.TURNS
    sign = np.where(stale, sprites.STALE, _SIGN[rows["status"]])
    column = column + np.where(_REPLY[code], sign, 0)
    return Flight(rows, x, y, regimes * sprites.COLUMNS + column, opacity, chosen, total)


def stood(way: np.ndarray) -> np.ndarray:
    """Where messages stand that have come so far, 0..1, if they do not glide."""
    return PLACES[np.minimum((way * len(PLACES)).astype(np.intp), len(PLACES) - 1)]


class Painter:
    """Paints flights in one theme at one device pixel ratio. Its arrays are kept from frame to frame."""

    def __init__(self, theme: Theme, ratio: float, radius: float, small: float) -> None:
        self.ratio = ratio
        self.radius = radius
        self._full = Sheet(theme, radius, ratio)
        self._small = Sheet(theme, small, ratio, opacity=0.62)
        self._fragments = np.zeros((256, FIELDS))

    def paint(self, painter: QPainter, flight: Flight, followed: int | None = None) -> None:
        """`painter` in logical pixels of the window. followed: the op whose messages are ringed."""
        painter.save()
        painter.scale(1 / self.ratio, 1 / self.ratio)  # one sprite pixel per device pixel: the fast path of Qt
        if flight.chosen.all():
            self._put(painter, self._full, flight.x, flight.y, flight.glyph, flight.opacity)
        else:
            for sheet, which in ((self._small, ~flight.chosen), (self._full, flight.chosen)):
                at = np.flatnonzero(which)
                self._put(painter, sheet, flight.x[at], flight.y[at], flight.glyph[at], flight.opacity[at])
        fates = flight.rows["fate"] & (DUPLICATE | CORRUPT)
        if fates.any():  # few are, on few links
            self._mark(painter, flight, fates)
        if followed is not None:
            at = np.flatnonzero(flight.rows["op"] == followed)
            halo = np.full(len(at), self._full.special(sprites.HALO))
            self._put(painter, self._full, flight.x[at], flight.y[at], halo, flight.opacity[at])
        painter.restore()

    def _mark(self, painter: QPainter, flight: Flight, fates: np.ndarray) -> None:
        """What the network did to a message, over its glyph."""
        for fate, column in ((DUPLICATE, sprites.DOUBLED), (CORRUPT, sprites.CORRUPTED)):
            for sheet, which in ((self._small, ~flight.chosen), (self._full, flight.chosen)):
                at = np.flatnonzero(which & ((fates & fate) > 0))
                mark = np.full(len(at), sheet.special(column))
                self._put(painter, sheet, flight.x[at], flight.y[at], mark, flight.opacity[at])

    def paint_access(self, painter: QPainter, x: np.ndarray, y: np.ndarray) -> None:
        """Dots between customers and their provider."""
        painter.save()
        painter.scale(1 / self.ratio, 1 / self.ratio)
        dot = np.full(len(x), self._full.special(sprites.ACCESS_DOT))
        self._put(painter, self._full, x, y, dot, np.ones(len(x)))
        painter.restore()

    def _put(
        self, painter: QPainter, sheet: Sheet, x: np.ndarray, y: np.ndarray, glyph: np.ndarray, opacity: np.ndarray
    ) -> None:
        count = len(x)
        if count == 0:
            return
        if count > len(self._fragments):
            self._fragments = np.zeros((2 * count, FIELDS))
        fragments = self._fragments[:count]
        np.multiply(x, self.ratio, out=fragments[:, 0])
        np.multiply(y, self.ratio, out=fragments[:, 1])
        fragments[:, 2:6] = sheet.source[glyph]
        fragments[:, 6:8] = 1.0
        fragments[:, 9] = opacity
        _draw(painter, self._fragments, count, sheet.pixmap)


def _draw(painter: QPainter, fragments: np.ndarray, count: int, pixmap: QPixmap) -> None:
    """`drawPixmapFragments` wants the address of the first of an array of structs of ten doubles: a row each here."""
    first = cast("QPainter.PixmapFragment", Shiboken.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment))
    painter.drawPixmapFragments(first, count, pixmap)
