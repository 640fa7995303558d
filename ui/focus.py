"""What the person is looking at: one key, one provider, one operation, one Event, shared by every part of the window.

Rules: numbers only (a name's place in World, a node, an op, an Event's id), None = nothing. A signal is given once per
real change, so parts may select into each other without going round in circles.
"""

from PySide6.QtCore import QObject, Signal


class Focus(QObject):
    """Each field is set by its `select_...` and announces itself by its own signal."""

    nameChanged = Signal()
    providerChanged = Signal()
    opChanged = Signal()
    eventChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name: int | None = None
        self.provider: int | None = None
        self.op: int | None = None
        self.event_id: int | None = None  # not `event`: that is a method of QObject, which Qt calls

    def select_name(self, name: int | None) -> None:
        """The key whose copies the map and the lanes show."""
        if name != self.name:
            self.name = name
            self.nameChanged.emit()

    def select_provider(self, node: int | None) -> None:
        """The provider whose particulars are shown."""
        if node != self.provider:
            self.provider = node
            self.providerChanged.emit()

    def select_op(self, op: int | None) -> None:
        """The put or get that is explained."""
        if op != self.op:
            self.op = op
            self.opChanged.emit()

    def select_event(self, event: int | None) -> None:
        """The Event that the log points at."""
        if event != self.event_id:
            self.event_id = event
            self.eventChanged.emit()

    def clear(self) -> None:
        """Look at nothing: another run has other numbers."""
        self.select_event(None)
        self.select_op(None)
        self.select_provider(None)
        self.select_name(None)
