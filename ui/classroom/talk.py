"""What is said in the class and what happened in it: messages, the log, and the self-test, as tabs.

Rules: every text comes from others and is shown as plain text.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from p4lab.session.classroom import NO, WAITING, YES, CheckRow, ClassState, why_not
from ui.plain import as_tip, plain_label, seen
from ui.theme import ThemeSwitch, font

LONGEST = 500  # characters of a message
SIGNS = {YES: "✓", NO: "✗", WAITING: "…"}
SAYS = {YES: "yes", NO: "no", WAITING: "not known yet"}


class Talk(QTabWidget):
    """spoken: a message to everybody was typed. tested: the self-test is asked for."""

    spoken = Signal(str)
    tested = Signal()

    def __init__(self, theme: ThemeSwitch) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.setAccessibleName("Messages, log and self-test of the class")
        self.messages = _Lines("Messages to everybody", "Nothing was said yet.")
        self.log = _Lines("Log of the class", "Nobody has come or gone yet.")
        self.tests = Tests(theme)
        self.field = QLineEdit()
        self.field.setPlaceholderText("A message to everybody")
        self.field.setAccessibleName("A message to everybody")
        self.field.setMaxLength(LONGEST)
        self.field.returnPressed.connect(self._speak)
        self.field.textChanged.connect(self._offer)
        self.send = QPushButton("Send")
        self.send.clicked.connect(self._speak)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.field, 1)
        line.addWidget(self.send)
        self.spoken_page = QWidget()
        column = QVBoxLayout(self.spoken_page)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.messages, 1)
        column.addLayout(line)
        self._why_not = ""
        self.tests.again.clicked.connect(lambda _=False: self.tested.emit())
        for page, title in ((self.spoken_page, "Messages"), (self.log, "Log"), (self.tests, "Self-test")):
            self.addTab(page, title)
        self._offer()

    def show_state(self, state: ClassState) -> None:
        """The class as it is now."""
        self.messages.show_lines(state.said)
        self.log.show_lines(state.log)
        self.tests.show_rows(state.tests, state.troubles)
        self._why_not = why_not(state, "say")
        self._offer()

    def _offer(self) -> None:
        empty = "" if self.field.text().strip() else "Type a message first."
        self.field.setEnabled(not self._why_not)
        self.field.setToolTip(as_tip(self._why_not))
        self.send.setEnabled(not (self._why_not or empty))
        self.send.setToolTip(as_tip(self._why_not or empty or "Everybody sees it at once"))

    def _speak(self) -> None:
        text = self.field.text().strip()
        if text and not self._why_not:
            self.spoken.emit(text)
            self.field.clear()


class _Lines(QListWidget):
    """Lines of text, the newest last and in sight unless somebody has scrolled up."""

    def __init__(self, says: str, empty: str) -> None:
        super().__init__()
        self.setAccessibleName(says)
        self.setWordWrap(True)
        self.setFont(font("small"))
        self._lines: tuple[str, ...] = ()
        self._empty = empty
        self._show_empty()

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """These, and no others."""
        if lines == self._lines:
            return
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        if self._lines and lines[: len(self._lines)] == self._lines:
            self.addItems([seen(line) for line in lines[len(self._lines) :]])
        else:
            self.clear()
            self.addItems([seen(line) for line in lines])
        self._lines = lines
        if not lines:
            self._show_empty()
        if at_end:
            self.scrollToBottom()

    def _show_empty(self) -> None:
        self.addItem(self._empty)
        item = self.item(0)
        item.setFlags(Qt.ItemFlag.NoItemFlags)


class Tests(QScrollArea):
    """The self-test: what works between here and the others, and what to do where it does not."""

    def __init__(self, theme: ThemeSwitch) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName("Self-test")
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self.again = QPushButton("Test")
        self.again.setToolTip("Ask whether we hear ourselves, others, and the teacher; it takes some seconds")
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(4, 8, 4, 4)
        self._column.setSpacing(6)
        self._labels: list[QLabel] = []
        self._column.addStretch()
        self._column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.setWidget(inside)
        theme.changed.connect(self._redo)

    @property
    def texts(self) -> list[str]:
        """What it says, line by line."""
        return [label.text() for label in self._labels]

    def show_rows(self, rows: tuple[CheckRow, ...], troubles: tuple[str, ...]) -> None:
        """What was found, and what is wrong besides."""
        if (rows, troubles) == self._shown:
            return
        self._shown = rows, troubles
        self.again.setText("Test again" if rows else "Test")
        for label in self._labels:
            self._column.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for trouble in troubles:
            self._add(trouble, "stale")
        for row in rows:
            self._add(f"{SIGNS[row.state]}  {row.what}: {row.says or SAYS[row.state]}",
                      "stale" if row.state == NO else "")  # fmt: skip
            if row.state == NO and row.remedy:
                self._add(row.remedy, "muted")
        if not rows and not troubles:
            self._add("No test has been made yet.", "muted")

    def _add(self, text: str, role: str) -> None:
        label = plain_label(text)
        label.setWordWrap(True)
        label.setFont(font("small"))
        label.setProperty("role", role)
        self._column.insertWidget(len(self._labels), label)
        self._labels.append(label)

    def _redo(self) -> None:
        for label in self._labels:
            label.setFont(font("small"))
