"""The two filter lines of the event log, and below them what they mean in words, or what is wrong with them and where.

Rules: reads the lines with `filters`, knows nothing of Events. A line that cannot be read changes nothing. What
customers and their provider send each other tells little more than "get asked" and "get answered" do: it is left out
until it is asked for.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.panels.filters import Filter, FilterError, in_words, parse
from ui.plain import plain_label
from ui.theme import Theme, font

PAUSE = 180  # ms of not typing after which a line is read
NARROW = 480  # px: below this the two lines stand on top of each other
HELP = """<p>Words are found anywhere in a row: <b>Birch miss</b></p>
<p><b>kind =~ get AND latency =~ {50..}</b> &nbsp; fields, ranges, AND, OR, NOT, brackets</p>
<p><b>key =~ news/* OR "not found"</b> &nbsp; * any characters, ? one, quotes keep blanks together</p>
<p>Fields: #, time (s), delta (ms), source, target, kind, key, regime, result, latency (ms), op</p>"""


class LogBar(QWidget):
    """shown and hidden: the filters in force. access: whether what customers and providers say is shown."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.show_line = _line("Show only: words, or kind =~ get AND latency =~ {50..}", "Show only these events")
        self.hide_line = _line("Hide: kind =~ answer", "Hide these events")
        self.shown: Filter | None = None
        self.hidden: Filter | None = None
        self._access = QCheckBox("customers’ messages")
        self._access.setToolTip("Also show what customers and their own provider send each other")
        self._access.toggled.connect(lambda _: self.changed.emit())
        self._says = plain_label()
        self._says.setWordWrap(True)
        self._count = plain_label()
        self._fields = QGridLayout()
        self._fields.setSpacing(6)
        foot = QHBoxLayout()
        foot.addWidget(self._access)
        foot.addStretch(1)
        foot.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(self._fields)
        self.arrange(0)  # before what stands below: Tab goes in the order in which they are added
        layout.addWidget(self._says)
        layout.addLayout(foot)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.setObjectName("filter line")
        self._pause.timeout.connect(self.read)
        for line in (self.show_line, self.hide_line):
            line.textChanged.connect(self._pause.start)
            line.returnPressed.connect(self.read)
        self._theme = theme
        self.restyle(theme)

    @property
    def access(self) -> bool:
        return self._access.isChecked()

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return self.access and self.shown is None and self.hidden is None

    def read(self) -> None:
        """Read both lines now."""
        self._pause.stop()
        filters: list[Filter | None] = []
        wrong = ""
        for line in (self.show_line, self.hide_line):
            try:
                filters.append(parse(line.text()))
                fault = False
            except FilterError as error:
                wrong, fault = wrong or _told(error, line.text()), True
            line.setProperty("fault", fault)
            line.style().unpolish(line)
            line.style().polish(line)
        if not wrong:
            before = (self.shown, self.hidden)
            self.shown, self.hidden = filters
            if before != (self.shown, self.hidden):
                self.changed.emit()
        self._tell(wrong)

    def show_only(self, text: str) -> None:
        """Put another filter in force."""
        self.show_line.setText(text)
        self.read()

    def hide_too(self, text: str) -> None:
        """Hide these as well."""
        old = self.hide_line.text().strip()
        self.hide_line.setText(f"{old} OR {text}" if old and self.hidden is not None else text)
        self.read()

    def clear(self) -> None:
        """No filter."""
        self._access.setChecked(True)
        self.show_line.clear()
        self.hide_line.clear()
        self.read()

    def count(self, text: str) -> None:
        """How many Events are shown."""
        self._count.setText(text)

    def arrange(self, width: int) -> None:
        """Side by side where there is room."""
        narrow = width < NARROW
        self._fields.addWidget(self.show_line, 0, 0)
        self._fields.addWidget(self.hide_line, 1 if narrow else 0, 0 if narrow else 1)
        self._fields.setColumnStretch(0, 3)
        self._fields.setColumnStretch(1, 0 if narrow else 2)

    def restyle(self, theme: Theme) -> None:
        """Take on a theme."""
        self._theme = theme
        self._says.setFont(font("small"))
        self._access.setFont(font("small"))
        self._count.setFont(font("small"))
        self._count.setStyleSheet(f"color: {theme.muted.name()};")
        self._tell("")
        self.read()

    def _tell(self, wrong: str) -> None:
        said = []
        if self.shown is not None:
            said.append(f"Shown: {in_words(self.shown)}.")
        if self.hidden is not None:
            said.append(f"Hidden: {in_words(self.hidden)}.")
        self._says.setText(wrong or " ".join(said))
        self._says.setVisible(bool(wrong or said))
        self._says.setStyleSheet(f"color: {(self._theme.stale_text if wrong else self._theme.muted).name()};")


def _line(placeholder: str, name: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setAccessibleName(name)
    line.setClearButtonEnabled(True)
    line.setToolTip(HELP)
    return line


def _told(error: FilterError, text: str) -> str:
    """What is wrong, and where: by what stands there."""
    there = text[error.at : error.at + 16].strip()
    says = error.says if error.says.endswith(("?", ".")) else f"{error.says}."
    return f"{says} Here: {there}{'…' if len(text) > error.at + 16 else ''}" if there else says
