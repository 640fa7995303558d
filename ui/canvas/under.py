"""What is under a point of the window: a message, a provider, a house or a link, and what is said of it.

Rules: no painting, nothing kept; functions of the plan and of the moment that was painted last.
"""

import numpy as np

from p4lab.core.events import Pair
from p4lab.world import World
from ui.canvas import hints, houses, links
from ui.canvas.figures import MINI, Figures
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.pulses import GROWTH, SHOWN
from ui.canvas.tags import badge_area

NEAR = 11.0  # pixels from a message or a line that still mean it


def message(now: Moment | None, x: float, y: float) -> np.void | None:
    """The row of the message that is painted there."""
    if now is None:
        return None
    at = now.flight.nearest(x, y, NEAR)
    return None if at is None else now.flight.rows[at]


def answer(now: Moment | None, world: World, x: float, y: float) -> int | None:
    """The last stale get of the key at the provider whose badge is there, or the get whose ring is seen around one."""
    if now is None or now.eyes is not None:
        return None
    for node in now.shown.seen:
        if (
            now.looks[node].stale
            and now.shown.share(node) >= MINI
            and badge_area(now.shown, node, now.looks[node]).contains(x, y)
        ):
            reads = world.stale_reads(now.name)
            mine = reads["op"][(reads["node"] == node) & (reads["t"] <= now.t)]
            return int(mine[-1]) if len(mine) else None
    lasts = SHOWN * max(now.factor, 1e-6)
    for _, node, op, _ in reversed(now.answers.between(now.t - lasts, now.t).tolist()):
        if node < len(now.shown.names) and now.name in (None, now.names[op] if op < len(now.names) else -1):
            away = float(np.hypot(*(now.shown.centres[node] - (x, y)))) - float(now.shown.rims[node])
            if 0 < away <= GROWTH:
                return int(op)
    return None


def somebody(shown: Figures, now: Moment | None, x: float, y: float) -> tuple[int, float, float] | None:
    """The provider or the house there, and its middle."""
    node = shown.at(x, y)
    if node is not None:
        return node, *shown.centres[node].tolist()
    house = None if now is None else houses.at(now.houses, x, y)
    return None if house is None else (house.node, house.x, house.y)


def link(plan: Plan, shown: Figures, t: float, x: float, y: float) -> Pair | None:
    """The link whose line passes there, if it is only one."""
    ground = plan.ground(t)
    line = links.nearest(shown.centres, ground.lines, x, y, NEAR / 2)
    found = [] if line is None else plan.pairs[ground.line_of == line].tolist()
    return (found[0][0], found[0][1]) if len(found) == 1 else None


def inside(now: Moment, left: float, top: float, right: float, bottom: float) -> tuple[int, ...]:
    """The providers and houses whose middle is in a frame."""
    shown = now.shown
    there = ((shown.centres >= (left, top)) & (shown.centres <= (right, bottom))).all(axis=1)
    found = np.flatnonzero(there & (shown.hosts == np.arange(len(shown.hosts)))).tolist()
    return (*found, *(one.node for one in now.houses if left <= one.x <= right and top <= one.y <= bottom))


def said(plan: Plan, now: Moment, world: World, x: float, y: float) -> str:
    """What is there, in words; empty for nothing."""
    row = message(now, x, y)
    if row is not None:
        return hints.message(row, plan.names, world, now.t)
    house = houses.at(now.houses, x, y)
    if house is not None:
        return houses.hint(house, world, now.key)
    node = now.shown.at(x, y)
    if node is not None and now.eyes not in (None, node):
        return f"{plan.names[node]}\nNot visible to {plan.names[now.eyes]}"
    if node is not None:
        return hints.provider(node, plan, now, world)
    line = links.nearest(now.shown.centres, now.ground.lines, x, y, NEAR / 2)
    return "" if line is None else hints.link(line, plan, now)
