"""The lectern: the parts of the window that help whoever shows it to others, made and wired in one place.

Rules: makes and connects; each part decides for itself. What the rows of the menus Present and Help need is here.
"""

from PySide6.QtCore import QObject, QSettings

from ui.acts.context import Context
from ui.commandbar import CommandBar
from ui.jumps import Jump, jumps


class Lectern(QObject):
    """finder: the command palette."""

    def __init__(self, context: Context, settings: QSettings) -> None:
        window = context.view
        super().__init__(window)
        self._context = context
        self.finder = CommandBar(window, window.acts, self._jumps, context.taste.switch, settings)
        faults = window.acts.shortcuts.faults
        if faults:
            window.notice.news(" ".join(faults))

    def _jumps(self, typed: str) -> list[Jump]:
        context = self._context
        return jumps(typed, context.player, context.focus, context.document)
