"""Finds room for names beside providers, so that no label lies on a provider or on another label.

Rules: no Qt, no text: sizes in, corners out. Asked in order of importance; who finds no room is left out (the map shows
it on hovering). Room is kept on a grid of a few pixels, so four hundred labels cost a few milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

CELL = 4.0  # pixels
GAP = 4.0  # between a rim and its label


@dataclass(frozen=True)
class Wish:
    """A label of this size for a disc. towards: the angle on which it should lie if it can.

    must: placed even where there is no room.
    """

    node: int
    x: float
    y: float
    rim: float
    width: float
    height: float
    towards: float = pi / 2
    must: bool = False


class Room:
    """What is taken of a window of this size."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._taken = np.zeros((max(1, int(height / CELL) + 1), max(1, int(width / CELL) + 1)), bool)

    def take_discs(self, centres: np.ndarray, radii: np.ndarray) -> None:
        """Nothing may lie on these."""
        for (x, y), radius in zip(centres.tolist(), radii.tolist(), strict=True):
            side = 0.88 * radius  # the square within the disc, a little generous
            self.take(x - side, y - side, 2 * side, 2 * side)

    def take(self, x: float, y: float, width: float, height: float) -> None:
        """Nothing may lie here."""
        rows, columns = self._cells(x, y, width, height)
        self._taken[rows, columns] = True

    def free(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether this rectangle lies within the window and on nothing."""
        if x < 0 or y < 0 or x + width > self._width or y + height > self._height:
            return False
        rows, columns = self._cells(x, y, width, height)
        return not self._taken[rows, columns].any()

    def _cells(self, x: float, y: float, width: float, height: float) -> tuple[slice, slice]:
        rows = slice(max(0, int(y / CELL)), max(0, int((y + height) / CELL) + 1))
        return rows, slice(max(0, int(x / CELL)), max(0, int((x + width) / CELL) + 1))


def arrange(wishes: Sequence[Wish], room: Room) -> dict[int, tuple[float, float]]:
    """The top left corner of each label that found room, by node: where it wished for, else near that."""
    placed: dict[int, tuple[float, float]] = {}
    for wish in wishes:
        corners = _corners(wish)
        found = next((corner for corner in corners if room.free(*corner, wish.width, wish.height)), None)
        if found is None and wish.must:
            found = corners[0]
        if found is not None:
            room.take(*found, wish.width, wish.height)
            placed[wish.node] = found
    return placed


def _corners(wish: Wish) -> list[tuple[float, float]]:
    """Touching the disc where it wished to, then at the eight points of the compass, the nearest to that first."""
    reach = wish.rim + GAP
    compass = sorted((turn * pi / 4 for turn in range(8)), key=lambda angle: -cos(angle - wish.towards))
    return [
        (
            wish.x + reach * cos(angle) + (cos(angle) - 1) / 2 * wish.width,
            wish.y + reach * sin(angle) + (sin(angle) - 1) / 2 * wish.height,
        )
        for angle in (wish.towards, *compass)
    ]
