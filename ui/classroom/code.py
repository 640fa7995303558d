"""The join code to be shown: as a card of the panel, and large, for a projector.

Rules: a code is read aloud and typed, so it stands in groups of four; the QR code holds the same with the address.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from p4lab.session.classroom import ClassState, join_text
from ui.classroom.qr import QrCode
from ui.plain import plain_label
from ui.theme import ThemeSwitch, font

SIDE, LARGE = 132, 420  # px of the QR code
BROAD, HIGH = 0.8, 0.12  # of the window: the code, which thirty people type, is what is large
WITH_ADDRESS, SAID = 0.5, 0.25  # of the size of the code: what is typed where it is not enough, and what leads to it


def grouped(code: str) -> str:
    """XXXX XXXX XXXX-YYYY."""
    head, hyphen, tail = code.partition("-")
    return " ".join(head[at : at + 4] for at in range(0, len(head), 4)) + hyphen + tail


class CodeCard(QWidget):
    """What a student needs: the code, the address where discovery does not work, and a picture of both."""

    def __init__(self, theme: ThemeSwitch) -> None:
        super().__init__()
        self._theme, self._state = theme, ClassState("")
        self.qr = QrCode(SIDE)
        self.code, self.address = _label("strong"), _label("small")
        self.code.setAccessibleName("Join code")
        self.address.setProperty("role", "muted")
        self.large = QPushButton("Show large")
        self.large.setToolTip("The code for a projector, over the whole window")
        self.large.clicked.connect(self.open)
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Put the code with the address into the clipboard")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(join_text(self._state)))
        buttons = QHBoxLayout()
        buttons.addWidget(self.large)
        buttons.addWidget(self.copy)
        buttons.addStretch()
        says = QVBoxLayout()
        says.setSpacing(4)
        says.addWidget(self.code)
        says.addWidget(self.address)
        says.addLayout(buttons)
        says.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(says)
        theme.changed.connect(self._dress)
        self._dress()

    def show_state(self, state: ClassState) -> None:
        """The class as it is now."""
        self._state = state
        self.qr.show_text(join_text(state))
        self.code.setText(grouped(state.code))
        self.address.setText(f"at {state.address}" if state.address else "")
        self.address.setVisible(bool(state.address))

    def open(self) -> None:
        """Large."""
        Projection(self._state, self.window()).exec()

    def _dress(self) -> None:
        self.code.setFont(_fixed(font("title")))
        self.address.setFont(font("small"))
        self.qr.resize_to(round(SIDE * self._theme.scale))


class Projection(QDialog):
    """Over the whole window: how to join, from the last row."""

    def __init__(self, state: ClassState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Join {state.name}")
        title, how = _label("display"), _label("title")
        title.setText(state.name)
        how.setText("Join a class… on the first page or in the menu File, and type:")
        code, where, address = _label("display"), _label("title"), _label("display")
        code.setText(grouped(state.code))
        code.setFont(_filling(_fixed(font("display")), code.text(), parent.size()))
        code.setAccessibleName("Join code")
        size = code.font().pixelSize()
        where.setText("Where nobody is found, type the address too:")
        address.setText(join_text(state))
        address.setFont(_filling(code.font(), address.text(), parent.size(), round(WITH_ADDRESS * size)))
        address.setAccessibleName("Join code with the address")
        for label in (how, where):
            label.setFont(_filling(label.font(), label.text(), parent.size(), round(SAID * size)))
        qr = QrCode(min(LARGE, parent.height() // 3), grows=True)
        qr.show_text(join_text(state))
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 32, 40, 24)
        column.setSpacing(16)
        for label in (title, how, code, where, address):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        for label in (where, address):
            label.setHidden(not state.address)
        column.addWidget(qr, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignHCenter)
        self._size = parent.size()
        self.setGeometry(parent.window().geometry())

    # Qt

    def sizeHint(self) -> QSize:
        return self._size

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.accept()
        else:
            super().keyPressEvent(event)


def _label(role: str) -> QLabel:
    label = plain_label()
    label.setFont(font(role))
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _filling(like: QFont, text: str, room: QSize, most: int | None = None) -> QFont:
    """As large as there is room for a line of this text, in pixels at most this."""
    found = QFont(like)
    found.setPixelSize(100)
    each = QFontMetricsF(found).horizontalAdvance(text) / 100
    high = HIGH * room.height() if most is None else float(most)
    found.setPixelSize(max(1, round(min(BROAD * room.width() / max(each, 1.0), high))))
    return found


def _fixed(like: QFont) -> QFont:
    """Of the same size and weight, with letters that are all as wide, and that are not taken for each other."""
    found = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    found.setPointSizeF(like.pointSizeF())
    found.setWeight(QFont.Weight.Bold)
    return found
