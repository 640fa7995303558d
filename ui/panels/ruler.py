"""Where a time lies on the time line, and which time lies at a place of it.

Rules: no Qt, pixels and seconds. Where there are several branches each has a row of its own, and its bar begins where
it left its parent; what is before that belongs to the parent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

ROWS = 5  # at most: beyond it the branches looked at last are shown


class Branch(Protocol):
    """What is needed of a branch."""

    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def forked_at(self) -> float: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True)
class Ruler:
    """left, right: pixels of time 0 and of the end, at `duration` seconds."""

    left: float
    right: float
    duration: float

    def place(self, t: float) -> float:
        """Pixels from the left."""
        return self.left + (self.right - self.left) * t / self.duration

    def time(self, x: float) -> float:
        """Seconds, within the run."""
        share = (x - self.left) / max(self.right - self.left, 1.0)
        return min(max(share, 0.0), 1.0) * self.duration


@dataclass(frozen=True)
class Lane:
    """A row: one branch from `start` on. above: the row of its parent, None where that is not shown."""

    number: int
    name: str
    start: float
    why: str
    above: int | None
    current: bool


def lanes(branches: Sequence[Branch], current: int) -> list[Lane]:
    """The rows, in the order in which the branches were made: the one shown, its forebears, and the newest others."""
    by_number = {branch.number: branch for branch in branches}
    wanted = [current]
    while (parent := by_number[wanted[-1]].parent) is not None and len(wanted) < ROWS:
        wanted.append(parent)
    wanted += [branch.number for branch in reversed(branches) if branch.number not in wanted]
    kept = [branch for branch in branches if branch.number in wanted[:ROWS]]
    row = {branch.number: i for i, branch in enumerate(kept)}
    return [
        Lane(
            branch.number, branch.name, 0.0 if branch.parent is None else branch.forked_at, branch.why,
            row.get(_origin(branch, by_number)), branch.number == current,
        )
        for branch in kept
    ]  # fmt: skip


def _origin(branch: Branch, by_number: Mapping[int, Branch]) -> int:
    """Whose past it goes on from: its parent, or where that had not begun yet, the parent's. 0: nobody's."""
    above = branch.parent
    while above is not None and (parent := by_number[above]).parent is not None and parent.forked_at > branch.forked_at:
        above = parent.parent
    return above or 0


def row_at(rows: Sequence[Lane], y: float, top: float, pitch: float, t: float) -> int:
    """The row meant at a height: the nearest whose bar has begun by time t."""
    begun = [i for i, lane in enumerate(rows) if lane.start <= t]
    return min(begun, key=lambda i: abs(top + i * pitch - y)) if begun else 0
