"""The line of what is to come: messages under way, copies that run out, deeds that are planned, on a log scale.

Rules: a function of (run, playhead, selected key); shown only when asked for. From a thousandth of a second to some
minutes ahead in one line; a click goes there.
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.focus import Focus
from ui.panels.log_text import LogText
from ui.plain import as_tip
from ui.player import Player
from ui.theme import ThemeSwitch, font
from ui.upcoming import Due, coming, expiries
from ui.words import clock, time

NEAR, FAR = 1e-3, 300.0  # s ahead, at the ends of the scale
TICKS = {1e-3: "1 ms", 1e-2: "10 ms", 0.1: "100 ms", 1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 300.0: "5 min"}
DOT, CLOSE = 4.0, 7.0  # px: radius of a mark; this near means it
TALL = 22  # px, without the words of the scale
HIDDEN = "No copy of {0}'s will run out, and what comes from others is hidden from {0}."
EMPTY = "Nothing is due: no message is under way, and no copy of the selected key will run out."


class Future(QWidget):
    """Hidden at first."""

    def __init__(self, player: Player, focus: Focus, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._focus, self._theme = player, focus, theme
        self._text = LogText(player.trace, player.world)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What is to come")
        player.sessionChanged.connect(self._begin)
        player.moved.connect(self._moved)
        focus.nameChanged.connect(self._moved)
        focus.eyes.changed.connect(self._moved)
        theme.changed.connect(self.updateGeometry)
        self.hide()

    @property
    def dues(self) -> Sequence[Due]:
        """What is shown."""
        player = self._player
        planned = [] if player.empty else [*player.session.scenario.do, *player.session.commands]
        if (eyes := self._focus.eyes.as_node) is not None:
            return expiries(player.world, self._focus.name, player.playhead, eyes)
        return coming(self._text, planned, self._focus.name, player.playhead)

    def place_of(self, ahead: float) -> float:
        """Pixels from the left, for so many seconds ahead."""
        left, right = self._ends()
        share = math.log(min(max(ahead, NEAR), FAR) / NEAR) / math.log(FAR / NEAR)
        return left + share * (right - left)

    def toggle(self) -> None:
        """Show it, or hide it again."""
        self.setVisible(self.isHidden())

    def _ends(self) -> tuple[float, float]:
        edge = QFontMetrics(font("small")).horizontalAdvance("10 ms") / 2 + 2
        return edge, self.width() - edge

    def _begin(self) -> None:
        self._text = LogText(self._player.trace, self._player.world)
        self.update()

    def _moved(self) -> None:
        if self.isVisible():
            self.update()

    def _at(self, x: float) -> Due | None:
        t = self._player.playhead
        near = [(abs(self.place_of(due.t - t) - x), number, due) for number, due in enumerate(self.dues)]
        best = min(near, default=None)
        return best[2] if best is not None and best[0] <= CLOSE else None

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(400, TALL + QFontMetrics(font("small")).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._player.empty:
            return
        theme, t, dues = self._theme.current, self._player.playhead, self.dues
        face = font("small")
        left, right = self._ends()
        y, foot = TALL / 2, float(TALL)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(face)
        painter.setPen(QPen(theme.track, 2))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for tick, label in TICKS.items():
            x = self.place_of(tick)
            painter.setPen(QPen(theme.outline, 1))
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
            painter.setPen(theme.muted)
            words = QRectF(x - 60, foot, 120, self.height() - foot)
            painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, label)
        if not dues:
            hidden = HIDDEN.format(self._player.world.called.get(self._focus.eyes.as_node or 0, "a provider"))
            says = EMPTY if self._focus.eyes.as_node is None else hidden
            text = QFontMetrics(face).elidedText(says, Qt.TextElideMode.ElideRight, round(right - left))
            painter.fillRect(QRectF(left, 0, QFontMetrics(face).horizontalAdvance(text) + 8, foot), theme.window)
            painter.drawText(QRectF(left, 0, right - left, foot), Qt.AlignmentFlag.AlignVCenter, text)
        for due in reversed(dues):  # the nearest on top
            middle = QPointF(self.place_of(due.t - t), y)
            if due.kind == "arrival":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.kinds.get(due.code, theme.muted))
                painter.drawEllipse(middle, DOT, DOT)
            elif due.kind == "expiry":
                painter.setPen(QPen(theme.stale, 1.6))
                painter.setBrush(theme.window)
                painter.drawEllipse(middle, DOT, DOT)
            else:
                painter.setPen(QPen(theme.accent if due.kind == "command" else theme.muted, 1.6))
                painter.drawLine(middle - QPointF(0, 7), middle + QPointF(0, 7))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        due = self._at(event.position().x())
        if due is not None and event.button() is Qt.MouseButton.LeftButton:
            self._player.seek(due.t)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            due = self._at(event.pos().x())
            ahead = "" if due is None else time(due.t - self._player.playhead)
            says = "" if due is None else f"{due.says}\nat {clock(due.t, 0.001)}, in {ahead}"
            QToolTip.showText(event.globalPos(), as_tip(says), self)
            return True
        return super().event(event)
