"""What stands still between two changes, kept as one picture: underlay, peerings, legend, providers and their texts.

Rules: painted again only when something that is seen in it has changed; a frame then costs one blit.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from ui.canvas import houses, legend, links, pills, providers, signs, tags
from ui.canvas.camera import Camera
from ui.canvas.figures import Figures
from ui.canvas.ground import REMOVED
from ui.canvas.labels import Room
from ui.canvas.moment import Moment
from ui.canvas.plan import Plan
from ui.canvas.stamps import Stamps
from ui.theme import Theme


@dataclass(frozen=True)
class Chosen:
    """The providers and the link that are chosen, and whether the map has the keyboard."""

    nodes: tuple[int, ...] = ()
    link: tuple[int, int] | None = None
    focused: bool = False


class Still:
    """Five pictures, of which the last is of all that rests.

    They are the dotted links of the map below, the lines as if all were idle, the lines as they are, the providers, and
    the last two together. Where much is under way, some of the lines change a few times a second (each
    costs ten microseconds), and providers hardly ever.
    """

    def __init__(self) -> None:
        self._under: tuple[object, QPixmap] | None = None
        self._idle: tuple[object, QPixmap] | None = None
        self._lines: tuple[object, QPixmap] | None = None
        self._upper: tuple[object, QPixmap] | None = None
        self._whole: QPixmap | None = None
        self._labels = tags.Labels()
        self._steps: tuple[np.ndarray, bytes] | None = None  # of the loads of the last frame
        self.taken: list[QRectF] = []  # by blocks of the legend and by names
        self.pace: QRectF | None = None  # where there is room for it
        self._paced: tuple[Figures, list[QRectF]] | None = None  # what that was found for

    def forget(self) -> None:
        """The theme or the fonts have changed."""
        self._under = self._idle = self._lines = self._upper = self._whole = None
        self._labels.forget()
        self._paced = None

    def picture(
        self,
        theme: Theme,
        plan: Plan,
        now: Moment,
        camera: Camera,
        marked: frozenset[int],
        chosen: Chosen,
        ratio: float,
        stamps: Stamps,
    ) -> QPixmap:
        """The whole of it, of the camera's size. marked: providers whose label must be seen."""
        steps = self._steps_of(now)
        ground = now.shown, now.ground, steps, chosen.link, ratio
        if self._lines is None or not _same(self._lines[0], ground):
            self._lines = ground, self._paint_lines(theme, plan, now, camera, steps, chosen.link, ratio)
            self._whole = None
        seen = now.shown, now.ground, now.looks, now.key, now.newest, marked, chosen, now.houses, now.house, ratio
        if self._upper is None or not _same(self._upper[0], seen):
            self._upper = seen, self._paint_providers(theme, now, camera, marked, chosen, ratio, stamps)
            self._whole = None
        if self._whole is None:
            self._whole = self._lines[1].copy()
            painter = QPainter(self._whole)
            painter.drawPixmap(0, 0, self._upper[1])
            painter.end()
        return self._whole

    def _steps_of(self, now: Moment) -> bytes:
        """How wide each line is. Compared as one text: there may be half a million lines."""
        if self._steps is None or self._steps[0] is not now.carried:
            made = links.steps(now.carried, now.loads.window).tobytes()
            known = b"" if self._steps is None else self._steps[1]
            self._steps = now.carried, known if made == known else made
        return self._steps[1]

    def _paint_lines(
        self,
        theme: Theme,
        plan: Plan,
        now: Moment,
        camera: Camera,
        widths: bytes,
        link: tuple[int, int] | None,
        ratio: float,
    ) -> QPixmap:
        picture = self._idle_lines(theme, now, camera, link, ratio).copy()
        painter = _painter(picture)
        ground, centres, rims = now.ground, now.shown.centres, now.shown.rims
        steps = np.frombuffer(widths, np.uint8).reshape(2, -1)
        links.paint_links(painter, theme, centres, rims, ground.lines[ground.open], steps[:, ground.open], idle=False)
        links.paint_upwards(painter, theme, centres, rims, ground.up)
        signs.paint_lines(painter, theme, now.shown, ground)
        if len(plan.under):  # above, or a full mesh would hide it
            painter.drawPixmap(0, 0, self._underlay(theme, plan, now, picture.size(), ratio))
        painter.end()
        return picture

    def _idle_lines(
        self, theme: Theme, now: Moment, camera: Camera, link: tuple[int, int] | None, ratio: float
    ) -> QPixmap:  # fmt: skip
        asked = now.shown, now.ground, link, ratio
        if self._idle is None or not _same(self._idle[0], asked):
            picture = _empty(camera, ratio)
            picture.fill(theme.map)
            painter = _painter(picture)
            ground, centres, rims = now.ground, now.shown.centres, now.shown.rims
            signs.paint_sides(painter, theme, now.shown, ground, camera.width, camera.height)
            if link is not None:
                links.paint_chosen(painter, theme, centres, rims, link)
            lines = ground.lines[ground.open]
            links.paint_links(painter, theme, centres, rims, lines, np.zeros((2, len(lines)), np.uint8))
            painter.end()
            self._idle = asked, picture
        return self._idle[1]

    def _underlay(self, theme: Theme, plan: Plan, now: Moment, size: QSize, ratio: float) -> QPixmap:
        """Dots are dear, and change only when the map is moved; the lines below them change with their load."""
        ground = now.shown, size, ratio
        if self._under is None or not _same(self._under[0], ground):
            picture = QPixmap(size)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = _painter(picture)
            links.paint_underlay(painter, theme, now.shown.centres, plan.under)
            painter.end()
            self._under = ground, picture
        return self._under[1]

    def _place_pace(self, shown: Figures, camera: Camera, blocks: list[QRectF]) -> QRectF | None:
        if self._paced is None or self._paced[0] is not shown or self._paced[1] != blocks:
            self._paced = shown, blocks
            self.pace = legend.pace_area(shown, camera.width, camera.height, blocks)
        return self.pace

    def _paint_providers(
        self,
        theme: Theme,
        now: Moment,
        camera: Camera,
        marked: frozenset[int],
        chosen: Chosen,
        ratio: float,
        stamps: Stamps,
    ) -> QPixmap:
        picture = _empty(camera, ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = _painter(picture)
        room = Room(camera.width, camera.height)
        said = pills.told(now.shown, now.ground) + ((REMOVED,) if any(look.removed for look in now.looks) else ())
        spots = signs.spots(now.shown, now.ground)
        blocks = legend.place(now.shown, camera.width, camera.height, now.key, now.newest, said, spots)
        for block, area in blocks:
            legend.paint(painter, theme, block, area, now.key, now.newest, said)
            room.take(area.x(), area.y(), area.width(), area.height())
        self.pace = self._place_pace(now.shown, camera, [area for _, area in blocks])
        if self.pace is not None:
            room.take(self.pace.x(), self.pace.y(), self.pace.width(), self.pace.height())
        for node in chosen.nodes:
            providers.paint_halo(painter, theme, now.shown, node, chosen.focused)
        signs.paint_stacks(painter, theme, now.shown, now.ground)
        providers.paint_discs(painter, theme, now.shown, now.looks, stamps)
        houses.paint(painter, theme, now.houses, now.house, room)
        taken = [area for _, area in blocks], self.pace, now.houses
        self._labels.paint(painter, theme, now.shown, room, marked, taken)
        self.taken = [*taken[0], *([self.pace] if self.pace is not None else []), *self._labels.areas]
        painter.end()
        return picture


def _empty(camera: Camera, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(int(camera.width * ratio), int(camera.height * ratio)))
    picture.setDevicePixelRatio(ratio)
    return picture


def _painter(picture: QPixmap) -> QPainter:
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    return painter


def _same(one: object, other: object) -> bool:
    """Whether two keys are the same; what holds arrays stands first and is compared by identity."""
    assert isinstance(one, tuple) and isinstance(other, tuple)
    return one[0] is other[0] and one[1:] == other[1:]
