"""A slip over the window that says one sentence: what could not be done, what was given up, how far long work is.

Rules: never a dialog, never takes the keyboard focus, never moves what lies below it. A fault stays until it is closed
or the next sentence comes; work shows its progress and can be given up; calm news go by themselves.
"""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from ui.buttons import SignButton
from ui.plain import as_entry, plain_label
from ui.player import Player
from ui.theme import ThemeSwitch

CALM = 9_000  # ms that news stay, at least
READING = 60  # ms a letter that they stay where they are long: 200 words a minute
WIDTH, BESIDE, ABOVE = 720, 24, 4  # px: its width at most, and what it keeps free; it lies over the header first


class Kind(Enum):
    """How a sentence is meant."""

    NEWS = "news"
    FAULT = "fault"
    WORK = "work"


class Notice(QFrame):
    """Hidden while there is nothing to say. parent: what it lies over, at the top."""

    def __init__(self, player: Player, theme: ThemeSwitch, parent: QWidget) -> None:
        super().__init__(parent)
        parent.installEventFilter(self)
        self._over = parent
        self._player = player
        self._theme = theme
        self._kind = Kind.NEWS
        self._do: Callable[[], None] | None = None
        self._holds: Callable[[], bool] | None = None  # whether what it tells of is still there
        self._label = plain_label()
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._button = QPushButton()
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._act)
        self._close = SignButton("close", 26, theme)
        self._close.setAccessibleName("Close this message")
        self._close.clicked.connect(self.hush)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 6, 4)
        row.addWidget(self._label, 1)
        row.addWidget(self._bar)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=CALM)
        self._timer.setObjectName("notice")
        self._timer.timeout.connect(self.hush)
        player.workChanged.connect(self._show_work)
        player.branchesChanged.connect(self._check)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def text(self) -> str:
        """What it says now; empty while hidden."""
        return "" if self.isHidden() else self._label.text()

    def news(
        self, text: str, button: str = "", do: Callable[[], None] | None = None,
        holds: Callable[[], bool] | None = None,
    ) -> None:  # fmt: skip
        """A calm sentence, perhaps with something to do about it. holds: it goes with the branch that it tells of."""
        self._say(Kind.NEWS, text, button, do)
        self._holds = holds
        self._timer.start(max(CALM, READING * len(text)))

    def fault(self, text: str) -> None:
        """What could not be done."""
        self._say(Kind.FAULT, text)

    def progress(self, text: str, share: float, cancel: Callable[[], None]) -> None:
        """Work of somebody else than the player, how far it is, 0..1, and how to give it up."""
        if self._kind is not Kind.WORK or self.isHidden():
            self._say(Kind.WORK, text, "Cancel", cancel)
        self._label.setText(text)
        self._bar.setValue(round(share * 1000))

    def hush(self) -> None:
        """Say nothing."""
        self._timer.stop()
        self._holds = None
        self.hide()

    def _say(self, kind: Kind, text: str, button: str = "", do: Callable[[], None] | None = None) -> None:
        self._timer.stop()
        self._kind, self._do, self._holds = kind, do, None
        self._label.setText(text)
        self._button.setText(as_entry(button))
        self._button.setVisible(bool(button))
        self._bar.setVisible(kind is Kind.WORK)
        self._close.setVisible(kind is not Kind.WORK)
        self._dress()
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        """At the top, in the middle, as wide and as high as its sentence needs."""
        room = self._over.width()
        words = self._label.fontMetrics().horizontalAdvance(self._label.text())
        shown = [part for part in (self._bar, self._button, self._close) if not part.isHidden()]
        wanted = words + sum(part.sizeHint().width() + 8 for part in shown) + 2 * BESIDE
        width = min(room - 2 * BESIDE, round(WIDTH * self._theme.scale), wanted)
        layout = self.layout()
        assert layout is not None, "made with one"
        height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        self.setGeometry((room - width) // 2, round(ABOVE * self._theme.scale), width, height)

    def _show_work(self) -> None:
        work = self._player.work
        if work is None:
            if self._kind is Kind.WORK:
                self.hush()
        elif work.slow:
            if self._kind is not Kind.WORK or self.isHidden():
                self._say(Kind.WORK, f"{work.says} …", "Cancel", self._player.cancel)
            self._bar.setValue(round(work.share() * 1000))

    def _check(self) -> None:
        if self._holds is not None and not self._holds():
            self.hush()

    def _act(self) -> None:
        do = self._do
        self.hush()
        if do is not None:
            do()

    def _dress(self) -> None:
        theme = self._theme.current
        ground, edge = (theme.accent_soft, theme.accent) if self._kind is not Kind.FAULT else (theme.field, theme.stale)
        self.setStyleSheet(
            f"Notice {{ background: {ground.name()}; border: 1px solid {edge.name()}; border-radius: 9px; }}"
        )

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False
