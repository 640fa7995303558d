"""Menus that are made when they are opened, because what is in them is data: files opened before, a provider, the map.

Rules: what is impossible is shown with its reason; what stands in the action table comes from there.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from p4lab.session.base import Abilities
from ui.document import Document


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
            self.addAction(path.name, partial(self._document.open, path)).setToolTip(str(path))
        if self.isEmpty():
            self.addAction("Nothing was opened before").setEnabled(False)


def provider_menu(
    window: QWidget,
    abilities: Abilities,
    prepare: Callable[[str], None],
    inspect: Callable[[], None],
    views: Sequence[QAction],
) -> QMenu:
    """What can be done at a provider. prepare: begins a put or a get there. views: as in `map_menu`."""
    menu = _menu(window)
    for verb in ("get", "put"):
        action = menu.addAction(f"{verb.capitalize()} here…", partial(prepare, verb))
        action.setEnabled(abilities.submit)
        action.setToolTip(abilities.why_not)
    menu.addAction("Show what it holds", inspect)
    menu.addSeparator()
    menu.addActions(list(views))
    return menu


def map_menu(window: QWidget, views: Sequence[QAction]) -> QMenu:
    """What can be done where there is no provider. views: fitting and zooming."""
    menu = _menu(window)
    menu.addActions(list(views))
    return menu


def _menu(window: QWidget) -> QMenu:
    menu = QMenu(window)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
