"""The picture of one moment on the map: what stands still as one kept pixmap, above it all that moves.

Rules: a function of (moment, plan, camera, what is marked, theme); keeps only what was painted before.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QPainter, QPixmap

from p4lab.core.events import Moved
from ui.canvas import legend, moves, providers, pulses, signs, tags
from ui.canvas.camera import Camera
from ui.canvas.lifted import Lifted
from ui.canvas.messages import Painter
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.still import Chosen, Still
from ui.theme import Theme


class Picture:
    """Of one map."""

    def __init__(self) -> None:
        self._still = Still()
        self._lifted = Lifted()
        self._painter: Painter | None = None
        self._badges: tags.Badges | None = None

    def forget(self) -> None:
        """The theme or the fonts have changed."""
        self._painter = self._badges = None
        self._still.forget()

    def still(
        self,
        theme: Theme,
        plan: Plan,
        now: Moment,
        camera: Camera,
        chosen: Chosen,
        hovered: int | None,
        ratio: float,
    ) -> QPixmap:
        """What stands still between two changes, without who is being dragged. ratio: device pixels by logical ones."""
        marked = frozenset(chosen.nodes if hovered is None else (*chosen.nodes, hovered))
        if plan.moving:
            now = self._lifted.rest(now, plan.resting(), plan.moving)
            chosen = replace(chosen, nodes=tuple(node for node in chosen.nodes if node not in plan.moving))
            marked -= plan.moving
        return self._still.picture(theme, plan, now, camera, marked, chosen, ratio)

    def paint_moving(
        self,
        painter: QPainter,
        theme: Theme,
        plan: Plan,
        now: Moment,
        went: Sequence[Moved],
        radii: tuple[float, float],
        pace: str,
        op: int | None,
        ratio: float,
    ) -> None:
        """Who is being dragged, messages, arcs and rings. radii: of messages of the selected key and of others.

        went: the owners who have moved. pace: in words. op: the operation that stands out.
        """
        resting = plan.resting() if plan.moving else now.shown
        if plan.moving:
            self._lifted.paint(painter, theme, now, resting, plan.moving)
        radius, small = radii
        made = self._painter
        if made is None or self._badges is None or (made.ratio, made.radius) != (ratio, radius):
            made = self._painter = Painter(theme, ratio, radius, small)
            self._badges = tags.Badges(theme, ratio)
        providers.paint_arcs(painter, theme, now.shown, now.looks, now.t)
        pulses.paint(painter, theme, now)
        pulses.paint_ends(painter, theme, now)
        signs.paint_badges(painter, theme, now.shown, now.ground)
        self._badges.paint(painter, now.shown, now.looks)  # above arcs and rings, or nobody could read them
        made.paint_access(painter, *now.access)
        made.paint(painter, now.flight, op)
        moves.paint(painter, theme, now, went)
        legend.paint_pace(painter, theme, resting, painter.viewport().width(), pace, now.left_out)
