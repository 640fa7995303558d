"""What the plots have in common: a stretch of time that they show together, a frame around pyqtgraph, ticks, a bubble.

Rules: a chart knows the player, the theme and its span, nothing of what is plotted. The wheel zooms time, for all
charts of a span together; dragging selects an interval where the span has room for one, and pans with Shift; a double
click shows the whole run and nothing selected; a click on empty space seeks.
"""

from collections.abc import Callable

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStyleOptionGraphicsItem, QVBoxLayout, QWidget

from ui import words
from ui.bubble import Bubble
from ui.elided import ElidedLabel
from ui.panels.kept import KeptPlot
from ui.panels.span import CLOSEST, TimeSpan, ticks
from ui.plain import plain_label
from ui.player import Player
from ui.theme import Theme, ThemeSwitch, font

SEEN = 0.5  # px: a smaller move of the playhead cannot be seen
ROWS = 3.0  # lines of text for each tick of the height
SOME = 400  # providers whose names are measured
BESIDE = 14  # px around a name


class Chart(QWidget):
    """A title with its unit, room for a legend, and a plot whose x axis is the span's. It shows the playhead.

    on_click: asked about each click in the plot, by its place in the scene; True keeps the click from seeking.
    """

    rangeChanged = Signal()  # the stretch shown, or the size of the plot
    playheadMoved = Signal(float)  # as far as can be seen
    hovered = Signal(QPointF)  # scene coordinates
    left = Signal()

    def __init__(self, player: Player, themes: ThemeSwitch, span: TimeSpan, title: str, unit: str = "") -> None:
        super().__init__()
        self._player, self._themes, self.span = player, themes, span
        self.on_click: Callable[[QPointF], bool] = lambda _: False
        self._before: tuple[float, bool] | None = None  # playhead and playing, before the first click of a double click
        self.lines = True  # across the plot at each tick of its height
        self._time_axis = True
        self._named = 0  # providers whose names the axis was made wide for

        self.title = ElidedLabel(least=80)
        self.title.set_text(title)
        self.unit = ElidedLabel(least=24)
        self.unit.setText(unit)
        self.head = QHBoxLayout()
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addSpacing(10)
        self.head.addWidget(self.unit)

        self.plot = KeptPlot(Box())
        self.plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.plot.setMinimumHeight(48)
        self.plot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keys do nothing in it
        self.plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or Tab would stop at it all the same
        self.plot.setAccessibleName(title)
        self.plot.plotItem.hideButtons()
        self.plot.plotItem.setMenuEnabled(False)
        self.view: Box = self.plot.plotItem.vb
        self.view.select = None if span.selected is None else self._drag
        self.view.setMouseEnabled(x=True, y=False)
        self.view.setDefaultPadding(0)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setStyle(tickLength=0, maxTickLevel=0, hideOverlappingLabels=24, tickTextOffset=6)
            axis.enableAutoSIPrefix(False)
        self._grid = Grid()  # that of pyqtgraph's axes keeps the first and the last tick from having a text
        self.plot.addItem(self._grid, ignoreBounds=True)
        self._band = Band()
        self.plot.addItem(self._band, ignoreBounds=True)
        self._hair = pg.InfiniteLine(angle=90, movable=False)
        self._hair.setZValue(90)
        self._hair.hide()
        self.plot.addItem(self._hair, ignoreBounds=True)
        self.playhead = self.plot.line
        self._empty = plain_label(parent=self.plot)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._empty.hide()
        self.bubble = Bubble(self.plot)

        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(1)
        self.column.addLayout(self.head)
        self.column.addWidget(self.plot, 1)

        span.changed.connect(self._show_span)
        span.pointed.connect(self._point)
        if span.selected is not None:
            span.selected.spanChanged.connect(self._show_selected)
            self._show_selected()
        self.view.sigXRangeChanged.connect(self._range_moved)
        self.playhead.sigDragged.connect(lambda line: player.seek(line.value()))
        player.moved.connect(self._move)
        player.sampled.connect(self._settle)
        player.sampled.connect(self._widen)
        scene = self.plot.scene()
        scene.sigMouseClicked.connect(self._clicked)
        scene.sigMouseMoved.connect(self._hovers)
        self.plot.viewport().installEventFilter(self)
        themes.changed.connect(self.restyle)
        player.sessionChanged.connect(self.restyle)
        self.restyle()
        self._show_span()
        self.playhead.setValue(player.playhead)

    @property
    def theme(self) -> Theme:
        return self._themes.current

    def show_time_axis(self, shown: bool) -> None:
        """Whether the times stand below this plot; in a stack, below the last."""
        self._time_axis = shown
        self.restyle()

    def say(self, text: str) -> None:
        """What would fill the plot, while nothing does; empty text: it is filled."""
        self._empty.setText(text)
        self._empty.setVisible(bool(text))
        self._place_empty()

    def set_height_axis(self, top: float, ticks: list[tuple[float, str]], bottom: float = 0.0) -> None:
        """Show `bottom` to `top` with these ticks, and whatever else there is to show since the last time."""
        self.view.setYRange(bottom, top, padding=0)
        self.plot.getAxis("left").setTicks([ticks])
        self._grid.heights = [at for at, _ in ticks] if self.lines else []
        self.plot.renew()

    def rows(self) -> int:
        """How many ticks of its height are easy to read."""
        return max(2, round(self.plot.height() / (ROWS * QFontMetricsF(font("small")).height())))

    def pixel(self) -> tuple[float, float]:
        """Seconds and units of height that one pixel stands for."""
        size = self.view.boundingRect().size()
        (low, high), (bottom, top) = self.view.viewRange()
        return (high - low) / max(size.width(), 1.0), (top - bottom) / max(size.height(), 1.0)

    def _widen(self) -> None:
        """The names of those who have come since fit too."""
        if len(self._player.world.providers) != self._named:
            self._named = len(self._player.world.providers)
            self.plot.getAxis("left").setWidth(gutter(self._player))

    def restyle(self) -> None:
        """Take on the theme and the size of text in force."""
        theme, small = self.theme, font("small")
        metrics = QFontMetricsF(small)
        self.plot.setBackground(theme.plot)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.plot))  # unseen; without a pen pyqtgraph leaves dots
            axis.setTextPen(theme.muted)
            axis.setTickFont(small)
        self.plot.getAxis("left").setWidth(gutter(self._player))
        self.plot.plotItem.layout.setContentsMargins(0, round(metrics.height() / 2), margin(), 0)
        self.head.setContentsMargins(0, 0, margin(), 0)
        below = self.plot.getAxis("bottom")
        below.setStyle(showValues=self._time_axis)
        below.setHeight(metrics.height() + 8 if self._time_axis else 1)
        self._grid.colour = theme.grid
        self._grid.update()
        self._band.colour = theme.accent_soft
        self._band.update()
        self._hair.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DotLine))
        self.playhead.setPen(pg.mkPen(theme.accent, width=2))
        self.playhead.setHoverPen(pg.mkPen(theme.accent, width=4))
        self.title.setFont(font("heading"))
        for label, colour in ((self.title, theme.text), (self.unit, theme.muted)):
            label.setStyleSheet(f"color: {colour.name()}; background: transparent;")
        self._empty.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.plot.name()};")
        self.bubble.restyle(theme)
        self._place_ticks()

    def _move(self, t: float) -> None:
        """Draw the playhead where it is; moves of less than can be seen would cost a painting each."""
        if abs(t - self.playhead.value()) >= SEEN * self.pixel()[0]:
            self._settle()

    def _settle(self) -> None:
        t = self._player.playhead
        if t != self.playhead.value():
            self.playhead.setValue(t)
            self.playheadMoved.emit(t)

    def _show_span(self) -> None:
        self.view.setLimits(xMin=0.0, xMax=self.span.whole, minXRange=self.span.whole * CLOSEST)
        self.view.setXRange(self.span.low, self.span.high, padding=0)
        self._place_ticks()
        self.rangeChanged.emit()

    def _range_moved(self) -> None:
        low, high = self.view.viewRange()[0]
        self.span.show(low, high)

    def _place_ticks(self) -> None:
        places = ticks(self.span.low, self.span.high, max(2, self.plot.width() // 90))
        step = places[1] - places[0] if len(places) > 1 else self.span.whole
        texts = [words.clock(at, min(1.0, step)) for at in places]
        self.plot.getAxis("bottom").setTicks([list(zip(places, texts, strict=True))])
        self._grid.times = places
        self._grid.update()

    def _clicked(self, event: MouseClickEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.span.reset()
            if self.span.selected is not None:
                self.span.selected.clear()
            if self._before is not None:  # the first of the two clicks was not meant to seek
                playhead, playing = self._before
                self._before = None
                self._player.seek(playhead)
                if playing:
                    self._player.play()
        elif self.view.sceneBoundingRect().contains(event.scenePos()) and not self.on_click(event.scenePos()):
            self._before = (self._player.playhead, self._player.playing)
            self._player.seek(self.view.mapSceneToView(event.scenePos()).x())
        else:
            self._before = None

    def _hovers(self, place: QPointF) -> None:
        if self.view.sceneBoundingRect().contains(place):
            self.span.pointed.emit(self.view.mapSceneToView(place).x())
            self.hovered.emit(place)
        else:
            self.span.pointed.emit(None)
            self.left.emit()

    def _point(self, t: float | None) -> None:
        """A thin line where the pointer is, in whichever plot."""
        if t is not None or self._hair.isVisible():
            self._hair.setVisible(t is not None)
            self.plot.renew()  # beside the playhead the plot would not notice
        if t is not None:
            self._hair.setValue(t)

    def _drag(self, start: float, end: float, over: bool) -> None:
        """Select from where the drag began to where it is."""
        self.left.emit()
        self.span.dragging = not over
        if self.span.selected is not None:
            whole = self.span.whole
            self.span.selected.select(min(max(start, 0.0), whole), min(max(end, 0.0), whole))
        if over:
            self.span.settled.emit()

    def _show_selected(self) -> None:
        self._band.ends = None if self.span.selected is None else self.span.selected.ends
        self._band.update()

    def _place_empty(self) -> None:
        inner = self.view.sceneBoundingRect().toRect() if self.view.width() > 1 else self.plot.rect()
        room = inner.adjusted(12, 0, -12, 0)
        high = min(room.height(), self._empty.heightForWidth(room.width()))
        room.setTop(room.center().y() - high // 2)
        room.setHeight(high)  # no more than the words: they hide the grid and the playhead behind them
        self._empty.setGeometry(room)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The bubble goes when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self.span.pointed.emit(None)
            self.left.emit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_ticks()
        self._place_empty()
        self.rangeChanged.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_empty()
        self.rangeChanged.emit()


class Box(pg.ViewBox):
    """A view in which dragging may select. select: told from when to when, and whether it is over."""

    select: Callable[[float, float, bool], None] | None = None

    # pyqtgraph

    def mouseDragEvent(self, event: MouseDragEvent, axis: int | None = None) -> None:
        pans = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if self.select is None or pans or event.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        start, end = (self.mapToView(place).x() for place in (event.buttonDownPos(), event.pos()))
        self.select(start, end, event.isFinish())


class Band(pg.GraphicsObject):
    """The interval that is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: tuple[float, float] | None = None
        self.colour = QColor()
        self.setZValue(-20)

    # Qt

    def viewRangeChanged(self, *_: object) -> None:
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.ends is not None:
            view = self.boundingRect()
            low, high = self.ends
            painter.fillRect(QRectF(low, view.top(), high - low, view.height()), self.colour)


class Grid(pg.GraphicsObject):
    """Thin lines at these times and heights, each on a pixel of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.heights: list[float] = []
        self.colour = QColor()
        self.setZValue(-10)

    # Qt

    def viewRangeChanged(self, *_: object) -> None:
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        to_pixels, view = painter.worldTransform(), self.boundingRect()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        area = to_pixels.mapRect(view)
        for t in self.times:
            x = round(to_pixels.map(QPointF(t, 0.0)).x())
            painter.fillRect(QRectF(x, area.top(), 1, area.height()), self.colour)
        for height in self.heights:
            y = round(to_pixels.map(QPointF(0.0, height)).y())
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), self.colour)


def gutter(player: Player) -> int:
    """Pixels left of every plot, so that the plots of a stack share one line of time; providers' names fit."""
    metrics = QFontMetricsF(font("small"))
    names = [provider.name for provider in player.session.scenario.provider[:SOME]]
    names += [provider.name for provider in player.world.providers[:SOME]]  # in a class they come one by one
    wide = max(map(metrics.horizontalAdvance, ["10 000", *names]))
    return round(min(wide, metrics.horizontalAdvance("Washington DC"))) + BESIDE


def margin() -> int:
    """Pixels right of every plot: half of the last time fits, and a scroll bar."""
    return round(QFontMetricsF(font("small")).horizontalAdvance("600 s") / 2) + 4
