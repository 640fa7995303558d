"""Milliseconds per frame of the map with 1,000 providers and many messages in flight, beside two usual ways to draw it.

The scene: a full mesh that broadcasts gets, from a real run. Ours is the window's own map, all of it: finding what is
in flight, working out where it is, painting. The others are given where each message is, and what stands still (lines,
names, legend) as a background; they keep an item, or a spot, for each provider and each message.

- QGraphicsItem: a QGraphicsView as the manual shows it, an item per message by its shape (ellipse, rectangle with a
  sign, polygon) with pen and brush, moved each frame. A further row gives it our painted glyphs as
  QGraphicsPixmapItems and the providers too as background, and compares painting alone.
- ScatterPlotItem: pyqtgraph's, an item per kind of glyph with one symbol, pen and brush, which is its fastest way (it
  paints them from an atlas), `setData` with the places each frame.

All paint 926 by 580 pixels into one pixmap, in turn; the best frame of each counts.
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from bench import frame_peers
from bench.clock import seconds
from bench.table import Row, less
from p4lab.core.options import Options, Signatures
from p4lab.scenario.model import Link, Peering, Provider, Scenario, Workload
from p4lab.session.simulated import Simulated
from p4lab.world import World
from ui.canvas.messages import Flight, Painter
from ui.canvas.scene import MapView
from ui.focus import Focus
from ui.modes import RUN
from ui.player import Player
from ui.theme import LIGHT_ONLY, ThemeSwitch

PROVIDERS = 1_000
SIZE = QSize(926, 580)
COUNTS = (1_000, 10_000)
FRAMES = 12
FRAME = 0.0002  # s of the run between two frames: slow motion, so that hardly any message arrives meanwhile
LATENCY = 0.2


def rows() -> Iterator[Row]:
    """Three rows per number of messages."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = cast(QApplication, QApplication.instance() or QApplication([]))
    switch = ThemeSwitch(application, LIGHT_ONLY)
    target = QPixmap(SIZE)
    for count in COUNTS:
        run = Playhead(scenario(count))
        ours = MapView(cast(Player, run), Focus(), switch)
        ours.resize(SIZE)
        ground = ours.grab()  # before time 0 nothing flies
        run.find(count)
        ours.render(target)
        theme, shown, (radius, small) = switch.current, ours.figures(), ours.glyph_radii()
        shapes = frame_peers.Items(flight(ours), ground, theme, shown, frame_peers.shape(theme, radius))
        pixmaps = frame_peers.Items(flight(ours), ground, theme, None, frame_peers.pixmap(theme, radius))
        spots = frame_peers.Spots(flight(ours), ground, theme, shown, radius)
        bare = Painting(ground, Painter(theme, 1.0, radius, small))
        others: dict[str, Frames] = {"shapes": shapes, "spots": spots, "painting": bare, "pixmaps": pixmaps}
        best = dict.fromkeys(("map", *others), float("inf"))
        for _ in range(FRAMES):
            run.playhead += FRAME
            best["map"] = min(best["map"], 1e3 * seconds(partial(ours.render, target)))
            for side, other in others.items():
                best[side] = min(best[side], 1e3 * seconds(partial(other.frame, flight(ours), target)))
        name = f"frame, {count:,} messages"
        yield less(name, best["map"], "ms", "QGraphicsItem", best["shapes"])
        yield less(name, best["map"], "ms", "ScatterPlotItem", best["spots"])
        yield less(f"{name}, painting alone", best["painting"], "ms", "QGraphicsPixmapItem", best["pixmaps"])


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


class Frames(Protocol):
    """Another way to draw."""

    def frame(self, now: Flight, target: QPixmap) -> None:
        """Paint these messages."""


class Playhead(QObject):
    """What the map needs of a player: a run and a moment of it."""

    sessionChanged = Signal()  # noqa: N815 the player's own name
    scenarioChanged = Signal()  # noqa: N815 the player's own name
    moved = Signal(float)
    sampled = Signal()
    speedChanged = Signal()  # noqa: N815 the player's own name

    def __init__(self, plan: Scenario) -> None:
        super().__init__()
        self.scenario = plan
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

    def frame(self, now: Flight, target: QPixmap) -> None:
        """Paint."""
        painter = QPainter(target)
        painter.drawPixmap(0, 0, self._background)
        self._messages.paint(painter, now)
        painter.end()
