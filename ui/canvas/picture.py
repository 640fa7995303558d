"""The picture of one moment on the map: what stands still as one kept pixmap, above it all that moves.

Rules: a function of (moment, plan, camera, what is marked, theme); keeps only what was painted before.
"""

from PySide6.QtGui import QPainter, QPixmap

from p4lab.world import World
from ui.canvas import legend, moves, providers, pulses, signs, tags
from ui.canvas.camera import Camera
from ui.canvas.messages import Painter
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.still import Chosen, Still
from ui.theme import Theme


class Picture:
    """Of one map."""

    def __init__(self) -> None:
        self._still = Still()
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
        marked: frozenset[int],
        chosen: Chosen,
        ratio: float,
    ) -> QPixmap:
        """What stands still between two changes. ratio: device pixels by logical ones."""
        return self._still.picture(theme, plan, now, camera, marked, chosen, ratio)

    def paint_moving(
        self,
        painter: QPainter,
        theme: Theme,
        now: Moment,
        world: World,
        radii: tuple[float, float],
        pace: str,
        op: int | None,
        width: float,
        ratio: float,
    ) -> None:
        """Messages, arcs and rings. radii: of messages of the selected key and of others. pace: in words.

        op: the operation that stands out.
        """
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
        moves.paint(painter, theme, now, world.states.moves)
        legend.paint_pace(painter, theme, now.shown, width, pace, now.left_out)
