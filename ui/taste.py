"""What a person chose for all windows to come: the theme and the size of text.

Rules: applies a choice at once and remembers it in the settings it is given.
"""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from ui.theme import SYSTEM, ThemeSwitch

SCALES = (100, 125, 150, 200)  # %


class Taste:
    """switch: the theme in force."""

    def __init__(self, application: QApplication, settings: QSettings, theme: str = "") -> None:
        self._settings = settings
        self.switch = ThemeSwitch(application, theme or str(settings.value("theme", SYSTEM)))
        self.switch.set_scale(_percent(settings.value("scale", 100)) / 100)

    def choose_theme(self, choice: str) -> None:
        """theme.SYSTEM, LIGHT_ONLY or DARK_ONLY."""
        self.switch.choose(choice)
        self._settings.setValue("theme", choice)

    def choose_scale(self, percent: int) -> None:
        """Text size against the usual one."""
        self.switch.set_scale(percent / 100)
        self._settings.setValue("scale", percent)


def _percent(value: object) -> int:
    text = str(value)
    return min(max(int(text), 50), 400) if text.isdecimal() else 100
