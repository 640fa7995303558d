"""One moment of the run as the map shows it: who holds what, what each link carried, which messages are where.

Rules: no painting. A function of (run, playhead, focus, figures); asked once a frame.
"""

from dataclasses import dataclass, replace

import numpy as np

from p4lab.trace import picked
from p4lab.world import World
from ui import words
from ui.canvas import veil
from ui.canvas.aim import Aim, aim
from ui.canvas.answers import Answers
from ui.canvas.chain import NOTHING, Lit
from ui.canvas.figures import Figures
from ui.canvas.ground import Ground
from ui.canvas.houses import Stand, seen, under_way
from ui.canvas.loads import Loads
from ui.canvas.looks import Look
from ui.canvas.losses import Losses
from ui.canvas.messages import Flight, between_providers, fly
from ui.canvas.plan import Plan
from ui.canvas.sprites import HIT
from ui.focus import Focus
from ui.plain import seen as as_written
from ui.theme import SHAPES
from ui.viewed import Viewed
from ui.words import ACCESS, SESSION

_REPLY = np.array([SHAPES.get(code) == "square" for code in range(256)])
_SESSION = np.isin(np.arange(256), SESSION)
LEFT_OUT = "messages in flight are not drawn"


@dataclass(frozen=True)
class Moment:
    """key, newest: of the selected name, in words.

    access: x and y of what is between customers and their provider. left_out: what is not drawn, in words.
    carried: bytes in the loads' window by line of the ground, a row from its first end and a row back. house: the
    organisation that is selected, its node.
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
    eyes: int | None = None  # the provider whose eyes it is seen with
    chain: Lit = NOTHING  # what explains the answer that is selected
    event: int | None = None  # the event that is selected
    calm: bool = False  # nothing glides, grows or fades
    aim: Aim | None = None


def moment(player: Viewed, focus: Focus, plan: Plan, shown: Figures, radius: float, calm: bool = False) -> Moment:
    """The playhead's."""
    world, trace, t = player.world, player.trace, player.playhead
    answers, lost = plan.answers, plan.losses
    ground, loads = plan.ground(t), plan.loads.at(t, player.factor)
    name = focus.name if focus.name is not None and focus.name < len(world.names) else None
    regimes, names = world.op_regime(), world.op_name()
    flying = trace.in_flight(t)
    eyes = focus.eyes.as_node
    if eyes is not None and eyes < len(plan.names):
        flight = veil.flight(_flight(veil.sent(flying, eyes), t, name, regimes, names, answers, shown, radius, calm))
        return replace(_seen_as(eyes, player, focus, plan, shown, ground, loads, flight), calm=calm)
    if lost.any:
        flying = picked(flying, ~lost.gone(flying["id"], t))
    if player.playing and not player.mode.animates:
        flying = flying[:0]
    flight = _flight(flying, t, name, regimes, names, answers, shown, radius, calm)
    key, newest = _words(world, name, t)
    houses = seen(plan.houses(shown), world, plan.looks, name, t)
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
        looks=plan.looks.at(name, t, len(plan.names)),
        loads=loads,
        ground=ground,
        losses=lost,
        carried=plan.carried(ground, loads),
        flight=flight,
        access=_access(picked(flying, flying["code"] >= ACCESS), t, world, shown, houses),
        left_out=LEFT_OUT if player.playing and not player.mode.animates else _left_out(flight),
        houses=houses,
        house=focus.provider,
        chain=plan.chains.of(trace, focus.chain),
        event=focus.event_id,
        calm=calm,
        aim=aim(player),
    )


def _seen_as(
    eyes: int, player: Viewed, focus: Focus, plan: Plan, shown: Figures, ground: Ground, loads: Loads, flight: Flight
) -> Moment:  # fmt: skip
    """What one provider can observe of it."""
    world, t = player.world, player.playhead
    name = focus.name if focus.name is not None and focus.name < len(world.names) else None
    looks = veil.looks(plan.looks.at(name, t, len(plan.names)), eyes)
    mine, nobody = plan.veil.ground(ground, eyes), np.empty(0)
    return Moment(
        t=t,
        factor=player.factor,
        shown=shown,
        answers=plan.answers,
        regimes=world.op_regime(),
        names=world.op_name(),
        name=name,
        key="" if name is None else as_written(world.known_as(name)),
        newest="" if name is None else f"{looks[eyes].texts[0]}" if looks[eyes].texts else "",
        looks=looks,
        loads=loads,
        ground=mine,
        losses=plan.losses,
        carried=plan.veil.carried(ground, eyes, plan.carried(ground, loads)),
        flight=flight,
        access=(nobody, nobody),
        left_out=_left_out(flight),
        eyes=eyes,
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
    calm: bool,
) -> Flight:
    rows = between_providers(flying, shown.hosts)
    known = rows["op"] < len(regimes)
    op = np.where(known, rows["op"], 0).astype(np.int64)
    regime = np.where(known, regimes[op], 0).astype(np.int64) if len(regimes) else np.zeros(len(rows), np.int64)
    chosen = np.ones(len(rows), bool) if name is None else known & (names[op] == name)
    code = rows["code"]
    chosen = chosen | _SESSION[code]  # they are about all keys
    reply = _REPLY[code]
    stale = np.zeros(len(rows), bool)
    hits = np.flatnonzero(reply & (rows["status"] == HIT))
    if len(hits):
        stale[hits] = answers.stale_sources(rows["op"][hits]) == rows["src"][hits]
    late = reply & answers.done(rows["op"], t)
    return fly(rows, t, shown.centres, shown.rims, regime, chosen, stale, late, radius, calm)


def _words(world: World, name: int | None, t: float) -> tuple[str, str]:
    if name is None:
        return "", ""
    label, newest = as_written(world.known_as(name)), world.newest(name, t)
    called = world.names[name]
    if newest == 0:
        return label, "not put yet"
    version = words.version(newest, called.kind)
    if world.removed(name, t):
        return label, f"removed with {version}"
    return label, f"{version} is the newest" if version.startswith("v") else version


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
    found = np.vstack([np.array(places, float).reshape(-1, 2), _inwards(picked(rows, ~proxied), t, shown)])
    return found[:, 0], found[:, 1]


def _inwards(rows: np.ndarray, t: float, shown: Figures) -> np.ndarray:
    """Places between a dot of the customers and the rim of their provider."""
    first, count, dots = shown.customer_dots
    node = np.minimum(rows["src"], rows["dst"]).astype(np.int64)
    drawn = (node < len(count)) & (np.append(count, 0)[np.minimum(node, len(count))] > 0)
    node, rows = node[drawn], picked(rows, drawn)
    at = dots[first[node] + rows["op"] % count[node]]
    way = (t - rows["t"]) / np.maximum(1e-12, rows["due"] - rows["t"])
    ahead = shown.centres[node] - at
    gap = 1 - shown.radii[node] / np.maximum(1e-6, np.hypot(ahead[:, 0], ahead[:, 1]))
    found: np.ndarray = at + ahead * (gap * np.where(rows["dst"] == node, way, 1 - way))[:, None]
    return found
