"""The plan of the map: who is on it, where, and what links them. It changes with the session and with a person's hand.

Rules: no painting. Figures (sizes in pixels) are worked out when the camera or a place has changed, and kept. Providers
that a person has moved stay there as long as the same scenario is shown, through forks and resets.
"""

import numpy as np

from p4lab.scenario.model import Link, Scenario, parent_links
from p4lab.scenario.model import links as resolved
from p4lab.trace import Trace
from p4lab.world import World
from ui.canvas.answers import Answers
from ui.canvas.camera import Camera
from ui.canvas.figures import FULL, SHARE, Figures, figures
from ui.canvas.layout import place, spacing
from ui.canvas.loads import Counter

OF_PANE = 0.12  # of a pane's shorter side that a usual radius may take, or a low pane would be all discs


class Plan:
    """pairs, under: rows (a, b) of indices: links, and lines of the imported map. up: of the links, (child, parent)."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.customers: tuple[int, ...] = ()
        self.points = np.empty((0, 2))
        self.aspect: float | None = None
        self.links: dict[tuple[int, int], Link] = {}
        self.pairs = np.empty((0, 2), np.int64)
        self.up = np.empty((0, 2), np.int64)
        self.under = np.empty((0, 2), np.int64)
        self.answers = Answers(Trace(), World())
        self.loads = Counter(Trace(), World(), self.pairs)
        self._shown: object = None
        self._moves = 0
        self._figures: tuple[object, Figures] | None = None

    def show(self, scenario: Scenario, trace: Trace, world: World) -> bool:
        """Take over a session's scenario. False: it is the one that is shown already, places are kept."""
        self.links = {(pair.a, pair.b): pair.link for pair in resolved(scenario)}
        upwards = parent_links(scenario)
        self.links |= {(min(child, parent), max(child, parent)): link for child, parent, link in upwards}
        self.up = np.array([(child, parent) for child, parent, _ in upwards], np.int64).reshape(-1, 2)
        self.pairs = np.array(list(self.links), np.int64).reshape(-1, 2)
        self.answers = Answers(trace, world)
        self.loads = Counter(trace, world, self.pairs)
        same = scenario.title, scenario.provider, scenario.peering, scenario.underlay
        if same == self._shown:
            return False
        self._shown = same
        self.names = tuple(provider.name for provider in scenario.provider)
        self.customers = tuple(provider.customers for provider in scenario.provider)
        index = {name: i for i, name in enumerate(self.names)}
        under = [(index[row.between[0]], index[row.between[1]]) for row in scenario.underlay]
        self.under = np.array(under, np.int64).reshape(-1, 2)
        layout = place(scenario.provider, under or list(self.links))
        self.points, self.aspect = layout.points.copy(), layout.aspect
        self._moves += 1
        return True

    def move(self, node: int, x: float, y: float) -> None:
        """Put a provider elsewhere, 0..1."""
        self.points[node] = x, y
        self._moves += 1

    def figures(self, camera: Camera, scale: float) -> Figures:
        """Everybody as seen by a camera at this text size. Equal calls give the same object."""
        asked = camera, scale, self._moves
        if self._figures is None or self._figures[0] != asked:
            most = OF_PANE * min(camera.width, camera.height) * camera.zoom
            made = figures(self.names, self.customers, camera.to_window(self.points), scale, most)
            self._figures = asked, made
        return self._figures[1]

    def zoom_for_full(self, camera: Camera, scale: float) -> float:
        """The zoom, against this camera, at which a usual provider has its full size."""
        near = spacing(camera.to_window(self.points))
        near = near[np.isfinite(near)]
        return FULL * scale / (SHARE * float(np.median(near))) if len(near) and np.median(near) > 0 else 1.0
