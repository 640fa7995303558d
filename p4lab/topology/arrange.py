"""Automatic arrangements of everybody on the map: a ring, a forest, by forces, or on the globe.

Rules: a scenario in, places from 0 to 1 out; equal input gives equal places. `changes.set_place` takes them.
"""

import numpy as np

from p4lab.scenario.errors import ScenarioError, nearest, shown
from p4lab.scenario.model import Scenario, every_link
from p4lab.scenario.organisations import provider_of
from p4lab.topology.places import MAP_ASPECT, beside_neighbours, drawn_together, earth, on_ring, part
from p4lab.topology.tiers import tiers

Places = dict[str, tuple[float, float]]

WAYS = ("ring", "forest", "force", "geographic")
MARGIN = 0.06  # of the box, left free around everybody: labels and rims need room
ARCH = 0.12  # of the box's height
PLACES = 4  # decimals


def arrange(scenario: Scenario, how: str) -> Places:
    """A place for every provider; an organisation with a place of its own keeps its place beside its provider.

    ring: tops on a ring, or around the middle with their children further out. forest: children below their parent.
    force: the linked close together. geographic: by longitude and latitude, which somebody must have.
    """
    if how not in WAYS:
        raise ScenarioError(f"there is no arrangement {shown(how)}", nearest(how, WAYS))
    count = len(scenario.provider)
    if not count:
        return {}
    index = {row.name: i for i, row in enumerate(scenario.provider)}
    parents = {i: index[row.parent] for i, row in enumerate(scenario.provider) if row.parent is not None}
    match how:
        case "ring":
            points = _around(count, parents)
        case "forest":
            points = _arched(tiers(count, parents), [i for i in range(count) if i not in parents])
        case "force":
            points = part(drawn_together(count, list(every_link(scenario))), MAP_ASPECT, apart=0.3 / count**0.5)
        case _:
            points = _on_earth(scenario)
    points = np.round(MARGIN + (1 - 2 * MARGIN) * points, PLACES)
    places: Places = {name: (float(points[i, 0]), float(points[i, 1])) for name, i in index.items()}
    return places | _houses(scenario, places)


def _around(count: int, parents: dict[int, int]) -> np.ndarray:
    """Everybody has a sector as wide as the leaves below it, and the further down the further out."""
    if not parents:
        return on_ring(np.arange(count) / count) if count > 1 else np.full((1, 2), 0.5)
    flat = tiers(count, parents)  # its columns are the sectors, and do not overlap
    depth = np.zeros(count, int)
    for child in range(count):
        node = child
        while node in parents:
            node = parents[node]
            depth[child] += 1
    tops = np.flatnonzero(depth == 0)
    radius = (depth + (len(tops) > 1)) / (depth.max() + (len(tops) > 1))
    return np.asarray(0.5 + (on_ring(flat[:, 0]) - 0.5) * radius[:, None])


def _arched(points: np.ndarray, tops: list[int]) -> np.ndarray:
    """Tops in a row would hide each other's peerings: on an arch, every line between two is seen."""
    points = points.copy()
    if len(tops) > 2:
        points[:, 1] = ARCH + (1 - ARCH) * points[:, 1]
        points[tops, 1] += ARCH * (4 * (points[tops, 0] - 0.5) ** 2 - 1)
    return points


def _on_earth(scenario: Scenario) -> np.ndarray:
    known = [i for i, row in enumerate(scenario.provider) if row.geo is not None]
    if not known:
        right = "give a provider its longitude and latitude (geo), or import a map"
        raise ScenarioError("nobody here has a place on Earth", right)
    points = np.full((len(scenario.provider), 2), np.nan)
    points[known] = earth(np.array([scenario.provider[i].geo for i in known], float))
    return part(beside_neighbours(points, every_link(scenario)), MAP_ASPECT)


def _houses(scenario: Scenario, places: Places) -> Places:
    """Those that do not simply stand beside what they are at: as far from their provider as they were."""
    rows = {row.name: row for row in scenario.organisation}
    before = {row.name: row.position for row in scenario.provider}
    found: Places = {}
    for name, row in rows.items():
        provider = provider_of(name, rows)
        old = before[provider]
        if row.position is not None and old is not None:
            x, y = (min(1.0, max(0.0, now + here - there)) for now, here, there in
                    zip(places[provider], row.position, old, strict=True))  # fmt: skip
            found[name] = (round(x, PLACES), round(y, PLACES))
    return found
