"""The history of what was done: undo and redo, without a limit.

Rules: a step is two values, what there was before and after; who owns the playhead goes there, perhaps after some work,
and says when it has arrived. Nothing is known here of what a step was about, so that everything can be undone alike.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ui.branches import Branches


@dataclass(frozen=True)
class Step:
    """says: what was done, as in "Undo …". moves: whether the moment on screen belongs to it."""

    says: str
    before: Branches
    after: Branches
    moves: bool


class History(QObject):
    """go: shows these branches, at their own moment if told so, and then calls `stand` with the place in the history.

    heading: the place that is being gone to, None while nothing is.
    """

    changed = Signal()

    def __init__(
        self, go: Callable[[Branches, bool, int], None], heading: Callable[[], int | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._go = go
        self._heading = heading
        self._steps: list[Step] = []
        self._place = 0  # how many of the steps are done

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._steps)

    @property
    def undo_text(self) -> str:
        """What would be undone; empty for nothing."""
        return self._steps[self._at - 1].says if self.can_undo else ""

    @property
    def redo_text(self) -> str:
        """What would be done again; empty for nothing."""
        return self._steps[self._at].says if self.can_redo else ""

    def undo(self) -> None:
        """Take the last step back."""
        if self.can_undo:
            step = self._steps[self._at - 1]
            self._go(step.before, step.moves or self._heading() is not None, self._at - 1)

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.can_redo:
            step = self._steps[self._at]
            self._go(step.after, step.moves or self._heading() is not None, self._at + 1)

    def add(self, step: Step) -> None:
        """Something was done; what had been taken back can no longer be done again."""
        self._steps[self._place :] = [step]
        self.stand(len(self._steps))

    def stand(self, place: int) -> None:
        """So many steps are done now."""
        self._place = place
        self.changed.emit()

    def clear(self) -> None:
        """Nothing was done yet."""
        self._steps = []
        self.stand(0)

    @property
    def _at(self) -> int:
        heading = self._heading()
        return self._place if heading is None else heading
