"""The fields of the put/get bar: a choice, a key that may be chosen or written, a TTL.

Rules: they know nothing of runs; as wide as what they hold now, so that a put fits into one line.
"""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSizePolicy

from p4lab.core.commands import DEFAULT_TTL
from p4lab.core.records import MAX_LIFETIME
from ui.plain import as_tip


class KeyBox(QComboBox):
    """An editable list of keys; an immutable one shows short and means its whole hash."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(84)
        self.setAccessibleName("Key")
        self.setToolTip("The key: choose one, or write a new one")
        self.field.setPlaceholderText("key")

    @property
    def field(self) -> QLineEdit:
        """What is written into; asked for anew, since PySide 6.11 at times takes a kept one for deleted."""
        field = self.lineEdit()
        assert field is not None, "an editable box has one"
        return field

    def offer(self, keys: list[tuple[str, str]]) -> None:
        """Known keys, label and key, leaving what is written as it is."""
        if keys == [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            return
        text = self.currentText()
        self.blockSignals(True)
        self.clear()
        for label, key in keys:
            self.addItem(label, key)
        self.setEditText(text)
        self.blockSignals(False)

    def hash_of(self, text: str) -> str:
        """The whole key of a label."""
        place = self.findText(text)
        return str(self.itemData(place)) if place >= 0 else text

    # Qt

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), super().minimumSizeHint().height())


class Ttl(QDoubleSpinBox):
    """Seconds that others may keep a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0.0, float(MAX_LIFETIME))
        self.setDecimals(3)
        self.setValue(DEFAULT_TTL)
        self.setPrefix("TTL ")
        self.setSuffix(" s")
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setAccessibleName("TTL in seconds")
        self.setToolTip("How long others may keep a copy, in seconds; 0 = never")
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.textChanged.connect(self.updateGeometry)

    # Qt

    def sizeHint(self) -> QSize:
        wide = max(self.fontMetrics().horizontalAdvance(text) for text in ("TTL 60 s", self.text()))
        return QSize(wide + 44, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def textFromValue(self, value: float) -> str:
        return f"{value:.3f}".rstrip("0").rstrip(".")


class Choice(QComboBox):
    """One of a few words. A wheel turned over it scrolls nothing: choices are not changed by accident.

    most: letters that it is wide at most; longer words stand whole in the list, and in the tooltip of their field.
    """

    def __init__(self, says: str, items: tuple[str, ...] | list[str] = (), most: int = 0) -> None:
        super().__init__()
        self._most = most
        self.addItems(list(items))
        self.setToolTip(as_tip(says))
        self.setAccessibleName(says)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.installEventFilter(_Wheel(self))
        if most:
            self.currentTextChanged.connect(lambda text: self.setToolTip(as_tip(f"{says}: {text}" if text else says)))

    # Qt

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        most = self._most * self.fontMetrics().averageCharWidth() if self._most else hint.width()
        return QSize(min(hint.width(), most), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def showPopup(self) -> None:
        if self._most:  # else names are cut where one chooses among them
            self.view().setMinimumWidth(super().sizeHint().width())
        super().showPopup()


class _Wheel(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False
