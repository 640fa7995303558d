"""The speed slider: a log scale with a dot at each decade, as long as the mode allows.

Rules: its value is round(100 log10(speed)), as in OMNeT++'s Qtenv; near real speed it means real speed. Calm, it only
shows a pace that nobody chose.
"""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QWidget

from ui.theme import ThemeSwitch

SNAP = 6  # slider units: this near to real speed means real speed
KNOB = 8  # px from the widget's edge to the knob's middle


def to_slider(factor: float, speeds: tuple[float, float]) -> int:
    """Where a factor stands on the slider."""
    low, high = (round(math.log10(limit) * 100) for limit in speeds)
    return min(max(round(math.log10(max(factor, 1e-9)) * 100), low), high)


def from_slider(value: int) -> float:
    """The factor at a place of the slider; real speed catches what is near."""
    return 1.0 if abs(value) <= SNAP else 10 ** (value / 100)


class SpeedSlider(QSlider):
    """`reach` says from where to where."""

    def __init__(self, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setMinimumSize(110, 28)
        self.setAccessibleName("Speed")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def reach(self, speeds: tuple[float, float]) -> None:
        """The lowest and the highest speed."""
        self.setRange(*(round(math.log10(limit) * 100) for limit in speeds))

    def set_calm(self, calm: bool) -> None:
        """Whether the knob only follows."""
        if self.property("calm") != calm:
            self.setProperty("calm", calm)
            self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = self.width() - 2 * KNOB
        for value in range(self.minimum(), self.maximum() + 1, 100):
            share = (value - self.minimum()) / max(self.maximum() - self.minimum(), 1)
            painter.setBrush(self._theme.current.muted if value == 0 else self._theme.current.outline)
            radius = 1.8 if value == 0 else 1.2
            painter.drawEllipse(QPointF(KNOB + share * room, self.height() / 2 + 9), radius, radius)
        painter.end()
        super().paintEvent(event)
