"""The bench: what is shown while a run is open. Header, map with the put/get bar, the panels around it, the transport.

Rules: makes and places these parts, and remembers where the panels were; what they say to each other is wired by the
window. A new panel is a row of `docks.DOCKS` and a line here.
"""

from functools import partial

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from ui.actions import Actions
from ui.acts import plots
from ui.acts.context import Context
from ui.canvas.scene import LINE, NOBODY, MapView
from ui.compare.beside import Beside
from ui.compare.panel import ComparePanel
from ui.docks import Docks
from ui.header import Header
from ui.inspectors import Inspectors
from ui.menus import network_menu
from ui.modelbanner import ModelBanner
from ui.notice import Notice
from ui.operations import ON_HOUSE, ON_LINK, ON_MAP, ON_PROVIDER
from ui.panels.lesson import LessonPanel
from ui.panels.log import LogPanel
from ui.panels.palette import Palette
from ui.panels.putget import PutGetBar
from ui.panels.sequence import SequencePanel
from ui.panels.transport import Transport


class Bench(QWidget):
    """docks: made before, because the table of actions asks them."""

    def __init__(
        self, context: Context, acts: Actions, docks: Docks, inner: QMainWindow, inspectors: Inspectors, notice: Notice,
        settings: QSettings,
    ) -> None:  # fmt: skip
        super().__init__()
        self._context, self._acts, self._docks, self._settings = context, acts, docks, settings
        self._laid_out = False
        player, focus, theme = context.player, context.focus, context.taste.switch
        self.focus = focus
        self.header = Header(player, context.document, acts, theme)
        studio = context.view.studio
        self.map = MapView(player, focus, theme, studio.tools, studio.drafting)
        self.bar = PutGetBar(player, focus, theme)
        self.transport = Transport(player, focus, acts, theme)
        sheets, tools = context.sheets, studio.tools
        self.beside = Beside(player, focus, context.document, sheets, self.map, tools, notice, theme, self)
        docks.add("plots", partial(plots.make, context, settings))
        docks.add("log", partial(LogPanel, player, focus, theme))
        docks.add("details", inspectors.dock)
        docks.add("sequence", partial(SequencePanel, player, focus, theme, settings, acts))
        docks.add("lesson", partial(LessonPanel, player, theme))
        docks.add("compare", lambda: ComparePanel(player, self.beside, theme))
        middle = QWidget()
        column = _column(middle)
        column.addWidget(ModelBanner(player, acts, theme))
        column.addWidget(self.beside.maps, 1)
        column.addWidget(self.bar)
        docks.set_middle(middle)
        inner.addToolBar(Qt.ToolBarArea.LeftToolBarArea, Palette(acts, studio.tools, theme))
        column = _column(self)
        for part, share in ((self.header, 0), (inner, 1), (self.transport, 0)):
            column.addWidget(part, share)

    def enter(self) -> None:
        """A run is open: the panels are where they were left."""
        if not self._laid_out:  # not before the bench has the size it will have
            self._laid_out = True
            self._docks.restore(self._settings.value("docks"))
        self._docks.float_away(True)
        drawn = self._context.player.scenario.provider
        (self.transport.timeline if drawn else self.map).setFocus()  # an empty map waits to be drawn on

    def leave(self) -> None:
        """Nothing is open any more."""
        self._docks.float_away(False)

    def remember(self) -> None:
        """Where the panels are now."""
        if self._laid_out:
            self._settings.setValue("docks", self._docks.state())

    def reset(self) -> None:
        """Every panel where it was at first, and all of the map in sight."""
        self._docks.reset()
        self.map.fit()

    def show_details(self) -> None:
        """Something was selected that has a story."""
        focus = self._context.focus
        if focus.op is not None or focus.message is not None:
            self._docks.show("details")

    def show_comparison(self) -> None:
        """A comparison was begun, or ended."""
        self._acts.refresh()
        if self.beside.comparison.on:
            self._docks.show("compare")

    def offer(self, what: int, place: QPoint) -> None:
        """The menu of what is under the pointer (`MapView.menuRequested`)."""
        views = [self._acts[name] for name in ("fit", "actual", "nearer", "further")]
        one = ON_PROVIDER if self._context.player.world.houses.get(what) is None else ON_HOUSE
        ids = {NOBODY: ON_MAP, LINE: ON_LINK}.get(what, one)
        network_menu(self.window(), self._acts, ids, views).popup(place)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
