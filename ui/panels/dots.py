"""The points of a plot that look alike: drawn only where there are any, and anew only where they have changed.

Rules: knows nothing of what they mean. pyqtgraph measures its points whenever Qt asks how large they are, which it does
five times for each painting: that is kept here.
"""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF


class Dots(pg.ScatterPlotItem):
    """`show_points`, and `measure` after they were given another size or pen."""

    def __init__(self) -> None:
        self._bounds: QRectF | None = None
        super().__init__(pxMode=True, antialias=True)

    def show_points(self, x: np.ndarray, y: np.ndarray) -> None:
        """These and no others."""
        if not (np.array_equal(x, self.data["x"]) and np.array_equal(y, self.data["y"])):
            self.setData(x=x, y=y)
            self.measure()
        self.setVisible(len(x) > 0)

    def measure(self) -> None:
        """They may be larger or smaller."""
        self.prepareGeometryChange()

    # pyqtgraph

    def prepareGeometryChange(self) -> None:
        super().prepareGeometryChange()  # which asks how large they were
        self._bounds = None

    def boundingRect(self) -> QRectF:
        if self._bounds is None:
            self._bounds = super().boundingRect()
        return self._bounds
