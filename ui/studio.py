"""Everything for drawing in one window: tools, edits, forms, the palette, and how they are wired to the map.

Rules: makes and connects, and decides nothing. The window asks it for the map's tools and for the palette.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject

from ui.canvas.scene import LINE, MapView
from ui.deeds import Deeds
from ui.dialogs import Dialogs
from ui.drafting import Drafting
from ui.edits import Edits
from ui.focus import Focus
from ui.player import Player
from ui.properties import Properties
from ui.toolbox import Toolbox


class View(Protocol):
    """What drawing asks of the window."""

    @property
    def map(self) -> MapView: ...
    def tell_fault(self, text: str) -> None: ...
    def tell(self, text: str) -> None: ...


class Studio(QObject):
    """deeds: what can be done to the network at the playhead."""

    def __init__(self, player: Player, focus: Focus, sheets: Dialogs, view: View, parent: QObject) -> None:
        super().__init__(parent)
        self.tools = Toolbox(self)
        self.drafting = Drafting(player, self.tools, view.tell_fault, view.tell)
        self.deeds = Deeds(player, focus, sheets, view.tell_fault, self.drafting)
        self.edits = Edits(player, focus, self.drafting, self.tools, sheets, lambda: view.map, view.tell_fault)
        self._properties = Properties(player, self.drafting, sheets)
        self._focus, self._player = focus, player

    def wire(self, view: MapView, refresh: Callable[[], None]) -> None:
        """The map is there. refresh: the actions."""
        self.drafting.pins = view.pins
        view.placed.connect(self.drafting.place)
        view.formAsked.connect(self._open)
        self.tools.changed.connect(refresh)

    def show_form(self) -> None:
        """Of the chosen link, provider or organisation."""
        node = self._focus.provider
        self._open(LINE if node is None or len(self._focus.chosen) == 2 and self.deeds.line() else node)

    def _open(self, what: int) -> None:
        if what == LINE:
            self.deeds.change_link()
        else:
            self._properties.open(what)
