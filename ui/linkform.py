"""The form of a link's conditions: latency, jitter, bandwidth and the four faults, in the units people use.

Rules: it knows a `Link` and nothing of runs. Apply gives another Link, Reset fills in what the scenario says.
"""

from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QVBoxLayout, QWidget

from p4lab.scenario.model import Link
from ui.plain import as_tip, plain_label


@dataclass(frozen=True)
class _Field:
    """per: of the unit in one of the engine's. most: in the unit."""

    name: str
    label: str
    unit: str
    per: float
    most: float
    decimals: int
    says: str


FIELDS = (
    _Field("latency", "Latency", " ms", 1e3, 60_000, 3, "One way"),
    _Field("jitter", "Jitter", " ms", 1e3, 60_000, 3, "Standard deviation of the latency"),
    _Field("bandwidth", "Bandwidth", " kB/s", 1 / 8e3, 1e9, 3, "What does not pass at once waits; 0 is unlimited"),
    _Field("loss", "Loss", " %", 1e2, 99.9, 3, "Messages that never arrive"),
    _Field("duplicate", "Duplication", " %", 1e2, 100, 3, "Messages that arrive twice"),
    _Field("reorder", "Reordering", " %", 1e2, 100, 3, "Messages that are overtaken"),
    _Field("corrupt", "Corruption", " %", 1e2, 99.9, 3, "Messages whose content arrives changed"),
)


class _Number(QDoubleSpinBox):
    """Without needless zeros: "40 ms", "0.5 %"."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.{self.decimals()}f}".rstrip("0").rstrip(".")


class LinkForm(QDialog):
    """title: of the link. usual: what Reset fills in."""

    def __init__(self, title: str, now: Link, usual: Link, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Link conditions")
        self._now, self._usual = now, usual
        heading = plain_label(title)
        heading.setProperty("role", "heading")
        form = QFormLayout()
        self.fields: dict[str, QDoubleSpinBox] = {}
        for each in FIELDS:
            box = _Number()
            box.setRange(0.0, each.most)
            box.setDecimals(each.decimals)
            box.setSuffix(each.unit)
            box.lineEdit().setTextMargins(6, 0, 0, 0)  # which a stylesheet's padding does not reach
            box.setToolTip(as_tip(each.says))
            box.setAccessibleName(f"{each.label}: {each.says}")
            box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
            self.fields[each.name] = box
            form.addRow(each.label, box)
        self.fields["bandwidth"].setSpecialValueText("no limit")
        self._fill(now)
        buttons = QDialogButtonBox()
        kinds = QDialogButtonBox.StandardButton
        for kind, do in (
            (kinds.Apply, self.accept),
            (kinds.Reset, lambda: self._fill(usual)),
            (kinds.Cancel, self.reject),
        ):
            button = buttons.addButton(kind)
            button.clicked.connect(do)
            button.setAutoDefault(False)  # or Return would reset what was typed
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addLayout(form)
        column.addWidget(buttons)
        buttons.button(kinds.Apply).setDefault(True)

    def link(self) -> Link:
        """What stands in the form; fields that were left alone are as they were."""
        values = {}
        for each in FIELDS:
            box, was = self.fields[each.name], float(getattr(self._now, each.name))
            shown = box.value()
            values[each.name] = was if shown == round(was * each.per, each.decimals) else shown / each.per
        return Link(**values)

    def _fill(self, link: Link) -> None:
        for each in FIELDS:
            self.fields[each.name].setValue(float(getattr(link, each.name)) * each.per)
