"""A new live lab: which network is let happen in real time, with whom, and what that means in a sentence.

Rules: gives a scenario; starts nothing. What can be chosen: what is open, the lessons, and a network of a kind.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QDialog, QSpinBox, QWidget

from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.model import Scenario, Workload
from p4lab.scenario.read import read
from p4lab.topology.generate import KINDS, generate
from ui.drafting import sentence
from ui.forms.pattern import SEEDS, WAIT, Picture
from ui.forms.rows import Rows
from ui.plain import plain_label
from ui.theme import Theme
from ui.welcome import first_sentence
from ui.words import plural

MOST = 200  # providers of a pattern: one machine plays them all, in real time
USUAL = 8  # providers of a pattern at first: they and their names can be seen from the last row
REAL = "Each second takes a second, and goes on until you end it. Look back, slow down and step as you like meanwhile."
RATE = "About {0} puts and gets a second."


class LabForm(QDialog):
    """here: what is open, None for nothing. lessons: files with their titles. theme: of the picture."""

    def __init__(
        self, theme: Theme, here: Scenario | None, lessons: Sequence[tuple[Path, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("New live lab")
        self.setMinimumWidth(560)
        self._fault = ""
        self._read: dict[Path, Scenario] = {}
        rows = self.rows = Rows(self, "Let a network happen in real time", "", "Start")
        self.source, self.count, self.seed = QComboBox(), QSpinBox(), QSpinBox()
        if here is not None and here.provider:
            self.source.addItem(f"What is open: {here.title}", here)
            self.source.insertSeparator(1)
        for path, title in lessons:
            self.source.addItem(title, path)
        self.source.insertSeparator(self.source.count())
        for name, kind in KINDS.items():
            self.source.addItem(f"A pattern: {kind.label.lower()}", name)
        self.source.setMaxVisibleItems(24)
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(34)
        self.count.setRange(1, MOST)
        self.count.setValue(USUAL)
        self._wanted = USUAL
        self.seed.setRange(0, SEEDS)
        rows.add("source", "&What", self.source, self.source.currentIndexChanged, "What is open, a lesson or a pattern")
        rows.add("count", "&Providers", self.count, self.count.valueChanged, "How many, where it is a pattern")
        rows.add(
            "seed", "&Seed", self.seed, self.seed.valueChanged, "Who asks what and when; how long it takes is real"
        )
        self.says = plain_label()
        self.says.setWordWrap(True)
        self.says.setProperty("role", "muted")
        self.picture = Picture(theme)
        rows.body.insertWidget(3, self.says)
        rows.body.insertWidget(4, self.picture, 1)
        self._timer = QTimer(self, interval=WAIT, singleShot=True)
        self._timer.setObjectName("lab")
        self._timer.timeout.connect(self._show)
        self.source.currentIndexChanged.connect(self._choose)
        self.count.valueChanged.connect(self._wait)
        self._choose()
        rows.begin(self._wrong, None)

    def scenario(self) -> Scenario:
        """What was asked for. Raises ScenarioError where there is no such network."""
        made = self._made()
        return made if made.seed == self.seed.value() else msgspec.structs.replace(made, seed=self.seed.value())

    def _made(self) -> Scenario:
        chosen = self.source.currentData()
        if isinstance(chosen, Scenario):
            return chosen
        if isinstance(chosen, Path):
            if chosen not in self._read:
                self._read[chosen] = msgspec.structs.replace(read(chosen), branch=())
            return self._read[chosen]
        return generate(str(chosen), self.count.value(), self.seed.value())

    def _choose(self) -> None:
        """Another network: as many providers as it has, and its seed."""
        pattern = isinstance(self.source.currentData(), str)
        if self.count.isEnabled():
            self._wanted = self.count.value()
        self.count.setEnabled(pattern)
        self.count.setToolTip("How many" if pattern else "As many as it has: a pattern can have any number")
        made = None if pattern else self._try()
        if made is not None:
            self.seed.setValue(made.seed)
        self.count.setMaximum(MOST if made is None else max(MOST, len(made.provider)))
        self.count.setValue(self._wanted if made is None else len(made.provider))
        self._show()

    def _wait(self) -> None:
        self._timer.start()

    def _show(self) -> None:
        made = self._try()
        self.picture.show_scenario(made, 0 if made is None else len(made.provider))
        self.says.setText("" if made is None else describe(made))
        self.rows.check()

    def _try(self) -> Scenario | None:
        self._fault = ""
        try:
            return self._made()
        except ScenarioError as fault:
            self._fault = sentence(fault)
            return None

    def _wrong(self) -> dict[str, str]:
        chosen = self.source.currentData()
        if isinstance(chosen, str) and self.count.value() < KINDS[chosen].least:
            return {"count": f"A {KINDS[chosen].label.lower()} has at least {KINDS[chosen].least}."}
        return {"source": self._fault} if self._fault else {}


def describe(scenario: Scenario) -> str:
    """What a live lab of this does, in some sentences."""
    per_second = sum(_rate(row, len(scenario.provider)) for row in scenario.workload)
    asked = RATE.format(f"{per_second:.2g}") if per_second else ""
    who = f"{plural(len(scenario.provider), 'provider')} on this machine, over links as slow as real ones."
    return " ".join(filter(None, (first_sentence(scenario.about), who, asked, REAL)))


def _rate(row: Workload, providers: int) -> float:
    """Puts and gets a second."""
    readers = providers if isinstance(row.readers, str) else len(row.readers)
    return readers * row.gets_per_second + row.keys * row.updates_per_second
