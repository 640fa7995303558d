"""What the rows of the action table may know: the parts of one window.

Rules: data, and the reasons that many rows share. The table is made before the window's panels are, so a row looks up
what it needs of `view` when it is asked or done, never while the table is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.dialogs import Dialogs
from ui.document import Document
from ui.focus import Focus
from ui.player import Player
from ui.taste import Taste

if TYPE_CHECKING:  # the window makes the table
    from ui.window import Window


@dataclass(frozen=True)
class Context:
    """view: the window itself, with its `map`, `bar`, `docks`, `notice`."""

    player: Player
    focus: Focus
    document: Document
    taste: Taste
    sheets: Dialogs
    view: "Window"

    def nothing_open(self) -> str:
        """For what needs a run."""
        return "Open a scenario first." if self.player.empty else ""

    def seek(self, t: Callable[[], float]) -> Callable[[], None]:
        """Go to a time that is worked out when it is done."""
        return lambda: self.player.seek(t())
