"""The plots below each other, on one line of time: those that the person chose, and the figures of an interval.

Rules: only lays out; all plots share a span, so that they pan, zoom and reset together, and a selected interval, which
is the window's. What is chosen is kept in the settings. Where height is scarce the legends give way to the plots, and
where there are many plots the stack scrolls.
"""

from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.elided import ElidedLabel
from ui.focus import Focus
from ui.panels.legend import MANY, Legend
from ui.panels.pulse import Pulse
from ui.panels.span import TimeSpan
from ui.plain import as_tip, plain_label
from ui.player import Player
from ui.plots.choice import RATES, TITLES, Plots, Shown, read, written
from ui.plots.frame import PlotFrame
from ui.plots.interval import IntervalTable
from ui.plots.tables import within
from ui.theme import ThemeSwitch, font

SETTING = "plots"
SHARES = {RATES: 7}  # of the height, until the person drags them; the others
USUAL_SHARE = 11
LEAST_LINES = 9.0  # lines of text: the least height of a plot where there are more than three
ROOMY, TIGHT = 11, 7.5  # lines of text for each plot: below these heights legends have one line, and none
BAR = 2.6  # lines of text: the height of the bar above the plots
SEEN_AS = "only what {} can observe"
HOW = "drag selects · wheel zooms"


