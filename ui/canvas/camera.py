"""The camera: how the unit box of the layout lies in the window, fitted, zoomed and moved.

Rules: no Qt. Immutable: each change gives another camera, so that what is drawn can be remembered by it. Until the
person zooms, a camera fits the window whatever its size.
"""

from dataclasses import dataclass, replace

import numpy as np

MARGIN = (88.0, 80.0)  # beside and above, where providers' rings and customers need room
NARROW = (60.0, 44.0)  # where providers are dots
SMALL = 0.19  # of a small map: as much at most, or little would be left between; a disc with its customers has room
LEAST, MOST = 0.4, 40.0
LEAST_CONTENT = 0.5  # of the box


@dataclass(frozen=True)
class Camera:
    """width, height: of the window. content: left, top, right, bottom of what a fitted camera must show, in the box.

    zoom: 1 = fitted. centre: the point of the box in the window's middle, None = as fitted.
    """

    width: float = 1.0
    height: float = 1.0
    aspect: float | None = None
    content: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    zoom: float = 1.0
    centre: tuple[float, float] | None = None
    margin: tuple[float, float] = MARGIN

    @property
    def fitted(self) -> bool:
        return self.zoom == 1.0 and self.centre is None

    @property
    def middle(self) -> tuple[float, float]:
        """The point of the box in the window's middle."""
        (_, x), (_, y) = self._fitted()
        return (x, y) if self.centre is None else self.centre

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per unit of the box, across and down."""
        (wide, _), (high, _) = self._fitted()
        return wide * self.zoom, high * self.zoom

    def _fitted(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Across and down: pixels per unit, and the point in the middle.

        A map on earth fills the window as far as its proportions allow. Any other lies in it as its box does, so that
        0.5 is the middle; what would be cut off at an edge is drawn in to the margin.
        """
        left, top, right, bottom = self.content
        across, down = min(self.margin[0], SMALL * self.width), min(self.margin[1], SMALL * self.height)
        if self.aspect is None:
            return _axis(self.width, across, left, right), _axis(self.height, down, top, bottom)
        wide = max(20.0, self.width - 2 * across) / (right - left)
        high = max(20.0, self.height - 2 * down) / (bottom - top)
        wide, high = min(wide, high * self.aspect), min(high, wide / self.aspect)
        return (wide, (left + right) / 2), (high, (top + bottom) / 2)

    def to_window(self, points: np.ndarray) -> np.ndarray:
        """Points of the box in pixels of the window."""
        return (points - self.middle) * self.scale + (self.width / 2, self.height / 2)

    def to_box(self, x: float, y: float) -> tuple[float, float]:
        """A point of the window in the box."""
        wide, high = self.scale
        return (x - self.width / 2) / wide + self.middle[0], (y - self.height / 2) / high + self.middle[1]

    def sized(self, width: float, height: float) -> "Camera":
        """The same view of a window of another size."""
        return replace(self, width=width, height=height)

    def zoomed(self, factor: float, x: float, y: float) -> "Camera":
        """Nearer by `factor`, keeping in place what is under (x, y)."""
        zoom = min(MOST, max(LEAST, self.zoom * factor))
        if abs(zoom - 1) < 0.02:
            zoom = 1.0  # steps in and back out end where they began
        nearer = replace(self, zoom=zoom)
        held, now = self.to_box(x, y), nearer.to_box(x, y)
        return nearer.moved_to(self.middle[0] + held[0] - now[0], self.middle[1] + held[1] - now[1])

    def nearer(self, left: float, top: float, right: float, bottom: float) -> "Camera":
        """So near that this piece of the window fills it."""
        factor = min(self.width / max(right - left, 1.0), self.height / max(bottom - top, 1.0))
        middle = self.to_box((left + right) / 2, (top + bottom) / 2)
        return self.zoomed(factor, self.width / 2, self.height / 2).moved_to(*middle)

    def panned(self, dx: float, dy: float) -> "Camera":
        """Moved as a sheet of paper pushed by (dx, dy) pixels."""
        wide, high = self.scale
        return self.moved_to(self.middle[0] - dx / wide, self.middle[1] - dy / high)

    def moved_to(self, x: float, y: float) -> "Camera":
        """Another point in the middle; some of the box stays in view."""
        return replace(self, centre=(min(1.3, max(-0.3, x)), min(1.3, max(-0.3, y))))

    def fit(self) -> "Camera":
        """All of it."""
        return replace(self, zoom=1.0, centre=None)

    def showing(self, points: np.ndarray) -> "Camera":
        """A fitted camera for these points of the box; a few that stand close are not blown up."""
        if len(points) == 0:
            return replace(self.fit(), content=(0.0, 0.0, 1.0, 1.0))
        low, high = points.min(axis=0), points.max(axis=0)
        spare = np.maximum(0.0, LEAST_CONTENT - (high - low)) / 2
        (left, top), (right, bottom) = (low - spare).tolist(), (high + spare).tolist()
        return replace(self.fit(), content=(left, top, right, bottom))


def _axis(length: float, margin: float, low: float, high: float) -> tuple[float, float]:
    start, end = max(margin, low * length), min(length - margin, high * length)
    scale = max(20.0, end - start) / (high - low)
    return scale, low + (length / 2 - start) / scale
