"""The map: shows the run at the playhead, and lets a person look closer, move providers, and point at things.

Rules: what is painted is a function of (run, playhead, focus, places, camera); nothing here moves by itself. What
stands still between two changes (links, discs, texts) is kept as one picture; messages, arcs and rings are painted each
frame.
"""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from ui import modes, words
from ui.canvas import hints, legend, under
from ui.canvas.camera import MARGIN, NARROW, Camera
from ui.canvas.drawing import Drafter, Drawing, LookOnly
from ui.canvas.figures import FULL, Figures
from ui.canvas.keyboard import Keyboard
from ui.canvas.layout import RING
from ui.canvas.looks import sentence
from ui.canvas.moment import Moment, moment
from ui.canvas.picture import Picture
from ui.canvas.plan import Plan
from ui.canvas.sketch import Grid, Sketch, paint
from ui.canvas.still import Chosen
from ui.canvas.tools import PER_NOTCH, Hand
from ui.focus import Focus
from ui.guard import guarded
from ui.plain import as_tip
from ui.theme import ThemeSwitch
from ui.toolbox import SELECT, Toolbox
from ui.viewed import Viewed

GLYPH, SMALL_GLYPH = 8.0, 4.6  # radius of a message of the selected key, and of others
NOBODY, LINE = -1, -2  # instead of a provider: nothing, the chosen link


