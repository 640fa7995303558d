"""The form of an organisation: its name, its customers, whether it keeps a store, and how far it is from its provider.

Rules: as those of the form of a provider.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from ui.forms.provider import MOST_CUSTOMERS, MOST_DELAY
from ui.forms.rows import Rows
from ui.plain import as_tip


@dataclass(frozen=True)
class OrganisationWish:
    """What an organisation is to be. latency in seconds, None: that of every access."""

    name: str
    at: str
    customers: int = 20
    store: bool = True
    latency: float | None = None


Check = Callable[[OrganisationWish], Mapping[str, str]]


class OrganisationForm(QDialog):
    """says, hosts, fixed: as in the form of a provider. usual: the latency that it has where none is given, seconds."""

    def __init__(
        self,
        wish: OrganisationWish,
        hosts: list[str],
        usual: float,
        check: Check,
        says: str,
        fixed: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Organisation")
        self._was, self._usual = wish, usual
        rows = Rows(self, wish.name, says)
        self.name = QLineEdit()
        self.customers = QSpinBox()
        self.customers.setRange(0, MOST_CUSTOMERS)
        self.at = QComboBox()
        self.at.addItems(hosts)
        self.store = QCheckBox("keeps and serves what it can by itself")
        self.latency = QDoubleSpinBox()
        self.latency.setRange(0.0, MOST_DELAY)
        self.latency.setDecimals(3)
        self.latency.setSuffix(" ms")
        rows.add("name", "&Name", self.name, self.name.textChanged, "How it is called everywhere")
        rows.add("customers", "&Customers", self.customers, self.customers.valueChanged, "How many people are in it")
        rows.add("at", "&At", self.at, self.at.currentIndexChanged, "The provider whose customer it is")
        rows.add("store", "&Store", self.store, self.store.toggled, "Without one it passes everything on")
        rows.add("latency", "&Latency", self.latency, self.latency.valueChanged, "To its provider, one way")
        fields: dict[str, QWidget] = {
            "name": self.name, "customers": self.customers, "at": self.at, "store": self.store, "latency": self.latency,
        }  # fmt: skip
        for name, why in fixed.items():
            fields[name].setEnabled(False)
            fields[name].setToolTip(as_tip(why))
        self._fill()
        rows.begin(lambda: check(self.wish()), self._fill)
        self.rows = rows
        self.name.selectAll()

    def wish(self) -> OrganisationWish:
        """What stands in the form; numbers that were left alone are as they were."""
        shown = self.latency.value()
        return OrganisationWish(
            self.name.text().strip(),
            self.at.currentText(),
            self.customers.value(),
            self.store.isChecked(),
            self._was.latency if shown == self._latency() else shown / 1e3,
        )

    def _latency(self) -> float:
        """That of before, in the unit of the form."""
        return round((self._usual if self._was.latency is None else self._was.latency) * 1e3, 3)

    def _fill(self) -> None:
        was = self._was
        self.name.setText(was.name)
        self.customers.setValue(was.customers)
        self.at.setCurrentIndex(max(0, self.at.findText(was.at)))
        self.store.setChecked(was.store)
        self.latency.setValue(self._latency())
