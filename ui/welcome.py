"""The welcome page: the scenarios that come along as cards with a picture, files opened before, and opening a file.

Rules: chooses, opens nothing itself. A card is a button: Tab reaches it, Enter or Space opens it. A scenario that
cannot be read has no card. It is the first that is seen of the window, so it imports nothing but Qt: titles and
sentences come from the heads of the files; pictures and what was open before once `meet` has said who knows.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from p4lab import resources
from ui.flow import FlowLayout
from ui.plain import as_entry, as_tip, plain_label
from ui.theme import ThemeSwitch, font, mix

if TYPE_CHECKING:  # they load the engine
    from p4lab.scenario.model import Scenario
    from ui.document import Document
    from ui.miniature import Miniature

FIRST = (  # in the order in which one would learn
    "three-regimes", "stale-by-ttl", "first-get-is-slow", "no-latency-puts", "who-pays", "holes",
    "flat-market-does-not-scale", "forest-of-providers", "caida-1998", "abilene", "partition-and-heal", "late-joiner",
    "resurrection", "moving-house", "the-liar-loses-customers", "an-organisation-of-its-own", "append-only",
)  # fmt: skip
WIDTH, PICTURE = 292, 128  # px of a card at 100 %
LINES = 3  # of its sentence
AFTER_WORDS = 2  # the place in the column of what was not saved
Head = tuple[str, str]  # of a scenario: title and text
MARGIN, GAP, WAYS_GAP = 40, 18, 8
OPEN_SAYS = "A scenario (.toml), a recording (.p4rec) or a map (.graphml, .gml); or drop it on this window"
DRAW_SAYS = "An empty one, with tools for providers, peerings, children and organisations (Ctrl+N)"
LIVE_SAYS = "Let a network happen on this machine, and look back at any moment of it (Ctrl+Shift+L)"
TEACH_SAYS = "This computer becomes the teacher’s: it shows a code, and others join with it"
JOIN_SAYS = "Run a provider in a class whose code you were shown (Ctrl+J)"
TITLE = re.compile(r'^title = "([^"\\]*)"', re.MULTILINE)  # as most write them; others are read as TOML
ABOUT = re.compile(r'^about = """\n?(.*?)"""', re.MULTILINE | re.DOTALL)
WRAPPED = re.compile(r"\\\n\s*")
ASIDE = re.compile(r"\s*\([^()]*\)")
CLAUSES = (re.compile(r"[;:](?= )"), re.compile(r",(?= )"))  # the first is the better place to stop
CLAUSE_LEAST = 0.5  # of the room that a whole clause must fill, to be better than a cut sentence


class Welcome(QScrollArea):
    """chosen: a file is to be opened. browse: a file is to be chosen. lively: something is to happen in real time.

    teaching: a class is to be opened. joining: somebody has a code.
    """

    chosen = Signal(object)
    browse = Signal()
    lively = Signal()
    teaching = Signal()
    joining = Signal()

    def __init__(self, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._theme = theme
        self.setAccessibleName("Scenarios to choose from")
        self.setWidgetResizable(True)
        self.setProperty("role", "page")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        self._title = plain_label("P4 Lab")
        self._says = plain_label(
            "Watch peer-to-peer providers peer: see puts and gets travel between them, copies go stale, and what each "
            "choice costs. Choose a scenario and press Space, or drop a file of your own on this window."
        )
        self._says.setWordWrap(True)
        self._says.setProperty("role", "muted")
        cards = FlowLayout(GAP)
        self._cards = [Card(path, head, theme) for path, head in shipped()]
        for card in self._cards:
            card.clicked.connect(partial(self.chosen.emit, card.path))
            cards.addWidget(card)
        self._recent_title = plain_label("Opened before")
        self._recent_title.setProperty("role", "heading")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self.open_button = _way("Open a file…", OPEN_SAYS, self.browse.emit)
        self.draw_button = _way("Draw a network", DRAW_SAYS, self._draw)
        self.live_button = _way("Live lab…", LIVE_SAYS, self.lively.emit)
        self.teach_button = _way("Open a class…", TEACH_SAYS, self.teaching.emit)
        self.class_button = _way("Join a class…", JOIN_SAYS, self.joining.emit)
        self._live_ways = (self.live_button, self.teach_button, self.class_button)
        for button in self._live_ways:
            button.setEnabled(False)  # until the engine is there
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self.draw_button)
        head.addWidget(self.open_button)
        self._now = plain_label("In real time:")
        self._now.setProperty("role", "muted")
        now = FlowLayout(WAYS_GAP)
        for part in (self._now, *self._live_ways):
            now.addWidget(part)
        self._column = column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, 30, MARGIN, 30)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._says)
        column.addSpacing(4)
        column.addLayout(now)
        column.addSpacing(12)
        column.addLayout(cards)
        column.addSpacing(20)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch()
        self.setWidget(page)
        if self._cards:
            self.setFocusProxy(self._cards[0])  # Enter opens the first
        theme.changed.connect(self._dress)
        self._dress()
        self._show_recent()

    def meet(self, document: "Document") -> None:
        """Who knows what was open before, and what was not saved; and the engine is there to draw the scenarios."""
        from ui.leftovers import Leftovers  # noqa: PLC0415 the first frame does not wait for it

        self._document = document
        for button in self._live_ways:
            button.setEnabled(document.has_lab)
        self._column.insertWidget(AFTER_WORDS, Leftovers(document))
        document.changed.connect(self._show_recent)
        self._show_recent()
        for card in self._cards:
            card.know()

    def _draw(self) -> None:
        if self._document is not None:
            self._document.new()

    def _dress(self) -> None:
        self._title.setFont(font("display"))
        self._share_out()

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dress()  # the stylesheet takes the fonts back when it first reaches the page

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """The cards of a row fill it."""
        room = self.viewport().width() - 2 * MARGIN
        least = round(WIDTH * max(1.0, self._theme.scale * 0.85))
        columns = max(1, min(len(self._cards), (room + GAP) // (least + GAP)))
        for card in self._cards:
            card.set_width(min((room - GAP * (columns - 1)) // columns, least * 3 // 2))

    def _show_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        recent = [] if self._document is None else self._document.recent
        self._recent_title.setVisible(bool(recent))
        for path in recent:
            button = QPushButton(as_entry(f"{path.stem}   {path.parent}"))
            button.setProperty("role", "flat")
            button.setStyleSheet("text-align: left;")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.chosen.emit, path))
            self._recent.addWidget(button)


class Card(QAbstractButton):
    """One scenario: title and sentence, and once it is known, picture and size."""

    def __init__(self, path: Path, head: Head, theme: ThemeSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._theme = theme
        self._picture: Miniature | None = None
        self._title, about = head
        self._says, self._small = first_sentence(about), ""
        self.setText(self._title)
        self.setShortcut(QKeySequence())  # an & in it is no key
        self.setToolTip(as_tip(self._title))
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(self._says)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def know(self) -> None:
        """Read the whole of it."""
        from p4lab.scenario.errors import ScenarioError  # noqa: PLC0415 the first frame does not wait for it
        from p4lab.scenario.read import read  # noqa: PLC0415 the first frame does not wait for it
        from ui.miniature import Miniature  # noqa: PLC0415 the first frame does not wait for it

        try:
            scenario = read(self.path)
        except ScenarioError:  # the tests hold each of them against `p4lab check`
            self.hide()
            return
        self._picture, self._small = Miniature(scenario), size(scenario)
        self.setAccessibleDescription(f"{self._says} {self._small}")
        self.update()

    def set_width(self, width: int) -> None:
        """As wide as there is room for; as high as its words need."""
        line = QFontMetricsF(font("body")).lineSpacing()
        self.setFixedSize(QSize(width, round(PICTURE + 30 + (LINES + 2.6) * line)))

    # Qt

    def sizeHint(self) -> QSize:
        return self.size()

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme.current
        marked = self.hasFocus() or self.underMouse()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.accent if marked else theme.line, 2 if self.hasFocus() else 1))
        painter.setBrush(theme.window)
        painter.drawRoundedRect(box, 10, 10)
        top = QRectF(box.x() + 1, box.y() + 1, box.width() - 2, PICTURE)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.map if not marked else mix(theme.map, theme.accent_soft, 0.6))
        painter.drawRoundedRect(top, 9, 9)
        painter.drawRect(top.adjusted(0, 12, 0, 0))
        if self._picture is not None:
            self._picture.paint(painter, top, theme)
        painter.restore()
        words = box.adjusted(16, PICTURE + 12, -16, -10)
        for role, ink, text, flags in (
            ("title", theme.text, self._title, Qt.AlignmentFlag.AlignTop),
            ("small", theme.muted, self._small, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(font(role))
            if painter.fontMetrics().horizontalAdvance(text) > words.width():
                painter.setFont(font("heading" if role == "title" else role))
            painter.setPen(ink)
            fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(words.width()))
            painter.drawText(words, flags, fitted)
        painter.setFont(font("title"))
        head = painter.fontMetrics().lineSpacing() + 4
        painter.setFont(font("body"))
        painter.setPen(theme.muted)
        body = words.adjusted(0, head, 0, 0)
        body.setHeight(painter.fontMetrics().lineSpacing() * LINES)
        painter.drawText(body, Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextDontClip, _fitted(painter, self._says, body))
        painter.end()


def _way(text: str, says: str, do: Callable[[], object]) -> QPushButton:
    """A button that leads on."""
    button = QPushButton(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(as_tip(says))
    button.clicked.connect(lambda _=False: do())
    return button


def first_sentence(about: str) -> str:
    """The first sentence of a lesson, without its Markdown signs and what it says in brackets."""
    paragraph = next((part for part in about.strip().split("\n\n") if part.strip() and not part.startswith("#")), "")
    plain = " ".join(ASIDE.sub("", paragraph.replace("*", "").replace("`", "")).split())
    end = next((i + 1 for i, c in enumerate(plain) if c in ".!?" and plain[i + 1 : i + 2] in ("", " ")), len(plain))
    return plain[:end]


def size(scenario: "Scenario") -> str:
    """How large it is: "3 providers · 60 s of simulated time"."""
    from ui.words import plural  # noqa: PLC0415 it loads the folds, and the first frame does not wait for them

    return f"{plural(len(scenario.provider), 'provider')} · {length(scenario.duration)} of simulated time"


def length(seconds: float) -> str:
    """A round length of time: "60 s", "2 min"."""
    from ui.words import time  # noqa: PLC0415 the first frame does not wait for it

    return f"{seconds:g} s" if seconds < 120 else time(seconds)


def shipped() -> list[tuple[Path, Head]]:
    """The scenarios that come along, in the order in which one would learn, with their titles and texts."""
    rank = {name: i for i, name in enumerate(FIRST)}
    files = sorted(resources.scenario_files(), key=lambda path: rank.get(path.stem, len(rank)))
    return [(path, head) for path in files if (head := _head(path)) is not None]


def _fitted(painter: QPainter, text: str, box: QRectF) -> str:
    """The text; where it needs more lines than there are, cut after a clause, or else at a word."""

    def fits(shown: str) -> bool:
        room = painter.fontMetrics().boundingRect(box.toRect(), Qt.TextFlag.TextWordWrap, shown)
        return room.height() <= box.height() + 4

    clauses = [[f"{text[: mark.start()]}." for mark in clause.finditer(text)] for clause in CLAUSES]
    words = text.split()
    cut = [" ".join(words[:count]) + " …" for count in range(len(words), 0, -1)]
    longest = next(filter(fits, cut), "")
    least = CLAUSE_LEAST * len(longest)
    enough = [part for kind in clauses for part in reversed(kind) if fits(part) and len(part) > least]
    return text if fits(text) else enough[0] if enough else longest


def _head(path: Path) -> Head | None:
    """Title and text, which stand before the tables; None where there are none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return None
    title, about = TITLE.search(text), ABOUT.search(text)
    words = WRAPPED.sub("", about[1]) if about else ""
    if title is not None and about is not None and "\\" not in words:
        return title[1], words
    import tomllib  # noqa: PLC0415 none of the files that come along needs it, and somebody waits

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    return str(found.get("title", path.stem)), str(found.get("about", ""))
