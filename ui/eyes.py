"""Whose eyes the window sees with: everybody's, or those of one provider.

Rules: a number and a signal. What can be observed is `p4lab.world.observed`'s; each part that shows the run asks there
and leaves out the rest.
"""

from PySide6.QtCore import QObject, Signal


class Eyes(QObject):
    """as_node: the provider, None = everything is seen."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.as_node: int | None = None

    def see_as(self, node: int | None) -> None:
        """With the eyes of a provider, or of somebody who sees everything."""
        if node != self.as_node:
            self.as_node = node
            self.changed.emit()

    def veiled(self, *nodes: int) -> bool:
        """Whether what is among these is hidden: the one who looks is not one of them."""
        return self.as_node is not None and self.as_node not in nodes
