"""A new network from a pattern: its kind, how many providers, the seed, and a picture of what it would be.

Rules: gives a scenario; opens nothing. The picture is made of the same network, of the first PREVIEW providers' worth
where there are more, since more could not be told apart in it.
"""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QWidget,
)

from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Scenario
from p4lab.topology.generate import KINDS, MOST, generate, most
from ui.drafting import sentence
from ui.forms.rows import Rows
from ui.miniature import Miniature
from ui.plain import plain_label
from ui.theme import Theme, font
from ui.words import grouped

PREVIEW = 120  # providers in the picture at most
WAIT = 120  # ms after the last change before the picture is made anew
SEEDS = 999_999


class PatternForm(QDialog):
    """theme: of the picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New from a pattern")
        self._fault = ""
        rows = Rows(
            self, "A network of a kind", "It opens as a new scenario, with customers who put and get.", "Create"
        )
        self.rows = rows
        self.kind = QComboBox()
        for name, kind in KINDS.items():
            self.kind.addItem(kind.label, name)
        self.count = QSpinBox()
        self.count.setRange(1, MOST)
        self.count.setValue(12)
        self.seed = QSpinBox()
        self.seed.setRange(0, SEEDS)
        self.seed.setValue(7)
        rows.add("kind", "&Kind", self.kind, self.kind.currentIndexChanged, "The shape of the network")
        rows.add("count", "&Providers", self.count, self.count.valueChanged, "How many")
        rows.add("seed", "&Seed", self.seed, self.seed.valueChanged, "Equal seeds give equal networks and equal runs")
        self.numbers: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self._more = QFormLayout()
        self._says = plain_label()
        self._says.setWordWrap(True)
        self._says.setProperty("role", "muted")
        self.picture = Picture(theme)
        beside = QHBoxLayout()
        beside.addLayout(self._more)
        beside.addStretch()
        rows.body.insertWidget(2, self._says)
        rows.body.insertLayout(4, beside)
        rows.body.insertWidget(5, self.picture, 1)
        self._timer = QTimer(self, interval=WAIT, singleShot=True)
        self._timer.setObjectName("pattern")
        self._timer.timeout.connect(self._show)
        self.kind.currentIndexChanged.connect(self._choose)
        for box in (self.count, self.seed):
            box.valueChanged.connect(self._wait)
        rows.begin(self._wrong, None)
        self._choose()
        self._show()

    def scenario(self) -> Scenario:
        """What was asked for. Raises ScenarioError where there is no such network."""
        return self._made(self.count.value())

    def _made(self, count: int) -> Scenario:
        kind = str(self.kind.currentData())
        # A number that is too large for the count is taken as far as it goes, as the picture and the text say.
        given = {each.name: min(self.numbers[each.name].value(), most(each, count)) for each in KINDS[kind].parameters}
        return generate(kind, count, self.seed.value(), **given)

    def _choose(self) -> None:
        """Another kind: what it wants to know."""
        while self._more.rowCount():
            self._more.removeRow(0)
        self.numbers = {}
        kind = KINDS[str(self.kind.currentData())]
        self._says.setText(kind.says)
        for each in kind.parameters:
            box: QSpinBox | QDoubleSpinBox = QSpinBox() if each.whole else QDoubleSpinBox()
            box.setRange(each.low, each.high)  # type: ignore[arg-type]  # whole numbers where it is a QSpinBox
            if isinstance(box, QDoubleSpinBox):
                box.setSingleStep(0.05 if each.high <= 1 else 0.5)
            box.setValue(each.usual)  # type: ignore[arg-type]  # as above
            box.setAccessibleName(each.label)
            box.valueChanged.connect(self._wait)
            self._more.addRow(each.label, box)
            self.numbers[each.name] = box
        self.rows.fit()
        self._wait()

    def _wrong(self) -> dict[str, str]:
        kind = KINDS[str(self.kind.currentData())]
        if self.count.value() < kind.least:
            return {"count": f"A {kind.label.lower()} has at least {kind.least}."}
        return {"kind": self._fault} if self._fault else {}

    def _wait(self) -> None:
        self._fault = ""
        self._timer.start()

    def _show(self) -> None:
        count = min(self.count.value(), PREVIEW)
        try:
            self.picture.show_scenario(self._made(count), self.count.value())
        except ScenarioError as fault:
            self._fault = sentence(fault)
            self.picture.show_scenario(None, 0)
        self.rows.check()


class Picture(QWidget):
    """The network as the welcome page would show it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._miniature: Miniature | None = None
        self.note = ""
        self.setMinimumSize(QSize(360, 200))

    def show_scenario(self, scenario: Scenario | None, count: int) -> None:
        """None: there is none. count: how many there will be."""
        self._miniature = None if scenario is None else Miniature(scenario)
        shown = 0 if scenario is None else len(scenario.provider)
        links = "" if scenario is None else f"{grouped(shown)} providers"
        self.note = f"the picture shows {shown} of {grouped(count)}" if shown < count else ""
        self.setAccessibleName(f"Picture of the network: {links or 'none'}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(self._theme.line)
        painter.setBrush(self._theme.map)
        painter.drawRoundedRect(box, 9, 9)
        if self._miniature is not None:
            self._miniature.paint(painter, box, self._theme)
        if self.note:
            painter.setFont(font("small"))
            painter.setPen(self._theme.muted)
            where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(box.adjusted(0, 0, -10, -6), where, self.note)
        painter.end()
