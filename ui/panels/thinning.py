"""No more points than pixels can show: of those that lie in the same small square only the last is drawn.

Rules: numpy only. What has been thinned stays so while the plot stands still: a growing table costs what is new in it,
and the outcome is that of thinning all of it at once.
"""

from collections.abc import Callable

import numpy as np

FEW = 4_000  # points that are drawn without thinning
CELL = 3.0  # px, half a point: of points in the same square of this size only the last is drawn
Points = tuple[np.ndarray, np.ndarray, np.ndarray]  # x, y and style, a small number, of each
_NOTHING: Points = (np.empty(0), np.empty(0), np.empty(0, np.int64))


def thinned(points: Points, left: float, bottom: float, wide: float, high: float) -> np.ndarray:
    """Places of the points to draw: the last of each style in each cell, in order.

    left, bottom: of the plot, to the left of all points and below them. wide, high: what a pixel stands for.
    """
    x, y, style = points
    if not len(x):
        return np.empty(0, np.int64)
    column = np.maximum(((x - left) / (wide * CELL)).astype(np.int64), 0)
    row = np.maximum(((y - bottom) / (high * CELL)).astype(np.int64), 0)
    there = np.bincount(style) > 0
    number = (np.cumsum(there) - 1)[style]  # few styles occur, and each takes a whole plot of cells
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    last = np.full(int(there.sum()) * columns * rows, -1, np.int64)
    last[(number * columns + column) * rows + row] = np.arange(len(x))
    found: np.ndarray = np.sort(last[last >= 0])
    return found


class Thinning:
    """Of one table that grows, or of another one."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._count = 0  # rows that were taken
        self._points = _NOTHING

    def points(
        self,
        of: tuple[object, ...],
        count: int,
        made: Callable[[int], Points],
        left: float,
        bottom: float,
        wide: float,
        high: float,
    ) -> Points:
        """The points of a table's `count` rows. made: those of the rows from one on, all of them with 0.

        of: which table and plot these are; where it is the same as the last time, so are the first rows.
        """
        asked = (*of, left, bottom, wide, high)
        start = self._count if asked == self._of and count >= self._count else 0
        before, new = (self._points if start else _NOTHING), made(start)
        x, y, style = (np.concatenate(parts) for parts in zip(before, new, strict=True))
        if count > FEW:
            kept = thinned((x, y, style), left, bottom, wide, high)
            x, y, style = x[kept], y[kept], style[kept]
        self._of, self._count, self._points = asked, count, (x, y, style)
        return self._points
