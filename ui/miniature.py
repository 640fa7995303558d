"""A small picture of a scenario: its providers and peerings where the map would draw them, a few messages under way.

Rules: drawn from the scenario itself with the theme's colours, never an image file that could be out of date. Rings say
in which regimes a provider's customers put; a triangle is a put being spread, a dot is a get being asked.
"""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from p4lab.core.commands import Put
from p4lab.scenario.model import Scenario, links, parent_links
from p4lab.scenario.organisations import provider_of
from ui.canvas.layout import place
from ui.theme import Theme

MANY = 40  # providers from which on they are dots without rings
MOST_LINES = 2_000
MESSAGES = 5  # shown
ON_THE_WAY = (0.38, 0.62, 0.5, 0.7, 0.3)  # how far each of them is
QUERY_REGIME = 1  # the regime in which gets ask around


class Miniature:
    """Places are worked out once; `paint` draws them into any rectangle."""

    def __init__(self, scenario: Scenario) -> None:
        pairs = [(pair.a, pair.b) for pair in links(scenario)]
        pairs += [(child, parent) for child, parent, _ in parent_links(scenario)]
        index = {provider.name: i for i, provider in enumerate(scenario.provider)}
        houses = {row.name: row for row in scenario.organisation}  # counted for the provider at the end of their way
        under = [(index[row.between[0]], index[row.between[1]]) for row in scenario.underlay]
        layout = place(scenario.provider, pairs)
        self._points = layout.points
        self._aspect = layout.aspect
        self._lines = (under or pairs)[:MOST_LINES]  # where there is an underlay, the mesh over it is only a blot
        self._rings: dict[int, list[int]] = {}
        for row in scenario.workload:
            for name in index if isinstance(row.owners, str) else row.owners:
                self._ring(index[provider_of(name, houses)], row.regime.code)
        for done in scenario.do:
            if isinstance(done.command, Put):
                self._ring(index[provider_of(done.command.by, houses)], done.command.regime.code)
        self._messages = self._under_way()

    def paint(self, painter: QPainter, box: QRectF, theme: Theme) -> None:
        """Draw it within `box`."""
        if not len(self._points):
            return
        inner = box.adjusted(26, 22, -26, -22)
        if self._aspect is not None:
            width = min(inner.width(), inner.height() * self._aspect)
            shape = QRectF(0, 0, width, width / self._aspect)
            shape.moveCenter(inner.center())
            inner = shape
        scaled = self._points * (inner.width(), inner.height()) + (inner.x(), inner.y())
        places = [QPointF(x, y) for x, y in scaled.tolist()]
        painter.setPen(QPen(theme.link, 1.2))
        for a, b in self._lines:
            painter.drawLine(QLineF(places[a], places[b]))
        self._paint_messages(painter, places, theme)
        self._paint_providers(painter, places, theme)

    def _ring(self, provider: int, code: int) -> None:
        codes = self._rings.setdefault(provider, [])
        if code not in codes:
            codes.append(code)

    def _under_way(self) -> list[tuple[int, int, int]]:
        """(from, to, regime) of a few messages: in turn from each owner, along lines that are drawn."""
        around: dict[int, list[int]] = {}
        for a, b in self._lines:
            around.setdefault(a, []).append(b)
            around.setdefault(b, []).append(a)
        found: list[tuple[int, int, int]] = []
        for turn in range(MESSAGES):
            for owner, codes in list(self._rings.items())[:MESSAGES]:
                near = around.get(owner, [])
                if turn < len(near) and len(found) < MESSAGES:
                    code = codes[turn % len(codes)]
                    found.append((near[turn], owner, code) if code == QUERY_REGIME else (owner, near[turn], code))
        return found

    def _paint_messages(self, painter: QPainter, places: list[QPointF], theme: Theme) -> None:
        if len(places) > MANY:
            return
        for (start, end, code), share in zip(self._messages, ON_THE_WAY, strict=False):
            at = places[start] + (places[end] - places[start]) * share
            painter.setPen(QPen(theme.map, 1))
            painter.setBrush(theme.regime(code).colour)
            if code == QUERY_REGIME:
                painter.drawEllipse(at, 3.6, 3.6)
            else:
                corners = (QPointF(0, -4.4), QPointF(4.2, 3.2), QPointF(-4.2, 3.2))
                painter.drawPolygon(QPolygonF([at + corner for corner in corners]))

    def _paint_providers(self, painter: QPainter, places: list[QPointF], theme: Theme) -> None:
        radius = 8.0 if len(places) <= 8 else 5.5 if len(places) <= MANY else 2.0
        for i, point in enumerate(places):
            painter.setPen(QPen(theme.node_line, 1))
            painter.setBrush(theme.node)
            painter.drawEllipse(point, radius, radius)
            if len(places) > MANY:
                continue
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for turn, code in enumerate(self._rings.get(i, [])):
                painter.setPen(theme.regime_pen(code, 2.2))
                painter.drawEllipse(point, radius + 3 * turn, radius + 3 * turn)
