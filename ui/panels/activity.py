"""The activity strip: messages between providers over the whole run, on a log scale, coloured by kind.

Rules: counts each message once, as the trace grows. Painted twice, as past and as what is to come, and kept: a frame
puts the two pictures together at the playhead.
"""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from p4lab.trace import LOST, Trace
from ui.theme import Theme, mix
from ui.words import ACCESS

BINS = 4_096  # over the whole run; drawn with as many as there is room for
BAR, GAP = 3, 1  # px
LEAST = 2.0  # px: of a bar that is there at all
KINDS = (  # from the bottom of a bar to its top: updates, questions, answers, sessions; by message codes
    (3, (3,)), (4, (4, 6, 8)), (5, (5, 7, 9)), (10, (1, 2, 10, 11)),
)  # fmt: skip
PAST, LATER = 0.62, 0.2  # how strong a kind's colour is before the playhead and after it


class Activity:
    """`count` what is new, then `paint`."""

    def __init__(self) -> None:
        self._counts = np.zeros((len(KINDS), BINS))
        self._seen = 0
        self._whole = 0.0  # s that the bins are over
        self._eyes: int | None = None  # only what this provider sends and is sent
        self._pictures: tuple[QPixmap, QPixmap] | None = None
        self._made_for: tuple[object, ...] = ()

    def forget(self) -> None:
        """Another run."""
        self._counts[:] = 0
        self._seen = 0
        self._pictures = None

    def see_as(self, node: int | None) -> None:
        """With the eyes of a provider, or with everybody's: `count` begins again."""
        self._eyes = node
        self.forget()

    def count(self, trace: Trace, duration: float) -> None:
        """The messages that came in since. A live run's time doubles: two bins become one, none is counted again."""
        while self._seen and self._whole * 2 <= duration:
            self._counts[:, : BINS // 2] = self._counts[:, ::2] + self._counts[:, 1::2]
            self._counts[:, BINS // 2 :] = 0
            self._whole *= 2
            self._pictures = None
        if duration != self._whole:
            self.forget()
            self._whole = duration
        if trace.messages <= self._seen:
            return
        rows = trace.rows(self._seen, trace.messages)
        self._seen = trace.messages
        rows = rows[rows["code"] < ACCESS]
        if self._eyes is not None:
            came = (rows["dst"] == self._eyes) & (rows["fate"] & LOST == 0)
            rows = rows[(rows["src"] == self._eyes) | came]
        places = np.minimum((rows["t"] / duration * BINS).astype(int), BINS - 1)
        for kind, (_, codes) in enumerate(KINDS):
            self._counts[kind] += np.bincount(places[np.isin(rows["code"], codes)], minlength=BINS)
        self._pictures = None

    def heights(self, bars: int, height: float) -> np.ndarray:
        """Of each kind in each bar, in pixels: the sum on a log scale, divided as the kinds are."""
        owner = np.minimum((np.arange(BINS) + 0.5) / BINS * bars, bars - 1).astype(int)
        counts = np.array([np.bincount(owner, weights=kind, minlength=bars) for kind in self._counts])
        total = counts.sum(axis=0)
        most = total.max(initial=0.0)
        if most <= 0:
            return np.zeros_like(counts)
        tall = np.where(total > 0, np.maximum(LEAST, np.log1p(total) / np.log1p(most) * height), 0.0)
        shares: np.ndarray = counts / np.maximum(total, 1.0) * tall
        return shares

    def paint(self, painter: QPainter, theme: Theme, box: QRectF, playhead: float) -> None:
        """Into `box`; playhead: pixels from the left of the painter."""
        ratio = painter.device().devicePixelRatio()
        wanted = (theme.name, box.width(), box.height(), ratio)
        if self._pictures is None or self._made_for != wanted:
            self._made_for = wanted
            self._pictures = (self._picture(theme, box, ratio, PAST), self._picture(theme, box, ratio, LATER))
        past, later = self._pictures
        painter.drawPixmap(box.topLeft(), later)
        cut = min(max(playhead - box.left(), 0.0), box.width())
        if cut > 0:
            painter.save()
            painter.setClipRect(QRectF(box.left(), box.top(), cut, box.height()))
            painter.fillRect(QRectF(box.left(), box.top(), cut, box.height()), theme.window)
            painter.drawPixmap(box.topLeft(), past)
            painter.restore()

    def _picture(self, theme: Theme, box: QRectF, ratio: float, strength: float) -> QPixmap:
        picture = QPixmap(round(box.width() * ratio), round(box.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        bars = max(1, int(box.width() // (BAR + GAP)))
        step = box.width() / bars
        foot = np.zeros(bars)
        for (code, _), tall in zip(KINDS, self.heights(bars, box.height()), strict=True):
            painter.setBrush(mix(theme.window, theme.kinds[code], strength))
            for i in np.flatnonzero(tall).tolist():
                height = float(tall[i])
                y = box.height() - float(foot[i]) - height
                painter.drawRect(QRectF(i * step, y, max(1.0, step - GAP), height))
            foot += tall
        painter.end()
        return picture
