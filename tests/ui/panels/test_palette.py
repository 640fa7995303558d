"""The palette: the tools of the mode, with words while there is room for them."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from ui.panels.palette import MODES, SHOWN, Palette
from ui.toolbox import EDIT, PROVIDER, RUN


def test_the_palette_shows_the_tools_of_the_mode(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(qtbot, tmp_path)
    desk.open()
    palette, tools = desk.window.findChild(Palette), desk.window.studio.tools
    assert palette is not None

    def words() -> list[str]:
        return [action.iconText() for action in palette.actions() if not action.isSeparator()]

    def wanted(mode: str) -> list[str]:
        return [word for name, _, word in (*MODES, *SHOWN[mode]) if name]

    assert words() == wanted(RUN)
    edit = palette.widgetForAction(desk.window.acts["mode-edit"])
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    assert words() == wanted(EDIT)
    tool = palette.widgetForAction(desk.window.acts["tool-provider"])
    assert isinstance(tool, QToolButton)
    qtbot.mouseClick(tool, Qt.MouseButton.LeftButton)
    assert (tools.tool, tool.isChecked(), tool.accessibleName()) == (PROVIDER, True, "Add a provider")
    desk.window.resize(1200, 1000)
    assert palette.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    desk.window.resize(1000, 640)
    assert palette.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    desk.leave()
