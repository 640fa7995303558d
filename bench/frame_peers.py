"""What `bench.frame` compares the map with: QGraphicsItems, and pyqtgraph's ScatterPlotItem.

Rules: written as the manuals teach, nothing slow on purpose; each is given the places, and paints.
"""

from collections.abc import Callable

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsEllipseItem,
    QGraphicsItem,
    QGraphicsLineItem,
    QGraphicsPixmapItem,
    QGraphicsPolygonItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
)

from ui.canvas import sprites
from ui.canvas.figures import Figures
from ui.canvas.messages import Flight
from ui.canvas.sprites import Sheet
from ui.theme import Theme

MakeItem = Callable[[int], QGraphicsItem]


class Items:
    """An item per message and, where `shown` is given, per provider. make: the item of a glyph."""

    def __init__(
        self, start: Flight, background: QPixmap, theme: Theme, shown: Figures | None, make: MakeItem
    ) -> None:  # fmt: skip
        size = background.deviceIndependentSize().toSize()
        self._scene = QGraphicsScene(0, 0, size.width(), size.height())
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # the manual's advice where items move
        self.view = QGraphicsView(self._scene)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.view.setBackgroundBrush(background)
        self.view.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)  # nearly all of it changes
        self.view.resize(size)
        places = [] if shown is None else zip(shown.centres.tolist(), shown.radii.tolist(), strict=True)
        for (x, y), r in places:
            self._scene.addEllipse(-r, -r, 2 * r, 2 * r, QPen(theme.node_line, 1.2), theme.node).setPos(x, y)
        self._items = [make(glyph) for glyph in start.glyph.tolist()]
        for item, opacity in zip(self._items, start.opacity.tolist(), strict=True):
            item.setOpacity(opacity)
            self._scene.addItem(item)

    def frame(self, now: Flight, target: QPixmap) -> None:
        """Move every item and paint."""
        for item, x, y in zip(self._items, now.x.tolist(), now.y.tolist(), strict=False):
            item.setPos(x, y)
        self.view.viewport().render(target)


class Spots:
    """A ScatterPlotItem of the providers, and one for each kind of glyph."""

    def __init__(self, start: Flight, background: QPixmap, theme: Theme, shown: Figures, radius: float) -> None:
        size = background.deviceIndependentSize().toSize()
        self.view = pyqtgraph.GraphicsView()
        self.view.setBackgroundBrush(background)
        self.view.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.view.resize(size)
        box = pyqtgraph.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        box.invertY(True)
        self.view.setCentralItem(box)
        box.setRange(xRange=(0, size.width()), yRange=(0, size.height()), padding=0)
        discs = pyqtgraph.ScatterPlotItem(brush=theme.node, pen=pyqtgraph.mkPen(theme.node_line, width=1.2))
        discs.setData(shown.centres[:, 0], shown.centres[:, 1], size=2 * shown.radii)
        box.addItem(discs)
        self._items = {}
        for glyph in np.unique(start.glyph).tolist():
            regime, column = divmod(glyph, sprites.COLUMNS)
            look = theme.regime(regime)
            symbol = "t2" if column < sprites.TURNS else "o" if column == sprites.CIRCLE else "s"
            item = pyqtgraph.ScatterPlotItem(
                symbol=symbol, size=1.8 * radius, brush=look.colour, pen=pyqtgraph.mkPen(look.edge, width=1.3)
            )
            self._items[glyph] = item
            box.addItem(item)

    def frame(self, now: Flight, target: QPixmap) -> None:
        """Give every item its places and paint."""
        for glyph, item in self._items.items():
            mine = now.glyph == glyph
            item.setData(now.x[mine], now.y[mine])
        self.view.viewport().render(target)


def shape(theme: Theme, radius: float) -> MakeItem:
    """An item with the shape, the colours and the sign of a glyph."""

    def make(glyph: int) -> QGraphicsItem:
        regime, column = divmod(glyph, sprites.COLUMNS)
        look = theme.regime(regime)
        item: QGraphicsEllipseItem | QGraphicsRectItem | QGraphicsPolygonItem
        if column < sprites.TURNS:
            corners = [
                QPointF(1.1 * radius, 0),
                QPointF(-0.6 * radius, 0.9 * radius),
                QPointF(-0.6 * radius, -0.9 * radius),
            ]
            item = QGraphicsPolygonItem(QPolygonF(corners))
            item.setRotation(360 * column / sprites.TURNS)
        elif column == sprites.CIRCLE:
            item = QGraphicsEllipseItem(-0.94 * radius, -0.94 * radius, 1.88 * radius, 1.88 * radius)
        else:
            item = QGraphicsRectItem(-0.86 * radius, -0.86 * radius, 1.72 * radius, 1.72 * radius)
            half = 0.5 * radius
            across, down = (-half, 0.0, half, 0.0), (0.0, -half, 0.0, half)
            for line in {sprites.HIT: (across, down), sprites.MISS: (across,)}.get(column - sprites.SQUARE, ()):
                sign = QGraphicsLineItem(*line, item)
                sign.setPen(QPen(theme.on(look.colour), 0.24 * radius))
        item.setPen(QPen(look.edge, 1.3))
        item.setBrush(look.colour)
        return item

    return make


def pixmap(theme: Theme, radius: float) -> MakeItem:
    """An item that shows our own glyph."""
    sheet = Sheet(theme, radius, 1.0)
    cut: dict[int, QPixmap] = {}

    def make(glyph: int) -> QGraphicsItem:
        side = int(sheet.side[glyph])
        if glyph not in cut:
            cut[glyph] = sheet.pixmap.copy(int(sheet.left[glyph]), int(sheet.top[glyph]), side, side)
        item = QGraphicsPixmapItem(cut[glyph])
        item.setOffset(-side / 2, -side / 2)
        return item

    return make
