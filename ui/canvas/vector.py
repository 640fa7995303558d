"""The map as a drawing that can be enlarged without end: the same parts in the same order, painted as lines and text.

Rules: a function of (moment, plan, camera, theme); keeps nothing, since it is painted once. On a large map what looks
alike is a small picture each, as on the screen.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from p4lab.core.events import Moved
from ui.canvas import (
    aim,
    calm,
    chain,
    houses,
    legend,
    links,
    moves,
    pills,
    providers,
    pulses,
    signs,
    sprites,
    tags,
    veil,
)
from ui.canvas.arcs import Arcs
from ui.canvas.camera import Camera
from ui.canvas.ground import REMOVED
from ui.canvas.labels import Room
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.stamps import Stamps
from ui.theme import Theme

FINE = 4.0  # device pixels by logical ones of what is a picture all the same


def paint(
    painter: QPainter,
    theme: Theme,
    plan: Plan,
    now: Moment,
    camera: Camera,
    radii: tuple[float, float],
    went: Sequence[Moved],
) -> None:
    """All of the map, without who is chosen. radii: of messages. went: the owners who have moved."""
    shown, ground, stamps = now.shown, now.ground, Stamps(FINE)
    painter.fillRect(QRectF(0, 0, camera.width, camera.height), theme.map)
    signs.paint_sides(painter, theme, shown, ground, camera.width, camera.height)
    steps = links.steps(now.carried, now.loads.window)
    links.paint_links(painter, theme, shown.centres, shown.rims, ground.lines[ground.open], steps[:, ground.open])
    links.paint_upwards(painter, theme, shown.centres, shown.rims, ground.up)
    signs.paint_lines(painter, theme, shown, ground)
    if len(plan.under):
        links.paint_underlay(painter, theme, shown.centres, plan.under)
    _paint_providers(painter, theme, now, camera, stamps)
    if now.eyes is not None:
        veil.hatch(painter, theme, shown, now.eyes)
    Arcs(theme, stamps).paint(painter, shown, now.looks, now.t)
    chain.paint(painter, theme, shown, now.chain, now.event)
    if now.eyes is None:
        pulses.paint(painter, theme, now, stamps)
        pulses.paint_ends(painter, theme, now)
    aim.paint(painter, theme, shown, now.aim)
    signs.paint_badges(painter, theme, shown, ground)
    tags.Badges(theme, FINE).paint(painter, shown, now.looks)
    if now.calm:
        calm.paint_ways(painter, theme, now, radii[0])
    _paint_messages(painter, theme, now, radii)
    if now.eyes is None:
        moves.paint(painter, theme, now, went)


def _paint_providers(painter: QPainter, theme: Theme, now: Moment, camera: Camera, stamps: Stamps) -> None:
    shown, room = now.shown, Room(camera.width, camera.height)
    said = pills.told(shown, now.ground) + ((REMOVED,) if any(look.removed for look in now.looks) else ())
    spots = signs.spots(shown, now.ground)
    blocks = legend.place(shown, camera.width, camera.height, now.key, now.newest, said, spots)
    for block, area in blocks:
        legend.paint(painter, theme, block, area, now.key, now.newest, said)
        room.take(area.x(), area.y(), area.width(), area.height())
    signs.paint_stacks(painter, theme, shown, now.ground)
    providers.paint_discs(painter, theme, shown, now.looks, stamps)
    houses.paint(painter, theme, now.houses, now.house, room)
    tags.Labels().paint(painter, theme, shown, room, frozenset(), blocks)


def _paint_messages(painter: QPainter, theme: Theme, now: Moment, radii: tuple[float, float]) -> None:
    flight = now.flight
    for at in sorted(range(len(flight)), key=lambda at: bool(flight.chosen[at])):  # those of the key lie above
        painter.save()
        painter.setOpacity(float(flight.opacity[at]) * (1.0 if flight.chosen[at] else 0.62))
        painter.translate(float(flight.x[at]), float(flight.y[at]))
        sprites.draw_glyph(painter, theme, int(flight.glyph[at]), radii[0] if flight.chosen[at] else radii[1])
        painter.restore()
