"""How fast a run is made: events a second, simulated seconds a second, and how long the rest will take.

Rules: no Qt and no clock of its own. Averages over the last second or so, so that the numbers can be read.
"""

from collections import deque

WINDOW = 1.5  # s that are averaged over


class Meter:
    """Tell it where the run is; ask what follows."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int, float]] = deque()

    def clear(self) -> None:
        """Another run, or it stood still meanwhile."""
        self._points.clear()

    def add(self, clock: float, events: int, t: float) -> None:
        """At `clock` (s on the wall) the run had so many events and had come to time t."""
        points = self._points
        if points and (events < points[-1][1] or t < points[-1][2]):
            points.clear()
        points.append((clock, events, t))
        while len(points) > 2 and clock - points[1][0] >= WINDOW:
            points.popleft()

    @property
    def events_per_second(self) -> float | None:
        """None while too little is known."""
        wall, events, _ = self._spans()
        return events / wall if wall > 0 else None

    @property
    def speed(self) -> float | None:
        """Simulated seconds per second."""
        wall, _, seconds = self._spans()
        return seconds / wall if wall > 0 else None

    @property
    def density(self) -> float | None:
        """Events per simulated second."""
        _, events, seconds = self._spans()
        return events / seconds if seconds > 0 else None

    def left(self, duration: float) -> float | None:
        """Seconds on the wall until `duration`, at this rate."""
        speed = self.speed
        return (duration - self._points[-1][2]) / speed if speed else None

    def _spans(self) -> tuple[float, int, float]:
        if len(self._points) < 2:
            return 0.0, 0, 0.0
        first, last = self._points[0], self._points[-1]
        return last[0] - first[0], last[1] - first[1], last[2] - first[2]
