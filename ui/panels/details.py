"""A put or get with its story, step by step, or a provider in short; of neither, what is to be seen of the run.

Rules: the words are `details_text`'s, the story is `p4lab.world.story`; this widget arranges them, and builds anew only
when they change. Nothing after the playhead is told, but a story stays, pale, while its own steps are visited.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from p4lab.world import Op, Step, World, story
from p4lab.world.remedy import PARTIAL, SLOW, STALE, Remedy, Without, remedies, verdict
from ui import words
from ui.focus import Focus
from ui.panels.details_step import StepRow
from ui.panels.details_text import Fact, about, about_house, asked, done, facts, headline, held, trouble, unbroken
from ui.panels.harm_text import MEANS, Harm, harm
from ui.panels.prose import form, label, rule, table
from ui.panels.pulse import Pulse
from ui.panels.sentence_button import SentenceButton
from ui.plain import as_tip
from ui.player import Player
from ui.remedying import Recipe, applied
from ui.story import Tone
from ui.theme import Theme, ThemeSwitch

HOW = (
    "Click a point in the latency plot, a stale mark in the time line, or a row of the log to see why a put or get "
    "ended as it did. Click a provider on the map to see what it holds."
)
HEADS = {
    STALE: "What would have avoided it", SLOW: "What would have been quicker", PARTIAL: "What would have answered it",
}  # fmt: skip
NO_REMEDY = "No single change of this run is known that would have avoided it."
NOTHING = "Open a scenario, then click a get or a provider to see its story here."


@dataclass(frozen=True)
class _Page:
    """Everything that is shown; another one builds the panel anew."""

    theme: Theme
    scale: float
    says: str = ""
    title: str = ""
    tone: Tone = Tone.PLAIN
    asked: str = ""
    goto: float | None = None
    steps: tuple[tuple[Step, bool], ...] = ()  # and whether it lies after the playhead
    facts: tuple[Fact, ...] = ()
    provider: str = ""
    about: str = ""
    trouble: tuple[str, ...] = ()
    of: str = ""
    held: tuple[tuple[str, bool], ...] = ()
    done: tuple[Fact, ...] = ()
    harm: Harm | None = None
    wrong: str = ""
    remedies: tuple[Remedy, ...] = ()
    not_here: str = ""  # why none of them can be tried
    verdict: tuple[str, Tone] = ("", Tone.PLAIN)


class DetailsPanel(QScrollArea):
    """The panel. tried: a remedy is to be tried on the operation."""

    tried = Signal(object)

    def __init__(self, player: Player, focus: Focus, themes: ThemeSwitch) -> None:
        super().__init__()
        self.setAccessibleName("What is selected, in words")
        self._player, self._focus, self._themes = player, focus, themes
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page: _Page | None = None
        self._op: int | None = None
        self._node: int | None = None
        self._told: tuple[tuple[object, int, int], list[Step]] | None = None
        self._remedies: tuple[object, list[Remedy]] | None = None
        self._verdict: tuple[int, World, str, Tone] | None = None  # of an operation in a run
        self._furthest = 0.0  # up to when its story was told
        self._rows: list[StepRow] = []
        self._visit: tuple[int, float, float] | None = None  # op, the step's time, and up to when the story was told
        self._pulse = Pulse(self, self.refresh, player.turns)
        for signal in (focus.nameChanged, player.sampled, themes.changed, focus.eyes.changed):
            signal.connect(self._pulse.ask)
        player.sessionChanged.connect(self._pulse.ask)
        focus.eventChanged.connect(self._mark)
        self._pulse.ask()

    def look(self, op: int | None = None, provider: int | None = None) -> None:
        """Tell of an operation, of a provider, or of nothing."""
        if (op, provider) != (self._op, self._node):
            self._op, self._node, self._furthest = op, provider, 0.0
            self._pulse.ask()

    def judge(self, op: int, sentence: str, tone: Tone) -> None:
        """What became of the same operation in this future."""
        self._verdict = op, self._player.world, sentence, tone
        self._pulse.ask()

    def refresh(self) -> None:
        """Tell of it as the playhead sees it."""
        page = self._compose()
        if page != self._page:
            before = self._page
            self._page = page
            self._build(
                page, keep=before is not None and before.asked == page.asked and before.provider == page.provider
            )

    def _compose(self) -> _Page:
        player, focus, world, t = self._player, self._focus, self._player.world, self._player.playhead
        parts: dict[str, object] = {}
        judged = focus.eyes.as_node is None  # a provider does not know what is stale, nor why
        op = world.op(self._op) if self._op is not None else None
        if op is not None:
            told = self._told_to(op.op)
            title, tone = headline(op, world, told)
            parts |= {"title": title, "tone": tone, "asked": asked(op, world)}
            if told < op.started:
                parts["goto"] = op.started
            else:
                parts["steps"] = tuple((step, step.t > t) for step in self._story(op) if step.t <= told)
                parts["facts"] = tuple(facts(op, world, told))
            if judged and op.finished is not None and op.finished <= told:
                parts["wrong"], parts["not_here"] = verdict(world, op), player.why_not_other()
                parts["remedies"] = tuple(self._remedied(op))
            if self._verdict is not None and self._verdict[0] == op.op and self._verdict[1] is world:
                parts["verdict"] = self._verdict[2:]
        provider = next((each for each in world.providers if each.node == self._node), None)
        house = None if self._node is None else world.houses.get(self._node)
        if provider is not None:
            parts |= {
                "provider": provider.name,
                "about": about(provider, world, t),
                "trouble": tuple(trouble(provider.node, world, t, judged)),
                "harm": harm(player.metrics, t, provider.name) if judged else None,
            }
        elif house is not None:
            parts |= {"provider": house.name, "about": about_house(house, world, t)}
        if "provider" in parts and self._node is not None:
            parts["done"] = tuple(done(player.metrics, self._node, t, judged))
            if focus.name is not None and focus.name < len(world.names):
                parts["of"] = world.known_as(focus.name)
                parts["held"] = tuple(held(world, self._node, focus.name, t, judged))
        if not parts:
            parts |= {"says": NOTHING if player.empty else HOW, "harm": harm(player.metrics, t) if judged else None}
        return _Page(self._themes.current, self._themes.scale, **parts)  # type: ignore[arg-type]  # built by name above

    def _story(self, op: Op) -> list[Step]:
        """The whole story, told again when the run has grown."""
        key = (self._player.session, op.op, self._player.world.seen)
        if self._told is None or self._told[0] != key:
            trace = cast(
                "Any", self._player.trace
            )  # indexed with a number it gives an Event, which its type cannot say
            self._told = (key, story(trace, self._player.world, op.op))
        return self._told[1]

    def _remedied(self, op: Op) -> list[Remedy]:
        """What would have avoided it. It is over: what happens later changes nothing about it."""
        key = (self._player.session, op.op)
        if self._remedies is None or self._remedies[0] != key:
            player, trace = self._player, cast("Any", self._player.trace)  # as above
            recipe = player.scenario, tuple(player.session.commands)
            found = remedies(trace, player.world, op)
            self._remedies = key, [each for each in found if _possible(each, recipe, player)]
        return self._remedies[1]

    def _build(self, page: _Page, keep: bool) -> None:
        place = self.verticalScrollBar().value() if keep else 0
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 14, 12, 12)
        column.setSpacing(6)
        focused = next((row.event_id for row in self._rows if row.hasFocus()), None)
        self._rows = []
        if page.says:
            if not page.harm:
                column.addStretch(1)
            column.addWidget(label(page.says, "body", page.theme.muted, Qt.AlignmentFlag.AlignCenter))
            column.addStretch(0 if page.harm else 2)
        if page.title:
            self._tell_op(page, column)
        if page.provider:
            if page.title:
                column.addSpacing(8)
                column.addWidget(rule(page.theme))
                column.addSpacing(4)
            self._tell_provider(page, column)
        if page.harm:
            self._tell_harm(page.harm, page.theme, column)
        if page.harm or not page.says:
            column.addStretch(1)
        self.setWidget(inner)
        before: QWidget = self
        for row in self._rows:
            self.setTabOrder(before, row)  # or Tab would come to it last of all
            before = row
            if row.event_id == focused:
                row.setFocus()
        self._mark()
        self.verticalScrollBar().setValue(place)

    def _tell_op(self, page: _Page, column: QVBoxLayout) -> None:
        theme = page.theme
        inks = {Tone.GOOD: theme.good, Tone.STALE: theme.stale_text, Tone.WAITING: theme.muted}
        if page.verdict[0]:
            column.addWidget(label(page.verdict[0], "strong", inks.get(page.verdict[1], theme.text)))
            column.addWidget(rule(theme))
        column.addWidget(label(page.title, "title", inks.get(page.tone, theme.text)))
        column.addWidget(label(page.asked, "body", theme.muted))
        if page.goto is not None:
            button = QPushButton(f"Go to {words.clock(page.goto)}")
            goto = page.goto
            button.clicked.connect(lambda: self._player.seek(goto))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        steps = QVBoxLayout()
        steps.setSpacing(0)
        steps.setContentsMargins(0, 6, 0, 6)
        last = len(page.steps) - 1
        for number, (step, later) in enumerate(page.steps):
            row = StepRow(step, theme, number == 0, number == last, later)
            row.clicked.connect(self._go)
            steps.addWidget(row)
            self._rows.append(row)
        column.addLayout(steps)
        self._offer(page, column)
        column.addLayout(form(page.facts, theme))

    def _offer(self, page: _Page, column: QVBoxLayout) -> None:
        """What would have avoided it, a button for each."""
        theme = page.theme
        if not page.remedies:
            if page.wrong in (STALE, PARTIAL):
                column.addWidget(label(NO_REMEDY, "small", theme.muted))
            return
        column.addWidget(label(HEADS.get(page.wrong, HEADS[STALE]), "heading", theme.text))
        tip = page.not_here or "Run this again with that one change, as a branch, and see what becomes of this get"
        for remedy in page.remedies:
            button = SentenceButton(f"{remedy.sentence} …", theme, forks=True)
            button.setToolTip(as_tip(tip))
            button.setEnabled(not page.not_here)
            button.clicked.connect(partial(self._try, remedy))
            column.addWidget(button)
        column.addSpacing(6)

    def _try(self, remedy: Remedy, _: bool = False) -> None:
        self.tried.emit(remedy)

    def _tell_provider(self, page: _Page, column: QVBoxLayout) -> None:
        theme = page.theme
        column.addWidget(label(page.about, "body", theme.muted))
        for line in page.trouble:
            column.addWidget(label(unbroken(line), "body", theme.stale_text))
        if page.of:
            column.addSpacing(4)
            column.addWidget(label(f"What it holds of {page.of}", "heading", theme.text))
            for line, behind in page.held or (("Nothing: it would ask the others.", False),):
                column.addWidget(label(unbroken(line), "body", theme.stale_text if behind else theme.text))
        column.addSpacing(4)
        column.addWidget(label("Its customers so far", "heading", theme.text))
        column.addLayout(form(page.done, theme))

    def _tell_harm(self, told: Harm, theme: Theme, column: QVBoxLayout) -> None:
        column.addSpacing(8)
        column.addWidget(label(told.title, "heading", theme.text))
        for line in told.who:
            column.addWidget(label(line, "body", theme.stale_text))
        column.addLayout(table(told.head, told.rows, theme))
        column.addWidget(label(MEANS, "small", theme.muted))
        column.addSpacing(4)
        column.addLayout(form(told.facts, theme))

    def _go(self, t: float, event_id: int) -> None:
        if self._op is not None:
            self._visit = (self._op, t, self._told_to(self._op))
        self._focus.select_event(event_id)
        self._player.seek(t)

    def _told_to(self, op: int) -> float:
        """Up to when the story of an operation is told: the playhead, or what was told before its steps are visited."""
        playhead = self._player.playhead
        if self._visit is not None:
            if self._visit[:2] == (op, playhead):
                return self._visit[2]
            self._visit = None
        event = self._focus.event_id
        along = event if event is not None and event in self._focus.chain and op == self._op else 0
        if 0 < along <= len(self._player.trace) and self._player.trace.time_of(along - 1) == playhead:
            return max(playhead, self._furthest)
        self._furthest = playhead
        return playhead

    def _mark(self) -> None:
        for row in self._rows:
            row.set_here(row.event_id == self._focus.event_id)


def _possible(remedy: Remedy, recipe: Recipe, player: Player) -> bool:
    """Whether there is something in the recipe that it changes."""
    event = cast("Any", player.trace)[remedy.change.event - 1] if isinstance(remedy.change, Without) else None
    return applied(remedy.change, recipe, player.world, event) is not None
