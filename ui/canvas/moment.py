"""One moment of the run as the map shows it: who holds what, what each link carried, which messages are where.

Rules: no painting. A function of (run, playhead, focus, figures); asked once a frame.
"""

from dataclasses import dataclass

import numpy as np

from p4lab.world import World
from ui import words
from ui.canvas.answers import Answers
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground
from ui.canvas.houses import Stand, seen, under_way
from ui.canvas.loads import Loads
from ui.canvas.looks import Look, looks
from ui.canvas.losses import Losses
from ui.canvas.messages import Flight, between_providers, fly
from ui.canvas.plan import Plan
from ui.canvas.sprites import HIT
from ui.focus import Focus
from ui.theme import SHAPES
from ui.viewed import Viewed
from ui.words import ACCESS, SESSION

_REPLY = np.array([SHAPES.get(code) == "square" for code in range(256)])


@dataclass(frozen=True)
class Moment:
    """key, newest: of the selected name, in words.

    access: x and y of what is between customers and their provider. left_out: what is not drawn, in words.
    carried: bytes in the loads' window, by line of the ground. house: the organisation that is selected, its node.
    """

    t: float
    factor: float
    shown: Figures
    answers: Answers
    regimes: np.ndarray
    names: np.ndarray
    name: int | None
    key: str
    newest: str
    looks: list[Look]
    loads: Loads
    ground: Ground
    losses: Losses
    carried: np.ndarray
    flight: Flight
    access: tuple[np.ndarray, np.ndarray]
    left_out: str
    houses: tuple[Stand, ...] = ()
    house: int | None = None


def moment(player: Viewed, focus: Focus, plan: Plan, shown: Figures, radius: float) -> Moment:
    """The playhead's."""
    world, trace, t = player.world, player.trace, player.playhead
    answers, lost = plan.answers, plan.losses
    ground, loads = plan.ground(t), plan.loads.at(t, player.factor)
    name = focus.name if focus.name is not None and focus.name < len(world.names) else None
    regimes, names = world.op_regime(), world.op_name()
    flying = trace.in_flight(t)
    flying = flying[~lost.gone(flying["id"], t)]
    flight = _flight(flying, t, name, regimes, names, answers, shown, radius)
    key, newest = _words(world, name, t)
    houses = seen(plan.houses(shown), world, trace, name, t)
    return Moment(
        t=t,
        factor=player.factor,
        shown=shown,
        answers=answers,
        regimes=regimes,
        names=names,
        name=name,
        key=key,
        newest=newest,
        looks=looks(world, trace, name, t, len(plan.names)),
        loads=loads,
        ground=ground,
        losses=lost,
        carried=ground.carried(loads.carried),
        flight=flight,
        access=_access(flying[flying["code"] >= ACCESS], t, world, shown, houses),
        left_out=_left_out(flight),
        houses=houses,
        house=focus.provider,
    )


def _flight(
    flying: np.ndarray,
    t: float,
    name: int | None,
    regimes: np.ndarray,
    names: np.ndarray,
    answers: Answers,
    shown: Figures,
    radius: float,
) -> Flight:
    rows = between_providers(flying, shown.hosts)
    known = rows["op"] < len(regimes)
    op = np.where(known, rows["op"], 0).astype(np.int64)
    regime = np.where(known, regimes[op], 0) if len(regimes) else np.zeros(len(rows), np.int64)
    chosen = np.ones(len(rows), bool) if name is None else known & (names[op] == name)
    chosen = chosen | np.isin(rows["code"], SESSION)  # they are about all keys
    reply = _REPLY[rows["code"]]
    stale = np.zeros(len(rows), bool)
    hits = np.flatnonzero(reply & (rows["status"] == HIT))
    if len(hits):
        stale[hits] = answers.stale_sources(rows["op"][hits]) == rows["src"][hits]
    late = reply & answers.done(rows["op"], t)
    return fly(rows, t, shown.centres, shown.rims, regime.astype(np.int64), chosen, stale, late, radius)


def _words(world: World, name: int | None, t: float) -> tuple[str, str]:
    if name is None:
        return "", ""
    newest = world.newest(name, t)
    called = world.names[name]
    if newest == 0:
        return world.known_as(name), "not put yet"
    version = words.version(newest, called.kind)
    if world.removed(name, t):
        return world.known_as(name), f"removed with {version}"
    return world.known_as(name), f"{version} is the newest" if version.startswith("v") else version


def _left_out(flight: Flight) -> str:
    if len(flight) == flight.total:
        return ""
    return f"showing {words.grouped(len(flight))} of {words.plural(flight.total, 'message')}"


def _access(
    rows: np.ndarray, t: float, world: World, shown: Figures, houses: tuple[Stand, ...]
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Between a dot of the customers and the rim of their provider, and to and from houses."""
    proxied = np.maximum(rows["src"], rows["dst"]) >= 2 * len(shown.names)
    places = under_way(rows[proxied][:200], t, houses, len(world.houses.rows)) if len(houses) else []
    for row in rows[~proxied][:200]:
        src, dst = int(row["src"]), int(row["dst"])
        node = src if src < len(shown.names) else dst
        dots = shown.customer_places(node) if node < len(shown.names) else []
        if not dots:
            continue
        x, y = dots[int(row["op"]) % len(dots)]
        way = (t - float(row["t"])) / max(1e-12, float(row["due"] - row["t"]))
        inwards = way if dst == node else 1 - way
        centre = shown.centres[node]
        gap = 1 - float(shown.radii[node]) / max(1e-6, float(np.hypot(x - centre[0], y - centre[1])))
        places.append((x + (centre[0] - x) * gap * inwards, y + (centre[1] - y) * gap * inwards))
    found = np.array(places, float).reshape(-1, 2)
    return found[:, 0], found[:, 1]
