"""One plot with its menu: transform, window, axis, key, pin, files, and away with it.

Rules: the plots themselves are `latency`, `staleness`, `rates` and `series`; this puts a menu on each and tells of what
is chosen there. A pinned plot has a key of its own, which the rest of the window does not change.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from ui import words
from ui.focus import Focus
from ui.menus import passing_menu
from ui.panels.chart import Chart
from ui.panels.latency import LatencyPanel
from ui.panels.rates import RatesPanel
from ui.panels.span import TimeSpan
from ui.panels.staleness import StalenessPanel
from ui.plain import as_tip, plain_label
from ui.player import Player
from ui.plots.choice import FORMS, KEYED, RATES, STALENESS, TITLES, WINDOWS, Shown
from ui.plots.series import NAMES, SeriesPanel
from ui.plots.sources import SOURCES
from ui.theme import ThemeSwitch, font

Plot = LatencyPanel | StalenessPanel | RatesPanel | SeriesPanel


class PlotFrame(QWidget):
    """changed: another look is wanted. closed: it is not wanted any more. exportAsked: one of FORMS."""

    changed = Signal(object)
    closed = Signal()
    exportAsked = Signal(str)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, span: TimeSpan, look: Shown) -> None:
        super().__init__()
        self._player, self._focus, self._themes = player, focus, themes
        self.look = look
        self._own = PinnedFocus(focus, player, look, self) if look.pinned and look.key else None
        self.focus: Focus = focus if self._own is None else self._own.focus
        self.plot = _made(player, self.focus, themes, span, look)
        self._button = QToolButton()
        self._button.setText("⋯")
        self._button.setProperty("role", "flat")
        self._button.setAccessibleName(f"Menu of the plot {TITLES[look.kind]}")
        self._button.setToolTip("Transform, pin or export this plot")
        self._button.clicked.connect(self.open_menu)
        self._pinned = plain_label("pinned")
        self._pinned.setVisible(look.pinned)
        self._pinned.setToolTip(as_tip(f"It keeps its key, {look.key}" if look.key else "It stays on top"))
        self.chart.head.addWidget(self._pinned)
        self.chart.head.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        themes.changed.connect(self._restyle)
        self._restyle()

    def take(self, look: Shown) -> None:
        """Another transform, window or axis of the same plot."""
        if look != self.look:
            self.look = look
            if isinstance(self.plot, SeriesPanel):
                self.plot.set_look(look)
            elif isinstance(self.plot, LatencyPanel):
                self.plot.set_log(look.log)
            self._restyle()

    @property
    def chart(self) -> Chart:
        return self.plot.chart

    @property
    def title(self) -> str:
        """What a table calls it."""
        return TITLES[self.look.kind]

    def drawn(self, draw: Callable[[QWidget], None]) -> None:
        """Have the plot drawn without its button."""
        self._button.hide()
        draw(self.plot)
        self._button.show()

    def open_menu(self) -> None:
        """Below its button."""
        self.menu().popup(self._button.mapToGlobal(QPoint(0, self._button.height())))

    def menu(self) -> QMenu:
        """What can be done with it."""
        menu, look, series = passing_menu(self), self.look, isinstance(self.plot, SeriesPanel)
        if isinstance(self.plot, SeriesPanel):
            part = menu.addMenu("Transform")
            source = self.plot.source
            usual = [("", "The usual")] if source.several else []
            for transform, word in (*usual, *((each, NAMES[each]) for each in source.transforms)):
                chosen = look.transform == transform if source.several else self.plot.transform == transform
                self._tick(part, word[0].upper() + word[1:], chosen, transform=transform)
            part = menu.addMenu("Window")
            for window in WINDOWS:
                word = words.time(window) if window else "A twelfth of what is in sight"
                self._tick(part, word, look.window == window, window=window)
        if not isinstance(self.plot, StalenessPanel):
            self._tick(menu, "Logarithmic axis", look.log, log=not look.log)
        if isinstance(self.plot, RatesPanel):
            menu.actions()[-1].setEnabled(False)
            menu.actions()[-1].setToolTip("Bars on top of each other have none: the plot “Messages by kind” has one")
        if series and look.kind in KEYED and not look.pinned:
            self._tick(menu, "Only the selected key", look.only_key, only_key=not look.only_key)
        pin = menu.addAction("Pinned", self._pin)
        pin.setCheckable(True)
        pin.setChecked(look.pinned)
        pin.setToolTip("Stays on top, with its key, whatever is selected and whichever plots are shown")
        menu.addSeparator()
        for form, word in FORMS.items():
            menu.addAction(f"Export {word}…", partial(self.exportAsked.emit, form))
        menu.addSeparator()
        menu.addAction("Close this plot", self.closed.emit)
        return menu

    def _tick(self, menu: QMenu, word: str, on: bool, **what: object) -> None:
        action = menu.addAction(word, partial(self._choose, **what))
        action.setCheckable(True)
        action.setChecked(on)

    def _choose(self, **what: object) -> None:
        self.changed.emit(what)

    def _pin(self) -> None:
        look, names = self.look, self._player.world.names
        if look.pinned:
            self.changed.emit({"pinned": False, "key": "", "owner": ""})
            return
        name = self._focus.name
        keyed = look.kind == STALENESS or look.only_key
        one = names[name] if keyed and name is not None and name < len(names) else None
        self.changed.emit({"pinned": True, "key": one.key if one else "", "owner": one.owner if one else ""})

    def _restyle(self) -> None:
        self._button.setFont(font("strong"))
        side = QFontMetrics(font("strong")).height() + 4
        self._button.setStyleSheet(f"padding: 0; min-width: {side}px; max-width: {side}px;")
        self._pinned.setFont(font("small"))
        self._pinned.setStyleSheet(f"color: {self._themes.current.accent_text.name()}; background: transparent;")


class PinnedFocus(QObject):
    """A focus whose key stays; all else goes to and fro between it and the window's."""

    def __init__(self, focus: Focus, player: Player, look: Shown, parent: QWidget) -> None:
        super().__init__(parent)
        self.focus = Focus(self)
        self._window, self._player, self._look = focus, player, look
        player.sessionChanged.connect(self._find)
        player.sampled.connect(self._find)
        focus.opChanged.connect(self._take)
        focus.choiceChanged.connect(self._take)
        focus.eyes.changed.connect(self._take)
        self.focus.opChanged.connect(self._give)
        self.focus.choiceChanged.connect(self._give)
        self._take()
        self._find()

    def _find(self) -> None:
        """The number of the key in the run that is shown."""
        found = self._player.world.find(self._look.key, self._look.owner or None)
        self.focus.select_name(None if found is None else found.index)

    def _take(self) -> None:
        self.focus.select_op(self._window.op)
        self.focus.select_provider(self._window.provider)
        self.focus.eyes.see_as(self._window.eyes.as_node)

    def _give(self) -> None:
        self._window.select_op(self.focus.op)
        self._window.select_provider(self.focus.provider)


def _made(player: Player, focus: Focus, themes: ThemeSwitch, span: TimeSpan, look: Shown) -> Plot:
    if look.kind in SOURCES:
        return SeriesPanel(player, focus, themes, span, SOURCES[look.kind], look)
    if look.kind == RATES:
        return RatesPanel(player, themes, span, focus)
    if look.kind == STALENESS:
        return StalenessPanel(player, focus, themes, span)
    latency = LatencyPanel(player, focus, themes, span)
    latency.set_log(look.log)
    return latency
