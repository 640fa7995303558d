"""The other run on this run's map: its messages pale, and beside a provider what it holds otherwise there.

Rules: a function of (both runs, the playhead, the map's figures); keeps a plan and painters, nothing else. It lies over
the map and takes no clicks.
"""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.canvas.messages import Painter
from ui.canvas.moment import Moment, moment
from ui.canvas.plan import Plan
from ui.canvas.scene import MapView
from ui.compare.comparison import Comparison
from ui.compare.difference import apart
from ui.theme import ThemeSwitch, font

PALE = 0.45  # how strong the messages of the other run are
PILL = 7.0  # px around the words of a difference


class Differences(QWidget):
    """Over `view`, while it is shown. Nothing where the other run's providers are others."""

    def __init__(self, view: MapView, comparison: Comparison, themes: ThemeSwitch) -> None:
        super().__init__(view)
        self._view, self._comparison, self._themes = view, comparison, themes
        self._plan = Plan()
        self._painter: tuple[object, Painter] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Differences")
        view.installEventFilter(self)
        comparison.follower.sessionChanged.connect(self._begin)
        comparison.follower.moved.connect(self.update)
        comparison.follower.sampled.connect(self.update)
        self.hide()

    def ghost(self) -> Moment | None:
        """The other run's moment, with the figures of the map."""
        follower, now = self._comparison.follower, self._view.moment
        if now is None or follower.empty:
            return None
        self._plan.follow(follower.playhead)
        if self._plan.names != now.shown.names or not np.array_equal(self._plan.hosts, now.shown.hosts):
            return None
        return moment(follower, self._comparison.focus, self._plan, now.shown, self._view.glyph_radii()[0])

    def _begin(self) -> None:
        follower = self._comparison.follower
        self._plan.show(follower.scenario, follower.trace, follower.world, follower.session.commands)

    def _messages(self) -> Painter:
        wanted = self._themes.current, self._view.glyph_radii(), self.devicePixelRatio()
        if self._painter is None or self._painter[0] != wanted:
            theme, radii, ratio = wanted
            self._painter = wanted, Painter(theme, ratio, *radii)
        return self._painter[1]

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.setGeometry(self._view.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        now, other = self._view.moment, self.ghost()
        if now is None or other is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(PALE)
        self._messages().paint(painter, other.flight, self._comparison.focus.op)
        painter.setOpacity(1.0)
        theme, face = self._themes.current, font("small")
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        for each in apart(now.looks, now.shown.names, other.looks, other.shown.names):
            if now.shown.hosts[each.node] != each.node:
                continue
            x, y = now.shown.centres[each.node].tolist()
            text = f"{self._comparison.names[1]}: {each.there}"
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * PILL, metrics.height() + PILL / 2)
            box.moveCenter(QPointF(x, y + float(now.shown.rims[each.node]) + box.height() * 0.8))
            painter.setPen(QPen(theme.stale if each.stale else theme.accent, 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(theme.window)
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            painter.setPen(theme.stale_text if each.stale else theme.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
