"""The picture of one moment on the map: what stands still as one kept pixmap, above it all that moves.

Rules: a function of (moment, plan, camera, what is marked, theme); keeps only what was painted before.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPixmap

from p4lab.core.events import Moved
from ui.canvas import aim, calm, chain, legend, moves, pulses, rates, signs, tags
from ui.canvas.arcs import Arcs
from ui.canvas.camera import Camera
from ui.canvas.lifted import Lifted
from ui.canvas.messages import Painter
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.stamps import Stamps
from ui.canvas.still import Chosen, Still
from ui.theme import Theme

MOST_NAMED = 12  # chosen providers whose names are shown even where there is no room


class _Made:
    """What paints in one theme, for one device pixel ratio and one size of messages."""

    def __init__(self, theme: Theme, radii: tuple[float, float], ratio: float) -> None:
        self.wanted = radii, ratio
        self.messages = Painter(theme, ratio, *radii)
        self.badges = tags.Badges(theme, ratio)
        self.stamps = Stamps(ratio)
        self.arcs = Arcs(theme, self.stamps)
        self.rates = rates.Rates(theme, ratio)


class Picture:
    """Of one map."""

    def __init__(self) -> None:
        self._still = Still()
        self._lifted = Lifted()
        self._made: _Made | None = None
        self._pace: tuple[object, tuple[QPointF, QPixmap]] | None = None

    def forget(self) -> None:
        """The theme or the fonts have changed."""
        self._made = self._pace = None
        self._still.forget()

    def still(
        self,
        theme: Theme,
        plan: Plan,
        now: Moment,
        camera: Camera,
        chosen: Chosen,
        hovered: int | None,
        radii: tuple[float, float],
        ratio: float,
    ) -> QPixmap:
        """What stands still between two changes, without who is being dragged.

        radii: of messages; ratio: device pixels by logical ones.
        """
        must = chosen.nodes if len(chosen.nodes) <= MOST_NAMED else ()  # names of many would hide the map
        marked = frozenset(must if hovered is None else (*must, hovered))
        if plan.moving:
            now = self._lifted.rest(now, plan.resting(), plan.moving)
            chosen = replace(chosen, nodes=tuple(node for node in chosen.nodes if node not in plan.moving))
            marked -= plan.moving
        stamps = self._made_for(theme, radii, ratio).stamps
        return self._still.picture(theme, plan, now, camera, marked, chosen, ratio, stamps)

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
        rated: tuple[int, ...] | None = None,
    ) -> None:
        """Who is being dragged, messages, arcs and rings. radii: of messages of the selected key and of others.

        went: the owners who have moved. pace: in words. op: the operation that stands out.

        rated: each link has the figure of what it carries, among many those of these providers; None: no link.
        """
        made = self._made_for(theme, radii, ratio)
        resting = plan.resting() if plan.moving else now.shown
        if plan.moving:
            self._lifted.paint(painter, theme, now, resting, plan.moving, made.stamps)
        if now.eyes is not None:
            size = painter.viewport().width(), painter.viewport().height()
            plan.veil.paint(painter, theme, now.shown, now.eyes, size, ratio)
        if not now.shown.seen and not now.houses:
            legend.paint_nobody(painter, theme, painter.viewport().width(), painter.viewport().height())
        if rated is not None and not plan.moving:
            made.rates.paint(painter, plan, now, rated, self._still.taken)
        made.arcs.paint(painter, now.shown, now.looks, now.t)
        chain.paint(painter, theme, now.shown, now.chain, now.event)
        if now.eyes is None:
            pulses.paint(painter, theme, now, made.stamps)
            pulses.paint_ends(painter, theme, now)
        aim.paint(painter, theme, now.shown, now.aim)
        signs.paint_badges(painter, theme, now.shown, now.ground)
        made.badges.paint(painter, now.shown, now.looks)  # above arcs and rings, or nobody could read them
        if now.calm:
            calm.paint_ways(painter, theme, now, radii[0])
        else:
            made.messages.paint_access(painter, *now.access)
        made.messages.paint(painter, now.flight, op)
        if now.eyes is None:
            moves.paint(painter, theme, now, went)
        left_out = " · ".join(filter(None, (now.left_out, plan.hidden)))
        self._paint_pace(painter, theme, pace, left_out, ratio)

    def _paint_pace(self, painter: QPainter, theme: Theme, pace: str, left_out: str, ratio: float) -> None:
        """Texts are dear, and these stay the same for most frames. What is left out is said, room or not."""
        area = self._still.pace
        if area is None and not left_out:
            return
        corner = QPointF(painter.viewport().width() - legend.PAD, legend.PAD - 4) if area is None else area.topRight()
        key = corner.x(), corner.y(), pace, left_out, ratio
        if self._pace is None or self._pace[0] != key:
            self._pace = key, legend.pace(theme, corner, pace if area is not None else "", left_out, ratio)
        at, picture = self._pace[1]
        painter.drawPixmap(at, picture)

    def _made_for(self, theme: Theme, radii: tuple[float, float], ratio: float) -> _Made:
        if self._made is None or self._made.wanted != (radii, ratio):
            self._made = _Made(theme, radii, ratio)
        return self._made
