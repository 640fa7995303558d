"""The picture of one moment on the map: what stands still as one kept pixmap, above it all that moves.

Rules: a function of (moment, plan, camera, what is marked, theme); keeps only what was painted before.
"""

from PySide6.QtGui import QPainter, QPixmap

from p4lab.world import World
from ui.canvas import legend, moves, pulses, signs, tags
from ui.canvas.arcs import Arcs
from ui.canvas.camera import Camera
from ui.canvas.messages import Painter
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.stamps import Stamps
from ui.canvas.still import Chosen, Still
from ui.theme import Theme


class _Made:
    """What paints in one theme, for one device pixel ratio and one size of messages."""

    def __init__(self, theme: Theme, radii: tuple[float, float], ratio: float) -> None:
        self.wanted = radii, ratio
        self.messages = Painter(theme, ratio, *radii)
        self.badges = tags.Badges(theme, ratio)
        self.stamps = Stamps(ratio)
        self.arcs = Arcs(theme, self.stamps)


class Picture:
    """Of one map."""

    def __init__(self) -> None:
        self._still = Still()
        self._made: _Made | None = None

    def forget(self) -> None:
        """The theme or the fonts have changed."""
        self._made = None
        self._still.forget()

    def still(
        self,
        theme: Theme,
        plan: Plan,
        now: Moment,
        camera: Camera,
        marked: frozenset[int],
        chosen: Chosen,
        radii: tuple[float, float],
        ratio: float,
    ) -> QPixmap:
        """What stands still between two changes. radii: of messages; ratio: device pixels by logical ones."""
        stamps = self._made_for(theme, radii, ratio).stamps
        return self._still.picture(theme, plan, now, camera, marked, chosen, ratio, stamps)

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
        made = self._made_for(theme, radii, ratio)
        made.arcs.paint(painter, now.shown, now.looks, now.t)
        pulses.paint(painter, theme, now, made.stamps)
        pulses.paint_ends(painter, theme, now)
        signs.paint_badges(painter, theme, now.shown, now.ground)
        made.badges.paint(painter, now.shown, now.looks)  # above arcs and rings, or nobody could read them
        made.messages.paint_access(painter, *now.access)
        made.messages.paint(painter, now.flight, op)
        moves.paint(painter, theme, now, world.states.moves)
        legend.paint_pace(painter, theme, now.shown, width, pace, now.left_out)

    def _made_for(self, theme: Theme, radii: tuple[float, float], ratio: float) -> _Made:
        if self._made is None or self._made.wanted != (radii, ratio):
            self._made = _Made(theme, radii, ratio)
        return self._made
