"""A message in an inspector: its story stage by stage, its fields, the event as it was recorded; and a quiz.

Rules: the sentences are `p4lab.world.passage`'s. "Quiz me" hides what the receiver decided until the person has said
what it will be. Cause and consequences are links.
"""

from functools import partial

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from p4lab.core.events import Event, Sent
from p4lab.world import Step
from p4lab.world.passage import DECIDED, PASSED_ON, SENT, Passage, Quiz, Stage
from ui import words
from ui.focus import Focus
from ui.panels.details_step import StepRow
from ui.panels.inspector_reads import Reads
from ui.panels.links import LinkButton
from ui.panels.log_text import LogText
from ui.panels.prose import form, label
from ui.panels.sentence_button import SentenceButton
from ui.player import Player
from ui.subject import Subject, What, who
from ui.theme import Theme, ThemeSwitch

HIDDEN = (DECIDED, PASSED_ON)
FELT = ("Kind", "From", "To", "Key", "Size")  # what a provider knows of a message that it sent or got
MOST = 8  # consequences that are listed


class MessagePage(QWidget):
    """wanted: something else was asked for."""

    wanted = Signal(Subject)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch, reads: Reads) -> None:
        super().__init__()
        self._player, self._focus, self._themes, self._reads = player, focus, themes, reads
        self._number = 0
        self._passage: tuple[object, Passage] | None = None
        self._shown: object = None
        self.asking = False  # a quiz waits for its answer
        self.said: int | None = None  # the choice of the person
        self.story, self.fields = (_Scroll() for _ in range(2))
        self.raw = QPlainTextEdit()
        self.raw.setReadOnly(True)
        self.raw.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.raw.setAccessibleName("The event as it was recorded")
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the event as JSON")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.raw.toPlainText()))
        raw = QWidget()
        column = QVBoxLayout(raw)
        column.setContentsMargins(12, 10, 8, 6)
        column.addWidget(self.raw, 1)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignRight)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Pages of the inspector")
        self.tabs.setDocumentMode(True)
        for page, title in ((self.story, "Story"), (self.fields, "Fields"), (raw, "Raw")):
            self.tabs.addTab(page, title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.tabs)

    def look(self, subject: Subject) -> None:
        """Tell of another message."""
        if subject.a != self._number:
            self._number, self._passage = subject.a, None
            self.asking, self.said = False, None
        self.refresh()

    def refresh(self) -> None:
        """As the playhead sees it."""
        player = self._player
        if not Subject(What.MESSAGE, self._number).known(player.world, player.trace):
            return
        key = (player.trace, player.world.seen)
        if self._passage is None or self._passage[0] != key:
            self._passage = key, Passage(player.trace, player.world, self._reads.causes, self._number)
        passage = self._passage[1]
        t = player.playhead if player.playhead >= passage.sent.t else float("inf")
        eyes = self._focus.eyes.as_node
        stages = tuple(passage.stages(t) if eyes is None else observed(passage.stages(t), passage.sent, eyes))
        shown = (stages, eyes, self.asking, self.said, self._number, self._themes.current.name, self._themes.scale)
        if shown != self._shown:
            self._shown = shown
            self._tell(passage, stages)

    # Private

    def _tell(self, passage: Passage, stages: tuple[Stage, ...]) -> None:
        theme, judged = self._themes.current, self._focus.eyes.as_node is None
        inner, column = _page()
        quiz = passage.quiz() if judged else None
        hide = quiz is not None and self.asking and self.said is None
        shown = [stage for stage in stages if not (hide and stage.name in HIDDEN)]
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for place, stage in enumerate(shown):
            step = Step(stage.t, stage.event, f"{stage.name}: {stage.text}", stage.bad)
            row = StepRow(step, theme, place == 0, place == len(shown) - 1, False)
            row.clicked.connect(self._go)
            rows.addWidget(row)
        column.addLayout(rows)
        if quiz is not None:
            self._ask(quiz, column, theme)
        if judged and not hide:
            self._tell_causes(passage, column, theme)
        column.addStretch(1)
        self.story.setWidget(inner)
        inner, column = _page()
        column.addLayout(form(self._facts(passage.sent), theme))
        column.addStretch(1)
        self.fields.setWidget(inner)
        self.raw.setPlainText(raw(passage.sent) if judged else "The recording knows more than this provider.")
        self.copy.setEnabled(judged)

    def _ask(self, quiz: Quiz, column: QVBoxLayout, theme: Theme) -> None:
        if not self.asking:
            button = QPushButton("Quiz me")
            button.setToolTip("Hides what the receiver decided until you have said what it will be")
            button.clicked.connect(self.begin_quiz)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            return
        column.addWidget(label(quiz.question, "heading", theme.text))
        if self.said is None:
            for place, choice in enumerate(quiz.choices):
                choose = SentenceButton(choice, theme)
                choose.clicked.connect(lambda _=False, place=place: self.answer(place))
                column.addWidget(choose)
            return
        if self.said == quiz.right:
            column.addWidget(label(f"Yes: {quiz.choices[quiz.right]}.", "body", theme.good))
        else:
            column.addWidget(label(f"No. {quiz.choices[quiz.right]}: see above why.", "body", theme.stale_text))

    def begin_quiz(self) -> None:
        """Hide the decision and ask."""
        self.asking, self.said = True, None
        self.refresh()

    def answer(self, choice: int) -> None:
        """The person has said what it will be."""
        self.said = choice
        self.refresh()

    def _tell_causes(self, passage: Passage, column: QVBoxLayout, theme: Theme) -> None:
        text = LogText(self._player.trace, self._player.world)
        t = self._player.playhead
        after = [event for event in passage.effects if event.t <= t]
        for title, events in (("Because of", [passage.cause] if passage.cause else []), ("What came of it", after)):
            if not events:
                continue
            column.addWidget(label(title, "heading", theme.text))
            for event in events[:MOST]:
                column.addWidget(LinkButton(spelled(text, event), theme, partial(self._follow, event)))
            if len(events) > MOST:
                column.addWidget(label(f"and {len(events) - MOST} more", "body", theme.muted))
        if passage.sent.op and self._player.world.op(passage.sent.op) is not None:
            op = passage.sent.op
            title = Subject(What.ANSWER, op).title(self._player.world, self._player.trace)
            column.addWidget(
                LinkButton(f"The whole {title}", theme, lambda: self.wanted.emit(Subject(What.ANSWER, op)))
            )

    def _facts(self, sent: Sent) -> list[tuple[str, str]]:
        world = self._player.world
        names = world.op_name()
        name = int(names[sent.op]) if sent.op < len(names) else -1
        facts = [
            ("Kind", words.message(sent.code, sent.status)), ("From", who(world, sent.src)),
            ("To", who(world, sent.dst)), ("Key", world.known_as(name) if name >= 0 else words.NONE),
            ("Sent at", words.clock(sent.t, 0.000001)),
            ("Due at", "never: lost" if sent.lost else words.clock(sent.due, 0.000001)),
            ("Takes", words.time(sent.due - sent.t)), ("Size", words.size(sent.size)),
            ("Event", f"#{sent.id}"), ("Cause", f"#{sent.cause}" if sent.cause else words.NONE),
            ("Operation", str(sent.op) if sent.op else words.NONE),
            ("Fate", words.arrival(0, sent.lost, sent.duplicate, sent.corrupt) or "as sent"),
        ]  # fmt: skip
        judged = self._focus.eyes.as_node is None
        return [fact for fact in facts if judged or fact[0] in FELT]

    def _go(self, t: float, event: int) -> None:
        if event:
            self._focus.select_event(event)
        self._player.seek(t)

    def _follow(self, event: Event) -> None:
        self._focus.select_event(event.id)
        if isinstance(event, Sent):
            self.wanted.emit(Subject(What.MESSAGE, event.id))
        self._player.seek(event.t)


class _Scroll(QScrollArea):
    """A page that scrolls up and down."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _page() -> tuple[QWidget, QVBoxLayout]:
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(12, 10, 8, 10)
    column.setSpacing(6)
    return inner, column


def observed(stages: list[Stage], sent: Sent, eyes: int) -> list[Stage]:
    """What a provider knows of a message: that it has sent it, or what it did with it itself."""
    return [stage for stage in stages if (stage.name == SENT) == (sent.src == eyes)]


def raw(event: Event) -> str:
    """An event as JSON, a field a line."""
    return msgspec.json.format(msgspec.json.encode(event), indent=2).decode()


def spelled(text: LogText, event: Event) -> str:
    """An event in a line: "#12 · reply: hit · Aster → Cedar · hit"."""
    row = text.row_of(event, 0.0)
    parts = (f"#{event.id}", row.kind, row.between, row.result)
    return " · ".join(filter(None, parts))
