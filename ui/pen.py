"""The marker pen: lines drawn over the map while one talks, which nobody keeps.

Rules: lies over the map while it is on. Strokes are never saved and no part of a scenario; they go when the playhead
jumps, when another piece of the map or another run is shown, and with Escape. The second colour is a highlighter: broad
and pale, so that the two are told apart without colour too.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from ui.canvas.scene import MapView
from ui.player import Player
from ui.theme import ThemeSwitch

WIDTHS = (3.5, 16.0)  # px at a text size of 100 %: of the marker, of the highlighter
PALE = 0.38  # opacity of the highlighter
CLOSE = 2.0  # px: nearer points say nothing new


@dataclass
class Stroke:
    """colour: 0 the marker, 1 the highlighter."""

    colour: int
    points: list[QPointF] = field(default_factory=list)

    def path(self) -> QPainterPath:
        """A smooth line through the points."""
        points = self.points
        path = QPainterPath(points[0])
        for here, ahead in pairwise(points[1:]):
            path.quadTo(here, (here + ahead) / 2)
        path.lineTo(points[-1] if len(points) > 1 else points[0] + QPointF(0.1, 0))
        return path


class Pen(QWidget):
    """on: whether the mouse draws. changed: it was taken up, put down, or has another colour."""

    changed = Signal()

    def __init__(self, view: MapView, player: Player, theme: ThemeSwitch) -> None:
        super().__init__(view)
        self.on = False
        self.colour = 0
        self.strokes: list[Stroke] = []
        self._view, self._player, self._theme = view, player, theme
        self._camera = view.camera
        self._drawing = False
        self.setAccessibleName("Marker pen")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()
        view.installEventFilter(self)
        player.moved.connect(self._jumped)
        player.sessionChanged.connect(self.put_down)
        theme.changed.connect(self._dress)

    def toggle(self) -> None:
        """Take it up, or put it down; the strokes go with it."""
        (self.put_down if self.on else self.take_up)()

    def take_up(self) -> None:
        """From now on the mouse draws on the map."""
        self.on = True
        self._dress()
        self.setGeometry(self._view.rect())
        self.raise_()
        self.show()
        self._view.setFocus()  # so that Escape comes here
        self.changed.emit()

    def put_down(self) -> None:
        """The mouse is the map's again, and the map is clean."""
        self.wipe()
        if self.on:
            self.on = False
            self.hide()
            self.changed.emit()

    def other_colour(self) -> None:
        """The marker becomes the highlighter, or back."""
        self.colour = 1 - self.colour
        if not self.on:
            self.take_up()
        self._dress()
        self.changed.emit()

    def wipe(self) -> None:
        """No strokes."""
        self._drawing = False
        if self.strokes:
            self.strokes.clear()
            self.update()

    def _jumped(self) -> None:
        """What was marked is elsewhere now; while time runs, it stays."""
        if not self._player.playing:
            self.wipe()

    def _pen(self, colour: int) -> QPen:
        ink = QColor(self._theme.current.inks[colour])
        if colour:
            ink.setAlphaF(PALE)
        pen = QPen(ink, WIDTHS[colour] * self._theme.scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def _dress(self) -> None:
        """The pointer is the tip of the pen."""
        side = round(max(12.0, WIDTHS[self.colour] * self._theme.scale + 8))
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = self._pen(self.colour)
        painter.setPen(QPen(self._theme.current.text, 1))
        painter.setBrush(pen.color())
        radius = pen.widthF() / 2 + 1
        painter.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
        painter.end()
        self.setCursor(QCursor(picture))
        self.update()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        elif kind == QEvent.Type.Paint and self.strokes and self._view.camera != self._camera:
            self.wipe()  # they would lie beside what they marked
        elif (
            kind == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.on
        ):
            self.put_down()
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.strokes:
            self._camera = self._view.camera
        colour = self.colour if event.button() == Qt.MouseButton.LeftButton else 1 - self.colour
        self.strokes.append(Stroke(colour, [event.position()]))
        self._drawing = True
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawing and (event.position() - self.strokes[-1].points[-1]).manhattanLength() >= CLOSE:
            self.strokes[-1].points.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drawing = False

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.strokes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in sorted(self.strokes, key=lambda stroke: -stroke.colour):  # the highlighter lies below
            painter.setPen(self._pen(stroke.colour))
            painter.drawPath(stroke.path())
        painter.end()
