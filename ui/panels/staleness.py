"""What each provider would answer for the selected key, over time: a lane per provider, stale reads as marks below it.

Rules: the bars come from `lane_bars`, the painting from `lane_item`; this widget fills, scrolls and explains them. A
click in a lane seeks, a click on a name selects that provider.
"""

from math import inf

import msgspec
import numpy as np
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QVBoxLayout, QWidget

from p4lab.world import Holding, Name, World
from ui import words
from ui.focus import Focus
from ui.panels.chart import BESIDE, Chart, gutter, margin
from ui.panels.lane_bars import Bar, bars
from ui.panels.lane_item import LEAST, TALLEST, LaneItem
from ui.panels.legend import Entry, Legend
from ui.panels.pulse import Pulse
from ui.panels.span import TimeSpan
from ui.player import Player
from ui.theme import ThemeSwitch, font

TITLES = ("What each provider would answer", "What each would answer", "Answers")
MANY = 12  # providers from which on those that hold something come first


class StalenessPanel(QWidget):
    """The panel."""

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, span: TimeSpan) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self.chart = Chart(player, themes, span, "What each provider would answer")
        self._legend = Legend(themes.current)
        self.chart.column.insertWidget(1, self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self.chart.view.invertY(True)
        self.chart.lines = False
        self._item = LaneItem(themes.current)
        self.chart.plot.addItem(self._item, ignoreBounds=True)
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self.chart.plot)
        self._scroll.valueChanged.connect(self._show_lanes)
        self._pulse = Pulse(self, self.refresh, player.turns)
        self.chart.rangeChanged.connect(self._arrange)
        self.chart.rangeChanged.connect(self._look)
        self.chart.hovered.connect(self._hover)
        self.chart.left.connect(self.chart.bubble.hide)
        self.chart.plot.scene().sigMouseClicked.connect(self._click)
        self.chart.plot.viewport().installEventFilter(self)
        self.chart.playheadMoved.connect(self._follow)
        player.sampled.connect(self._pulse.ask)
        player.sessionChanged.connect(self.refresh)
        focus.nameChanged.connect(self.refresh)
        focus.providerChanged.connect(self._mark)
        focus.eyes.changed.connect(self.refresh)
        themes.changed.connect(self._restyle)
        self._restyle()

    def refresh(self) -> None:
        """Show the lanes of the selected key as far as the run is known; the item draws them up to the playhead."""
        world, name, item = self._player.world, self._name(), self._item
        nodes = [*(provider.node for provider in world.providers), *(house.node for house in world.houses.rows)]
        names = world.called
        if name is None:
            item.fill([], [], world.stale_reads(-1), names, "")
        else:
            span = self.chart.span  # of what has no end only what is in sight
            ends = (span.low, span.high) if self._player.run.happens else (0.0, inf)
            found = bars(world, self._player.trace, name.index, *ends)
            reads = world.stale_reads(name.index)
            if (eyes := self._focus.eyes.as_node) is not None:  # of others it does not know, nor whether it is stale
                found = [msgspec.structs.replace(bar, stale=False) for bar in found if bar.node == eyes]
                reads = world.stale_reads(-1)
            if len(nodes) > MANY:
                holders = {bar.node for bar in found if bar.start <= self._player.playhead}
                nodes.sort(key=lambda node: node not in holders)
            item.fill(nodes, found, reads, names, name.kind)
        item.future = self._player.session.abilities.known
        self._move(self._player.playhead)
        self._arrange()
        self._explain(name)
        self._entitle()

    def _look(self) -> None:
        """Another stretch of time is shown."""
        if self._player.run.happens:
            self._pulse.ask()

    def _entitle(self) -> None:
        """The title, in the longest words that leave room for the key."""
        name = self._name()
        title = self.chart.title
        known_as = self._player.world.known_as(name.index) if name else ""
        unit = self.chart.unit
        least = self.chart.head.minimumSize() - title.minimumSizeHint() - unit.minimumSizeHint()
        room = self.width() - least.width() - unit.sizeHint().width()
        for words_ in TITLES:
            text = f"{words_}: {known_as}" if name else words_
            if title.fontMetrics().horizontalAdvance(text) <= room:
                break
        title.set_text(text)

    def _name(self) -> Name | None:
        index = self._focus.name
        names = self._player.world.names
        return names[index] if index is not None and index < len(names) else None

    def _explain(self, name: Name | None) -> None:
        if self._player.empty:
            self.chart.say("Open a scenario: this shows which version of a key each provider would answer with.")
        elif name is None:
            self.chart.say(
                "Select a key to see which version of it each provider would answer with, and when it is stale."
            )
        else:
            self.chart.say("")
        self.chart.unit.setText(self._newest(name) if name else "")

    def _newest(self, name: Name) -> str:
        if self._focus.eyes.as_node is not None:  # what others have put, nobody tells a provider
            return ""
        count = self._player.world.newest(name.index, self._player.playhead)
        if not count:
            return "not put yet"
        if name.kind == "immutable":
            return "never changes"
        version = words.version(count, name.kind)
        if self._player.world.removed(name.index, self._player.playhead):
            return f"removed with {version}"
        return f"{version} in all" if name.kind == "unauthenticated" else f"newest: {version}"

    def _follow(self, t: float) -> None:
        """Live the lanes grow with the samples, as all that is plotted does: a picture a frame would be too dear."""
        if not (self._player.playing and self._player.run.live):
            self._move(t)

    def _move(self, t: float) -> None:
        self._item.playhead = t
        self._item.update()

    def _lane_height(self) -> float:
        scale = QFontMetricsF(font("small")).height() / 14
        room = self.chart.view.boundingRect().height()
        return min(max(room / max(len(self._item.lanes), 1), LEAST * scale), TALLEST * scale)

    def _arrange(self) -> None:
        """Lanes as tall as there is room; a scroll bar where not all can be seen."""
        room, lane, count = self.chart.view.boundingRect().height(), self._lane_height(), len(self._item.lanes)
        seen = room / lane
        self._scroll.setVisible(count > seen + 0.05)
        self._scroll.setRange(0, max(0, round((count - seen) * 100)))
        self._scroll.setPageStep(round(seen * 100))
        self._scroll.setSingleStep(100)
        place = self.chart.view.sceneBoundingRect()
        self._scroll.setGeometry(round(place.right()) + 4, round(place.top()), margin() - 6, round(place.height()))
        self._show_lanes()

    def _show_lanes(self) -> None:
        top = self._scroll.value() / 100 if self._scroll.maximum() else 0.0
        seen = self.chart.view.boundingRect().height() / self._lane_height()
        names = self._player.world.called
        metrics, room = QFontMetricsF(font("small")), gutter(self._player) - BESIDE + 1
        texts = [
            (row + 0.5, metrics.elidedText(names.get(node, ""), Qt.TextElideMode.ElideRight, room))
            for row, node in enumerate(self._item.lanes)
            if top <= row + 0.5 <= top + seen
        ]
        self.chart.set_height_axis(top + seen, texts, top)

    def _mark(self) -> None:
        self._item.marked = self._focus.provider
        self._item.update()

    def _restyle(self) -> None:
        theme = self._item.theme = self._themes.current
        stale = theme.stale.name()
        entries = [
            Entry("block", "own or copy"), Entry("hatched", "cached, until its TTL ends"),
            Entry("block", "stale", stale), Entry("triangle", "stale read", stale),
        ]  # fmt: skip
        self._legend.show_entries(entries, theme)
        self._pulse.ask()

    def _lane_at(self, place: QPointF) -> int | None:
        """The node whose lane is at a place of the scene."""
        row = int(np.floor(self.chart.view.mapSceneToView(place).y()))
        return self._item.lanes[row] if 0 <= row < len(self._item.lanes) else None

    def _hover(self, place: QPointF) -> None:
        node, name = self._lane_at(place), self._name()
        t = self.chart.view.mapSceneToView(place).x()
        if node is None or name is None or (t > self._player.playhead and not self._item.future):
            self.chart.bubble.hide()
            return
        lines = tell(self._item.bar_at(node, t), node, t, name, self._player.world)
        self.chart.bubble.say(lines, QPointF(self.chart.plot.mapFromScene(place)))

    def _click(self, event: MouseClickEvent) -> None:
        place = event.scenePos()
        beside = place.x() < self.chart.view.sceneBoundingRect().left()
        if beside and event.button() == Qt.MouseButton.LeftButton and (node := self._lane_at(place)) is not None:
            self._focus.select_provider(node)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._entitle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the lanes where it is over their names; elsewhere it zooms time."""
        if isinstance(event, QWheelEvent) and event.position().x() < gutter(self._player) and self._scroll.isVisible():
            self._scroll.event(event)
            return True
        return super().eventFilter(watched, event)


def tell(bar: Bar | None, node: int, t: float, name: Name, world: World) -> list[str]:
    """What a provider would have answered at t, in short lines."""
    names = world.called
    who = names.get(node, f"node {node}")
    if bar is None:
        return [f"{who} has nothing", "It would ask the others"]
    held = next((each for each in world.holdings(name.index, t) if (each.node, each.event) == (node, bar.event)), None)
    since = f"since {words.clock(bar.start if held is None else held.since)}"
    if bar.end < inf and bar.end <= t:
        since += f" until {words.clock(bar.end)}"
    if bar.store == "P":
        whom = names.get(bar.via, "the holder") if bar.via is not None else "the holder"
        known = words.version(bar.seq, name.kind) or "it"
        return [f"{who} would ask {whom}", f"It knows of {known}, {since}"]
    what = words.version(bar.entries if name.kind == "unauthenticated" else bar.seq, name.kind) or "the value"
    lines = [f"{who} would answer {what}"]
    if held is not None and name.kind != "immutable":
        lines.append(words.behind(held.behind, name.kind) or "fresh")
    lines.append(f"{_how(bar, held)} {since}")
    return lines


def _how(bar: Bar, held: Holding | None) -> str:
    known = {"L": "Its own,", "S": "Of a provider below it,", "R": "A copy it was sent,", "C": "Cached"}
    word = known.get(bar.store, words.STORES.get(bar.store, ""))
    if bar.store == "C" and bar.until < inf:
        ttl = f" (TTL {words.time(held.ttl)})" if held is not None and held.ttl else ""
        return f"Cached until {words.clock(bar.until)}{ttl},"
    return word
