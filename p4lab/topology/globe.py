"""Places on the globe: distances, what light in fibre takes for them, and where a place without coordinates may lie.

Rules: a place is (longitude, latitude) in degrees; nothing here knows of files.
"""

import math

EARTH = 6371.0088  # km, mean radius (IUGG)
FIBRE = 299_792.458 * 2 / 3  # km/s, two thirds of light speed
BESIDE = 0.4  # degrees, about 40 km: beside a place, and still told apart from it on a map
GOLDEN = math.pi * (3 - math.sqrt(5))  # radians; steps of it fill a circle evenly

Place = tuple[float, float]


def flight(a: Place, b: Place) -> float:
    """Seconds that light in fibre takes along the great circle."""
    (lon1, lat1), (lon2, lat2) = ([math.radians(part) for part in place] for place in (a, b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half))) / FIBRE


def middle(places: list[Place]) -> Place:
    """The mean of some places on the sphere; the first where they cancel out."""
    vectors = [
        (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        for lon, lat in ([math.radians(part) for part in place] for place in places)
    ]
    x, y, z = (math.fsum(part) / len(vectors) for part in zip(*vectors, strict=True))
    if math.hypot(x, y, z) < 1e-9:
        return places[0]
    return round(math.degrees(math.atan2(y, x)), 5), round(math.degrees(math.atan2(z, math.hypot(x, y))), 5)


def guess(places: dict[int, Place], neighbours: list[list[int]]) -> dict[int, Place]:
    """Places for the nodes that have none, each at the mean of its placed neighbours, nearest to known ones first.

    A part of the map in which nobody has a place gets none.
    """
    known = dict(places)
    taken = set(known.values())
    steps: dict[Place, int] = {}
    fresh = list(places)
    while fresh:
        reached = sorted({each for node in fresh for each in neighbours[node] if each not in known})
        means = {node: middle([known[each] for each in neighbours[node] if each in known]) for node in reached}
        for node, place in means.items():
            known[node] = _beside(place, taken, steps)
            taken.add(known[node])
        fresh = reached
    return {node: place for node, place in known.items() if node not in places}


def _beside(place: Place, taken: set[Place], steps: dict[Place, int]) -> Place:
    """This place, or the next of a spiral around it that nobody has. `steps` remembers how far each spiral has got."""
    found = place
    while found in taken:
        steps[place] = step = steps.get(place, 0) + 1
        radius, angle = BESIDE * math.sqrt(step), GOLDEN * step
        stretch = max(0.2, math.cos(math.radians(place[1])))  # degrees of longitude are shorter near the poles
        east, north = place[0] + radius * math.cos(angle) / stretch, place[1] + radius * math.sin(angle)
        found = round((east + 180) % 360 - 180, 5), round(min(90.0, max(-90.0, north)), 5)
    return found