class MapView(QWidget):
    """placed: providers or houses were moved, points 0..1 of the map by name. inspected, menuRequested: of one.

    formAsked: for the properties of one, or, with LINE, of the chosen link. The menu of the map itself is asked for
    with NOBODY, that of the chosen link with LINE. began: the tool in the hand has another first of two.
    """

    placed = Signal(object)
    inspected = Signal(int)
    opened = Signal(int)  # a provider was clicked twice
    formAsked = Signal(int)
    began = Signal()
    menuRequested = Signal(int, QPoint)
    cameraChanged = Signal()  # another piece is looked at

    def __init__(
        self,
        player: Viewed,
        focus: Focus,
        switch: ThemeSwitch,
        tools: Toolbox | None = None,
        drafter: Drafter | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.camera, self.sharp = Camera(), 0.0  # device pixels by logical ones in a picture; 0: as the screen has them
        self.moment: Moment | None = None  # what the last frame showed
        self._player, self._focus, self._switch = player, focus, switch
        self.plan = Plan()
        self._tools = tools or Toolbox(self)
        self.drawing = Drawing(self, self._tools, drafter or LookOnly(player.world.called))
        self._hand = Hand(self, self._tools, self.drawing)
        self._keyboard = Keyboard(self, focus, self._tools, self._hand, self.drawing)
        self.sketch: Sketch | None = None
        self._hovered: int | None = None
        self._shown_as: object = None  # which document, as what sort of map
        self._picture, self._grid = Picture(), Grid()
        self.setAccessibleName("Map of providers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 120)  # px: a class and its bar leave no more of a window of 640
        player.sessionChanged.connect(self._rebuild)
        player.scenarioChanged.connect(self._rebuild)
        for signal in (player.moved, player.sampled, player.speedChanged):
            signal.connect(self.refresh)
        focus.nameChanged.connect(self.refresh)
        focus.opChanged.connect(self.refresh)
        focus.providerChanged.connect(self._describe)
        focus.choiceChanged.connect(self.refresh)
        switch.changed.connect(self._restyle)
        self._tools.changed.connect(self._take_tool)
        self._rebuild()

    def refresh(self) -> None:
        """Paint the playhead's moment."""
        self.update()

    def fit(self) -> None:
        """Show all of the map."""
        self.look_from(self.camera.showing(self.plan.points))

    def fold(self) -> None:
        """Fold what is below the chosen provider, or unfold it."""
        node = self.selected()
        if node is None or self.why_not_fold():
            return
        self.plan.fold(node, self._player.playhead)
        chosen = [each for each in self._focus.chosen if each < len(self.plan.hosts)]
        if any(self._drawn(each) != each for each in chosen):  # nobody stays chosen out of sight
            self._focus.choose(tuple(each for each in dict.fromkeys(map(self._drawn, chosen)) if each >= 0))
        self.camera = replace(self.camera, margin=self._margin())
        if self.camera.fitted:
            self.fit()
        self._describe()

    def why_not_fold(self) -> str:
        """Empty where the chosen provider has somebody below it."""
        node = self.selected()
        if node is None or self.plan.has_below(node, self._player.playhead):
            return ""
        return f"Nobody is below {self.plan.names[node]}."

    def actual_size(self) -> None:
        """So near that a usual provider has its full size."""
        fitted = self.camera.showing(self.plan.points)
        nearer = self.plan.zoom_for_full(fitted, self._switch.scale)
        self.look_from(fitted.zoomed(nearer, self.width() / 2, self.height() / 2))

    def zoom_in(self) -> None:
        """A step nearer."""
        self.look_from(self.camera.zoomed(PER_NOTCH, self.width() / 2, self.height() / 2))

    def zoom_out(self) -> None:
        """A step away."""
        self.look_from(self.camera.zoomed(1 / PER_NOTCH, self.width() / 2, self.height() / 2))

    def hint(self, x: float, y: float) -> str:
        """What is at a point of the window, in words; empty for nothing."""
        return under.said(self.plan, self._moment(), self._player.world, x, y)

    def glyph_radii(self) -> tuple[float, float]:
        """Of messages of the selected key and of others: smaller where providers are, larger with larger text."""
        largest = self.figures().radii.max(initial=0.0)
        scale = self._switch.scale * float(np.clip(largest / (FULL * self._switch.scale * 0.5), 0.5, 1.0))
        return GLYPH * scale, SMALL_GLYPH * scale

    # What the hand asks of the map (tools.Stage)

    def figures(self) -> Figures:
        """Every provider as it stands now."""
        return self.plan.figures_now(self.camera, self._switch.scale)

    def scale(self) -> float:
        """Of the text."""
        return self._switch.scale

    def look_from(self, camera: Camera, quietly: bool = False) -> None:
        """Another piece of the map. quietly: because another map, which knows it, looks from there."""
        self.camera = camera
        self.update()
        if not quietly:
            self.cameraChanged.emit()

    def grasp(self, x: float, y: float) -> tuple[int, float, float] | None:
        """The provider or the house under a point, and its middle."""
        return under.somebody(self.figures(), self.moment, x, y)

    def chosen_with(self, node: int) -> tuple[int, ...]:
        """All that goes along when one is dragged: all that are chosen, if it is one of them."""
        chosen = dict.fromkeys(self._drawn(each) for each in self._focus.chosen)
        return tuple(each for each in chosen if each >= 0) if node in chosen else (node,)

    def carry(self, points: np.ndarray) -> None:
        """They are there now."""
        self.plan.carry(points)
        self.update()

    def drop(self) -> None:
        """They stay there."""
        self.placed.emit(self.plan.let_go())
        self.update()

    def put_back(self) -> None:
        """They are where they were."""
        self.plan.put_back()
        self.update()

    def catch(self, left: float, top: float, right: float, bottom: float, also: bool) -> None:
        """Choose everybody whose middle is in a frame. also: beside those who are chosen."""
        found = under.inside(self._moment(), left, top, right, bottom)
        self._focus.choose(tuple(dict.fromkeys((*self._focus.chosen, *found))) if also else found)

    def click(self, x: float, y: float, also: bool) -> None:
        """Select the message under a point, else the provider, else the link, else nothing. also: beside the others."""
        row, found = under.message(self.moment, x, y), self.grasp(x, y)
        if found is not None and also:
            self._focus.also(found[0])
        elif (answer := under.answer(self.moment, self._player.world, x, y)) is not None:
            self._focus.select_op(answer)
        elif row is not None and row["op"]:
            self._focus.select_op(int(row["op"]))
            self._focus.select_message(int(row["id"]))
        elif found is not None or not self._choose_link(x, y):
            self._focus.choose(() if found is None else found[:1])

    def set_grip(self, grip: Qt.CursorShape | None) -> None:
        """The pointer while something is held."""
        if grip is None:
            self.unsetCursor()
        else:
            self.setCursor(grip)

    def show_sketch(self, sketch: Sketch | None) -> None:
        """What is being drawn."""
        if sketch != self.sketch:
            self.sketch = sketch
            self.update()

    def selected(self) -> int | None:
        """The one provider that is chosen, or who is drawn for it."""
        node = self._focus.provider
        drawn = -1 if node is None or node >= len(self.plan.names) else int(self.plan.hosts[node])
        return None if drawn < 0 else drawn

    def lines(self) -> np.ndarray:
        """The links as rows of two."""
        return self._moment().ground.lines

    # Private

    def _rebuild(self) -> None:
        player = self._player
        if self.plan.show(player.scenario, player.trace, player.world, player.session.commands):
            if self._shown_as != (self._player.scenario.title, self.plan.aspect):  # an edit moves nothing in the window
                camera = Camera(self.width(), self.height(), self.plan.aspect, margin=self._margin())
                self.camera = camera.showing(self.plan.points)
            self._shown_as = self._player.scenario.title, self.plan.aspect
        self._hovered = None
        self._describe()

    def _restyle(self) -> None:
        self._picture.forget()
        self.look_from(replace(self.camera, margin=self._margin()))

    def _take_tool(self) -> None:
        """Another tool, or other links are hidden."""
        self.drawing.drop_source()
        self.plan.hide(self._tools.hidden, self._tools.faults_only)
        self._picture.forget()
        self.setCursor(Qt.CursorShape.ArrowCursor if self._tools.tool == SELECT else Qt.CursorShape.CrossCursor)
        self._describe()

    def _margin(self) -> tuple[float, float]:
        across, down = MARGIN if len(np.unique(self.plan.hosts)) <= RING else NARROW
        return across * self._switch.scale, down * self._switch.scale

    def _describe(self) -> None:
        """For screen readers."""
        plan, node = self.plan, self._focus.provider
        says = words.plural(len(plan.names), "provider")
        if node is not None and node < len(plan.names):
            now = self._moment()
            trouble = " ".join(f"{each}." for each in hints.trouble(node, plan, now, self._player.world))
            says += f". Selected: {plan.names[node]}. {trouble}{sentence(now.looks[node], now.key, now.t)}"
        self.setAccessibleDescription(says)
        self.update()

    def _moment(self) -> Moment:
        self.plan.follow(self._player.playhead)
        return moment(self._player, self._focus, self.plan, self.figures(), self.glyph_radii()[0], self._switch.calm)

    def _choose_link(self, x: float, y: float) -> bool:
        """The link under a point, if there is one and it is only one."""
        found = under.link(self.plan, self.figures(), self._player.playhead, x, y)
        if found is not None:
            self._focus.choose_link(*found)
        return found is not None

    def _drawn(self, node: int) -> int:
        """Who is drawn for one: itself, or the one that it is folded into."""
        return int(self.plan.hosts[node]) if node < len(self.plan.hosts) else node  # -1: not there

    # Qt

    @guarded(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._switch.current
        if not self.plan.names:
            painter = QPainter(self)
            painter.fillRect(self.rect(), theme.map)
            self._grid.paint(painter, theme, self.camera, self.sketch, None)
            legend.paint_empty(painter, theme, self.width(), self.height(), drawn=not self._player.empty)
            paint(painter, theme, self.sketch, self.camera)
            return
        self.moment = now = self._moment()
        focus, ratio = self._focus, self.sharp or self.devicePixelRatio()
        nodes = tuple(dict.fromkeys(self._drawn(node) for node in focus.chosen if node < len(now.looks)))
        link = focus.link if focus.link and focus.link in now.ground.ends else None
        chosen = Chosen(nodes, link, self.hasFocus() and self.selected() is not None)
        states, radii = self._player.world.states, self.glyph_radii()
        still = self._picture.still(theme, self.plan, now, self.camera, chosen, self._hovered, radii, ratio)
        how = radii, modes.pace(self._player), focus.op, ratio, nodes if self._tools.rates else None
        with QPainter(self) as painter:  # ended whatever happens: a fault while a painter is open ends the program
            painter.drawPixmap(0, 0, still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._grid.paint(painter, theme, self.camera, self.sketch, self.plan.resting())
            self._picture.paint_moving(painter, theme, self.plan, now, states.moves, *how)
            paint(painter, theme, self.sketch, self.camera)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.camera = self.camera.sized(self.width(), self.height())

    def sizeHint(self) -> QSize:
        return QSize(926, 580)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.move(event)
        if not self._hand.dragging:
            hovered = self.figures().at(event.position().x(), event.position().y())
            if hovered != self._hovered:
                self._hovered = hovered
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = self._hand.release(event)
        if event.button() == Qt.MouseButton.RightButton and not moved:
            x, y = event.position().x(), event.position().y()
            found = self.grasp(x, y)
            node = None if found is None else found[0]
            if node is not None and node not in self._focus.chosen:
                self._focus.choose((node,))
            elif node is not None:
                self._focus.select_provider(node)
            what = node if node is not None else LINE if self._choose_link(x, y) else NOBODY
            self.menuRequested.emit(what, event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.grasp(event.position().x(), event.position().y())
        node = None if found is None else found[0]
        if event.button() != Qt.MouseButton.LeftButton or self.drawing.clicks:
            return
        if node is None:
            if self._focus.link is not None:  # the first click has chosen it
                self.formAsked.emit(LINE)
        elif self.plan.has_below(node, self._player.playhead):
            self._focus.choose((node,))
            self.fold()
        else:
            self.opened.emit(node)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hovered is not None:
            self._hovered = None
            self.update()

    def focusInEvent(self, event: QEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        node = self.selected()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.rect().center() if node is None else QPoint(*self.figures().centres[node].astype(int).tolist())
            if node is None and self._focus.provider is not None:  # a house
                node = self._focus.provider
            other = NOBODY if self._focus.link is None else LINE
            self.menuRequested.emit(other if node is None else node, self.mapToGlobal(place))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the providers, and on from the last one."""
        return (self.hasFocus() and self._keyboard.tab(forward)) or super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keyboard.press(Qt.Key(event.key()), event.modifiers()):
            event.ignore()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.plan.names:
            text = self.hint(event.pos().x(), event.pos().y())  # none: Qt hides what is shown
            QToolTip.showText(event.globalPos(), as_tip(text), self)
            return True
        return super().event(event)
