"""Menus that are not made from the action table, because what is in them is data: files opened before, a provider.

Rules: made when they are opened; what is impossible is shown with its reason.
"""

from collections.abc import Callable
from functools import partial

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
    window: QWidget, abilities: Abilities, prepare: Callable[[str], None], inspect: Callable[[], None]
) -> QMenu:
    """What can be done at a provider. prepare: begins a put or a get there."""
    menu = QMenu(window)
    menu.setToolTipsVisible(True)
    for verb in ("get", "put"):
        action = menu.addAction(f"{verb.capitalize()} here…", partial(prepare, verb))
        action.setEnabled(abilities.submit)
        action.setToolTip(abilities.why_not)
    menu.addAction("Show what it holds", inspect)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
