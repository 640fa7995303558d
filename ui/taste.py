"""What a person chose for all windows to come: the theme, the size of text, and whether things move.

Rules: applies a choice at once and remembers it in the settings it is given.
"""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QStyle

from ui.theme import SYSTEM, ThemeSwitch

SCALES = (100, 125, 150, 200)  # %


class Taste:
    """switch: the theme in force."""

    def __init__(self, application: QApplication, settings: QSettings, theme: str = "") -> None:
        self._settings = settings
        still = _still(application)  # asked before the platform's own style is replaced
        self.switch = ThemeSwitch(application, theme or str(settings.value("theme", SYSTEM)))
        self.switch.set_scale(_percent(settings.value("scale", 100)) / 100)
        kept = settings.value("calm", None)
        self.switch.set_calm(still if kept is None else str(kept).lower() == "true")

    def choose_theme(self, choice: str) -> None:
        """theme.SYSTEM, LIGHT_ONLY or DARK_ONLY."""
        self.switch.choose(choice)
        self._settings.setValue("theme", choice)

    def choose_scale(self, percent: int) -> None:
        """Text size against the usual one."""
        self.switch.set_scale(percent / 100)
        self._settings.setValue("scale", percent)

    def choose_calm(self, calm: bool) -> None:
        """Reduced motion."""
        self.switch.set_calm(calm)
        self._settings.setValue("calm", calm)


def _still(application: QApplication) -> bool:
    """Whether the desktop asks for no animations, as far as Qt tells: its style then gives them no time."""
    return application.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


def _percent(value: object) -> int:
    text = str(value)
    return min(max(int(text), 50), 400) if text.isdecimal() else 100
