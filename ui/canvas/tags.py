"""Paints what hangs on providers: the names that do not fit inside, and the badge of what is stale.

Rules: functions of what they are given. Names go where there is room, in order of importance; a long one takes two
lines.
"""

from collections.abc import Sequence
from math import pi

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap

from ui.canvas.figures import MINI, Figures
from ui.canvas.labels import Room, Wish, arrange
from ui.canvas.looks import Look
from ui.canvas.providers import ring_radius
from ui.theme import Theme, font

WIDTH = 180.0  # of a line, at the usual text size; longer names take two and are then cut
PAD = 3.0
BADGE = 16.0  # pixels that labels keep free for one
CENTRED = Qt.AlignmentFlag.AlignCenter


class Labels:
    """The names of providers that do not carry them inside: where each has room, looked for when that has changed."""

    def __init__(self) -> None:
        self._for: tuple[Figures, tuple[object, ...]] | None = None
        self._placed: list[tuple[int, QRectF, str]] = []

    def forget(self) -> None:
        """The fonts have changed."""
        self._for = None

    @property
    def areas(self) -> list[QRectF]:
        """What they take."""
        return [area for _, area, _ in self._placed]

    def paint(
        self, painter: QPainter, theme: Theme, shown: Figures, room: Room, marked: frozenset[int], taken: object
    ) -> None:
        """marked: those that must be seen. taken: what the room says is taken, as something to compare."""
        large = shown.radii.max(initial=0.0) >= MINI * shown.unit
        line = font("strong" if large else "small")
        if self._for is None or self._for[0] is not shown or self._for[1] != (marked, taken):
            self._for = shown, (marked, taken)
            self._placed = _placed(shown, room, marked, QFontMetricsF(line))
        painter.setFont(line)
        bed = theme.map.toRgb()
        bed.setAlphaF(0.78)
        for node, area, text in self._placed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.map if node in marked else bed)
            painter.drawRoundedRect(area, 4, 4)
            painter.setPen(theme.text if large or node in marked else theme.muted)
            painter.drawText(area, CENTRED, text)


def _placed(
    shown: Figures, room: Room, marked: frozenset[int], metrics: QFontMetricsF
) -> list[tuple[int, QRectF, str]]:  # fmt: skip
    """Who has room, where, and the name in one line or two."""
    seen = shown.seen
    room.take_discs(shown.centres[seen], shown.rims[seen])
    for node in seen:  # stale or not, so that a label does not move when its copy becomes stale
        room.take(*badge_corner(shown, node, BADGE), BADGE, BADGE)
    order = sorted(
        (node for node in seen if not shown.name_sizes[node]),
        key=lambda node: (node not in marked, -shown.customers[node], node),
    )
    lines = {node: wrapped(shown.names[node], metrics, WIDTH * shown.unit / 46) for node in order}
    wishes = {node: _wish(shown, node, lines[node], metrics, node in marked) for node in order}
    return [
        (node, QRectF(x, y, wishes[node].width, wishes[node].height), "\n".join(lines[node]))
        for node, (x, y) in arrange(list(wishes.values()), room).items()
    ]


class Badges:
    """ "2 behind" at the upper right of a stale copy. Few are different, so each is painted once and kept."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme, self._ratio = theme, ratio
        self._pictures: dict[str, QPixmap] = {}
        self._for: tuple[Figures, Sequence[Look]] | None = None
        self._stale: list[int] = []

    def paint(self, painter: QPainter, shown: Figures, looks: Sequence[Look]) -> None:
        """Those of all stale copies, but for dots."""
        if self._for is None or self._for[0] is not shown or self._for[1] is not looks:
            self._for = shown, looks
            self._stale = [node for node in shown.seen if looks[node].stale and shown.share(node) >= MINI]
        for node in self._stale:
            long, short = looks[node].badge
            picture = self._of(long if shown.name_sizes[node] else short)
            x, y = badge_corner(shown, node, picture.height() / self._ratio)
            if x + picture.width() / self._ratio > painter.viewport().width():  # the edge of the map would cut it
                picture = self._of(short)
            painter.drawPixmap(QPointF(x, y), picture)

    def _of(self, text: str) -> QPixmap:
        if text not in self._pictures:
            self._pictures[text] = self._picture(text)
        return self._pictures[text]

    def _picture(self, text: str) -> QPixmap:
        metrics = QFontMetricsF(font("badge"))
        height = metrics.height() + 3
        area = QRectF(1, 1, max(height, metrics.horizontalAdvance(text) + 13), height)
        picture = QPixmap((QSizeF(area.width() + 2, height + 2) * self._ratio).toSize())
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.map, 1.6))
        painter.setBrush(self._theme.stale)
        painter.drawRoundedRect(area, height / 2, height / 2)
        painter.setFont(font("badge"))
        painter.setPen(self._theme.on_stale)
        painter.drawText(area, CENTRED, text)
        painter.end()
        return picture


def wrapped(name: str, metrics: QFontMetricsF, width: float) -> tuple[str, ...]:
    """A name in one line, or broken at the space that makes two lines most alike, each cut to `width`."""
    if metrics.horizontalAdvance(name) <= width or " " not in name:
        return (metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width),)
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    halves = [(name[:at], name[at + 1 :]) for at in spaces]
    parts = min(halves, key=lambda half: max(map(metrics.horizontalAdvance, half)))
    return tuple(metrics.elidedText(part, Qt.TextElideMode.ElideMiddle, width) for part in parts)


def badge_area(shown: Figures, node: int, look: Look) -> QRectF:
    """Where a stale provider's badge is."""
    metrics = QFontMetricsF(font("badge"))
    text = look.badge[0] if shown.name_sizes[node] else look.badge[1]
    height = metrics.height() + 5
    width = max(height, metrics.horizontalAdvance(text) + 15)
    return QRectF(*badge_corner(shown, node, height), width, height)


def badge_corner(shown: Figures, node: int, height: float) -> tuple[float, float]:
    """The upper left corner of a provider's badge."""
    reach = ring_radius(float(shown.radii[node])) * 0.72
    x, y = shown.centres[node].tolist()
    return x + reach - height / 3, y - reach - height * 0.8


def _wish(shown: Figures, node: int, lines: tuple[str, ...], metrics: QFontMetricsF, must: bool) -> Wish:
    x, y = shown.centres[node].tolist()
    return Wish(
        node=node,
        x=x,
        y=y,
        rim=float(shown.rims[node]),
        width=max(map(metrics.horizontalAdvance, lines)) + 2 * PAD,
        height=metrics.height() * len(lines),
        towards=pi / 2 if shown.customer_places(node) else float(shown.outward[node]),
        must=must,
    )
