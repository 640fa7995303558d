"""Whose turn it is to redraw: in a live run, which needs the processor too, panels do so one after the other.

Rules: no Qt and no clock. Who asks first comes first, and nobody waits twice. A turn a frame, and more where they are
cheap: panels that all redraw when they are told of a change would make one frame in fifteen three times as long.
"""

from collections.abc import Callable
from typing import Protocol

BUDGET = 0.003  # s of redrawing in a frame, the first turn not counted: painting what was redrawn takes as long again


class Redraws(Protocol):
    """Who waits for a turn. cost: of redrawing, lately, in seconds."""

    @property
    def cost(self) -> float: ...
    def redraw(self) -> None: ...


class Turns:
    """in_turn: whether panels take turns now; else each sees to itself."""

    def __init__(self, in_turn: Callable[[], bool]) -> None:
        self._in_turn = in_turn
        self._waiting: dict[Redraws, None] = {}  # in the order in which they asked

    @property
    def waiting(self) -> bool:
        """Whether somebody is."""
        return bool(self._waiting)

    def ask(self, who: Redraws) -> bool:
        """Whether `who` will have a turn; if not, nobody else will have it redraw."""
        if self._in_turn():
            self._waiting.setdefault(who)
            return True
        return False

    def leave(self, who: Redraws) -> None:
        """Nobody sees it any more."""
        self._waiting.pop(who, None)

    def take(self) -> None:
        """The turns of one frame."""
        spent = 0.0
        while self._waiting:
            who = next(iter(self._waiting))
            if spent and spent + who.cost > BUDGET:
                break
            del self._waiting[who]
            who.redraw()
            spent += who.cost
