"""Menus that are made when they are opened, because what is in them is data: files opened before, a provider, the map.

Rules: what is impossible is shown with its reason; what stands in the action table comes from there.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from p4lab.core.names import Regime
from ui.actions import Actions
from ui.document import Document
from ui.operations import MISBEHAVE, SWITCHES
from ui.plain import as_entry, as_tip


class RecentMenu(QMenu):
    """File ▸ Open recent."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__("Open recent", parent)
        self.setToolTipsVisible(True)
        self._document = document
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in self._document.recent:
            self.addAction(as_entry(path.name), partial(self._document.open, path)).setToolTip(as_tip(str(path)))
        if self.isEmpty():
            self.addAction("Nothing was opened before").setEnabled(False)


def network_menu(window: QWidget, actions: Actions, what: Sequence[str], views: Sequence[QAction]) -> QMenu:
    """What can be done to what is under the pointer. what: ids of actions; "" is a line, MISBEHAVE its submenu."""
    actions.refresh()
    menu = passing_menu(window)
    for name in what:
        if not name:
            menu.addSeparator()
        elif name == MISBEHAVE:
            below = menu.addMenu(MISBEHAVE)
            below.setToolTipsVisible(True)
            below.addActions([actions[switch] for switch in SWITCHES])
        else:
            menu.addAction(actions[name])
    if what:
        menu.addSeparator()
    menu.addActions(list(views))
    return menu


def regime_menu(window: QWidget, actions: Actions) -> QMenu:
    """The regimes that the selected key could have been put in."""
    actions.refresh()
    menu = passing_menu(window)
    menu.addActions([actions[f"what-if-{regime.value}"] for regime in Regime])
    return menu


def passing_menu(window: QWidget) -> QMenu:
    """An empty menu that explains its entries, and is gone once it is closed."""
    menu = QMenu(window)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
