"""The rows of a form, each with room below its field for what is wrong with it, and the buttons under them.

Rules: knows widgets and sentences; what is right is decided by whoever is asked on each change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QAbstractSpinBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ui.plain import as_tip, plain_label

WIDTH = 340  # px of what is said below a field


@dataclass(frozen=True)
class Question:
    """What a form is asked with. says: when it takes effect. choices: whom it may be below or at. usual: its latency.

    fixed: why a field cannot be changed now, by field.
    """

    says: str
    choices: list[str]
    fixed: Mapping[str, str]
    usual: float = 0.0


class Rows:
    """In a dialog: a heading, the rows, the buttons Apply, Reset and Cancel. errors: asked on each change."""

    def __init__(self, dialog: QDialog, heading: str, says: str, apply: str = "Apply") -> None:
        self._dialog = dialog
        self._fields: dict[str, tuple[QWidget, QLabel]] = {}
        self._check: Callable[[], Mapping[str, str]] = dict
        title = plain_label(heading)
        title.setProperty("role", "heading")
        about = plain_label(says)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        about.setVisible(bool(says))
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setVerticalSpacing(8)
        self._buttons = QDialogButtonBox()
        kinds = QDialogButtonBox.StandardButton
        self._apply = self._buttons.addButton(apply, QDialogButtonBox.ButtonRole.AcceptRole)
        self._apply.setProperty("role", "primary")
        self._apply.setDefault(True)
        self._reset = self._buttons.addButton(kinds.Reset)
        for other in (self._reset, self._buttons.addButton(kinds.Cancel)):
            other.setAutoDefault(False)  # or Enter would give it up where the focus went there while it was tried
        self._buttons.accepted.connect(dialog.accept)
        self._buttons.rejected.connect(dialog.reject)
        self.body = QVBoxLayout(dialog)
        self.body.setContentsMargins(20, 16, 20, 14)
        self.body.setSpacing(10)
        self.body.addWidget(title)
        self.body.addWidget(about)
        self.body.addLayout(self._form)
        self.body.addStretch()
        self.body.addWidget(self._buttons)

    def add(self, name: str, label: str, field: QWidget, changed: SignalInstance, says: str) -> None:
        """One row. changed: the field's signal. says: what it is, for a tooltip and a screen reader."""
        fault = plain_label()
        fault.setProperty("role", "stale")
        fault.setWordWrap(True)
        fault.setFixedWidth(WIDTH)
        fault.hide()
        if isinstance(field, QAbstractSpinBox):
            field.lineEdit().setTextMargins(6, 0, 0, 0)  # which a stylesheet's padding does not reach
        field.setToolTip(as_tip(says))
        field.setAccessibleName(f"{label}: {says}")
        column = QWidget()
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(field)
        lines.addWidget(fault)
        self._form.addRow(label, column)
        head = self._form.labelForField(column)
        if isinstance(head, QLabel):
            head.setBuddy(field)
            head.setAlignment(Qt.AlignmentFlag.AlignTop)
            head.setContentsMargins(0, 6, 0, 0)
        self._fields[name] = field, fault
        changed.connect(self.check)

    def begin(self, check: Callable[[], Mapping[str, str]], reset: Callable[[], None] | None) -> None:
        """All rows are there. check: what is wrong, by field, "" for the whole; reset: fills in what it was."""
        self._check = check
        self._reset.setVisible(reset is not None)
        if reset is not None:
            self._reset.clicked.connect(reset)
        self.check()

    def check(self) -> None:
        """Say what is wrong, and let Apply be pressed if nothing is."""
        faults = self._check()
        for name in self._fields:
            self._say(name, faults.get(name, ""))
        self._apply.setEnabled(not faults)
        self._apply.setDefault(True)  # which Qt takes from a button when the focus leaves a field that was disabled
        self._apply.setToolTip(as_tip(next(iter(faults.values()), "")))
        self.fit()

    def tell(self, name: str, fault: str) -> None:
        """What did not work with this field, until the next change: it may be tried again as it is."""
        self._say(name, fault)
        self.fit()

    def says(self, name: str) -> str:
        """What is wrong with a field; empty for nothing."""
        return self._fields[name][1].text()

    def may_apply(self) -> bool:
        """Whether nothing is wrong."""
        return self._apply.isEnabled()

    def wait(self, busy: bool) -> None:
        """While it is tried nothing can be applied."""
        if busy:
            self._apply.setEnabled(False)
            self._apply.setToolTip("It is being tried; Cancel gives it up.")
        else:
            self.check()

    def fit(self) -> None:
        """So large that all of it is seen."""
        self.body.activate()
        self._dialog.resize(self._dialog.size().expandedTo(self.body.totalSizeHint()))

    def ask(self) -> bool:
        """Show it until it is applied (True) or given up."""
        return self._dialog.exec() == QDialog.DialogCode.Accepted

    def _say(self, name: str, text: str) -> None:
        field, label = self._fields[name]
        label.setText(text)
        label.setVisible(bool(text))
        label.setFixedHeight(max(0, label.heightForWidth(WIDTH)))
        if bool(field.property("fault")) != bool(text):
            field.setProperty("fault", bool(text))
            field.style().unpolish(field)
            field.style().polish(field)
