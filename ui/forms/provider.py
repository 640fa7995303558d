"""The form of a provider: its name, its customers, its lookup delay, and below whom it hangs.

Rules: it knows wishes and sentences, nothing of runs: what is wrong with a wish is said by `check`, on each change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QComboBox, QDialog, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from ui.forms.rows import Rows
from ui.plain import as_tip

MOST_CUSTOMERS = 10_000_000
MOST_DELAY = 60_000.0  # ms
TOP = "nobody: it is a top-level provider"
MODES = (("local", "with a lookup service of its own"), ("redirect", "its parent looks up for it"))


@dataclass(frozen=True)
class ProviderWish:
    """What a provider is to be. lookup_delay in seconds; parent: "" for a top. attach: of MODES."""

    name: str
    customers: int = 100
    lookup_delay: float = 0.002
    parent: str = ""
    attach: str = "local"


Check = Callable[[ProviderWish], Mapping[str, str]]


class ProviderForm(QDialog):
    """says: when it takes effect. parents: who may be chosen. fixed: why a field cannot be changed now, by field."""

    def __init__(
        self,
        wish: ProviderWish,
        parents: list[str],
        check: Check,
        says: str,
        fixed: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Provider")
        self._was = wish
        self.rows = Rows(self, wish.name, says)
        self.name = QLineEdit()
        self.customers = QSpinBox()
        self.customers.setRange(0, MOST_CUSTOMERS)
        self.customers.setGroupSeparatorShown(True)
        self.delay = QDoubleSpinBox()
        self.delay.setRange(0.0, MOST_DELAY)
        self.delay.setDecimals(3)
        self.delay.setSuffix(" ms")
        self.above = QComboBox()
        self.above.addItem(TOP, "")
        for each in parents:
            self.above.addItem(each, each)
        self.mode = QComboBox()
        for code, words in MODES:
            self.mode.addItem(words, code)
        rows = self.rows
        rows.add("name", "&Name", self.name, self.name.textChanged, "How it is called everywhere")
        rows.add("customers", "&Customers", self.customers, self.customers.valueChanged, "How many people it serves")
        rows.add("lookup_delay", "&Lookup delay", self.delay, self.delay.valueChanged, "One search in its own DHT")
        rows.add("parent", "&Below", self.above, self.above.currentIndexChanged, "Its parent in the forest")
        rows.add("attach", "&How", self.mode, self.mode.currentIndexChanged, "How a child hangs below its parent")
        self.above.currentIndexChanged.connect(self._fit)
        for name, field in zip(("name", "customers", "lookup_delay", "parent", "attach"), self._widgets(), strict=True):
            if fixed.get(name):
                field.setEnabled(False)
                field.setToolTip(as_tip(fixed[name]))
        self._fixed = fixed
        self._fill()
        rows.begin(lambda: check(self.wish()), self._fill)
        self.name.selectAll()

    def wish(self) -> ProviderWish:
        """What stands in the form; numbers that were left alone are as they were."""
        shown = self.delay.value()
        kept = shown == round(self._was.lookup_delay * 1e3, 3)
        return ProviderWish(
            self.name.text().strip(),
            self.customers.value(),
            self._was.lookup_delay if kept else shown / 1e3,
            str(self.above.currentData()),
            str(self.mode.currentData()),
        )

    def _widgets(self) -> tuple[QWidget, ...]:
        return self.name, self.customers, self.delay, self.above, self.mode

    def _fill(self) -> None:
        was = replace(self._was)
        self.name.setText(was.name)
        self.customers.setValue(was.customers)
        self.delay.setValue(was.lookup_delay * 1e3)
        self.above.setCurrentIndex(max(0, self.above.findData(was.parent)))
        self.mode.setCurrentIndex(max(0, self.mode.findData(was.attach)))
        self._fit()

    def _fit(self) -> None:
        """Only a child hangs somehow."""
        if not self._fixed.get("attach"):
            child = bool(self.above.currentData())
            self.mode.setEnabled(child)
            self.mode.setToolTip("How a child hangs below its parent" if child else "Only for a provider below another")
