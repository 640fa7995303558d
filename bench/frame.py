"""Milliseconds per frame of the map with many messages in flight, beside one QGraphicsItem per message.

The scene: 100 providers in full mesh that broadcast gets, from a real run. Ours is the window's own map, all of it:
finding what is in flight, working out where it is, painting. The other side is a QGraphicsView as the manual shows it:
an item per message by its shape (ellipse, rectangle with a sign, polygon) with pen and brush, moved each frame. It is
spared the rest: where each message is, is given to it, and what stands still is a cached background.

A second row compares painting alone, positions given to both, and gives the other side our painted glyphs too, as
QGraphicsPixmapItems. All paint 926 by 580 pixels into a pixmap, in turn; the best frame of each counts.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time
from typing import cast

from PySide6.QtCore import QObject, QPointF, QSize, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import (
    QApplication,
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

from bench.table import Row, less
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Link, Peering, Provider, Scenario, Workload
from p4lab.session.simulated import Simulated
from p4lab.world import World
from ui.canvas import sprites
from ui.canvas.messages import Flight, Painter
from ui.canvas.scene import MapView
from ui.canvas.sprites import Sheet
from ui.focus import Focus
from ui.modes import RUN
from ui.player import Player
from ui.theme import LIGHT_ONLY, Theme, ThemeSwitch

PROVIDERS = 100
SIZE = QSize(926, 580)
COUNTS = (1_000, 10_000)
FRAMES = 10
FRAME = 0.0002  # s of the run between two frames: slow motion, so that hardly any message arrives meanwhile
LATENCY = 0.2

MakeItem = Callable[[int], QGraphicsItem]


def rows() -> Iterator[Row]:
    """Two rows per number of messages."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = cast(QApplication, QApplication.instance() or QApplication([]))
    switch = ThemeSwitch(application, LIGHT_ONLY)
    for count in COUNTS:
        run = Playhead(scenario(count))
        run.find(count)
        ours = MapView(cast(Player, run), Focus(), switch)
        ours.resize(SIZE)
        ground = ours.grab()  # fonts, glyphs, and all that stands still
        radius, small = ours.glyph_radii()
        shapes = Items(flight(ours), ground, shape(switch.current, radius))
        pixmaps = Items(flight(ours), ground, pixmap(switch.current, radius))
        bare = Painting(ground, Painter(switch.current, 1.0, radius, small))
        best = dict.fromkeys(("map", "shapes", "painting", "pixmaps"), float("inf"))
        for _ in range(FRAMES):
            run.playhead += FRAME
            sides: dict[str, Callable[[], object]] = {
                "map": ours.grab,
                "shapes": partial(shapes.frame, flight(ours)),
                "painting": partial(bare.frame, flight(ours)),
                "pixmaps": partial(pixmaps.frame, flight(ours)),
            }
            for side, work in sides.items():
                best[side] = min(best[side], 1e3 * seconds(work))
        name = f"frame, {count:,} messages"
        yield less(name, best["map"], "ms", "QGraphicsItem", best["shapes"])
        yield less(f"{name}, painting alone", best["painting"], "ms", "QGraphicsPixmapItem", best["pixmaps"])


def seconds(work: Callable[[], object]) -> float:
    """What it takes of the processor."""
    start = process_time()
    work()
    return process_time() - start


def scenario(in_flight: int) -> Scenario:
    """Gets at a rate that keeps half as many again in flight: a query to each peer and a reply from each."""
    gets = 1.5 * in_flight / ((PROVIDERS - 1) * 2 * LATENCY)
    return Scenario(
        title="Frame",
        duration=10.0,
        options=Options(coalesce=False, signatures=Signatures.MODELLED),
        link=Link(latency=LATENCY, jitter=0.05),
        provider=tuple(Provider(f"P{number}") for number in range(PROVIDERS)),
        peering=(Peering(among="all"),),
        workload=(Workload("news", keys=20, ttl=0.0, gets_per_second=gets / PROVIDERS),),
    )


def flight(view: MapView) -> Flight:
    """The messages of the last frame."""
    assert view.moment is not None, "a frame has been painted"
    return view.moment.flight


class Playhead(QObject):
    """What the map needs of a player: a run and a moment of it."""

    sessionChanged = Signal()  # noqa: N815 the player's own name
    moved = Signal(float)
    sampled = Signal()
    speedChanged = Signal()  # noqa: N815 the player's own name

    def __init__(self, plan: Scenario) -> None:
        super().__init__()
        self.session = Simulated(plan)
        self.trace = self.session.trace
        self.world = World()
        self.playhead = 0.0
        self.factor = 0.05
        self.mode, self.playing = RUN, False
        self.speed: float | None = None

    def find(self, count: int) -> None:
        """Go to the first moment with this many messages in flight."""
        while len(self.trace.in_flight(self.playhead)) < count:
            self.playhead += 0.001
            self._know(self.playhead)
        self._know(self.playhead + FRAMES * FRAME)

    def _know(self, t: float) -> None:
        while self.session.advance(t) < t:
            pass
        self.world.step(self.trace.slice(self.world.seen, len(self.trace)))


class Painting:
    """Our side without the thinking: the picture that stands still, and the messages on it."""

    def __init__(self, background: QPixmap, messages: Painter) -> None:
        self._background = background
        self._messages = messages

    def frame(self, now: Flight) -> None:
        """Paint."""
        picture = QPixmap(SIZE)
        painter = QPainter(picture)
        painter.drawPixmap(0, 0, self._background)
        self._messages.paint(painter, now)
        painter.end()


class Items:
    """The other side. make: the item of a glyph."""

    def __init__(self, start: Flight, background: QPixmap, make: MakeItem) -> None:
        self._scene = QGraphicsScene(0, 0, SIZE.width(), SIZE.height())
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # the manual's advice where items move
        self.view = QGraphicsView(self._scene)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.view.setBackgroundBrush(background)
        self.view.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)  # nearly all of it changes
        self.view.resize(SIZE)
        self._items = [make(glyph) for glyph in start.glyph.tolist()]
        for item, opacity in zip(self._items, start.opacity.tolist(), strict=True):
            item.setOpacity(opacity)
            self._scene.addItem(item)

    def frame(self, now: Flight) -> None:
        """Move every item and paint."""
        for item, x, y in zip(self._items, now.x.tolist(), now.y.tolist(), strict=False):
            item.setPos(x, y)
        self.view.grab()


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
