"""The form for a film: which stretch, how fast, what is in the picture, how large, which kind of file.

Rules: knows numbers and a `Film`, no run. It says how long the film will be as far as that can be said beforehand.
"""

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from ui.plain import as_tip, plain_label
from ui.presenting.encode import GIF_FPS
from ui.presenting.reel import MOST, Film, What
from ui.words import plural, speed, time

SPEEDS = (None, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0)
SIZES = ((640, 360), (960, 540), (1280, 720), (1920, 1080))  # 16:9, as screens and slides are
USUAL = {".mp4": (25.0, (1280, 720)), ".gif": (10.0, (640, 360))}  # a GIF is large for what it shows
KINDS = {".mp4": "MP4: small, for slides and players", ".gif": "GIF: plays wherever a picture does"}
LEAST = 0.001  # s


class FilmForm(QDialog):
    """duration: of the run. start, end: the stretch that is offered. pace: the speed in force, None for auto."""

    def __init__(
        self, duration: float, start: float, end: float, pace: float | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Record a film")
        self.start, self.end = _seconds(start, duration), _seconds(end, duration)
        self.speed, self.fps, self.pixels = QComboBox(), QComboBox(), QComboBox()
        self.what, self.kind = QComboBox(), QComboBox()
        for factor in SPEEDS:
            self.speed.addItem("auto, as when it plays" if factor is None else f"{speed(factor)} of real time", factor)
        for kind, says in KINDS.items():
            self.kind.addItem(says, kind)
        for what in What:
            self.what.addItem(what.value, what)
        for each in GIF_FPS:
            self.fps.addItem(f"{each:g} frames a second", each)
        for wide, high in SIZES:
            self.pixels.addItem(f"{wide} × {high}", (wide, high))
        self.speed.setCurrentIndex(_nearest(pace))
        self.says = plain_label()
        self.says.setWordWrap(True)
        self.says.setProperty("role", "muted")
        form = QFormLayout()
        for label, field in (
            ("From", self.start), ("To", self.end), ("Speed", self.speed), ("Show", self.what),
            ("File", self.kind), ("Frames", self.fps), ("Size", self.pixels),
        ):  # fmt: skip
            field.setAccessibleName(label)
            form.addRow(label, field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.record = buttons.addButton("Record…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.record.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.says)
        column.addWidget(buttons)
        self.kind.currentIndexChanged.connect(self._suit)
        self.start.valueChanged.connect(self._show)
        self.end.valueChanged.connect(self._show)
        for box in (self.speed, self.what, self.fps):
            box.currentIndexChanged.connect(self._show)
        self._suit()

    def film(self, path: Path) -> Film:
        """What stands in the form."""
        return Film(
            path=path,
            start=self.start.value(),
            end=self.end.value(),
            speed=self.speed.currentData(),
            fps=self.fps.currentData(),
            size=SIZES[self.pixels.currentIndex()],
            what=What(self.what.currentText()),
        )

    def _suit(self) -> None:
        """What suits the kind of file."""
        fps, size = USUAL[self.kind.currentData()]
        self.fps.setCurrentIndex(GIF_FPS.index(fps))
        self.pixels.setCurrentIndex(SIZES.index(size))
        self._show()

    def _show(self) -> None:
        length = self.end.value() - self.start.value()
        factor, fps = self.speed.currentData(), self.fps.currentData()
        whole = What(self.what.currentText()) is What.WINDOW
        self.pixels.setEnabled(not whole)
        self.pixels.setToolTip("The window is filmed as large as it is" if whole else "")
        frames = 0 if factor is None else round(length / factor * fps) + 1
        if length < LEAST:
            says = "The end must be later than the start."
        elif frames > MOST:
            says = f"{plural(frames, 'frame')} are too many: choose a shorter stretch, a higher speed or fewer frames."
        elif factor is None:
            says = "It will be as long as it takes to watch: slow while messages of the selected key fly."
        else:
            says = f"It will be {time(length / factor)} long, {plural(frames, 'frame')}."
        self.says.setText(says)
        self.record.setEnabled(length >= LEAST and frames <= MOST)
        self.record.setToolTip(as_tip("" if self.record.isEnabled() else says))


def _seconds(value: float, most: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.0, most)
    box.setDecimals(3)
    box.setSuffix(" s")
    box.lineEdit().setTextMargins(6, 0, 0, 0)  # which a stylesheet's padding does not reach
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setValue(value)
    return box


def _nearest(pace: float | None) -> int:
    if pace is None:
        return 0
    return min(range(1, len(SPEEDS)), key=lambda at: abs((SPEEDS[at] or 0.0) - pace))