class PlotsPanel(QWidget):
    """exportAsked: a frame, and one of frame.FORMS."""

    exportAsked = Signal(object, str)

    def __init__(
        self, player: Player, focus: Focus, themes: ThemeSwitch, settings: QSettings | None = None
    ) -> None:  # fmt: skip
        super().__init__()
        self._player, self._focus, self._themes, self._settings = player, focus, themes, settings
        self.span = TimeSpan(self, focus.span)
        self.plots = read(settings.value(SETTING)) if settings is not None and settings.contains(SETTING) else Plots()
        self.frames: list[PlotFrame] = []
        self._choose_button = QToolButton()
        self._choose_button.setText("Plots ▾")
        self._choose_button.setAccessibleName("Choose plots")
        self._choose_button.setToolTip("Choose which plots are shown")
        self._choose_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._choose_button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(partial(self._offer, menu))
        self._choose_button.setMenu(menu)
        self._how = ElidedLabel(least=10)
        self._how.set_text(HOW)
        self._empty = plain_label("No plot is chosen: the menu above has them.")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QSplitter(Qt.Orientation.Vertical)
        self._stack.setChildrenCollapsible(False)
        self._stack.setHandleWidth(10)
        # Never wider than the panel, whatever the plots ask for.
        self._stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._stack.setStyleSheet("QSplitter::handle { background: transparent; }")
        scroll = QScrollArea()
        scroll.setAccessibleName("Plots")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._stack)
        self.figures = IntervalTable()
        self.figures.hide()
        bar = QHBoxLayout()
        bar.setContentsMargins(0, 0, 8, 0)
        bar.addWidget(self._choose_button)
        bar.addStretch(1)
        bar.addWidget(self._how)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 4, 6)
        layout.setSpacing(4)
        layout.addLayout(bar)
        layout.addWidget(self._empty, 1)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.figures)
        self._scroll = scroll
        self._pulse = Pulse(self, self._count, player.turns)
        player.sessionChanged.connect(self._another_run)
        focus.eyes.changed.connect(self._look)
        player.moved.connect(self._follow)
        player.sampled.connect(self._pulse.ask)
        focus.span.spanChanged.connect(self._pulse.ask)
        self.span.settled.connect(self._pulse.ask)
        self.figures.zoomAsked.connect(self._zoom)
        self.figures.clearAsked.connect(focus.span.clear)
        themes.changed.connect(self._restyle)
        self.span.set_whole(player.duration)
        self._build()
        self._restyle()

    def choose(self, plots: Plots) -> None:
        """Show these."""
        if plots != self.plots:
            self.plots = plots
            if self._settings is not None:
                self._settings.setValue(SETTING, written(plots))
            self._build()

    def toggle(self, kind: str) -> None:
        """One kind of plot more, or less."""
        self.choose(self.plots.toggled(kind))

    def frame(self, kind: str) -> PlotFrame:
        """The first plot of a kind."""
        return next(frame for frame in self.frames if frame.look.kind == kind)

    def _build(self) -> None:
        """Make the plots that are new, keep those that were there, let go of the others."""
        old = self.frames.copy()
        self.frames = []
        for number, look in enumerate(self.plots.plots):
            same = next((frame for frame in old if _same(frame.look, look)), None)
            if same is not None:
                old.remove(same)
            frame = same or self._make(look)
            self.frames.append(frame)
            frame.take(look)
            self._stack.insertWidget(number, frame)
        for frame in old:
            frame.hide()
            frame.setParent(None)
            frame.deleteLater()
        for number, frame in enumerate(self.frames):
            share = SHARES.get(frame.look.kind, USUAL_SHARE)
            self._stack.setStretchFactor(number, share)
            frame.chart.show_time_axis(number == len(self.frames) - 1)
        self._stack.setSizes([SHARES.get(frame.look.kind, USUAL_SHARE) * 100 for frame in self.frames])
        self._empty.setVisible(not self.frames)
        self._scroll.setVisible(bool(self.frames))
        self._share_out()
        self._pulse.ask()

    def _look(self) -> None:
        """Say whose eyes are used: each plot leaves out what they cannot see."""
        eyes = self._focus.eyes.as_node
        me = None if eyes is None else self._player.world.called.get(eyes)
        self._how.set_text(HOW if me is None else SEEN_AS.format(me))
        self._how.setToolTip(as_tip("" if me is None else f"{me} knows its own customers' gets and its own messages"))

    def _make(self, look: Shown) -> PlotFrame:
        frame = PlotFrame(self._player, self._focus, self._themes, self.span, look)
        frame.changed.connect(partial(self._change, frame))
        frame.closed.connect(partial(self._close, frame))
        frame.exportAsked.connect(partial(self.exportAsked.emit, frame))
        return frame

    def _change(self, frame: PlotFrame, what: dict[str, object]) -> None:
        self.choose(self.plots.changed(self.frames.index(frame), **what))

    def _close(self, frame: PlotFrame) -> None:
        self.choose(self.plots.without(self.frames.index(frame)))

    def _offer(self, menu: QMenu) -> None:
        menu.clear()
        for kind, title in TITLES.items():
            action = menu.addAction(title, partial(self.toggle, kind))
            action.setCheckable(True)
            action.setChecked(self.plots.has(kind))
        menu.addSeparator()
        menu.addAction("The usual three", lambda: self.choose(self.plots.usual()))

    def _another_run(self) -> None:
        self.span.set_whole(self._player.duration)
        self._pulse.ask()

    def _follow(self, t: float) -> None:
        if self._player.run.live:
            self.span.grow(self._player.duration, t)
        self.span.follow(t)

    def _zoom(self) -> None:
        ends = self._focus.span.ends
        if ends is not None:
            self.span.show(*ends)

    def _count(self) -> None:
        """The figures of the selected interval."""
        if self.span.dragging:  # or what is dragged over would move away
            return
        ends = self._focus.span.ends
        self.figures.setVisible(ends is not None)
        if ends is not None:
            rows = [row for frame in self.frames for row in within(frame, self._player, *ends)]
            self.figures.show_rows(ends, rows)

    def _restyle(self) -> None:
        theme = self._themes.current
        for widget in (self._choose_button, self._how, self._empty):
            widget.setFont(font("small"))
        for label in (self._how, self._empty):
            label.setStyleSheet(f"color: {theme.muted.name()}; background: transparent;")
        self.figures.restyle(theme)
        self._share_out()

    def _share_out(self) -> None:
        line, count = QFontMetricsF(font("small")).height(), max(1, len(self.frames))
        least = LEAST_LINES if count > 3 else 0.0
        self._stack.setMinimumHeight(round(least * line * count))
        room = self.height() - BAR * line - (self.figures.height() if self.figures.isVisible() else 0)
        lines = max(room / line / count, least)
        for legend in self.findChildren(Legend):
            legend.limit(MANY if lines >= ROOMY else 1 if lines >= TIGHT else 0)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()


def _same(a: Shown, b: Shown) -> bool:
    return (a.kind, a.pinned, a.key, a.owner) == (b.kind, b.pinned, b.key, b.owner)
