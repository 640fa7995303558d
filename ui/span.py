"""The interval of time that is selected, shared by every panel that shows time.

Rules: seconds. It belongs to nobody's file, and who shows time may show it and set it.
"""

from PySide6.QtCore import QObject, Signal


class Span(QObject):
    """The selected interval: t0 and t1 in seconds, both None while there is none."""

    spanChanged = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.t0: float | None = None
        self.t1: float | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """Both, the earlier first."""
        return None if self.t0 is None or self.t1 is None else (self.t0, self.t1)

    def select(self, a: float, b: float) -> None:
        """From the earlier to the later of two times; nothing where they are one."""
        ends = (min(a, b), max(a, b)) if a != b else (None, None)
        if ends != (self.t0, self.t1):
            self.t0, self.t1 = ends
            self.spanChanged.emit(*ends)

    def clear(self) -> None:
        """Select nothing."""
        self.select(0.0, 0.0)
