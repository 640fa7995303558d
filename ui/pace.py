"""The pace `auto`: how fast simulated time runs while nobody chose a speed.

Rules: pure functions of numbers, no Qt. A factor is simulated seconds per second of the person watching. Slow while
messages of the selected key fly, so that a hop is seen to fly; quick in between, without ever looking ahead: the pace
only grows with the quiet that has passed, and drops in one frame when a message leaves.
"""

import math

HOP_ON_SCREEN = 0.8  # s, what a hop should take on screen (the design's number)
DOUBLING = 0.12  # s of quiet after which the pace has doubled: from 1/20, ten quiet seconds pass in 1.2 s
EASING = 0.25  # s in which the pace of one hop becomes that of the next
SLOWEST = 1e-4
CRUISE = 1 / 6  # of the whole run per second: however long a run is, its quiet parts pass in some six seconds
LEAST_CRUISE = 10.0


def cruise(duration: float) -> float:
    """The quickest pace for a run this long (seconds)."""
    return max(LEAST_CRUISE, duration * CRUISE)


def for_hop(seconds: float) -> float:
    """The factor that lets a hop of so many simulated seconds be seen."""
    return max(SLOWEST, seconds / HOP_ON_SCREEN)


def next_factor(factor: float, wall: float, hop: float | None, fastest: float) -> float:
    """The factor of the coming frame.

    factor: the last frame's. wall: how long that took, seconds. hop: how long the messages of the selected key that fly
    now typically take, None if none does. fastest: what quiet may grow to.
    """
    if hop is None:
        return min(fastest, max(factor, SLOWEST) * 2 ** (wall / DOUBLING))
    target = for_hop(hop)
    if factor >= target * 4:  # coming from quiet: a hop that began at full speed would be over before it is seen
        return target
    blend = 1 - math.exp(-wall / EASING)
    return factor * (target / factor) ** blend
