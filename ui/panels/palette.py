"""The palette at the left of the map: the mode, and below it the tools of that mode.

Rules: a strip of the action table's actions, with signs of its own; nothing is decided here. Tools that the mode does
not have are not shown. Words stand below the signs while there is room for them.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from ui.actions import Actions
from ui.panels.palette_signs import icon
from ui.theme import ThemeSwitch, font
from ui.toolbox import EDIT, RUN, Toolbox

MODES = (("mode-run", "run", "Run"), ("mode-edit", "edit", "Edit"), ("pen", "pen", "Annotate"))
SHOWN = {  # ids of actions, their signs and their words; "" is a line
    EDIT: (
        ("tool-select", "select", "Select"), ("tool-provider", "provider", "Provider"), ("tool-peer", "peer", "Peer"),
        ("tool-child", "child", "Child"), ("tool-organisation", "organisation", "Organisation"),
        ("customers", "customers", "Customers"), ("", "", ""), ("meshed", "mesh", "All peer"), ("snap", "snap", "Grid"),
        ("lock", "lock", "Lock"),
    ),
    RUN: (
        ("fit", "fit", "Fit"), ("nearer", "nearer", "Nearer"), ("further", "further", "Further"),
        ("faults-only", "faults", "Faults"),
    ),
}  # fmt: skip
LINE = ("", "", "")
IN_MENU = tuple(name for name, _, _ in SHOWN[EDIT] if name.startswith("tool-"))  # signs that the menus show as well
SIGN = 20  # px of a sign at 100 %
ROOM, GAP = 47, 12  # px that a tool with its word takes, and a line between tools, at 100 %


class Palette(QToolBar):
    """Everything in it is in the menus too."""

    def __init__(self, acts: Actions, tools: Toolbox, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__("Palette", parent)
        self.setObjectName("palette")
        self.setAccessibleName("Palette")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._acts, self._tools, self._theme = acts, tools, theme
        self._mode = ""
        tools.changed.connect(self._follow)
        theme.changed.connect(self._dress)
        self._dress()
        self._follow()

    def _follow(self) -> None:
        """Show the tools of the mode, with how they stand now."""
        self._acts.refresh()
        if self._mode != self._tools.mode:
            self._mode = self._tools.mode
            self.clear()
            for name, _, word in (*MODES, LINE, *SHOWN[self._mode]):
                self._add(name, word)
            self._fit()

    def _add(self, name: str, word: str) -> None:
        if not name:
            self.addSeparator()
            return
        action = self._acts[name]
        action.setIconText(word)
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton), "a tool bar makes one for each action"
        button.setProperty("role", "palette")
        button.setFont(font("small"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text().removesuffix("…"))

    def _dress(self) -> None:
        """In the colours and at the size of the theme."""
        size = round(SIGN * self._theme.scale)
        self.setIconSize(QSize(size, size))
        for name, sign, _ in (*MODES, *SHOWN[EDIT], *SHOWN[RUN]):
            if name:
                self._acts[name].setIcon(icon(sign, self._theme.current, size, self.devicePixelRatioF()))
                self._acts[name].setIconVisibleInMenu(name in IN_MENU)
        for button in self._buttons():
            button.setFont(font("small"))
        self._fit()

    def _fit(self) -> None:
        """Words below the signs, if there is room."""
        lines = sum(1 for action in self.actions() if action.isSeparator())
        needed = (len(self.actions()) - lines) * ROOM + lines * GAP
        words = self.height() >= needed * self._theme.scale
        style = Qt.ToolButtonStyle.ToolButtonTextUnderIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        if self.toolButtonStyle() != style:
            self.setToolButtonStyle(style)
        width = max((button.sizeHint().width() for button in self._buttons()), default=0)
        for button in self._buttons():
            button.setMinimumWidth(width if words else 0)

    def _buttons(self) -> list[QToolButton]:
        found = [self.widgetForAction(action) for action in self.actions()]
        return [button for button in found if isinstance(button, QToolButton)]

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
